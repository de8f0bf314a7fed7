//! Copy mode: what its actions do to a view, and what is copied.
//!
//! The rules of moving and selecting are the model's ([`CopyMode`]); here an action's name becomes a
//! call, counts repeat it, and what is copied goes to the paste buffers and to the clipboard of the
//! terminal that asked.

mod motions;
mod prompt;
mod yank;

use super::Effect;
use crate::command::view::copy::CopyAction as Action;
use crate::config::settings::CopyKeys;
use crate::error::{Error, Result};
use crate::keys::key::{Code, Key, KeyEvent, Mods};
use crate::model::copy::motion;
use crate::model::copy::{CopyMode, Landed};
use crate::model::id::{ClientId, PaneId};
use crate::model::overlay::Overlay;
use crate::model::state::State;
use crate::model::wait::Formats;
use crate::term::Shape;
use crate::ui::hit;
use motions::{find_character, motion_or_selection};
pub use prompt::{prompt_key, prompt_paste};
use prompt::{remember, search_prompt, tell};
pub use yank::keep;
use yank::{copies, yank};

/// The largest number that can be typed before a key.
const MAX_COUNT: usize = 999_999;

/// Something to be done in copy mode.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// What.
    pub action: Action,
    /// A pattern, a character or a line.
    pub text: Option<&'a str>,
    /// What becomes of formats in a shell command.
    pub formats: &'a Formats,
    /// How many times; a number typed before counts if there is none.
    pub count: Option<usize>,
}

/// Brings a view's pane into copy mode, if it is not.
///
/// # Errors
/// There is no such pane or view.
pub fn enter(state: &mut State, client: ClientId, id: PaneId) -> Result<&mut CopyMode> {
    let gone = || Error::refused("that terminal is no longer attached");
    let pane = state.panes.get(&id);
    let pane = pane.ok_or_else(|| Error::not_found(format!("no pane {id}")))?;
    let view = state.views.get(&client).ok_or_else(gone)?;
    let shown = state.arrangement(view);
    let rect = shown.and_then(|arrangement| arrangement.pane(id));
    let size = rect.map_or(pane.size, |rect| rect.size());
    let fresh = (!view.copy.contains_key(&id)).then(|| {
        let mut mode = CopyMode::new(pane.screen.freeze(), size, hit::crop(pane, size));
        mode.between = state.config.settings.copy_mode_keys == CopyKeys::Emacs;
        mode.recalled.clone_from(&pane.searched);
        mode
    });
    let view = state.views.get_mut(&client).ok_or_else(gone)?;
    if let Some(fresh) = fresh {
        view.copy.insert(id, fresh);
    }
    view.copy.get_mut(&id).ok_or_else(gone)
}

/// Does something in a view's copy mode.
///
/// # Errors
/// The pane is not in copy mode, or the action has nothing to act on.
pub fn act(
    state: &mut State,
    client: ClientId,
    id: PaneId,
    order: &Order<'_>,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    let history = state.views.get(&client).map(|view| view.searches.clone());
    let separators = state.config.settings.word_separators.clone();
    let Some(mode) = mode_of(state, client, id) else {
        return match order.action {
            Action::Cancel | Action::Back => Ok(()),
            _ => Err(Error::refused("the pane is not in copy mode")
                .with_hint("copy-mode (C-b [) begins it")),
        };
    };
    let typed = mode.count.take();
    let given = order.count.or(typed);
    let count = given.unwrap_or(1).clamp(1, MAX_COUNT);
    match order.action {
        Action::SearchForward
        | Action::SearchBackward
        | Action::SearchForwardText
        | Action::SearchBackwardText
        | Action::SearchForwardIncremental
        | Action::SearchBackwardIncremental => {
            let (forward, text) = pattern(order);
            let landed = match &text {
                Some(pattern) => mode.search(pattern, forward),
                None => {
                    mode.begin_trial();
                    let prompt = search_prompt(forward, history.unwrap_or_default());
                    if let Some(view) = state.views.get_mut(&client) {
                        view.overlay = Some(Overlay::Search(prompt));
                    }
                    return Ok(());
                }
            };
            remember(state, client, id, &text.unwrap_or_default());
            tell(state, client, id, landed);
        }
        Action::SearchAgain | Action::SearchReverse => {
            let mut landed = Landed::Here;
            for _ in 0..count.min(1000) {
                landed = mode.search_again(order.action == Action::SearchAgain);
            }
            tell(state, client, id, landed);
        }
        Action::SearchWordForward | Action::SearchWordBackward => {
            let (from, to) = motion::word_at(&mode.text, mode.cursor, &separators);
            let word = mode.text.copy(from, to, Shape::Chars, 1024);
            let word = word.filter(|word| !word.trim().is_empty());
            let word = word.ok_or_else(|| Error::refused("there is no word under the cursor"))?;
            mode.go(from);
            let pattern = regex::escape(&word);
            let landed = mode.search(&pattern, order.action == Action::SearchWordForward);
            remember(state, client, id, &pattern);
            tell(state, client, id, landed);
        }
        Action::Cancel => leave(state, client, id),
        Action::Back if mode.selection.is_none() => leave(state, client, id),
        Action::RefreshFromPane => refresh(state, client, id)?,
        action if copies(action).is_some() => {
            yank(state, client, id, order, &separators, effects)?;
        }
        action => {
            let ended = !motion_or_selection(mode, action, order.text, given, &separators)?;
            let down = matches!(
                action,
                Action::CursorDown | Action::PageDown | Action::HalfpageDown | Action::ScrollDown
            );
            let leaves = cancels(action) || (down && mode.leaves_at_end);
            if leaves && ended && mode.selection.is_none() {
                leave(state, client, id);
            }
        }
    }
    Ok(())
}

