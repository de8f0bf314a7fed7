//! The record of a task, and how it is kept: one record, and one line of an index by its state.
//!
//! The index `task-state/STATUS/ORDER/ID` is the ready queue (pending tasks by priority, then age),
//! the list of what is in hand, and the list of what was finished, oldest first. So nobody has to
//! read all tasks to find the next one, to count them, or to see the latest. [`save`] is the only
//! way to write a task, so that record and index never differ.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::similar::Words;
use super::status::{Priority, Status, Step};
use crate::clock::Now;
use crate::coord::key::ClaimKey;
use crate::coord::names::{is_hidden, segment, shown};
use crate::coord::schema::{Session, SessionId};
use crate::error::{Error, Kind, Result};
use crate::store::{Tx, View, put_json};

/// What the keys of all tasks begin with.
pub const PREFIX: &str = "task/";
/// What the keys of the index begin with.
pub const STATE_PREFIX: &str = "task-state/";
/// What the keys that tell who waits for a task begin with: `task-wait/ID/DEPENDANT`.
pub const WAIT_PREFIX: &str = "task-wait/";
/// What the keys of the index of tasks that were given to a session begin with.
pub const FOR_PREFIX: &str = "task-for/";
/// The number of the task that was numbered last.
pub const COUNTER: &str = "task-number";
/// Longest id in bytes.
const ID_BYTES: usize = 64;

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id, unique for ever: `T1`.
    pub task_id: String,
    /// What is to be done, in a line or a few.
    pub description: String,
    /// The whole text it was made from, if there is more than the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where in its life it is.
    pub status: Status,
    /// What sort of work it is: `implement`, `fix`, …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// How much it matters.
    pub priority: Priority,
    /// How long it should take, in minutes.
    pub estimate_minutes: Option<u32>,
    /// What a session must be capable of.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The task it is a part of.
    pub parent: Option<String>,
    /// The tasks it was split into; it is done when they are.
    #[serde(default)]
    pub parts: Vec<String>,
    /// The tasks that must be completed first.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// Those of its dependencies and parts that are not.
    #[serde(default)]
    pub blocked_by: Vec<String>,
    /// Whom it was given to.
    pub assigned_to: Option<Assignment>,
    /// Who has it in hand, or had it when it was finished.
    pub claimed_by: Option<Claimer>,
    /// Who had it in hand last and let go of it, or lost it.
    #[serde(default)]
    pub last_claimed_by: Option<Claimer>,
    /// Who added it.
    pub created_by: Claimer,
    /// When it was added, for people.
    pub created_at: Timestamp,
    /// When it was claimed, for people.
    pub claimed_at: Option<Timestamp>,
    /// When work began, for people.
    pub started_at: Option<Timestamp>,
    /// When it was finished, for people.
    pub completed_at: Option<Timestamp>,
    /// What came of it, or why it failed or was cancelled.
    pub result: Option<String>,
    /// How long the work took, from its beginning (or else the claim) to its end.
    pub duration_seconds: Option<u64>,
    /// Attempts that ended without completing it.
    pub attempts: u32,
    /// Counts its changes from 1.
    pub version: u64,
    /// The moment durations are counted from.
    pub since: Option<Now>,
    /// The revision that added it.
    pub created_revision: u64,
    /// The revision that put it into its present state.
    pub state_revision: u64,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A session as a task remembers it: what it was called and where it ran at the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimer {
    /// Its id.
    pub session_id: SessionId,
    /// Its number.
    pub session_number: u32,
    /// Its name.
    pub session_name: String,
    /// Its process.
    pub pid: u32,
    /// Its terminal; `not_a_tty` if it has none.
    pub terminal: String,
}

impl Claimer {
    /// What a task remembers of a session.
    pub fn of(session: &Session) -> Claimer {
        Claimer {
            session_id: session.id.clone(),
            session_number: session.number,
            session_name: session.name.clone(),
            pid: session.fingerprint.pid,
            terminal: session.fingerprint.tty.clone(),
        }
    }
}

/// Whom a task was given to, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The session's id.
    pub session_id: SessionId,
    /// Its name at the time.
    pub session_name: String,
    /// Why it was chosen.
    pub reason: String,
}

impl Task {
    /// The key of the claim that goes with it.
    pub fn claim_key(&self) -> Result<ClaimKey> {
        claim_key(&self.task_id)
    }

    /// Whether `session` has it in hand.
    pub fn is_held_by(&self, session: &SessionId) -> bool {
        self.status.is_active()
            && self
                .claimed_by
                .as_ref()
                .is_some_and(|claimer| claimer.session_id == *session)
    }

    /// Whether `session` had it in hand before, last of all.
    pub fn was_held_by(&self, session: &SessionId) -> bool {
        let last = self.last_claimed_by.as_ref();
        last.is_some_and(|last| last.session_id == *session)
    }

