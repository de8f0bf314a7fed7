//! The variables that formats can name: tmux's names for what tmux has, ours for the rest.
//!
//! A format is about one pane, the tab it is in and one terminal; whoever expands it says which.

use super::buffers::Buffer;
use super::format::{self, Each, Item, Piece, Script, Source};
use super::id::{ClientId, PaneId, TabId};
use super::layout;
use super::pane::{Pane, PaneLife};
use super::state::State;
use super::tab::Tab;
use super::view::View;
use super::wait::Formats;
use crate::term::{MouseEncoding, MouseTracking};

/// Columns of a buffer's text that are shown.
pub const SAMPLE: usize = 60;

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
    format::expand(format, &found)
}

/// Like [`expand`], with variables of the caller's own that go before all others.
pub fn expand_with(
    state: &State,
    subject: Subject,
    format: &str,
    own: &dyn Fn(&str) -> Option<String>,
) -> String {
    let found: Box<dyn Source> = Box::new(Found::of(state, subject));
    format::expand(format, &With { own, found })
}

/// A source with values of the caller's own before its own, also where a format goes through several.
struct With<'a> {
    own: &'a dyn Fn(&str) -> Option<String>,
    found: Box<dyn Source + 'a>,
}

impl Source for With<'_> {
    fn time_zone(&self) -> jiff::tz::TimeZone {
        self.found.time_zone()
    }

    fn value(&self, name: &str) -> Option<String> {
        (self.own)(name).or_else(|| self.found.value(name))
    }

    fn each(&self, what: Each) -> Vec<Item<'_>> {
        let items = self.found.each(what).into_iter();
        items
            .map(|Item { source, current }| Item {
                source: Box::new(With {
                    own: self.own,
                    found: source,
                }),
                current,
            })
            .collect()
    }
}

/// The text of a format in a command's word: see [`Formats`].
pub fn expand_for(state: &State, subject: Subject, formats: &Formats, format: &str) -> String {
    match formats {
        Formats::Commands => expand(state, subject, format),
        Formats::Hook(hook) => expand_with(state, subject, format, &|name| {
            hook.values.get(name).cloned()
        }),
        Formats::Done => format.to_owned(),
    }
}

/// Every variable that has a value, one a line as `name=value`.
pub fn all(state: &State, subject: Subject) -> String {
    let found = Found::of(state, subject);
    let options = state.options.keys().filter(|name| name.starts_with('@'));
    let mut names: Vec<&str> = NAMES.split_ascii_whitespace().collect();
    names.extend(options.map(String::as_str));
    names.sort_unstable();
    let lines = names.into_iter().filter_map(|name| {
        let value = found.value(name)?;
        Some(format!(
            "{name}={}",
            crate::draw::text::sanitize_line(&value)
        ))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The names there are, for [`all`].
const NAMES: &str = "\
    active_window_index agent_claims agent_group agent_id agent_is_coordinator agent_kind agent_name \
    agent_number agent_role agent_state agent_working_on alternate_on buffer_name buffer_sample buffer_size \
    client_control_mode client_height client_name client_prefix client_readonly client_session client_width \
    cursor_character cursor_flag cursor_x cursor_y history_limit history_size host host_short insert_flag \
    keypad_cursor_flag keypad_flag last_window_index mouse mouse_all_flag mouse_any_flag mouse_button_flag \
    mouse_sgr_flag mouse_standard_flag mouse_utf8_flag pane_active pane_activity_flag \
    pane_at_bottom pane_at_left pane_at_right pane_at_top pane_bell_flag pane_bottom pane_current_command \
    pane_current_path pane_dead pane_dead_status pane_floating_flag pane_height pane_id pane_in_mode \
    pane_index pane_input_off pane_last pane_left pane_marked pane_marked_set pane_name pane_path pane_pid pane_pinned_flag pane_pipe \
    pane_right pane_stacked_flag pane_start_command pane_start_path pane_synchronized \
    pane_title pane_top pane_width pid prefix revision scroll_region_lower scroll_region_upper \
    session_attached session_created session_id session_many_attached session_name session_path \
    session_windows socket_path start_time status uid user version window_active window_activity_flag \
    window_bell_flag window_bigger window_end_flag window_flags window_height window_id window_index \
    window_last_flag window_layout window_name window_panes window_raw_flags window_start_flag window_visible_layout window_width \
    window_zoomed_flag wrap_flag";

/// The text and the styles of a format about something, as a status line shows them.
pub fn pieces(state: &State, subject: Subject, format: &str) -> Vec<Piece> {
    let found = Found {
        runs: true,
        ..Found::of(state, subject)
    };
    format::pieces(format, &found)
}

/// A paste buffer's variables.
pub fn buffer(buffer: &Buffer, name: &str) -> Option<String> {
    Some(match name {
        "buffer_name" => buffer.name.clone(),
        "buffer_size" => buffer.data.len().to_string(),
        "buffer_sample" => buffer.sample(SAMPLE),
        _ => return None,
    })
}

/// A subject with everything looked up.
#[derive(Clone, Copy)]
struct Found<'a> {
    state: &'a State,
    /// Whether shell commands in the format are run.
    runs: bool,
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
            runs: false,
            pane: pane.and_then(|pane| state.panes.get(&pane)),
            tab,
            view,
        }
    }
}

