//! What waits for what: dependencies and parts form a graph without circles.
//!
//! A task waits for those it depends on and for the parts it was split into. Completing one frees
//! whoever waited for it alone, in the same transaction; the last part completes the whole; opening
//! one again blocks those that wait for it and are not in hand.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::record::{self, Task};
use super::status::{Status, Step};
use crate::coord::Moment;
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// Tasks one may wait for.
const DEPENDENCIES: usize = 200;

/// What the end of a task brought about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequences {
    /// Tasks that can be begun now.
    pub unblocked: Vec<Related>,
    /// Tasks whose parts are all done and that are completed with them.
    pub completed: Vec<Related>,
    /// Tasks that wait for one that was not completed, and will not be free by themselves.
    pub stuck: Vec<Related>,
}

/// A task that another one's change concerns, and who should hear of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Its id.
    pub task_id: String,
    /// What it is about.
    pub description: String,
    /// Ids of the sessions it concerns: who added it, and whom it was given to.
    pub sessions: Vec<String>,
}

impl Related {
    fn of(task: &Task) -> Related {
        let assigned = task.assigned_to.as_ref().map(|to| &to.session_id);
        let sessions: BTreeSet<String> = assigned
            .into_iter()
            .chain([&task.created_by.session_id])
            .map(ToString::to_string)
            .collect();
        Related {
            task_id: task.task_id.clone(),
            description: task.description.clone(),
            sessions: sessions.into_iter().collect(),
        }
    }
}

/// Makes `task` wait for `ids`, which must exist and must not wait for it. The caller saves `task`.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound), [`Kind::Refused`](crate::error::Kind::Refused)
/// showing the circle.
pub fn depend(tx: &mut dyn Tx, task: &mut Task, ids: &[String]) -> Result<()> {
    for id in ids {
        let other = record::existing(tx.view(), id)?;
        if let Some(path) = path(tx.view(), id, &task.task_id)? {
            let circle: Vec<&str> = std::iter::once(task.task_id.as_str())
                .chain(path.iter().map(String::as_str))
                .collect();
            return Err(Error::refused(format!(
                "{} cannot wait for {id}, that would be a circle: {}",
                task.task_id,
                circle.join(" → ")
            ))
            .with_hint(
                "each → reads \"waits for\"; drop one of them: stoa task depend ID --drop OTHER",
            ));
        }
        if !task.depends_on.contains(id) {
            task.depends_on.push(id.clone());
        }
        await_task(tx, task, &other)?;
    }
    if task.depends_on.len() > DEPENDENCIES {
        return Err(Error::usage(format!(
            "a task waits for at most {DEPENDENCIES} others"
        )));
    }
    task.settle_blocked()
}

/// Takes dependencies away. The caller saves `task`.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) for what it does not depend on.
pub fn drop_dependencies(tx: &mut dyn Tx, task: &mut Task, ids: &[String]) -> Result<()> {
    for id in ids {
        if !task.depends_on.contains(id) {
            return Err(Error::not_found(format!(
                "{} does not depend on {}",
                task.task_id,
                crate::coord::names::shown(id)
            ))
            .with_hint(format!(
                "stoa task show {} tells what it waits for",
                task.task_id
            )));
        }
        task.depends_on.retain(|other| other != id);
        if !task.parts.contains(id) {
            task.blocked_by.retain(|other| other != id);
            tx.delete(&record::wait_key(id, &task.task_id))?;
        }
    }
    task.settle_blocked()
}

/// Makes `task` wait for `other` unless that is done.
pub(super) fn await_task(tx: &mut dyn Tx, task: &mut Task, other: &Task) -> Result<()> {
    let key = record::wait_key(&other.task_id, &task.task_id);
    put_json(tx, &key, &serde_json::Value::Null)?;
    let open = other.status != Status::Completed;
    if open && !task.blocked_by.contains(&other.task_id) {
        task.blocked_by.push(other.task_id.clone());
    }
    Ok(())
}

