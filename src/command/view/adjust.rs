//! `adjust-pane`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Let the arrow keys move and resize the focused pane, until Esc or Enter
#[derive(Debug, Clone, Args)]
pub struct AdjustPane {
    /// Give the keys back to the program
    #[arg(long)]
    pub stop: bool,
}

impl Run<ViewCx<'_>> for AdjustPane {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let view = cx.view()?;
        view.adjusting = !self.stop;
        view.panel.focused &= self.stop;
        Ok(Reply::none())
    }
}
