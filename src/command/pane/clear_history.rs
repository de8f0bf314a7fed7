//! `clear-history`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Forget what has scrolled off a pane's screen
#[derive(Debug, Clone, Args)]
pub struct ClearHistory {
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for ClearHistory {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        if let Some(pane) = cx.state.panes.get_mut(&pane) {
            pane.screen.clear_history();
        }
        Ok(Reply::none())
    }
}
