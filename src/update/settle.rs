//! After every batch of events: make what follows from the state true again.
//!
//! Handlers only change what they mean to; here the consequences are drawn once.

use super::{Effect, request, sizes};
use crate::config::settings::PaneBorderStatus;
use crate::model::id::{ClientId, PaneId, TabId};
use crate::model::overlay::Overlay;
use crate::model::state::State;
use crate::model::view::{NOBODY, View};

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
    stand(state);
    remember_focus(state);
    sizes::settle(state, effects);
    fit_copy_modes(state);
    close_search_prompts(state);
    mark_seen(state);
}

/// While no terminal is attached there is a view all the same that says where one is.
pub fn stand(state: &mut State) {
    let Some(first) = state.tabs.first().map(|tab| tab.id) else {
        return;
    };
    if !state.views.is_empty() {
        return;
    }
    let shown = state.returned_to.take();
    let shown = shown.filter(|tab| state.tab(*tab).is_some());
    match (&mut state.away, shown) {
        (Some(view), Some(tab)) => view.show_tab(tab),
        (Some(_), None) => {}
        (away, shown) => {
            let settings = &state.config.settings;
            let panel = request::panel(settings, state.last_area);
            let tab = shown.unwrap_or(first);
            let mut view = View::new(NOBODY, state.last_area, tab, panel);
            // A terminal with room for the panel gets it.
            view.panel_parked = settings.panel.open && !view.panel.open;
            *away = Some(Box::new(view));
        }
    }
}

/// Every view has a focused pane in its tab, and the tab knows the one used last.
fn remember_focus(state: &mut State) {
    let mut active: Vec<(TabId, PaneId)> = Vec::new();
    let views = state.views.values().chain(state.away.as_deref());
    let focused: Vec<_> = views
        .filter_map(|view| Some((view.client, view.tab, state.focused(view)?)))
        .collect();
    for (client, tab, pane) in focused {
        let known = state
            .standpoint_of(client)
            .and_then(|view| view.focused_in(tab));
        if known != Some(pane) {
            state.focus(client, tab, pane);
        }
    }
    if let Some(view) = state.standpoint()
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
