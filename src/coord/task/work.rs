//! Working on a task: claiming it, going on, finishing it, letting go of it.
//!
//! Only the claimer may change a task in hand. A session whose claim is gone is *fenced*: it may
//! still be at work without knowing that somebody else can have the task now.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::add::{self, NewTask};
use super::graph::{self, Consequences, Related};
use super::hold::{self, settle};
use super::record::{self, Claimer, Task};
use super::refusal;
use super::status::{Status, Step};
use crate::clock::Now;
use crate::coord::claim::{self, ClaimRequest, Which, place_of};
use crate::coord::names::{check_text, shown};
use crate::coord::schema::{self, Session};
use crate::coord::{Moment, holding, session};
use crate::error::{Error, Kind, Result};
use crate::store::{Tx, View};

/// What somebody wants to have in hand.
#[derive(Debug, Clone, Default)]
pub struct ClaimTask {
    /// Which.
    pub id: String,
    /// Adds it with this description if there is none.
    pub description: Option<String>,
    /// Opens it again if it is finished.
    pub reopen: bool,
    /// Takes it although it was given to somebody else, or adds it although there is one like it.
    pub force: bool,
    /// How long the claim lasts; else the usual time, prolonged by heartbeats.
    pub ttl: Option<Duration>,
}

/// A task that is in hand now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// It.
    pub task: Task,
    /// The fencing token of its claim.
    pub token: u64,
    /// Seconds until the claim runs out.
    pub expires_in: u64,
    /// Whether it was added by this.
    pub created: bool,
    /// Whether the session had it already.
    pub renewed: bool,
}

/// A task that is finished now, and what followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// It.
    pub task: Task,
    /// What followed.
    #[serde(flatten)]
    pub news: Consequences,
}

/// A task that is open again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reopened {
    /// It.
    pub task: Task,
    /// Tasks that wait for it again, or were completed with it.
    pub blocked: Vec<Related>,
}

/// Takes a task in hand, adding it if it is described and not there yet.
///
/// # Errors
/// [`Kind::Held`] with the holder, [`Kind::Refused`] for one that is finished, waits for others or was
/// given to somebody else, [`Kind::NotFound`].
pub fn claim(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    request: &ClaimTask,
) -> Result<Claimed> {
    record::check_id(&request.id)?;
    let known = record::find(tx.view(), &request.id)?.is_some();
    let created = match &request.description {
        Some(description) if !known => {
            let new = NewTask {
                id: Some(request.id.clone()),
                force: request.force,
                ..NewTask::of(description)
            };
            add::add(tx, at, session, &new)?;
            true
        }
        _ => false,
    };
    let mut task = settle(tx, at, &request.id)?;
    if task.status.is_finished() {
        if !request.reopen {
            return Err(refusal::finished(at, &task));
        }
        reopen(tx, at, session, &request.id)?;
        task = record::existing(tx.view(), &request.id)?;
    }
    if task.status == Status::Blocked {
        return Err(refusal::waits(tx.view(), &task)?);
    }
    if !request.force {
        check_assigned(tx.view(), at, session, &task)?;
    }
    take(tx, at, session, &task, request.ttl, created)
}

/// Gets the claim, which takes the task in hand.
pub(super) fn take(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    task: &Task,
    ttl: Option<Duration>,
    created: bool,
) -> Result<Claimed> {
    let had = task.is_held_by(&session.id);
    let ask = ClaimRequest {
        ttl,
        reason: Some(shown(&task.description)),
        ..ClaimRequest::of(vec![task.claim_key()?])
    };
    let granted = claim::grant(tx, at, session, &ask, None).map_err(|error| match error.kind {
        Kind::Held => error.with_hint(format!(
            "stoa task next finds another; or wait for it: stoa task claim {} --wait 10m",
            task.task_id
        )),
        _ => error,
    })?;
    let [claim] = granted.claims.as_slice() else {
        return Err(Error::internal("one key was claimed and not one granted"));
    };
    let task = record::existing(tx.view(), &task.task_id)?;
    if !task.is_held_by(&session.id) {
        return Err(Error::internal(format!(
            "{} was granted and is not in hand",
            task.task_id
        )));
    }
    Ok(Claimed {
        token: claim.token,
        expires_in: claim.expires_in,
        created,
        renewed: had,
        task,
    })
}

/// A task given to somebody who lives is theirs to take.
fn check_assigned(view: &dyn View, at: &Moment<'_>, me: &Session, task: &Task) -> Result<()> {
    let Some(to) = &task.assigned_to else {
        return Ok(());
    };
    if to.session_id == me.id {
        return Ok(());
    }
    let Some(other) = schema::session(view, &to.session_id)? else {
        return Ok(());
    };
    if session::life(&other, at) == crate::coord::snapshot::Life::Lost {
        return Ok(());
    }
    Err(Error::refused(format!(
        "{} was given to {} ({})",
        task.task_id,
        other.name,
        place_of(&other)
    ))
    .with_hint(format!(
        "ask {}, or take it all the same: stoa task claim {} --force",
        other.name, task.task_id
    ))
    .with_holder(session::card(&other)))
}

