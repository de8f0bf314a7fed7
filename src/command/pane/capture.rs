//! `capture-pane`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::term::Screen;

/// Print the text on a pane's screen
#[derive(Debug, Clone, Args)]
pub struct CapturePane {
    /// Print to standard output (always so; accepted as tmux's flag)
    #[arg(short = 'p', long)]
    pub print: bool,
    /// Also this many lines of scrollback
    #[arg(short = 'S', long, value_name = "LINES", default_value_t = 0)]
    pub history: usize,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for CapturePane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let id = cx.pane(self.target.as_deref())?;
        let Some(pane) = cx.state.panes.get(&id) else {
            return Err(Error::not_found(format!("no pane {id}")));
        };
        let lines = pane_text(&pane.screen, self.history);
        let text = lines.join("\n");
        Ok(Reply::new(
            text.trim_end_matches('\n'),
            json!({ "pane": id.to_string(), "lines": lines }),
        ))
    }
}

/// The screen's rows, and up to `history` lines above them, without spaces at their ends.
fn pane_text(screen: &Screen, history: usize) -> Vec<String> {
    let above = history.min(screen.history_len()) as i32;
    (-above..i32::from(screen.size().rows))
        .filter_map(|line| screen.line_text(line, true))
        .collect()
}
