//! `new-pane`.

use clap::Args;

use super::float::FloatArgs;
use super::open::{self, Print, Program, Spot};
use super::run::roomy_side;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};

/// Open a pane: floating, stacked, or beside another where there is the most room
#[derive(Debug, Clone, Args)]
pub struct NewPane {
    #[command(flatten)]
    floating: FloatArgs,
    /// In one stack with the pane it is opened from
    #[arg(long, conflicts_with_all = ["floating", "x", "y", "width", "height", "pinned"])]
    pub stacked: bool,
    /// Do not move the focus to it
    #[arg(short = 'd', long)]
    pub detached: bool,
    #[command(flatten)]
    program: Program,
    #[command(flatten)]
    print: Print,
    /// The pane it goes beside, over or under: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Program and arguments; one word is run by the shell
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl Run<ServerCx<'_>> for NewPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let target = cx.pane(self.target.as_deref())?;
        let tab = cx.state.tab_of(target);
        let floats = tab.is_some_and(|tab| tab.float(target).is_some());
        let spot = if self.stacked {
            Spot::Stacked { with: target }
        } else if floats || self.floating.asked() {
            self.floating.spot(target)
        } else {
            let towards = roomy_side(cx, target).ok_or_else(|| {
                Error::refused("no room for another pane here")
                    .with_hint("let it float (--floating), or open a tab (C-b c)")
            })?;
            Spot::Beside {
                pane: target,
                towards,
                size: None,
                full: false,
            }
        };
        let pane = open::open(cx, spot, self.program, None, self.command)?;
        if !self.detached {
            cx.focus(pane);
        }
        let data = open::data(cx, pane);
        Ok(self.print.reply(cx, pane, data))
    }
}
