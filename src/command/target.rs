//! Naming panes, tabs and clients in a command.
//!
//! A pane is `%3` (its id), a name given to it, or a number (its place in the tab, from 0). A tab is
//! `@2`, its name, or its number in the tab bar. Without a target a command means the pane it was
//! typed in, else the focused pane of the terminal that asked, else of the one used last.
//!
//! tmux's forms are understood as well: what stands before a colon is the session, of which there is
//! one; `TAB.PANE` is a pane of a tab; a tab alone means its active pane, the session alone its
//! current tab; the start of a tab's name, or a pattern, will do if there is one such tab, unless `=`
//! stands before it. Words for places (`{end}`, `{last}`, `{top-left}`, `+2`) are in [`places`].

mod places;

use crate::draw::text::sanitize_line;
use crate::error::{Error, Kind, Result};
use crate::model::format;
use crate::model::id::{ClientId, PaneId, TabId};
use crate::model::state::State;
use crate::model::tab::Tab;
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
    if let Some(pane) = special(state, requester, word)? {
        return Ok(pane);
    }
    let mut panes = state.panes.values();
    if let Some(pane) = panes.find(|pane| pane.name.as_deref() == Some(word)) {
        return Ok(pane.id);
    }
    let (session, place) = split_session(state, word)?;
    if let Some(id) = place.strip_prefix('%') {
        let id = PaneId(id.parse().map_err(|_| missing())?);
        return state.panes.get(&id).map(|pane| pane.id).ok_or_else(missing);
    }
    let pane_of = |tab: TabId, word: &str| {
        let tab = state.tab(tab)?;
        match word {
            "" => Some(tab.active),
            word => places::pane_in(state, requester, tab, word),
        }
    };
    let here = tab(state, requester, None)?;
    if session.is_none()
        && !place.is_empty()
        && let Some(pane) = pane_of(here, place)
    {
        return Ok(pane);
    }
    // A tab's name may have a dot in it, so the whole of it goes first.
    let found = match named_tab(state, requester, place) {
        Err(error) if error.kind == Kind::NotFound => match place.rsplit_once('.') {
            Some((tab, pane)) => pane_of(named_tab(state, requester, tab)?, pane),
            None if session.is_none() && is_session(state, place) => pane_of(here, ""),
            None => None,
        },
        tab => pane_of(tab?, ""),
    };
    found.ok_or_else(missing)
}

/// The panes that have no place of their own in a name: the marked one, and the one with the keyboard.
fn special(state: &State, requester: &Requester, word: &str) -> Result<Option<PaneId>> {
    let found = match word {
        "{marked}" | "~" => state.marked.ok_or_else(|| {
            Error::refused("no pane is marked").with_hint("stoa mark-pane marks one")
        })?,
        "{active}" | "@" => {
            let view = standpoint(state, requester);
            let focused = view.and_then(|view| state.focused(view));
            focused.ok_or_else(|| Error::refused("no terminal has been attached yet"))?
        }
        "{mouse}" | "=" => {
            return Err(Error::usage("a command does not know where the mouse is")
                .with_hint("name the pane, or say {active} for the one with the keyboard"));
        }
        _ => return Ok(None),
    };
    Ok(Some(found))
}

/// What stands before the colon, if it is the session, and what stands behind it. A tab's name may have
/// a colon in it as well.
///
/// # Errors
/// It is another session.
fn split_session<'w>(state: &State, word: &'w str) -> Result<(Option<&'w str>, &'w str)> {
    let Some((session, place)) = word.split_once(':') else {
        return Ok((None, word));
    };
    if state.tabs.iter().any(|tab| state.tab_label(tab) == word) {
        return Ok((None, word));
    }
    match session.is_empty() || is_session(state, session) {
        true => Ok((Some(session), place)),
        false => Err(
            Error::not_found(format!("no session {session:?}")).with_hint(format!(
                "this workspace is the session {:?}; stoa ls shows the others",
                state.name
            )),
        ),
    }
}

