//! The lines in front of claims: first come, first served, the urgent before the others.
//!
//! Who waits has a record in the store with a ticket, the revision at which it began, and a
//! priority. A claim is refused while somebody whose turn is earlier (a larger priority, or the
//! same and an earlier ticket) waits for something that overlaps it, unless both
//! would share; so readers that keep coming do not starve a writer. A place is lost when its
//! patience runs out, or when the process that waits or that of its session ends; such records are skipped,
//! and removed by the next to join the line. A process that is suspended is passed over for as long as it is; since no commit tells of
//! that, those behind somebody who could take what it wants look again after a while.

use std::cmp::Reverse;
use std::time::Duration;

use serde_json::json;

use super::Moment;
use super::claim::{Blocked, ClaimRequest, Hold, hold_on, place_of};
use super::fingerprint::{Fingerprint, Vital};
use super::key::ClaimKey;
use super::lease::{Lease, Phase};
use super::schema::{self, Session, Waiter};
use crate::error::{Error, Kind, Result};
use crate::store::{Tx, View, put_json};

/// How long who is next may take to take what is free, before those behind look whether it still can.
const LOOK_AGAIN_MS: u64 = 5_000;

/// Takes a place at the end; returns the ticket.
pub fn join(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    request: &ClaimRequest,
    patience: Duration,
    process: &Fingerprint,
) -> Result<u64> {
    for waiter in schema::waiters(tx.view())? {
        if waits(tx.view(), at, &waiter)?.is_none() {
            tx.delete(&schema::wait_key(waiter.ticket))?;
        }
    }
    let waiter = Waiter {
        ticket: tx.revision(),
        session: session.id.clone(),
        keys: request.keys.clone(),
        shared: request.shared,
        priority: request.priority,
        since: at.now.wall,
        patience: Lease::new(at.now, patience),
        process: process.clone(),
    };
    put_json(tx, &schema::wait_key(waiter.ticket), &waiter)?;
    Ok(waiter.ticket)
}

/// Who stands in line, first come first, with their sessions.
pub fn line(view: &dyn View, at: &Moment<'_>) -> Result<Vec<(Waiter, Session)>> {
    let mut found = Vec::new();
    for waiter in schema::waiters(view)? {
        if let Some(session) = waits(view, at, &waiter)? {
            found.push((waiter, session));
        }
    }
    found.sort_by_key(|(waiter, _)| turn(waiter));
    Ok(found)
}

/// What is smaller is served earlier.
pub(super) fn turn(waiter: &Waiter) -> (Reverse<i32>, u64) {
    (Reverse(waiter.priority), waiter.ticket)
}

/// Whether whoever comes now with this priority comes after that one. Who is suspended cannot take what is its
/// turn; going on, it has its old place.
pub(super) fn goes_first(at: &Moment<'_>, waiter: &Waiter, priority: i32) -> bool {
    turn(waiter) < (Reverse(priority), u64::MAX)
        && at.probe.check(&waiter.process) != Vital::Stopped
}

/// Where in the line somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How urgent it is.
    pub priority: i32,
    /// Its ticket; without one it comes after all others of its priority.
    pub ticket: Option<u64>,
}

/// The place of a ticket among those who want something of the same, from 1; `None` if the ticket
/// is not good any more.
pub fn position(view: &dyn View, at: &Moment<'_>, ticket: u64) -> Result<Option<usize>> {
    let line = line(view, at)?;
    let Some((own, _)) = line.iter().find(|(waiter, _)| waiter.ticket == ticket) else {
        return Ok(None);
    };
    let before = line.iter().filter(|(other, _)| {
        let wants = |key: &ClaimKey| own.keys.iter().any(|mine| mine.overlaps(key));
        turn(other) < turn(own) && !(other.shared && own.shared) && other.keys.iter().any(wants)
    });
    Ok(Some(before.count() + 1))
}

/// The session that waits, if it still does.
fn waits(view: &dyn View, at: &Moment<'_>, waiter: &Waiter) -> Result<Option<Session>> {
    let session = schema::session(view, &waiter.session)?;
    Ok(session.filter(|session| still_waits(at, waiter, Some(session))))
}

/// Whether a place in line is still somebody's; `session` is the record of who took it.
pub(super) fn still_waits(at: &Moment<'_>, waiter: &Waiter, session: Option<&Session>) -> bool {
    let lives = |session: &Session| {
        session.ended.is_none() && at.probe.check(&session.fingerprint) != Vital::Dead
    };
    session.is_some_and(lives)
        && matches!(waiter.patience.phase(at.now), Phase::Live(_))
        && at.probe.check(&waiter.process) != Vital::Dead
}

/// The first in line whose turn comes before `place`.
pub fn ahead(
    view: &dyn View,
    at: &Moment<'_>,
    session: &Session,
    keys: &[&ClaimKey],
    shared: bool,
    place: Place,
) -> Result<Option<Blocked>> {
    let mut waiters = schema::waiters(view)?;
    waiters.sort_by_key(turn);
    let own = (Reverse(place.priority), place.ticket.unwrap_or(u64::MAX));
    for waiter in waiters {
        if turn(&waiter) >= own {
            break;
        }
        if waiter.session == session.id || (shared && waiter.shared) {
            continue;
        }
        let met = keys
            .iter()
            .find(|key| waiter.keys.iter().any(|other| key.overlaps(other)));
        let Some(key) = met else {
            continue;
        };
        // Who is suspended cannot take what is its turn; going on, it has its old place.
        if at.probe.check(&waiter.process) == Vital::Stopped {
            continue;
        }
        if let Some(first) = waits(view, at, &waiter)? {
            let patience = waiter.patience.left_ms(at.now);
            let blocked = Blocked {
                changes_in_ms: patience.min(next_look(view, at, &waiter, &first)?),
                ..behind(at, key, &waiter, &first)
            };
            return Ok(Some(blocked));
        }
    }
    Ok(None)
}

/// Milliseconds until those behind the first in line look again though nobody has committed anything. While
/// something is held that it wants, it cannot be late: what frees that is a commit, or the lease's end.
fn next_look(view: &dyn View, at: &Moment<'_>, waiter: &Waiter, first: &Session) -> Result<u64> {
    for key in &waiter.keys {
        if let Hold::Others(held) = hold_on(view, at, first, key, waiter.shared)? {
            return Ok(held.changes_in_ms);
        }
    }
    Ok(LOOK_AGAIN_MS)
}

fn behind(at: &Moment<'_>, key: &ClaimKey, waiter: &Waiter, first: &Session) -> Blocked {
    let left_ms = waiter.patience.left_ms(at.now);
    let message = format!(
        "{} ({}) is next in line for {key}",
        first.name,
        place_of(first)
    );
    let error = Error::new(Kind::Held, message)
        .with_hint("wait in line with --wait 30s")
        .with_holder(json!({
            "id": first.id,
            "name": first.name,
            "number": first.number,
            "pane": first.pane,
            "since": waiter.since,
            "expires_in": left_ms.div_ceil(1000),
            "key": key,
            "reason": "waiting",
        }));
    Blocked {
        error,
        changes_in_ms: left_ms,
        process: waiter.process.clone(),
    }
}
