//! `run`.

use std::time::Duration;

use clap::Args;

use super::float::FloatArgs;
use super::open::{self, Program, Spot};
use super::wait::patience;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::geometry::Direction;
use crate::model::id::PaneId;
use crate::model::wait::{PaneWait, Until, Waiting};

/// Start a program in a new pane; --wait waits for its end and exits with its code
///
/// Without a side the pane beside which it goes is divided along its longer side; without room there,
/// it gets a tab. The focus stays where it is unless --focus says otherwise. Prints the new pane's id.
/// One word is run by the shell: stoa run 'make test | tee log'.
#[derive(Debug, Clone, Args)]
pub struct RunProgram {
    /// In a tab of its own
    #[arg(long, group = "spot")]
    pub tab: bool,
    /// To the right
    #[arg(long, group = "spot")]
    pub right: bool,
    /// Below
    #[arg(long, group = "spot")]
    pub down: bool,
    /// To the left
    #[arg(long, group = "spot")]
    pub left: bool,
    /// Above
    #[arg(long, group = "spot")]
    pub up: bool,
    /// The pane beside which it goes: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub pane: Option<String>,
    #[command(flatten)]
    floating: FloatArgs,
    #[command(flatten)]
    program: Program,
    /// Give it the focus
    #[arg(long)]
    pub focus: bool,
    /// Wait for the program's end and exit with its code
    #[arg(short = 'w', long)]
    pub wait: bool,
    /// Wait at most so long (30s, 10m); the program goes on all the same
    #[arg(long, value_name = "TIME", value_parser = patience, requires = "wait")]
    pub timeout: Option<Duration>,
    /// Program and arguments; one word is run by the shell
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl RunProgram {
    fn spot(&self, cx: &ServerCx<'_>) -> Result<Spot> {
        if self.tab {
            return Ok(Spot::Tab { after: None });
        }
        let pane = cx.pane(self.pane.as_deref())?;
        if self.floating.asked() {
            return Ok(self.floating.spot(pane));
        }
        let sides = [
            (self.right, Direction::Right),
            (self.down, Direction::Down),
            (self.left, Direction::Left),
            (self.up, Direction::Up),
        ];
        let asked = sides.into_iter().find(|(asked, _)| *asked);
        let beside = |towards| Spot::Beside {
            pane,
            towards,
            size: None,
            full: false,
        };
        Ok(match asked {
            Some((_, towards)) => beside(towards),
            None => roomy_side(cx, pane).map_or(Spot::Tab { after: None }, beside),
        })
    }
}

/// The side on which a pane is best divided; a cell is about twice as high as wide.
pub fn roomy_side(cx: &ServerCx<'_>, pane: PaneId) -> Option<Direction> {
    let tab = cx.state.tab_of(pane)?;
    let rect = tab.layout.place(pane, cx.area_of(tab.id))?;
    if rect.cols >= 40 && rect.cols >= rect.rows.saturating_mul(2) {
        return Some(Direction::Right);
    }
    (rect.rows >= 10).then_some(Direction::Down)
}

impl Run<ServerCx<'_>> for RunProgram {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let spot = self.spot(cx)?;
        let tab_name = self.program.name.clone();
        let pane = open::open(cx, spot, self.program, tab_name, self.command)?;
        if self.focus {
            cx.focus(pane);
        }
        if self.wait && !cx.requester.waits {
            let what = Waiting::Pane(PaneWait {
                pane,
                until: vec![Until::Exit],
                seen_seq: 0,
                seen_lines: 0,
                passes_code: true,
            });
            return cx.wait(what, self.timeout);
        }
        let data = open::data(cx, pane);
        Ok(Reply::new(pane.to_string(), data))
    }
}