impl Source for Found<'_> {
    fn time_zone(&self) -> jiff::tz::TimeZone {
        self.state.zone.clone()
    }

    fn output(&self, script: Script) -> String {
        let pane = self.pane.or_else(|| self.state.panes.values().next());
        match pane.filter(|_| self.runs) {
            Some(pane) => self.state.outputs.look(script, pane.id),
            None => String::new(),
        }
    }

    fn each(&self, what: Each) -> Vec<Item<'_>> {
        fn item(found: Found<'_>, current: bool) -> Item<'_> {
            Item {
                source: Box::new(found),
                current,
            }
        }
        match what {
            Each::Session => vec![item(*self, true)],
            Each::Tab => {
                let shown = self.view.map(|view| view.tab);
                let tabs = self.state.tabs.iter();
                tabs.map(|tab| {
                    let mut found = Found {
                        tab: Some(tab),
                        ..*self
                    };
                    let pane = found.active();
                    found.pane = pane.and_then(|pane| self.state.panes.get(&pane));
                    item(found, shown == Some(tab.id))
                })
                .collect()
            }
            Each::Pane => {
                let panes = self.tab.map(Tab::panes).unwrap_or_default();
                let panes = panes.into_iter().filter_map(|id| self.state.panes.get(&id));
                panes
                    .map(|pane| {
                        let found = Found {
                            pane: Some(pane),
                            ..*self
                        };
                        item(found, self.active() == Some(pane.id))
                    })
                    .collect()
            }
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
            "pane" | "cursor" | "history" | "alternate" | "mouse" | "insert" | "wrap"
            | "keypad" | "scroll" => self.of_pane(self.pane?, &name),
            "window" => self.of_tab(self.tab?, &name),
            "buffer" => buffer(self.state.buffers.iter().next()?, &name),
            "client" => {
                let attached = |view: &&View| self.state.views.contains_key(&view.client);
                self.of_client(self.view.filter(attached)?, &name)
            }
            "agent" => self.of_agent(self.pane?, &name),
            _ => self.of_server(&name),
        }
    }
}

