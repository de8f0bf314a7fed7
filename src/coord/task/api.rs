//! Tasks from outside: each rule in its transaction.

use std::collections::BTreeSet;

use super::add::{self, Added, NewTask};
use super::graph;
use super::hold::settle;
use super::info::{AllTasks, TaskInfo};
use super::queue::{self, Assign, Assigned};
use super::record::{self, Task};
use super::split::{self, Analysis, SplitTask, SplitUp};
use super::status::Step;
use super::work::{self, ClaimTask, Claimed, Finished, Reopened};
use crate::coord::audit::Deed;
use crate::coord::facade::{Actor, Coord};
use crate::coord::session;
use crate::error::{Error, Result};

/// A change of what a task waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Depend {
    /// It waits for these as well.
    On(Vec<String>),
    /// It does not wait for these any more.
    Drop(Vec<String>),
}

/// Whether somebody waited in line for a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// It was asked for first.
    No,
    /// Its claim was granted a moment ago.
    Yes,
}

fn deed(actor: &Actor, action: &'static str, id: &str, reason: Option<&str>) -> Deed {
    let mut deed = Deed::new(action, id);
    deed.reason = reason.map(str::to_owned);
    actor.asks(deed, &(id, reason))
}

impl Coord {
    /// Adds a task.
    ///
    /// # Errors
    /// See [`add::add`].
    pub fn add_task(&self, actor: &Actor, new: &NewTask) -> Result<Added> {
        let subject = match &new.id {
            Some(id) => format!("{id} {}", new.description),
            None => new.description.clone(),
        };
        let deed = actor.asks(Deed::new("task-add", subject), new);
        self.act(actor, &deed, |tx, at, session| {
            add::add(tx, at, session, new)
        })
    }

    /// Takes a task in hand.
    ///
    /// # Errors
    /// See [`work::claim`].
    pub fn claim_task(&self, actor: &Actor, request: &ClaimTask) -> Result<Claimed> {
        self.claim_task_after(actor, request, Waited::No)
    }

    /// The same; after having waited in line for its claim, being granted which put it in hand already.
    ///
    /// # Errors
    /// As [`Coord::claim_task`].
    pub fn claim_task_after(
        &self,
        actor: &Actor,
        request: &ClaimTask,
        waited: Waited,
    ) -> Result<Claimed> {
        let deed = actor.asks(Deed::new("task-claim", &*request.id), request);
        self.act(actor, &deed, |tx, at, session| {
            let claimed = work::claim(tx, at, session, request)?;
            Ok(Claimed {
                renewed: claimed.renewed && waited == Waited::No,
                ..claimed
            })
        })
    }

    /// The next task for a session, without taking it in hand.
    ///
    /// # Errors
    /// See [`queue::next`].
    pub fn next_task(&self, actor: &Actor) -> Result<Task> {
        self.read(|view, at| {
            let session = session::acting(view, at, &actor.session)?;
            queue::next(view, at, &session)
        })
    }

    /// Takes the next task in hand.
    ///
    /// # Errors
    /// See [`queue::claim_next`].
    pub fn claim_next_task(&self, actor: &Actor) -> Result<Claimed> {
        let deed = Deed::new("task-next", "");
        let id = |done: &Claimed| Some(done.task.task_id.clone());
        self.act_on(actor, &deed, id, |tx, at, session| {
            queue::claim_next(tx, at, session)
        })
    }

    /// Begins the work.
    ///
    /// # Errors
    /// See [`work::start`].
    pub fn start_task(&self, actor: &Actor, id: &str) -> Result<Task> {
        self.act(
            actor,
            &deed(actor, "task-start", id, None),
            |tx, at, session| work::start(tx, at, session, id),
        )
    }

    /// Goes on with a task in hand: back to work, or to review.
    ///
    /// # Errors
    /// See [`work::advance`].
    pub fn advance_task(&self, actor: &Actor, id: &str, step: Step) -> Result<Task> {
        let action = match step {
            Step::Review => "task-review",
            _ => "task-update",
        };
        let deed = actor.asks(Deed::new(action, id), &(id, step));
        self.act(actor, &deed, |tx, at, session| {
            work::advance(tx, at, session, id, step)
        })
    }

    /// Completes a task in hand.
    ///
    /// # Errors
    /// See [`work::complete`].
    pub fn complete_task(&self, actor: &Actor, id: &str, result: Option<&str>) -> Result<Finished> {
        self.act(
            actor,
            &deed(actor, "task-complete", id, result),
            |tx, at, session| work::complete(tx, at, session, id, result),
        )
    }

