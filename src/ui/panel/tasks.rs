//! Rows of tasks: how they stand, what they are, who has them.

use ratatui::style::Style;

use super::Context;
use crate::coord::task::{Priority, Status, TaskInfo};
use crate::ui::paint::{Row, columns, duration};
use crate::ui::theme::Theme;

fn style(task: &TaskInfo, theme: &Theme) -> Style {
    match task.status {
        Status::InProgress | Status::Completed => theme.ok,
        Status::Claimed | Status::Review => theme.accent,
        Status::Pending => theme.text,
        Status::Blocked | Status::Cancelled => theme.muted,
        Status::Failed => theme.error,
    }
}

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, task: &TaskInfo) {
    let theme = cx.theme;
    let own = cx.props.acting.is_some_and(|id| task.is_held_by(id));
    let room = row.room();
    if room >= 24 {
        let (text, style) = match (task.by(), &task.assigned_to) {
            _ if own => ("you", theme.accent),
            (Some(name), _) if task.status.is_active() => (name, theme.text),
            (Some(name), _) => (name, theme.muted),
            (None, Some(name)) => (name.as_str(), theme.muted),
            (None, None) => (task.status.title(), theme.muted),
        };
        row.put_column(text, cx.name_cols.max(9), style);
        row.skip_right(2);
    }
    row.put_padded(task.status.sign(), 2, style(task, theme));
    let urgent = !task.status.is_finished() && task.priority <= Priority::High;
    if urgent && row.room() >= 2 {
        row.put("!", theme.warn);
    }
    let id = match (own, task.status.is_finished()) {
        (true, _) => theme.accent,
        (false, true) => theme.muted,
        (false, false) => theme.text,
    };
    row.put_padded(&task.task_id, columns(&task.task_id).min(row.room()), id);
    row.skip(1);
    if row.room() >= 4 {
        row.put(task.title(), theme.muted);
    }
}

/// The whole record, line by line.
pub fn detail(cx: &Context<'_>, task: &TaskInfo) -> Vec<(&'static str, String)> {
    let mut lines = vec![("task", task.description.replace('\n', " "))];
    let mut state = format!("{}, {}", task.status, task.priority);
    if let Some(kind) = &task.kind {
        state.push_str(&format!(", {kind}"));
    }
    if let Some(minutes) = task.estimate_minutes {
        state.push_str(&format!(
            ", about {}",
            duration(u64::from(minutes) * 60_000)
        ));
    }
    lines.push(("state", state));
    if let Some(by) = &task.claimed_by {
        let mut text = format!(
            "{} (session {}) on {}",
            by.session_name, by.session_number, by.terminal
        );
        if let Some(left) = task.expires_in_ms {
            let left = left.saturating_sub(cx.props.elapsed_ms);
            text.push_str(&format!(", {} left", duration(left)));
        }
        lines.push(("by", text));
    }
    let times = [
        ("claimed", task.claimed_at),
        ("started", task.started_at),
        ("finished", task.completed_at),
    ];
    let times: Vec<String> = times
        .into_iter()
        .filter_map(|(label, time)| Some(format!("{label} {} ago", cx.since(time?))))
        .collect();
    if !times.is_empty() {
        lines.push(("times", times.join(", ")));
    }
    lines.extend(task.result.clone().map(|result| ("result", result)));
    if let Some(seconds) = task.duration_seconds {
        lines.push(("took", duration(seconds * 1000)));
    }
    for (label, ids) in [
        ("waits for", &task.blocked_by),
        ("parts", &task.parts),
        ("needs", &task.needs),
    ] {
        if !ids.is_empty() {
            lines.push((label, ids.join(", ")));
        }
    }
    lines.extend(task.parent.clone().map(|parent| ("part of", parent)));
    let given = task.assigned_to.clone();
    lines.extend(given.map(|name| ("given to", name)));
    if task.attempts > 0 {
        lines.push(("attempts", format!("{} without success", task.attempts)));
    }
    lines
}

pub fn empty() -> Vec<String> {
    vec![
        "no tasks yet".to_owned(),
        "stoa task add \"WHAT\"".to_owned(),
    ]
}
