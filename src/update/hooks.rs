//! Hooks: command lines that run when something happens.
//!
//! They run after the step in which it happened. What a hook's own commands bring about in that step, or
//! when they go on after an answer that came later, starts no hooks; they cannot wait. And no more than `MOST_A_SECOND` run in a second: hooks that call each other over
//! a detour go round slowly and the server stays responsive.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Effect, ReplyTo, Requester, request, sequence};
use crate::command::line;
use crate::error::{Error, Result};
use crate::model::journal::{self, Entry, Kind, Place};
use crate::model::state::State;
use crate::model::variables::Subject;
use crate::model::wait::{Formats, HookValues};

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
                let reply = ReplyTo::Hook(entry.kind);
                let run = |state: &mut State| one(state, &entry, line, effects);
                let done = sequence::on_behalf(state, reply, run);
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

/// Runs one line.
fn one(state: &mut State, entry: &Entry, line: &str, effects: &mut Vec<Effect>) -> Result<()> {
    let commands = line::commands(line)?;
    let Place { pane, tab, client } = entry.place;
    let values = HookValues {
        subject: Subject { pane, tab, client },
        values: values(entry),
    };
    let requester = Requester {
        client: client.filter(|client| state.views.contains_key(client)),
        pane: pane.filter(|pane| state.panes.contains_key(pane)),
        formats: Formats::Hook(Arc::new(values)),
        ..Requester::default()
    };
    let reply = ReplyTo::Hook(entry.kind);
    sequence::dispatched(state, commands, requester, reply, effects).map(|_| ())
}

/// The variables of a hook's own.
fn values(entry: &Entry) -> BTreeMap<String, String> {
    let Place { pane, tab, client } = entry.place;
    let mut values = BTreeMap::from([("hook".to_owned(), entry.kind.name().to_owned())]);
    let places = [
        ("hook_pane", pane.map(|pane| pane.to_string())),
        ("hook_tab", tab.map(|tab| tab.to_string())),
        ("hook_client", client.map(|client| client.to_string())),
    ];
    for (name, value) in places {
        values.extend(value.map(|value| (name.to_owned(), value)));
    }
    for (name, value) in &entry.detail {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        values.entry(format!("hook_{name}")).or_insert(text);
    }
    values
}

/// Tells that a hook's command failed.
pub fn report(state: &mut State, kind: Kind, error: &Error) {
    let line = format!("hook {}: {}", kind.name(), error.message);
    tracing::warn!("{line}");
    if let Some(client) = state.recent_view().map(|view| view.client) {
        request::say(state, client, &line, true);
    }
}
