//! `claims`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::replica::Scope;
use crate::coord::snapshot::{ClaimInfo, Snapshot};
use crate::error::Result;

/// List what is claimed: by whom, for how long, who waits
///
/// stoa claims
#[derive(Debug, Clone, Args)]
pub struct Claims {
    /// Only the acting session's
    #[arg(long)]
    pub mine: bool,
}

impl Run<StoreCx> for Claims {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let me = match self.mine {
            true => Some(cx.actor_id()?.to_string()),
            false => None,
        };
        let snapshot = cx.excerpt(Scope::Claims)?;
        let shown: Vec<&ClaimInfo> = snapshot
            .claims
            .iter()
            .filter(|claim| me.as_ref().is_none_or(|me| claim.holder == *me))
            .collect();
        let lines: Vec<String> = shown.iter().map(|claim| line(&snapshot, claim)).collect();
        let text = if lines.is_empty() {
            "nothing is claimed; stoa claim PATH or KIND/NAME does it".to_owned()
        } else {
            lines.join("\n")
        };
        Ok(Reply::new(text, json!({ "claims": shown })))
    }
}

/// One claim as a line for people.
pub fn line(snapshot: &Snapshot, claim: &ClaimInfo) -> String {
    let mut line = format!(
        "{} held by {}{}, {} left{} (token {})",
        claim.key,
        claim.holder_name,
        if claim.shared { " (shared)" } else { "" },
        span(claim.expires_in_ms),
        if claim.ends_soon { ", ends soon" } else { "" },
        claim.token,
    );
    if let Some(reason) = &claim.reason {
        line.push_str(&format!(": {reason}"));
    }
    if !claim.waiting.is_empty() {
        let names: Vec<String> = claim
            .waiting
            .iter()
            .enumerate()
            .map(|(place, id)| format!("{}. {}", place + 1, snapshot.name_of(id)))
            .collect();
        line.push_str(&format!("; waiting: {}", names.join(", ")));
    }
    line
}
