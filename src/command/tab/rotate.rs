//! `rotate-panes`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Move every pane of a tab to the next one's place; the places stay as they are
#[derive(Debug, Clone, Args)]
pub struct RotatePanes {
    /// To the place of the one before (the default)
    #[arg(short = 'U', long, conflicts_with = "down")]
    pub up: bool,
    /// To the place of the one after
    #[arg(short = 'D', long)]
    pub down: bool,
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for RotatePanes {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let id = cx.tab(self.target.as_deref())?;
        let Some(tab) = cx.state.tab_mut(id) else {
            return Ok(Reply::none());
        };
        // The focus stays at its place on the screen, on whichever pane comes there.
        let before = tab.layout.panes();
        tab.layout.rotate(self.down);
        let after = tab.layout.panes();
        let at = |pane| before.iter().position(|&other| other == pane);
        let comes = |pane| {
            at(pane)
                .and_then(|at| after.get(at).copied())
                .unwrap_or(pane)
        };
        tab.active = comes(tab.active);
        for view in cx.state.standpoints_mut() {
            view.zoom.remove(&id);
            if let Some(pane) = view.focused_in(id) {
                view.set_focus(id, comes(pane));
            }
        }
        Ok(Reply::none())
    }
}
