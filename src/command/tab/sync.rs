//! `synchronize-panes`.

use clap::{Args, ValueEnum};

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::tab::Together;

/// Type into several panes of a tab at once: all of them, or those named; again to stop
///
/// Keys and pastes that go to one of the panes go to the others as well, each in the encoding its
/// program asked for. The status line says so as long as it lasts.
#[derive(Debug, Clone, Args)]
pub struct SynchronizePanes {
    /// on or off; without it, switch over
    pub switch: Option<Switch>,
    /// Only with this pane (may be given several times): %ID, name or number
    #[arg(short = 'p', long, value_name = "PANE")]
    pub pane: Vec<String>,
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
}

/// Whether something is to be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}

impl Run<ServerCx<'_>> for SynchronizePanes {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let mut panes = Vec::new();
        for name in &self.pane {
            panes.push(cx.pane(Some(name))?);
        }
        let id = match panes.first() {
            Some(pane) => cx.tab_of(*pane)?,
            None => cx.tab(self.target.as_deref())?,
        };
        let Some(tab) = cx.state.tab_mut(id) else {
            return Err(Error::not_found("no such tab"));
        };
        if !panes.iter().all(|pane| tab.contains(*pane)) {
            return Err(Error::refused("those panes are in different tabs"));
        }
        let off = match self.switch {
            Some(switch) => switch == Switch::Off,
            None => panes.is_empty() && tab.together != Together::Off,
        };
        tab.together = match (off, panes.is_empty()) {
            (true, _) => Together::Off,
            (false, true) => Together::All,
            (false, false) => Together::Only(panes),
        };
        Ok(Reply::none())
    }
}