/// The way from `from` to `to` along what tasks wait for; `[from]` if they are the same.
fn path(view: &dyn View, from: &str, to: &str) -> Result<Option<Vec<String>>> {
    let mut seen = BTreeSet::from([from.to_owned()]);
    let mut ways = VecDeque::from([vec![from.to_owned()]]);
    while let Some(way) = ways.pop_front() {
        let Some(last) = way.last() else {
            continue;
        };
        if last == to {
            return Ok(Some(way));
        }
        let Some(task) = record::find(view, last)? else {
            continue;
        };
        for next in task.depends_on.iter().chain(&task.parts) {
            if seen.insert(next.clone()) {
                let mut longer = way.clone();
                longer.push(next.clone());
                ways.push_back(longer);
            }
        }
    }
    Ok(None)
}

/// Those that wait for `id`, or have.
fn waiting(view: &dyn View, id: &str) -> Result<Vec<Task>> {
    // The key of nobody ends the prefix with a slash.
    let prefix = record::wait_key(id, "");
    let mut found = Vec::new();
    for record in view.range(&prefix)? {
        let name = record.key.strip_prefix(&prefix).unwrap_or_default();
        found.extend(record::find(view, name)?);
    }
    Ok(found)
}

/// After `id` was finished: frees those that waited for it, and completes what it was the last part of.
pub fn finished(tx: &mut dyn Tx, at: &Moment<'_>, id: &str) -> Result<Consequences> {
    let mut news = Consequences::default();
    let mut queue = VecDeque::from([id.to_owned()]);
    while let Some(id) = queue.pop_front() {
        let status = record::existing(tx.view(), &id)?.status;
        for mut task in waiting(tx.view(), &id)? {
            let part = task.parts.contains(&id);
            let counts = match status {
                Status::Completed => true,
                // A part that is not wanted any more does not hold the whole up.
                Status::Cancelled => part && !task.depends_on.contains(&id),
                _ => false,
            };
            if !counts {
                if !task.status.is_finished() {
                    news.stuck.push(Related::of(&task));
                }
                continue;
            }
            let waited = task.blocked_by.len();
            task.blocked_by.retain(|other| *other != id);
            if task.blocked_by.len() == waited {
                continue;
            }
            if part && complete_whole(tx.view(), at, &mut task)? {
                news.completed.push(Related::of(&task));
                queue.push_back(task.task_id.clone());
            } else if task.status == Status::Blocked && task.blocked_by.is_empty() {
                task.settle_blocked()?;
                news.unblocked.push(Related::of(&task));
            }
            record::save(tx, &mut task)?;
        }
    }
    Ok(news)
}

/// Completes a task whose parts are all finished, one of them at least by being done.
fn complete_whole(view: &dyn View, at: &Moment<'_>, task: &mut Task) -> Result<bool> {
    if !task.blocked_by.is_empty() || task.status.after(Step::PartsDone).is_none() {
        return Ok(false);
    }
    let mut done = 0;
    let mut seconds = 0;
    for id in &task.parts {
        let part = record::find(view, id)?;
        if let Some(part) = part.filter(|part| part.status == Status::Completed) {
            done += 1;
            seconds += part.duration_seconds.unwrap_or(0);
        }
    }
    if done == 0 {
        return Ok(false);
    }
    task.step(Step::PartsDone)?;
    task.result = Some(match done {
        1 => "its part is done".to_owned(),
        done => format!("all {done} parts are done"),
    });
    task.completed_at = Some(at.now.wall);
    task.duration_seconds = Some(seconds);
    Ok(true)
}

/// After `id` was opened again: blocks those that wait for it and are not in hand, and opens what was
/// completed with its parts. Returns those that changed.
pub fn reopened(tx: &mut dyn Tx, id: &str) -> Result<Vec<Related>> {
    let mut changed = Vec::new();
    let mut queue = VecDeque::from([id.to_owned()]);
    while let Some(id) = queue.pop_front() {
        for mut task in waiting(tx.view(), &id)? {
            let whole = task.parts.contains(&id) && task.status == Status::Completed;
            if whole {
                task.step(Step::Reopen)?;
                task.forget_work();
                queue.push_back(task.task_id.clone());
            }
            if task.status.is_finished() || task.blocked_by.contains(&id) {
                continue;
            }
            task.blocked_by.push(id.clone());
            task.settle_blocked()?;
            record::save(tx, &mut task)?;
            changed.push(Related::of(&task));
        }
    }
    Ok(changed)
}
