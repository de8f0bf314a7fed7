//! `split-pane`.

use clap::Args;

use super::float::FloatArgs;
use super::open::{self, Extent, Print, Program, Spot};
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::geometry::Direction;

/// Split a pane in two and start a shell, or a program, in the new half
///
/// A floating pane is not divided: beside it another one opens.
#[derive(Debug, Clone, Args)]
#[command(disable_help_flag = true)]
pub struct SplitPane {
    /// New pane to the right (side by side)
    #[arg(short = 'h', long, visible_alias = "horizontal", group = "side")]
    pub right: bool,
    /// New pane below (the default)
    #[arg(short = 'v', long, visible_alias = "vertical", group = "side")]
    pub down: bool,
    /// New pane to the left
    #[arg(long, group = "side")]
    pub left: bool,
    /// New pane above
    #[arg(long, group = "side")]
    pub up: bool,
    /// On the other side: left of, or above
    #[arg(short = 'b', long)]
    pub before: bool,
    /// Along the whole edge of the tab
    #[arg(short = 'f', long)]
    pub full: bool,
    /// How much the new pane gets: cells, or a percentage such as 30%
    #[arg(short = 'l', long, value_name = "SIZE")]
    pub size: Option<Extent>,
    /// The same as a number of hundredths
    #[arg(short = 'p', long, value_name = "PERCENT", conflicts_with = "size")]
    pub percent: Option<u8>,
    /// Do not move the focus to it
    #[arg(short = 'd', long)]
    pub detached: bool,
    #[command(flatten)]
    floating: FloatArgs,
    #[command(flatten)]
    program: Program,
    #[command(flatten)]
    print: Print,
    /// The pane to split: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Print this help
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
    /// Program and arguments; one word is run by the shell
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl SplitPane {
    fn direction(&self) -> Direction {
        match (self.right, self.left, self.up, self.before) {
            (true, _, _, false) => Direction::Right,
            (true, ..) | (_, true, ..) => Direction::Left,
            (_, _, true, _) => Direction::Up,
            (.., true) => Direction::Up,
            _ => Direction::Down,
        }
    }
}

impl Run<ServerCx<'_>> for SplitPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let percent = self.percent.map(|percent| Extent::Percent(percent.into()));
        let target = cx.pane(self.target.as_deref())?;
        let tab = cx.state.tab_of(target);
        let floats = tab.is_some_and(|tab| tab.float(target).is_some());
        let spot = match floats || self.floating.asked() {
            true => self.floating.spot(target),
            false => Spot::Beside {
                pane: target,
                towards: self.direction(),
                size: self.size.or(percent),
                full: self.full,
            },
        };
        let pane = open::open(cx, spot, self.program, None, self.command)?;
        if !self.detached {
            cx.focus(pane);
        }
        let data = open::data(cx, pane);
        Ok(self.print.reply(cx, pane, data))
    }
}
