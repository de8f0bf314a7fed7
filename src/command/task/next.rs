//! `task next`.

use clap::Args;

use super::{changed, claimed};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Show the next task to do, or take it in hand with --claim
///
/// The most urgent of those that are ready and that the session is capable of, the oldest among
/// equals; what was given to it comes first.
///
/// stoa task next --claim
#[derive(Debug, Clone, Args)]
pub struct Next {
    /// Take it in hand
    #[arg(long)]
    pub claim: bool,
}

impl Run<StoreCx> for Next {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        if !self.claim {
            let task = cx.coord()?.next_task(&actor)?;
            let what = format!(
                "({}): {}\nnext: stoa task claim {}",
                task.priority, task.description, task.task_id
            );
            return changed(&task, &what);
        }
        claimed(&cx.coord()?.claim_next_task(&actor)?)
    }
}
