//! The variables that formats can name: tmux's names for what tmux has, ours for the rest.
//!
//! A format is about one pane, the tab it is in and one terminal; whoever expands it says which.

use super::format::{self, Piece};
use super::id::{ClientId, PaneId, TabId};
use super::pane::{Pane, PaneLife};
use super::state::State;
use super::tab::Tab;
use super::view::View;

/// What a format is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subject {
    /// The pane.
    pub pane: Option<PaneId>,
    /// The tab; without one the pane's.
    pub tab: Option<TabId>,
    /// The terminal.
    pub client: Option<ClientId>,
}

/// The text of a format about something.
pub fn expand(state: &State, subject: Subject, format: &str) -> String {
    let found = Found::of(state, subject);
    format::expand(format, &|name| found.value(name))
}

/// Like [`expand`], with variables of the caller's own that go before all others.
pub fn expand_with(
    state: &State,
    subject: Subject,
    format: &str,
    own: &format::Values<'_>,
) -> String {
    let found = Found::of(state, subject);
    format::expand(format, &|name| own(name).or_else(|| found.value(name)))
}

/// The text and the styles of a format about something, as a status line shows them.
pub fn pieces(state: &State, subject: Subject, format: &str) -> Vec<Piece> {
    let found = Found::of(state, subject);
    format::pieces(format, &|name| found.value(name))
}

/// A subject with everything looked up.
struct Found<'a> {
    state: &'a State,
    pane: Option<&'a Pane>,
    tab: Option<&'a Tab>,
    view: Option<&'a View>,
}

fn flag(on: bool) -> String {
    if on { "1" } else { "0" }.to_owned()
}

