//! After every batch of events: make what follows from the state true again.
//!
//! Handlers only change what they mean to; here the consequences are drawn once. A pane's size is
//! the largest that any view shows it at, so that a small terminal never shrinks what others see.

use std::collections::BTreeMap;

use super::Effect;
use crate::config::settings::{PaneBorderStatus, WindowSize};
use crate::model::geometry::{Rect, Size};
use crate::model::id::{ClientId, PaneId, TabId};
use crate::model::overlay::Overlay;
use crate::model::state::State;
use crate::model::tab::Look;
use crate::model::view::View;

/// Sets sizes, focus bookkeeping and seen-marks right.
pub fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    let place = state.status_place();
    let titles = state.config.settings.pane_border_status == PaneBorderStatus::Top;
    for view in state.views.values_mut() {
        view.status_line = place;
        view.title_row = titles;
    }
    if let Some(view) = state.recent_view() {
        state.last_area = view.frame().content.size();
    }
    remember_focus(state);
    resize_panes(state, effects);
    fit_copy_modes(state);
    close_search_prompts(state);
    mark_seen(state);
}

/// Every view has a focused pane in its tab, and the tab knows the one used last.
fn remember_focus(state: &mut State) {
    let mut active: Vec<(TabId, PaneId)> = Vec::new();
    let focused: Vec<_> = state
        .views
        .values()
        .filter_map(|view| Some((view.client, view.tab, state.focused(view)?)))
        .collect();
    for (client, tab, pane) in focused {
        let known = state
            .views
            .get(&client)
            .and_then(|view| view.focused_in(tab));
        if known != Some(pane) {
            state.focus(client, tab, pane);
        }
    }
    if let Some(view) = state.recent_view()
        && let Some(pane) = view.focused_in(view.tab)
    {
        active.push((view.tab, pane));
    }
    for (tab, pane) in active {
        if let Some(tab) = state.tab_mut(tab) {
            tab.active = pane;
            tab.layout.open(pane);
        }
    }
}

fn resize_panes(state: &mut State, effects: &mut Vec<Effect>) {
    if state.sizes_held_ms.is_some() {
        return;
    }
    let wanted = match state.fixed_area() {
        Some(area) => fixed_sizes(state, area),
        None => seen_sizes(state),
    };
    for (id, size) in wanted {
        let Some(pane) = state.panes.get_mut(&id) else {
            continue;
        };
        if pane.size != size {
            pane.size = size;
            pane.screen.resize(size);
            effects.push(Effect::ResizePty { pane: id, size });
        }
    }
}

/// Sizes of panes in an area that no terminal has a say in; what is zoomed, open or in sight is as
/// terminals have it.
fn fixed_sizes(state: &State, area: Rect) -> BTreeMap<PaneId, Size> {
    let tabs = state.tabs.iter();
    let tabs = tabs.map(|tab| tab.arrange(area, Look::at(tab.active)));
    let views = state.views.values();
    let views = views.filter_map(|view| state.arrangement_in(view, area));
    let panes = tabs.chain(views).flat_map(|arrangement| arrangement.panes);
    panes
        .filter(|(_, rect)| !rect.is_empty())
        .map(|(pane, rect)| (pane, rect.size()))
        .collect()
}

/// Sizes of panes as terminals show them.
fn seen_sizes(state: &State) -> BTreeMap<PaneId, Size> {
    let policy = state.config.settings.window_size;
    let mut views: Vec<&View> = state.views.values().collect();
    views.sort_by_key(|view| (view.last_input_ms, view.client));
    let mut wanted: BTreeMap<PaneId, Size> = BTreeMap::new();
    for view in views {
        let Some(arrangement) = state.arrangement(view) else {
            continue;
        };
        for (pane, rect) in arrangement.panes {
            if !rect.is_empty() {
                let size = wanted.entry(pane).or_insert(rect.size());
                *size = match policy {
                    WindowSize::Largest => size.max(rect.size()),
                    WindowSize::Smallest => size.min(rect.size()),
                    // They come in the order in which they were used.
                    WindowSize::Latest | WindowSize::Manual => rect.size(),
                };
            }
        }
    }
    wanted
}

/// A search is typed for a pane in copy mode; without one there is nothing to search.
fn close_search_prompts(state: &mut State) {
    let reading = |view: &View| {
        let pane = state.focused(view);
        pane.is_some_and(|pane| view.copy.contains_key(&pane))
    };
    let lost = state
        .views
        .values()
        .filter(|view| matches!(view.overlay, Some(Overlay::Search(_))) && !reading(view));
    let lost: Vec<ClientId> = lost.map(|view| view.client).collect();
    for client in lost {
        if let Some(view) = state.views.get_mut(&client) {
            view.overlay = None;
        }
    }
}

/// Text held still is wrapped as its pane is, and seen through what the view shows of that.
fn fit_copy_modes(state: &mut State) {
    let reading = state.views.values().filter(|view| !view.copy.is_empty());
    let windows: Vec<_> = reading
        .filter_map(|view| Some((view.client, state.arrangement(view)?)))
        .collect();
    for (client, arrangement) in windows {
        let State { views, panes, .. } = &mut *state;
        let Some(view) = views.get_mut(&client) else {
            continue;
        };
        for (id, mode) in &mut view.copy {
            let rect = arrangement.pane(*id).filter(|rect| !rect.is_empty());
            if let (Some(rect), Some(pane)) = (rect, panes.get(id)) {
                mode.fit(rect.size(), pane.screen.size().cols);
            }
        }
    }
}

fn mark_seen(state: &mut State) {
    let views = state.views.values();
    let shown: Vec<PaneId> = views.flat_map(|view| state.in_sight(view)).collect();
    for id in shown {
        if let Some(pane) = state.panes.get_mut(&id) {
            pane.bell = false;
            pane.activity = false;
        }
    }
}
