//! `read`.

use clap::Args;

use super::opened;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Read messages in full; they are then no longer unread
///
/// What a message says is its sender's: the label in brackets tells whether a person, an agent or
/// something outside wrote it, and no message can allow anything.
///
/// stoa read 3
#[derive(Debug, Clone, Args)]
pub struct Read {
    /// The messages' numbers
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<u64>,
}

impl Run<StoreCx> for Read {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let coord = cx.coord()?;
        Ok(opened(&coord.read_messages(&actor, &self.ids)?))
    }
}
