//! The server's whole state, and the questions everybody asks of it.
//!
//! Invariants: there is at least one tab while the server runs; every pane is in exactly one tab,
//! tiled or floating; every view shows a tab that exists. Time is the loop's: milliseconds that the server
//! writes into `now_ms` before each step, so that nothing here reads a clock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::buffers::Buffers;
use super::channel::Channels;
use super::geometry::{Rect, Size};
use super::id::{ClientId, PaneId, TabId};
use super::journal::{self, Journal, Kind, Place};
use super::layout::{Arrangement, Removal};
use super::messages::Messages;
use super::outputs::Outputs;
use super::overlay::Overlay;
use super::pane::{Launch, Pane, PaneLife};
use super::program::ProgramStatus;
use super::saved::Restorable;
use super::sequence::Sequences;
use super::tab::{Look, Tab};
use super::undo::History;
use super::view::View;
use super::wait::Waits;
use crate::config::adjust::{self, Adjustments};
use crate::config::load::Loaded;
use crate::config::settings::{StatusPosition, WindowSize};
use crate::coord::snapshot::Snapshot;
use crate::term::{Palette, Screen};

/// The size a pane is born with before any terminal shows it.
pub const UNSEEN: Size = Size::new(80, 24);

/// The parts of the status line that a format can say.
pub const STATUS_FORMATS: [&str; 4] = [
    "status-left",
    "status-right",
    "window-status-format",
    "window-status-current-format",
];

/// How far hooks have followed the journal.
#[derive(Debug, Clone, Copy, Default)]
pub struct HookBudget {
    /// The number of the last event whose hooks have run.
    pub done: u64,
    /// The second (of loop time) that is counted in.
    pub second: u64,
    /// How many ran in it.
    pub ran: u32,
    /// How many were left out in it.
    pub skipped: u32,
}

