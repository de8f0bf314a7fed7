//! Opening again what an earlier server of the workspace left behind.
//!
//! Tabs, layouts, names and ids come back; in each pane a new shell starts where the old program was,
//! below the old text. Nothing that ran is run: its command line is typed for the person at the
//! shell's first prompt, once that waits, and left there. A person who types first keeps the line.

use super::{Effect, launch};
use crate::config::settings::Restore;
use crate::error::{Error, Result};
use crate::model::id::PaneId;
use crate::model::pane::{Launch, Pane, Resumed};
use crate::model::saved::{self, Restorable, SavedPane};
use crate::model::state::State;

/// How long a shell that marks no prompts must have been quiet to be taken as waiting for a command.
const SETTLED_MS: u64 = 400;

/// What was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Tabs.
    pub tabs: usize,
    /// Panes.
    pub panes: usize,
}

/// An earlier server has left something: it is opened at once, unless the settings say to ask.
pub fn left(state: &mut State, left: Box<Restorable>, effects: &mut Vec<Effect>) {
    state.skip_ids(left.saved.next_pane, left.saved.next_tab);
    state.restorable = Some(left);
    if state.config.settings.restore != Restore::Ask
        && let Err(error) = all(state, effects)
    {
        tracing::error!("nothing is opened again: {error}");
    }
}

/// Opens everything that was left, behind the tabs there are.
///
/// # Errors
/// Nothing was left, or it cannot be used.
pub fn all(state: &mut State, effects: &mut Vec<Effect>) -> Result<Opened> {
    let left = state.restorable.take();
    let Restorable {
        saved,
        mut texts,
        marker,
    } = *left.ok_or_else(|| Error::not_found("nothing is left of an earlier server"))?;
    let tabs = (saved.check())
        .map_err(|error| Error::refused(format!("what the last server left: {error}")))?;
    let taken = |pane: &PaneId| state.panes.contains_key(pane);
    if saved.panes.keys().any(taken) || tabs.iter().any(|tab| state.tab(tab.id).is_some()) {
        return Err(Error::refused(
            "panes of the last server have been opened again",
        ));
    }
    let opened = Opened {
        tabs: tabs.len(),
        panes: saved.panes.len(),
    };
    state.skip_ids(saved.next_pane, saved.next_tab);
    if state.views.is_empty() {
        state.last_area = saved.area;
    }
    let first = state.tabs.len();
    state.tabs.extend(tabs);
    let ids: Vec<_> = state.tabs.iter().skip(first).map(|tab| tab.id).collect();
    for id in ids {
        state.note(
            crate::model::journal::Kind::TabOpened,
            id,
            serde_json::Map::new(),
        );
    }
    for (id, pane) in saved.panes {
        let text = texts.remove(&id).unwrap_or_default();
        open(state, id, pane, &text, &marker, effects);
    }
    if state.views.is_empty() {
        // Who is there already has a tab before them.
        state.returned_to = saved.shown.filter(|tab| state.tab(*tab).is_some());
    }
    Ok(opened)
}

fn open(
    state: &mut State,
    id: PaneId,
    saved: SavedPane,
    text: &str,
    marker: &str,
    effects: &mut Vec<Effect>,
) {
    let launch = Launch {
        cwd: saved.cwd,
        ..Launch::default()
    };
    let name = saved.name.and_then(saved::fit);
    let mut start = Vec::new();
    launch::begin(state, id, launch, name, &mut start);
    let now = state.now_ms;
    if let Some(pane) = state.panes.get_mut(&id) {
        show_old(pane, text, marker);
        pane.resumed = Some(Resumed {
            offer: saved.offer.as_deref().and_then(saved::offer),
            typed: false,
            since_ms: now,
            session: saved.session,
            number: saved.number,
        });
    }
    // Its session asks for its old name when it starts.
    effects.append(&mut start);
}

