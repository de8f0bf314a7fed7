//! Claims: leases on anything with a key, exclusive or shared, with fencing tokens.
//!
//! At any revision at most one living holder has an exclusive claim among keys that overlap, and a
//! set is granted whole or not at all. The token of a grant is the store's revision at which it was
//! made, so a later grant always has a larger one; a holder whose grant is void finds out when it
//! next shows its token. A grant is void when its lease is over (with its grace), when its holder
//! has ended or its process is gone, or when the holder registered anew from another process.
//! Void grants are removed by whoever meets them while changing something, never by a reader.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::fingerprint::{Fingerprint, Vital};
use super::key::ClaimKey;
use super::lease::{Lease, MAX_TTL, MIN_TTL, Phase, check_ttl, show_ms};
use super::names::check_text;
use super::overlap::{find_overlapping, overlapping};
use super::schema::{self, Cause, Claim, Grant, Session};
use super::{Moment, SessionId, queue, task};
use crate::error::{Error, Kind, Result};
use crate::store::{Tx, View, put_json};

/// Keys in one request.
const KEYS: usize = 1000;
/// The priorities there are; 0 is the usual one.
pub const PRIORITIES: std::ops::RangeInclusive<i32> = -100..=100;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// The keys, all or none.
    pub keys: Vec<ClaimKey>,
    /// How long; without it as the settings say, prolonged by heartbeats.
    pub ttl: Option<Duration>,
    /// Whether others may share them.
    pub shared: bool,
    /// Why, for those who find them taken.
    pub reason: Option<String>,
    /// How urgent it is, [`PRIORITIES`]: who waits with a larger one goes first.
    pub priority: i32,
}

impl ClaimRequest {
    /// These keys, exclusively, for the usual time.
    pub fn of(keys: Vec<ClaimKey>) -> ClaimRequest {
        ClaimRequest {
            keys,
            ttl: None,
            shared: false,
            reason: None,
            priority: 0,
        }
    }
}

/// What was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// One for each key asked for.
    pub claims: Vec<GrantedClaim>,
}

/// One key that is held now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedClaim {
    /// The key.
    pub key: ClaimKey,
    /// The fencing token.
    pub token: u64,
    /// Whether others may share it.
    pub shared: bool,
    /// Seconds until it runs out.
    pub expires_in: u64,
    /// Whether it was held already.
    pub renewed: bool,
}

/// Which of its claims a session means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// These; with a token, only if it is still the valid one.
    Keys(Vec<(ClaimKey, Option<u64>)>),
}

impl Which {
    /// These keys, whatever their tokens.
    pub fn keys(keys: impl IntoIterator<Item = ClaimKey>) -> Which {
        Which::Keys(keys.into_iter().map(|key| (key, None)).collect())
    }
}

/// What releasing returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// What was held until now.
    pub released: Vec<ClaimKey>,
    /// What the session did not hold, so that there was nothing to do.
    pub not_held: Vec<ClaimKey>,
}

/// Somebody in the way, and when it is worth looking again.
#[derive(Debug, Clone)]
pub struct Blocked {
    /// The refusal.
    pub error: Error,
    /// Milliseconds until time alone may change it.
    pub changes_in_ms: u64,
    /// The process whose end would change it.
    pub process: Fingerprint,
}

/// Whether a grant binds others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does; its lease has so many milliseconds left (0 in its grace).
    Holds(Phase),
    /// It does not, and never will again.
    Void,
}

/// How a grant stands. `holder` is its holder's record.
pub fn standing(grant: &Grant, holder: Option<&Session>, at: &Moment<'_>) -> Standing {
    let Some(holder) = holder.filter(|holder| holder.generation == grant.generation) else {
        return Standing::Void;
    };
    let ended = (holder.ended.as_ref()).is_some_and(|ended| ended.cause != Cause::Silent);
    match grant.lease.phase(at.now) {
        Phase::Over => Standing::Void,
        _ if ended || at.probe.check(&holder.fingerprint) == Vital::Dead => Standing::Void,
        phase => Standing::Holds(phase),
    }
}

pub(super) fn stands(
    view: &dyn View,
    at: &Moment<'_>,
    grant: &Grant,
) -> Result<Option<(Phase, Session)>> {
    let holder = schema::session(view, &grant.holder)?;
    Ok(match standing(grant, holder.as_ref(), at) {
        Standing::Holds(phase) => holder.map(|holder| (phase, holder)),
        Standing::Void => None,
    })
}

/// Who holds just this key.
pub(super) fn holders(view: &dyn View, at: &Moment<'_>, key: &ClaimKey) -> Result<Vec<SessionId>> {
    let mut holders = Vec::new();
    for grant in schema::claim(view, key)?
        .iter()
        .flat_map(|claim| &claim.grants)
    {
        if stands(view, at, grant)?.is_some() {
            holders.push(grant.holder.clone());
        }
    }
    Ok(holders)
}

