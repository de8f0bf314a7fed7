//! Rows of issues and of the fixes that wait: how bad, what, who is at it.

use ratatui::style::Style;

use super::Context;
use crate::coord::fix::{FixInfo, State};
use crate::coord::issue::{IssueInfo, Severity};
use crate::model::panel::Case;
use crate::ui::paint::{Row, columns, duration};

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, case: &Case<'_>) {
    match case {
        Case::Fix(fix) => fix_row(row, cx, fix),
        Case::Issue(issue) => issue_row(row, cx, issue),
    }
}

fn who(row: &mut Row<'_>, cx: &Context<'_>, id: Option<&str>, name: &str, style: Style) {
    if row.room() >= 24 {
        let (name, style) = match id.is_some() && cx.props.acting == id {
            true => ("you", cx.theme.accent),
            false => (name, style),
        };
        row.put_column(name, cx.name_cols.max(9), style);
        row.skip_right(2);
    }
}

fn named(row: &mut Row<'_>, cx: &Context<'_>, id: &str, title: &str, style: Style) {
    row.put_padded(id, columns(id).min(row.room()), style);
    row.skip(1);
    if row.room() >= 4 {
        row.put(title, cx.theme.muted);
    }
}

fn issue_row(row: &mut Row<'_>, cx: &Context<'_>, issue: &IssueInfo) {
    let theme = cx.theme;
    match (&issue.owner_name, issue.status) {
        (Some(name), _) => who(row, cx, issue.owner.as_deref(), name, theme.text),
        (None, status) => who(row, cx, None, status.word(), theme.muted),
    }
    let open = issue.status.is_open();
    let (sign, style) = match (open, issue.severity) {
        (false, _) => ("✓", theme.muted),
        (true, Severity::Critical) => ("‼", theme.error),
        (true, Severity::High) => ("!", theme.warn),
        (true, Severity::Medium) => ("○", theme.text),
        (true, Severity::Low) => ("·", theme.muted),
    };
    row.put_padded(sign, 2, style);
    let style = if open { theme.text } else { theme.muted };
    named(row, cx, &issue.id, &issue.title, style);
}

fn fix_row(row: &mut Row<'_>, cx: &Context<'_>, fix: &FixInfo) {
    let theme = cx.theme;
    who(
        row,
        cx,
        Some(&fix.implementer_id),
        &fix.implementer,
        theme.text,
    );
    let (sign, style) = match fix.state {
        State::Approved => ("✓", theme.ok),
        State::Proposed | State::Applied | State::Rejected => ("?", theme.accent),
    };
    row.put_padded(sign, 2, style);
    named(row, cx, &fix.id, &fix.title, theme.text);
}

/// A case's id and its whole record, line by line.
pub fn detail<'a>(cx: &Context<'_>, case: &Case<'a>) -> (&'a str, Vec<(&'static str, String)>) {
    match case {
        Case::Fix(fix) => (&fix.id, fix_detail(fix)),
        Case::Issue(issue) => (&issue.id, issue_detail(cx, issue)),
    }
}

fn issue_detail(cx: &Context<'_>, issue: &IssueInfo) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("issue", issue.title.clone()),
        (
            "state",
            format!("{}, {}", issue.status.word(), issue.severity.word()),
        ),
    ];
    if let Some(name) = &issue.owner_name {
        let left = issue
            .expires_in_ms
            .map_or(0, |left| left.saturating_sub(cx.props.elapsed_ms));
        lines.push(("by", format!("{name}, {} left", duration(left))));
    }
    for (label, words) in [("files", &issue.files), ("fixes", &issue.fixes)] {
        if !words.is_empty() {
            lines.push((label, words.join(", ")));
        }
    }
    lines.push(("found by", issue.reporter.clone()));
    let over = issue.resolved_by.as_ref().zip(issue.resolved_at.as_ref());
    lines.extend(over.map(|(name, at)| ("ended by", format!("{name} at {}", time(at)))));
    if issue.attempts > 0 {
        lines.push(("attempts", format!("{} without a fix", issue.attempts)));
    }
    lines
}

/// A time as it is shown everywhere.
fn time(text: &str) -> String {
    let time = text.parse();
    time.map_or_else(|_| text.to_owned(), crate::coord::moment::shown)
}

fn fix_detail(fix: &FixInfo) -> Vec<(&'static str, String)> {
    let tested = if fix.tested { "tested" } else { "not tested" };
    let mut lines = vec![
        ("fix", fix.title.clone()),
        ("for", fix.issue.clone()),
        ("state", format!("{}, {tested}", fix.state.word())),
        (
            "by",
            format!("{}, proposed {}", fix.implementer, time(&fix.proposed_at)),
        ),
    ];
    for (label, names) in [
        ("good for", &fix.approved_by),
        ("verified", &fix.verified_by),
    ] {
        if !names.is_empty() {
            lines.push((label, names.join(", ")));
        }
    }
    lines
}

pub fn empty() -> Vec<String> {
    vec![
        "no issues".to_owned(),
        "stoa issue new \"WHAT IS WRONG\"".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_to_the_second() {
        assert_eq!(
            time("2026-11-22T09:08:17.758326935Z"),
            "2026-11-22 09:08:17Z"
        );
        assert_eq!(time("long ago"), "long ago");
    }
}
