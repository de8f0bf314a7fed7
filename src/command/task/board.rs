//! `task board`: all tasks by state, as `task-status` has always shown them.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::replica::Scope;
use crate::coord::task::{Status, TaskInfo};
use crate::error::Result;

/// Show the tasks by state, with who does what for how long, and the totals
///
/// stoa task board
#[derive(Debug, Clone, Args)]
pub struct Board {}

impl Run<StoreCx> for Board {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let snapshot = cx.excerpt(Scope::Work)?;
        let now = snapshot.taken.wall;
        let mut text = String::from("ALL TASKS");
        for status in Status::ALL {
            let rows: Vec<&TaskInfo> = (snapshot.tasks.iter())
                .filter(|task| task.status == status)
                .collect();
            if rows.is_empty() {
                continue;
            }
            text.push_str(&format!("\n\n{}:", title(status)));
            for task in &rows {
                text.push_str(&format!("\n{}", row(task, now)));
            }
            let more = snapshot.task_totals.of(status) - rows.len() as u64;
            if more > 0 {
                text.push_str(&format!("\n  and {more} more: stoa task list --all"));
            }
        }
        text.push_str(&format!("\n\nTotal: {}", snapshot.task_totals.line()));
        if snapshot.tasks.is_empty() {
            text.push_str("\nstoa task add \"WHAT\" adds one");
        }
        let data = json!({ "tasks": snapshot.tasks, "totals": snapshot.task_totals });
        Ok(Reply::new(text, data))
    }
}

fn title(status: Status) -> String {
    match status {
        Status::Claimed => "CLAIMED (not started)".to_owned(),
        status => status.title().to_uppercase(),
    }
}

/// One task, with who has it and since when.
fn row(task: &TaskInfo, now: jiff::Timestamp) -> String {
    let mut text = format!(
        "  {} {}: {}",
        task.status.sign(),
        task.task_id,
        task.title()
    );
    let mut add = |line: String| text.push_str(&format!("\n      {line}"));
    if let Some(by) = &task.claimed_by {
        add(format!(
            "Session #{} ({}) on {}",
            by.session_number, by.session_name, by.terminal
        ));
    }
    if let Some(name) = &task.assigned_to {
        add(format!("Given to: {name}"));
    }
    for (label, time) in [
        ("Claimed", task.claimed_at),
        ("Started", task.started_at),
        ("Finished", task.completed_at),
    ] {
        if let Some(time) = time {
            add(format!("{label}: {} ago", ago(now, time)));
        }
    }
    if !task.blocked_by.is_empty() {
        add(format!("Waits for: {}", task.blocked_by.join(", ")));
    }
    if let Some(result) = &task.result {
        add(format!("Result: {}", result.replace('\n', " ")));
    }
    if let Some(seconds) = task.duration_seconds {
        add(format!("Duration: {}", span(seconds * 1000)));
    }
    if task.attempts > 0 {
        add(format!("Attempts without success: {}", task.attempts));
    }
    text
}

fn ago(now: jiff::Timestamp, then: jiff::Timestamp) -> String {
    let ms = now.as_millisecond() - then.as_millisecond();
    span(u64::try_from(ms).unwrap_or(0))
}
