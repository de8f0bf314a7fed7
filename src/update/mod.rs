//! The pure step: what happened, what changes, and what is to be done about it.
//!
//! [`step`] takes the state and one event and returns effects as data. It does no I/O and reads no
//! clock; only `server::effects` performs what it asks for.

pub mod copy;
pub mod event;
pub mod hooks;
pub mod input;
pub mod launch;
pub mod mouse;
pub mod mouse_select;
pub mod outputs;
pub mod overlay;
pub mod palette;
pub mod pane;
pub mod panel;
pub mod request;
pub mod restore;
pub mod sequence;
pub mod settle;
pub mod shell;
mod sizes;
#[cfg(test)]
mod tests;
pub mod timer;
pub mod waits;

pub use event::{Effect, Event, ReplyTo, Requester};

use std::collections::HashMap;

use crate::command::spec::Reply;
use crate::command::tab::saved;
use crate::coord::snapshot::{Life, Snapshot};
use crate::model::id::PaneId;
use crate::model::journal::{self, Kind, Place};
use crate::model::state::State;

/// Whether an event changed anything to be seen beside the contents of panes, which keep count of
/// their own changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// Everything around the panes looks as before.
    Same,
    /// Anything may look different.
    Changed,
}

/// Applies one event. Effects are to be carried out in order.
///
/// A key that goes to a program changes nothing by itself: drawing waits for the program's answer,
/// which then is the first thing drawn.
pub fn step(state: &mut State, event: Event, effects: &mut Vec<Effect>) -> Picture {
    register_late(state, &event, effects);
    let picture = apply(state, event, effects);
    let hooked = hooks::run(state, effects);
    waits::after(state, effects);
    if hooked { Picture::Changed } else { picture }
}

/// How long it takes until what the store refused is tried again, in milliseconds.
const TRY_AGAIN_MS: u64 = 2_000;

/// Whatever happens is an occasion to register panes that the store has refused, but for what that
/// brings about itself: with nothing happening nothing is tried.
fn register_late(state: &mut State, event: &Event, effects: &mut Vec<Effect>) {
    if matches!(event, Event::Late(_) | Event::StoreTrouble(_)) {
        return;
    }
    let due = |since: u64| since + TRY_AGAIN_MS <= state.now_ms;
    if state.late_since_ms.is_some_and(due) {
        state.late_since_ms = Some(state.now_ms);
        effects.push(Effect::TryAgain);
    }
}

/// Sessions of panes end with their programs. One that is not there any more while its program runs went with its
/// store, which somebody removed or put back, and is registered again.
fn register_again(state: &State, snapshot: &Snapshot, effects: &mut Vec<Effect>) {
    let running = state.panes.iter().filter(|(_, pane)| !pane.exited());
    let mut missing: HashMap<&str, PaneId> = running
        .map(|(id, pane)| (pane.session.as_str(), *id))
        .collect();
    for session in &snapshot.sessions {
        missing.remove(session.id.as_str());
    }
    for (session, pane) in missing {
        let before = state.snapshot.sessions.iter();
        let before = before.filter(|before| before.id == session && before.life != Life::Lost);
        effects.extend(before.map(|before| Effect::RegisterAgain {
            pane,
            name: before.name.clone(),
            number: before.number,
        }));
    }
}

fn apply(state: &mut State, event: Event, effects: &mut Vec<Effect>) -> Picture {
    match event {
        Event::Input { client, input } => return input::input(state, client, input, effects),
        Event::Output { pane } => return pane::output(state, pane, effects),
        Event::Attached {
            client,
            size,
            env,
            back,
        } => request::attached(state, client, size, env, back, effects),
        Event::Gone { client } => request::gone(state, client),
        Event::Resized { client, size } => {
            if let Some(view) = state.views.get_mut(&client) {
                view.resize(size);
            }
        }
        Event::Foreground {
            pane,
            name,
            scripted,
        } => {
            if let Some(pane) = state.panes.get_mut(&pane) {
                pane.foreground = name;
                pane.scripted = scripted;
            }
        }
        Event::Directory { pane, path } => {
            if let Some(pane) = state.panes.get_mut(&pane) {
                pane.cwd = Some(path);
            }
        }
        Event::Started { pane, pid } => pane::started(state, pane, pid),
        Event::Failed { pane, why } => pane::failed(state, pane, &why, effects),
        Event::Exited { pane, status } => pane::exited(state, pane, status, effects),
        Event::Request {
            command,
            requester,
            reply,
        } => request::run(state, *command, requester, reply, effects),
        Event::Answered { reply, result } => request::answered(state, reply, result, effects),
        Event::LayoutRead {
            file,
            detached,
            requester,
            reply,
        } => {
            let result = sequence::on_behalf(state, reply, |state| {
                saved::open(state, file?, detached, *requester, effects)
            });
            request::answered(state, reply, result, effects);
        }
        Event::Unasked { reply } => {
            request::forget(state, reply.asker());
            return Picture::Same;
        }
        Event::Snapshot(snapshot) => {
            if snapshot.revision != state.snapshot.revision {
                let detail = journal::detail("revision", snapshot.revision);
                state.note(Kind::StoreChanged, Place::default(), detail);
            }
            register_again(state, &snapshot, effects);
            state.snapshot = snapshot;
            state.snapshot_at_ms = state.now_ms;
            state.store_trouble = None;
            panel::follow(state);
        }
        Event::PipeBroke { pane, why } => pane::pipe_broke(state, pane, &why),
        Event::ShellEnded { job, end } => {
            state.shells = state.shells.saturating_sub(1);
            shell::ended(state, *job, end, effects);
        }
        Event::Late(late) => state.late_since_ms = late.then_some(state.now_ms),
        Event::StoreTrouble(why) => state.store_trouble = Some(why),
        Event::Loaded { name, data, reply } => {
            let limit = state.config.settings.buffer_limit as usize;
            let kept = state.buffers.put(name.as_deref(), data, limit);
            let result = kept.map(|name| Reply::new("", serde_json::json!({ "name": name })));
            request::answered(state, reply, result, effects);
        }
        Event::Left(left) => restore::left(state, left, effects),
        Event::Reloaded { loaded, reply } => request::reloaded(state, *loaded, reply, effects),
        Event::Wished => {
            outputs::run(state, effects);
            return Picture::Same;
        }
        Event::Timer => timer::fire(state, effects),
    }
    Picture::Changed
}
