//! `task fail`.

use clap::Args;

use super::{finished, under};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Give a task in hand up for good
///
/// Tasks that depend on it stay blocked. To let others try, release it instead.
///
/// stoa task fail TESTS "no compiler for it"
#[derive(Debug, Clone, Args)]
pub struct Fail {
    /// Which task
    pub id: String,
    /// Why
    pub reason: Option<String>,
    /// Only if this is still the fencing token
    #[arg(long)]
    pub token: Option<u64>,
}

impl Run<StoreCx> for Fail {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, self.token)?;
        let done = cx
            .coord()?
            .fail_task(&actor, &self.id, self.reason.as_deref())?;
        finished("failed", &done)
    }
}
