//! `renew`.

use std::time::Duration;

use clap::Args;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::command::times;
use crate::error::Result;

/// Renew claims before they run out
///
/// stoa renew src/parser.rs
#[derive(Debug, Clone, Args)]
pub struct Renew {
    /// What to renew; without it everything held
    #[arg(value_name = "KIND/NAME|PATH")]
    pub what: Vec<String>,
    /// How long from now: 30s, 10m, 2h [default: as long as before]
    #[arg(long, value_name = "TIME", value_parser = times::ttl)]
    pub ttl: Option<Duration>,
    /// Only if this is still the fencing token (one claim)
    #[arg(long)]
    pub token: Option<u64>,
}

impl Run<StoreCx> for Renew {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let keys = super::keys_in_store(cx, &self.what)?;
        let actor = cx.acting()?;
        let which = super::which(keys, self.token)?;
        let renewed = cx.coord()?.renew(&actor, &which, self.ttl)?;
        Ok(super::report("renewed", &renewed.claims))
    }
}
