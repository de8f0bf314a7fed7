//! `save-layout` and `load-layout`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::command::pane::open::Extent;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::config::layouts::{self, FloatFile, LayoutFile, PaneFile, TabFile};
use crate::config::paths::config_dir;
use crate::error::{Error, Result};
use crate::model::float::Float;
use crate::model::id::{PaneId, TabId};
use crate::model::layout::Layout;
use crate::model::state::State;
use crate::model::tab::Tab;
use crate::update::{Effect, ReplyTo, Requester, launch};

/// Save how tabs and panes lie, with their names, directories and commands, as a layout file
///
/// A NAME goes into the configuration directory's layouts/, a path (with a slash, or ending in .toml)
/// where it says. load-layout NAME, or stoa --layout NAME, starts from it.
#[derive(Debug, Clone, Args)]
pub struct SaveLayout {
    /// Only this tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
    /// Write over a file that exists
    #[arg(short = 'f', long)]
    pub force: bool,
    /// Print it instead
    #[arg(short = 'p', long)]
    pub print: bool,
    /// Its name or path
    #[arg(required_unless_present = "print")]
    pub name: Option<String>,
}

impl Run<ServerCx<'_>> for SaveLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let only = match &self.target {
            Some(tab) => Some(cx.tab(Some(tab))?),
            None => None,
        };
        let path = match self.name.filter(|_| !self.print) {
            Some(name) => Some(path(cx, &name)?),
            None => None,
        };
        cx.effects.push(Effect::SaveLayout {
            only,
            path,
            force: self.force,
            reply: cx.reply,
        });
        Ok(Reply::later())
    }
}

/// The layout file of all tabs, or of one; `running` is the command line in the foreground of a pane
/// whose shell runs one.
pub fn layout_file(
    state: &State,
    only: Option<TabId>,
    running: &dyn Fn(PaneId) -> Option<Vec<String>>,
) -> LayoutFile {
    let tabs = state.tabs.iter();
    let tabs = tabs.filter(|tab| only.is_none_or(|only| only == tab.id));
    LayoutFile {
        tab: tabs
            .map(|tab| TabFile {
                name: tab.name.clone(),
                panes: tab.layout.to_spec(|pane| saved(state, pane, running)),
                floating: floating(state, tab, running),
            })
            .collect(),
    }
}

fn path(cx: &ServerCx<'_>, name: &str) -> Result<PathBuf> {
    let cwd = cx.requester.cwd.as_ref().unwrap_or(&cx.state.root);
    layouts::file(name, cwd, config_dir().as_deref())
}

fn saved(state: &State, id: PaneId, running: &dyn Fn(PaneId) -> Option<Vec<String>>) -> PaneFile {
    let Some(pane) = state.panes.get(&id) else {
        return PaneFile::default();
    };
    let cwd = pane.directory();
    let inside = cwd.strip_prefix(&state.root).unwrap_or(cwd);
    PaneFile {
        name: pane.name.clone(),
        cwd: (!inside.as_os_str().is_empty()).then(|| inside.to_owned()),
        command: match pane.launch.argv.as_slice() {
            [] => running(id).unwrap_or_default(),
            argv => argv.to_vec(),
        },
    }
}

/// The floating panes of a tab, exactly where they were put.
fn floating(
    state: &State,
    tab: &Tab,
    running: &dyn Fn(PaneId) -> Option<Vec<String>>,
) -> Vec<FloatFile> {
    let floats = tab.floats.iter().map(|float| {
        let (frame, screen) = float.place.as_put();
        FloatFile {
            x: Some(Extent::Cells(frame.x)),
            y: Some(Extent::Cells(frame.y)),
            width: Some(Extent::Cells(frame.cols)),
            height: Some(Extent::Cells(frame.rows)),
            pinned: float.pinned,
            screen: Some(screen),
            pane: saved(state, float.pane, running),
        }
    });
    floats.collect()
}

/// Open the tabs of a layout file and start what runs in them
#[derive(Debug, Clone, Args)]
pub struct LoadLayout {
    /// Do not turn to the first of them
    #[arg(short = 'd', long)]
    pub detached: bool,
    /// Its name or path
    pub name: String,
}

impl Run<ServerCx<'_>> for LoadLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let path = path(cx, &self.name)?;
        cx.effects.push(Effect::LoadLayout {
            path,
            detached: self.detached,
            requester: Box::new(cx.requester.clone()),
            reply: cx.reply,
        });
        Ok(Reply::later())
    }
}

/// Opens what a layout file says, which has been read and checked.
///
/// # Errors
/// A word of a command cannot be a program's argument.
pub fn open(
    state: &mut State,
    file: LayoutFile,
    detached: bool,
    requester: Requester,
    effects: &mut Vec<Effect>,
) -> Result<Reply> {
    // A directory in the file is relative to the root, whoever asks from where.
    let from_root = Requester {
        cwd: Some(state.root.clone()),
        ..requester.clone()
    };
    let mut plans = Vec::new();
    for tab in file.tab {
        let mut panes = Vec::new();
        let layout = Layout::from_spec(&tab.panes, |pane| {
            let id = state.mint_pane();
            panes.push((id, pane.clone()));
            id
        })
        .map_err(|error| Error::usage(error.to_string()))?;
        let mut launches = Vec::with_capacity(panes.len());
        for (id, pane) in panes {
            let launch = launch::plan(state, &from_root, None, pane.cwd, pane.command)?;
            launches.push((id, launch, pane.name));
        }
        let mut floats = Vec::with_capacity(tab.floating.len());
        for float in tab.floating {
            let place = float.place(state.default_area().size(), floats.len());
            let (id, pane) = (state.mint_pane(), float.pane);
            let launch = launch::plan(state, &from_root, None, pane.cwd, pane.command)?;
            launches.push((id, launch, pane.name));
            floats.push(Float {
                pane: id,
                place,
                pinned: float.pinned,
            });
        }
        plans.push((tab.name, layout, floats, launches));
    }
    let mut opened = Vec::new();
    let mut first = None;
    for (name, layout, floats, launches) in plans {
        let Some(lead) = layout.first_open() else {
            continue;
        };
        let tab = state.add_tab(lead, name, None);
        if let Some(tab) = state.tab_mut(tab) {
            tab.layout = layout;
            tab.floats = floats;
        }
        first = first.or(Some(lead));
        for (pane, launch, name) in launches {
            launch::begin(state, pane, launch, name, effects);
        }
        opened.push(tab.to_string());
    }
    if let (Some(pane), false) = (first, detached) {
        let mut cx = ServerCx {
            state,
            effects,
            requester,
            reply: ReplyTo::Nobody,
            here: None,
        };
        cx.focus(pane);
    }
    Ok(Reply {
        here: first.filter(|_| !detached),
        ..Reply::new("", json!({ "tabs": opened }))
    })
}