/// Grants all keys of the request, or says who is in the way. `ticket` is the caller's place in
/// line, given up when it is granted.
///
/// # Errors
/// [`Kind::Held`] with the holder, before anything is written; [`Kind::Usage`];
/// [`Kind::Refused`] for too many claims.
pub fn grant(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    request: &ClaimRequest,
    ticket: Option<u64>,
) -> Result<Granted> {
    check_request(tx.view(), at, session, request)?;
    if let Some(blocked) = blocked(tx.view(), at, session, request, ticket)? {
        return Err(blocked.error);
    }
    let mut claims: Vec<GrantedClaim> = Vec::new();
    for key in &request.keys {
        // A key that is asked for twice is granted once.
        if !claims.iter().any(|claim| claim.key == *key) {
            claims.push(place(tx, at, session, request, key)?);
        }
    }
    if let Some(ticket) = ticket {
        tx.delete(&schema::wait_key(ticket))?;
    }
    Ok(Granted { claims })
}

/// Refuses what no waiting would make possible.
pub(super) fn check_request(
    view: &dyn View,
    at: &Moment<'_>,
    session: &Session,
    request: &ClaimRequest,
) -> Result<()> {
    if request.keys.is_empty() {
        return Err(Error::usage("nothing to claim").with_hint("stoa claim KIND/NAME or PATH"));
    }
    if request.keys.len() > KEYS {
        return Err(
            Error::usage(format!("at most {KEYS} keys are claimed at once"))
                .with_hint("claim a pattern, as in 'src/**'"),
        );
    }
    if let Some(reason) = &request.reason {
        check_text("reason", reason)?;
    }
    if !PRIORITIES.contains(&request.priority) {
        return Err(Error::usage("a priority is from -100 to 100"));
    }
    if let Some(ttl) = request.ttl {
        check_ttl(ttl)?;
    }
    let limit = at.settings.claims_per_session;
    if view.count(&schema::held_prefix(&session.id))? + request.keys.len() as u64 > limit {
        return Err(
            Error::refused(format!("{} may hold at most {limit} claims", session.name))
                .with_hint("release some, or claim a pattern"),
        );
    }
    Ok(())
}

/// Who or what keeps the session from being granted the request now.
///
/// # Errors
/// Only the store's.
pub fn blocked(
    view: &dyn View,
    at: &Moment<'_>,
    session: &Session,
    request: &ClaimRequest,
    ticket: Option<u64>,
) -> Result<Option<Blocked>> {
    let mut not_held = Vec::new();
    for key in &request.keys {
        match hold_on(view, at, session, key, request.shared)? {
            Hold::Others(blocked) => return Ok(Some(*blocked)),
            Hold::Own => {}
            Hold::Nobody => not_held.push(key),
        }
    }
    // Whoever already has it is not sent to the end of its line.
    let place = queue::Place {
        priority: request.priority,
        ticket,
    };
    queue::ahead(view, at, session, &not_held, request.shared, place)
}

/// Who holds a key, for a session that wants it.
pub(super) enum Hold {
    /// Somebody who is in its way.
    Others(Box<Blocked>),
    /// The session itself, this key or one that covers it.
    Own,
    /// Nobody who minds.
    Nobody,
}

/// Whether a grant of `held` is one of `key` already: of the very key, or of all that it stands for with the same
/// rights. Whoever takes less than it has takes nothing that others could be given.
pub(super) fn is_inside(key: &ClaimKey, shared: bool, held: &ClaimKey, grant: &Grant) -> bool {
    held == key || (held.covers(key) && (shared || !grant.shared))
}

/// Who keeps the session from being granted `key` by holding something.
pub(super) fn hold_on(
    view: &dyn View,
    at: &Moment<'_>,
    session: &Session,
    key: &ClaimKey,
    shared: bool,
) -> Result<Hold> {
    let mut held = false;
    let in_the_way = find_overlapping(view, key, |claim| {
        for grant in &claim.grants {
            let mine = grant.holder == session.id;
            held |= mine && is_inside(key, shared, &claim.key, grant) && {
                // One that has lapsed is nobody's, and those who wait have their turn.
                standing(grant, Some(session), at) != Standing::Void
            };
            if mine || (grant.shared && shared) {
                continue;
            }
            if let Some((phase, holder)) = stands(view, at, grant)? {
                return Ok(Some(held_by(at, key, &claim.key, grant, &holder, phase)));
            }
        }
        Ok(None)
    })?;
    Ok(match in_the_way {
        Some(blocked) => Hold::Others(Box::new(blocked)),
        None if held => Hold::Own,
        None => Hold::Nobody,
    })
}

