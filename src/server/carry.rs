//! What a server carries over when its process becomes another program.
//!
//! Everything is in one file in memory: a line that says what it is, its version and the descriptor of
//! the program that wrote it (that line stays so in every version), the length of the structure, the structure as JSON, then the screens as scripts ([`Screen::script`]). Descriptors go
//! along by number, since the process stays the same. [`Carried::read`] takes nothing into its
//! hands, so that another program can be asked beforehand whether it understands.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::RawFd;

use serde::{Deserialize, Serialize};

use super::coordinator::Registration;
use super::errand;
use super::event_loop::Loop;
use super::terminal::Known;
use crate::config::adjust::Adjustments;
use crate::error::{Error, Result};
use crate::model::buffers::Buffers;
use crate::model::channel::Channels;
use crate::model::geometry::Size;
use crate::model::id::PaneId;
use crate::model::journal::Cursor;
use crate::model::pane::{Launch, Pane, PaneLife, Resumed};
use crate::model::saved::{Saved, SavedPane};
use crate::model::state::State;
use crate::model::view::KeptView;
use crate::pty::{self, Handed};
use crate::term::Screen;
use crate::update::settle;

/// The version of the form. Fields may be added with a default; whoever changes the meaning of one
/// raises it.
pub const VERSION: u32 = 1;
/// The first line, before the version.
const MAGIC: &str = "stoa carries over";
/// The most bytes of the structure.
const MAX_STRUCTURE: u64 = 256 << 20;

/// The structure.
#[derive(Debug, Serialize, Deserialize)]
pub struct Carried {
    /// Whose it is.
    pub program: String,
    /// How often the server has been upgraded, this time included.
    pub generation: u32,
    /// The listening socket.
    pub listener: RawFd,
    /// The server's lock.
    pub lock: RawFd,
    /// The program that carries over, to go back to; -1 in a trial.
    pub back: RawFd,
    /// Tabs and how panes lie.
    saved: Saved,
    panes: BTreeMap<PaneId, CarriedPane>,
    /// Attached terminals by their clients' keys.
    pub clients: BTreeMap<String, Returning>,
    buffers: Buffers,
    environment: BTreeMap<String, Option<String>>,
    options: BTreeMap<String, String>,
    #[serde(default)]
    adjustments: Adjustments,
    /// What the workspace is called.
    #[serde(default)]
    name: Option<String>,
    fixed_size: Option<Size>,
    marked: Option<PaneId>,
    /// How the last terminal looked at things, while none is attached.
    #[serde(default)]
    away: Option<KeptView>,
    /// How large a cell of the terminals is, which programs have been told.
    #[serde(default)]
    cell: Option<(u16, u16)>,
    cursor: Cursor,
    /// The channels of `wait-for`; whoever waits asks again.
    #[serde(default)]
    channels: Channels,
    /// Programs of closed panes that have been told to hang up.
    pub closing: Vec<Handed>,
    /// Programs nobody waits for.
    pub orphans: Vec<RawFd>,
    /// Panes that are to be registered as soon as that is possible.
    #[serde(default)]
    pub late: Vec<Registration>,
    /// What lies on disk for the next server is left alone.
    #[serde(default)]
    pub keeper_off: bool,
}

/// A terminal that is about to come back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Returning {
    /// What it looked at.
    pub view: KeptView,
    /// What is known of it.
    pub known: Known,
}

/// A pane.
#[derive(Debug, Serialize, Deserialize)]
struct CarriedPane {
    launch: Launch,
    name: Option<String>,
    title: String,
    foreground: String,
    size: Size,
    pid: Option<u32>,
    /// How its program ended, if it has.
    exited: Option<(String, i32)>,
    session: String,
    cwd: Option<std::path::PathBuf>,
    #[serde(default)]
    said_cwd: Option<std::path::PathBuf>,
    bell: bool,
    activity: bool,
    at_prompt: Option<bool>,
    #[serde(default)]
    touched: bool,
    options: BTreeMap<String, String>,
    #[serde(default)]
    resumed: Option<Resumed>,
    /// Its program, while that runs.
    running: Option<Handed>,
    /// Bytes of its screen's script, which follows those of the panes before it.
    script: usize,
}

