//! Telling those who wait: when a pane's text fits, its program ends, it has been quiet, or an event
//! came; or that their time is up.

use serde_json::{Value, json};

use super::{Effect, request};
use crate::command::spec::Reply;
use crate::error::{Error, Result};
use crate::model::channel::Turn;
use crate::model::id::PaneId;
use crate::model::journal::{Batch, Kind};
use crate::model::pane::{Pane, PaneLife};
use crate::model::state::State;
use crate::model::wait::{MAX_WAITS, PROMPT_QUIET_MS, PaneWait, Until, Wait, Waiting};

/// The most lines that scrolled off since the last look which are looked at.
const MAX_SCROLLED: u64 = 2_000;
/// The most lines that are taken for one that was too long for the screen.
const MAX_WRAPPED: usize = 50;

/// Begins a wait; it may be over at once.
///
/// # Errors
/// Too many wait already.
pub fn begin(state: &mut State, wait: Wait, effects: &mut Vec<Effect>) -> Result<()> {
    let pane = match &wait.what {
        Waiting::Pane(wait) => Some(wait.pane),
        Waiting::Events { .. } | Waiting::Channel(_) => None,
    };
    if !state.waits.add(wait) {
        return Err(Error::refused(format!("{MAX_WAITS} commands wait already"))
            .with_hint("end some of them"));
    }
    after(state, effects);
    // In a pane whose program is over already nothing more will happen.
    if let Some((pane, code)) = pane.and_then(|id| match state.panes.get(&id)?.life {
        PaneLife::Exited { code, .. } => Some((id, code)),
        PaneLife::Running { .. } => None,
    }) {
        exited(state, pane, code, effects);
    }
    Ok(())
}

/// After an event: answers those whose wait is over.
pub fn after(state: &mut State, effects: &mut Vec<Effect>) {
    settle(state, effects, |state, wait| match &mut wait.what {
        Waiting::Events { since, most } => {
            let batch = state.journal.since(*since, *most);
            let news = batch.lost != Some(0) || !batch.entries.is_empty();
            news.then(|| Ok(show_batch(state, &batch)))
        }
        Waiting::Pane(pane_wait) => {
            let pane = state.panes.get(&pane_wait.pane)?;
            check(pane, pane_wait, state.now_ms).map(Ok)
        }
        Waiting::Channel(_) => None,
    });
}

/// When the next wait is over, or given up, without anything happening (loop time, ms).
pub fn due(state: &State) -> Option<u64> {
    let times = state.waits.list.iter().flat_map(|wait| {
        let quiet = match &wait.what {
            Waiting::Pane(pane_wait) => state
                .panes
                .get(&pane_wait.pane)
                .and_then(|pane| quiet_at(pane, pane_wait)),
            Waiting::Events { .. } | Waiting::Channel(_) => None,
        };
        [quiet, wait.until_ms]
    });
    times.flatten().min()
}

/// Gives up those whose time has come. Call after [`after`].
pub fn give_up(state: &mut State, effects: &mut Vec<Effect>) {
    settle(state, effects, |state, wait| {
        let late = wait.until_ms.is_some_and(|until| until <= state.now_ms);
        late.then(|| match &wait.what {
            // A reader that only wanted to look for a while learns where it is.
            Waiting::Events { since, most } => {
                Ok(show_batch(state, &state.journal.since(*since, *most)))
            }
            Waiting::Channel(turn) => Err(Error::refused(match turn {
                Turn::Signal(name) => format!("nobody woke channel {name} in time"),
                Turn::Lock(name) => format!("channel {name} stayed locked"),
            })
            .with_hint("--timeout sets the patience")),
            Waiting::Pane(pane_wait) => {
                let waited = state.now_ms.saturating_sub(wait.began_ms);
                Err(Error::refused(format!(
                    "it did not happen in pane {} within {}",
                    pane_wait.pane,
                    span(waited)
                ))
                .with_hint("stoa capture-pane shows what it says; --timeout sets the patience"))
            }
        })
    });
}