impl<'a> Found<'a> {
    fn of(state: &'a State, subject: Subject) -> Found<'a> {
        let view = subject
            .client
            .and_then(|client| state.views.get(&client))
            .or_else(|| state.standpoint());
        let tab = subject
            .tab
            .and_then(|tab| state.tab(tab))
            .or_else(|| subject.pane.and_then(|pane| state.tab_of(pane)));
        let pane = subject.pane.or_else(|| tab.map(|tab| tab.active));
        Found {
            state,
            pane: pane.and_then(|pane| state.panes.get(&pane)),
            tab,
            view,
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        let name = match name.split_once('_') {
            // A tab is tmux's window.
            Some(("tab", rest)) => format!("window_{rest}"),
            _ => name.to_owned(),
        };
        if let Some(option) = self.option(&name) {
            return Some(option);
        }
        match name.split('_').next()? {
            "pane" | "cursor" | "history" | "alternate" | "mouse" | "bracket" => {
                self.of_pane(self.pane?, &name)
            }
            "window" => self.of_tab(self.tab?, &name),
            "client" => {
                let attached = |view: &&View| self.state.views.contains_key(&view.client);
                self.of_client(self.view.filter(attached)?, &name)
            }
            "agent" => self.of_agent(self.pane?, &name),
            _ => self.of_server(&name),
        }
    }

    /// What `set-option` has set: for the pane, then for everything.
    fn option(&self, name: &str) -> Option<String> {
        let own = self.pane.and_then(|pane| pane.options.get(name));
        own.or_else(|| self.state.options.get(name)).cloned()
    }

    fn of_server(&self, name: &str) -> Option<String> {
        let state = self.state;
        Some(match name {
            "session_name" => state.name.clone(),
            "session_id" => "$0".to_owned(),
            "session_path" => state.root.display().to_string(),
            "session_windows" => state.tabs.len().to_string(),
            "session_attached" => state.views.len().to_string(),
            "session_many_attached" => flag(state.views.len() > 1),
            "host" => state.host.clone(),
            "host_short" => state.host.split('.').next()?.to_owned(),
            "pid" => state.pid.to_string(),
            "version" => env!("CARGO_PKG_VERSION").to_owned(),
            "revision" => state.snapshot.revision.to_string(),
            "prefix" => crate::keys::chord::show(&[state.config.keymap.prefix()]),
            "status" => on(state.config.settings.status),
            "mouse" => on(state.config.settings.mouse),
            _ => return None,
        })
    }

    fn of_pane(&self, pane: &Pane, name: &str) -> Option<String> {
        let (x, y) = pane.screen.cursor_position();
        Some(match name {
            "pane_id" => pane.id.to_string(),
            "pane_index" => self.place()?.to_string(),
            "pane_title" => pane.label(),
            "pane_name" => pane.name.clone().unwrap_or_default(),
            "pane_current_command" => pane.program(),
            "pane_start_command" => pane.launch.argv.join(" "),
            "pane_current_path" => pane.directory().display().to_string(),
            "pane_start_path" => pane.launch.cwd.display().to_string(),
            "pane_pid" => pane.pid().map(|pid| pid.to_string())?,
            "pane_width" => pane.size.cols.to_string(),
            "pane_height" => pane.size.rows.to_string(),
            "pane_active" => flag(self.active() == Some(pane.id)),
            "pane_marked" => flag(self.state.marked == Some(pane.id)),
            "pane_marked_set" => flag(self.state.marked.is_some()),
            "pane_synchronized" => flag(
                self.tab
                    .is_some_and(|tab| tab.typed_with(pane.id).len() > 1),
            ),
            "pane_dead" => flag(pane.exited()),
            "pane_dead_status" => match pane.life {
                PaneLife::Exited { code, .. } => code.to_string(),
                PaneLife::Running { .. } => return None,
            },
            "pane_floating_flag" => flag(self.tab?.float(pane.id).is_some()),
            "pane_pinned_flag" => flag(self.tab?.float(pane.id).is_some_and(|float| float.pinned)),
            "pane_stacked_flag" => flag(self.tab?.layout.stack_of(pane.id).is_some()),
            "pane_bell_flag" => flag(pane.bell),
            "pane_activity_flag" => flag(pane.activity),
            "pane_in_mode" => {
                let scrolled = self.view.map(|view| view.copy.contains_key(&pane.id));
                flag(scrolled.unwrap_or(false))
            }
            "cursor_x" => x.to_string(),
            "cursor_y" => y.to_string(),
            "alternate_on" => flag(pane.screen.modes().alternate_screen),
            "mouse_any_flag" => flag(pane.screen.modes().mouse != crate::term::MouseTracking::None),
            "mouse" => on(self.state.config.settings.mouse),
            "history_size" => pane.screen.history_len().to_string(),
            "history_limit" => self.state.config.settings.history_lines.to_string(),
            _ => return self.pane_place(pane, name),
        })
    }

    /// Where a pane lies in its tab, in cells.
    fn pane_place(&self, pane: &Pane, name: &str) -> Option<String> {
        let rect = self.tab?.rect(pane.id, self.area())?;
        let area = self.area();
        Some(match name {
            "pane_left" => rect.x.to_string(),
            "pane_top" => rect.y.to_string(),
            "pane_right" => rect.right().saturating_sub(1).to_string(),
            "pane_bottom" => rect.bottom().saturating_sub(1).to_string(),
            "pane_at_left" => flag(rect.x == area.x),
            "pane_at_top" => flag(rect.y == area.y),
            "pane_at_right" => flag(rect.right() == area.right()),
            "pane_at_bottom" => flag(rect.bottom() == area.bottom()),
            _ => return None,
        })
    }

    /// The area the tab is laid out in, counted from its own corner.
    fn area(&self) -> super::geometry::Rect {
        let area = match self.tab {
            Some(tab) => self.state.area_of(tab.id, self.view),
            None => self.state.default_area(),
        };
        super::geometry::Rect::new(0, 0, area.cols, area.rows)
    }

    fn place(&self) -> Option<usize> {
        let (tab, pane) = (self.tab?, self.pane?);
        tab.panes().iter().position(|id| *id == pane.id)
    }

    /// The tab's focused pane, as the terminal in question sees it.
    fn active(&self) -> Option<PaneId> {
        let tab = self.tab?;
        let view = self.view.and_then(|view| view.focused_in(tab.id));
        let here = view.filter(|pane| tab.contains(*pane));
        here.or(Some(tab.active))
    }

    fn of_tab(&self, tab: &Tab, name: &str) -> Option<String> {
        let shown = self.view.is_some_and(|view| view.tab == tab.id);
        let last = self.view.is_some_and(|view| view.last_tab == Some(tab.id));
        let zoomed = self
            .view
            .is_some_and(|view| view.zoom.contains_key(&tab.id));
        let any = |mark: fn(&Pane) -> bool| {
            let panes = tab.panes();
            panes
                .iter()
                .any(|id| self.state.panes.get(id).is_some_and(mark))
        };
        Some(match name {
            "window_id" => tab.id.to_string(),
            "window_index" => self.state.tab_index(tab.id)?.to_string(),
            "window_name" => self.state.tab_label(tab),
            "window_panes" => tab.panes().len().to_string(),
            "window_active" => flag(shown),
            "window_last_flag" => flag(last),
            "window_zoomed_flag" => flag(zoomed),
            "window_bell_flag" => flag(any(|pane| pane.bell)),
            "window_activity_flag" => flag(any(|pane| pane.activity)),
            "window_flags" => {
                let marks = [
                    (any(|pane| pane.activity), '#'),
                    (any(|pane| pane.bell), '!'),
                    (shown, '*'),
                    (last, '-'),
                    (zoomed, 'Z'),
                ];
                let marks = marks.into_iter().filter(|(on, _)| *on);
                marks.map(|(_, mark)| mark).collect()
            }
            "window_width" => self.area().cols.to_string(),
            "window_height" => self.area().rows.to_string(),
            "window_bigger" => {
                let seen = self.view.map(|view| view.frame().content.cols);
                let wider = |pane: &Pane| seen.is_some_and(|cols| pane.size.cols > cols);
                let panes = tab.panes();
                let mut panes = panes.iter().filter_map(|id| self.state.panes.get(id));
                flag(panes.any(wider))
            }
            _ => return None,
        })
    }

    fn of_client(&self, view: &View, name: &str) -> Option<String> {
        Some(match name {
            "client_name" => view.client.to_string(),
            "client_width" => view.size.cols.to_string(),
            "client_height" => view.size.rows.to_string(),
            "client_session" => self.state.name.clone(),
            "client_prefix" => flag(!view.pending.is_empty()),
            "client_control_mode" | "client_readonly" => flag(false),
            _ => return None,
        })
    }

    /// The session that a pane is: who works there and in which team.
    fn of_agent(&self, pane: &Pane, name: &str) -> Option<String> {
        let snapshot = &self.state.snapshot;
        let session = snapshot.session(&pane.session)?;
        let claims = snapshot.claims.iter();
        let mut groups = snapshot.groups.iter();
        Some(match name {
            "agent_id" => session.id.clone(),
            "agent_name" => session.name.clone(),
            "agent_number" => session.number.to_string(),
            "agent_kind" => session.agent.clone()?,
            "agent_role" => session.role.clone()?,
            "agent_state" => session.state.clone()?,
            "agent_working_on" => session.working_on.clone()?,
            "agent_group" => session.group.clone()?,
            "agent_claims" => {
                let own = claims.filter(|claim| claim.holder == session.id);
                own.count().to_string()
            }
            "agent_is_coordinator" => {
                flag(groups.any(|group| group.coordinator.as_ref() == Some(&session.id)))
            }
            _ => return None,
        })
    }
}

fn on(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}
