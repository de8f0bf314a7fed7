//! `copy-mode`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::copy;

/// Look back in a pane: scroll, search, select and copy
///
/// The pane's text is held still meanwhile, for this terminal alone; the program goes on. Its keys
/// are tmux's, vi's or Emacs' by the setting copy-mode-keys; list-keys shows them.
#[derive(Debug, Clone, Args)]
pub struct CopyMode {
    /// Begin one page up
    #[arg(short = 'u', long)]
    pub page_up: bool,
    /// Leave as soon as the end is reached by scrolling down
    #[arg(short = 'e', long)]
    pub exit_at_end: bool,
    /// Leave copy mode
    #[arg(short = 'q', long)]
    pub quit: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ViewCx<'_>> for CopyMode {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        if self.quit {
            cx.view()?.copy.remove(&pane);
            return Ok(Reply::none());
        }
        let mode = copy::enter(cx.server.state, cx.client, pane)?;
        mode.leaves_at_end |= self.exit_at_end;
        if self.page_up {
            let rows = mode.page_rows();
            mode.page(-rows);
        }
        Ok(Reply::none())
    }
}
