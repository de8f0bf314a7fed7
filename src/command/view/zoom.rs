//! `zoom-pane`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;

/// Let one pane fill this terminal, or show all again
#[derive(Debug, Clone, Args)]
pub struct ZoomPane {
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ViewCx<'_>> for ZoomPane {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let pane = match &self.target {
            Some(name) => cx.server.pane(Some(name))?,
            None => cx.focused()?,
        };
        toggle(cx.server.state, cx.client, pane);
        Ok(Reply::none())
    }
}

/// Zooms `pane` in one view, or returns to all panes if it is zoomed. A lone pane fills its tab
/// anyway and is left alone.
pub fn toggle(state: &mut State, client: ClientId, pane: PaneId) {
    let Some(tab) = state.tab_of(pane) else {
        return;
    };
    let (id, alone) = (tab.id, tab.panes().len() == 1);
    let Some(view) = state.standpoint_mut(client) else {
        return;
    };
    if view.zoom.get(&id) == Some(&pane) {
        view.zoom.remove(&id);
    } else if !alone {
        view.show_tab(id);
        view.set_focus(id, pane);
        view.zoom.insert(id, pane);
    }
}