impl Found<'_> {
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
            "uid" => state.uid.to_string(),
            "user" => state.user.clone(),
            "socket_path" => state.socket.display().to_string(),
            // The server's life is counted from its beginning.
            "start_time" | "session_created" => (state.journal.life / 1000).to_string(),
            "active_window_index" => state.tab_index(self.view?.tab)?.to_string(),
            "last_window_index" => state.tabs.len().checked_sub(1)?.to_string(),
            "version" => env!("CARGO_PKG_VERSION").to_owned(),
            "revision" => state.snapshot.revision.to_string(),
            "prefix" => crate::keys::chord::show(&[state.config.keymap.prefix()]),
            "status" => on(state.config.settings.status),
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
            "pane_pipe" => flag(pane.piped),
            "pane_path" => {
                let said = pane.said_cwd.as_ref();
                said.map_or_else(String::new, |path| path.display().to_string())
            }
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
            // Nobody takes the keyboard from a pane alone.
            "pane_input_off" => flag(false),
            "pane_last" => {
                let order = self.view.and_then(|view| view.focus.get(&self.tab?.id));
                let last = order.and_then(|order| order.iter().rev().nth(1));
                flag(last == Some(&pane.id))
            }
            "cursor_flag" => flag(pane.screen.cursor().is_some()),
            "cursor_character" => {
                let row = pane.screen.line_text(i32::from(y), false)?;
                character_at(&row, usize::from(x))
            }
            "keypad_flag" => flag(pane.screen.modes().application_keypad),
            "keypad_cursor_flag" => flag(pane.screen.modes().application_cursor),
            "mouse_sgr_flag" => flag(pane.screen.modes().mouse_encoding == MouseEncoding::Sgr),
            "mouse_utf8_flag" => flag(pane.screen.modes().mouse_encoding == MouseEncoding::Utf8),
            "mouse_standard_flag" => flag(pane.screen.modes().mouse == MouseTracking::Click),
            "mouse_button_flag" => flag(pane.screen.modes().mouse == MouseTracking::Drag),
            "mouse_all_flag" => flag(pane.screen.modes().mouse == MouseTracking::Motion),
            "insert_flag" => flag(pane.screen.inserts()),
            "wrap_flag" => flag(pane.screen.wraps()),
            "scroll_region_upper" => pane.screen.scroll_region().0.to_string(),
            "scroll_region_lower" => pane.screen.scroll_region().1.to_string(),
            "cursor_x" => x.to_string(),
            "cursor_y" => y.to_string(),
            "alternate_on" => flag(pane.screen.modes().alternate_screen),
            "mouse_any_flag" => flag(pane.screen.modes().mouse != MouseTracking::None),
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
            "window_start_flag" => flag(self.state.tab_index(tab.id)? == 0),
            "window_end_flag" => flag(self.state.tabs.last().is_some_and(|last| last.id == tab.id)),
            "window_flags" | "window_raw_flags" => {
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
            "window_layout" => tab.layout.text(self.area()),
            "window_visible_layout" => {
                let zoomed = self.view.and_then(|view| view.zoom.get(&tab.id));
                match zoomed {
                    Some(pane) => layout::text::single(*pane, self.area()),
                    None => tab.layout.text(self.area()),
                }
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

/// The character in a column of a row's text.
fn character_at(row: &str, column: usize) -> String {
    let mut at = 0;
    let found = row.chars().find(|c| {
        let begins = at;
        at += crate::draw::text::char_width(*c).unwrap_or(1);
        (begins..at).contains(&column)
    });
    found.unwrap_or(' ').to_string()
}

fn on(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list of names and the arms that know them are kept apart: neither may have one that the other has not.
    #[test]
    fn every_name_is_listed() {
        let text = include_str!("variables.rs");
        let code = text.split("mod tests {").next().expect("the code");
        let of_buffers = code.split("pub fn buffer(").nth(1).expect("a function");
        let of_buffers = of_buffers.split("\n}\n").next().expect("its arms");
        let others = code.split("fn of_server(").nth(1).expect("the arms");
        let arm = regex::Regex::new(r#""([a-z0-9_]+)"\s*(?:=>|\|)"#).expect("an expression");
        let mut arms: Vec<&str> = [of_buffers, others]
            .into_iter()
            .flat_map(|code| arm.captures_iter(code))
            .map(|found| found.get(1).expect("the name").as_str())
            .collect();
        arms.sort_unstable();
        let listed: Vec<&str> = NAMES.split_ascii_whitespace().collect();
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        assert_eq!(listed, sorted);
        assert_eq!(listed, arms);
    }
}
