//! A view: what one attached terminal looks at. Views share tabs and panes and nothing else, so
//! two people (or a phone and a desk) have each their own tab, focus, zoom, scroll and overlays.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::copy::CopyMode;
use super::float::Grip;
use super::geometry::{Rect, Size};
use super::id::{ClientId, PaneId, TabId};
use super::layout::BorderId;
use super::overlay::Overlay;
use super::panel::PanelState;
use super::tab::Tab;
use crate::config::settings::StatusPosition;
use crate::keys::key::Key;

/// How long a chord is half typed before hints show what can follow, in milliseconds: people who
/// know their keys never see them.
pub const HINT_MS: u64 = 350;

/// The narrowest terminal that shows the panel beside the panes; below it the panel lies on top.
pub const DOCK_COLS: u16 = 100;

/// In less than this no row is taken for titles.
const TITLE_ROWS: u16 = 8;

/// One client's view.
pub struct View {
    /// Whose it is.
    pub client: ClientId,
    /// The terminal's size.
    pub size: Size,
    /// The tab it shows.
    pub tab: TabId,
    /// The tab it showed before.
    pub last_tab: Option<TabId>,
    /// Panes of each tab in the order they were focused, the focused one last.
    pub focus: BTreeMap<TabId, Vec<PaneId>>,
    /// Tabs in which the focused pane fills the screen.
    pub zoom: BTreeMap<TabId, PaneId>,
    /// Panes in copy mode.
    pub copy: BTreeMap<PaneId, CopyMode>,
    /// The last click in a pane, which another may follow.
    pub last_click: Option<Click>,
    /// Patterns searched for, oldest first.
    pub searches: Vec<String>,
    /// What lies on top and takes the keys.
    pub overlay: Option<Overlay>,
    /// The side panel.
    pub panel: PanelState,
    /// The panel was put away because the terminal became too narrow to dock it.
    pub panel_parked: bool,
    /// Keys of a chord typed so far.
    pub pending: Vec<Key>,
    /// When the chord so far was typed (loop time, ms): its hints appear a moment later.
    pub pending_since_ms: u64,
    /// Whether the hints for it are shown.
    pub hints: bool,
    /// Until when (loop time, ms) a repeatable key needs no prefix.
    pub repeat_until_ms: u64,
    /// Whether there is a row with titles above the panes.
    pub title_row: bool,
    /// Whether the five keys are shown that one begins with, until a key is pressed.
    pub welcome: bool,
    /// A line shown in place of the status line, and until when (loop time, ms).
    pub message: Option<Message>,
    /// What the mouse is dragging.
    pub drag: Option<Drag>,
    /// Loop time of the last key, to find the view a person is using.
    pub last_input_ms: u64,
    /// Lines typed at the prompt before, oldest first.
    pub history: Vec<String>,
    /// Where the status line is, if there is one.
    pub status_line: Option<StatusPosition>,
    /// Keys move and resize the focused pane instead of going to its program.
    pub adjusting: bool,
}

/// What of a view is there again when its terminal comes back to another image of the server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptView {
    tab: TabId,
    last_tab: Option<TabId>,
    focus: BTreeMap<TabId, Vec<PaneId>>,
    zoom: BTreeMap<TabId, PaneId>,
    searches: Vec<String>,
    history: Vec<String>,
    panel_open: bool,
    status_line: Option<StatusPosition>,
}

/// Whose a view is that no terminal shows.
pub const NOBODY: ClientId = ClientId(u32::MAX);

/// Something held with the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drag {
    /// A border between panes.
    Border(BorderId),
    /// The side panel's edge.
    Panel,
    /// The frame of a floating pane.
    Frame {
        /// The pane.
        pane: PaneId,
        /// Where it is held.
        grip: Grip,
        /// How many cells from the frame's left edge.
        hold: u16,
    },
    /// Text of a pane, to select it.
    Select {
        /// The pane.
        pane: PaneId,
        /// The cell of the terminal where the button went down.
        from: (u16, u16),
        /// The cell where the pointer is.
        at: (u16, u16),
        /// When the text goes by one more row, as the pointer is at an edge (loop time, ms).
        edge_ms: Option<u64>,
    },
}