/// Puts the old text into a pane. What a screen answers and notices while it is fed is not about the
/// program that is to come.
fn show_old(pane: &mut Pane, text: &str, marker: &str) {
    for line in text.lines() {
        pane.screen.feed(looks_only(line).as_bytes());
        pane.screen.feed(b"\x1b[0m\x1b]8;;\x1b\\\r\n");
    }
    if !text.is_empty() {
        pane.screen
            .feed(format!("\x1b[2m{marker}\x1b[0m\r\n").as_bytes());
    }
    drop(pane.screen.take_replies());
    drop(pane.screen.take_events());
}

/// A line with its colours and links and no other sequence or control character.
fn looks_only(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_control()) {
        let (plain, marked) = rest.split_at(at);
        out.push_str(plain);
        let length = sequence(marked);
        match length {
            Some(length) => {
                out.push_str(&marked[..length]);
                rest = &marked[length..];
            }
            None => {
                let control = marked.chars().next().map_or(1, char::len_utf8);
                rest = &marked[control..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The length of the colour or link sequence that a text begins with.
fn sequence(text: &str) -> Option<usize> {
    if let Some(colours) = text.strip_prefix("\x1b[") {
        let end = colours.find(|c: char| !(c.is_ascii_digit() || matches!(c, ';' | ':')))?;
        return colours[end..].starts_with('m').then_some(2 + end + 1);
    }
    let link = text.strip_prefix("\x1b]8;")?;
    let end = link.find(|c: char| c.is_control())?;
    let close = match &link[end..] {
        end if end.starts_with("\x1b\\") => 2,
        end if end.starts_with('\x07') => 1,
        _ => return None,
    };
    Some(4 + end + close)
}

/// When the command line of a pane may be typed; `None` while its shell has said nothing.
fn ready_at(pane: &Pane) -> Option<u64> {
    let resumed = pane.resumed.as_ref()?;
    let waits = resumed.offer.is_some() && !resumed.typed && !pane.exited();
    if !waits || pane.typed_ms > resumed.since_ms || pane.last_output_ms <= resumed.since_ms {
        return None;
    }
    match pane.at_prompt {
        Some(true) => Some(pane.last_output_ms),
        Some(false) => None,
        None => Some(pane.last_output_ms + SETTLED_MS),
    }
}

/// When the next command line is due (loop time, ms).
pub fn next(state: &State) -> Option<u64> {
    state.panes.values().filter_map(ready_at).min()
}

/// Types what is due.
pub fn offer(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now_ms;
    for (id, pane) in &mut state.panes {
        if ready_at(pane).is_none_or(|at| at > now) {
            continue;
        }
        let waits = pane.shell_waits();
        let Some(resumed) = &mut pane.resumed else {
            continue;
        };
        // Whatever else is in the foreground by now, it did not ask for a command line.
        resumed.typed = true;
        if let (true, Some(line)) = (waits, &resumed.offer) {
            effects.push(Effect::Write {
                pane: *id,
                bytes: line.clone().into_bytes(),
            });
        }
    }
}

impl Pane {
    /// The command line that stands at its prompt, untouched, or is still to be typed there.
    pub fn offered(&self) -> Option<&str> {
        let resumed = self.resumed.as_ref()?;
        let untouched = self.typed_ms <= resumed.since_ms;
        resumed.offer.as_deref().filter(|_| untouched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_text_keeps_its_looks_and_does_nothing() {
        let check = |line: &str, expected: &str| assert_eq!(looks_only(line), expected, "{line:?}");
        check("plain é", "plain é");
        check(
            "a\x1b[1;38:2::1:2:3mb\x1b[0m",
            "a\x1b[1;38:2::1:2:3mb\x1b[0m",
        );
        check(
            "\x1b]8;id=1;http://x\x1b\\x\x1b]8;;\x1b\\",
            "\x1b]8;id=1;http://x\x1b\\x\x1b]8;;\x1b\\",
        );
        check("a\x1b[2Jb", "a[2Jb");
        check("a\x1b[?1049hb\x1b[6n", "a[?1049hb[6n");
        check("\x1b]52;c;eA==\x07", "]52;c;eA==");
        check("\x1b]8;;http://x", "]8;;http://x");
        check("a\rb\u{9b}c\x1b", "abc");
    }
}