    /// Takes a step.
    ///
    /// # Errors
    /// [`Kind::Refused`] if it cannot be taken from where the task is.
    pub fn step(&mut self, step: Step) -> Result<()> {
        let Some(after) = self.status.after(step) else {
            let verb = match step {
                Step::Claim => "claimed",
                Step::Start => "started",
                Step::Review => "reviewed",
                Step::Complete | Step::PartsDone => "completed",
                Step::Fail => "failed",
                Step::Return => "released",
                Step::Block => "blocked",
                Step::Unblock => "unblocked",
                Step::Cancel => "cancelled",
                Step::Reopen => "reopened",
            };
            return Err(Error::refused(format!(
                "{} is {}, so it cannot be {verb}",
                self.task_id, self.status
            ))
            .with_hint(self.advice()));
        };
        self.status = after;
        Ok(())
    }

    /// What one can do with it as it is.
    pub fn advice(&self) -> String {
        let id = &self.task_id;
        match self.status {
            Status::Pending => format!("claim it first: stoa task claim {id}"),
            Status::Blocked => format!("it waits for {}", self.blocked_by.join(", ")),
            status if status.is_active() => format!("see who has it: stoa task show {id}"),
            _ => format!("to do it again: stoa task reopen {id}"),
        }
    }

    /// Lets go of it: it is pending again, or blocked, and counts one attempt more.
    pub fn give_back(&mut self) -> Result<()> {
        self.step(Step::Return)?;
        self.attempts += 1;
        self.last_claimed_by = self.claimed_by.take();
        self.forget_work();
        self.settle_blocked()
    }

    /// Forgets who worked on it and when.
    pub(super) fn forget_work(&mut self) {
        self.claimed_by = None;
        self.claimed_at = None;
        self.started_at = None;
        self.completed_at = None;
        self.result = None;
        self.duration_seconds = None;
        self.since = None;
    }

    /// A free task is blocked as long as it waits for something, and pending otherwise.
    pub(super) fn settle_blocked(&mut self) -> Result<()> {
        match (self.status, self.blocked_by.is_empty()) {
            (Status::Pending, false) => self.step(Step::Block),
            (Status::Blocked, true) => self.step(Step::Unblock),
            _ => Ok(()),
        }
    }

    /// Where it stands among those of its state: by urgency and age while it is free, by time after
    /// that.
    fn order(&self) -> String {
        match self.status {
            Status::Pending | Status::Blocked => {
                format!("{}-{:020}", self.priority as u8, self.created_revision)
            }
            _ => format!("{:020}", self.state_revision),
        }
    }

    /// The line that says whom it was given to, while it is free.
    fn for_key(&self) -> Option<String> {
        let to = self.assigned_to.as_ref()?;
        let free = matches!(self.status, Status::Pending | Status::Blocked);
        free.then(|| for_key(&to.session_id, &self.task_id))
    }

    fn state_key(&self) -> String {
        let name = self.status.name();
        let id = segment(&self.task_id);
        format!("{STATE_PREFIX}{name}/{}/{id}", self.order())
    }
}

/// Every line the index by state should have.
///
/// # Errors
/// Only the store's.
pub(in crate::coord) fn index_lines(view: &dyn View) -> Result<BTreeMap<String, String>> {
    let mut lines = BTreeMap::new();
    for record in view.range(PREFIX)? {
        if let Ok(task) = record.decode::<Task>() {
            let words = serde_json::to_string(&words_of(&task))
                .map_err(|error| Error::internal(format!("words have no JSON form: {error}")))?;
            lines.insert(task.state_key(), words);
        }
    }
    Ok(lines)
}

/// Every line there should be that tells who waits for a task.
///
/// # Errors
/// Only the store's.
pub(in crate::coord) fn wait_lines(view: &dyn View) -> Result<BTreeMap<String, String>> {
    let mut lines = BTreeMap::new();
    for task in readable(view)? {
        for other in task.depends_on.iter().chain(&task.parts) {
            lines.insert(wait_key(other, &task.task_id), "null".to_owned());
        }
    }
    Ok(lines)
}

/// Every line there should be of the index of tasks that were given to a session.
///
/// # Errors
/// Only the store's.
pub(in crate::coord) fn for_lines(view: &dyn View) -> Result<BTreeMap<String, String>> {
    let tasks = readable(view)?;
    let lines = tasks.iter().filter_map(Task::for_key);
    Ok(lines.map(|key| (key, "null".to_owned())).collect())
}

/// Open tasks carry their words in the index, to be compared with those of new ones.
fn words_of(task: &Task) -> Words {
    match task.status.is_finished() {
        true => Words::default(),
        false => Words::of(&task.description),
    }
}

/// The key of a task's record.
pub fn task_key(id: &str) -> String {
    format!("{PREFIX}{}", segment(id))
}

/// The key of the claim that goes with a task.
///
/// # Errors
/// [`Kind::Usage`] for what is no id.
pub fn claim_key(id: &str) -> Result<ClaimKey> {
    ClaimKey::canonical(&format!("{PREFIX}{id}"))
}

/// What the keys of the tasks given to a session begin with.
pub fn for_prefix(session: &SessionId) -> String {
    format!("{FOR_PREFIX}{session}/")
}

