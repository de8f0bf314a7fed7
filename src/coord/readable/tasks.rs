//! `tasks/ID.json`, and what there is to do.

use std::fmt::Write as _;

use super::markdown::{heading, table, when};
use super::{Changed, Family, ROWS, record_file};
use crate::coord::task::{TaskInfo, info};
use crate::coord::{Moment, lease};
use crate::error::Result;
use crate::store::View;
use crate::store::project::Edit;

pub(super) const FAMILY: Family = Family {
    prefixes: &["task/"],
    dir: Some("tasks"),
    files,
    on_board: true,
    section: Some(section),
};

fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let file = |key: &&str| {
        let name = key.strip_prefix("task/").unwrap_or_default();
        record_file(view, key, "tasks", name)
    };
    changed.keys.iter().map(file).collect()
}

fn section(out: &mut String, view: &dyn View, at: &Moment<'_>) -> Result<()> {
    heading(out, "Tasks");
    let (tasks, totals) = info::read(view, at)?;
    let rows: Vec<Vec<String>> = tasks.iter().take(ROWS).map(row).collect();
    let columns = [
        "Task",
        "State",
        "Priority",
        "What",
        "Who",
        "Waits for",
        "Claimed",
        "Started",
        "Finished",
        "Took",
        "Result",
    ];
    table(out, &columns, &rows);
    let _ = writeln!(out, "\nTotal: {}", totals.line());
    Ok(())
}

fn row(task: &TaskInfo) -> Vec<String> {
    let dash = || "-".to_owned();
    let time = |time: Option<jiff::Timestamp>| time.map_or_else(dash, when);
    let who = match (&task.claimed_by, &task.assigned_to) {
        (Some(by), _) => format!(
            "{} (session {}) on {}",
            by.session_name, by.session_number, by.terminal
        ),
        (None, Some(name)) => format!("for {name}"),
        (None, None) => dash(),
    };
    let waits = match task.blocked_by.as_slice() {
        [] => dash(),
        ids => ids.join(", "),
    };
    let took = task.duration_seconds;
    vec![
        task.task_id.clone(),
        task.status.to_string(),
        task.priority.to_string(),
        task.title().to_owned(),
        who,
        waits,
        time(task.claimed_at),
        time(task.started_at),
        time(task.completed_at),
        took.map_or_else(dash, |seconds| lease::show_ms(seconds * 1000)),
        task.result.clone().unwrap_or_else(dash),
    ]
}
