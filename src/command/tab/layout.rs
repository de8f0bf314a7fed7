//! `select-layout` and `next-layout`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::layout::Preset;

/// Arrange a tab's panes: even-horizontal, even-vertical, tiled, main-horizontal, main-vertical
#[derive(Debug, Clone, Args)]
pub struct SelectLayout {
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
    /// Name of the arrangement
    pub layout: String,
}

impl Run<ServerCx<'_>> for SelectLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let preset: Preset = self.layout.parse().map_err(|_| {
            Error::usage(format!("no layout is called {:?}", self.layout)).with_hint(
                "use even-horizontal, even-vertical, tiled, main-horizontal or main-vertical",
            )
        })?;
        arrange(cx, self.target.as_deref(), Some(preset))
    }
}

/// Arrange a tab's panes in the next of the known ways
#[derive(Debug, Clone, Args)]
pub struct NextLayout {
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for NextLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        arrange(cx, self.target.as_deref(), None)
    }
}

fn arrange(cx: &mut ServerCx<'_>, target: Option<&str>, preset: Option<Preset>) -> Result<Reply> {
    let id = cx.tab(target)?;
    if let Some(tab) = cx.state.tab_mut(id) {
        match preset {
            Some(preset) => tab.layout.apply(preset),
            None => {
                tab.layout.cycle();
            }
        }
    }
    for view in cx.state.views.values_mut() {
        view.zoom.remove(&id);
    }
    Ok(Reply::none())
}
