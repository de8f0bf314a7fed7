//! `close-pane`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::pane;

/// Close a pane and end its program
///
/// Its session ends and everything it had claimed is free at once. With the last pane the
/// workspace's server ends.
#[derive(Debug, Clone, Args)]
pub struct ClosePane {
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Every other pane of its tab instead
    #[arg(short = 'a', long)]
    pub others: bool,
    /// The same, without the flag
    #[arg(value_name = "PANE", conflicts_with = "target")]
    pub pane: Option<String>,
}

impl Run<ServerCx<'_>> for ClosePane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.or(self.pane).as_deref())?;
        if self.others {
            let tab = cx.state.tab_of(pane).map(|tab| tab.panes());
            for other in tab.unwrap_or_default() {
                if other != pane {
                    pane::close(cx.state, other, cx.effects);
                }
            }
            return Ok(Reply::none());
        }
        pane::close(cx.state, pane, cx.effects);
        Ok(Reply::none())
    }
}
