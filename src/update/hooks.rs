//! Hooks: command lines that run when something happens.
//!
//! They run after the step in which it happened. What a hook's own commands bring about in that step, or
//! when they go on after an answer that came later, starts no hooks; they cannot wait. And no more than `MOST_A_SECOND` run in a second: hooks that call each other over
//! a detour go round slowly and the server stays responsive.

use super::{Effect, ReplyTo, Requester, request, sequence};
use crate::command::line;
use crate::error::{Error, Result};
use crate::model::journal::{self, Entry, Kind, Place};
use crate::model::state::State;
use crate::model::variables::{self, Subject};

/// How many hooks run in a second of loop time; the others are left out.
const MOST_A_SECOND: u32 = 20;

/// Runs the hooks of what happened since the last call. Answers whether any ran.
pub fn run(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    if state.hooks.done == state.journal.last() {
        return false;
    }
    let config = state.config.clone();
    let hooks = &config.settings.hooks;
    let news: Vec<Entry> = match hooks.is_empty() {
        true => Vec::new(),
        false => state.journal.after(state.hooks.done).cloned().collect(),
    };
    state.hooks.done = state.journal.last();
    let mut ran = false;
    for entry in news.into_iter().filter(|entry| !entry.by_hook) {
        for line in hooks.of(entry.kind) {
            if may_run(state) {
                ran = true;
                state.journal.by_hook = true;
                let done = one(state, &entry, line, effects);
                state.journal.by_hook = false;
                if let Err(error) = done {
                    report(state, entry.kind, &error);
                }
            }
        }
    }
    state.hooks.done = state.journal.last();
    ran
}

/// Whether one more may run in this second; keeps count and notes the first that may not.
fn may_run(state: &mut State) -> bool {
    let second = state.now_ms / 1000;
    if state.hooks.second != second {
        let skipped = state.hooks.skipped;
        state.hooks.second = second;
        state.hooks.ran = 0;
        state.hooks.skipped = 0;
        if skipped > 0 {
            let detail = journal::detail("count", skipped);
            state.note(Kind::HooksSkipped, Place::default(), detail);
        }
    }
    if state.hooks.ran >= MOST_A_SECOND {
        state.hooks.skipped += 1;
        return false;
    }
    state.hooks.ran += 1;
    true
}

/// Runs one line. It is split into commands and words first and formats are put in afterwards, so that
/// no title becomes several words or another command.
fn one(state: &mut State, entry: &Entry, line: &str, effects: &mut Vec<Effect>) -> Result<()> {
    let mut commands = line::commands(line)?;
    let Place { pane, tab, client } = entry.place;
    let subject = Subject { pane, tab, client };
    let own = |name: &str| match name {
        "hook" => Some(entry.kind.name().to_owned()),
        "hook_pane" => pane.map(|pane| pane.to_string()),
        "hook_tab" => tab.map(|tab| tab.to_string()),
        "hook_client" => client.map(|client| client.to_string()),
        _ => match entry.detail.get(name.strip_prefix("hook_")?)? {
            serde_json::Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        },
    };
    for word in commands.iter_mut().flatten() {
        *word = variables::expand_with(state, subject, word, &own);
    }
    let requester = Requester {
        client: client.filter(|client| state.views.contains_key(client)),
        pane: pane.filter(|pane| state.panes.contains_key(pane)),
        ..Requester::default()
    };
    let mut later = Vec::new();
    let result = sequence::dispatched(
        state,
        commands,
        requester,
        ReplyTo::Hook(entry.kind),
        &mut later,
    );
    effects.append(&mut later);
    result.map(|_| ())
}

/// Tells that a hook's command failed.
pub fn report(state: &mut State, kind: Kind, error: &Error) {
    let line = format!("hook {}: {}", kind.name(), error.message);
    tracing::warn!("{line}");
    if let Some(client) = state.recent_view().map(|view| view.client) {
        request::say(state, client, &line, true);
    }
}
