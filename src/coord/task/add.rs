//! Adding tasks, one by one or as the parts of a larger one, and refusing what is there already.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::graph;
use super::hold::settle;
use super::record::{self, Claimer, Task};
use super::similar::Words;
use super::status::{Priority, Status};
use super::work::own;
use crate::coord::claim::Which;
use crate::coord::names::{check_name, check_text, shown};
use crate::coord::schema::Session;
use crate::coord::{Moment, holding};
use crate::error::{Error, Result};
use crate::store::{Order, Tx, View, put_json};

/// Longest text of a task, in bytes.
pub const TEXT_BYTES: usize = 32 * 1024;
/// Capabilities one may ask for.
const NEEDS: usize = 16;
/// Parts of one task.
pub const PARTS: usize = 100;
/// Handing a task over costs about this many minutes; below it one is quicker alone.
pub const WORTH_MINUTES: u32 = 10;

/// A task to be added.
#[derive(Debug, Clone, Default)]
pub struct NewTask {
    /// The id it wants; the next `T`-number otherwise.
    pub id: Option<String>,
    /// What is to be done.
    pub description: String,
    /// The whole text it comes from.
    pub text: Option<String>,
    /// What sort of work it is.
    pub kind: Option<String>,
    /// How much it matters.
    pub priority: Priority,
    /// How long it should take, in minutes.
    pub estimate_minutes: Option<u32>,
    /// What a session must be capable of.
    pub needs: Vec<String>,
    /// The task it becomes a part of.
    pub parent: Option<String>,
    /// The tasks it waits for.
    pub depends_on: Vec<String>,
    /// Whether it is added although there is one like it.
    pub force: bool,
}

impl NewTask {
    /// One with a description and nothing else.
    pub fn of(description: &str) -> NewTask {
        NewTask {
            description: description.to_owned(),
            ..NewTask::default()
        }
    }
}

/// A task that was added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Added {
    /// It.
    pub task: Task,
    /// What is worth knowing before somebody works on it.
    pub hint: Option<String>,
}

/// Adds a task.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) if the id is taken or an open task is nearly the
/// same; [`Kind::Usage`](crate::error::Kind::Usage); what the dependencies return.
pub fn add(tx: &mut dyn Tx, at: &Moment<'_>, by: &Session, new: &NewTask) -> Result<Added> {
    check(new)?;
    if let Some(known) = taken(tx.view(), new)? {
        return Err(Error::refused(format!(
            "there is a task {} already ({}): {}",
            known.task_id,
            known.status,
            shown(&known.description)
        ))
        .with_hint("choose another id, or none and get the next free one"));
    }
    if !new.force {
        check_duplicate(tx.view(), new)?;
    }
    let id = match &new.id {
        Some(id) => id.clone(),
        None => next_id(tx)?,
    };
    let mut task = fresh(tx.view(), at, by, new, id);
    if let Some(parent) = &new.parent {
        let mut parent = open_parent(tx, at, by, parent)?;
        adopt(tx, &mut parent, &task)?;
        record::save(tx, &mut parent)?;
    }
    // Saved first, so that circles through it are seen.
    record::save(tx, &mut task)?;
    graph::depend(tx, &mut task, &new.depends_on)?;
    record::save(tx, &mut task)?;
    let hint = size_hint(new.estimate_minutes).filter(|_| new.parent.is_none());
    Ok(Added { task, hint })
}

/// Why a task of this size should not be handed over, if it should not.
pub fn size_hint(estimate_minutes: Option<u32>) -> Option<String> {
    let minutes = estimate_minutes.filter(|minutes| *minutes < WORTH_MINUTES)?;
    Some(format!(
        "{minutes} min is small: coordinating pays from about {WORTH_MINUTES} min on, \
         so do it yourself or join it with others"
    ))
}

fn check(new: &NewTask) -> Result<()> {
    if let Some(id) = &new.id {
        record::check_id(id)?;
    }
    if new.description.trim().is_empty() {
        return Err(Error::usage("a task needs a description")
            .with_hint("say what is to be done: stoa task add \"Fix the login page\""));
    }
    check_text("description", &new.description)?;
    if let Some(text) = &new.text {
        check_body(text)?;
    }
    if let Some(kind) = &new.kind {
        check_name("type", kind)?;
    }
    for need in &new.needs {
        check_name("capability", need)?;
    }
    if new.needs.len() > NEEDS {
        return Err(Error::usage(format!(
            "a task needs at most {NEEDS} capabilities"
        )));
    }
    Ok(())
}

/// The text of a task: lines, tabs, nothing else invisible.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) saying what is wrong.
pub fn check_body(text: &str) -> Result<()> {
    if text.len() > TEXT_BYTES {
        return Err(
            Error::usage(format!("the text is longer than {} KiB", TEXT_BYTES / 1024))
                .with_hint("keep the text in a file and name the file in the description"),
        );
    }
    let hidden = |c: &char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    match text.chars().find(hidden) {
        None => Ok(()),
        Some(hidden) => Err(Error::usage(format!(
            "the text contains the control character U+{:04X}",
            hidden as u32
        ))),
    }
}

