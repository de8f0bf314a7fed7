//! `undo-layout` and `redo-layout`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};

/// Take back the last change to how panes lie: resize, swap, move, arrange, break out, join
///
/// Programs are not touched: a pane that was closed does not come back, and one that was opened since
/// stays.
#[derive(Debug, Clone, Args)]
pub struct UndoLayout {}

impl Run<ServerCx<'_>> for UndoLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        match cx.state.undo_shape() {
            true => Ok(Reply::none()),
            false => Err(Error::refused("there is no change to take back")),
        }
    }
}

/// Make the change that undo-layout took back once more
#[derive(Debug, Clone, Args)]
pub struct RedoLayout {}

impl Run<ServerCx<'_>> for RedoLayout {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        match cx.state.redo_shape() {
            true => Ok(Reply::none()),
            false => Err(Error::refused("nothing has been taken back")),
        }
    }
}
