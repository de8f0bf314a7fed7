//! `fix reject`.

use clap::Args;
use serde_json::json;

use crate::command::issue::with_next;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::fix::Judged;
use crate::error::Result;

/// Reject a fix: its issue is to be worked on again
///
/// stoa fix reject FIX-1 --reason "breaks the lexer"
///
/// An author takes its own fix back in the same way.
#[derive(Debug, Clone, Args)]
pub struct FixReject {
    /// Its id
    #[arg(value_name = "ID")]
    pub fix: String,
    /// Why
    #[arg(long, value_name = "TEXT", required = true)]
    pub reason: String,
    /// Only if it is still at this version, the one that was read
    #[arg(long, value_name = "N")]
    pub if_version: Option<u64>,
}

impl Run<StoreCx> for FixReject {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let judged = Judged {
            version: self.if_version,
            ..Judged::default()
        };
        let done = cx
            .coord()?
            .fix_reject(&actor, &self.fix, &self.reason, judged)?;
        let mut text = format!("rejected {}: {}", done.fix.id, done.fix.title);
        let mut next = Vec::new();
        if let Some(issue) = &done.issue {
            let owner = issue
                .owner
                .as_ref()
                .map(|owner| format!(", still with {}", owner.name));
            let owner = owner.unwrap_or_default();
            text.push_str(&format!("\n  {} is {}{owner}", issue.id, issue.status));
            next.push(format!("stoa issue show {}", issue.id));
        }
        let data = json!({ "fix": done.fix, "issue": done.issue });
        Ok(with_next(text, data, &next))
    }
}
