//! The mouse: the program's if it asked for it, else ours.
//!
//! With Shift it is never the program's. Most outer terminals do not even report it then, but select
//! by themselves.

use super::{Effect, copy, mouse_select, overlay, pane, panel, request};
use crate::keys::encode;
use crate::keys::input::{Button, Mouse, MouseKind};
use crate::keys::key::{Code, Key, KeyEvent, Mods};
use crate::model::geometry::Rect;
use crate::model::id::{ClientId, PaneId};
use crate::model::layout::{Arrangement, Spot};
use crate::model::menu::Menu;
use crate::model::overlay::Overlay;
use crate::model::state::State;
use crate::model::view::Drag;
use crate::ui::hit;
use crate::ui::overlay::exited::ExitedAction;
use crate::ui::status::StatusAction;

/// Lines that one notch of the wheel scrolls.
const WHEEL_LINES: isize = 3;

/// Takes a mouse event from a terminal.
pub fn mouse(state: &mut State, client: ClientId, event: Mouse, effects: &mut Vec<Effect>) {
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    if view.drag.is_some() {
        return drag(state, client, event, effects);
    }
    if view.overlay.is_some() {
        return overlay::mouse(state, client, event, effects);
    }
    let frame = view.frame();
    if let Some(rect) = frame.panel.filter(|rect| rect.contains(event.x, event.y)) {
        return panel::mouse(state, client, rect, event, effects);
    }
    if frame
        .status
        .is_some_and(|rect| rect.contains(event.x, event.y))
    {
        return status(state, client, event, effects);
    }
    panes(state, client, event, effects);
}

fn status(state: &mut State, client: ClientId, event: Mouse, effects: &mut Vec<Effect>) {
    if event.kind == MouseKind::Press(Button::Right) {
        return status_menu(state, client, event);
    }
    let MouseKind::Press(Button::Left) = event.kind else {
        let line = match event.kind {
            MouseKind::WheelUp => "previous-tab",
            MouseKind::WheelDown => "next-tab",
            _ => return,
        };
        return request::run_line(state, client, line, effects);
    };
    let line = match hit::status(state, client, event.x, event.y) {
        Some(StatusAction::Tab(tab)) => format!("focus-tab {tab}"),
        Some(StatusAction::Workspace) => "choose-tab".to_owned(),
        Some(StatusAction::Session) => "toggle-panel".to_owned(),
        Some(StatusAction::Attention) => "next-attention".to_owned(),
        None => return,
    };
    request::run_line(state, client, &line, effects);
}

/// The right button: a menu for what it meets.
fn status_menu(state: &mut State, client: ClientId, event: Mouse) {
    let at = Some((event.x, event.y));
    let action = hit::status(state, client, event.x, event.y);
    let Some(view) = state.views.get(&client) else {
        return;
    };
    let menu = match action {
        Some(StatusAction::Tab(tab)) => Menu::of_tab(state, view, tab, at),
        _ => Some(Menu::of_workspace(state, at)),
    };
    open_menu(state, client, menu);
}

fn open_menu(state: &mut State, client: ClientId, menu: Option<Menu>) {
    if let (Some(menu), Some(view)) = (menu, state.views.get_mut(&client)) {
        view.overlay = Some(Overlay::Menu(menu));
    }
}

/// The pane whose title stands at a cell, which is none of a pane's own: in its frame, or in the line above
/// it.
fn titled(arrangement: &Arrangement, x: u16, y: u16) -> Option<PaneId> {
    match arrangement.spot(x, y) {
        Some(Spot::Pane(..)) => None,
        Some(Spot::Title(pane) | Spot::Frame(pane, _)) => Some(pane),
        Some(Spot::Border(_)) | None => match arrangement.spot(x, y.saturating_add(1)) {
            Some(Spot::Pane(pane, _)) => Some(pane),
            _ => None,
        },
    }
}

fn panes(state: &mut State, client: ClientId, event: Mouse, effects: &mut Vec<Effect>) {
    let Some(view) = state.views.get(&client) else {
        return;
    };
    let Some(arrangement) = state.arrangement(view) else {
        return;
    };
    let press = matches!(event.kind, MouseKind::Press(Button::Left));
    if press && let Some((pane, action)) = hit::exited(state, client, (event.x, event.y)) {
        let line = match action {
            ExitedAction::Restart => format!("restart-pane -t {pane}"),
            ExitedAction::Close => format!("close-pane -t {pane}"),
        };
        return request::run_line(state, client, &line, effects);
    }
    if event.kind == MouseKind::Press(Button::Right)
        && let Some(id) = titled(&arrangement, event.x, event.y)
    {
        let menu = Menu::of_pane(state, view, id, Some((event.x, event.y)));
        return open_menu(state, client, menu);
    }
    let (id, rect) = match arrangement.spot(event.x, event.y) {
        Some(Spot::Pane(id, rect)) => (id, rect),
        Some(Spot::Border(border)) => {
            if press && let Some(view) = state.views.get_mut(&client) {
                view.drag = Some(Drag::Border(border.id));
            }
            return;
        }
        Some(Spot::Title(pane)) => {
            if press {
                take_focus(state, client, pane);
            }
            return;
        }
        Some(Spot::Frame(pane, grip)) => {
            if press {
                let frames = arrangement.floats.iter();
                let mut own = frames.filter(|floated| floated.pane == pane);
                let left = own.next().map_or(0, |floated| floated.frame.x);
                take_focus(state, client, pane);
                if let Some(view) = state.views.get_mut(&client) {
                    let hold = event.x - left;
                    view.drag = Some(Drag::Frame { pane, grip, hold });
                }
            }
            return;
        }
        None => return,
    };
    if matches!(event.kind, MouseKind::Press(_)) {
        take_focus(state, client, id);
    }
    if to_program(state, client, id, rect, event, effects) {
        return;
    }
    match event.kind {
        MouseKind::Press(Button::Left) => mouse_select::press(state, client, id, rect, event),
        MouseKind::Press(Button::Right) => {
            let at = Some((event.x, event.y));
            let view = state.views.get(&client);
            let menu = view.and_then(|view| Menu::of_pane(state, view, id, at));
            open_menu(state, client, menu);
        }
        MouseKind::Press(Button::Middle) => {
            let line = format!("paste-buffer -p -t {id}");
            request::run_line(state, client, &line, effects);
        }
        _ => wheel(state, client, id, event, effects),
    }
}

