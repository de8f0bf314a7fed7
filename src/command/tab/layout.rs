//! `select-layout` and `next-layout`.

use clap::Args;

use crate::command::pane::open::Extent;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::geometry::Direction;
use crate::model::layout::Preset;

/// Arrange a tab's panes: even-horizontal, even-vertical, tiled, main-horizontal, main-vertical
///
/// The main pane gets three fifths, or what tmux's options main-pane-width and main-pane-height say
/// (set-option -g main-pane-width 80). Stacks come apart; floating panes stay where they are.
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
    let (id, area) = (cx.tab(target)?, cx.area());
    let main = |name: &str| {
        let set = cx.state.options.get(name)?;
        set.parse::<Extent>().ok()
    };
    let (width, height) = (main("main-pane-width"), main("main-pane-height"));
    if let Some(tab) = cx.state.tab_mut(id) {
        let preset = match preset {
            Some(preset) => {
                tab.layout.apply(preset);
                preset
            }
            None => tab.layout.cycle(),
        };
        let first = tab.layout.panes().first().copied();
        let wanted = match preset {
            Preset::MainVertical => (Direction::Right, width.map(|width| width.cells(area.cols))),
            Preset::MainHorizontal => (Direction::Down, height.map(|rows| rows.cells(area.rows))),
            _ => (Direction::Right, None),
        };
        if let (Some(first), (side, Some(cells))) = (first, wanted) {
            tab.layout.resize_to(first, side.axis(), cells, area);
        }
    }
    for view in cx.state.views.values_mut() {
        view.zoom.remove(&id);
    }
    Ok(Reply::none())
}
