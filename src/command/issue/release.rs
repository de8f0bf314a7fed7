//! `issue release`.

use clap::Args;
use serde_json::json;

use super::{acting, with_next};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Give an issue back, so that others can take it; only its owner can
///
/// stoa issue release ISSUE-1 --reason "blocked by ISSUE-2"
#[derive(Debug, Clone, Args)]
pub struct IssueRelease {
    /// Its id
    #[arg(value_name = "ID")]
    pub issue: String,
    /// Why: no skill for it, blocked, no time, …
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Only if this is still the fencing token of its claim
    #[arg(long)]
    pub token: Option<u64>,
}

impl Run<StoreCx> for IssueRelease {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = acting(cx, &self.issue, self.token)?;
        let reason = self.reason.as_deref();
        let issue = cx.coord()?.issue_release(&actor, &self.issue, reason)?;
        let text = format!("released {}: it is {} again", issue.id, issue.status);
        let next = [
            "stoa issue list --available".to_owned(),
            format!("stoa issue claim {}", issue.id),
        ];
        Ok(with_next(text, json!({ "issue": issue }), &next))
    }
}
