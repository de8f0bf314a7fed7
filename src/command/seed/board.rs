//! `update-status-board`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Write STATUS_BOARD.md and the other readable files again
///
/// They are written after each change anyway; this is for whoever is used to asking for it.
///
/// stoa update-status-board
#[derive(Debug, Clone, Args)]
pub struct UpdateStatusBoard {}

impl Run<StoreCx> for UpdateStatusBoard {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let board = cx.state.join("STATUS_BOARD.md");
        cx.coord()?.rebuild_files()?;
        let text = format!("wrote {}\nread it: cat {0}", board.display());
        Ok(Reply::new(text, json!({ "board": board })))
    }
}
