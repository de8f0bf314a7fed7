//! What a person does at a terminal: keys, pastes, focus. The mouse has its own module.

use super::{Effect, Picture, copy, mouse, overlay, pane, panel, request};
use crate::config::settings::CopyKeys;
use crate::keys::encode;
use crate::keys::input::{Input, MouseKind, Paste};
use crate::keys::key::{Key, KeyEvent, Phase};
use crate::keys::keymap::{Binding, Lookup, Table};
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;
use crate::model::view::View;

/// Takes one piece of input from a terminal.
pub fn input(
    state: &mut State,
    client: ClientId,
    input: Input,
    effects: &mut Vec<Effect>,
) -> Picture {
    let now = state.now_ms;
    let Some(view) = state.views.get_mut(&client) else {
        return Picture::Same;
    };
    view.last_input_ms = now;
    // The first thing somebody does puts the welcome away, and is done all the same.
    let done = match &input {
        Input::Key(key) => key.phase != Phase::Release,
        Input::Mouse(mouse) => matches!(mouse.kind, MouseKind::Press(_)),
        Input::Paste(_) => true,
        Input::Focus(_) | Input::Reply(_) => false,
    };
    let welcomed = done && std::mem::take(&mut view.welcome);
    match handle(state, client, input, effects) {
        Picture::Same if !welcomed => Picture::Same,
        _ => Picture::Changed,
    }
}

fn handle(state: &mut State, client: ClientId, input: Input, effects: &mut Vec<Effect>) -> Picture {
    match input {
        Input::Key(event) => return key(state, client, &event, effects),
        Input::Mouse(event) => mouse::mouse(state, client, event, effects),
        Input::Paste(paste) => pasted(state, client, &paste, effects),
        Input::Focus(gained) => {
            focus(state, client, gained, effects);
            return Picture::Same;
        }
        Input::Reply(_) => return Picture::Same,
    }
    Picture::Changed
}

fn key(
    state: &mut State,
    client: ClientId,
    event: &KeyEvent,
    effects: &mut Vec<Effect>,
) -> Picture {
    if event.phase == Phase::Release {
        forward(state, client, event, effects);
        return Picture::Same;
    }
    if event.key.code.is_modifier() {
        // Only a program that asked for them has them told; they end no chord.
        forward(state, client, event, effects);
        return Picture::Same;
    }
    let Some(view) = state.views.get_mut(&client) else {
        return Picture::Same;
    };
    let had_message = view.message.take().is_some();
    if view.overlay.is_some() {
        overlay::key(state, client, event, effects);
        return Picture::Changed;
    }
    if view.panel.takes_text() && view.pending.is_empty() {
        panel::filter_key(view, event);
        return Picture::Changed;
    }
    let panel = view.panel.open && view.panel.focused;
    let adjusting = view.adjusting;
    if !panel && !adjusting && copy::takes(state, client, event) {
        return Picture::Changed;
    }
    match chord(state, client, event, effects) {
        Picture::Same if !had_message => Picture::Same,
        _ => Picture::Changed,
    }
}

/// The table a view's keys are looked up in first. The prefix is the prefix in copy mode too,
/// whatever else that binds the key to.
fn table(state: &State, view: &View, chord: &[Key]) -> Table {
    if view.panel.open && view.panel.focused {
        return Table::Panel;
    }
    if view.adjusting {
        return Table::Adjust;
    }
    let prefixed = chord.first() == Some(&state.config.keymap.prefix());
    match state.focused(view) {
        Some(pane) if view.copy.contains_key(&pane) && !prefixed => copy_table(state),
        _ => Table::Normal,
    }
}

/// Whether a key may run a command; one that goes to a program does not.
pub fn may_command(state: &State, client: ClientId, event: &KeyEvent) -> bool {
    let Some(view) = state.views.get(&client) else {
        return false;
    };
    let amid = view.overlay.is_some() || !view.pending.is_empty();
    if amid || state.now_ms < view.repeat_until_ms {
        return true;
    }
    let key = [event.chord()];
    let bound = |table| matches!(state.config.keymap.lookup(table, &key), Lookup::Found(_));
    bound(table(state, view, &key)) || bound(Table::Normal)
}

/// The table of copy mode's keys.
pub fn copy_table(state: &State) -> Table {
    match state.config.settings.copy_mode_keys {
        CopyKeys::Vi => Table::CopyVi,
        CopyKeys::Emacs => Table::CopyEmacs,
    }
}

