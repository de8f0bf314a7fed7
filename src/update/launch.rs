//! Deciding what a new pane runs and asking for it to be started.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::model::id::PaneId;
use crate::model::pane::{Launch, PaneLife};
use crate::model::state::State;
use crate::term::Screen;

use super::{Effect, Requester};

/// What a pane made beside `near` runs: in the directory asked for, else the asking shell's, else
/// the one `near` is in.
///
/// # Errors
/// The directory asked for is none.
pub fn plan(
    state: &State,
    requester: &Requester,
    near: PaneId,
    cwd: Option<PathBuf>,
    command: Vec<String>,
) -> Result<Launch> {
    let beside = state
        .panes
        .get(&near)
        .map(|pane| pane.cwd.clone().unwrap_or_else(|| pane.launch.cwd.clone()));
    build(state, requester, cwd, beside, command)
}

/// What the first pane of a workspace runs.
///
/// # Errors
/// The directory asked for is none.
pub fn first(
    state: &State,
    requester: &Requester,
    cwd: Option<PathBuf>,
    command: Vec<String>,
) -> Result<Launch> {
    build(state, requester, cwd, None, command)
}

fn build(
    state: &State,
    requester: &Requester,
    cwd: Option<PathBuf>,
    beside: Option<PathBuf>,
    command: Vec<String>,
) -> Result<Launch> {
    if command.iter().any(|word| word.contains('\0')) {
        return Err(Error::usage("a program's arguments cannot contain NUL"));
    }
    let base = requester
        .cwd
        .clone()
        .or(beside)
        .unwrap_or_else(|| state.root.clone());
    Ok(Launch {
        argv: command,
        cwd: cwd.map_or(base.clone(), |dir| base.join(dir)),
        env: requester.env.clone(),
    })
}

/// Records a new pane that already has its place in a layout, and asks for its start.
pub fn begin(
    state: &mut State,
    pane: PaneId,
    launch: Launch,
    name: Option<String>,
    effects: &mut Vec<Effect>,
) {
    let session = ulid::Ulid::generate().to_string();
    let size = size_of(state, pane);
    state.add_pane(pane, launch.clone(), session.clone(), size);
    if let Some(pane) = state.panes.get_mut(&pane) {
        pane.name = name;
    }
    effects.push(Effect::Start {
        pane,
        launch,
        size,
        session,
    });
}

/// Starts an exited (or still running) pane's program again, on a clean screen, as a new session.
pub fn again(state: &mut State, id: PaneId, effects: &mut Vec<Effect>) {
    let history = state.config.settings.history_lines as usize;
    let Some(pane) = state.panes.get_mut(&id) else {
        return;
    };
    if !pane.exited() {
        effects.push(Effect::EndSession {
            session: pane.session.clone(),
        });
    }
    effects.push(Effect::Close { pane: id });
    pane.session = ulid::Ulid::generate().to_string();
    pane.life = PaneLife::Running { pid: None };
    pane.screen = Screen::new(pane.size, history);
    pane.title.clear();
    effects.push(Effect::Start {
        pane: id,
        launch: pane.launch.clone(),
        size: pane.size,
        session: pane.session.clone(),
    });
}

/// The size a pane starts with, so that a program does not see two sizes in its first moments.
fn size_of(state: &State, pane: PaneId) -> crate::model::geometry::Size {
    let area = state.default_area();
    state
        .tab_of(pane)
        .and_then(|tab| tab.layout.arrange(area).pane(pane))
        .map(|rect| rect.size())
        .filter(|size| size.cols > 0 && size.rows > 0)
        .unwrap_or(super::super::model::state::UNSEEN)
}