/// The task, if the session has it in hand and its claim has not run out.
pub(super) fn own(tx: &mut dyn Tx, at: &Moment<'_>, me: &Session, id: &str) -> Result<Task> {
    let task = settle(tx, at, id)?;
    if task.is_held_by(&me.id) {
        let (task, held) = hold::as_it_is(tx.view(), at, task)?;
        return match held {
            Some(held) if held.left_ms > 0 => Ok(task),
            _ => Err(Error::new(
                Kind::Fenced,
                format!("the lease of {} on {id} has run out", me.name),
            )
            .with_hint("renew it at once: stoa renew")),
        };
    }
    let was_mine = task.was_held_by(&me.id);
    if task.status.is_active() {
        return Err(refusal::held_by_other(tx.view(), &task, was_mine)?);
    }
    if was_mine && !task.status.is_finished() {
        return Err(Error::new(
            Kind::Fenced,
            format!(
                "{} no longer has {id}: it was released or its claim ran out",
                me.name
            ),
        )
        .with_hint(format!("stop, and claim it again: stoa task claim {id}")));
    }
    Err(Error::refused(format!(
        "{id} is {}, {} does not have it in hand",
        task.status, me.name
    ))
    .with_hint(task.advice()))
}

/// Begins the work, claiming the task first if it is free.
///
/// # Errors
/// As [`claim()`], and as for all changes if somebody else has it.
pub fn start(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session, id: &str) -> Result<Task> {
    if settle(tx, at, id)?.status == Status::Pending {
        let request = ClaimTask {
            id: id.to_owned(),
            ..ClaimTask::default()
        };
        claim(tx, at, session, &request)?;
    }
    advance(tx, at, session, id, Step::Start)
}

/// Goes on with a task in hand: to work, or to review.
///
/// # Errors
/// [`Kind::Held`] naming who has it, [`Kind::Fenced`] for who lost it, [`Kind::Refused`].
pub fn advance(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    step: Step,
) -> Result<Task> {
    let mut task = own(tx, at, session, id)?;
    task.step(step)?;
    if step == Step::Start && task.started_at.is_none() {
        task.started_at = Some(at.now.wall);
        task.since = Some(at.now.clone());
    }
    record::save(tx, &mut task)?;
    Ok(task)
}

/// Completes a task in hand, frees its claim and those that waited for it.
///
/// # Errors
/// As [`advance`].
pub fn complete(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    result: Option<&str>,
) -> Result<Finished> {
    let task = own(tx, at, session, id)?;
    end(tx, at, session, task, Step::Complete, result)
}

/// Gives a task in hand up for good.
///
/// # Errors
/// As [`advance`].
pub fn fail(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    why: Option<&str>,
) -> Result<Finished> {
    let mut task = own(tx, at, session, id)?;
    task.attempts += 1;
    end(tx, at, session, task, Step::Fail, why)
}

/// Strikes a task off. One in hand can be struck off by its claimer only.
///
/// # Errors
/// As [`advance`].
pub fn cancel(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    why: Option<&str>,
) -> Result<Finished> {
    let task = settle(tx, at, id)?;
    let task = match task.status.is_active() {
        true => own(tx, at, session, id)?,
        false => task,
    };
    end(tx, at, session, task, Step::Cancel, why)
}

fn end(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    mut task: Task,
    step: Step,
    result: Option<&str>,
) -> Result<Finished> {
    let held = task.status.is_active();
    task.step(step)?;
    if let Some(text) = result {
        check_text("result", text)?;
        task.result = Some(text.to_owned()).filter(|text| !text.is_empty());
    }
    task.completed_at = Some(at.now.wall);
    task.duration_seconds = task.since.as_ref().map(|since| seconds(since, at.now));
    record::save(tx, &mut task)?;
    if held {
        // The record is finished, so that letting go of the claim does not give the task back.
        holding::release(tx, at, session, &Which::keys([task.claim_key()?]))?;
    }
    let news = graph::finished(tx, at, &task.task_id)?;
    Ok(Finished { task, news })
}

/// Time between two moments: on the clock nobody can set while it is the same boot.
fn seconds(since: &Now, now: &Now) -> u64 {
    let ms = match since.boot_id == now.boot_id {
        true => now.boot_ms.saturating_sub(since.boot_ms),
        false => {
            u64::try_from(now.wall.as_millisecond() - since.wall.as_millisecond()).unwrap_or(0)
        }
    };
    ms / 1000
}

/// Lets go of a task; nothing happens if the session does not have it and nobody else does.
///
/// # Errors
/// [`Kind::Held`] if somebody else has it, [`Kind::Fenced`] for who lost it to them.
pub fn release(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session, id: &str) -> Result<Task> {
    let task = settle(tx, at, id)?;
    if task.is_held_by(&session.id) {
        holding::release(tx, at, session, &Which::keys([task.claim_key()?]))?;
    } else if task.status.is_active() {
        return Err(refusal::held_by_other(
            tx.view(),
            &task,
            task.was_held_by(&session.id),
        )?);
    }
    record::existing(tx.view(), id)
}

/// Opens a finished task again.
///
/// # Errors
/// [`Kind::Refused`] for one that is not finished.
pub fn reopen(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session, id: &str) -> Result<Reopened> {
    let mut task = settle(tx, at, id)?;
    task.step(Step::Reopen)?;
    task.forget_work();
    task.blocked_by.clear();
    for other in task.depends_on.clone().iter().chain(&task.parts.clone()) {
        if let Some(other) = record::find(tx.view(), other)? {
            let counts =
                task.depends_on.contains(&other.task_id) || other.status != Status::Cancelled;
            if counts {
                graph::await_task(tx, &mut task, &other)?;
            }
        }
    }
    task.settle_blocked()?;
    task.extra.insert(
        "reopened_by".to_owned(),
        serde_json::to_value(Claimer::of(session))
            .map_err(|error| Error::internal(format!("cannot keep who reopened {id}: {error}")))?,
    );
    record::save(tx, &mut task)?;
    let blocked = graph::reopened(tx, id)?;
    Ok(Reopened { task, blocked })
}
