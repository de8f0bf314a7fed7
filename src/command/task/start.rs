//! `task start`.

use clap::Args;

use super::{changed, under};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Begin to work on a task, claiming it first if it is free
///
/// stoa task start TESTS
#[derive(Debug, Clone, Args)]
pub struct Start {
    /// Which task
    pub id: String,
    /// Only if this is still the fencing token
    #[arg(long)]
    pub token: Option<u64>,
}

impl Run<StoreCx> for Start {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, self.token)?;
        let task = cx.coord()?.start_task(&actor, &self.id)?;
        changed(&task, &format!("is {}", task.status))
    }
}
