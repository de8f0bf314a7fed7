//! `wait`.

use std::time::Duration;

use clap::Args;
use regex::{Regex, RegexBuilder};

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::coord::lease::parse_duration;
use crate::error::{Error, Result};
use crate::model::id::PaneId;
use crate::model::wait::{PaneWait, Until, Waiting};
use crate::update::waits;

/// The most bytes a compiled pattern may take.
const PATTERN_LIMIT: usize = 1 << 20;

/// Wait until something happens in a pane; exit 0 when it has, 1 when the time is up
///
/// What can be waited for: 'text REGEX', a line on the screen or just scrolled off that fits; exit,
/// the end of its program; 'idle 2s', no output and nothing typed for so long; prompt, a shell that
/// waits for a command (told by its prompt marks, else by its being quiet in the foreground). Of
/// several the first to happen counts. It is the server that answers when it happens; nothing polls.
#[derive(Debug, Clone, Args)]
pub struct WaitPane {
    /// What to wait for: 'text REGEX', exit, 'idle TIME' or prompt
    #[arg(short = 'u', long, value_name = "WHAT", required = true, value_parser = until)]
    pub until: Vec<Until>,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, visible_alias = "target", value_name = "PANE")]
    pub pane: Option<String>,
    /// Give up after so long (30s, 10m); without it wait for ever
    #[arg(long, value_name = "TIME", value_parser = patience)]
    pub timeout: Option<Duration>,
    /// Only text that comes from now on counts, not what the screen shows already
    #[arg(long)]
    pub new: bool,
    /// When the program has ended, exit with its code
    #[arg(long)]
    pub code: bool,
}

impl Run<ServerCx<'_>> for WaitPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = match cx.pane(self.pane.as_deref()) {
            Ok(pane) => pane,
            Err(error) => return self.over_already(cx).unwrap_or(Err(error)),
        };
        let screen = cx.state.panes.get(&pane).map(|pane| &pane.screen);
        let seen = screen.filter(|_| self.new);
        let what = Waiting::Pane(PaneWait {
            pane,
            until: self.until,
            seen_seq: seen.map_or(0, crate::term::Screen::seq),
            seen_lines: screen.map_or(0, crate::term::Screen::scrolled),
            passes_code: self.code,
        });
        cx.wait(what, self.timeout)
    }
}

impl WaitPane {
    /// The answer about a pane that there has been and is no more: ids are given out once, so its
    /// program is over, however quickly that went.
    fn over_already(&self, cx: &ServerCx<'_>) -> Option<Result<Reply>> {
        let pane = self.pane.as_deref().and_then(PaneId::named)?;
        let asked = self.until.iter().any(|until| matches!(until, Until::Exit));
        if !asked || pane.0 >= cx.state.next_ids().0 {
            return None;
        }
        let wait = PaneWait {
            pane,
            until: self.until.clone(),
            seen_seq: 0,
            seen_lines: 0,
            passes_code: self.code,
        };
        Some(waits::over_long_ago(cx.state, &wait))
    }
}

/// Reads what to wait for; a colon may stand for the space.
fn until(text: &str) -> Result<Until, String> {
    let (word, rest) = text
        .split_once([' ', ':'])
        .map_or((text, ""), |(word, rest)| (word, rest.trim_start()));
    match (word, rest) {
        ("exit", "") => Ok(Until::Exit),
        ("prompt", "") => Ok(Until::Prompt),
        ("idle", "") => Err("idle needs a time, such as 'idle 2s'".to_owned()),
        ("idle", time) => {
            let time = patience(time)?;
            let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            Ok(Until::Idle(ms))
        }
        ("text", "") => Err("text needs a pattern, such as 'text \\d+ passed'".to_owned()),
        ("text", pattern) => compile(pattern).map(Until::Text),
        _ => Err("it must be 'text REGEX', exit, 'idle TIME' or prompt".to_owned()),
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).size_limit(PATTERN_LIMIT).build();
    built.map_err(|error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        last.trim_start_matches("error: ").to_owned()
    })
}

/// Reads a time: as claims do, and milliseconds (`500ms`).
pub fn patience(text: &str) -> Result<Duration, String> {
    if let Some(number) = text.strip_suffix("ms") {
        let ms = number
            .parse()
            .map_err(|_| format!("{text:?} is not a time"))?;
        return Ok(Duration::from_millis(ms));
    }
    parse_duration(text).map_err(|Error { message, .. }| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read() {
        assert!(matches!(until("exit"), Ok(Until::Exit)));
        assert!(matches!(until("prompt"), Ok(Until::Prompt)));
        assert!(matches!(until("idle 2s"), Ok(Until::Idle(2000))));
        assert!(matches!(until("idle:150ms"), Ok(Until::Idle(150))));
        let Ok(Until::Text(pattern)) = until("text test result: ok\\.") else {
            panic!("a pattern");
        };
        assert!(pattern.is_match("test result: ok. 12 passed"));
        for bad in ["", "exit now", "idle", "idle 2", "text", "text (", "bell"] {
            assert!(until(bad).is_err(), "{bad}");
        }
        assert!(until("text (?:a{1000}){1000}").is_err(), "too large");
    }
}
