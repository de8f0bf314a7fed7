//! Selecting with the mouse: a drag, a double click (a word), a triple click (a line).
//!
//! What is selected is copied when the button comes up. A selection made on a live pane holds the
//! pane's text still only for that long; one made in copy mode leaves the mode as it was.

use super::Effect;
use super::copy;
use crate::keys::input::{Mouse, MouseKind};
use crate::model::buffers::MAX_BUFFER;
use crate::model::copy::{CopyMode, Unit, motion};
use crate::model::geometry::Rect;
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;
use crate::model::view::{Click, Drag, View};
use crate::term::Point;

/// How long after a click another one belongs to it, in milliseconds.
const CLICK_MS: u64 = 400;
/// How long what was copied stays to be seen, in milliseconds.
const LINGER_MS: u64 = 350;
/// Between rows scrolled while the pointer is held at the edge, in milliseconds.
const EDGE_MS: u64 = 40;

/// The first button went down in a pane.
pub fn press(state: &mut State, client: ClientId, id: PaneId, rect: Rect, event: Mouse) {
    let now = state.now_ms;
    let at = (event.x, event.y);
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    let count = match view.last_click {
        Some(last) if last.pane == id && last.at == at && now < last.ms + CLICK_MS => {
            last.count % 3 + 1
        }
        _ => 1,
    };
    let ms = now;
    view.last_click = Some(Click {
        pane: id,
        at,
        ms,
        count,
    });
    view.drag = Some(Drag::Select {
        pane: id,
        from: at,
        at,
        edge_ms: None,
    });
    if count == 1 {
        // What the mouse copied before has been seen.
        if view
            .copy
            .get(&id)
            .is_some_and(|mode| mode.leave_at_ms.is_some())
        {
            view.copy.remove(&id);
        }
        if let Some(mode) = view.copy.get_mut(&id) {
            mode.selection = None;
            mode.go(cell(mode, rect, at));
        }
        return;
    }
    let separators = state.config.settings.word_separators.clone();
    let Some(mode) = begin(state, client, id) else {
        return;
    };
    mode.go(cell(mode, rect, at));
    match count {
        2 => {
            let word = motion::word_at(&mode.text, mode.cursor, &separators);
            mode.select_word(word);
        }
        _ => mode.select(Unit::Lines),
    }
}

/// Copy mode for the mouse: one it begins ends with it.
fn begin(state: &mut State, client: ClientId, id: PaneId) -> Option<&mut CopyMode> {
    let fresh = !state.views.get(&client)?.copy.contains_key(&id);
    let mode = copy::enter(state, client, id).ok()?;
    mode.by_mouse |= fresh;
    mode.leave_at_ms = None;
    Some(mode)
}

/// The cell of the text under the pointer.
fn cell(mode: &CopyMode, rect: Rect, (x, y): (u16, u16)) -> Point {
    let row = mode.top + usize::from(y.clamp(rect.y, rect.bottom().max(1) - 1) - rect.y);
    let col = mode.left + usize::from(x.clamp(rect.x, rect.right().max(1) - 1) - rect.x);
    let row = row.min(mode.text.rows().saturating_sub(1));
    let col = match mode.text.row(row).is_tail(col) {
        true => col.saturating_sub(1),
        false => col,
    };
    Point::new(row, col)
}

/// Where a view shows a pane; `None` if it has no cells there any more.
fn shown(state: &State, view: &View, pane: PaneId) -> Option<Rect> {
    let rect = state.arrangement(view)?.pane(pane)?;
    (!rect.is_empty()).then_some(rect)
}

/// The mouse moved, or its button came up, while it selects.
pub fn drag(
    state: &mut State,
    client: ClientId,
    event: Mouse,
    effects: &mut Vec<Effect>,
) -> Option<()> {
    let view = state.views.get(&client)?;
    let Some(Drag::Select { pane, from, .. }) = view.drag else {
        return None;
    };
    let rect = shown(state, view, pane)?;
    match event.kind {
        MouseKind::Drag(_) => extend(state, client, pane, rect, from, (event.x, event.y)),
        MouseKind::WheelUp | MouseKind::WheelDown => {
            let mode = state.views.get_mut(&client)?.copy.get_mut(&pane)?;
            mode.scroll(if event.kind == MouseKind::WheelUp {
                -3
            } else {
                3
            });
            mode.go(cell(mode, rect, (event.x, event.y)));
            Some(())
        }
        MouseKind::Release(_) => {
            state.views.get_mut(&client)?.drag = None;
            release(state, client, pane, effects)
        }
        _ => None,
    }
}

/// The selection goes to the pointer; at the pane's edge the text goes by beneath it.
fn extend(
    state: &mut State,
    client: ClientId,
    pane: PaneId,
    rect: Rect,
    from: (u16, u16),
    to: (u16, u16),
) -> Option<()> {
    let now = state.now_ms;
    let mode = begin(state, client, pane)?;
    if mode.selection.is_none() {
        if from == to {
            return Some(());
        }
        mode.go(cell(mode, rect, from));
        mode.select(Unit::Chars);
    }
    mode.go(cell(mode, rect, to));
    let up = to.1 <= rect.y && mode.top > 0;
    let down = to.1 + 1 >= rect.bottom() && !mode.at_end();
    let view = state.views.get_mut(&client)?;
    if let Some(Drag::Select { at, edge_ms, .. }) = &mut view.drag {
        *at = to;
        *edge_ms = (up || down).then(|| edge_ms.unwrap_or(now + EDGE_MS));
    }
    Some(())
}

/// The pointer has been held at an edge for a moment: one row more.
pub fn at_edge(state: &mut State, client: ClientId) -> Option<()> {
    let now = state.now_ms;
    let view = state.views.get(&client)?;
    let Some(Drag::Select {
        pane,
        at,
        edge_ms: Some(due),
        from,
    }) = view.drag
    else {
        return None;
    };
    if due > now {
        return None;
    }
    let rect = shown(state, view, pane)?;
    let view = state.views.get_mut(&client)?;
    view.drag = Some(Drag::Select {
        pane,
        from,
        at,
        edge_ms: None,
    });
    let mode = view.copy.get_mut(&pane)?;
    mode.scroll(if at.1 <= rect.y { -1 } else { 1 });
    extend(state, client, pane, rect, from, at)
}

/// When [`at_edge`] is due (loop time, ms).
pub fn next(state: &State) -> Option<u64> {
    let drags = state.views.values().filter_map(|view| match view.drag {
        Some(Drag::Select { edge_ms, .. }) => edge_ms,
        _ => None,
    });
    drags.min()
}

/// The button came up: what is selected is copied.
fn release(
    state: &mut State,
    client: ClientId,
    pane: PaneId,
    effects: &mut Vec<Effect>,
) -> Option<()> {
    let separators = state.config.settings.word_separators.clone();
    let until = state.now_ms + LINGER_MS;
    let mode = state.views.get_mut(&client)?.copy.get_mut(&pane)?;
    let cursor = mode.cursor;
    let held = mode.selection.as_mut()?;
    held.fixed = Some(cursor);
    if mode.by_mouse {
        mode.leave_at_ms = Some(until);
    }
    let (one, other, shape) = mode.selected(&separators)?;
    let text = mode.text.copy(one, other, shape, MAX_BUFFER);
    let kept = match text {
        Some(text) => copy::keep(state, client, text.into_bytes(), false, effects),
        None => Err(crate::model::buffers::too_large()),
    };
    if let Err(error) = kept {
        super::request::say(state, client, &error.message, true);
    }
    Some(())
}