/// Wakes everybody who waits for a signal on a channel. False if there is nobody.
pub fn wake(state: &mut State, name: &str, effects: &mut Vec<Effect>) -> bool {
    let woken = Turn::Signal(name.to_owned());
    let waits = |wait: &Wait| matches!(&wait.what, Waiting::Channel(turn) if *turn == woken);
    let any = state.waits.list.iter().any(waits);
    settle(state, effects, |_, wait| {
        waits(wait).then(|| Ok(Reply::none()))
    });
    any
}

/// Hands a channel's lock to whoever has waited longest for it. False if nobody does.
pub fn hand_on(state: &mut State, name: &str, effects: &mut Vec<Effect>) -> bool {
    let wanted = Turn::Lock(name.to_owned());
    let waits = |wait: &Wait| matches!(&wait.what, Waiting::Channel(turn) if *turn == wanted);
    let Some(first) = state.waits.list.iter().position(waits) else {
        return false;
    };
    let wait = state.waits.list.remove(first);
    request::answered(state, wait.reply, Ok(Reply::none()), effects);
    true
}

/// A pane's program is over. Text that it wrote last counts first.
pub fn exited(state: &mut State, id: PaneId, code: i32, effects: &mut Vec<Effect>) {
    settle(state, effects, |state, wait| {
        let Waiting::Pane(pane_wait) = &mut wait.what else {
            return None;
        };
        if pane_wait.pane != id {
            return None;
        }
        let pane = state.panes.get(&id);
        let texts = pane.and_then(|pane| check(pane, pane_wait, state.now_ms));
        Some(match texts {
            Some(reply) => Ok(reply),
            None => over(pane_wait, Some(code)),
        })
    });
}

/// A pane is being closed.
pub fn closed(state: &mut State, id: PaneId, effects: &mut Vec<Effect>) {
    settle(state, effects, |_, wait| match &wait.what {
        Waiting::Pane(pane_wait) if pane_wait.pane == id => Some(over(pane_wait, None)),
        _ => None,
    });
}

/// Asks about every wait whether it is over, and answers those that are.
fn settle(
    state: &mut State,
    effects: &mut Vec<Effect>,
    ended: impl Fn(&State, &mut Wait) -> Option<Result<Reply>>,
) {
    if state.waits.list.is_empty() {
        return;
    }
    let mut waits = std::mem::take(&mut state.waits.list);
    let mut answers = Vec::new();
    waits.retain_mut(|wait| match ended(state, wait) {
        Some(answer) => {
            answers.push((wait.reply, answer));
            false
        }
        None => true,
    });
    state.waits.list = waits;
    for (reply, answer) in answers {
        request::answered(state, reply, answer, effects);
    }
}

/// What is to be said if one of the things waited for is so.
fn check(pane: &Pane, wait: &mut PaneWait, now_ms: u64) -> Option<Reply> {
    for until in &wait.until {
        match until {
            Until::Exit => {
                if let PaneLife::Exited { code, .. } = pane.life {
                    return over(wait, Some(code)).ok();
                }
            }
            Until::Idle(ms) => {
                if pane.quiet_since_ms() + ms <= now_ms {
                    return Some(told(wait, "idle", json!({}), String::new()));
                }
            }
            Until::Prompt => {
                let waits = match pane.at_prompt {
                    Some(waits) => waits,
                    None => pane.shell_waits() && pane.quiet_since_ms() + PROMPT_QUIET_MS <= now_ms,
                };
                if waits && !pane.exited() {
                    return Some(told(wait, "prompt", json!({}), String::new()));
                }
            }
            Until::Text(pattern) => {
                if let Some(line) = find(pane, wait, pattern) {
                    return Some(told(wait, "text", json!({ "line": line }), line));
                }
            }
        }
    }
    wait.seen_seq = pane.screen.seq();
    wait.seen_lines = pane.screen.scrolled();
    None
}

