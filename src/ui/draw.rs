//! One view's whole picture, from the state. Reads everything, changes nothing but the surface.
//!
//! Panes are drawn cell by cell from their screens; lines, status, panel and overlays are ratatui
//! widgets in a buffer, of which only what they covered is copied over the panes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect as Area;

use super::theme::Theme;
use super::{copy, over, parts};
use crate::draw::{Cursor, Surface};
use crate::keys::encode::{KittyFlags, Tracking};
use crate::model::float::inner;
use crate::model::geometry::{Rect, Size};
use crate::model::id::PaneId;
use crate::model::layout::{Floated, Spot};
use crate::model::pane::Pane;
use crate::model::state::State;
use crate::model::view::View;
use crate::update::pane::key_modes;

/// Draws everything a view shows.
pub fn whole(state: &State, view: &View, theme: &Theme, surface: &mut Surface) {
    surface.reset(view.size);
    let frame = view.frame();
    let Some(arrangement) = state.arrangement(view) else {
        return;
    };
    for (id, rect) in arrangement.tiled() {
        pane_whole(state, view, *id, *rect, theme, surface);
    }
    let mut buf = Buffer::empty(Area::new(0, 0, view.size.cols, view.size.rows));
    parts::borders(state, view, &arrangement, &mut buf, theme);
    for line in &arrangement.borders {
        surface.draw_buffer(&buf, line.rect);
    }
    for (_, rect) in &arrangement.titles {
        surface.draw_buffer(&buf, *rect);
    }
    if let Some(titles) = frame.titles {
        surface.draw_buffer(&buf, titles);
    }
    for rect in parts::marks(state, view, arrangement.tiled(), &mut buf, theme).0 {
        surface.draw_buffer(&buf, rect);
    }
    for floated in &arrangement.floats {
        floating(state, view, floated, theme, &mut buf, surface);
    }
    surface.cursor = pane_cursor(state, view);
    if let Some(rect) = frame.panel {
        let drawn = parts::panel(state, view, rect, &mut buf, theme);
        surface.draw_buffer(&buf, rect);
        if view.panel.focused || frame.panel_floats {
            surface.cursor = drawn.cursor.map(at);
        }
    }
    if let Some(rect) = frame.status {
        parts::status(state, view, rect, &mut buf, theme);
        surface.draw_buffer(&buf, rect);
    }
    let over = over::render(state, view, &mut buf, theme);
    for rect in &over.rects {
        surface.draw_buffer(&buf, *rect);
    }
    if over.takes_keys {
        surface.cursor = over.cursor.map(at);
    }
}

/// Draws all of a pane, as it is or as copy mode shows it.
fn pane_whole(
    state: &State,
    view: &View,
    id: PaneId,
    rect: Rect,
    theme: &Theme,
    surface: &mut Surface,
) {
    if let Some(pane) = state.panes.get(&id) {
        surface.images.extend(pane.screen.images().cloned());
    }
    match (view.copy.get(&id), state.panes.get(&id)) {
        // One that is closed in its stack.
        _ if rect.is_empty() => {}
        (Some(mode), _) => {
            let separators = &state.config.settings.word_separators;
            copy::render(mode, rect, separators, theme, surface);
        }
        (None, Some(pane)) => {
            for row in 0..rect.rows {
                let line = Rect::new(rect.x, rect.y + row, rect.cols, 1);
                pane_row(pane, rect, line, surface);
            }
        }
        (None, None) => {}
    }
}

/// Draws a floating pane over what is there.
fn floating(
    state: &State,
    view: &View,
    floated: &Floated,
    theme: &Theme,
    buf: &mut Buffer,
    surface: &mut Surface,
) {
    let rect = inner(floated.frame);
    parts::frame(state, view, floated, buf, theme);
    surface.draw_buffer(buf, floated.frame);
    pane_whole(state, view, floated.pane, rect, theme, surface);
    for rect in parts::marks(state, view, &[(floated.pane, rect)], buf, theme).0 {
        surface.draw_buffer(buf, rect);
    }
}

fn at((x, y): (u16, u16)) -> Cursor {
    Cursor {
        x,
        y,
        ..Cursor::default()
    }
}

