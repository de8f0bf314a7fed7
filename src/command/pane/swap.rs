//! `swap-pane`.

use clap::Args;

use super::Towards;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::geometry::Direction;
use crate::model::id::PaneId;
use crate::model::tab::Look;

/// Exchange the places of two panes
///
/// Up and down mean the previous and the next pane in order, as in tmux; left and right the
/// neighbour on that side.
#[derive(Debug, Clone, Args)]
pub struct SwapPane {
    #[command(flatten)]
    towards: Towards,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The other pane
    #[arg(short = 's', long, value_name = "PANE")]
    pub source: Option<String>,
}

impl SwapPane {
    fn other(&self, cx: &ServerCx<'_>, pane: PaneId) -> Result<PaneId> {
        if let Some(source) = &self.source {
            return cx.pane(Some(source));
        }
        let alone = || Error::refused("there is no other pane to swap with");
        let tab = cx.state.tab_of(pane).ok_or_else(alone)?;
        let order = match tab.float(pane) {
            Some(_) => tab.floats.iter().map(|float| float.pane).collect(),
            None => tab.layout.panes(),
        };
        let at = order.iter().position(|&id| id == pane).ok_or_else(alone)?;
        let found = match self.towards.direction() {
            Some(side @ (Direction::Left | Direction::Right)) => neighbour(cx, pane, side),
            Some(Direction::Up) => order.get((at + order.len() - 1) % order.len()).copied(),
            Some(Direction::Down) => order.get((at + 1) % order.len()).copied(),
            None if cx.state.marked.is_some() => cx.state.marked,
            None => {
                return Err(Error::usage("swap-pane needs a direction or --source PANE")
                    .with_hint("or mark the other pane first (C-b m)"));
            }
        };
        found.filter(|&other| other != pane).ok_or_else(alone)
    }
}

/// The pane on that side of another, as whoever has that one focused sees them.
pub fn neighbour(cx: &ServerCx<'_>, pane: PaneId, side: Direction) -> Option<PaneId> {
    let tab = cx.state.tab_of(pane)?;
    let arrangement = tab.arrange(cx.area_of(tab.id), Look::at(pane));
    arrangement.neighbour(pane, side, |_| 0)
}

impl Run<ServerCx<'_>> for SwapPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let other = self.other(cx, pane)?;
        let mine = cx.state.tab_of(pane).map(|tab| tab.id);
        let theirs = cx.state.tab_of(other).map(|tab| tab.id);
        let (Some(mine), Some(theirs)) = (mine, theirs) else {
            return Err(Error::not_found("that pane is in no tab"));
        };
        if mine == theirs {
            if let Some(tab) = cx.state.tab_mut(mine) {
                tab.swap(pane, other);
            }
            return Ok(Reply::none());
        }
        for (tab, old, new) in [(mine, pane, other), (theirs, other, pane)] {
            if let Some(tab) = cx.state.tab_mut(tab) {
                tab.replace(old, new);
                if tab.active == old {
                    tab.active = new;
                }
            }
            for view in cx.state.standpoints_mut() {
                view.zoom.remove(&tab);
                let focused = view.focused_in(tab) == Some(old);
                view.forget_in(tab, old);
                if focused {
                    view.set_focus(tab, new);
                }
            }
        }
        Ok(Reply::none())
    }
}