/// The way an action searches, and the pattern it was given, if any.
fn pattern(order: &Order<'_>) -> (bool, Option<String>) {
    use Action::{SearchBackwardText, SearchForwardIncremental, SearchForwardText};
    let action = order.action;
    let forward = matches!(
        action,
        Action::SearchForward | SearchForwardText | SearchForwardIncremental
    );
    let text = order.text.map(|text| match action {
        SearchForwardText | SearchBackwardText => regex::escape(text),
        SearchForwardIncremental | Action::SearchBackwardIncremental => {
            // tmux's prompt says with the first character what was typed.
            text.strip_prefix(['=', '+', '-'])
                .unwrap_or(text)
                .to_owned()
        }
        _ => text.to_owned(),
    });
    (forward, text)
}

/// Whether an action leaves the mode when there is nothing further down.
fn cancels(action: Action) -> bool {
    use Action::{
        CursorDownAndCancel, HalfpageDownAndCancel, PageDownAndCancel, ScrollDownAndCancel,
    };
    matches!(
        action,
        CursorDownAndCancel | HalfpageDownAndCancel | PageDownAndCancel | ScrollDownAndCancel
    )
}

fn mode_of(state: &mut State, client: ClientId, id: PaneId) -> Option<&mut CopyMode> {
    state.views.get_mut(&client)?.copy.get_mut(&id)
}

/// Leaves copy mode: the pane shows what its program shows.
pub fn leave(state: &mut State, client: ClientId, id: PaneId) {
    if let Some(view) = state.views.get_mut(&client) {
        view.copy.remove(&id);
    }
}

/// Reads the pane anew, the cursor staying at its line counted from the oldest.
fn refresh(state: &mut State, client: ClientId, id: PaneId) -> Result<()> {
    let old = state
        .views
        .get_mut(&client)
        .and_then(|view| view.copy.remove(&id));
    let mode = enter(state, client, id)?;
    if let Some(old) = old {
        mode.leaves_at_end = old.leaves_at_end;
        mode.find = old.find;
        if let Some(searching) = old.searching {
            let search = crate::term::Search::new(searching.search.pattern(), &mode.text);
            mode.search_later(search, searching.forward);
        }
    }
    Ok(())
}

fn focused(state: &State, client: ClientId) -> Option<PaneId> {
    state.focused(state.views.get(&client)?)
}

/// What copy mode does with a key before any binding is looked up: a number before a key, a
/// character to look for, the first key after the mouse has copied something. True if that was all.
pub fn takes(state: &mut State, client: ClientId, event: &KeyEvent) -> bool {
    let emacs = state.config.settings.copy_mode_keys == CopyKeys::Emacs;
    let Some(id) = focused(state, client) else {
        return false;
    };
    let Some(view) = state.views.get_mut(&client) else {
        return false;
    };
    let begun = !view.pending.is_empty();
    let Some(mode) = view.copy.get_mut(&id) else {
        return false;
    };
    if mode.leave_at_ms.is_some() {
        view.copy.remove(&id);
        return false;
    }
    let key: Key = event.chord();
    if let Some(find) = mode.wants_character.take() {
        match (key.code, event.typed()) {
            (Code::Esc, _) | (_, None) => mode.count = None,
            (_, Some(wanted)) => find_character(mode, find, wanted),
        }
        return true;
    }
    let mods = if emacs { Mods::ALT } else { Mods::NONE };
    match key.code {
        Code::Char(digit @ '0'..='9') if key.mods == mods && !begun => {
            let digit = usize::from(digit as u8 - b'0');
            if digit == 0 && mode.count.is_none() {
                return false;
            }
            let count = mode.count.unwrap_or(0) * 10 + digit;
            mode.count = Some(count.min(MAX_COUNT));
            true
        }
        _ => false,
    }
}

/// Goes on with searches, a piece each, and ends modes whose time has come.
pub fn work(state: &mut State) {
    let now = state.now_ms;
    let mut landed = Vec::new();
    for view in state.views.values_mut() {
        view.copy
            .retain(|_, mode| mode.leave_at_ms.is_none_or(|at| at > now));
        for (id, mode) in &mut view.copy {
            if mode.is_searching() {
                let trial = mode.trial.is_some();
                let came_to = mode.search_on();
                if !trial {
                    landed.push((view.client, *id, came_to));
                }
            }
        }
    }
    for (client, id, came_to) in landed {
        tell(state, client, id, came_to);
    }
}

/// When there is something to do for [`work`] (loop time, ms).
pub fn next(state: &State) -> Option<u64> {
    let modes = state.views.values().flat_map(|view| view.copy.values());
    modes
        .filter_map(|mode| match mode.is_searching() {
            true => Some(state.now_ms),
            false => mode.leave_at_ms,
        })
        .min()
}
