//! The report of fixes.

use serde::Serialize;

use super::ROWS;
use crate::coord::fix::{self, Fix, FixTotals, State, TestResults};
use crate::coord::readable::markdown::{heading, table, when};
use crate::error::Result;
use crate::store::View;

/// What was applied, what waits, what was rejected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FixesReport {
    /// How many there are, by state.
    pub totals: FixTotals,
    /// Applied ones, the latest first.
    pub applied: Vec<FixLine>,
    /// Those that wait to be looked at or applied, the longest waiting first.
    pub waiting: Vec<FixLine>,
    /// Rejected ones, the latest first.
    pub rejected: Vec<FixLine>,
}

/// One fix in the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FixLine {
    /// Its id.
    pub id: String,
    /// The issue it is for.
    pub issue: String,
    /// One line.
    pub title: String,
    /// Where it is.
    pub state: State,
    /// Who wrote it.
    pub implementer: String,
    /// Who applied it.
    pub applied_by: Option<String>,
    /// Who vouches for it.
    pub verified_by: Vec<String>,
    /// The files it changes.
    pub files: Vec<String>,
    /// The lines in them.
    pub lines: Option<String>,
    /// What was tested.
    pub test_results: TestResults,
    /// When it was proposed, RFC 3339, UTC.
    pub proposed_at: String,
    /// When its state changed last, RFC 3339, UTC.
    pub changed_at: String,
    /// Why it was rejected.
    pub reason: Option<String>,
}

pub(super) fn make(view: &dyn View) -> Result<FixesReport> {
    let of = |states: &[State]| -> Result<Vec<FixLine>> {
        let mut lines = Vec::new();
        for state in states {
            for id in fix::ids(view, *state, ROWS)? {
                lines.extend(fix::get(view, &id)?.map(line));
            }
        }
        Ok(lines)
    };
    Ok(FixesReport {
        totals: fix::totals(view)?,
        applied: of(&[State::Applied])?,
        waiting: of(&[State::Proposed, State::Approved])?,
        rejected: of(&[State::Rejected])?,
    })
}

fn line(fix: Fix) -> FixLine {
    let vouch = match fix.state {
        State::Applied => fix.verified_by.iter().collect(),
        _ => fix.approvers(),
    };
    FixLine {
        verified_by: vouch.into_iter().map(|who| who.name.clone()).collect(),
        id: fix.id,
        issue: fix.issue,
        title: fix.title,
        state: fix.state,
        implementer: fix.implementer.name,
        applied_by: fix.applied.map(|applied| applied.by.name),
        files: fix.files,
        lines: fix.lines,
        test_results: fix.test_results,
        proposed_at: fix.proposed.to_string(),
        changed_at: fix.changed.to_string(),
        reason: fix.rejected.map(|rejected| rejected.reason),
    }
}

impl FixesReport {
    pub(super) fn markdown(&self, out: &mut String) {
        heading(out, "By state");
        let rows =
            State::ALL.map(|state| vec![state.to_string(), self.totals.of(state).to_string()]);
        table(out, &["State", "Fixes"], &rows);
        heading(out, "Applied");
        let columns = [
            "Fix",
            "Issue",
            "Title",
            "By",
            "Verified by",
            "Applied",
            "Tested",
            "Files",
        ];
        table(
            out,
            &columns,
            &self.applied.iter().map(row).collect::<Vec<_>>(),
        );
        heading(out, "Waiting");
        let columns = [
            "Fix",
            "Issue",
            "Title",
            "By",
            "Approved by",
            "Changed",
            "Tested",
            "Files",
        ];
        table(
            out,
            &columns,
            &self.waiting.iter().map(row).collect::<Vec<_>>(),
        );
        heading(out, "Rejected");
        let rejected = |line: &FixLine| {
            vec![
                line.id.clone(),
                line.issue.clone(),
                line.title.clone(),
                line.implementer.clone(),
                line.reason.clone().unwrap_or("-".to_owned()),
            ]
        };
        let rows: Vec<_> = self.rejected.iter().map(rejected).collect();
        table(out, &["Fix", "Issue", "Title", "By", "Reason"], &rows);
    }
}

fn row(line: &FixLine) -> Vec<String> {
    let dash = |text: String| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text
        }
    };
    let mut files = line.files.join(", ");
    if let Some(lines) = &line.lines {
        files.push_str(&format!(" ({lines})"));
    }
    vec![
        line.id.clone(),
        line.issue.clone(),
        line.title.clone(),
        line.implementer.clone(),
        dash(line.verified_by.join(", ")),
        line.changed_at
            .parse()
            .map_or(line.changed_at.clone(), when),
        line.test_results.line(),
        dash(files),
    ]
}
