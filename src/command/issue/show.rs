//! `issue show`.

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::with_next;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::fix::{FixList, State};
use crate::coord::issue::{Issue, IssueInfo, Status};
use crate::coord::moment::shown;
use crate::error::{Error, Result};

/// Show one issue: its story, its owner, its fixes, its history
///
/// stoa issue show ISSUE-1
#[derive(Debug, Clone, Args)]
pub struct IssueShow {
    /// Its id
    #[arg(value_name = "ID")]
    pub issue: String,
}

impl Run<StoreCx> for IssueShow {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let Some(coord) = cx.existing()? else {
            return Err(
                Error::not_found("there is no issue: nothing has been reported yet")
                    .with_hint("stoa issue new \"TITLE\" reports one"),
            );
        };
        let (issue, info) = coord.issue(&self.issue)?;
        let fixes = coord.fixes(&FixList {
            states: State::ALL.to_vec(),
            issue: Some(self.issue.clone()),
            ..FixList::default()
        })?;
        let mut lines = head(&issue, &info);
        let fixed: Vec<String> = fixes
            .iter()
            .map(|fix| format!("{} ({} by {})", fix.id, fix.state, fix.implementer.name))
            .collect();
        if !fixed.is_empty() {
            lines.push(field("fixes", &fixed.join(", ")));
        }
        if let Some(text) = &issue.description {
            lines.push(String::new());
            lines.extend(text.lines().map(|line| format!("  {line}")));
        }
        lines.push("\nhistory:".to_owned());
        for step in &issue.history {
            let note = step.note.as_ref().map(|note| format!(": {note}"));
            lines.push(format!(
                "  {} {} {}{}",
                shown(step.at),
                step.by,
                step.what,
                note.unwrap_or_default()
            ));
        }
        let waiting = fixes.iter().find(|fix| fix.state.is_open());
        let next = match (info.status, waiting) {
            (Status::New, _) => vec![format!("stoa issue claim {}", info.id)],
            (_, Some(fix)) => vec![
                format!("stoa fix show {}", fix.id),
                format!("stoa fix review {} --approve", fix.id),
            ],
            (Status::InProgress, None) => vec![format!(
                "stoa fix propose --issue {} --title \"WHAT IT DOES\" --approach \"HOW\" --tested",
                info.id
            )],
            _ => vec![format!("stoa issue reopen {} --reason \"WHY\"", info.id)],
        };
        let data = json!({ "issue": issue, "now": info, "fixes": fixes });
        Ok(with_next(lines.join("\n"), data, &next))
    }
}

fn field(name: &str, text: &str) -> String {
    format!("  {name:<10} {text}")
}

fn head(issue: &Issue, info: &IssueInfo) -> Vec<String> {
    let mut lines = vec![format!(
        "{} {} {}: {}",
        issue.id, issue.severity, info.status, issue.title
    )];
    let ago = |then: Timestamp| {
        let seconds = Timestamp::now().as_second() - then.as_second();
        span(u64::try_from(seconds).unwrap_or(0).saturating_mul(1000))
    };
    lines.push(field(
        "reported",
        &format!("by {}, {} ago", issue.reporter.name, ago(issue.created)),
    ));
    if let (Some(owner), Some(left)) = (&info.owner_name, info.expires_in_ms) {
        lines.push(field("owner", &format!("{owner}, {} left", span(left))));
    }
    if let Some(end) = &issue.resolution {
        let with = end.fix.as_ref().map(|fix| format!(" with {fix}"));
        let note = end.note.as_ref().map(|note| format!(": {note}"));
        lines.push(field(
            issue.status.word(),
            &format!(
                "by {}, {} ago{}{}",
                end.resolved_by.name,
                ago(end.resolved_at),
                with.unwrap_or_default(),
                note.unwrap_or_default()
            ),
        ));
    }
    if !issue.files.is_empty() {
        lines.push(field("files", &issue.files.join(", ")));
    }
    if info.attempts > 0 {
        lines.push(field("attempts", &info.attempts.to_string()));
    }
    lines
}
