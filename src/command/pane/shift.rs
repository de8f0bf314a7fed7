//! `shift-pane`.

use clap::Args;

use super::Towards;
use super::swap::neighbour;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};

/// Move a pane: a floating one by some cells, any other to its neighbour's place
#[derive(Debug, Clone, Args)]
pub struct ShiftPane {
    #[command(flatten)]
    towards: Towards,
    /// A floating pane to the middle
    #[arg(short = 'c', long)]
    pub center: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// By how many cells
    #[arg(default_value_t = 1)]
    pub cells: u16,
}

impl Run<ServerCx<'_>> for ShiftPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let id = cx.tab_of(pane)?;
        let area = cx.area_of(id);
        let towards = self.towards.direction();
        let other = towards.and_then(|side| neighbour(cx, pane, side));
        if towards.is_none() && !self.center {
            return Err(Error::usage("shift-pane needs a direction, or --center"));
        }
        let Some(tab) = cx.state.tab_mut(id) else {
            return Ok(Reply::none());
        };
        if let Some(float) = tab.float_mut(pane) {
            if let Some(towards) = towards {
                float.place = float.place.moved(towards, self.cells, area);
            }
            if self.center {
                float.place = float.place.centred_in(area);
            }
            return Ok(Reply::none());
        }
        if self.center {
            return Err(Error::refused("only a floating pane can be centred"));
        }
        if let Some(other) = other {
            tab.swap(pane, other);
        }
        Ok(Reply::none())
    }
}
