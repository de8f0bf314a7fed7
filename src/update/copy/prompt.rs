//! The search prompt of copy mode: the first match so far is shown as one types.

use super::{focused, mode_of};
use crate::keys::key::{Code, KeyEvent, Mods};
use crate::model::copy::Landed;
use crate::model::id::{ClientId, PaneId};
use crate::model::line_edit::LineEdit;
use crate::model::overlay::{Overlay, SearchPrompt};
use crate::model::state::State;
use crate::model::view::View;
use crate::update::{overlay, request};

/// A prompt in which nothing is typed yet.
pub(super) fn search_prompt(forward: bool, history: Vec<String>) -> SearchPrompt {
    let mut edit = LineEdit::default();
    edit.set_history(history);
    SearchPrompt { edit, forward }
}

/// Keeps a pattern for the prompt's history, and for the next time the pane is read.
pub(super) fn remember(state: &mut State, client: ClientId, id: PaneId, pattern: &str) {
    const MOST: usize = 100;
    if let Some(pane) = state.panes.get_mut(&id).filter(|_| !pattern.is_empty()) {
        pane.searched = Some(pattern.to_owned());
    }
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    if !pattern.is_empty() && view.searches.last().map(String::as_str) != Some(pattern) {
        view.searches.push(pattern.to_owned());
        let extra = view.searches.len().saturating_sub(MOST);
        view.searches.drain(..extra);
    }
}

/// Says what a jump to a match came to, if that is not plain to see.
pub(super) fn tell(state: &mut State, client: ClientId, id: PaneId, landed: Landed) {
    let pattern = mode_of(state, client, id)
        .and_then(|mode| mode.searching.as_ref())
        .map(|searching| searching.search.pattern().to_owned());
    match (landed, pattern) {
        (Landed::Nowhere, Some(pattern)) => {
            request::say(state, client, &format!("no match for {pattern}"), true);
        }
        (Landed::Nowhere, None) => request::say(state, client, "nothing to search for", true),
        (Landed::Wrapped, _) => {
            request::say(state, client, "search went on at the other end", false);
        }
        _ => {}
    }
}

/// A key in the search prompt. The first match so far is shown as one types.
pub fn prompt_key(state: &mut State, client: ClientId, mut prompt: SearchPrompt, event: &KeyEvent) {
    let Some(id) = focused(state, client) else {
        return;
    };
    let Some(mode) = mode_of(state, client, id) else {
        return;
    };
    let key = event.chord();
    let before = prompt.edit.text().to_owned();
    match (key.code, key.mods) {
        (Code::Esc, _) | (Code::Char('c' | 'g'), Mods::CTRL) => return mode.drop_trial(),
        (Code::Backspace, _) if prompt.edit.is_empty() => return mode.drop_trial(),
        (Code::Enter, _) => {
            let landed = mode.keep_trial(prompt.forward);
            let nothing = mode.searching.as_ref();
            let nothing = nothing.is_none_or(|searching| {
                searching.search.is_done() && searching.search.total() == 0
            });
            remember(state, client, id, &before);
            tell(
                state,
                client,
                id,
                if nothing { Landed::Nowhere } else { landed },
            );
            return;
        }
        (Code::Char('s' | 'r'), Mods::CTRL) => {
            let onward = key.code == Code::Char('s');
            mode.search_again(onward == prompt.forward);
        }
        (Code::Up, _) | (Code::Char('p'), Mods::CTRL) => prompt.edit.history_up(),
        (Code::Down, _) | (Code::Char('n'), Mods::CTRL) => prompt.edit.history_down(),
        _ => _ = overlay::edit_key(&mut prompt.edit, event),
    }
    if prompt.edit.text() != before {
        mode.try_pattern(prompt.edit.text(), prompt.forward);
    }
    if let Some(view) = state.views.get_mut(&client) {
        view.overlay = Some(Overlay::Search(prompt));
    }
}

/// Text pasted into the search prompt.
pub fn prompt_paste(view: &mut View, pane: Option<PaneId>) {
    let (Some(Overlay::Search(prompt)), Some(pane)) = (&view.overlay, pane) else {
        return;
    };
    if let Some(mode) = view.copy.get_mut(&pane) {
        mode.try_pattern(prompt.edit.text(), prompt.forward);
    }
}
