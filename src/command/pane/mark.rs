//! `mark-pane`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Mark a pane, or take the mark off it: the one that swap-pane and join-pane mean without --source
#[derive(Debug, Clone, Args)]
pub struct MarkPane {
    /// Take the mark away, wherever it is
    #[arg(short = 'M', long)]
    pub clear: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for MarkPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let marked = Some(pane).filter(|_| !self.clear && cx.state.marked != Some(pane));
        cx.state.marked = marked;
        Ok(Reply::none())
    }
}