/// The moment at which lasting quiet ends a wait.
fn quiet_at(pane: &Pane, wait: &PaneWait) -> Option<u64> {
    let times = wait.until.iter().filter_map(|until| match until {
        Until::Idle(ms) => Some(pane.quiet_since_ms() + ms),
        Until::Prompt if pane.at_prompt.is_none() && pane.shell_waits() && !pane.exited() => {
            Some(pane.quiet_since_ms() + PROMPT_QUIET_MS)
        }
        _ => None,
    });
    times.min()
}

/// The first line that fits among those that are new or changed since the last look. Rows that go on
/// in the next one are one line.
fn find(pane: &Pane, wait: &PaneWait, pattern: &regex::Regex) -> Option<String> {
    let screen = &pane.screen;
    if screen.seq() == wait.seen_seq {
        return None;
    }
    let pushed = screen.scrolled().saturating_sub(wait.seen_lines);
    let above = pushed.min(MAX_SCROLLED).min(screen.history_len() as u64);
    let above = i32::try_from(above).unwrap_or(0);
    let (mut text, mut rows, mut fresh) = (String::new(), 0, false);
    for line in -above..i32::from(screen.size().rows) {
        let row = u16::try_from(line).ok();
        fresh |= row.is_none_or(|row| screen.row_seq(row) > wait.seen_seq);
        let wraps = screen.line_wraps(line);
        text.push_str(&screen.line_text(line, !wraps).unwrap_or_default());
        rows += 1;
        if wraps && rows < MAX_WRAPPED {
            continue;
        }
        if fresh && pattern.is_match(&text) {
            return Some(text);
        }
        (rows, fresh) = (0, false);
        text.clear();
    }
    None
}

fn told(wait: &PaneWait, what: &str, more: Value, text: String) -> Reply {
    let mut data = json!({ "pane": wait.pane.to_string(), "happened": what });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    Reply::new(text, data)
}

/// The answer to a wait whose pane's program is over, with its exit code if it ended by itself.
fn over(wait: &PaneWait, code: Option<i32>) -> Result<Reply> {
    let pane = wait.pane;
    if !wait.until.iter().any(|until| matches!(until, Until::Exit)) {
        return Err(Error::refused(format!(
            "the program in pane {pane} ended before it happened"
        )));
    }
    if wait.passes_code && code.is_none() {
        return Err(Error::refused(format!(
            "pane {pane} was closed before its program had ended"
        )));
    }
    let mut reply = told(wait, "exit", json!({ "code": code }), String::new());
    if wait.passes_code {
        reply.code = code.map_or(1, |code| u8::try_from(code).unwrap_or(1));
    }
    Ok(reply)
}

/// The answer to a wait for a pane that is gone, with its program's exit code while that is remembered.
///
/// # Errors
/// It waits for something else, or wants the code, and that is not known.
pub fn over_long_ago(state: &State, wait: &PaneWait) -> Result<Reply> {
    let ends = state.journal.after(0);
    let ends = ends.filter(|entry| entry.kind == Kind::PaneExited);
    // Another program may have been started in it after one had ended.
    let end = ends
        .filter(|entry| entry.place.pane == Some(wait.pane))
        .last();
    let code = end.and_then(|end| end.detail.get("code")?.as_i64());
    over(wait, code.and_then(|code| i32::try_from(code).ok()))
}

/// A batch of events as an answer: a line of JSON each, and where to go on.
pub fn show_batch(state: &State, batch: &Batch<'_>) -> Reply {
    let mut events: Vec<Value> = Vec::with_capacity(batch.entries.len() + 1);
    if batch.lost != Some(0) {
        events.push(json!({ "event": "lost", "count": batch.lost }));
    }
    events.extend(batch.entries.iter().map(|entry| state.journal.show(entry)));
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    Reply::new(
        lines.join("\n"),
        json!({ "events": events, "next": batch.next.to_string() }),
    )
}

fn span(ms: u64) -> String {
    match ms {
        0..=9_999 => format!("{}.{}s", ms / 1000, ms % 1000 / 100),
        _ => format!("{}s", ms / 1000),
    }
}
