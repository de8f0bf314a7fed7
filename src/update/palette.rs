//! Keys in the palette.

use super::overlay::edit_key;
use super::{Effect, request};
use crate::command::palette::{self, Item, MOST_RECENT};
use crate::keys::key::{Code, KeyEvent, Mods};
use crate::model::id::ClientId;
use crate::model::line_edit::LineEdit;
use crate::model::overlay::{Overlay, PaletteState, PromptState};
use crate::model::state::State;

/// Gives a key to the palette, which has been taken from the view.
pub fn key(
    state: &mut State,
    client: ClientId,
    mut palette: PaletteState,
    event: &KeyEvent,
    effects: &mut Vec<Effect>,
) {
    let Some(view) = state.views.get(&client) else {
        return;
    };
    let found = palette::find(state, view, palette.edit.text());
    let last = found.len().saturating_sub(1);
    let page = usize::from(view.size.rows).saturating_sub(6).max(1);
    let key = event.chord();
    let at = &mut palette.selected;
    match (key.code, key.mods) {
        (Code::Esc, _) | (Code::Char('c' | 'g'), Mods::CTRL) => return,
        (Code::Enter, _) => {
            if let Some(found) = found.into_iter().nth(*at) {
                run(state, client, found.item, effects);
                return;
            }
        }
        (Code::Tab, _) => {
            if let Some(found) = found.into_iter().nth(*at) {
                to_prompt(state, client, &found.item.stem);
                return;
            }
        }
        (Code::Up, _) | (Code::Char('p' | 'k'), Mods::CTRL) => *at = at.saturating_sub(1),
        (Code::Down, _) | (Code::Char('n' | 'j'), Mods::CTRL) => *at = (*at + 1).min(last),
        (Code::PageUp, _) => *at = at.saturating_sub(page),
        (Code::PageDown, _) => *at = (*at + page).min(last),
        _ => {
            let before = palette.edit.text().to_owned();
            edit_key(&mut palette.edit, event);
            if palette.edit.text() != before {
                palette.selected = 0;
            }
        }
    }
    if let Some(view) = state.views.get_mut(&client) {
        view.overlay = Some(Overlay::Palette(palette));
    }
}

/// Runs a row and remembers it.
fn run(state: &mut State, client: ClientId, item: Item, effects: &mut Vec<Effect>) {
    let recent = &mut state.palette_recent;
    recent.retain(|line| *line != item.line);
    recent.push(item.line.clone());
    let extra = recent.len().saturating_sub(MOST_RECENT);
    recent.drain(..extra);
    request::run_line(state, client, &item.line, effects);
}

fn to_prompt(state: &mut State, client: ClientId, stem: &str) {
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    let mut edit = LineEdit::new(stem);
    edit.set_history(view.history.clone());
    view.overlay = Some(Overlay::Prompt(PromptState {
        edit,
        ..PromptState::default()
    }));
}
