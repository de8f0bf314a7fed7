//! tmux's words for panes and tabs by where they are.

use super::standpoint;
use crate::model::geometry::Direction;
use crate::model::id::{PaneId, TabId};
use crate::model::state::State;
use crate::model::tab::{Look, Tab};
use crate::model::view::View;
use crate::update::Requester;

/// A tab by where it is: `{start}`, `{last}`, `+2` and the like.
pub(super) fn tab(state: &State, requester: &Requester, word: &str) -> Option<TabId> {
    let beside = |by: isize| {
        let here = state.tab_index(super::tab(state, requester, None).ok()?)?;
        state.tabs.get(turned(here, by, state.tabs.len())?)
    };
    let found = match word {
        "{start}" | "^" => state.tabs.first(),
        "{end}" | "$" => state.tabs.last(),
        "{next}" => beside(1),
        "{previous}" => beside(-1),
        "{last}" | "!" => state.tab(standpoint(state, requester)?.last_tab?),
        steps => beside(offset(steps)?),
    };
    found.map(|tab| tab.id)
}

/// A pane of a tab: its number or name there, or where it is.
pub(super) fn pane_in(
    state: &State,
    requester: &Requester,
    tab: &Tab,
    word: &str,
) -> Option<PaneId> {
    if let Some(id) = word.strip_prefix('%') {
        return Some(PaneId(id.parse().ok()?)).filter(|pane| tab.contains(*pane));
    }
    let panes = tab.panes();
    if word.starts_with(|c: char| c.is_ascii_digit())
        && let Ok(index) = word.parse::<usize>()
    {
        return panes.get(index).copied();
    }
    let name = |pane: &&PaneId| {
        let pane = state.panes.get(pane);
        pane.is_some_and(|pane| pane.name.as_deref() == Some(word))
    };
    if let Some(named) = panes.iter().find(name) {
        return Some(*named);
    }
    let view = standpoint(state, requester);
    let order = view.and_then(|view| view.focus.get(&tab.id));
    let order = order.map_or(&[][..], Vec::as_slice);
    let focused = order.last().copied().filter(|pane| tab.contains(*pane));
    let focused = focused.unwrap_or(tab.active);
    let by = match word {
        "{last}" | "!" => return order.iter().rev().find(|&&pane| pane != focused).copied(),
        "{next}" => 1,
        "{previous}" => -1,
        word => match offset(word) {
            Some(by) => by,
            None => return placed(state, view, tab, (focused, order), word),
        },
    };
    let here = panes.iter().position(|pane| *pane == focused)?;
    panes.get(turned(here, by, panes.len())?).copied()
}

/// A pane by where it lies in its tab, or beside the focused one there, as the view has it.
fn placed(
    state: &State,
    view: Option<&View>,
    tab: &Tab,
    (focused, order): (PaneId, &[PaneId]),
    word: &str,
) -> Option<PaneId> {
    let towards = match word {
        "{up-of}" => Some(Direction::Up),
        "{down-of}" => Some(Direction::Down),
        "{left-of}" => Some(Direction::Left),
        "{right-of}" => Some(Direction::Right),
        _ => None,
    };
    let area = state.area_of(tab.id, view);
    let look = Look {
        order,
        ..Look::at(focused)
    };
    let arrangement = tab.arrange(area, look);
    if let Some(towards) = towards {
        let rank = |pane: PaneId| {
            let place = order.iter().position(|&other| other == pane);
            place.map_or(0, |place| place as u64 + 1)
        };
        return arrangement.neighbour(focused, towards, rank);
    }
    let (right, bottom) = (
        area.right().saturating_sub(1),
        area.bottom().saturating_sub(1),
    );
    let (middle, centre) = (area.x + area.cols / 2, area.y + area.rows / 2);
    let at = match word {
        "{top}" => (middle, area.y),
        "{bottom}" => (middle, bottom),
        "{left}" => (area.x, centre),
        "{right}" => (right, centre),
        "{top-left}" => (area.x, area.y),
        "{top-right}" => (right, area.y),
        "{bottom-left}" => (area.x, bottom),
        "{bottom-right}" => (right, bottom),
        _ => return None,
    };
    // A border in the middle belongs to the pane before it.
    let around = [
        at,
        (at.0.saturating_sub(1), at.1),
        (at.0, at.1.saturating_sub(1)),
    ];
    around.into_iter().find_map(|(x, y)| {
        // Of a stack the open one counts.
        let mut tiled = arrangement
            .tiled()
            .iter()
            .filter(|(_, own)| !own.is_empty());
        let holds = |pane: &PaneId| {
            let place = arrangement.place(*pane);
            place.is_some_and(|rect| rect.contains(x, y))
        };
        tiled.find(|(pane, _)| holds(pane)).map(|(pane, _)| *pane)
    })
}

/// `+`, `-`, `+2`, `-3`.
fn offset(word: &str) -> Option<isize> {
    let (sign, steps) = match word.strip_prefix('+') {
        Some(steps) => (1, steps),
        None => (-1, word.strip_prefix('-')?),
    };
    match steps {
        "" => Some(sign),
        steps if steps.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(sign * steps.parse::<isize>().ok()?)
        }
        _ => None,
    }
}

/// The place so many steps further, round and round.
fn turned(here: usize, by: isize, count: usize) -> Option<usize> {
    let count = isize::try_from(count).ok().filter(|count| *count > 0)?;
    let here = isize::try_from(here).ok()?;
    usize::try_from((here + by % count).rem_euclid(count)).ok()
}
