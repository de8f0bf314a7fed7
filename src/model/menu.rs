//! Menus: what one can do with what is under the mouse, each a command line.

use std::borrow::Cow;

use super::id::{PaneId, TabId};
use super::state::State;
use super::view::View;
use crate::keys::key::Key;

/// An open menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// Heading, untrusted.
    pub title: String,
    /// The cell it belongs to; without one it stands in the middle.
    pub at: Option<(u16, u16)>,
    /// What one can do.
    pub entries: Vec<Entry>,
    /// The row under the cursor.
    pub selected: usize,
    /// The pane that its commands are about if they do not say; without one the one with the keyboard.
    pub pane: Option<PaneId>,
}

/// One row of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// In a few words.
    pub label: Cow<'static, str>,
    /// The command line; without one the row cannot be chosen.
    pub line: String,
    /// A key of its own.
    pub key: Option<Key>,
    /// The line as it is bound to a key, whose key is shown and works in the menu too.
    pub bound: &'static str,
}

fn entry(label: &'static str, line: impl Into<String>, bound: &'static str) -> Entry {
    let line = line.into();
    Entry {
        label: label.into(),
        line,
        key: None,
        bound,
    }
}

impl Entry {
    /// A line between rows.
    pub fn separator() -> Entry {
        entry("", "", "")
    }

    /// Whether it can be chosen.
    pub fn acts(&self) -> bool {
        !self.line.is_empty()
    }
}

impl Menu {
    /// A menu with the cursor on its first row that can be chosen.
    pub fn new(title: String, at: Option<(u16, u16)>, entries: Vec<Entry>) -> Menu {
        Menu {
            selected: entries.iter().position(Entry::acts).unwrap_or(0),
            pane: None,
            title,
            at,
            entries,
        }
    }

    /// What one can do with a pane.
    pub fn of_pane(state: &State, view: &View, id: PaneId, at: Option<(u16, u16)>) -> Option<Menu> {
        let pane = state.panes.get(&id)?;
        let several = state.tab_of(id)?.panes().len() > 1;
        let zoomed = view.zoom.get(&view.tab) == Some(&id);
        let mut entries = Vec::new();
        if pane.exited() {
            entries.push(entry(
                "Start again",
                format!("restart-pane -t {id}"),
                "restart-pane",
            ));
        }
        entries.extend([
            entry(
                "Split to the right",
                format!("split-pane --right -t {id}"),
                "split-pane --right",
            ),
            entry(
                "Split downwards",
                format!("split-pane --down -t {id}"),
                "split-pane --down",
            ),
        ]);
        if several {
            let label = if zoomed { "Unzoom" } else { "Zoom" };
            entries.extend([
                entry(label, format!("zoom-pane -t {id}"), "zoom-pane"),
                entry(
                    "Swap with the one before",
                    format!("swap-pane --up -t {id}"),
                    "swap-pane --up",
                ),
                entry(
                    "Move to a tab of its own",
                    format!("break-pane -t {id}"),
                    "break-pane",
                ),
                entry(
                    "Type into all panes",
                    "synchronize-panes",
                    "synchronize-panes",
                ),
            ]);
        }
        let mark = match state.marked == Some(id) {
            true => "Take the mark off",
            false => "Mark",
        };
        let close = format!("confirm -p 'Close this pane?' close-pane -t {id}");
        entries.extend([
            entry(
                "Look back and copy",
                format!("copy-mode -t {id}"),
                "copy-mode",
            ),
            entry(
                "Paste",
                format!("paste-buffer -p -t {id}"),
                "paste-buffer -p",
            ),
            entry(mark, format!("mark-pane -t {id}"), "mark-pane"),
            entry(
                "Name…",
                format!("prompt --value rename-pane -t {id}"),
                "prompt --value -I '#{pane_name}' rename-pane",
            ),
            entry("Close…", close, "confirm -p 'Close this pane?' close-pane"),
        ]);
        Some(Menu::new(pane.label(), at, entries))
    }

    /// What one can do with a tab.
    pub fn of_tab(state: &State, view: &View, id: TabId, at: Option<(u16, u16)>) -> Option<Menu> {
        let tab = state.tab(id)?;
        let index = state.tab_index(id)?;
        let mut entries = Vec::new();
        if view.tab != id {
            entries.push(entry("Show", format!("focus-tab {id}"), ""));
        }
        let close = format!("confirm -p 'Close this tab and its panes?' close-tab -t {id}");
        entries.extend([
            entry(
                "Name…",
                format!("prompt --value rename-tab -t {id}"),
                "prompt --value -I '#{window_name}' rename-tab",
            ),
            entry("New tab", "new-tab", "new-tab"),
            entry(
                "Move…",
                format!("prompt --value move-tab -s {id}"),
                "prompt --value move-tab",
            ),
            entry(
                "Close…",
                close,
                "confirm -p 'Close this tab and its panes?' close-tab",
            ),
        ]);
        let title = format!("{index}: {}", state.tab_label(tab));
        Some(Menu::new(title, at, entries))
    }

    /// What one can do with the workspace.
    pub fn of_workspace(state: &State, at: Option<(u16, u16)>) -> Menu {
        let entries = vec![
            entry("Palette", "command-palette", "command-palette"),
            entry("Type a command", "prompt", "prompt"),
            entry("Keys", "list-keys", "list-keys"),
            entry("Tabs", "choose-tab", "choose-tab"),
            entry("New tab", "new-tab", "new-tab"),
            entry("Side panel", "toggle-panel", "toggle-panel"),
            entry("Theme…", "choose-theme", "choose-theme"),
            entry("Detach", "detach", "detach"),
        ];
        Menu::new(state.name.clone(), at, entries)
    }
}
