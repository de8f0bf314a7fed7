//! Which task comes next, and whom tasks are given to.
//!
//! The next task of a session is the most urgent of those that are ready, that it is capable of and
//! that nobody else was given; among equals the oldest. What was given to it comes first.

use serde::{Deserialize, Serialize};

use super::hold::{self, as_it_is, settle_all};
use super::record::{self, Assignment, Task};
use super::status::Status;
use super::suit::{fit, offers_work};
use super::work::{self, Claimed};
use crate::coord::claim::{self, ClaimRequest, place_of};
use crate::coord::schema::{self, Session, SessionId};
use crate::coord::snapshot::Life;
use crate::coord::{Moment, session};
use crate::error::{Error, Result};
use crate::store::{Order, Tx, View};

/// Ready tasks looked at before all of them are.
const FIRST_LOOK: usize = 64;

/// The next task for a session, in nobody's hands yet.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is none, with the reasons.
pub fn next(view: &dyn View, at: &Moment<'_>, session: &Session) -> Result<Task> {
    // Tasks whose claimers are gone without anybody having noticed are ready too.
    let mut free = Vec::new();
    for status in Status::ALL.into_iter().filter(|status| status.is_active()) {
        for (id, _) in record::in_state(view, status, usize::MAX, Order::Ascending)? {
            let Some(task) = record::find_sound(view, &id)? else {
                continue;
            };
            let (task, _) = as_it_is(view, at, task)?;
            if task.status == Status::Pending {
                free.push(task);
            }
        }
    }
    let mut best = pick(view, at, session)?;
    for task in free {
        let sooner = best.as_ref().is_none_or(|best| {
            (task.priority, task.created_revision) < (best.priority, best.created_revision)
        });
        if sooner && suits(view, at, session, &task)? {
            best = Some(task);
        }
    }
    match best {
        Some(task) => Ok(task),
        None => Err(nothing(view, session)?),
    }
}

/// Takes the next task in hand.
///
/// # Errors
/// As [`next`].
pub fn claim_next(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session) -> Result<Claimed> {
    settle_all(tx, at)?;
    match pick(tx.view(), at, session)? {
        Some(task) => work::take(tx, at, session, &task, None, false),
        None => Err(nothing(tx.view(), session)?),
    }
}

fn pick(view: &dyn View, at: &Moment<'_>, session: &Session) -> Result<Option<Task>> {
    let prefix = record::for_prefix(&session.id);
    let mut mine: Vec<Task> = Vec::new();
    for record in view.range(&prefix)? {
        let id = record.key.strip_prefix(&prefix).unwrap_or_default();
        mine.extend(record::find_sound(view, id)?.filter(|task| task.status == Status::Pending));
    }
    mine.sort_by_key(|task| (task.priority, task.created_revision));
    for task in mine {
        if is_free(view, at, session, &task)? {
            return Ok(Some(task));
        }
    }
    let mut seen = 0;
    for limit in [FIRST_LOOK, usize::MAX] {
        let ready = record::in_state(view, Status::Pending, limit, Order::Ascending)?;
        for (id, _) in ready.iter().skip(seen) {
            let Some(task) = record::find_sound(view, id)? else {
                continue;
            };
            if suits(view, at, session, &task)? {
                return Ok(Some(task));
            }
        }
        if ready.len() < limit {
            break;
        }
        seen = ready.len();
    }
    Ok(None)
}

/// Whether the session may and can take it.
fn suits(view: &dyn View, at: &Moment<'_>, session: &Session, task: &Task) -> Result<bool> {
    if !fit(task, session).missing.is_empty() {
        return Ok(false);
    }
    if let Some(to) = task
        .assigned_to
        .as_ref()
        .filter(|to| to.session_id != session.id)
        && let Some(other) = schema::session(view, &to.session_id)?
        && session::life(&other, at) != Life::Lost
    {
        return Ok(false);
    }
    is_free(view, at, session, task)
}

/// Whether no claim of somebody else covers it: one on `task/**`, say.
fn is_free(view: &dyn View, at: &Moment<'_>, session: &Session, task: &Task) -> Result<bool> {
    let ask = ClaimRequest::of(vec![task.claim_key()?]);
    Ok(claim::blocked(view, at, session, &ask, None)?.is_none())
}

/// Why there is nothing to do.
fn nothing(view: &dyn View, session: &Session) -> Result<Error> {
    let count = |status| view.count(&record::state_prefix(status));
    let (ready, blocked) = (count(Status::Pending)?, count(Status::Blocked)?);
    let mut in_hand = 0;
    for status in Status::ALL.into_iter().filter(|status| status.is_active()) {
        in_hand += count(status)?;
    }
    let mut why = Vec::new();
    for (number, text) in [
        (
            ready,
            "ready for others (other capabilities, or given to somebody)",
        ),
        (blocked, "waiting for others"),
        (in_hand, "in hand"),
    ] {
        if number > 0 {
            why.push(format!("{number} {text}"));
        }
    }
    let why = match why.is_empty() {
        true => "there are no open tasks".to_owned(),
        false => why.join(", "),
    };
    Ok(
        Error::not_found(format!("no task is ready for {}: {why}", session.name))
            .with_hint("stoa task board shows them all; stoa task add \"WHAT\" adds one"),
    )
}

