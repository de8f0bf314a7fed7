//! `issue list`.

use clap::Args;
use serde_json::json;

use super::{by_severity, with_next};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::issue::{List, Listed, Severity, Status};
use crate::error::Result;

/// List issues: the worst first, then the oldest
///
/// stoa issue list --available --severity critical
///
/// Without --status the open ones: new, in_progress, review.
#[derive(Debug, Clone, Args)]
pub struct IssueList {
    /// Only of this severity
    #[arg(long, value_enum, ignore_case = true)]
    pub severity: Option<Severity>,
    /// Only of these, with commas between them
    #[arg(long, value_enum, value_delimiter = ',')]
    pub status: Vec<Status>,
    /// Only those that can be claimed now
    #[arg(long, conflicts_with_all = ["status", "mine"])]
    pub available: bool,
    /// Only those the acting session has claimed
    #[arg(long)]
    pub mine: bool,
    /// No more than this many
    #[arg(long, default_value_t = 100, value_name = "COUNT")]
    pub limit: usize,
}

impl Run<StoreCx> for IssueList {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let mine = self.mine.then(|| cx.actor_id()).transpose()?;
        let wanted = List {
            severity: self.severity,
            status: self.status,
            available: self.available,
            mine,
            limit: self.limit,
        };
        let listed = match cx.existing()? {
            Some(coord) => coord.issues(&wanted)?,
            None => Listed {
                issues: Vec::new(),
                more: false,
            },
        };
        let mut lines = by_severity(&listed.issues);
        if listed.more {
            lines.push(format!(
                "there are more: --limit {}",
                self.limit.max(1).saturating_mul(10)
            ));
        }
        let free = listed
            .issues
            .iter()
            .find(|issue| issue.status == Status::New);
        let next = match (free, listed.issues.first()) {
            (Some(issue), _) => vec![format!("stoa issue claim {}", issue.id)],
            (None, Some(issue)) => vec![format!("stoa issue show {}", issue.id)],
            (None, None) => {
                lines.push("no issues".to_owned());
                vec!["stoa issue new \"WHAT IS WRONG\" --severity high".to_owned()]
            }
        };
        let data = json!({ "issues": listed.issues, "more": listed.more });
        Ok(with_next(lines.join("\n"), data, &next))
    }
}
