//! Naming panes, tabs and clients in a command.
//!
//! A pane is `%3` (its id), a name given to it, or a number (its place in the tab, from 0). A tab is
//! `@2`, its name, or its number in the tab bar. Without a target a command means the pane it was
//! typed in, else the focused pane of the terminal that asked, else of the one used last.
//!
//! tmux's forms are understood as well: what stands before a colon is the session, of which there is
//! one; `TAB.PANE` is a pane of a tab; a tab alone means its active pane; `{end}`, `{last}` and so on
//! are tabs by where they are.

use crate::error::{Error, Result};
use crate::model::id::{ClientId, PaneId, TabId};
use crate::model::state::State;
use crate::model::view::View;
use crate::update::Requester;

/// The view a command is about: the asking terminal's, or the one used last.
///
/// # Errors
/// No terminal is attached.
pub fn view<'a>(state: &'a State, requester: &Requester) -> Result<&'a View> {
    requester
        .client
        .and_then(|client| state.views.get(&client))
        .or_else(|| state.recent_view())
        .ok_or_else(|| {
            Error::refused("no terminal is attached to this workspace")
                .with_hint("attach one first: stoa attach")
        })
}

/// The view a command goes by, though nobody may be attached: the asking terminal's, the one used
/// last, or the one that is away. None before there is a tab.
pub fn standpoint<'a>(state: &'a State, requester: &Requester) -> Option<&'a View> {
    requester
        .client
        .and_then(|client| state.views.get(&client))
        .or_else(|| state.standpoint())
}

/// Like [`view`], its client only.
///
/// # Errors
/// No terminal is attached.
pub fn client(state: &State, requester: &Requester) -> Result<ClientId> {
    view(state, requester).map(|view| view.client)
}

/// The pane a command is about.
///
/// # Errors
/// The named pane does not exist, or none is named and there is none to assume.
pub fn pane(state: &State, requester: &Requester, target: Option<&str>) -> Result<PaneId> {
    match target {
        Some(word) => named_pane(state, requester, word),
        None => requester
            .pane
            .filter(|pane| state.tab_of(*pane).is_some())
            .or_else(|| standpoint(state, requester).and_then(|view| state.focused(view)))
            .or_else(|| state.tabs.first().map(|tab| tab.active))
            .ok_or_else(|| Error::refused("there is no pane")),
    }
}

fn named_pane(state: &State, requester: &Requester, word: &str) -> Result<PaneId> {
    let missing = || {
        Error::not_found(format!("no pane {word:?}"))
            .with_hint("stoa list-panes shows their ids (%N) and names")
    };
    if !word.starts_with('%')
        && let Some(pane) = dotted_pane(state, requester, word)
    {
        return Ok(pane);
    }
    let word = word.rsplit_once(':').map_or(word, |(_, rest)| rest);
    if let Some(id) = word.strip_prefix('%') {
        let id = PaneId(id.parse().map_err(|_| missing())?);
        return state.panes.get(&id).map(|pane| pane.id).ok_or_else(missing);
    }
    let named = state
        .panes
        .values()
        .find(|pane| pane.name.as_deref() == Some(word));
    if let Some(pane) = named {
        return Ok(pane.id);
    }
    if matches!(word, "{last}" | "!") {
        return last_pane(state, requester).ok_or_else(missing);
    }
    let Ok(index) = word.parse::<usize>() else {
        let tab = named_tab(state, requester, word).map_err(|_| missing())?;
        return state.tab(tab).map(|tab| tab.active).ok_or_else(missing);
    };
    let here = tab(state, requester, None)?;
    state
        .tab(here)
        .and_then(|tab| tab.panes().get(index).copied())
        .ok_or_else(missing)
}

/// The pane that had the focus before, in the view a command is about.
fn last_pane(state: &State, requester: &Requester) -> Option<PaneId> {
    let view = standpoint(state, requester)?;
    let now = state.focused(view)?;
    let order = view.focus.get(&view.tab)?;
    order.iter().rev().find(|&&pane| pane != now).copied()
}