/// Draws only what changed of the panes `changed`; answers the surface's rows that were touched.
/// The surface must hold the view's last picture, with nothing lying over its panes.
pub fn panes(
    state: &State,
    view: &View,
    changed: &[PaneId],
    drawn: &BTreeMap<PaneId, u64>,
    surface: &mut Surface,
) -> Vec<u16> {
    let mut touched = Vec::new();
    let Some(arrangement) = state.arrangement(view) else {
        return touched;
    };
    let tiled = arrangement.tiled().len();
    for (at, (id, rect)) in arrangement.panes.iter().enumerate() {
        let Some(pane) = state.panes.get(id).filter(|_| changed.contains(id)) else {
            continue;
        };
        for image in pane.screen.images() {
            if !surface.images.iter().any(|known| known.id == image.id) {
                surface.images.push(Arc::clone(image));
            }
        }
        let seen = drawn.get(id).copied().unwrap_or(0);
        // A window onto a larger screen may have moved as a whole.
        let window = rect.size() != pane.screen.size();
        // Of a floating pane its own frame and those below do not cover it.
        let below = (at + 1).saturating_sub(tiled);
        for row in 0..rect.rows {
            if window || pane.screen.row_seq(row) > seen {
                let line = Rect::new(rect.x, rect.y + row, rect.cols, 1);
                for part in arrangement.uncovered(line, below) {
                    pane_row(pane, *rect, part, surface);
                }
                touched.push(rect.y + row);
            }
        }
    }
    surface.cursor = pane_cursor(state, view);
    touched.sort_unstable();
    touched.dedup();
    touched
}

/// Draws a part of a row of a pane that lies at `rect`; `part` are cells of the surface.
fn pane_row(pane: &Pane, rect: Rect, part: Rect, surface: &mut Surface) {
    let (left, top) = crop(pane, rect.size());
    let mut span = surface.span(part.x, part.y, part.cols);
    let (column, row) = (part.x - rect.x + left, part.y - rect.y + top);
    pane.screen.draw_row_from(row, column, 0, &mut span);
}

/// The upper left cell of the part of a pane's screen that a smaller rectangle shows: the part
/// around the cursor, at the bottom and at the left for as long as that has the cursor in it.
pub fn crop(pane: &Pane, size: Size) -> (u16, u16) {
    let screen = pane.screen.size();
    let (x, y) = pane.screen.cursor_position();
    let top_most = screen.rows.saturating_sub(size.rows);
    let left_most = screen.cols.saturating_sub(size.cols);
    let top = (y + 1).saturating_sub(size.rows).min(top_most);
    let left = (x + 1).saturating_sub(size.cols).min(left_most);
    (left, top)
}

/// Where the focused pane's cursor stands on the view's screen; none where something lies over it.
fn pane_cursor(state: &State, view: &View) -> Option<Cursor> {
    let id = state.focused(view)?;
    if view.panel.open && view.panel.focused {
        return None;
    }
    let arrangement = state.arrangement(view)?;
    let rect = arrangement.pane(id)?;
    let cursor = match view.copy.get(&id) {
        Some(mode) => {
            let x = u16::try_from(mode.cursor.col.checked_sub(mode.left)?).ok()?;
            let y = u16::try_from(mode.cursor.row.checked_sub(mode.top)?).ok()?;
            (x < rect.cols && y < rect.rows).then(|| at((rect.x + x, rect.y + y)))?
        }
        None => {
            let pane = state.panes.get(&id).filter(|pane| !pane.exited())?;
            let cursor = pane.screen.cursor()?;
            let (left, top) = crop(pane, rect.size());
            let x = rect.x + cursor.x.checked_sub(left)?;
            let y = rect.y + cursor.y.checked_sub(top)?;
            Cursor { x, y, ..cursor }
        }
    };
    match arrangement.spot(cursor.x, cursor.y) {
        Some(Spot::Pane(found, _)) if found == id => Some(cursor),
        _ => None,
    }
}

/// Whether a program in view wants to know of mouse moves without a button.
pub fn wants_motion(state: &State, view: &View) -> bool {
    state.in_sight(view).iter().any(|id| {
        let pane = state.panes.get(id);
        pane.is_some_and(|pane| key_modes(pane).mouse == Tracking::Moves)
    })
}

/// What the program that is typed to wants to know of keys; nothing while they are for the
/// multiplexer.
pub fn wanted_keyboard(state: &State, view: &View) -> KittyFlags {
    let typed_to = state.focused(view).filter(|id| {
        view.overlay.is_none()
            && !view.copy.contains_key(id)
            && !(view.panel.open && view.panel.focused)
    });
    let pane = typed_to.and_then(|id| state.panes.get(&id));
    pane.map_or(KittyFlags::NONE, |pane| key_modes(pane).kitty)
}
