//! The parts of a view's picture: their props, taken from the state.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::Region;
use super::border::{self, Agent, BorderProps, PaneLabel};
use super::copy;
use super::format::{self, Span};
use super::frame::{self, FrameProps};
use super::overlay::exited::{self, ExitedAction, ExitedProps};
use super::panel::{self, Hint, PanelProps, PanelView};
use super::status::{self, StatusAction, StatusProps};
use super::tabs::TabLabel;
use super::theme::Theme;
use crate::coord::snapshot::Life;
use crate::keys::chord;
use crate::keys::keymap::Table;
use crate::model::float::Float;
use crate::model::geometry::Rect;
use crate::model::id::{PaneId, TabId};
use crate::model::layout::{Arrangement, Floated};
use crate::model::pane::{Pane, PaneLife};
use crate::model::state::State;
use crate::model::tab::Tab;
use crate::model::variables::{self, Subject};
use crate::model::view::View;
use crate::model::wall;

/// The lines between panes, with titles in them.
pub fn borders(
    state: &State,
    view: &View,
    arrangement: &Arrangement,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let tiled: Vec<PaneId> = arrangement.tiled().iter().map(|(id, _)| *id).collect();
    let mut titles = titles(state, view, &tiled);
    for titled in &mut titles {
        let pane = titled.pane;
        if arrangement.titles.iter().any(|(other, _)| *other == pane) {
            let open = arrangement.pane(pane).is_some_and(|rect| !rect.is_empty());
            titled.title.insert_str(0, if open { "▾ " } else { "▸ " });
        }
    }
    let labels = labels(&titles);
    let props = BorderProps {
        arrangement,
        focused: keyboard(state, view).filter(|pane| tiled.contains(pane)),
        labels: &labels,
        title_row: view.frame().titles.is_some(),
    };
    border::render(buf, &props, theme);
}

/// The border of a floating pane, with its title.
pub fn frame(state: &State, view: &View, floated: &Floated, buf: &mut Buffer, theme: &Theme) {
    let titles = titles(state, view, &[floated.pane]);
    let labels = labels(&titles);
    let Some(label) = labels.first() else {
        return;
    };
    let props = FrameProps {
        rect: floated.frame,
        label: *label,
        focused: keyboard(state, view) == Some(floated.pane),
        pinned: floated.pinned,
    };
    frame::render(buf, &props, theme);
}

/// The pane that takes the keys, unless the panel does.
fn keyboard(state: &State, view: &View) -> Option<PaneId> {
    let panel = view.panel.open && view.panel.focused;
    state.focused(view).filter(|_| !panel)
}

/// What a pane's line says.
struct Titled {
    pane: PaneId,
    title: String,
    /// Exit code of a program that is over.
    exited: Option<i32>,
    agent: Agent,
    synchronized: bool,
}

/// What the lines of panes say.
fn titles(state: &State, view: &View, panes: &[PaneId]) -> Vec<Titled> {
    let found = panes.iter().filter_map(|id| state.panes.get(id));
    let titled = |pane: &Pane| {
        let exited = match pane.life {
            PaneLife::Exited { code, .. } => Some(code),
            PaneLife::Running { .. } => None,
        };
        let mark = if state.marked == Some(pane.id) {
            "◆ "
        } else {
            ""
        };
        let synchronized = state
            .tab(view.tab)
            .is_some_and(|tab| tab.typed_with(pane.id).len() > 1);
        let both = if synchronized { "⇉ " } else { "" };
        Titled {
            pane: pane.id,
            title: format!("{mark}{both}{}", pane.label()),
            exited,
            agent: agent(state, pane),
            synchronized,
        }
    };
    found.map(titled).collect()
}

fn labels(titles: &[Titled]) -> Vec<PaneLabel<'_>> {
    let titles = titles.iter();
    titles
        .map(|titled| PaneLabel {
            pane: titled.pane,
            title: &titled.title,
            agent: titled.agent,
            synchronized: titled.synchronized,
            exited: titled.exited,
        })
        .collect()
}