/// A click of the first button in a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Click {
    /// The pane.
    pub pane: PaneId,
    /// The cell of the terminal.
    pub at: (u16, u16),
    /// When (loop time, ms).
    pub ms: u64,
    /// The first, second or third of a row of clicks.
    pub count: u8,
}

/// A line for the person at this view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it says; may span several lines.
    pub text: String,
    /// Whether something failed.
    pub error: bool,
    /// When it goes away by itself (loop time, ms).
    pub until_ms: u64,
}

/// The rectangles of one view's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Where the tab's panes are.
    pub content: Rect,
    /// The side panel, docked or floating.
    pub panel: Option<Rect>,
    /// Whether the panel lies over the content.
    pub panel_floats: bool,
    /// The status line, if the terminal has room for one.
    pub status: Option<Rect>,
    /// The row of titles above the panes, if there is one.
    pub titles: Option<Rect>,
}

impl View {
    /// A view of `tab` on a terminal of `size`.
    pub fn new(client: ClientId, size: Size, tab: TabId, panel: PanelState) -> View {
        View {
            client,
            size,
            tab,
            last_tab: None,
            focus: BTreeMap::new(),
            zoom: BTreeMap::new(),
            copy: BTreeMap::new(),
            last_click: None,
            searches: Vec::new(),
            overlay: None,
            title_row: false,
            welcome: false,
            panel,
            panel_parked: false,
            pending: Vec::new(),
            pending_since_ms: 0,
            hints: false,
            repeat_until_ms: 0,
            message: None,
            drag: None,
            last_input_ms: 0,
            history: Vec::new(),
            status_line: Some(StatusPosition::Bottom),
            adjusting: false,
        }
    }

    /// The terminal has another size. A docked panel that has no room any more is put away rather
    /// than laid over the panes, and comes back with the room.
    pub fn resize(&mut self, size: Size) {
        let (was, is) = (self.size.cols >= DOCK_COLS, size.cols >= DOCK_COLS);
        self.size = size;
        if was && !is && self.panel.open && !self.panel.focused {
            self.panel.toggle();
            self.panel_parked = true;
        } else if is && std::mem::take(&mut self.panel_parked) && !self.panel.open {
            self.panel.toggle();
        }
    }

    /// Its terminal goes away: what was being typed, held or said goes with it.
    pub fn leave(mut self) -> View {
        self.panel.focused = false;
        self.panel.filtering = false;
        // A search that was being typed is given up.
        self.copy.values_mut().for_each(CopyMode::drop_trial);
        View {
            client: NOBODY,
            overlay: None,
            welcome: false,
            pending: Vec::new(),
            hints: false,
            repeat_until_ms: 0,
            message: None,
            drag: None,
            last_click: None,
            adjusting: false,
            ..self
        }
    }

    /// What is to be there again.
    pub fn keep(&self) -> KeptView {
        KeptView {
            tab: self.tab,
            last_tab: self.last_tab,
            focus: self.focus.clone(),
            zoom: self.zoom.clone(),
            searches: self.searches.clone(),
            history: self.history.clone(),
            panel_open: self.panel.open,
            status_line: self.status_line,
        }
    }

    /// Looks at what it looked at before, as far as that is still in one of `tabs`.
    pub fn look_again(&mut self, kept: KeptView, tabs: &[Tab]) {
        let is_there = |tab: TabId, pane: Option<PaneId>| {
            let tab = tabs.iter().find(|there| there.id == tab);
            tab.is_some_and(|tab| pane.is_none_or(|pane| tab.contains(pane)))
        };
        if is_there(kept.tab, None) {
            self.tab = kept.tab;
        }
        self.last_tab = kept.last_tab.filter(|tab| is_there(*tab, None));
        self.focus = kept.focus;
        for (tab, order) in &mut self.focus {
            order.retain(|pane| is_there(*tab, Some(*pane)));
        }
        self.zoom = kept.zoom;
        self.zoom.retain(|tab, pane| is_there(*tab, Some(*pane)));
        self.searches = kept.searches;
        self.history = kept.history;
        self.status_line = kept.status_line;
        if self.panel.open != kept.panel_open {
            self.panel.toggle();
        }
    }