/// What is to be given to whom.
#[derive(Debug, Clone, Default)]
pub struct Assign {
    /// The tasks; all that are free and given to nobody, without any.
    pub ids: Vec<String>,
    /// The session, if it is not to be found out.
    pub to: Option<SessionId>,
}

/// Who was given what, and why; and what was left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The tasks that were given to somebody.
    pub assigned: Vec<Given>,
    /// The tasks for which there was nobody.
    pub left: Vec<Left>,
}

/// A task given to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The task.
    pub task_id: String,
    /// The session's id.
    pub session_id: SessionId,
    /// Its name.
    pub session_name: String,
    /// How well it suits, in per cent.
    pub confidence: u8,
    /// Tasks it had before, in hand or given.
    pub load: u64,
    /// Both in words.
    pub reason: String,
}

/// A task nobody was found for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The task.
    pub task_id: String,
    /// Why.
    pub reason: String,
}

/// Gives tasks to sessions, by what they can do and how much they have to do.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) for a task that is finished or in somebody's hands,
/// [`Kind::NotFound`](crate::error::Kind::NotFound).
pub fn assign(tx: &mut dyn Tx, at: &Moment<'_>, request: &Assign) -> Result<Assigned> {
    settle_all(tx, at)?;
    let mut tasks = Vec::new();
    if request.ids.is_empty() {
        for (id, _) in record::in_state(tx.view(), Status::Pending, usize::MAX, Order::Ascending)? {
            let Some(task) = record::find_sound(tx.view(), &id)? else {
                continue;
            };
            if !is_taken(tx.view(), at, &task)? {
                tasks.push(task);
            }
        }
    }
    for id in &request.ids {
        let task = hold::settle(tx, at, id)?;
        if !matches!(task.status, Status::Pending | Status::Blocked) {
            return Err(Error::refused(format!(
                "{id} is {}, so it cannot be given away",
                task.status
            ))
            .with_hint(format!("stoa task show {id} tells who has it")));
        }
        tasks.push(task);
    }
    let mut crowd = crowd(tx.view(), at, request.to.as_ref())?;
    let mut done = Assigned::default();
    for mut task in tasks {
        match choose(&mut crowd, &task, request.to.is_some()) {
            Ok(given) => {
                task.assigned_to = Some(Assignment {
                    session_id: given.session_id.clone(),
                    session_name: given.session_name.clone(),
                    reason: given.reason.clone(),
                });
                record::save(tx, &mut task)?;
                done.assigned.push(given);
            }
            Err(reason) => done.left.push(Left {
                task_id: task.task_id,
                reason,
            }),
        }
    }
    Ok(done)
}

fn is_taken(view: &dyn View, at: &Moment<'_>, task: &Task) -> Result<bool> {
    let Some(to) = &task.assigned_to else {
        return Ok(false);
    };
    let other = schema::session(view, &to.session_id)?;
    Ok(other.is_some_and(|other| session::life(&other, at) != Life::Lost))
}

/// The sessions tasks may be given to, each with how much it has to do.
fn crowd(
    view: &dyn View,
    at: &Moment<'_>,
    only: Option<&SessionId>,
) -> Result<Vec<(Session, u64)>> {
    let mut crowd = Vec::new();
    for session in schema::sessions(view)? {
        let wanted = match only {
            Some(id) => session.id == *id,
            None => offers_work(&session),
        };
        if wanted && session::life(&session, at) != Life::Lost {
            let held = view.count(&format!("{}task/", schema::held_prefix(&session.id)))?;
            let given = view.count(&record::for_prefix(&session.id))?;
            crowd.push((session, held + given));
        }
    }
    Ok(crowd)
}

/// The best of the crowd: capable, then sure, then idle, then first by number.
fn choose(crowd: &mut [(Session, u64)], task: &Task, named: bool) -> Result<Given, String> {
    if crowd.is_empty() {
        return Err(
            "no session with a role offers to work; register with --role, or name one with --to"
                .to_owned(),
        );
    }
    let mut ranked: Vec<_> = (crowd.iter_mut())
        .map(|(session, load)| (fit(task, session), session, load))
        .collect();
    ranked.sort_by_key(|(fit, session, load)| {
        let sure = std::cmp::Reverse(fit.confidence);
        (fit.missing.len(), sure, **load, session.number)
    });
    let Some((fit, session, load)) = ranked.into_iter().next() else {
        return Err("nobody is there".to_owned());
    };
    if !fit.missing.is_empty() && !named {
        return Err(format!(
            "nobody has {}; {} comes nearest ({} %)",
            fit.missing.join(", "),
            session.name,
            fit.confidence
        ));
    }
    let can = match (fit.matched.is_empty(), fit.missing.is_empty()) {
        (true, true) => "nothing in particular is needed".to_owned(),
        (false, true) => format!("has {}", fit.matched.join(", ")),
        (_, false) => format!("was named, though without {}", fit.missing.join(", ")),
    };
    let has = match *load {
        0 => "nothing else to do".to_owned(),
        1 => "1 other task".to_owned(),
        load => format!("{load} other tasks"),
    };
    let given = Given {
        task_id: task.task_id.clone(),
        session_id: session.id.clone(),
        session_name: session.name.clone(),
        confidence: fit.confidence,
        load: *load,
        reason: format!(
            "{} ({}): {can}, {has}; {} % sure",
            session.name,
            place_of(session),
            fit.confidence
        ),
    };
    *load += 1;
    Ok(given)
}
