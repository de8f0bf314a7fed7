//! What lies under the mouse: found by drawing the part once more and asking it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect as Area;

use super::over::Click;
use super::overlay::exited::ExitedAction;
use super::panel::PanelAction;
use super::status::StatusAction;
use super::theme::Theme;
use super::{hit, over, parts};
use crate::model::geometry::Rect;
use crate::model::id::{ClientId, PaneId};
use crate::model::layout::Spot;
use crate::model::state::State;

pub use super::draw::crop;

fn scratch(state: &State, client: ClientId) -> Option<Buffer> {
    let view = state.views.get(&client)?;
    Some(Buffer::empty(Area::new(
        0,
        0,
        view.size.cols,
        view.size.rows,
    )))
}

/// What a click on the status line means.
pub fn status(state: &State, client: ClientId, x: u16, y: u16) -> Option<StatusAction> {
    let view = state.views.get(&client)?;
    let mut buf = scratch(state, client)?;
    let rect = view.frame().status?;
    let regions = parts::status(state, view, rect, &mut buf, &Theme::plain());
    hit(&regions, x, y).copied()
}

/// What a click in the panel means.
pub fn panel(state: &State, client: ClientId, rect: Rect, at: (u16, u16)) -> Option<PanelAction> {
    let view = state.views.get(&client)?;
    let mut buf = scratch(state, client)?;
    let drawn = parts::panel(state, view, rect, &mut buf, &Theme::plain());
    hit(&drawn.regions, at.0, at.1).cloned()
}

/// What a click on whatever lies over the panes means; `None` beside it.
pub fn over(state: &State, client: ClientId, at: (u16, u16)) -> Option<Click> {
    let view = state.views.get(&client)?;
    let mut buf = scratch(state, client)?;
    let drawn = over::render(state, view, &mut buf, &Theme::plain());
    if let Some(click) = hit(&drawn.regions, at.0, at.1) {
        return Some(click.clone());
    }
    let inside = drawn.rects.iter().any(|rect| rect.contains(at.0, at.1));
    inside.then_some(Click::Nothing)
}

/// What a click on the notice of an exited pane means.
pub fn exited(state: &State, client: ClientId, at: (u16, u16)) -> Option<(PaneId, ExitedAction)> {
    let view = state.views.get(&client)?;
    let arrangement = state.arrangement(view)?;
    let Spot::Pane(pane, rect) = arrangement.spot(at.0, at.1)? else {
        return None;
    };
    let mut buf = scratch(state, client)?;
    let (_, regions) = parts::marks(state, view, &[(pane, rect)], &mut buf, &Theme::plain());
    hit(&regions, at.0, at.1).copied()
}

/// The last useful first line of a scrolling overlay.
pub fn scroll_limit(state: &State, client: ClientId) -> Option<usize> {
    let view = state.views.get(&client)?;
    let mut buf = scratch(state, client)?;
    over::render(state, view, &mut buf, &Theme::plain()).scroll_limit
}
