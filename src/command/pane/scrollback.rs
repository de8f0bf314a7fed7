//! `save-scrollback` and `edit-scrollback`.

use std::path::PathBuf;

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::float::Place;
use crate::model::geometry::Direction;
use crate::model::id::PaneId;
use crate::update::event::{SaveFile, Saved};
use crate::update::{Effect, launch};

/// What the editor's pane runs: it has the history written to a file of its own, opens that, and
/// removes it in the end. vi and its kin are told to begin at the end.
const EDIT: &str = r#"file=$(mktemp "${TMPDIR:-/tmp}/stoa-scrollback.XXXXXX") || exit
trap 'rm -f -- "$file"' EXIT
stoa save-scrollback -t "$1" -- "$file" || exit
editor=${VISUAL:-${EDITOR:-vi}}
case ${editor##*/} in vi | vim | nvim | view) set -- + ;; *) set -- ;; esac
$editor "$@" "$file""#;

/// Write a pane's history and screen to a file
///
/// Lines that were too long for the pane are whole again.
#[derive(Debug, Clone, Args)]
pub struct SaveScrollback {
    /// Append to the file
    #[arg(short = 'a', long)]
    pub append: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The file
    pub path: PathBuf,
}

impl Run<ServerCx<'_>> for SaveScrollback {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let id = cx.pane(self.target.as_deref())?;
        let Some(pane) = cx.state.panes.get(&id) else {
            return Err(Error::not_found(format!("no pane {id}")));
        };
        let what = Saved::Text(Box::new(pane.screen.freeze()));
        let path = cx.path(&self.path);
        cx.effects.push(Effect::Save(Box::new(SaveFile {
            path,
            what,
            append: self.append,
            reply: cx.reply,
        })));
        Ok(Reply::later())
    }
}

/// Open a pane's history in your editor, in a pane of its own
///
/// The editor is $VISUAL, else $EDITOR, else vi. Its pane fills the screen until it ends.
#[derive(Debug, Clone, Args)]
pub struct EditScrollback {
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for EditScrollback {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let of = cx.pane(self.target.as_deref())?;
        let words = ["sh", "-c", EDIT, "edit-scrollback"];
        let mut command: Vec<String> = words.map(str::to_owned).to_vec();
        command.push(of.to_string());
        let plan = launch::plan(cx.state, &cx.requester, Some(of), None, command)?;
        let pane = cx.state.mint_pane();
        place(cx, of, pane);
        let name = Some(format!("history of {of}"));
        launch::begin(cx.state, pane, plan, name, cx.effects);
        cx.focus(pane);
        let client = crate::command::target::client(cx.state, &cx.requester);
        if let Ok(client) = client {
            crate::command::view::zoom::toggle(cx.state, client, pane);
        }
        Ok(Reply::new(
            "",
            serde_json::json!({ "pane": pane.to_string() }),
        ))
    }
}

/// Below the pane it is about, or in a tab of its own where there is no room.
fn place(cx: &mut ServerCx<'_>, of: PaneId, pane: PaneId) {
    let area = cx
        .tab_of(of)
        .map_or_else(|_| cx.area(), |tab| cx.area_of(tab));
    let tab = cx.state.tab_of(of).map(|tab| {
        let room = tab.layout.can_split(of, Direction::Down, area);
        (tab.id, room)
    });
    let floats = tab.is_some_and(|(tab, _)| {
        let tab = cx.state.tab(tab);
        tab.is_some_and(|tab| tab.float(of).is_some())
    });
    match tab {
        Some((tab, _)) if floats => {
            let place = Place::fresh(area.size(), 0);
            if let Some(tab) = cx.state.tab_mut(tab) {
                tab.lift(pane, place);
            }
        }
        Some((tab, true)) => {
            if let Some(tab) = cx.state.tab_mut(tab) {
                tab.layout.split(of, Direction::Down, pane);
            }
        }
        Some((tab, false)) => {
            let after = cx.state.tab_index(tab);
            cx.state.add_tab(pane, None, after);
        }
        None => _ = cx.state.add_tab(pane, None, None),
    }
}
