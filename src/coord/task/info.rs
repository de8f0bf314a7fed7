//! Tasks as they are shown: resolved at one moment, with ages and totals.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hold::{Hold, as_it_is, resolved};
use super::record::{self, Claimer, Task};
use super::status::{Priority, Status};
use crate::coord::Moment;
use crate::coord::issue::sound;
use crate::coord::schema::{self, Claim, Session, SessionId};
use crate::error::Result;
use crate::store::{Order, View};

/// Free tasks in a snapshot, of each of the two sorts.
const FREE: usize = 200;
/// The latest finished tasks in a snapshot, of each of the three sorts.
const FINISHED: usize = 30;

/// One task, as the field names of its file are, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskInfo {
    /// Its id.
    pub task_id: String,
    /// What is to be done.
    pub description: String,
    /// Where in its life it is at this moment.
    pub status: Status,
    /// What sort of work it is.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// How much it matters.
    pub priority: Priority,
    /// How long it should take, in minutes.
    pub estimate_minutes: Option<u32>,
    /// What a session must be capable of.
    pub needs: Vec<String>,
    /// The task it is a part of.
    pub parent: Option<String>,
    /// The tasks it was split into.
    pub parts: Vec<String>,
    /// The tasks that must be completed first.
    pub depends_on: Vec<String>,
    /// Those of its dependencies and parts that are not.
    pub blocked_by: Vec<String>,
    /// Name of the session it was given to.
    pub assigned_to: Option<String>,
    /// Who has it in hand, or had it when it was finished.
    pub claimed_by: Option<Claimer>,
    /// The fencing token of its claim, while it is in hand.
    pub token: Option<u64>,
    /// Milliseconds its claim still holds, while it is in hand.
    pub expires_in_ms: Option<u64>,
    /// When it was added, RFC 3339, UTC; like the others.
    pub created_at: Timestamp,
    /// When it was claimed.
    pub claimed_at: Option<Timestamp>,
    /// When work began.
    pub started_at: Option<Timestamp>,
    /// When it was finished.
    pub completed_at: Option<Timestamp>,
    /// What came of it.
    pub result: Option<String>,
    /// How long the work took.
    pub duration_seconds: Option<u64>,
    /// Attempts that ended without completing it.
    pub attempts: u32,
    /// Counts its changes.
    pub version: u64,
}

impl TaskInfo {
    /// A record at a moment.
    ///
    /// # Errors
    /// Only the store's.
    pub fn of(view: &dyn View, at: &Moment<'_>, task: Task) -> Result<TaskInfo> {
        let (task, hold) = as_it_is(view, at, task)?;
        Ok(TaskInfo::new(task, hold))
    }

    /// A task that was resolved.
    fn new(task: Task, hold: Option<Hold>) -> TaskInfo {
        TaskInfo {
            task_id: task.task_id,
            description: task.description,
            status: task.status,
            kind: task.kind,
            priority: task.priority,
            estimate_minutes: task.estimate_minutes,
            needs: task.needs,
            parent: task.parent,
            parts: task.parts,
            depends_on: task.depends_on,
            // What is over waits for nothing, though what it waited for may have been opened again since.
            blocked_by: match task.status.is_finished() {
                true => Vec::new(),
                false => task.blocked_by,
            },
            assigned_to: task.assigned_to.map(|to| to.session_name),
            claimed_by: task.claimed_by,
            token: hold.map(|hold| hold.token),
            expires_in_ms: hold.map(|hold| hold.left_ms),
            created_at: task.created_at,
            claimed_at: task.claimed_at,
            started_at: task.started_at,
            completed_at: task.completed_at,
            result: task.result,
            duration_seconds: task.duration_seconds,
            attempts: task.attempts,
            version: task.version,
        }
    }

    /// Name of who has it in hand, or had it.
    pub fn by(&self) -> Option<&str> {
        self.claimed_by
            .as_ref()
            .map(|claimer| claimer.session_name.as_str())
    }

    /// Whether the session with this id has it in hand.
    pub fn is_held_by(&self, session: &str) -> bool {
        let by = self.claimed_by.as_ref();
        self.status.is_active() && by.is_some_and(|by| by.session_id.as_str() == session)
    }

    /// The first line of its description.
    pub fn title(&self) -> &str {
        self.description.lines().next().unwrap_or_default()
    }
}

/// How many tasks there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTotals {
    /// All of them.
    pub total: u64,
    /// Free to be claimed.
    pub pending: u64,
    /// Waiting for others.
    pub blocked: u64,
    /// Claimed and not begun.
    pub claimed: u64,
    /// Worked on.
    pub in_progress: u64,
    /// Being looked at.
    pub review: u64,
    /// Done.
    pub completed: u64,
    /// Given up.
    pub failed: u64,
    /// Struck off.
    pub cancelled: u64,
}

impl TaskTotals {
    /// How many are in a state.
    pub fn of(&self, status: Status) -> u64 {
        let mut copy = *self;
        *copy.of_mut(status)
    }

    fn of_mut(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Pending => &mut self.pending,
            Status::Blocked => &mut self.blocked,
            Status::Claimed => &mut self.claimed,
            Status::InProgress => &mut self.in_progress,
            Status::Review => &mut self.review,
            Status::Completed => &mut self.completed,
            Status::Failed => &mut self.failed,
            Status::Cancelled => &mut self.cancelled,
        }
    }

    /// `3 tasks (1 in progress, 1 claimed, 0 available, 1 completed)`; states that are rarer only if
    /// there are any.
    pub fn line(&self) -> String {
        let usual = [
            Status::InProgress,
            Status::Claimed,
            Status::Pending,
            Status::Completed,
        ];
        let rare = Status::ALL
            .into_iter()
            .filter(|status| !usual.contains(status) && self.of(*status) > 0);
        let parts: Vec<String> = usual
            .into_iter()
            .chain(rare)
            .map(|status| format!("{} {}", self.of(status), status.title()))
            .collect();
        let noun = if self.total == 1 { "task" } else { "tasks" };
        format!("{} {noun} ({})", self.total, parts.join(", "))
    }
}

