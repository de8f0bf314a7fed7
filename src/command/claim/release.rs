//! `release`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::{Error, Result};

/// Give claims back; releasing what is not held is fine
///
/// stoa release src/parser.rs
#[derive(Debug, Clone, Default, Args)]
pub struct Release {
    /// What to release
    #[arg(value_name = "KIND/NAME|PATH", required_unless_present = "all")]
    pub what: Vec<String>,
    /// Everything held
    #[arg(long, conflicts_with = "what")]
    pub all: bool,
    /// Only if this is still the fencing token (one claim)
    #[arg(long)]
    pub token: Option<u64>,
    /// Whoever holds it; needs --reason, which the holder is told
    #[arg(long, requires = "reason", conflicts_with_all = ["all", "token"])]
    pub force: bool,
    /// Why it is released by force
    #[arg(long, value_name = "TEXT", requires = "force")]
    pub reason: Option<String>,
}

impl Run<StoreCx> for Release {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let keys = super::keys_in_store(cx, &self.what)?;
        if keys.is_empty() && !self.all {
            return Err(Error::usage("release needs something to release, or --all"));
        }
        let actor = cx.acting()?;
        let released = if self.force {
            cx.coord()?
                .force_release(&actor, &keys, self.reason.as_deref())?
                .released
        } else {
            let which = super::which(keys, self.token)?;
            cx.coord()?.release(&actor, &which)?.released
        };
        let names: Vec<&str> = released.iter().map(|key| key.as_str()).collect();
        let text = if names.is_empty() {
            "nothing was held".to_owned()
        } else {
            format!("released {}", names.join(", "))
        };
        Ok(Reply::new(text, json!({ "released": names })))
    }
}
