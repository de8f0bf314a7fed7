//! When a terminal gets a frame, and what is in it.
//!
//! Quiet means at once: the first change after `QUIET_US` without a frame is drawn in the same
//! turn, and so is what a key brought about. Busy means a cadence: under sustained output a
//! terminal gets `BUSY_US` between frames, whatever the output's speed. A terminal that is still
//! taking its last frame gets none. Nothing is drawn that nobody sees, and with nothing changed
//! there is no due time at all, so an idle workspace has no timer.

use super::terminal::Terminal;
use crate::draw::Surface;
use crate::model::geometry::Size;
use crate::model::id::{ClientId, PaneId};
use crate::model::program::ProgramStatus;
use crate::model::state::State;
use crate::model::view::View;
use crate::ui;

/// After so long without a frame a change is drawn at once, in microseconds.
const QUIET_US: u64 = 8_000;
/// Between frames under sustained output: 60 a second.
const BUSY_US: u64 = 16_667;
/// Output this long after a key in the view counts as its echo.
const ECHO_US: u64 = 50_000;
/// Between frames while a key's echo comes in pieces.
const ECHO_GAP_US: u64 = 1_000;

/// When the terminal's next frame is due (loop time, µs); `None` if nothing changed.
pub fn due_us(state: &State, client: ClientId, terminal: &Terminal, now_us: u64) -> Option<u64> {
    let view = state.views.get(&client)?;
    let changed = changed_panes(state, view, terminal);
    if !terminal.stale && changed.is_empty() {
        return None;
    }
    let typed = terminal.key_us;
    let echo = now_us.saturating_sub(typed) < ECHO_US
        && (terminal.stale
            || state
                .focused(view)
                .is_some_and(|pane| changed.contains(&pane)));
    let gap = if echo {
        if typed >= terminal.framed_us {
            0
        } else {
            ECHO_GAP_US
        }
    } else if now_us.saturating_sub(terminal.framed_us) >= QUIET_US {
        0
    } else {
        BUSY_US
    };
    Some(terminal.framed_us + gap)
}

/// The panes in view whose screen is not the one drawn last. One in the middle of a synchronized
/// update does not count: its picture is not finished.
fn changed_panes(state: &State, view: &View, terminal: &Terminal) -> Vec<PaneId> {
    let panes = state.in_sight(view);
    panes
        .into_iter()
        // Who reads a text held still sees none of the changes.
        .filter(|id| !view.copy.contains_key(id))
        .filter(|id| {
            state.panes.get(id).is_some_and(|pane| {
                !pane.screen.sync_pending() && terminal.drawn.get(id) != Some(&pane.screen.seq())
            })
        })
        .collect()
}

/// Makes a frame and sends as much of it as the terminal takes.
pub fn draw(state: &State, client: ClientId, terminal: &mut Terminal, now_us: u64) {
    let Some(view) = state.views.get(&client) else {
        return;
    };
    let changed = changed_panes(state, view, terminal);
    // What lies over panes must be drawn over them again.
    let covered = view.overlay.is_some() || view.message.is_some() || view.hints || view.welcome;
    let whole = terminal.stale || covered || view.frame().panel_floats;
    let blank = Surface::new(Size::new(0, 0));
    let mut next = std::mem::replace(&mut terminal.next, blank);
    terminal.want_mouse(state.config.settings.mouse);
    terminal.want_motion(ui::draw::wants_motion(state, view));
    terminal.want_keyboard(ui::draw::wanted_keyboard(state, view));
    if whole {
        let name = state.theme_for(view);
        let (colors, dark) = (terminal.colors, terminal.dark);
        let settings = &state.config.settings;
        let theme = state.config.themes.get(name, settings, colors, dark);
        ui::draw::whole(state, view, &theme, &mut next);
        let programs = state.panes.values().map(|pane| &pane.status);
        terminal.tell_status(ProgramStatus::foremost_of(programs));
        terminal.show(next, None);
    } else {
        let rows = ui::draw::panes(state, view, &changed, &terminal.drawn, &mut next);
        terminal.show(next, Some(rows));
    }
    for id in changed {
        if let Some(pane) = state.panes.get(&id) {
            terminal.drawn.insert(id, pane.screen.seq());
        }
    }
    terminal.stale = false;
    terminal.framed_us = now_us;
}