/// Whether this workspace is meant: by its name, the start of it, a pattern, or tmux's number.
fn is_session(state: &State, word: &str) -> bool {
    let (name, exact) = exact(word);
    name == "$0"
        || name == state.name
        || !exact
            && !name.is_empty()
            && (state.name.starts_with(name) || format::glob(name, &state.name))
}

/// A name without the `=` that says it is to be taken exactly, and whether it had one.
fn exact(word: &str) -> (&str, bool) {
    match word.strip_prefix('=') {
        Some(name) => (name, true),
        None => (word, false),
    }
}

/// The tab a command is about.
///
/// # Errors
/// The named tab does not exist.
pub fn tab(state: &State, requester: &Requester, target: Option<&str>) -> Result<TabId> {
    match target {
        Some(word) => {
            if let Some(pane) = special(state, requester, word)? {
                let tab = state.tab_of(pane).map(|tab| tab.id);
                return tab.ok_or_else(|| Error::not_found("that pane is in no tab"));
            }
            let (session, place) = split_session(state, word)?;
            named_tab(state, requester, place).or_else(|error| match place.rsplit_once('.') {
                _ if error.kind != Kind::NotFound => Err(error),
                // A pane of a tab stands for the tab.
                Some((tab, pane)) => {
                    let tab = named_tab(state, requester, tab)?;
                    let there = |tab| {
                        pane.is_empty() || places::pane_in(state, requester, tab, pane).is_some()
                    };
                    state
                        .tab(tab)
                        .filter(|tab| there(tab))
                        .map(|tab| tab.id)
                        .ok_or(error)
                }
                None if session.is_none() && is_session(state, place) => {
                    self::tab(state, requester, None)
                }
                None => Err(error),
            })
        }
        None => requester
            .pane
            .and_then(|pane| state.tab_of(pane))
            .map(|tab| tab.id)
            .or_else(|| standpoint(state, requester).map(|view| view.tab))
            .or_else(|| state.tabs.first().map(|tab| tab.id))
            .ok_or_else(|| Error::refused("there is no tab")),
    }
}

fn named_tab(state: &State, requester: &Requester, word: &str) -> Result<TabId> {
    let missing = || {
        Error::not_found(format!("no tab {word:?}"))
            .with_hint("stoa list-tabs shows their numbers and names")
    };
    if word.is_empty() {
        return tab(state, requester, None);
    }
    if let Some(tab) = places::tab(state, requester, word) {
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
    tab_called(state, word)?.ok_or_else(missing)
}

/// The tab of a name, of a label, of a name that begins so, or that a pattern fits: the first of these
/// that there is a tab for, as in tmux.
///
/// # Errors
/// There are several.
fn tab_called(state: &State, word: &str) -> Result<Option<TabId>> {
    let (name, exact) = exact(word);
    if name.is_empty() {
        return Ok(None);
    }
    // A name that somebody gave goes before one that a program happens to have.
    let rank = |tab: &Tab, label: &str| match label {
        _ if tab.name.as_deref() == Some(name) => Some(0),
        label if label == name => Some(1),
        _ if exact => None,
        label if label.starts_with(name) => Some(2),
        label => format::glob(name, label).then_some(3),
    };
    let tabs = state.tabs.iter().enumerate();
    let ranked = tabs.filter_map(|(index, tab)| {
        let label = state.tab_label(tab);
        Some((rank(tab, &label)?, index, tab, label))
    });
    let mut found: Vec<_> = ranked.collect();
    let best = found.iter().map(|(rank, ..)| *rank).min();
    found.retain(|(rank, ..)| Some(*rank) == best);
    match found.as_slice() {
        [] => Ok(None),
        [(_, _, tab, _)] => Ok(Some(tab.id)),
        several => {
            let list = several.iter().take(8).map(|(_, index, tab, label)| {
                format!("{index}: {} ({})", sanitize_line(label), tab.id)
            });
            let list: Vec<_> = list.collect();
            Err(
                Error::usage(format!("{word:?} may be any of {} tabs", several.len()))
                    .with_hint(list.join(", ")),
            )
        }
    }
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
