//! Commands on tasks.

pub mod add;
pub mod assign;
pub mod board;
pub mod cancel;
pub mod claim;
pub mod complete;
pub mod depend;
pub mod fail;
pub mod list;
pub mod next;
pub mod release;
pub mod reopen;
pub mod show;
pub mod split;
pub mod start;
pub mod update;

use serde::Serialize;
use serde_json::{Value, json};

use super::spec::Reply;
use crate::command::store::span;
use crate::coord::Actor;
use crate::coord::task::{Claimed, Finished, Related, Status, Task, TaskInfo, record};
use crate::error::{Error, Result};

/// The one who acts, showing the token of its claim on the task if it was given one.
fn under(actor: Actor, id: &str, token: Option<u64>) -> Result<Actor> {
    record::check_id(id)?;
    Ok(match token {
        Some(token) => actor.under(record::claim_key(id)?, token),
        None => actor,
    })
}

/// Data of any result.
fn data(of: &impl Serialize) -> Result<Value> {
    serde_json::to_value(of)
        .map_err(|error| Error::internal(format!("a result has no JSON form: {error}")))
}

/// A task in hand, as `claim` and `next` tell it.
fn claimed(done: &Claimed) -> Result<Reply> {
    let task = &done.task;
    let verb = match (done.created, done.renewed) {
        (true, _) => "added and claimed",
        (false, true) => "still yours:",
        (false, false) => "claimed",
    };
    let left = span(done.expires_in * 1000);
    let mut text = format!(
        "{verb} {id} for {left} (token {}): {}; when done: stoa task complete {id} \"RESULT\"",
        done.token,
        task.description,
        id = task.task_id,
    );
    if let Some(body) = &task.text {
        text.push_str(&format!("\n\n{body}"));
    }
    Ok(Reply::new(text, data(done)?))
}

/// A finished task and what followed.
fn finished(verb: &str, done: &Finished) -> Result<Reply> {
    let mut text = format!("{verb} {}", done.task.task_id);
    if let Some(seconds) = done.task.duration_seconds {
        text.push_str(&format!(" after {}", span(seconds * 1000)));
    }
    let lists = [
        ("also completed, with its parts", &done.news.completed),
        ("can begin now", &done.news.unblocked),
        ("still wait for it", &done.news.stuck),
    ];
    for (what, tasks) in lists {
        if !tasks.is_empty() {
            text.push_str(&format!("\n{what}: {}", related(tasks)));
        }
    }
    Ok(Reply::new(text, data(done)?))
}

fn related(tasks: &[Related]) -> String {
    let names: Vec<String> = tasks
        .iter()
        .map(|task| {
            let title = task.description.lines().next().unwrap_or_default();
            format!("{} ({title})", task.task_id)
        })
        .collect();
    names.join(", ")
}

/// A changed task in one line.
fn changed(task: &Task, what: &str) -> Result<Reply> {
    let text = format!("{} {what}", task.task_id);
    Ok(Reply::new(text, json!({ "task": data(task)? })))
}

/// What a free task's state adds to a sentence.
fn free(task: &Task) -> String {
    match task.status {
        Status::Blocked => format!("is blocked: it waits for {}", task.blocked_by.join(", ")),
        status => format!("is {status}"),
    }
}

/// One task as a line for people.
pub fn line(task: &TaskInfo) -> String {
    let mut line = format!(
        "{:<8} {:<11} {:<8} ",
        task.task_id,
        task.status.title(),
        task.priority
    );
    line.push_str(task.title());
    let mut notes = Vec::new();
    match (task.by(), &task.assigned_to) {
        (Some(name), _) => notes.push(format!("by {name}")),
        (None, Some(name)) => notes.push(format!("for {name}")),
        (None, None) => {}
    }
    if !task.blocked_by.is_empty() {
        notes.push(format!("waits for {}", task.blocked_by.join(", ")));
    }
    if let Some(seconds) = task.duration_seconds {
        notes.push(format!("took {}", span(seconds * 1000)));
    }
    if !task.needs.is_empty() {
        notes.push(format!("needs {}", task.needs.join(", ")));
    }
    if !notes.is_empty() {
        line.push_str(&format!(" ({})", notes.join("; ")));
    }
    line
}
