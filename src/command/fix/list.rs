//! `fix list`.

use clap::Args;
use serde_json::json;

use crate::command::issue::with_next;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::fix::{self, Fix, FixInfo, State};
use crate::error::Result;

/// List fixes: those that wait the longest first, then the latest others
///
/// stoa fix list --status applied
///
/// Without --status those that wait: proposed, approved.
#[derive(Debug, Clone, Args)]
pub struct FixList {
    /// Only of these, with commas between them
    #[arg(long, value_enum, value_delimiter = ',')]
    pub status: Vec<State>,
    /// Of all states
    #[arg(long, conflicts_with = "status")]
    pub all: bool,
    /// Only for this issue
    #[arg(long, value_name = "ID")]
    pub issue: Option<String>,
    /// Only the acting session's
    #[arg(long)]
    pub mine: bool,
    /// No more than this many
    #[arg(long, default_value_t = 100, value_name = "COUNT")]
    pub limit: usize,
}

impl Run<StoreCx> for FixList {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let by = self.mine.then(|| cx.actor_id()).transpose()?;
        let wanted = fix::FixList {
            states: if self.all {
                State::ALL.to_vec()
            } else {
                self.status
            },
            issue: self.issue,
            by: by.map(|id| id.to_string()),
            limit: Some(self.limit.saturating_add(1)),
        };
        let mut fixes = match cx.existing()? {
            Some(coord) => coord.fixes(&wanted)?,
            None => Vec::new(),
        };
        let more = fixes.len() > self.limit;
        fixes.truncate(self.limit);
        let mut lines: Vec<String> = fixes.iter().map(line).collect();
        if more {
            lines.push(format!(
                "there are more: --limit {}",
                self.limit.max(1).saturating_mul(10)
            ));
        }
        let next = match fixes.iter().find(|fix| fix.state.is_open()) {
            Some(fix) => vec![format!("stoa fix show {}", fix.id)],
            None => vec!["stoa issue list --available".to_owned()],
        };
        if fixes.is_empty() {
            lines.push("no fixes".to_owned());
        }
        let infos: Vec<FixInfo> = fixes.iter().map(FixInfo::from).collect();
        Ok(with_next(
            lines.join("\n"),
            json!({ "fixes": infos, "more": more }),
            &next,
        ))
    }
}

fn line(fix: &Fix) -> String {
    let approved: Vec<&str> = fix
        .approvers()
        .iter()
        .map(|who| who.name.as_str())
        .collect();
    let approved = match (fix.state, approved.is_empty()) {
        (State::Approved, false) => format!(" (approved by {})", approved.join(", ")),
        _ => String::new(),
    };
    format!(
        "{:<10} {} for {} by {}{approved}: {}",
        fix.id, fix.state, fix.issue, fix.implementer.name, fix.title
    )
}