fn named_after(root: &Path) -> String {
    let name = root.file_name();
    name.map_or_else(
        || "/".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Everything one workspace's server knows.
pub struct State {
    /// The directory the workspace is named after and where new panes start.
    pub root: PathBuf,
    /// Its name on screen.
    pub name: String,
    /// The person's home directory, if there is one.
    pub home: Option<PathBuf>,
    /// Settings and keys: what the files say, adjusted.
    pub config: Arc<Loaded>,
    /// What the files say.
    pub files: Arc<Loaded>,
    /// What was set over it, beside options.
    pub adjustments: Adjustments,
    /// Tabs in the order shown.
    pub tabs: Vec<Tab>,
    /// Panes by id.
    pub panes: BTreeMap<PaneId, Pane>,
    /// What was copied.
    pub buffers: Buffers,
    /// Attached terminals' views.
    pub views: BTreeMap<ClientId, View>,
    /// While no terminal is attached: how the last one looked at things. Commands go by it, and the
    /// next terminal goes on with it.
    pub away: Option<Box<View>>,
    /// The store at the last revision seen.
    pub snapshot: Arc<Snapshot>,
    /// Loop time at which `snapshot` arrived, for counting times left down.
    pub snapshot_at_ms: u64,
    /// Loop time of this step, in milliseconds.
    pub now_ms: u64,
    /// What the coordination side last complained about, shown in the panel.
    pub store_trouble: Option<String>,
    /// Panes wait to be registered as sessions, which was tried last at this loop time (ms).
    pub late_since_ms: Option<u64>,
    /// The area panes were last laid out in, for commands given while no terminal is attached.
    pub last_area: Size,
    /// The colours of the terminal that told its own last, for programs that ask.
    pub palette: Palette,
    /// What `resize-window` has set.
    pub fixed_size: Option<Size>,
    /// What happened lately.
    pub journal: Journal,
    /// Who waits for something to happen.
    pub waits: Waits,
    /// The channels of `wait-for`.
    pub channels: Channels,
    /// Sequences of commands that wait for an answer to one of them.
    pub sequences: Sequences,
    /// How panes lay before.
    pub history: History,
    /// What an earlier server left to be opened again.
    pub restorable: Option<Box<Restorable>>,
    /// What the first person to attach is told of what an earlier server left and cannot be used.
    pub damage: Vec<String>,
    /// Until when (loop time, ms) panes keep their sizes, as terminals are on their way back to them.
    pub sizes_held_ms: Option<u64>,
    /// The tab that was shown when the last server ended, for the first terminal that comes.
    pub returned_to: Option<TabId>,
    /// The pane that was marked.
    pub marked: Option<PaneId>,
    /// Variables for new panes; `None` takes one away that they would inherit.
    pub environment: BTreeMap<String, Option<String>>,
    /// What `set-option` has set for everything.
    pub options: BTreeMap<String, String>,
    /// What people were told lately.
    pub messages: Messages,
    /// Which hooks have run, and how many more may.
    pub hooks: HookBudget,
    /// Whether nobody has ever been welcomed here.
    pub first_start: bool,
    /// What the person's clock said when this step began; looked at only while a clock is shown.
    pub wall: Option<jiff::Zoned>,
    /// What shell commands in the status line have said.
    pub outputs: Outputs,
    /// How many shell commands run outside of panes.
    pub shells: usize,
    /// Where times are told.
    pub zone: jiff::tz::TimeZone,
    /// The theme chosen since the settings were read, over theirs.
    pub theme: Option<String>,
    /// Command lines run from the palette, the last one last.
    pub palette_recent: Vec<String>,
    /// The machine's name.
    pub host: String,
    /// The server's process id.
    pub pid: u32,
    /// The number and the name of the person whose it is.
    pub uid: u32,
    /// See [`State::uid`].
    pub user: String,
    /// The socket on which it answers.
    pub socket: PathBuf,
    next_pane: u32,
    next_tab: u32,
}

impl State {
    /// A workspace with nothing in it yet.
    pub fn new(root: PathBuf, config: Arc<Loaded>, snapshot: Arc<Snapshot>) -> State {
        let name = named_after(&root);
        State {
            root,
            name,
            home: None,
            files: config.clone(),
            config,
            adjustments: Adjustments::default(),
            tabs: Vec::new(),
            panes: BTreeMap::new(),
            buffers: Buffers::default(),
            views: BTreeMap::new(),
            away: None,
            snapshot,
            snapshot_at_ms: 0,
            now_ms: 0,
            store_trouble: None,
            late_since_ms: None,
            last_area: UNSEEN,
            palette: Palette::default(),
            fixed_size: None,
            journal: Journal::default(),
            waits: Waits::default(),
            channels: Channels::default(),
            sequences: Sequences::default(),
            history: History::default(),
            restorable: None,
            damage: Vec::new(),
            sizes_held_ms: None,
            returned_to: None,
            marked: None,
            environment: BTreeMap::new(),
            options: BTreeMap::new(),
            messages: Messages::default(),
            hooks: HookBudget::default(),
            first_start: false,
            wall: None,
            outputs: Outputs::default(),
            shells: 0,
            zone: jiff::tz::TimeZone::UTC,
            theme: None,
            palette_recent: Vec::new(),
            host: String::new(),
            pid: 0,
            uid: 0,
            user: String::new(),
            socket: PathBuf::new(),
            next_pane: 0,
            next_tab: 0,
        }
    }

    /// The name it has from its directory.
    pub fn own_name(&self) -> String {
        named_after(&self.root)
    }

    /// What the files say, or what was set over it, has changed.
    pub fn adjust(&mut self) {
        let adjusted = self.adjustments != Adjustments::default()
            || self.options.keys().any(|name| adjust::is_setting(name));
        self.config = match adjusted {
            true => Arc::new(self.adjustments.over(&self.files, &self.options)),
            false => self.files.clone(),
        };
    }

    /// A part of the status line by tmux's name for it: what `set-option` has set, or the settings.
    pub fn status_format(&self, name: &str) -> Option<&str> {
        let settings = &self.config.settings;
        let set = match name {
            "status-left" => &settings.status_left,
            "status-right" => &settings.status_right,
            "window-status-format" => &settings.window_status_format,
            "window-status-current-format" => &settings.window_status_current_format,
            _ => &None,
        };
        let option = self.options.get(name).map(String::as_str);
        option.or(set.as_deref())
    }

    /// Where the status line is, if there is to be one.
    pub fn status_place(&self) -> Option<StatusPosition> {
        let settings = &self.config.settings;
        let shown = match self.options.get("status").map(String::as_str) {
            Some("off") => false,
            Some(_) => true,
            None => settings.status,
        };
        let place = match self.options.get("status-position").map(String::as_str) {
            Some("top") => StatusPosition::Top,
            Some(_) => StatusPosition::Bottom,
            None => settings.status_position,
        };
        shown.then_some(place)
    }

    /// Whether a terminal shows a clock.
    pub fn shows_clock(&self) -> bool {
        let mut overlays = self.views.values().map(|view| &view.overlay);
        if overlays.any(|overlay| matches!(overlay, Some(Overlay::Clock { .. }))) {
            return true;
        }
        let formats = STATUS_FORMATS.iter();
        let mut formats = formats.filter_map(|name| self.status_format(name));
        self.views.values().any(|view| view.status_line.is_some())
            && formats.any(super::wall::shows_time)
    }

    /// The name of the theme a view is drawn with: the one under the cursor of a list of themes, the
    /// one chosen, the one in the settings.
    pub fn theme_for<'a>(&'a self, view: &'a View) -> &'a str {
        let chosen = self.theme.as_ref().unwrap_or(&self.config.settings.theme);
        match &view.overlay {
            Some(Overlay::Themes { names, selected }) => names.get(*selected).unwrap_or(chosen),
            _ => chosen,
        }
    }

    /// The tab with this id.
    pub fn tab(&self, id: TabId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.id == id)
    }

    /// The tab with this id, to be changed.
    pub fn tab_mut(&mut self, id: TabId) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.id == id)
    }

    /// The place of a tab in the list, which is its number on screen.
    pub fn tab_index(&self, id: TabId) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.id == id)
    }

    /// The tab a pane is in.
    pub fn tab_of(&self, pane: PaneId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.contains(pane))
    }

    /// What a tab is called: its given name, or its active pane's.
    pub fn tab_label(&self, tab: &Tab) -> String {
        tab.name.clone().unwrap_or_else(|| {
            self.panes
                .get(&tab.active)
                .map(|pane| pane.name.clone().unwrap_or_else(|| pane.program()))
                .unwrap_or_default()
        })
    }

    /// The pane that takes a view's keys.
    pub fn focused(&self, view: &View) -> Option<PaneId> {
        let tab = self.tab(view.tab)?;
        Some(self.focused_in(tab, view))
    }

    fn focused_in(&self, tab: &Tab, view: &View) -> PaneId {
        let known = view.focused_in(tab.id);
        known
            .filter(|&pane| tab.contains(pane))
            .unwrap_or(tab.active)
    }

    /// Where a view shows the panes of its tab: the one answer that drawing, the mouse and panes' sizes
    /// go by.
    pub fn arrangement(&self, view: &View) -> Option<Arrangement> {
        self.arrangement_in(view, view.frame().content)
    }

    /// The same in another area than the view's own.
    pub fn arrangement_in(&self, view: &View, area: Rect) -> Option<Arrangement> {
        let tab = self.tab(view.tab)?;
        Some(tab.arrange(area, self.look(tab, view)))
    }

    /// How a view looks at a tab when it shows it.
    pub fn look<'a>(&self, tab: &Tab, view: &'a View) -> Look<'a> {
        Look {
            focused: Some(self.focused_in(tab, view)),
            order: view.focus.get(&tab.id).map_or(&[], Vec::as_slice),
            zoom: view.zoom.get(&tab.id).copied(),
        }
    }

    /// The panes that a view has in sight.
    pub fn in_sight(&self, view: &View) -> Vec<PaneId> {
        match (self.tab(view.tab), view.zoom.get(&view.tab)) {
            (Some(tab), Some(pane)) if tab.is_plain() => vec![*pane],
            (Some(tab), None) if tab.is_plain() => tab.layout.panes(),
            _ => {
                let panes = self.arrangement(view).map(|shown| shown.panes);
                let panes = panes.unwrap_or_default().into_iter();
                let some = panes.filter(|(_, rect)| !rect.is_empty());
                some.map(|(pane, _)| pane).collect()
            }
        }
    }

    /// Moves a view to a pane of a tab. A floating one lies over what is zoomed, any other ends that.
    pub fn focus(&mut self, client: ClientId, tab: TabId, pane: PaneId) {
        let over = self.tab(tab).is_some_and(|tab| tab.float(pane).is_some());
        let Some(view) = self.standpoint_mut(client) else {
            return;
        };
        match over {
            true => view.set_focus_over(tab, pane),
            false => view.set_focus(tab, pane),
        }
    }

    /// The view somebody used last, if any terminal is attached.
    pub fn recent_view(&self) -> Option<&View> {
        self.views
            .values()
            .max_by_key(|view| (view.last_input_ms, view.client))
    }

    /// From where things are looked at: the view somebody used last, attached or away.
    pub fn standpoint(&self) -> Option<&View> {
        self.recent_view().or(self.away.as_deref())
    }

    /// A terminal's view, or the one that is away.
    pub fn standpoint_of(&self, client: ClientId) -> Option<&View> {
        let away = self.away.as_deref();
        let away = away.filter(|view| view.client == client);
        self.views.get(&client).or(away)
    }

    /// The same, to be changed.
    pub fn standpoint_mut(&mut self, client: ClientId) -> Option<&mut View> {
        self.standpoints_mut().find(|view| view.client == client)
    }

    /// Every view, attached or away.
    pub fn standpoints_mut(&mut self) -> impl Iterator<Item = &mut View> {
        let away = self.away.as_deref_mut();
        self.views.values_mut().chain(away)
    }

    /// The area that panes share whatever terminals show them, if the settings or `resize-window` say
    /// so.
    pub fn fixed_area(&self) -> Option<Rect> {
        let settings = &self.config.settings;
        let manual = settings.window_size == WindowSize::Manual;
        let size = self
            .fixed_size
            .or(manual.then_some(settings.default_size))?;
        Some(Rect::new(0, 0, size.cols, size.rows))
    }

    /// The area to compute in when no particular view asked.
    pub fn default_area(&self) -> Rect {
        if let Some(area) = self.fixed_area() {
            return area;
        }
        let size = self
            .recent_view()
            .map(|view| view.frame().content.size())
            .unwrap_or(self.last_area);
        Rect::new(0, 0, size.cols, size.rows)
    }

    /// The area a tab's panes share: as `view` sees it if it shows the tab, else as terminals gave it
    /// last.
    pub fn area_of(&self, tab: TabId, view: Option<&View>) -> Rect {
        let shown = view.filter(|view| view.tab == tab);
        match (self.fixed_area(), shown) {
            (Some(area), _) => area,
            (None, Some(view)) => view.frame().content,
            (None, None) => {
                let given = self.tab(tab).and_then(|tab| tab.area);
                given.map_or(self.default_area(), |size| {
                    Rect::new(0, 0, size.cols, size.rows)
                })
            }
        }
    }

    /// The pane and tab ids that come next.
    pub fn next_ids(&self) -> (u32, u32) {
        (self.next_pane, self.next_tab)
    }

    /// Uses no pane and tab ids below these: an earlier server of the workspace has used them.
    pub fn skip_ids(&mut self, next_pane: u32, next_tab: u32) {
        self.next_pane = self.next_pane.max(next_pane);
        self.next_tab = self.next_tab.max(next_tab);
    }

    /// Takes a pane id that was never used.
    pub fn mint_pane(&mut self) -> PaneId {
        self.next_pane += 1;
        PaneId(self.next_pane - 1)
    }

    /// Adds a pane that has not been started; the caller puts it into a layout and starts it.
    pub fn add_pane(&mut self, id: PaneId, launch: Launch, session: String, size: Size) {
        let history = self.config.settings.history_lines as usize;
        let mut pane = Pane {
            id,
            launch,
            name: None,
            title: String::new(),
            foreground: String::new(),
            screen: Screen::new(size, history),
            size,
            life: PaneLife::Running { pid: None },
            session,
            cwd: None,
            scripted: false,
            said_cwd: None,
            piped: false,
            status: ProgramStatus::default(),
            bell: false,
            activity: false,
            last_active_ms: self.now_ms,
            last_output_ms: self.now_ms,
            typed_ms: self.now_ms,
            touched: false,
            at_prompt: None,
            options: BTreeMap::new(),
            searched: None,
            resumed: None,
        };
        pane.screen.set_palette(self.palette.clone());
        self.panes.insert(id, pane);
        let place = self.place_of(id);
        self.note(Kind::PaneOpened, place, serde_json::Map::new());
    }

    /// Notes in the journal that something happened.
    pub fn note(
        &mut self,
        kind: Kind,
        place: impl Into<Place>,
        detail: serde_json::Map<String, serde_json::Value>,
    ) {
        self.journal.note(self.now_ms, kind, place, detail);
    }

    /// A pane and the tab it is in.
    pub fn place_of(&self, pane: PaneId) -> Place {
        Place {
            tab: self.tab_of(pane).map(|tab| tab.id),
            ..Place::from(pane)
        }
    }

    /// Adds a tab with one pane after the tab at `after` (at the end if that is `None`).
    pub fn add_tab(&mut self, pane: PaneId, name: Option<String>, after: Option<usize>) -> TabId {
        self.next_tab += 1;
        let id = TabId(self.next_tab - 1);
        let tab = Tab {
            name,
            ..Tab::new(id, pane)
        };
        let at = after.map_or(self.tabs.len(), |index| (index + 1).min(self.tabs.len()));
        self.tabs.insert(at, tab);
        self.note(Kind::TabOpened, id, serde_json::Map::new());
        id
    }

    /// Takes a pane out of its tab; the tab goes with its last pane, and views move on.
    /// The pane's record stays, for breaking a pane out; [`State::remove_pane`] drops it as well.
    pub fn unlink_pane(&mut self, pane: PaneId) {
        let Some(tab) = self.tabs.iter_mut().find(|tab| tab.contains(pane)) else {
            return;
        };
        let tab_id = tab.id;
        match tab.remove(pane) {
            Removal::Removed { heir } => {
                for view in self.standpoints_mut() {
                    view.forget_pane(pane);
                }
                let next = self
                    .standpoint()
                    .and_then(|view| view.focused_in(tab_id))
                    .unwrap_or(heir);
                if let Some(tab) = self.tab_mut(tab_id).filter(|tab| tab.active == pane) {
                    tab.active = next;
                }
            }
            Removal::Last => {
                for view in self.standpoints_mut() {
                    view.forget_pane(pane);
                }
                self.remove_tab(tab_id);
            }
            Removal::Absent => {}
        }
    }

    /// Takes a pane out of its tab and forgets it.
    pub fn remove_pane(&mut self, pane: PaneId) {
        let place = self.place_of(pane);
        self.unlink_pane(pane);
        self.marked = self.marked.filter(|marked| *marked != pane);
        if self.panes.remove(&pane).is_some() {
            self.note(Kind::PaneClosed, place, serde_json::Map::new());
        }
    }

    /// Gives a tab another name; `None` lets its pane name it.
    pub fn rename_tab(&mut self, id: TabId, name: Option<String>) {
        let Some(tab) = self.tab_mut(id) else {
            return;
        };
        if tab.name != name {
            let detail = journal::text_detail("name", name.as_deref().unwrap_or_default());
            tab.name = name;
            self.note(Kind::TabRenamed, id, detail);
        }
    }

    /// Removes a tab from the list and turns the views that showed it to the one they had before,
    /// or to its neighbour.
    fn remove_tab(&mut self, id: TabId) {
        let Some(index) = self.tab_index(id) else {
            return;
        };
        self.tabs.remove(index);
        self.note(Kind::TabClosed, id, serde_json::Map::new());
        let ids: Vec<TabId> = self.tabs.iter().map(|tab| tab.id).collect();
        let neighbour = ids.get(index.saturating_sub(1)).copied();
        for view in self.standpoints_mut() {
            view.focus.remove(&id);
            view.zoom.remove(&id);
            let last = view.last_tab.filter(|tab| ids.contains(tab));
            view.last_tab = last;
            if view.tab == id
                && let Some(next) = last.or(neighbour)
            {
                view.tab = next;
                view.last_tab = None;
            }
        }
    }

    /// Views that show `pane` at this moment.
    pub fn viewers(&self, pane: PaneId) -> impl Iterator<Item = &View> {
        let tab = self.tab_of(pane).map(|tab| tab.id);
        self.views
            .values()
            .filter(move |view| Some(view.tab) == tab && self.in_sight(view).contains(&pane))
    }
}
