//! `task release`.

use clap::Args;

use super::{changed, free, under};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Let go of a task, so that somebody else can do it
///
/// It counts as an attempt. Releasing what nobody has in hand is fine.
///
/// stoa task release TESTS
#[derive(Debug, Clone, Args)]
pub struct Release {
    /// Which task
    pub id: String,
    /// Why
    pub reason: Option<String>,
}

impl Run<StoreCx> for Release {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, None)?;
        let coord = cx.coord()?;
        let task = coord.release_task(&actor, &self.id, self.reason.as_deref())?;
        changed(&task, &free(&task))
    }
}