/// Feeds a key to the chord typed so far: it runs something, goes on, or is the program's.
fn chord(
    state: &mut State,
    client: ClientId,
    event: &KeyEvent,
    effects: &mut Vec<Effect>,
) -> Picture {
    let config = state.config.clone();
    let now = state.now_ms;
    let key = event.chord();
    let Some(view) = state.views.get(&client) else {
        return Picture::Same;
    };
    let pending: Vec<Key> = view.pending.iter().copied().chain([key]).collect();
    let table = table(state, view, &pending);
    let Some(view) = state.views.get_mut(&client) else {
        return Picture::Same;
    };
    // Right after a repeatable key its neighbours need no prefix.
    if view.pending.is_empty() && now < view.repeat_until_ms {
        let again = [config.keymap.prefix(), key];
        if let Lookup::Found(binding) = config.keymap.lookup(Table::Normal, &again)
            && binding.repeat
        {
            let binding = binding.clone();
            fire(state, client, &binding, effects);
            return Picture::Changed;
        }
    }
    view.repeat_until_ms = 0;
    view.pending.push(key);
    view.pending_since_ms = now;
    view.hints = false;
    let mut found = config.keymap.lookup(table, &pending);
    if matches!(found, Lookup::None) && table != Table::Normal {
        found = config.keymap.lookup(Table::Normal, &pending);
    }
    match found {
        Lookup::Found(binding) => {
            let binding = binding.clone();
            view.pending.clear();
            fire(state, client, &binding, effects);
        }
        Lookup::Prefix { .. } => {}
        Lookup::None => {
            view.pending.clear();
            for mode in view.copy.values_mut() {
                mode.count = None;
            }
            if pending.len() == 1 && table == Table::Normal {
                forward(state, client, event, effects);
                return Picture::Same;
            }
        }
    }
    Picture::Changed
}

/// Runs what a key is bound to.
fn fire(state: &mut State, client: ClientId, binding: &Binding, effects: &mut Vec<Effect>) {
    if binding.repeat
        && let Some(view) = state.views.get_mut(&client)
    {
        view.repeat_until_ms = state.now_ms + u64::from(state.config.settings.repeat_time);
    }
    request::run_line(state, client, &binding.command, effects);
}

/// Gives a key to the focused pane's program, in the encoding it asked for.
fn forward(state: &mut State, client: ClientId, event: &KeyEvent, effects: &mut Vec<Effect>) {
    let Some((id, exited)) = target(state, client) else {
        return;
    };
    if exited {
        return;
    }
    for id in together(state, client, id) {
        let Some(pane) = state.panes.get(&id) else {
            continue;
        };
        let mut bytes = Vec::new();
        encode::key(event, &pane::key_modes(pane), &mut bytes);
        pane::type_into(state, id, bytes, effects);
    }
}

/// The running panes that get what a terminal types into `id`.
fn together(state: &State, client: ClientId, id: PaneId) -> Vec<PaneId> {
    let tab = state
        .views
        .get(&client)
        .and_then(|view| state.tab(view.tab));
    let panes = tab.map_or_else(|| vec![id], |tab| tab.typed_with(id));
    let runs = |id: &PaneId| state.panes.get(id).is_some_and(|pane| !pane.exited());
    panes.into_iter().filter(runs).collect()
}

fn target(state: &State, client: ClientId) -> Option<(PaneId, bool)> {
    let view = state.views.get(&client)?;
    if view.panel.open && view.panel.focused {
        return None;
    }
    let pane = state.panes.get(&state.focused(view)?)?;
    Some((pane.id, pane.exited()))
}

fn pasted(state: &mut State, client: ClientId, paste: &Paste, effects: &mut Vec<Effect>) {
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    if view.overlay.is_some() || view.panel.takes_text() {
        overlay::paste(view, &String::from_utf8_lossy(&paste.data));
        let focused = state
            .views
            .get(&client)
            .and_then(|view| state.focused(view));
        if let Some(view) = state.views.get_mut(&client) {
            copy::prompt_paste(view, focused);
        }
        return;
    }
    let Some((id, false)) = target(state, client) else {
        return;
    };
    if let Some(view) = state.views.get_mut(&client) {
        view.copy.remove(&id);
    }
    for id in together(state, client, id) {
        let Some(pane) = state.panes.get(&id) else {
            continue;
        };
        let mut bytes = Vec::new();
        encode::paste(paste, &pane::key_modes(pane), &mut bytes);
        pane::type_into(state, id, bytes, effects);
    }
}

/// The outer terminal's window gained or lost the focus: programs that asked are told.
fn focus(state: &mut State, client: ClientId, gained: bool, effects: &mut Vec<Effect>) {
    let Some((id, false)) = target(state, client) else {
        return;
    };
    let Some(pane) = state.panes.get(&id) else {
        return;
    };
    let mut bytes = Vec::new();
    encode::focus(gained, &pane::key_modes(pane), &mut bytes);
    if !bytes.is_empty() {
        effects.push(Effect::Write { pane: id, bytes });
    }
}
