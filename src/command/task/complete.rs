//! `task complete`.

use clap::Args;

use super::{finished, under};
use crate::command::spec::{Reply, Run, joined};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Complete a task in hand: frees its claim and those that wait for it
///
/// Tells which tasks can begin now. The last part completes the task it is a part of.
///
/// stoa task complete TESTS "all of them pass"
#[derive(Debug, Clone, Args)]
pub struct Complete {
    /// Which task
    pub id: String,
    /// What came of it; several words are one text
    pub result: Vec<String>,
    /// Only if this is still the fencing token
    #[arg(long)]
    pub token: Option<u64>,
}

impl Run<StoreCx> for Complete {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, self.token)?;
        let done = cx
            .coord()?
            .complete_task(&actor, &self.id, joined(self.result).as_deref())?;
        finished("completed", &done)
    }
}
