//! `my-tasks`.

use clap::Args;
use serde_json::json;

use super::{by_severity, with_next};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::fix::FixList;
use crate::error::Result;

/// Show what a session has in hand: issues, fixes that wait, other claims
///
/// stoa my-tasks --agent Forge
#[derive(Debug, Clone, Args)]
pub struct MyTasks {
    /// Whose [default: the acting session's]
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
}

impl Run<StoreCx> for MyTasks {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.agent.is_some() {
            cx.actor = self.agent;
        }
        let me = cx.actor()?;
        let coord = cx.coord()?;
        let owned = coord.in_hand(&me.id)?;
        let fixes = coord.fixes(&FixList {
            by: Some(me.id.to_string()),
            ..FixList::default()
        })?;
        let mut lines = Vec::new();
        if owned.issues.is_empty() && fixes.is_empty() && owned.claims.is_empty() {
            lines.push(format!("{} has nothing in hand", me.name));
        }
        if !owned.issues.is_empty() {
            lines.push("issues:".to_owned());
            let issues = by_severity(&owned.issues);
            lines.extend(issues.iter().map(|line| format!("  {line}")));
        }
        if !fixes.is_empty() {
            lines.push("fixes that wait:".to_owned());
            lines.extend(fixes.iter().map(|fix| {
                format!(
                    "  {:<10} {} for {}: {}",
                    fix.id, fix.state, fix.issue, fix.title
                )
            }));
        }
        if !owned.claims.is_empty() {
            lines.push("claims:".to_owned());
            lines.extend(owned.claims.iter().map(|key| format!("  {key}")));
        }
        let next = match owned.issues.iter().find(|issue| issue.fixes.is_empty()) {
            Some(issue) => vec![
                format!(
                    "stoa fix propose --issue {} --title \"WHAT IT DOES\" --approach \"HOW\" --tested",
                    issue.id
                ),
                format!("stoa issue release {} --reason \"no time\"", issue.id),
            ],
            None => vec!["stoa issue list --available".to_owned()],
        };
        let data = json!({
            "agent": me.name,
            "issues": owned.issues,
            "fixes": fixes,
            "claims": owned.claims,
        });
        Ok(with_next(lines.join("\n"), data, &next))
    }
}
