//! `join-pane`.

use clap::Args;

use super::open::{self, Extent};
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::geometry::Direction;

/// Move a pane beside another one, out of its own tab too
///
/// Without --source it is the marked pane that moves (mark-pane). A tab goes with its last pane.
#[derive(Debug, Clone, Args)]
#[command(disable_help_flag = true)]
pub struct JoinPane {
    /// To the right
    #[arg(short = 'h', long, group = "side")]
    pub right: bool,
    /// Below (the default)
    #[arg(short = 'v', long, group = "side")]
    pub down: bool,
    /// To the left
    #[arg(long, group = "side")]
    pub left: bool,
    /// Above
    #[arg(long, group = "side")]
    pub up: bool,
    /// On the other side: left of, or above
    #[arg(short = 'b', long)]
    pub before: bool,
    /// Along the whole edge of the tab
    #[arg(short = 'f', long)]
    pub full: bool,
    /// How much it gets: cells, or a percentage such as 30%
    #[arg(short = 'l', long, value_name = "SIZE")]
    pub size: Option<Extent>,
    /// Do not move the focus to it
    #[arg(short = 'd', long)]
    pub detached: bool,
    /// The pane that moves: %ID, name or number
    #[arg(short = 's', long, value_name = "PANE")]
    pub source: Option<String>,
    /// The pane it goes beside
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Print this help
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

impl Run<ServerCx<'_>> for JoinPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let target = cx.pane(self.target.as_deref())?;
        let pane = match (&self.source, cx.state.marked) {
            (Some(_), _) => cx.pane(self.source.as_deref())?,
            (None, Some(marked)) => marked,
            (None, None) => {
                return Err(Error::usage("join-pane needs --source PANE")
                    .with_hint("or mark the pane first (C-b m)"));
            }
        };
        if pane == target {
            return Err(Error::refused("a pane cannot be beside itself"));
        }
        let over = cx.state.tab_of(target);
        if over.is_some_and(|tab| tab.float(target).is_some()) {
            return Err(Error::refused("a floating pane cannot be divided")
                .with_hint("put it among the others first: stoa float-pane --tiled"));
        }
        let towards = match (self.right, self.left, self.up, self.before) {
            (true, _, _, false) => Direction::Right,
            (true, ..) | (_, true, ..) => Direction::Left,
            (_, _, true, _) | (.., true) => Direction::Up,
            _ => Direction::Down,
        };
        let (tab, from) = (cx.tab_of(target)?, cx.tab_of(pane)?);
        let area = cx.area_of(tab);
        let whole = cx.state.tab(tab).map(|found| found.layout.clone());
        let room = whole.is_some_and(|mut layout| {
            // Within one tab the pane's own space counts as well.
            layout.remove(pane);
            layout.can_split(target, towards, area)
        });
        if !room {
            return Err(Error::refused("no room for another pane here")
                .with_hint("make the pane larger (C-b C-arrows), or name another with --target"));
        }
        cx.state.unlink_pane(pane);
        open::place(cx, tab, target, pane, towards, self.size, self.full, area)?;
        for view in cx.state.standpoints_mut() {
            view.zoom.remove(&from);
        }
        cx.state.marked = cx.state.marked.filter(|marked| *marked != pane);
        if !self.detached {
            cx.focus(pane);
        }
        Ok(Reply::new("", open::data(cx, pane)))
    }
}
