//! Looking before claiming: what is in the way of a request, and which of a list is free.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::claim::{self, ClaimRequest, Granted, place, stands};
use super::facade::{Actor, Coord, claim_deed};
use super::key::ClaimKey;
use super::overlap::overlapping;
use super::queue;
use super::schema::{Session, SessionId};
use crate::error::{Error, Kind, Result};
use crate::store::{Tx, View};

/// One thing in the way of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The key that was asked for.
    pub asked: ClaimKey,
    /// The key that overlaps it; the same one, or a pattern.
    pub key: ClaimKey,
    /// Who has it or waits for it.
    pub session: SessionId,
    /// Its name.
    pub name: String,
    /// Whether it would share.
    pub shared: bool,
    /// Its place in line, from 1; `None` for a holder.
    pub place: Option<usize>,
    /// Milliseconds the holder has left, or the waiter's patience.
    pub left_ms: u64,
    /// Why it is held.
    pub reason: Option<String>,
}

/// Everything in the way of the request, by the same rules by which it would be refused; nothing is changed.
///
/// # Errors
/// Only the store's.
pub fn conflicts(
    view: &dyn View,
    at: &Moment<'_>,
    id: Option<&SessionId>,
    keys: &[ClaimKey],
    shared: bool,
    priority: i32,
) -> Result<Vec<Conflict>> {
    let mut found = Vec::new();
    let mut line = queue::line(view, at)?;
    line.retain(|(waiter, _)| queue::goes_first(at, waiter, priority));
    for asked in keys {
        let mut own = false;
        for claim in overlapping(view, asked)? {
            for grant in &claim.grants {
                let mine = Some(&grant.holder) == id;
                if (shared && grant.shared) && !mine {
                    continue;
                }
                if let Some((_, holder)) = stands(view, at, grant)? {
                    if mine {
                        own |= claim::is_inside(asked, shared, &claim.key, grant);
                        continue;
                    }
                    found.push(Conflict {
                        asked: asked.clone(),
                        key: claim.key.clone(),
                        session: grant.holder.clone(),
                        name: holder.name,
                        shared: grant.shared,
                        place: None,
                        left_ms: grant.lease.left_ms(at.now),
                        reason: grant.reason.clone(),
                    });
                }
            }
        }
        let mut place = 0;
        for (waiter, session) in &line {
            let met = waiter.keys.iter().find(|key| key.overlaps(asked));
            let Some(key) = met.filter(|_| !own && Some(&waiter.session) != id) else {
                continue;
            };
            if !(shared && waiter.shared) {
                place += 1;
                found.push(Conflict {
                    asked: asked.clone(),
                    key: key.clone(),
                    session: waiter.session.clone(),
                    name: session.name.clone(),
                    shared: waiter.shared,
                    place: Some(place),
                    left_ms: waiter.patience.left_ms(at.now),
                    reason: None,
                });
            }
        }
    }
    Ok(found)
}

/// Grants the first key of the request that nobody has, the session itself included.
///
/// # Errors
/// [`Kind::Held`] with who has the first of them when all are taken.
pub fn grant_first(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    request: &ClaimRequest,
) -> Result<Granted> {
    claim::check_request(tx.view(), at, session, request)?;
    let mut first = None;
    for key in &request.keys {
        let one = ClaimRequest {
            keys: vec![key.clone()],
            ..request.clone()
        };
        match claim::blocked(tx.view(), at, session, &one, None)? {
            Some(blocked) => first = first.or(Some(blocked.error)),
            None if holds(tx.view(), at, session, key)? => {}
            None => {
                return Ok(Granted {
                    claims: vec![place(tx, at, session, &one, key)?],
                });
            }
        }
    }
    let count = request.keys.len();
    let error = Error::new(Kind::Held, format!("none of these {count} is free"))
        .with_hint("`stoa claims` shows who has them; release one of yours, or name others");
    Err(match first {
        None => error,
        Some(held) => {
            let why = format!("{}; first: {}", error.message, held.message);
            let holder = held.holder.map(|holder| *holder).unwrap_or_default();
            Error {
                message: why,
                ..error.with_holder(holder)
            }
        }
    })
}

fn holds(view: &dyn View, at: &Moment<'_>, session: &Session, key: &ClaimKey) -> Result<bool> {
    for claim in overlapping(view, key)? {
        for grant in claim.grants.iter().filter(|g| g.holder == session.id) {
            if stands(view, at, grant)?.is_some() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

impl Coord {
    /// Everything in the way of claiming these keys, for a session or for nobody in particular.
    ///
    /// # Errors
    /// Only the store's.
    pub fn conflicts(
        &self,
        id: Option<&SessionId>,
        keys: &[ClaimKey],
        shared: bool,
        priority: i32,
    ) -> Result<Vec<Conflict>> {
        self.read(|view, at| conflicts(view, at, id, keys, shared, priority))
    }

    /// Claims the first key that is free of those listed, for a request that names them or a pattern of
    /// them. Whoever tries again gets the first answer, whatever the pattern stands for by then.
    ///
    /// # Errors
    /// See [`grant_first`], and what was wrong with the list.
    pub fn claim_first(
        &self,
        actor: &Actor,
        request: &ClaimRequest,
        listed: Result<Vec<ClaimKey>>,
    ) -> Result<Granted> {
        let listed = listed.map(|keys| ClaimRequest {
            keys,
            ..request.clone()
        });
        let mut deed = claim_deed(listed.as_ref().unwrap_or(request));
        deed.action = "claim-next";
        let deed = actor.asks(deed, request);
        self.act(actor, &deed, |tx, at, session| match &listed {
            Ok(listed) => grant_first(tx, at, session, listed),
            Err(error) => Err(error.clone()),
        })
    }
}
