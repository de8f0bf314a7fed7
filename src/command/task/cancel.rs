//! `task cancel`.

use clap::Args;

use super::{finished, under};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Strike a task off; one in hand, by its claimer only
///
/// Tasks that depend on it stay blocked until the dependency is dropped.
///
/// stoa task cancel TESTS
#[derive(Debug, Clone, Args)]
pub struct Cancel {
    /// Which task
    pub id: String,
    /// Why
    pub reason: Option<String>,
    /// Only if this is still the fencing token
    #[arg(long)]
    pub token: Option<u64>,
}

impl Run<StoreCx> for Cancel {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, self.token)?;
        let done = cx
            .coord()?
            .cancel_task(&actor, &self.id, self.reason.as_deref())?;
        finished("cancelled", &done)
    }
}