/// What a pane's agent says of itself.
fn agent(state: &State, pane: &Pane) -> Agent {
    let session = state.snapshot.session(&pane.session);
    Agent::of(session.and_then(|session| session.state.as_deref()))
}

/// What lies on panes: where copy mode is, that their programs are over. Answers the
/// cells, and what a click there means.
pub fn marks(
    state: &State,
    view: &View,
    panes: &[(PaneId, Rect)],
    buf: &mut Buffer,
    theme: &Theme,
) -> (Vec<Rect>, Vec<Region<(PaneId, ExitedAction)>>) {
    let (mut rects, mut regions) = (Vec::new(), Vec::new());
    for (id, rect) in panes {
        let Some(pane) = state.panes.get(id).filter(|_| !rect.is_empty()) else {
            continue;
        };
        if let PaneLife::Exited { how, code } = &pane.life {
            let key = |command: &str| {
                let entries = state.config.keymap.reverse(command);
                entries
                    .first()
                    .map(|entry| chord::show(&entry.keys))
                    .unwrap_or_default()
            };
            let props = ExitedProps {
                how,
                failed: *code != 0,
                restart: &key("restart-pane"),
                close: &key("confirm -p 'Close this pane?' close-pane"),
            };
            let drawn = exited::render(*rect, buf, &props, theme);
            rects.push(drawn.rect);
            regions.extend(drawn.regions.into_iter().map(|region| Region {
                rect: region.rect,
                action: (*id, region.action),
            }));
        }
        if let Some(mode) = view.copy.get(id) {
            rects.push(copy::mark(mode, *rect, buf, theme));
        }
    }
    (rects, regions)
}

