//! Deciding what a new pane runs and asking for it to be started.

use std::path::PathBuf;

use crate::config::settings::NewPaneDirectory;
use crate::error::{Error, Result};
use crate::model::id::PaneId;
use crate::model::pane::{Launch, PaneLife};
use crate::model::program::ProgramStatus;
use crate::model::state::State;
use crate::term::Screen;

use super::{Effect, Requester};

/// What a new pane runs and where: in the directory asked for, else the asking shell's, else as the
/// settings say (where the pane `near` is, in the workspace's root, or at home).
///
/// # Errors
/// A word of the command cannot be a program's argument.
pub fn plan(
    state: &State,
    requester: &Requester,
    near: Option<PaneId>,
    cwd: Option<PathBuf>,
    command: Vec<String>,
) -> Result<Launch> {
    if command.iter().any(|word| word.contains('\0')) {
        return Err(Error::usage("a program's arguments cannot contain NUL"));
    }
    let asked = requester.cwd.clone();
    let policy = state.config.settings.new_pane_directory;
    let (base, beside) = match (asked, policy, near) {
        (Some(asked), ..) => (Some(asked), None),
        (None, NewPaneDirectory::Pane, Some(near)) => {
            let pane = state.panes.get(&near);
            let known = pane.map(|pane| pane.directory().to_owned());
            (known, Some(near))
        }
        (None, NewPaneDirectory::Home, _) => (state.home.clone(), None),
        (None, ..) => (None, None),
    };
    let base = base.unwrap_or_else(|| state.root.clone());
    let (cwd, beside) = match cwd {
        Some(dir) => (base.join(dir), None),
        None => (base, beside),
    };
    Ok(Launch {
        argv: command,
        only_there: false,
        cwd,
        beside,
        env: requester.env.clone(),
        set: Vec::new(),
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
    // Closing the terminal ends what its output went to.
    pane.piped = false;
    pane.session = ulid::Ulid::generate().to_string();
    pane.life = PaneLife::Running { pid: None };
    pane.screen = Screen::new(pane.size, history);
    pane.screen.set_palette(state.palette.clone());
    pane.status = ProgramStatus::default();
    pane.title.clear();
    pane.foreground.clear();
    pane.at_prompt = None;
    pane.typed_ms = state.now_ms;
    pane.touched = false;
    pane.last_output_ms = state.now_ms;
    effects.push(Effect::Start {
        pane: id,
        launch: pane.launch.clone(),
        size: pane.size,
        session: pane.session.clone(),
    });
}

/// The size a pane starts with, so that a program does not see two sizes in its first moments.
fn size_of(state: &State, pane: PaneId) -> crate::model::geometry::Size {
    state
        .tab_of(pane)
        .and_then(|tab| tab.rect(pane, state.area_of(tab.id, None)))
        .map(|rect| rect.size())
        .filter(|size| size.cols > 0 && size.rows > 0)
        .unwrap_or(super::super::model::state::UNSEEN)
}
