//! `scroll`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Look back at what has scrolled off a pane
///
/// Without a flag it enters scroll mode: arrows, PageUp, PageDown, g and G move, q leaves.
#[derive(Debug, Clone, Args)]
pub struct Scroll {
    /// Back by lines
    #[arg(short = 'u', long)]
    pub up: bool,
    /// Forward by lines
    #[arg(short = 'd', long)]
    pub down: bool,
    /// Back by a screenful
    #[arg(long)]
    pub page_up: bool,
    /// Forward by a screenful
    #[arg(long)]
    pub page_down: bool,
    /// Back by half a screenful
    #[arg(long)]
    pub half_up: bool,
    /// Forward by half a screenful
    #[arg(long)]
    pub half_down: bool,
    /// To the oldest line
    #[arg(long)]
    pub top: bool,
    /// To the newest line
    #[arg(long)]
    pub bottom: bool,
    /// Leave scroll mode
    #[arg(long)]
    pub leave: bool,
    /// How many lines --up and --down move
    #[arg(short = 'n', long, default_value_t = 1)]
    pub lines: usize,
}

impl Run<ViewCx<'_>> for Scroll {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let pane = cx.focused()?;
        let (history, page) = match cx.server.state.panes.get(&pane) {
            Some(pane) => (pane.screen.history_len(), usize::from(pane.size.rows)),
            None => (0, 1),
        };
        let view = cx.view()?;
        let at = view.scroll.get(&pane).copied().unwrap_or(0);
        if self.leave {
            view.scroll.remove(&pane);
            return Ok(Reply::none());
        }
        let page = page.saturating_sub(1).max(1);
        let to = if self.up {
            at + self.lines
        } else if self.down {
            at.saturating_sub(self.lines)
        } else if self.page_up {
            at + page
        } else if self.page_down {
            at.saturating_sub(page)
        } else if self.half_up {
            at + page / 2
        } else if self.half_down {
            at.saturating_sub(page / 2)
        } else if self.top {
            history
        } else if self.bottom {
            0
        } else {
            at
        };
        // Offset 0 is kept: scroll mode at the newest line is still scroll mode.
        view.scroll.insert(pane, to.min(history));
        Ok(Reply::none())
    }
}