impl Loop {
    /// Writes everything into a file in memory. The state stays as it is.
    ///
    /// # Errors
    /// There is no memory.
    pub(super) fn carry(&mut self, back: RawFd) -> Result<(File, Carried)> {
        let saved = Saved::of(&self.state, |_| SavedPane::default());
        let mut panes = BTreeMap::new();
        let mut scripts = Vec::new();
        for (id, pane) in &mut self.state.panes {
            let script = pane.screen.script();
            let running = self
                .ptys
                .get(id)
                .and_then(|running| running.pty.hand_over());
            panes.insert(*id, carried(pane, running, script.len()));
            scripts.push(script);
        }
        let clients = self.terminals.iter().filter_map(|(client, terminal)| {
            let view = self.state.views.get(client)?.keep();
            let known = terminal.known();
            Some((terminal.key.clone(), Returning { view, known }))
        });
        let closing = self.closing.iter();
        let carried = Carried {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            generation: self.station.generation + 1,
            listener: self.station.listener_fd(),
            lock: self.station.lock_fd(),
            back,
            saved,
            panes,
            clients: clients.collect(),
            buffers: self.state.buffers.clone(),
            environment: self.state.environment.clone(),
            options: self.state.options.clone(),
            adjustments: self.state.adjustments.clone(),
            name: Some(self.state.name.clone()),
            fixed_size: self.state.fixed_size,
            marked: self.state.marked,
            away: self.state.away.as_ref().map(|view| view.keep()),
            cell: Some(self.state.palette.cell),
            cursor: self.state.journal.now(),
            channels: self.state.channels.clone(),
            closing: closing.filter_map(|(pty, _)| pty.hand_over()).collect(),
            orphans: [pty::orphans(), errand::under_way()].concat(),
            late: self.late_registrations(),
            keeper_off: self.keeper.is_off(),
        };
        let file = write(&carried, &scripts)
            .map_err(|error| Error::refused(format!("cannot write the state down: {error}")))?;
        Ok((file, carried))
    }
}

fn write(carried: &Carried, scripts: &[Vec<u8>]) -> std::io::Result<File> {
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::memfd_create("stoa-carry", flags)?);
    let structure = serde_json::to_vec(carried)?;
    writeln!(file, "{MAGIC} {VERSION} {}", carried.back)?;
    file.write_all(&(structure.len() as u64).to_le_bytes())?;
    file.write_all(&structure)?;
    for script in scripts {
        file.write_all(script)?;
    }
    Ok(file)
}

fn carried(pane: &Pane, running: Option<Handed>, script: usize) -> CarriedPane {
    let exited = match &pane.life {
        PaneLife::Exited { how, code } => Some((how.clone(), *code)),
        PaneLife::Running { .. } => None,
    };
    CarriedPane {
        launch: pane.launch.clone(),
        name: pane.name.clone(),
        title: pane.title.clone(),
        foreground: pane.foreground.clone(),
        size: pane.size,
        pid: pane.pid(),
        exited,
        session: pane.session.clone(),
        cwd: pane.cwd.clone(),
        said_cwd: pane.said_cwd.clone(),
        bell: pane.bell,
        activity: pane.activity,
        at_prompt: pane.at_prompt,
        touched: pane.touched,
        options: pane.options.clone(),
        resumed: pane.resumed.clone(),
        running,
        script,
    }
}

/// Everything read back: the structure and the screens made again.
pub struct Understood {
    /// The structure.
    pub carried: Carried,
    screens: BTreeMap<PaneId, Screen>,
    tabs: Vec<crate::model::tab::Tab>,
}