fn for_key(session: &SessionId, id: &str) -> String {
    format!("{}{}", for_prefix(session), segment(id))
}

/// The key that says `dependant` waits for `id`.
pub fn wait_key(id: &str, dependant: &str) -> String {
    format!("{WAIT_PREFIX}{}/{}", segment(id), segment(dependant))
}

/// An id: a word of letters, digits and a few signs, so that it can be typed and claimed as it is.
///
/// # Errors
/// [`Kind::Usage`] saying what is wrong.
pub fn check_id(id: &str) -> Result<()> {
    let why = if id.is_empty() {
        "is empty".to_owned()
    } else if id.len() > ID_BYTES {
        format!("is longer than {ID_BYTES} bytes")
    } else if id.starts_with(['-', '.']) {
        "begins with a sign".to_owned()
    } else if let Some(bad) = id
        .chars()
        .find(|c| is_hidden(*c) || !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
    {
        match is_hidden(bad) {
            true => format!("contains the invisible character U+{:04X}", bad as u32),
            false => format!("contains {bad:?}"),
        }
    } else {
        return Ok(());
    };
    Err(Error::usage(format!("the task id \"{}\" {why}", shown(id)))
        .with_hint("an id is one word of letters, digits, - _ and ., as in T1"))
}

/// The record of a task, if there is one.
pub fn find(view: &dyn View, id: &str) -> Result<Option<Task>> {
    view.get(&task_key(id))?
        .map(|record| record.decode())
        .transpose()
}

/// The same, but a record that cannot be read counts as none: for those who go through many tasks, or
/// are about something else, and whom one damaged record must not stop.
pub fn find_sound(view: &dyn View, id: &str) -> Result<Option<Task>> {
    match find(view, id) {
        Err(error) if error.kind == Kind::Corrupt => {
            tracing::warn!("passed over: {error}");
            Ok(None)
        }
        found => found,
    }
}

/// The record of a task that must be there.
///
/// # Errors
/// [`Kind::NotFound`].
pub fn existing(view: &dyn View, id: &str) -> Result<Task> {
    check_id(id)?;
    find(view, id)?.ok_or_else(|| {
        Error::not_found(format!("there is no task {id}")).with_hint(format!(
            "`stoa task list` lists them; stoa task add --id {id} \"WHAT\" adds it"
        ))
    })
}

/// Writes a task and its line of the index.
pub fn save(tx: &mut dyn Tx, task: &mut Task) -> Result<()> {
    let before = find(tx.view(), &task.task_id)?;
    task.version = before.as_ref().map_or(0, |before| before.version) + 1;
    let same_state = before
        .as_ref()
        .is_some_and(|before| before.status == task.status);
    if !same_state {
        task.state_revision = tx.revision();
    }
    let key = task.state_key();
    let old = before.as_ref().map(Task::state_key);
    if let Some(old) = old.filter(|old| *old != key) {
        tx.delete(&old)?;
    }
    let given = task.for_key();
    let old = before.as_ref().and_then(Task::for_key);
    if given != old {
        if let Some(old) = old {
            tx.delete(&old)?;
        }
        if let Some(given) = given {
            put_json(tx, &given, &Value::Null)?;
        }
    }
    put_json(tx, &key, &words_of(task))?;
    put_json(tx, &task_key(&task.task_id), task)
}

/// The ids of a state's tasks in their order, up to `limit`, with the words of the open ones.
pub fn in_state(
    view: &dyn View,
    status: Status,
    limit: usize,
    order: crate::store::Order,
) -> Result<Vec<(String, Words)>> {
    let prefix = state_prefix(status);
    let mut found = Vec::new();
    for record in view.scan(&prefix, order, limit)? {
        let id = record.key.rsplit('/').next().unwrap_or_default();
        found.push((id.to_owned(), record.decode()?));
    }
    Ok(found)
}

/// What the keys of one state's lines of the index begin with.
pub fn state_prefix(status: Status) -> String {
    format!("{STATE_PREFIX}{}/", status.name())
}

/// Every task that can be read, where those that cannot are told of by others.
///
/// # Errors
/// Only the store's.
pub(in crate::coord) fn readable(view: &dyn View) -> Result<Vec<Task>> {
    all(view, &mut BTreeSet::new())
}

/// Every task that can be read, those that are in hand first, the latest finished before older ones.
pub fn all(view: &dyn View, damaged: &mut BTreeSet<String>) -> Result<Vec<Task>> {
    let mut tasks = Vec::new();
    for record in view.range(PREFIX)? {
        match record.decode::<Task>() {
            Ok(task) => tasks.push(task),
            Err(_) => {
                damaged.insert(record.key);
            }
        }
    }
    let rank = |status: Status| Status::ALL.iter().position(|other| *other == status);
    tasks.sort_by(|a, b| {
        let by_state = rank(a.status).cmp(&rank(b.status));
        by_state.then_with(|| match a.status.is_finished() {
            true => b.order().cmp(&a.order()),
            false => a.order().cmp(&b.order()),
        })
    });
    Ok(tasks)
}
