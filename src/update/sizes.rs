//! How large panes are.
//!
//! A pane in a tab that terminals show is as large as the largest of them shows it (or as
//! `window-size` says), so that a small terminal never shrinks what others see. A tab that nobody
//! looks at keeps the area it had, and its panes their sizes, until they come to lie otherwise: then
//! they get the sizes that follow at once, and a terminal that turns to it again changes nothing.

use std::collections::BTreeMap;

use super::Effect;
use crate::config::settings::WindowSize;
use crate::model::geometry::{Rect, Size};
use crate::model::id::{PaneId, TabId};
use crate::model::state::State;
use crate::model::tab::{Look, Tab};
use crate::model::view::View;

/// Gives every pane the size that follows from how it lies and who shows it.
pub fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    if state.sizes_held_ms.is_some() {
        return;
    }
    note_areas(state);
    let wanted = match state.fixed_area() {
        Some(area) => fixed_sizes(state, area),
        None => {
            let mut wanted = hidden_sizes(state);
            wanted.extend(seen_sizes(state));
            wanted
        }
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
    note_sized(state);
}

/// Views in the order in which they were used.
fn by_use(state: &State) -> Vec<&View> {
    let mut views: Vec<&View> = state.views.values().collect();
    views.sort_by_key(|view| (view.last_input_ms, view.client));
    views
}

/// What becomes of a size when the view used next shows the same at another.
fn together(policy: WindowSize, size: Size, next: Size) -> Size {
    match policy {
        WindowSize::Largest => size.max(next),
        WindowSize::Smallest => size.min(next),
        WindowSize::Latest | WindowSize::Manual => next,
    }
}

/// Remembers of every tab which area terminals give it. One that none has shown yet gets what it
/// would have if all did.
fn note_areas(state: &mut State) {
    let policy = state.config.settings.window_size;
    let mut shown: BTreeMap<TabId, Size> = BTreeMap::new();
    let mut whole: Option<Size> = None;
    for view in by_use(state) {
        let size = view.frame().content.size();
        let area = shown.entry(view.tab).or_insert(size);
        *area = together(policy, *area, size);
        whole = Some(whole.map_or(size, |whole| together(policy, whole, size)));
    }
    for tab in &mut state.tabs {
        tab.area = shown.get(&tab.id).copied().or(tab.area).or(whole);
    }
}

/// Remembers how panes lay whose sizes have just been worked out.
fn note_sized(state: &mut State) {
    let fixed = state.fixed_area().is_some();
    let last = state.last_area;
    let zooms: Vec<_> = state.tabs.iter().map(|tab| zoom(state, tab.id)).collect();
    for (tab, zoom) in state.tabs.iter_mut().zip(zooms) {
        match fixed {
            // Once the area is no longer fixed all are worked out again.
            true => tab.forget_sized(),
            false => tab.note_sized(tab.area.unwrap_or(last), zoom),
        }
    }
}

/// The pane of a tab that is zoomed where one is.
fn zoom(state: &State, tab: TabId) -> Option<PaneId> {
    state.standpoint()?.zoom.get(&tab).copied()
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

/// Sizes of panes that nobody sees and that have come to lie otherwise.
fn hidden_sizes(state: &State) -> BTreeMap<PaneId, Size> {
    let seen = |tab: &Tab| state.views.values().any(|view| view.tab == tab.id);
    let mut wanted = BTreeMap::new();
    for tab in state.tabs.iter().filter(|tab| !seen(tab)) {
        let area = tab.area.unwrap_or(state.last_area);
        if tab.is_sized(area, zoom(state, tab.id)) {
            continue;
        }
        let look = state.standpoint().map(|view| state.look(tab, view));
        let look = look.unwrap_or(Look::at(tab.active));
        let arrangement = tab.arrange(Rect::new(0, 0, area.cols, area.rows), look);
        let panes = arrangement.panes.into_iter();
        let panes = panes.filter(|(_, rect)| !rect.is_empty());
        wanted.extend(panes.map(|(pane, rect)| (pane, rect.size())));
    }
    wanted
}

/// Sizes of panes as terminals show them.
fn seen_sizes(state: &State) -> BTreeMap<PaneId, Size> {
    let policy = state.config.settings.window_size;
    let mut wanted: BTreeMap<PaneId, Size> = BTreeMap::new();
    for view in by_use(state) {
        let Some(arrangement) = state.arrangement(view) else {
            continue;
        };
        for (pane, rect) in arrangement.panes {
            if !rect.is_empty() {
                let size = wanted.entry(pane).or_insert(rect.size());
                *size = together(policy, *size, rect.size());
            }
        }
    }
    wanted
}
