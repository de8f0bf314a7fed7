//! The report of issues.

use serde::Serialize;

use super::{ROWS, median, seconds};
use crate::coord::issue::{self, Issue, IssueInfo, IssueTotals, List, Severity, Status};
use crate::coord::readable::markdown::{heading, table};
use crate::coord::{Moment, lease};
use crate::error::Result;
use crate::store::View;

/// Issues by severity and status.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssuesReport {
    /// How many there are, by status and severity.
    pub totals: IssueTotals,
    /// Open ones, the worst first, then the oldest.
    pub open: Vec<IssueLine>,
    /// Whether there are more open ones.
    pub more: bool,
    /// The last that ended, the latest first.
    pub ended: Vec<IssueLine>,
    /// The median of the seconds from report to first claim, of the open and the last ended ones.
    pub seconds_to_claim: Option<u64>,
    /// The median of the seconds from report to end, of the last ended ones.
    pub seconds_to_resolve: Option<u64>,
}

/// One issue in the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssueLine {
    /// The issue.
    #[serde(flatten)]
    pub issue: IssueInfo,
    /// Seconds since it was reported, or until it ended.
    pub age_seconds: u64,
    /// The fix that resolved it.
    pub resolved_with: Option<String>,
}

pub(super) fn make(view: &dyn View, at: &Moment<'_>) -> Result<IssuesReport> {
    let wanted = List {
        limit: ROWS,
        ..List::default()
    };
    let listed = issue::list(view, at, &wanted)?;
    let mut to_claim = Vec::new();
    let mut line = |info: IssueInfo, record: &Issue| {
        to_claim.extend(
            record
                .first_claimed
                .map(|first| seconds(record.created, first)),
        );
        let end = record.resolution.as_ref();
        IssueLine {
            issue: info,
            age_seconds: seconds(
                record.created,
                end.map_or(at.now.wall, |end| end.resolved_at),
            ),
            resolved_with: end.and_then(|end| end.fix.clone()),
        }
    };
    let mut open = Vec::new();
    for info in listed.issues {
        if let Some(record) = issue::get(view, &info.id)? {
            open.push(line(info, &record));
        }
    }
    let mut ended = Vec::new();
    for record in issue::latest(view, &[Status::Resolved, Status::Closed], ROWS)? {
        ended.push(line(IssueInfo::of(view, at, &record)?, &record));
    }
    let resolved = ended
        .iter()
        .filter(|line| line.issue.status == Status::Resolved);
    Ok(IssuesReport {
        totals: issue::totals(view, at)?,
        seconds_to_resolve: median(resolved.map(|line| line.age_seconds).collect()),
        seconds_to_claim: median(to_claim),
        open,
        more: listed.more,
        ended,
    })
}

impl IssuesReport {
    pub(super) fn markdown(&self, out: &mut String) {
        heading(out, "By severity");
        let mut rows = Vec::new();
        for severity in Severity::ALL {
            let mut row = vec![severity.to_string()];
            row.extend(Status::ALL.map(|status| self.totals.of(status, severity).to_string()));
            rows.push(row);
        }
        let mut row = vec!["all".to_owned()];
        row.extend(Status::ALL.map(|status| self.totals.status(status).to_string()));
        rows.push(row);
        let words = Status::ALL.map(Status::word);
        let columns: Vec<&str> = ["Severity"].into_iter().chain(words).collect();
        table(out, &columns, &rows);
        let medians = [
            ("first claim", self.seconds_to_claim),
            ("resolution", self.seconds_to_resolve),
        ];
        for (what, median) in medians {
            if let Some(median) = median {
                out.push_str(&format!("\nMedian time to {what}: {}.\n", age(median)));
            }
        }
        heading(out, "Open");
        let rows: Vec<Vec<String>> = self.open.iter().map(open_row).collect();
        let columns = [
            "Issue", "Severity", "Status", "Age", "Owner", "Attempts", "Fixes", "Title",
        ];
        table(out, &columns, &rows);
        if self.more {
            out.push_str("\nThere are more: `stoa issue list --limit 10000`.\n");
        }
        heading(out, "Ended");
        let rows: Vec<Vec<String>> = self.ended.iter().map(ended_row).collect();
        let columns = ["Issue", "Severity", "Status", "After", "By", "Fix", "Title"];
        table(out, &columns, &rows);
    }
}

fn age(seconds: u64) -> String {
    lease::show_ms(seconds.saturating_mul(1000))
}

fn dash(text: Option<String>) -> String {
    text.filter(|text| !text.is_empty())
        .unwrap_or("-".to_owned())
}

fn open_row(line: &IssueLine) -> Vec<String> {
    let issue = &line.issue;
    vec![
        issue.id.clone(),
        issue.severity.to_string(),
        issue.status.to_string(),
        age(line.age_seconds),
        dash(issue.owner_name.clone()),
        issue.attempts.to_string(),
        dash(Some(issue.fixes.join(", "))),
        issue.title.clone(),
    ]
}

fn ended_row(line: &IssueLine) -> Vec<String> {
    let issue = &line.issue;
    vec![
        issue.id.clone(),
        issue.severity.to_string(),
        issue.status.to_string(),
        age(line.age_seconds),
        dash(issue.resolved_by.clone()),
        dash(line.resolved_with.clone()),
        issue.title.clone(),
    ]
}
