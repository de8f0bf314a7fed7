//! `issue resolve`.

use clap::Args;
use serde_json::json;

use super::{acting, with_next};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// End an issue without a fix: it is solved, or with --close it will not be
///
/// stoa issue resolve ISSUE-1 --reason "solved by the new parser"
///
/// An issue with a fix is resolved by applying that: stoa fix apply.
#[derive(Debug, Clone, Args)]
pub struct IssueResolve {
    /// Its id
    #[arg(value_name = "ID")]
    pub issue: String,
    /// What solved it, or why it will not be
    #[arg(long, alias = "note", value_name = "TEXT")]
    pub reason: Option<String>,
    /// It will not be solved, or is to be put away
    #[arg(long)]
    pub close: bool,
    /// Only if this is still the fencing token of its claim
    #[arg(long)]
    pub token: Option<u64>,
}

impl Run<StoreCx> for IssueResolve {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = acting(cx, &self.issue, self.token)?;
        let reason = self.reason.as_deref();
        let issue = cx
            .coord()?
            .issue_resolve(&actor, &self.issue, reason, self.close)?;
        let text = format!("{} {}: {}", issue.status, issue.id, issue.title);
        let next = [
            "stoa issue list --available".to_owned(),
            format!("stoa issue reopen {} --reason \"WHY\"", issue.id),
        ];
        Ok(with_next(text, json!({ "issue": issue }), &next))
    }
}