fn taken(view: &dyn View, new: &NewTask) -> Result<Option<Task>> {
    match &new.id {
        Some(id) => record::find(view, id),
        None => Ok(None),
    }
}

fn check_duplicate(view: &dyn View, new: &NewTask) -> Result<()> {
    let words = Words::of(&new.description);
    for status in Status::ALL
        .into_iter()
        .filter(|status| !status.is_finished())
    {
        for (id, other) in record::in_state(view, status, usize::MAX, Order::Ascending)? {
            if !words.nearly(&other) {
                continue;
            }
            let known = record::existing(view, &id)?;
            return Err(Error::refused(format!(
                "{id} is the same or nearly ({status}): {}",
                shown(&known.description)
            ))
            .with_hint(format!(
                "stoa task show {id} tells more; --force adds another one all the same"
            )));
        }
    }
    Ok(())
}

/// The next number nobody has used, also not by hand.
fn next_id(tx: &mut dyn Tx) -> Result<String> {
    let last: u64 = match tx.get(record::COUNTER)? {
        Some(record) => record.decode()?,
        None => 0,
    };
    let mut number = last + 1;
    while record::find(tx.view(), &format!("T{number}"))?.is_some() {
        number += 1;
    }
    put_json(tx, record::COUNTER, &number)?;
    Ok(format!("T{number}"))
}

fn fresh(view: &dyn View, at: &Moment<'_>, by: &Session, new: &NewTask, id: String) -> Task {
    Task {
        task_id: id,
        description: new.description.trim().to_owned(),
        text: new.text.clone(),
        status: Status::Pending,
        kind: new.kind.clone(),
        priority: new.priority,
        estimate_minutes: new.estimate_minutes,
        needs: new.needs.clone(),
        parent: new.parent.clone(),
        parts: Vec::new(),
        depends_on: Vec::new(),
        blocked_by: Vec::new(),
        assigned_to: None,
        claimed_by: None,
        last_claimed_by: None,
        created_by: Claimer::of(by),
        created_at: at.now.wall,
        claimed_at: None,
        started_at: None,
        completed_at: None,
        result: None,
        duration_seconds: None,
        attempts: 0,
        version: 0,
        since: None,
        created_revision: view.revision(),
        state_revision: view.revision(),
        extra: Map::new(),
    }
}

/// The task that gets parts; in nobody's hands afterwards.
fn open_parent(tx: &mut dyn Tx, at: &Moment<'_>, by: &Session, id: &str) -> Result<Task> {
    let parent = settle(tx, at, id)?;
    if parent.status.is_finished() {
        return Err(Error::refused(format!("{id} is {}", parent.status))
            .with_hint(format!("open it again first: stoa task reopen {id}")));
    }
    if parent.status.is_active() {
        let parent = own(tx, at, by, id)?;
        holding::release(tx, at, by, &Which::keys([parent.claim_key()?]))?;
        // Splitting is no failed attempt.
        let mut parent = record::existing(tx.view(), id)?;
        parent.attempts = parent.attempts.saturating_sub(1);
        record::save(tx, &mut parent)?;
        return Ok(parent);
    }
    Ok(parent)
}

fn adopt(tx: &mut dyn Tx, parent: &mut Task, part: &Task) -> Result<()> {
    if parent.parts.len() >= PARTS {
        return Err(Error::usage(format!("a task has at most {PARTS} parts")));
    }
    parent.parts.push(part.task_id.clone());
    graph::await_task(tx, parent, part)?;
    parent.settle_blocked()
}

/// Adds `parts` to `id`, which is done when they are. With `in_order` each waits for the one before.
///
/// # Errors
/// As [`add`].
pub fn add_parts(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    by: &Session,
    id: &str,
    parts: &[(String, Option<String>)],
    in_order: bool,
) -> Result<(Task, Vec<Task>)> {
    let parent = open_parent(tx, at, by, id)?;
    let first = parent.parts.len();
    let share = u32::try_from(parts.len()).unwrap_or(u32::MAX).max(1);
    let mut made: Vec<Task> = Vec::new();
    for (n, (description, text)) in parts.iter().enumerate() {
        let before = made.last().filter(|_| in_order);
        // What the whole waits for, its parts wait for.
        let depends_on = parent.depends_on.iter().cloned();
        let depends_on = depends_on.chain(before.map(|task| task.task_id.clone()));
        let new = NewTask {
            id: Some(free_part_id(tx.view(), id, first + n + 1)?),
            text: text.clone(),
            kind: parent.kind.clone(),
            priority: parent.priority,
            estimate_minutes: parent.estimate_minutes.map(|all| all.div_ceil(share)),
            needs: parent.needs.clone(),
            parent: Some(id.to_owned()),
            depends_on: depends_on.collect(),
            force: true,
            ..NewTask::of(description)
        };
        made.push(add(tx, at, by, &new)?.task);
    }
    Ok((record::existing(tx.view(), id)?, made))
}

/// `T1.1` and so on.
fn free_part_id(view: &dyn View, parent: &str, mut number: usize) -> Result<String> {
    loop {
        let id = format!("{parent}.{number}");
        if record::find(view, &id)?.is_none() {
            return Ok(id);
        }
        number += 1;
    }
}
