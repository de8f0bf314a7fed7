//! `fix apply`.

use clap::Args;
use serde_json::json;

use super::Conditions;
use crate::command::issue::with_next;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Apply a fix: it counts, and its issue is resolved
///
/// stoa fix apply FIX-1
///
/// By another session than its author's, or by the author once another has approved it.
#[derive(Debug, Clone, Args)]
pub struct FixApply {
    /// Its id
    #[arg(value_name = "ID")]
    pub fix: String,
    /// On what conditions.
    #[command(flatten)]
    pub conditions: Conditions,
}

impl Run<StoreCx> for FixApply {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let judged = self.conditions.judged();
        let done = cx.coord()?.fix_apply(&actor, &self.fix, judged)?;
        let fix = &done.fix;
        let verified: Vec<&str> = fix
            .verified_by
            .iter()
            .map(|who| who.name.as_str())
            .collect();
        let mut lines = vec![format!("applied {}: {}", fix.id, fix.title)];
        lines.push(format!("  verified by {}", verified.join(", ")));
        if let Some(issue) = &done.issue {
            lines.push(format!("  {} is resolved: {}", issue.id, issue.title));
        }
        if !done.superseded.is_empty() {
            lines.push(format!(
                "  rejected with it: {}",
                done.superseded.join(", ")
            ));
        }
        let next = [
            "stoa issue list --available".to_owned(),
            "stoa report all --save".to_owned(),
        ];
        let data = json!({
            "fix": done.fix,
            "issue": done.issue,
            "superseded": done.superseded,
        });
        Ok(with_next(lines.join("\n"), data, &next))
    }
}