    /// Gives a task in hand up for good.
    ///
    /// # Errors
    /// See [`work::fail`].
    pub fn fail_task(&self, actor: &Actor, id: &str, why: Option<&str>) -> Result<Finished> {
        self.act(
            actor,
            &deed(actor, "task-fail", id, why),
            |tx, at, session| work::fail(tx, at, session, id, why),
        )
    }

    /// Strikes a task off.
    ///
    /// # Errors
    /// See [`work::cancel`].
    pub fn cancel_task(&self, actor: &Actor, id: &str, why: Option<&str>) -> Result<Finished> {
        self.act(
            actor,
            &deed(actor, "task-cancel", id, why),
            |tx, at, session| work::cancel(tx, at, session, id, why),
        )
    }

    /// Lets go of a task.
    ///
    /// # Errors
    /// See [`work::release`].
    pub fn release_task(&self, actor: &Actor, id: &str, why: Option<&str>) -> Result<Task> {
        self.act(
            actor,
            &deed(actor, "task-release", id, why),
            |tx, at, session| work::release(tx, at, session, id),
        )
    }

    /// Opens a finished task again.
    ///
    /// # Errors
    /// See [`work::reopen`].
    pub fn reopen_task(&self, actor: &Actor, id: &str, why: Option<&str>) -> Result<Reopened> {
        self.act(
            actor,
            &deed(actor, "task-reopen", id, why),
            |tx, at, session| work::reopen(tx, at, session, id),
        )
    }

    /// Changes what a task waits for.
    ///
    /// # Errors
    /// See [`graph::depend`] and [`graph::drop_dependencies`].
    pub fn depend_task(&self, actor: &Actor, id: &str, change: &Depend) -> Result<Task> {
        let subject = match change {
            Depend::On(ids) => format!("{id} on {}", ids.join(" ")),
            Depend::Drop(ids) => format!("{id} not on {}", ids.join(" ")),
        };
        let deed = actor.asks(Deed::new("task-depend", subject), &(id, change));
        self.act(actor, &deed, |tx, at, _| {
            let mut task = settle(tx, at, id)?;
            if task.status.is_finished() {
                return Err(
                    Error::refused(format!("{id} is {}", task.status)).with_hint(task.advice())
                );
            }
            match change {
                Depend::On(ids) => graph::depend(tx, &mut task, ids)?,
                Depend::Drop(ids) => graph::drop_dependencies(tx, &mut task, ids)?,
            }
            record::save(tx, &mut task)?;
            Ok(task)
        })
    }

    /// How a task would be split, and why.
    ///
    /// # Errors
    /// See [`split::look`].
    pub fn analyze_task(&self, request: &SplitTask) -> Result<Analysis> {
        self.read(|view, _| split::look(view, request))
    }

    /// Splits a task into parts.
    ///
    /// # Errors
    /// See [`split::split`].
    pub fn split_task(&self, actor: &Actor, request: &SplitTask) -> Result<SplitUp> {
        let deed = actor.asks(Deed::new("task-split", &*request.id), request);
        self.act(actor, &deed, |tx, at, session| {
            split::split(tx, at, session, request)
        })
    }

    /// Gives tasks to sessions.
    ///
    /// # Errors
    /// See [`queue::assign`].
    pub fn assign_tasks(&self, actor: &Actor, request: &Assign) -> Result<Assigned> {
        let deed = actor.asks(Deed::new("task-assign", request.ids.join(" ")), request);
        self.act(actor, &deed, |tx, at, _| queue::assign(tx, at, request))
    }

    /// One task as it is now, and its text if it has one.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound).
    pub fn task(&self, id: &str) -> Result<(TaskInfo, Option<String>)> {
        self.read(|view, at| {
            let task = record::existing(view, id)?;
            let text = task.text.clone();
            Ok((TaskInfo::of(view, at, task)?, text))
        })
    }

    /// Every task as it is now, in the order of a board.
    ///
    /// # Errors
    /// Only the store's.
    pub fn tasks(&self) -> Result<AllTasks> {
        self.read(|view, at| {
            let mut damaged = BTreeSet::new();
            let all = record::all(view, &mut damaged)?.into_iter();
            let tasks = all
                .map(|task| TaskInfo::of(view, at, task))
                .collect::<Result<_>>()?;
            Ok(AllTasks { tasks, damaged })
        })
    }
}