/// The status line.
pub fn status(
    state: &State,
    view: &View,
    rect: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Vec<Region<StatusAction>> {
    let names: Vec<String> = state.tabs.iter().map(|tab| state.tab_label(tab)).collect();
    let own: Vec<Option<Vec<Span>>> = state
        .tabs
        .iter()
        .map(|tab| own_tab(state, view, tab, theme))
        .collect();
    let tabs = state
        .tabs
        .iter()
        .zip(names.iter().zip(&own))
        .enumerate()
        .map(|(number, (tab, (name, own)))| {
            let marked = |mark: &dyn Fn(&Pane) -> bool| {
                let panes = tab.panes();
                let mut panes = panes.iter().filter_map(|id| state.panes.get(id));
                panes.any(mark)
            };
            TabLabel {
                id: tab.id,
                number,
                name,
                active: tab.id == view.tab,
                last: view.last_tab == Some(tab.id),
                zoomed: view.zoom.contains_key(&tab.id),
                bell: marked(&|pane| pane.bell),
                activity: marked(&|pane| pane.activity),
                blocked: marked(&|pane| !pane.exited() && agent(state, pane) == Agent::Blocked),
                own: own.as_deref(),
            }
        })
        .collect();
    let pane = state.focused(view).and_then(|id| state.panes.get(&id));
    let session = pane.and_then(|pane| {
        let mut sessions = state.snapshot.sessions.iter();
        sessions.find(|session| session.id == pane.session)
    });
    let group = session.and_then(|session| session.group.as_deref());
    let coordinator = session.is_some_and(|session| {
        let mut groups = state.snapshot.groups.iter();
        groups.any(|info| info.coordinator.as_ref() == Some(&session.id))
    });
    let claims = session.map_or(0, |session| {
        let claims = state.snapshot.claims.iter();
        claims.filter(|claim| claim.holder == session.id).count()
    });
    let typed_together = pane.is_some_and(|pane| {
        let tab = state.tab(view.tab);
        tab.is_some_and(|tab| tab.typed_with(pane.id).len() > 1)
    });
    let mode = pane.and_then(|pane| view.copy.get(&pane.id));
    let mode = match mode.map(|mode| mode.count) {
        Some(Some(count)) => Some(format!("copy {count}")),
        Some(None) => Some("copy".to_owned()),
        None if view.adjusting => Some("arrows move, Shift resizes, Esc ends".to_owned()),
        None if typed_together => Some("typing into several panes".to_owned()),
        None => state
            .marked
            .map(|pane| format!("◆ {pane}"))
            .or_else(|| out_of_sight(state, view)),
    };
    let props = StatusProps {
        workspace: &state.name,
        tabs,
        mode: mode.as_deref(),
        session: session.map(|session| session.name.as_str()),
        group,
        coordinator,
        claims,
        unread: session.map_or(0, |session| session.unread),
        attention: waiting(state),
        left: written(state, view, None, "status-left", theme.status),
        right: written(state, view, None, "status-right", theme.status),
    };
    status::render(rect, buf, &props, theme)
}

/// How many floating panes of the tab a view does not show.
fn out_of_sight(state: &State, view: &View) -> Option<String> {
    let tab = state.tab(view.tab).filter(|tab| !tab.floats.is_empty())?;
    let sight = state.in_sight(view);
    let hidden = |float: &&Float| !sight.contains(&float.pane);
    let count = tab.floats.iter().filter(hidden).count();
    (count > 0).then(|| format!("{count} floating"))
}

/// How many agents wait for somebody.
fn waiting(state: &State) -> usize {
    let sessions = state.snapshot.sessions.iter();
    let living = sessions.filter(|session| session.life == Life::Alive);
    living
        .filter(|session| Agent::of(session.state.as_deref()) == Agent::Blocked)
        .count()
}

/// What a format of the status line says here, if there is one of that name.
fn written(
    state: &State,
    view: &View,
    tab: Option<TabId>,
    name: &str,
    base: Style,
) -> Option<Vec<Span>> {
    let text = wall::write(state.status_format(name)?, state.wall.as_ref());
    let subject = Subject {
        pane: state.focused(view).filter(|_| tab.is_none()),
        tab: Some(tab.unwrap_or(view.tab)),
        client: Some(view.client),
    };
    let pieces = variables::pieces(state, subject, &text);
    Some(format::spans(pieces, base))
}

fn own_tab(state: &State, view: &View, tab: &Tab, theme: &Theme) -> Option<Vec<Span>> {
    let (name, base) = match tab.id == view.tab {
        true => ("window-status-current-format", theme.tab_active),
        false => ("window-status-format", theme.tab),
    };
    let base = theme.status.patch(base);
    written(state, view, Some(tab.id), name, base)
        .or_else(|| written(state, view, Some(tab.id), "window-status-format", base))
}

/// The side panel.
pub fn panel(state: &State, view: &View, rect: Rect, buf: &mut Buffer, theme: &Theme) -> PanelView {
    let acting = state
        .focused(view)
        .and_then(|id| state.panes.get(&id))
        .map(|pane| pane.session.as_str());
    let keymap = &state.config.keymap;
    let shown: Vec<(String, &str)> = HINTS
        .iter()
        .filter_map(|(command, label)| {
            let entries = keymap.reverse(command);
            let entry = entries.iter().find(|entry| entry.table == Table::Panel)?;
            Some((chord::show(&entry.keys), *label))
        })
        .collect();
    let hints: Vec<Hint<'_>> = shown
        .iter()
        .map(|(key, label)| Hint { key, label })
        .collect();
    let join_key = keymap
        .reverse("prompt --value join-group")
        .first()
        .map(|entry| chord::show(&entry.keys));
    let props = PanelProps {
        snapshot: &state.snapshot,
        elapsed_ms: state.now_ms.saturating_sub(state.snapshot_at_ms),
        acting,
        state: &view.panel,
        separator: rect.cols < view.size.cols,
        hints: &hints,
        join_key: join_key.as_deref(),
        trouble: state.store_trouble.as_deref(),
    };
    panel::render(rect, buf, &props, theme)
}

/// The panel's most useful commands and what to call them beside their keys.
pub const HINTS: &[(&str, &str)] = &[
    ("panel act", "open"),
    ("panel claim", "claim"),
    ("panel release", "release"),
    ("panel join", "join"),
    ("panel share", "share"),
    ("panel reply", "reply"),
    ("panel ack", "ack"),
    ("panel filter", "filter"),
    ("panel back", "back"),
];
