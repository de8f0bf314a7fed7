//! `issue reopen`.

use clap::Args;
use serde_json::json;

use super::with_next;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Open an issue again that was resolved or closed
///
/// stoa issue reopen ISSUE-1 --reason "tabs are lost again"
#[derive(Debug, Clone, Args)]
pub struct IssueReopen {
    /// Its id
    #[arg(value_name = "ID")]
    pub issue: String,
    /// What came back
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

impl Run<StoreCx> for IssueReopen {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let reason = self.reason.as_deref();
        let issue = cx.coord()?.issue_reopen(&actor, &self.issue, reason)?;
        let text = format!("reopened {}: {}", issue.id, issue.title);
        let next = [format!("stoa issue claim {}", issue.id)];
        Ok(with_next(text, json!({ "issue": issue }), &next))
    }
}
