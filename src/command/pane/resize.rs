//! `resize-pane`.

use clap::Args;

use super::Towards;
use super::open::Extent;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::geometry::Direction;

/// Move a pane's border by some cells
#[derive(Debug, Clone, Args)]
pub struct ResizePane {
    #[command(flatten)]
    towards: Towards,
    /// Make it this wide: columns, or a percentage of the tab such as 30%
    #[arg(short = 'x', long, value_name = "COLS")]
    pub width: Option<Extent>,
    /// Make it this high: rows, or a percentage of the tab
    #[arg(short = 'y', long, value_name = "ROWS")]
    pub height: Option<Extent>,
    /// Toggle zoom instead (as tmux's resize-pane -Z)
    #[arg(short = 'Z', long)]
    pub zoom: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// By how many cells
    #[arg(default_value_t = 1)]
    pub cells: u16,
}

impl Run<ServerCx<'_>> for ResizePane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let area = cx.area();
        if self.zoom {
            let client = super::super::target::client(cx.state, &cx.requester)?;
            crate::command::view::zoom::toggle(cx.state, client, pane);
            return Ok(Reply::none());
        }
        let tab = cx
            .state
            .tab_of(pane)
            .ok_or_else(|| Error::not_found("that pane is in no tab"))?;
        let rect = tab.layout.arrange(area).pane(pane).unwrap_or(area);
        let id = tab.id;
        let Some(tab) = cx.state.tab_mut(id) else {
            return Ok(Reply::none());
        };
        let mut asked = false;
        if let Some(towards) = self.towards.direction() {
            asked = true;
            tab.layout.resize(pane, towards, self.cells, area);
        }
        let wanted = [
            (
                self.width.map(|width| width.cells(area.cols)),
                rect.cols,
                Direction::Right,
                Direction::Left,
            ),
            (
                self.height.map(|height| height.cells(area.rows)),
                rect.rows,
                Direction::Down,
                Direction::Up,
            ),
        ];
        for (wanted, has, grow, shrink) in wanted {
            let Some(wanted) = wanted else { continue };
            asked = true;
            let towards = if wanted > has { grow } else { shrink };
            tab.layout.resize(pane, towards, wanted.abs_diff(has), area);
        }
        if !asked {
            return Err(Error::usage("resize-pane needs a direction or a size")
                .with_hint("for example: resize-pane --left 5, or resize-pane -x 80"));
        }
        Ok(Reply::none())
    }
}
