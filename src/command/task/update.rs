//! `task update`.

use clap::{Args, ValueEnum};

use super::{changed, finished, free, under};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::task::Step;
use crate::error::Result;

/// Put a task in hand into another state: in_progress, review, completed, failed, …
///
/// Only its claimer may. `task start`, `complete`, `fail`, `release` and `cancel` do the same by name.
///
/// stoa task update TESTS in_progress
#[derive(Debug, Clone, Args)]
pub struct Update {
    /// Which task
    pub id: String,
    /// Its new state
    pub status: NewStatus,
    /// What came of it, or why
    pub result: Option<String>,
    /// Only if this is still the fencing token
    #[arg(long)]
    pub token: Option<u64>,
}

/// The states one can put a task into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NewStatus {
    /// Worked on
    #[value(name = "in_progress", alias = "in-progress")]
    InProgress,
    /// To be looked at
    Review,
    /// Done
    #[value(alias = "complete", alias = "done")]
    Completed,
    /// Given up for good
    Failed,
    /// Not wanted any more
    #[value(alias = "canceled")]
    Cancelled,
    /// Free again
    #[value(alias = "available", alias = "released")]
    Pending,
}

impl Run<StoreCx> for Update {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, self.token)?;
        let (id, result) = (self.id.as_str(), self.result.as_deref());
        let coord = cx.coord()?;
        let step = match self.status {
            NewStatus::InProgress => Step::Start,
            NewStatus::Review => Step::Review,
            NewStatus::Completed => {
                return finished("completed", &coord.complete_task(&actor, id, result)?);
            }
            NewStatus::Failed => return finished("failed", &coord.fail_task(&actor, id, result)?),
            NewStatus::Cancelled => {
                return finished("cancelled", &coord.cancel_task(&actor, id, result)?);
            }
            NewStatus::Pending => {
                let task = coord.release_task(&actor, id, result)?;
                return changed(&task, &free(&task));
            }
        };
        let task = coord.advance_task(&actor, id, step)?;
        changed(&task, &format!("is {}", task.status))
    }
}