    /// How the terminal is divided: a status line while there are three rows, the panel beside the
    /// panes on a wide terminal and over them on a narrow one.
    pub fn frame(&self) -> Frame {
        let Size { cols, rows } = self.size;
        let place = self.status_line.filter(|_| rows >= 3);
        let line = |y| Rect::new(0, y, cols, 1);
        let (body, status) = match place {
            None => (Rect::new(0, 0, cols, rows), None),
            Some(StatusPosition::Bottom) => (Rect::new(0, 0, cols, rows - 1), Some(line(rows - 1))),
            Some(StatusPosition::Top) => (Rect::new(0, 1, cols, rows - 1), Some(line(0))),
        };
        if !self.panel.open {
            let (titles, content) = self.below_titles(body);
            return Frame {
                content,
                panel: None,
                panel_floats: false,
                status,
                titles,
            };
        }
        let floats = cols < DOCK_COLS;
        let width = self.panel.width_in(cols);
        let left = self.panel.on_left();
        let x = if left { 0 } else { cols - width };
        let panel = Rect::new(x, body.y, width, body.rows);
        let content = match (floats, left) {
            (true, _) => body,
            (false, true) => Rect::new(width, body.y, cols - width, body.rows),
            (false, false) => Rect::new(0, body.y, cols - width, body.rows),
        };
        let (titles, content) = self.below_titles(content);
        Frame {
            content,
            panel: Some(panel),
            panel_floats: floats,
            status,
            titles,
        }
    }

    /// A row for titles, where there is to be one and room for it, and what is left below it.
    fn below_titles(&self, area: Rect) -> (Option<Rect>, Rect) {
        match self.title_row && area.rows >= TITLE_ROWS {
            false => (None, area),
            true => (
                Some(Rect { rows: 1, ..area }),
                Rect {
                    y: area.y + 1,
                    rows: area.rows - 1,
                    ..area
                },
            ),
        }
    }

    /// When the hints of a half-typed chord are due (loop time, ms); `None` once they are shown.
    pub fn hints_at_ms(&self) -> Option<u64> {
        (!self.pending.is_empty() && !self.hints).then_some(self.pending_since_ms + HINT_MS)
    }

    /// The pane that takes this view's keys, as far as the view remembers one for its tab.
    pub fn focused_in(&self, tab: TabId) -> Option<PaneId> {
        self.focus.get(&tab).and_then(|order| order.last().copied())
    }

    /// Makes `pane` the focused one of `tab`; zoom follows only if it was that pane's.
    pub fn set_focus(&mut self, tab: TabId, pane: PaneId) {
        self.set_focus_over(tab, pane);
        if self.zoom.get(&tab).is_some_and(|&zoomed| zoomed != pane) {
            self.zoom.remove(&tab);
        }
    }

    /// Makes `pane`, which floats, the focused one of `tab`; what is zoomed stays so beneath it.
    pub fn set_focus_over(&mut self, tab: TabId, pane: PaneId) {
        let order = self.focus.entry(tab).or_default();
        order.retain(|&other| other != pane);
        order.push(pane);
    }

    /// Turns to `tab`, remembering the one left.
    pub fn show_tab(&mut self, tab: TabId) {
        if self.tab != tab {
            self.last_tab = Some(self.tab);
            self.tab = tab;
        }
    }

    /// Forgets that a pane was focused in a tab that it has left.
    pub fn forget_in(&mut self, tab: TabId, pane: PaneId) {
        if let Some(order) = self.focus.get_mut(&tab) {
            order.retain(|&other| other != pane);
        }
    }

    /// Drops every trace of a pane that is gone.
    pub fn forget_pane(&mut self, pane: PaneId) {
        for order in self.focus.values_mut() {
            order.retain(|&other| other != pane);
        }
        self.zoom.retain(|_, &mut zoomed| zoomed != pane);
        self.copy.remove(&pane);
    }
}
