//! `resize-pane`.

use clap::Args;

use super::Towards;
use super::open::Extent;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::float::Place;
use crate::model::geometry::{Axis, Rect};

/// Move a pane's border by some cells
///
/// Of a floating pane it is the right or the lower edge.
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

impl ResizePane {
    /// Where a floating pane is then: its right or lower edge moves. `None` if nothing is asked for.
    fn floating(&self, mut place: Place, area: Rect) -> Option<Place> {
        let towards = self.towards.direction();
        if towards.is_none() && self.width.is_none() && self.height.is_none() {
            return None;
        }
        if let Some(towards) = towards {
            place = place.resized(towards, self.cells, area);
        }
        // What is asked for is the pane's size; the frame has a line on every side.
        let framed = |extent: Extent, whole| extent.cells(whole).saturating_add(2);
        let cols = self.width.map(|width| framed(width, area.cols));
        let rows = self.height.map(|height| framed(height, area.rows));
        Some(place.sized(cols, rows, area))
    }
}

fn unsaid() -> Error {
    Error::usage("resize-pane needs a direction or a size")
        .with_hint("for example: resize-pane --left 5, or resize-pane -x 80")
}

impl Run<ServerCx<'_>> for ResizePane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        if self.zoom {
            let standpoint = super::super::target::standpoint(cx.state, &cx.requester);
            if let Some(client) = standpoint.map(|view| view.client) {
                crate::command::view::zoom::toggle(cx.state, client, pane);
            }
            return Ok(Reply::none());
        }
        let tab = cx
            .state
            .tab_of(pane)
            .ok_or_else(|| Error::not_found("that pane is in no tab"))?;
        let id = tab.id;
        let area = cx.area_of(id);
        let Some(tab) = cx.state.tab_mut(id) else {
            return Ok(Reply::none());
        };
        if let Some(float) = tab.float_mut(pane) {
            return match self.floating(float.place, area) {
                Some(place) => {
                    float.place = place;
                    Ok(Reply::none())
                }
                None => Err(unsaid()),
            };
        }
        let mut asked = false;
        if let Some(towards) = self.towards.direction() {
            asked = true;
            tab.layout.resize(pane, towards, self.cells, area);
        }
        let wanted = [
            (
                Axis::Horizontal,
                self.width.map(|width| width.cells(area.cols)),
            ),
            (
                Axis::Vertical,
                self.height.map(|height| height.cells(area.rows)),
            ),
        ];
        for (axis, wanted) in wanted {
            let Some(cells) = wanted else { continue };
            asked = true;
            tab.layout.resize_to(pane, axis, cells, area);
        }
        if !asked {
            return Err(unsaid());
        }
        Ok(Reply::none())
    }
}