/// Whoever clicks on a pane has it focused.
fn take_focus(state: &mut State, client: ClientId, pane: PaneId) {
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    view.panel.focused = false;
    let tab = view.tab;
    state.focus(client, tab, pane);
}

/// Gives the event to a program that asked for the mouse. False if it did not.
fn to_program(
    state: &mut State,
    client: ClientId,
    id: PaneId,
    rect: Rect,
    event: Mouse,
    effects: &mut Vec<Effect>,
) -> bool {
    let reading = state
        .views
        .get(&client)
        .is_some_and(|view| view.copy.contains_key(&id));
    let ours = event.mods.has(Mods::SHIFT) || !state.config.settings.program_mouse;
    let Some(pane) = state.panes.get(&id).filter(|pane| !pane.exited()) else {
        return false;
    };
    let modes = pane::key_modes(pane);
    if modes.mouse == encode::Tracking::Off || reading || ours {
        return false;
    }
    // A view smaller than the pane shows a part of it; the program counts from the pane's corner.
    let (left, top) = hit::crop(pane, rect.size());
    let inside = Mouse {
        x: event.x - rect.x + left,
        y: event.y - rect.y + top,
        ..event
    };
    let mut bytes = Vec::new();
    if encode::mouse(&inside, &modes, &mut bytes) && !bytes.is_empty() {
        effects.push(Effect::Write { pane: id, bytes });
    }
    true
}

/// The wheel over a program that does not want it: arrows on the alternate screen, scrollback else.
fn wheel(state: &mut State, client: ClientId, id: PaneId, event: Mouse, effects: &mut Vec<Effect>) {
    let up = match event.kind {
        MouseKind::WheelUp => true,
        MouseKind::WheelDown => false,
        _ => return,
    };
    let Some(pane) = state.panes.get(&id) else {
        return;
    };
    let reading = state
        .views
        .get(&client)
        .map(|view| view.copy.contains_key(&id));
    let modes = pane.screen.modes();
    if modes.alternate_screen && reading != Some(true) {
        if modes.alternate_scroll && !pane.exited() {
            let code = if up { Code::Up } else { Code::Down };
            let key = KeyEvent::from(Key::new(code, Mods::NONE));
            let mut bytes = Vec::new();
            for _ in 0..WHEEL_LINES {
                encode::key(&key, &pane::key_modes(pane), &mut bytes);
            }
            effects.push(Effect::Write { pane: id, bytes });
        }
        return;
    }
    if up && reading != Some(true) && pane.screen.history_len() == 0 {
        return;
    }
    if !up && reading != Some(true) {
        return;
    }
    let Ok(mode) = copy::enter(state, client, id) else {
        return;
    };
    mode.leaves_at_end |= reading != Some(true);
    mode.scroll(if up { -WHEEL_LINES } else { WHEEL_LINES });
    // Wheeling down to the newest line leaves the mode that wheeling up began, as people expect.
    if !up && mode.at_end() && mode.leaves_at_end && mode.selection.is_none() {
        copy::leave(state, client, id);
    }
}

fn drag(state: &mut State, client: ClientId, event: Mouse, effects: &mut Vec<Effect>) {
    let Some(view) = state.views.get_mut(&client) else {
        return;
    };
    let Some(held) = view.drag else {
        return;
    };
    if let Drag::Select { .. } = held {
        mouse_select::drag(state, client, event, effects);
        return;
    }
    let area = view.frame().content;
    let tab = view.tab;
    if !matches!(event.kind, MouseKind::Drag(_)) {
        view.drag = None;
    }
    if !matches!(event.kind, MouseKind::Drag(_) | MouseKind::Release(_)) {
        return;
    }
    match held {
        Drag::Select { .. } => {}
        Drag::Panel => panel::drag_edge(view, event.x),
        Drag::Border(border) => {
            let before = state.shape();
            if let Some(tab) = state.tab_mut(tab) {
                tab.layout.drag_border(border, (event.x, event.y), area);
            }
            state.remember(before, "drag");
        }
        Drag::Frame { pane, grip, hold } => {
            let before = state.shape();
            if let Some(float) = state.tab_mut(tab).and_then(|tab| tab.float_mut(pane)) {
                let to = (event.x, event.y);
                float.place = float.place.dragged(grip, to, hold, area);
            }
            state.remember(before, "drag");
        }
    }
}
