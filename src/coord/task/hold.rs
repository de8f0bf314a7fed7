//! A task and its claim: a task in hand is a claim of `task/ID`, and nothing else.
//!
//! The invariant: while a task is claimed, in progress or in review, its claimer has a grant of
//! `task/ID` in the store. Whatever writes claims keeps it through the two functions at the top:
//! a new exclusive grant takes a pending task in hand, and a claim without the claimer in it gives
//! the task back, in the same transaction. A grant may be void and not removed yet (its lease is
//! over, its holder is dead); then readers see the task given back already ([`as_it_is`]), and whoever
//! changes tasks removes such grants first ([`settle`]).

use super::record::{self, Claimer, Task};
use super::status::{Status, Step};
use crate::coord::claim::{self, Standing, standing};
use crate::coord::lease::Phase;
use crate::coord::schema::{self, Claim, Grant, Session, SessionId};
use crate::coord::{ClaimKey, Moment};
use crate::error::Result;
use crate::store::{Order, Tx, View};

/// The id of the task a key stands for, if it stands for one.
fn task_of(key: &ClaimKey) -> Option<&str> {
    let literal = key.kind() == "task" && !key.is_pattern();
    literal.then(|| key.name())
}

/// After a grant: a pending task of that name is in its holder's hands now.
pub fn granted(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    key: &ClaimKey,
    grant: &Grant,
) -> Result<()> {
    let Some(id) = task_of(key).filter(|_| !grant.shared) else {
        return Ok(());
    };
    let Some(mut task) = record::find_sound(tx.view(), id)? else {
        return Ok(());
    };
    if task.status != Status::Pending {
        return Ok(());
    }
    task.step(Step::Claim)?;
    task.forget_work();
    task.claimed_by = Some(Claimer::of(session));
    task.claimed_at = Some(at.now.wall);
    task.since = Some(at.now.clone());
    task.assigned_to = None;
    record::save(tx, &mut task)
}

/// After a claim was written: a task whose claimer has no part in it any more is free again.
pub fn written(tx: &mut dyn Tx, claim: &Claim) -> Result<()> {
    let Some(id) = task_of(&claim.key) else {
        return Ok(());
    };
    let Some(task) = record::find_sound(tx.view(), id)? else {
        return Ok(());
    };
    let held = |id: &SessionId| claim.grants.iter().any(|grant| grant.holder == *id);
    let claimer = task.claimed_by.as_ref().map(|claimer| &claimer.session_id);
    if task.status.is_active() && !claimer.is_some_and(held) {
        return give_back(tx, task);
    }
    Ok(())
}

fn give_back(tx: &mut dyn Tx, mut task: Task) -> Result<()> {
    task.give_back()?;
    record::save(tx, &mut task)
}

/// What a claim adds to its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The fencing token.
    pub token: u64,
    /// Milliseconds left; 0 in the grace after its end.
    pub left_ms: u64,
}

/// The task as it is at this moment, whatever nobody has written down yet. `claim` is the claim that
/// goes with it, `session_of` finds the records of sessions.
pub fn resolved<'a>(
    mut task: Task,
    claim: Option<&Claim>,
    session_of: impl Fn(&SessionId) -> Option<&'a Session>,
    at: &Moment<'_>,
) -> (Task, Option<Hold>) {
    if !task.status.is_active() {
        return (task, None);
    }
    for grant in claim.iter().flat_map(|claim| &claim.grants) {
        if !task.is_held_by(&grant.holder) {
            continue;
        }
        let left_ms = match standing(grant, session_of(&grant.holder), at) {
            Standing::Void => continue,
            Standing::Holds(Phase::Live(left)) => left,
            Standing::Holds(Phase::Grace(_) | Phase::Over) => 0,
        };
        let token = grant.token;
        return (task, Some(Hold { token, left_ms }));
    }
    // From an active state there is always a way back.
    let _ = task.give_back();
    (task, None)
}

/// The same with everything looked up.
///
/// # Errors
/// Only the store's.
pub fn as_it_is(view: &dyn View, at: &Moment<'_>, task: Task) -> Result<(Task, Option<Hold>)> {
    if !task.status.is_active() {
        return Ok((task, None));
    }
    let claim = schema::claim(view, &task.claim_key()?)?;
    let holder = match &task.claimed_by {
        Some(by) => schema::session(view, &by.session_id)?,
        None => None,
    };
    let session_of = |id: &SessionId| holder.as_ref().filter(|holder| holder.id == *id);
    Ok(resolved(task, claim.as_ref(), session_of, at))
}

/// Brings a task's record up to the moment and returns it.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is no such task.
pub fn settle(tx: &mut dyn Tx, at: &Moment<'_>, id: &str) -> Result<Task> {
    let task = record::existing(tx.view(), id)?;
    if !task.status.is_active() {
        return Ok(task);
    }
    match schema::claim(tx.view(), &task.claim_key()?)? {
        Some(claim) => _ = claim::remove_void(tx, at, claim)?,
        // Records from elsewhere may lack their claim.
        None => give_back(tx, task)?,
    }
    record::existing(tx.view(), id)
}

/// Brings every task in hand up to the moment.
pub fn settle_all(tx: &mut dyn Tx, at: &Moment<'_>) -> Result<()> {
    for status in Status::ALL.into_iter().filter(|status| status.is_active()) {
        for (id, _) in record::in_state(tx.view(), status, usize::MAX, Order::Ascending)? {
            if record::find_sound(tx.view(), &id)?.is_some() {
                settle(tx, at, &id)?;
            }
        }
    }
    Ok(())
}