/// The tasks of a snapshot as they were written: all in hand, the free ones by urgency, the latest
/// finished; and how many there are of each.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    tasks: Vec<Task>,
    totals: TaskTotals,
    /// Keys of records that cannot be read.
    pub(in crate::coord) damaged: BTreeSet<String>,
}

/// All tasks of a store.
#[derive(Debug, Clone, PartialEq)]
pub struct AllTasks {
    /// Those that can be read, in the order of their states.
    pub tasks: Vec<TaskInfo>,
    /// Keys of the records that cannot be read.
    pub damaged: BTreeSet<String>,
}

impl Overview {
    /// Reads it. What cannot be read is left out, and named.
    ///
    /// # Errors
    /// Only the store's.
    pub fn read(view: &dyn View) -> Result<Overview> {
        let mut overview = Overview::default();
        for status in Status::ALL {
            let (limit, order) = match status {
                status if status.is_active() => (usize::MAX, Order::Ascending),
                status if status.is_finished() => (FINISHED, Order::Descending),
                _ => (FREE, Order::Ascending),
            };
            let count = view.count(&record::state_prefix(status))?;
            *overview.totals.of_mut(status) = count;
            overview.totals.total += count;
            for (id, _) in record::in_state(view, status, limit, order)? {
                let found = sound(view, &record::task_key(&id), &mut overview.damaged)?;
                overview.tasks.extend(found);
            }
        }
        Ok(overview)
    }

    /// Whether a change of this key changes it.
    pub fn concerns(key: &str) -> bool {
        key.starts_with(record::PREFIX) || key.starts_with(record::STATE_PREFIX)
    }

    /// What there is at a moment. `claim_of` finds the claim that goes with a task, by its key in the
    /// store, `session_of` the records of sessions.
    pub fn resolve<'a>(
        &self,
        at: &Moment<'_>,
        claim_of: impl Fn(&str) -> Option<&'a Claim>,
        session_of: impl Fn(&SessionId) -> Option<&'a Session>,
    ) -> (Vec<TaskInfo>, TaskTotals) {
        let mut totals = self.totals;
        let mut tasks = Vec::with_capacity(self.tasks.len());
        for task in &self.tasks {
            let key = task.claim_key().map(|key| schema::claim_key(&key));
            let claim = key.ok().and_then(|key| claim_of(&key));
            let written = task.status;
            let (task, hold) = resolved(task.clone(), claim, &session_of, at);
            if task.status != written {
                // Its claim is over and nobody has written that down yet.
                *totals.of_mut(written) -= 1;
                *totals.of_mut(task.status) += 1;
            }
            tasks.push(TaskInfo::new(task, hold));
        }
        // Stable: within a state the order of the index stays, but for those given back.
        let rank = |status: Status| Status::ALL.iter().position(|other| *other == status);
        tasks.sort_by_key(|task| rank(task.status));
        (tasks, totals)
    }
}

/// The same read and resolved at once.
///
/// # Errors
/// Only the store's.
pub fn read(view: &dyn View, at: &Moment<'_>) -> Result<(Vec<TaskInfo>, TaskTotals)> {
    let overview = Overview::read(view)?;
    let mut claims = BTreeMap::new();
    let mut sessions = BTreeMap::new();
    for task in overview.tasks.iter().filter(|task| task.status.is_active()) {
        let key = task.claim_key()?;
        let claim = schema::claim(view, &key)?;
        claims.extend(claim.map(|claim| (schema::claim_key(&key), claim)));
        if let Some(by) = &task.claimed_by {
            let session = schema::session(view, &by.session_id)?;
            sessions.extend(session.map(|session| (session.id.clone(), session)));
        }
    }
    Ok(overview.resolve(at, |key| claims.get(key), |id| sessions.get(id)))
}

/// Whose current task is which: of several in hand the one that was claimed last.
pub fn current<'a>(tasks: &'a [TaskInfo], session: &str) -> Option<&'a str> {
    tasks
        .iter()
        .filter(|task| task.is_held_by(session))
        .max_by_key(|task| (task.started_at.max(task.claimed_at), task.version))
        .map(|task| task.task_id.as_str())
}

#[cfg(test)]
impl TaskInfo {
    /// A task for tests of what is shown, in somebody's hands or nobody's.
    pub fn sample(id: &str, status: Status, by: Option<&str>) -> TaskInfo {
        let claimer = |name: &str| Claimer {
            session_id: crate::coord::SessionId::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap(),
            session_number: 2,
            session_name: name.to_owned(),
            pid: 4002,
            terminal: "/dev/pts/2".to_owned(),
        };
        TaskInfo {
            task_id: id.to_owned(),
            description: format!("work on {id}"),
            status,
            kind: None,
            priority: Priority::Medium,
            estimate_minutes: None,
            needs: Vec::new(),
            parent: None,
            parts: Vec::new(),
            depends_on: Vec::new(),
            blocked_by: Vec::new(),
            assigned_to: None,
            claimed_by: by.map(claimer),
            token: None,
            expires_in_ms: None,
            created_at: Timestamp::UNIX_EPOCH,
            claimed_at: by.map(|_| Timestamp::UNIX_EPOCH),
            started_at: None,
            completed_at: None,
            result: None,
            duration_seconds: None,
            attempts: 0,
            version: 1,
        }
    }
}