/// The refusal of a key that somebody holds.
pub(super) fn held_by(
    at: &Moment<'_>,
    asked: &ClaimKey,
    key: &ClaimKey,
    grant: &Grant,
    holder: &Session,
    phase: Phase,
) -> Blocked {
    let left_ms = grant.lease.left_ms(at.now);
    let (until, changes_in_ms) = match phase {
        Phase::Live(left) => (
            format!("for {} more", show_ms(left)),
            left + super::lease::GRACE_MS,
        ),
        Phase::Grace(left) => (format!("in its last {} of grace", show_ms(left)), left),
        Phase::Over => ("no longer".to_owned(), 0),
    };
    let what = if asked == key {
        format!("{key} is")
    } else {
        format!("{asked} overlaps {key}, which is")
    };
    let why = grant
        .reason
        .as_ref()
        .map_or(String::new(), |reason| format!(": {reason}"));
    let place = place_of(holder);
    let message = format!(
        "{what} held by {} ({place}) since {}, {until}{why}",
        holder.name,
        clock_time(grant)
    );
    let error = Error::new(Kind::Held, message)
        .with_hint(format!(
            "wait for it with --wait 30s, or ask {}",
            holder.name
        ))
        .with_holder(json!({
            "id": holder.id,
            "name": holder.name,
            "number": holder.number,
            "pane": holder.pane,
            "since": grant.at,
            "expires_in": left_ms.div_ceil(1000),
            "key": key,
            "reason": grant.reason,
        }));
    Blocked {
        error,
        changes_in_ms,
        process: holder.fingerprint.clone(),
    }
}

/// Where a session is, for messages.
pub(super) fn place_of(session: &Session) -> String {
    match &session.pane {
        Some(pane) => format!("session {}, pane {pane}", session.number),
        None => format!("session {}", session.number),
    }
}

fn clock_time(grant: &Grant) -> String {
    grant.at.strftime("%H:%M:%SZ").to_string()
}

/// Writes one grant; nothing is in the way.
pub(super) fn place(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    request: &ClaimRequest,
    key: &ClaimKey,
) -> Result<GrantedClaim> {
    for claim in overlapping(tx.view(), key)? {
        remove_void(tx, at, claim)?;
    }
    let mut claim = schema::claim(tx.view(), key)?.unwrap_or_else(|| Claim {
        key: key.clone(),
        grants: Vec::new(),
        extra: Map::new(),
    });
    let usual = at.settings.claim_ttl.clamp(MIN_TTL, MAX_TTL);
    let ttl = request.ttl.unwrap_or(usual);
    let held = claim
        .grants
        .iter()
        .position(|grant| grant.holder == session.id);
    let old = held.map(|index| claim.grants.remove(index));
    // More rights than before are a new grant; the same or fewer keep the token.
    let kept = old.filter(|old| request.shared || !old.shared);
    let renewed = kept.is_some();
    let grant = match kept {
        Some(old) => Grant {
            shared: request.shared,
            lease: old.lease.renewed(at.now, ttl),
            reason: request.reason.clone().or(old.reason),
            follows_heartbeat: request.ttl.is_none(),
            ..old
        },
        None => Grant {
            holder: session.id.clone(),
            generation: session.generation,
            token: tx.revision(),
            shared: request.shared,
            reason: request.reason.clone(),
            at: at.now.wall,
            lease: Lease::new(at.now, ttl),
            follows_heartbeat: request.ttl.is_none(),
            extra: Map::new(),
        },
    };
    let granted = describe(at, key, &grant, renewed);
    claim.grants.push(grant.clone());
    put_json(tx, &schema::claim_key(key), &claim)?;
    if !renewed {
        put_json(tx, &schema::held_key(&session.id, key), &Value::Null)?;
    }
    task::hold::granted(tx, at, session, key, &grant)?;
    Ok(granted)
}

pub(super) fn describe(
    at: &Moment<'_>,
    key: &ClaimKey,
    grant: &Grant,
    renewed: bool,
) -> GrantedClaim {
    GrantedClaim {
        key: key.clone(),
        token: grant.token,
        shared: grant.shared,
        expires_in: grant.lease.left_ms(at.now).div_ceil(1000),
        renewed,
    }
}

pub(super) fn remove_void(tx: &mut dyn Tx, at: &Moment<'_>, mut claim: Claim) -> Result<usize> {
    let mut kept = Vec::new();
    let before = claim.grants.len();
    for grant in claim.grants {
        if stands(tx.view(), at, &grant)?.is_some() {
            kept.push(grant);
        } else {
            tx.delete(&schema::held_key(&grant.holder, &claim.key))?;
        }
    }
    claim.grants = kept;
    let removed = before - claim.grants.len();
    if removed > 0 {
        store(tx, &claim)?;
    }
    Ok(removed)
}

/// Writes a claim, or removes it when nobody holds it any more.
pub(super) fn store(tx: &mut dyn Tx, claim: &Claim) -> Result<()> {
    task::hold::written(tx, claim)?;
    let key = schema::claim_key(&claim.key);
    if claim.grants.is_empty() {
        tx.delete(&key)?;
        return Ok(());
    }
    put_json(tx, &key, claim)
}
