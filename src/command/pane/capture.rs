//! `capture-pane`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::term::{Capture, Frozen, Marks};
use crate::update::Effect;

/// More rows than this are captured beside the loop, which would stand still for too long.
const AT_ONCE: usize = 2000;

/// Print the text on a pane's screen, of its history, or of its last command
///
/// Lines are numbered as in tmux: 0 is the first one on the screen, -1 the newest of the history.
#[derive(Debug, Clone, Args)]
pub struct CapturePane {
    /// Print to standard output (always so, unless --buffer is given; accepted as tmux's flag)
    #[arg(short = 'p', long)]
    pub print: bool,
    /// The first line; `-` is the oldest of the history
    #[arg(short = 'S', long, value_name = "LINE", allow_hyphen_values = true)]
    pub start: Option<String>,
    /// The last line; `-` is the last one on the screen
    #[arg(short = 'E', long, value_name = "LINE", allow_hyphen_values = true)]
    pub end: Option<String>,
    /// With colours and attributes, as escape sequences
    #[arg(short = 'e', long)]
    pub escapes: bool,
    /// Join lines that were too long for the pane, and keep spaces at their ends as --trailing does
    #[arg(short = 'J', long)]
    pub join: bool,
    /// Keep spaces at the ends of lines where they have looks of their own (a background); Stoa does
    /// not tell plain ones from cells that were never written
    #[arg(short = 'N', long)]
    pub trailing: bool,
    /// Leave out cells at the ends of lines that were never written, which is so anyway
    #[arg(short = 'T', hide = true)]
    pub written: bool,
    /// The output of the last command that has ended, in a shell that marks it (OSC 133)
    #[arg(long, conflicts_with_all = ["start", "end"])]
    pub last_command: bool,
    /// Into this paste buffer rather than printed; --print goes before it
    #[arg(short = 'b', long, value_name = "NAME")]
    pub buffer: Option<String>,
    /// The main screen behind the alternate one, while a program shows that
    #[arg(short = 'a', long)]
    pub alternate: bool,
    /// Print nothing, rather than fail, where --alternate finds no alternate screen
    #[arg(short = 'q', long, requires = "alternate")]
    pub quiet: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for CapturePane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let id = cx.pane(self.target.as_deref())?;
        let Some(pane) = cx.state.panes.get_mut(&id) else {
            return Err(Error::not_found(format!("no pane {id}")));
        };
        let text = match (self.alternate, self.quiet) {
            (false, _) => pane.screen.freeze(),
            (true, quiet) => match pane.screen.freeze_main() {
                Some(text) => text,
                None if quiet => return Ok(Reply::none()),
                None => return Err(Error::refused("no alternate screen is shown in that pane")),
            },
        };
        let (first, last) = match self.last_command {
            true => last_command(&text)?,
            false => self.range(&text)?,
        };
        let capture = Capture {
            text,
            first,
            count: (last + 1).saturating_sub(first),
            escapes: self.escapes,
            join: self.join,
            // As in tmux, which takes a joined line for what its program wrote.
            trailing: self.trailing || self.join,
        };
        if let Some(name) = self.buffer.as_ref().filter(|_| !self.print) {
            let limit = cx.state.config.settings.buffer_limit as usize;
            let data = capture.lines().join("\n").into_bytes();
            cx.state.buffers.put(Some(name), data, limit)?;
            return Ok(Reply::new("", json!({ "name": name })));
        }
        if capture.count > AT_ONCE {
            cx.effects.push(Effect::Capture {
                pane: id,
                capture: Box::new(capture),
                reply: cx.reply,
            });
            return Ok(Reply::later());
        }
        Ok(printed(&id.to_string(), &capture))
    }
}

impl CapturePane {
    /// The first and last row asked for.
    fn range(&self, text: &Frozen) -> Result<(usize, usize)> {
        let last = text.rows().saturating_sub(1);
        let row = |word: &Option<String>, at_all: usize, unset: usize| -> Result<usize> {
            let Some(word) = word else {
                return Ok(unset);
            };
            if word == "-" {
                return Ok(at_all);
            }
            let line: isize = word.parse().map_err(|_| {
                Error::usage(format!("{word:?} is no line"))
                    .with_hint("0 is the screen's first line, -1 the newest of the history")
            })?;
            Ok(text.screen_top().saturating_add_signed(line).min(last))
        };
        let (first, end) = (
            row(&self.start, 0, text.screen_top())?,
            row(&self.end, last, last)?,
        );
        Ok((first.min(end), end.max(first)))
    }
}

/// The rows of the last command's output.
fn last_command(text: &Frozen) -> Result<(usize, usize)> {
    let ends = Marks::PROMPT.with(Marks::END).with(Marks::END_INSIDE);
    let nothing = || {
        Error::not_found("no command's output is marked in this pane")
            .with_hint("the README tells how a shell is set up for that (OSC 133)")
    };
    let last = text.rows().saturating_sub(1);
    let mut end = match text.marks_of(last).intersects(ends) {
        true => Some(last),
        false => text.marked(last, ends, false),
    };
    loop {
        let at = end.ok_or_else(nothing)?;
        let marks = text.marks_of(at);
        // Without output both marks are in one line.
        let start = match marks.intersects(Marks::OUTPUT) {
            true => Some(at),
            false => text.marked(at, Marks::OUTPUT, false),
        };
        let start = start.ok_or_else(nothing)?;
        let before = text.marked(at, ends, false);
        if before.is_some_and(|before| before > start) {
            end = before;
            continue;
        }
        return match marks.intersects(Marks::END_INSIDE) {
            true => Ok((start, text.line_end(at))),
            false if start == at => Ok((start + 1, start)),
            false => Ok((start, at - 1)),
        };
    }
}

/// What is printed.
pub fn printed(pane: &str, capture: &Capture) -> Reply {
    let lines = capture.lines();
    let text = lines.join("\n");
    let text = text.trim_end_matches('\n').to_owned();
    Reply::new(text, json!({ "pane": pane, "lines": lines }))
}
