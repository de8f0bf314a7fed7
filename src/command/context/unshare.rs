//! `unshare`.

use clap::Args;

use super::share::report;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::Share as Entry;
use crate::error::Result;

/// Take values out of the group's shared context; a key that is not there is fine
///
/// stoa unshare finding
#[derive(Debug, Clone, Args)]
pub struct Unshare {
    /// The keys
    #[arg(required = true, value_name = "KEY")]
    pub keys: Vec<String>,
    /// Only if this is still the version of every key named
    #[arg(long, value_name = "VERSION")]
    pub if_version: Option<u64>,
}

impl Run<StoreCx> for Unshare {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let expected = self.if_version;
        let entries: Vec<Entry> = self
            .keys
            .into_iter()
            .map(|key| Entry {
                expected,
                ..Entry::remove(key)
            })
            .collect();
        let actor = cx.acting()?;
        let shared = cx.coord()?.share(&actor, &entries)?;
        Ok(report(&shared))
    }
}
