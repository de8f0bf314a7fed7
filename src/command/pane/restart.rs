//! `restart-pane`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::update::launch;

/// Start the program of an exited pane again
#[derive(Debug, Clone, Args)]
pub struct RestartPane {
    /// End a program that still runs first
    #[arg(short = 'k', long)]
    pub kill: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for RestartPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let runs = cx.state.panes.get(&pane).is_some_and(|pane| !pane.exited());
        if runs && !self.kill {
            return Err(
                Error::refused(format!("the program in pane {pane} still runs"))
                    .with_hint("restart-pane --kill ends it first"),
            );
        }
        launch::again(cx.state, pane, cx.effects);
        Ok(Reply::none())
    }
}