/// `SESSION:TAB.PANE`, `TAB.PANE` and `SESSION:TAB`; `None` if it is no such thing. A pane's name that
/// looks like one goes first.
fn dotted_pane(state: &State, requester: &Requester, word: &str) -> Option<PaneId> {
    if state
        .panes
        .values()
        .any(|pane| pane.name.as_deref() == Some(word))
    {
        return None;
    }
    let (session, place) = word.split_once(':').unwrap_or(("", word));
    let (tab, pane) = match place.rsplit_once('.') {
        Some((tab, pane)) => (tab, Some(pane)),
        None if place.len() < word.len() && !place.starts_with('%') => (place, None),
        None => return None,
    };
    if !(session.is_empty() || session == state.name || session == "$0") {
        return None;
    }
    let tab = match tab {
        "" => self::tab(state, requester, None).ok()?,
        name => named_tab(state, requester, name).ok()?,
    };
    let tab = state.tab(tab)?;
    match pane {
        None | Some("") => Some(tab.active),
        Some(pane) => match pane.strip_prefix('%') {
            Some(id) => Some(PaneId(id.parse().ok()?)).filter(|pane| tab.contains(*pane)),
            None => tab.panes().get(pane.parse::<usize>().ok()?).copied(),
        },
    }
}

/// The tab a command is about.
///
/// # Errors
/// The named tab does not exist.
pub fn tab(state: &State, requester: &Requester, target: Option<&str>) -> Result<TabId> {
    match target {
        Some(word) => named_tab(state, requester, word).or_else(|error| {
            // A pane of a tab stands for the tab.
            let pane = dotted_pane(state, requester, word).ok_or(error)?;
            let tab = state.tab_of(pane).map(|tab| tab.id);
            tab.ok_or_else(|| Error::not_found("that pane is in no tab"))
        }),
        None => requester
            .pane
            .and_then(|pane| state.tab_of(pane))
            .map(|tab| tab.id)
            .or_else(|| standpoint(state, requester).map(|view| view.tab))
            .or_else(|| state.tabs.first().map(|tab| tab.id))
            .ok_or_else(|| Error::refused("there is no tab")),
    }
}

/// tmux's words for tabs by where they are.
fn placed_tab(state: &State, requester: &Requester, word: &str) -> Option<TabId> {
    let beside = |by: usize| {
        let here = state.tab_index(tab(state, requester, None).ok()?)?;
        state.tabs.get((here + by) % state.tabs.len())
    };
    let found = match word {
        "{start}" | "^" => state.tabs.first(),
        "{end}" | "$" => state.tabs.last(),
        "{next}" | "+" => beside(1),
        "{previous}" | "-" => beside(state.tabs.len().saturating_sub(1)),
        "{last}" | "!" => state.tab(standpoint(state, requester)?.last_tab?),
        _ => None,
    };
    found.map(|tab| tab.id)
}

fn named_tab(state: &State, requester: &Requester, word: &str) -> Result<TabId> {
    let missing = || {
        Error::not_found(format!("no tab {word:?}"))
            .with_hint("stoa list-tabs shows their numbers and names")
    };
    let word = match word.split_once(':') {
        Some((session, tab)) if ["", "$0", &state.name].contains(&session) => tab,
        _ => word,
    };
    if let Some(tab) = placed_tab(state, requester, word) {
        return Ok(tab);
    }
    if let Some(id) = word.strip_prefix('%') {
        // A pane stands for the tab it is in.
        let pane = PaneId(id.parse().map_err(|_| missing())?);
        return state.tab_of(pane).map(|tab| tab.id).ok_or_else(missing);
    }
    if let Some(id) = word.strip_prefix('@') {
        let id = TabId(id.parse().map_err(|_| missing())?);
        return state.tab(id).map(|tab| tab.id).ok_or_else(missing);
    }
    if let Some(tab) = word
        .parse::<usize>()
        .ok()
        .and_then(|index| state.tabs.get(index))
    {
        return Ok(tab.id);
    }
    state
        .tabs
        .iter()
        .find(|tab| tab.name.as_deref() == Some(word))
        .or_else(|| state.tabs.iter().find(|tab| state.tab_label(tab) == word))
        .map(|tab| tab.id)
        .ok_or_else(missing)
}

/// A name for a pane or tab, made fit to be shown.
///
/// # Errors
/// It is empty, longer than 64 characters, or has control characters.
pub fn label(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::usage("a name cannot be empty"));
    }
    if name.chars().count() > 64 {
        return Err(Error::usage("a name can have 64 characters at most"));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::usage("a name cannot have control characters"));
    }
    Ok(name.to_owned())
}
