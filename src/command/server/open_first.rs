//! `open-first`: the first shell of a server that no terminal is attached to.

use clap::Args;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::geometry::Size;
use crate::update::request;

/// Open the first tab if there is none (asked by start-server)
#[derive(Debug, Clone, Args)]
pub struct OpenFirst {
    /// Columns of the terminal to be imagined
    #[arg(short = 'x', long)]
    pub cols: u16,
    /// Its rows
    #[arg(short = 'y', long)]
    pub rows: u16,
    /// Only imagine it: a layout is opened next
    #[arg(long)]
    pub empty: bool,
    /// Leave a server alone that has tabs already
    #[arg(long)]
    pub if_none: bool,
}

impl Run<ServerCx<'_>> for OpenFirst {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        if self.if_none && !cx.state.tabs.is_empty() {
            return Ok(Reply::none());
        }
        if cx.state.views.is_empty() {
            // The status line has a row of the terminal.
            let rows = self.rows.saturating_sub(1).max(1);
            cx.state.last_area = Size::new(self.cols.max(1), rows);
        }
        if cx.state.tabs.is_empty() && !self.empty {
            let env = std::mem::take(&mut cx.requester.env);
            request::open_first(cx.state, env, cx.effects);
        }
        Ok(Reply::none())
    }
}
