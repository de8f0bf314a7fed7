//! `display-popup`, in tmux's words.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Args};

use super::float::Wanted;
use super::open::{self, Extent, Program, Spot};
use crate::command::server::{ServerCx, environment};
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::wait::{Asker, PaneWait, Until, Waiting};
use crate::update::pane;

/// Where a popup's edge is: a number of cells, a share of the free room, or one of tmux's letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge(Extent);

impl FromStr for Edge {
    type Err = String;

    fn from_str(text: &str) -> Result<Edge, String> {
        Ok(Edge(match text {
            "C" | "P" | "M" => Extent::Percent(50),
            "R" | "S" => Extent::Percent(100),
            "W" => Extent::Percent(0),
            other => other
                .parse()
                .map_err(|error| format!("{error}, or C (the middle) or R"))?,
        }))
    }
}

/// Run a program in a floating pane, as tmux's popups do
///
/// Called from a shell it waits until the program ends and exits with its code. Without -E the pane
/// stays with what the program wrote until it is closed (C-b x).
#[derive(Debug, Clone, Args)]
#[command(disable_help_flag = true)]
pub struct DisplayPopup {
    /// Close it when the program ends; twice (-EE): if it ended well
    #[arg(short = 'E', action = ArgAction::Count)]
    pub exit: u8,
    /// Its width with the border: columns, or a percentage; half if not said
    #[arg(short = 'w', long, value_name = "COLS")]
    pub width: Option<Extent>,
    /// Its height with the border
    #[arg(short = 'h', long, value_name = "ROWS")]
    pub height: Option<Extent>,
    /// Its left edge: a column, a share of the free room, C (the middle) or R (the right)
    #[arg(short = 'x', value_name = "COL")]
    pub x: Option<Edge>,
    /// Its upper edge
    #[arg(short = 'y', value_name = "ROW")]
    pub y: Option<Edge>,
    /// Close the floating pane that has the focus instead
    #[arg(short = 'C', long)]
    pub close: bool,
    /// Directory to start in; may be a format, such as #{pane_current_path}
    #[arg(short = 'd', long, value_name = "DIR")]
    pub cwd: Option<PathBuf>,
    /// Set a variable for it (may be given several times)
    #[arg(short = 'e', long = "env", value_name = "NAME=VALUE", value_parser = environment::pair)]
    pub env: Vec<(String, String)>,
    /// Its title
    #[arg(short = 'T', long)]
    pub title: Option<String>,
    /// Without a border (accepted as tmux's flag, without effect)
    #[arg(short = 'B')]
    pub no_border: bool,
    /// Kind of border (accepted as tmux's flag, without effect)
    #[arg(short = 'b', value_name = "LINES")]
    pub lines: Option<String>,
    /// Style (accepted as tmux's flag, without effect)
    #[arg(short = 's', value_name = "STYLE")]
    pub style: Option<String>,
    /// Style of the border (accepted as tmux's flag, without effect)
    #[arg(short = 'S', value_name = "STYLE")]
    pub border_style: Option<String>,
    /// The terminal (accepted as tmux's flag, without effect: a floating pane is its tab's)
    #[arg(short = 'c', value_name = "CLIENT")]
    pub client: Option<String>,
    /// A pane of the tab it floats in
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Print this help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
    /// Program and arguments; one word is run by the shell
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl Run<ServerCx<'_>> for DisplayPopup {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let over = cx.pane(self.target.as_deref())?;
        if self.close {
            let tab = cx.state.tab_of(over);
            let view = tab.and_then(|tab| {
                let view = crate::command::target::view(cx.state, &cx.requester).ok()?;
                let focused = cx.state.focused(view)?;
                tab.float(focused).map(|float| float.pane)
            });
            if let Some(floating) = view {
                pane::close(cx.state, floating, cx.effects);
            }
            return Ok(Reply::none());
        }
        let half = Extent::Percent(50);
        let place = Wanted {
            x: self.x.map(|edge| edge.0),
            y: self.y.map(|edge| edge.0),
            cols: self.width.or(Some(half)),
            rows: self.height.or(Some(half)),
            pinned: false,
        };
        let program = Program {
            cwd: self.cwd,
            name: self.title,
            env: self.env,
        };
        let shell = self.command.is_empty();
        let spot = Spot::Floating { over, place };
        let id = open::open(cx, spot, program, None, self.command)?;
        let stays = match self.exit {
            0 if !shell => "on",
            0 | 1 => "off",
            _ => "failed",
        };
        if let Some(pane) = cx.state.panes.get_mut(&id) {
            let option = "remain-on-exit".to_owned();
            pane.options.insert(option, stays.to_owned());
        }
        cx.focus(id);
        if matches!(cx.reply.asker(), Asker::Connection(_)) {
            let what = Waiting::Pane(PaneWait {
                pane: id,
                until: vec![Until::Exit],
                seen_seq: 0,
                seen_lines: 0,
                passes_code: true,
            });
            return cx.wait(what, None);
        }
        Ok(Reply::new("", open::data(cx, id)))
    }
}