impl Carried {
    /// Reads what [`Loop::carry`] wrote and looks at everything in it.
    ///
    /// # Errors
    /// It is of another version, or cannot be understood.
    pub fn read(file: &mut File, history_lines: usize) -> Result<Understood> {
        let bad = |why: &dyn std::fmt::Display| {
            Error::refused(format!("the state of the running server: {why}"))
        };
        match first_line(file) {
            Some((VERSION, _)) => {}
            Some((other, _)) => {
                return Err(bad(&format_args!(
                    "it is of version {other}, stoa {} reads version {VERSION}",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            None => return Err(bad(&"it is none")),
        }
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(|error| bad(&error))?;
        let length = u64::from_le_bytes(length);
        if length > MAX_STRUCTURE {
            return Err(bad(&"it is too large"));
        }
        let mut structure = Vec::new();
        file.take(length)
            .read_to_end(&mut structure)
            .map_err(|error| bad(&error))?;
        let carried: Carried = serde_json::from_slice(&structure).map_err(|error| bad(&error))?;
        let tabs = carried.saved.check().map_err(|error| bad(&error))?;
        if !carried.panes.keys().eq(carried.saved.panes.keys()) {
            return Err(bad(&"panes are missing"));
        }
        let mut screens = BTreeMap::new();
        for (id, pane) in &carried.panes {
            let mut script = Vec::new();
            let read = file.take(pane.script as u64).read_to_end(&mut script);
            if read.map_err(|error| bad(&error))? != pane.script {
                return Err(bad(&"it is cut off"));
            }
            let screen = Screen::from_script(pane.size, history_lines, &script);
            screens.insert(*id, screen);
        }
        Ok(Understood {
            carried,
            screens,
            tabs,
        })
    }
}

/// The version and the way back.
fn first_line(file: &mut File) -> Option<(u32, RawFd)> {
    file.seek(SeekFrom::Start(0)).ok()?;
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < 64 && file.read(&mut byte).ok()? == 1 && byte != *b"\n" {
        line.push(byte[0]);
    }
    let line = String::from_utf8(line).ok()?;
    let (version, back) = line.strip_prefix(MAGIC)?.trim().split_once(' ')?;
    Some((version.parse().ok()?, back.parse().ok()?))
}

/// The descriptor of the program that wrote a state, whatever its version.
pub(super) fn way_back(file: &mut File) -> Option<RawFd> {
    first_line(file)
        .map(|(_, back)| back)
        .filter(|back| *back >= 0)
}

impl Understood {
    /// Fills a fresh state; what is left is the part that is about descriptors, with the programs to go
    /// on with.
    pub fn into_state(self, state: &mut State) -> (Carried, BTreeMap<PaneId, Handed>) {
        let Understood {
            mut carried,
            mut screens,
            tabs,
        } = self;
        let saved = &carried.saved;
        state.skip_ids(saved.next_pane, saved.next_tab);
        state.last_area = saved.area;
        state.returned_to = saved.shown;
        state.tabs = tabs;
        state.palette.cell = carried.cell.unwrap_or(state.palette.cell);
        let mut programs = BTreeMap::new();
        for (id, pane) in std::mem::take(&mut carried.panes) {
            state.add_pane(id, pane.launch, pane.session, pane.size);
            let (Some(made), Some(screen)) = (state.panes.get_mut(&id), screens.remove(&id)) else {
                continue;
            };
            made.screen = screen;
            made.screen.set_palette(state.palette.clone());
            made.name = pane.name;
            made.title = pane.title;
            made.foreground = pane.foreground;
            made.cwd = pane.cwd;
            made.said_cwd = pane.said_cwd;
            made.bell = pane.bell;
            made.activity = pane.activity;
            made.at_prompt = pane.at_prompt;
            made.touched = pane.touched;
            made.options = pane.options;
            // Loop time begins anew.
            made.resumed = pane.resumed.map(|resumed| Resumed {
                since_ms: 0,
                ..resumed
            });
            made.life = match (pane.exited, &pane.running) {
                (Some((how, code)), _) => PaneLife::Exited { how, code },
                (None, Some(_)) => PaneLife::Running { pid: pane.pid },
                (None, None) => PaneLife::Exited {
                    how: "ended during the upgrade".to_owned(),
                    code: 0,
                },
            };
            programs.extend(pane.running.map(|running| (id, running)));
        }
        state.buffers = std::mem::take(&mut carried.buffers);
        state.environment = std::mem::take(&mut carried.environment);
        state.options = std::mem::take(&mut carried.options);
        state.adjustments = std::mem::take(&mut carried.adjustments);
        state.adjust();
        state.channels = std::mem::take(&mut carried.channels);
        state.name = carried.name.take().unwrap_or(state.own_name());
        state.fixed_size = carried.fixed_size;
        state.marked = carried.marked;
        if let Some(kept) = carried.away.take() {
            settle::stand(state);
            let State { away, tabs, .. } = &mut *state;
            if let Some(view) = away {
                view.look_again(kept, tabs);
            }
        }
        for at in 0..state.tabs.len() {
            // Programs have the sizes that follow from how their panes lie.
            let id = state.tabs[at].id;
            let area = state.area_of(id, None).size();
            let zoom = state
                .standpoint()
                .and_then(|view| view.zoom.get(&id).copied());
            state.tabs[at].note_sized(area, zoom);
        }
        state.journal.go_on(carried.cursor);
        state.hooks.done = carried.cursor.number;
        (carried, programs)
    }
}

/// Every descriptor that goes along.
pub(super) fn descriptors(carried: &Carried) -> BTreeSet<RawFd> {
    let handed = carried
        .panes
        .values()
        .filter_map(|pane| pane.running.as_ref());
    let handed = handed.chain(&carried.closing);
    let programs = handed.flat_map(|handed| [handed.master, handed.pidfd]);
    programs
        .chain([carried.listener, carried.lock, carried.back])
        .chain(carried.orphans.iter().copied())
        .collect()
}
