//! `task reopen`.

use clap::Args;

use super::{data, free, related, under};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Open a finished task again
///
/// Tasks that wait for it and are not in hand are blocked again.
///
/// stoa task reopen TESTS
#[derive(Debug, Clone, Args)]
pub struct Reopen {
    /// Which task
    pub id: String,
    /// Why
    pub reason: Option<String>,
}

impl Run<StoreCx> for Reopen {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, None)?;
        let coord = cx.coord()?;
        let done = coord.reopen_task(&actor, &self.id, self.reason.as_deref())?;
        let mut text = format!("{} {}", done.task.task_id, free(&done.task));
        if !done.blocked.is_empty() {
            text.push_str(&format!("\nwait for it again: {}", related(&done.blocked)));
        }
        Ok(Reply::new(text, data(&done)?))
    }
}
