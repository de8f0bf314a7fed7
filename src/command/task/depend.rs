//! `task depend`.

use clap::Args;

use super::{changed, free, under};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::task::Depend as Change;
use crate::error::Result;

/// Let a task wait until others are completed
///
/// A circle is refused and shown.
///
/// stoa task depend TESTS TABS
#[derive(Debug, Clone, Args)]
pub struct Depend {
    /// Which task
    pub id: String,
    /// The tasks that must be completed first
    #[arg(required = true, value_name = "ON")]
    pub on: Vec<String>,
    /// Do not wait for them any more
    #[arg(long)]
    pub drop: bool,
}

impl Run<StoreCx> for Depend {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, None)?;
        let change = match self.drop {
            true => Change::Drop(self.on),
            false => Change::On(self.on),
        };
        let task = cx.coord()?.depend_task(&actor, &self.id, &change)?;
        changed(&task, &free(&task))
    }
}
