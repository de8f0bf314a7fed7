//! Waiting in line for a claim, without polling.
//!
//! Who finds a claim taken gets a ticket, then sleeps until a commit, the end of the process in its
//! way, or the end of that one's lease, and *reads* whether its turn has come; only then does it
//! write. So a crowd of waiters does not wake itself.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use super::audit::{Deed, Noted};
use super::claim::{self, Blocked, ClaimRequest, Granted};
use super::facade::{Actor, Coord, claim_deed};
use super::fingerprint::{self, Fingerprint};
use super::watch::{Alarm, Target};
use super::{operation, queue, schema, session};
use crate::error::{Error, Kind, Result};

/// How waiting for a claim goes.
#[derive(Debug, Clone, Copy)]
pub enum Waiting<'a> {
    /// It begins: this is in the way.
    Behind(&'a Error),
    /// The place in line, from 1; told whenever it changes.
    Place(usize),
}

impl Coord {
    /// Claims keys, waiting in line for at most `patience`. Only an attempt that fails in the end is
    /// noted as refused.
    ///
    /// # Errors
    /// As [`Coord::claim`] when patience has run out, or at once for what waiting cannot change.
    pub fn claim_within(
        &self,
        actor: &Actor,
        request: &ClaimRequest,
        patience: Duration,
    ) -> Result<Granted> {
        self.claim_waiting(actor, request, patience, |_| {})
    }

    /// The same; `told` hears how the waiting goes.
    ///
    /// # Errors
    /// As [`Coord::claim_within`].
    pub fn claim_waiting(
        &self,
        actor: &Actor,
        request: &ClaimRequest,
        patience: Duration,
        mut told: impl FnMut(Waiting<'_>),
    ) -> Result<Granted> {
        let deed = actor.asks(claim_deed(request), request);
        let take = |ticket: Option<u64>, noted: Noted| {
            let deed = Deed {
                noted,
                ..deed.clone()
            };
            self.act(actor, &deed, |tx, at, session| {
                claim::grant(tx, at, session, request, ticket)
            })
        };
        self.within((actor, &deed, request), patience, &mut told, &take)
    }

    /// Does something that begins with being granted a request, waiting in line for that. `take`
    /// does it in one transaction, from a place in line if it is given one, and is told what to
    /// note; the deed is what it does.
    ///
    /// # Errors
    /// What `take` returns when patience has run out, or at once for what waiting cannot change.
    pub(super) fn within<T: DeserializeOwned>(
        &self,
        (actor, deed, request): (&Actor, &Deed, &ClaimRequest),
        patience: Duration,
        told: &mut dyn FnMut(Waiting<'_>),
        take: &dyn Fn(Option<u64>, Noted) -> Result<T>,
    ) -> Result<T> {
        let done = self.read(|view, _| match &actor.op_id {
            Some(op_id) => operation::replay(view, &actor.session, op_id, deed),
            None => Ok(None),
        })?;
        if let Some(done) = done {
            return Ok(done);
        }
        if patience.is_zero() {
            return take(None, Noted::Always);
        }
        // Looking first leaves no refusal behind for what is only a wait.
        let in_the_way = match self.blocked(actor, request, None)? {
            Some(blocked) => blocked.error,
            // That somebody came first is no refusal yet.
            None => match take(None, Noted::UnlessHeld) {
                Err(error) if error.kind == Kind::Held => error,
                outcome => return outcome,
            },
        };
        told(Waiting::Behind(&in_the_way));
        let process = fingerprint::of_pid(std::process::id())?;
        let until = Instant::now() + patience;
        let ticket = self.join_line(actor, request, patience, &process)?;
        let outcome = self.wait_in_line((actor, request, ticket), until, told, take);
        if outcome.is_err() {
            self.leave_line(ticket);
        }
        outcome
    }

    /// Waits until what was committed at `revision` can be read here.
    ///
    /// # Errors
    /// [`Kind::Refused`] when it still cannot after `patience`.
    pub fn wait_for_revision(&self, revision: u64, patience: Duration) -> Result<()> {
        let until = Instant::now() + patience;
        let alarm = Alarm::new(&*self.store)?;
        loop {
            let current = self.store.revision()?;
            if current >= revision {
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::refused(format!(
                    "revision {revision} is not there yet; the store is at {current}"
                ))
                .with_hint("check the number, or wait longer with --wait 2m"));
            }
            alarm.wait(&[], Some(left))?;
        }
    }

    /// Takes a place in line for `process`, which is lost when that ends.
    pub(super) fn join_line(
        &self,
        actor: &Actor,
        request: &ClaimRequest,
        patience: Duration,
        process: &Fingerprint,
    ) -> Result<u64> {
        let waiting = Actor::new(actor.session.clone());
        let deed = Deed::new("wait", claim_deed(request).subject);
        self.act(&waiting, &deed, |tx, at, session| {
            claim::check_request(tx.view(), at, session, request)?;
            queue::join(tx, at, session, request, patience, process)
        })
    }

    fn wait_in_line<T>(
        &self,
        (actor, request, ticket): (&Actor, &ClaimRequest, u64),
        until: Instant,
        told: &mut dyn FnMut(Waiting<'_>),
        take: &dyn Fn(Option<u64>, Noted) -> Result<T>,
    ) -> Result<T> {
        let mut place = None;
        // Watching begins before the next look, so that no commit falls between the two.
        let alarm = Alarm::new(&*self.store)?;
        let own = self.read(|view, at| session::acting(view, at, &actor.session))?;
        let own = Target::open(&own.fingerprint, &*self.probe);
        loop {
            let Some(blocked) = self.blocked(actor, request, Some(ticket))? else {
                match take(Some(ticket), Noted::UnlessHeld) {
                    Err(error) if error.kind == Kind::Held => continue,
                    outcome => return outcome,
                }
            };
            let now_at = self.read(|view, at| queue::position(view, at, ticket))?;
            if now_at != place {
                place = now_at;
                place.map(Waiting::Place).into_iter().for_each(&mut *told);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                // The attempt at the end is the one that is noted as refused.
                return take(Some(ticket), Noted::Always);
            }
            let target = Target::open(&blocked.process, &*self.probe);
            let changes = Duration::from_millis(blocked.changes_in_ms);
            alarm.wait(&[&target, &own], Some(left.min(changes)))?;
        }
    }

    /// Who is in the way of this request now.
    pub(super) fn blocked(
        &self,
        actor: &Actor,
        request: &ClaimRequest,
        ticket: Option<u64>,
    ) -> Result<Option<Blocked>> {
        self.read(|view, at| {
            let session = session::acting(view, at, &actor.session)?;
            if let Some(ticket) = ticket
                && view.get(&schema::wait_key(ticket))?.is_none()
            {
                return Err(
                    Error::refused("the place in line was taken away").with_hint("claim again")
                );
            }
            claim::blocked(view, at, &session, request, ticket)
        })
    }

    /// Claims from a place in line.
    #[cfg(test)]
    pub(super) fn claim_in_line(
        &self,
        actor: &Actor,
        request: &ClaimRequest,
        ticket: u64,
    ) -> Result<Granted> {
        let deed = actor.asks(claim_deed(request), request);
        self.act(actor, &deed, |tx, at, session| {
            claim::grant(tx, at, session, request, Some(ticket))
        })
    }

    fn leave_line(&self, ticket: u64) {
        let left = self
            .store
            .transact(&mut |tx| tx.delete(&schema::wait_key(ticket)).map(drop));
        if let Err(error) = left {
            // It is skipped once our process has ended, and removed by the next in line.
            tracing::warn!("cannot leave the line: {error}");
        }
        self.catch_up();
    }
}
