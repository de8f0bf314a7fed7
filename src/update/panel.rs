//! The side panel: selection follows its record, and what keys and mouse do there.
//!
//! Whatever the panel does to groups, context and claims it does by running the very command line
//! a person could have typed, as the focused pane's session.

mod lines;
mod open;
pub mod waiting;

use super::{Effect, overlay, request};
use crate::command::view::panel::PanelAction;
use crate::error::Result;
use crate::keys::input::{Button, Mouse, MouseKind};
use crate::keys::key::{Code, KeyEvent, Mods};
use crate::model::geometry::Rect;
use crate::model::id::ClientId;
use crate::model::panel::{PanelState, RowTarget, Rows};
use crate::model::state::State;
use crate::model::view::{Drag, View};
use crate::ui::panel::PanelAction as Clicked;
use crate::ui::{hit, parts};

/// The session a view's panel acts as: that of its focused pane.
pub fn acting(state: &State, view: &View) -> Option<String> {
    let pane = state.panes.get(&state.focused(view)?)?;
    Some(pane.session.clone())
}

/// Runs `change` on a view's panel with the rows it lists.
fn with_rows<T>(
    state: &mut State,
    client: ClientId,
    change: impl FnOnce(&mut PanelState, &Rows<'_>) -> T,
) -> Option<T> {
    let view = state.views.get(&client)?;
    let acting = acting(state, view);
    let snapshot = state.snapshot.clone();
    let filter = view.panel.filter.text().to_owned();
    let rows = Rows::of(&snapshot, acting.as_deref(), &filter);
    let view = state.views.get_mut(&client)?;
    Some(change(&mut view.panel, &rows))
}

/// After the store changed: every view's selection stays with its record.
pub fn follow(state: &mut State) {
    let clients: Vec<ClientId> = state.views.keys().copied().collect();
    for client in clients {
        with_rows(state, client, |panel, rows| panel.reconcile(rows));
    }
}

/// Keys while the filter is being typed.
pub fn filter_key(view: &mut View, event: &KeyEvent) {
    let key = event.chord();
    match (key.code, key.mods) {
        (Code::Esc, _) | (Code::Char('c'), Mods::CTRL) => {
            view.panel.clear_filter();
        }
        (Code::Enter | Code::Up | Code::Down | Code::Tab, _) => view.panel.filtering = false,
        _ => {
            overlay::edit_key(&mut view.panel.filter, event);
        }
    }
}

/// Carries out one of the panel's actions.
///
/// # Errors
/// The action makes no sense on the selected row.
pub fn act(
    state: &mut State,
    client: ClientId,
    action: PanelAction,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    use PanelAction as A;
    match action {
        A::Next => select(state, client, PanelState::next_row),
        A::Previous => select(state, client, PanelState::previous_row),
        A::First => select(state, client, PanelState::first_row),
        A::Last => select(state, client, PanelState::last_row),
        A::NextSection => select(state, client, PanelState::next_section),
        A::PreviousSection => select(state, client, PanelState::previous_section),
        A::Filter | A::Flip | A::Wider | A::Narrower | A::Back | A::Close => {
            shape(state, client, action);
        }
        A::Act => return open::open(state, client, effects),
        A::Claim
        | A::Release
        | A::Complete
        | A::Add
        | A::Review
        | A::Report
        | A::Join
        | A::Leave
        | A::Share
        | A::Reply
        | A::Ack
        | A::Send => {
            let row = selected(state, client);
            let line = lines::line(state, action, row.as_ref())?;
            request::run_line(state, client, &line, effects);
        }
    }
    Ok(())
}

fn select(state: &mut State, client: ClientId, step: impl FnOnce(&mut PanelState, &Rows<'_>)) {
    with_rows(state, client, step);
}

/// The selected record.
fn selected(state: &mut State, client: ClientId) -> Option<RowTarget> {
    let row = with_rows(state, client, |panel, rows| panel.selected(rows)).flatten();
    row.map(RowTarget::record)
}

fn shape(state: &mut State, client: ClientId, action: PanelAction) {
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    let cols = view.size.cols;
    let panel = &mut view.panel;
    match action {
        PanelAction::Filter => {
            panel.filtering = true;
            panel.focused = true;
        }
        PanelAction::Flip => panel.flip(),
        PanelAction::Wider => panel.resize(4, cols),
        PanelAction::Narrower => panel.resize(-4, cols),
        PanelAction::Back => {
            if !panel.clear_filter() {
                panel.focused = false;
            }
        }
        _ => {
            if panel.open {
                panel.toggle();
            }
        }
    }
}

/// The mouse over the panel: a click selects, a click on the selected row acts, the wheel moves.
pub fn mouse(
    state: &mut State,
    client: ClientId,
    rect: Rect,
    event: Mouse,
    effects: &mut Vec<Effect>,
) {
    match event.kind {
        MouseKind::WheelUp => select(state, client, PanelState::previous_row),
        MouseKind::WheelDown => select(state, client, PanelState::next_row),
        MouseKind::Press(Button::Left) => {
            if let Some(clicked) = hit::panel(state, client, rect, (event.x, event.y)) {
                click(state, client, clicked, effects);
            }
        }
        _ => {}
    }
}

/// What a click in the panel does; one on the selected row acts on it.
fn click(state: &mut State, client: ClientId, clicked: Clicked, effects: &mut Vec<Effect>) {
    let before = with_rows(state, client, |panel, rows| panel.selected(rows)).flatten();
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    let had_focus = std::mem::replace(&mut view.panel.focused, true);
    match clicked {
        Clicked::Row(target) if had_focus && Some(&target) == before.as_ref() => {
            if let Err(error) = open::open(state, client, effects) {
                request::say(state, client, &error.message, true);
            }
        }
        Clicked::Row(target) => select(state, client, |panel, rows| {
            panel.select(rows, &target);
        }),
        Clicked::Section(section) => view.panel.section = section,
        Clicked::Filter => view.panel.filtering = true,
        Clicked::Hint(index) => {
            if let Some((line, _)) = parts::HINTS.get(index) {
                request::run_line(state, client, line, effects);
            }
        }
        Clicked::Separator => view.drag = Some(Drag::Panel),
    }
}

/// Makes the panel as wide as its edge was dragged to column `x`.
pub fn drag_edge(view: &mut View, x: u16) {
    let cols = view.size.cols;
    let wanted = if view.panel.on_left() {
        x + 1
    } else {
        cols.saturating_sub(x)
    };
    let now = view.panel.width_in(cols);
    let by = i32::from(wanted) - i32::from(now);
    view.panel
        .resize(i16::try_from(by).unwrap_or_default(), cols);
}
