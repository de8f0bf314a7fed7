//! Taking a claim that somebody holds, with a reason.
//!
//! Force is for people and coordinators who know better than a lease. It needs a reason, which the
//! trail keeps and the holder is told; the new grant has a larger token, so whatever the old holder
//! still writes is fenced off; who waits in line keeps its place behind.

use super::Moment;
use super::audit::Deed;
use super::claim::{self, ClaimRequest, Granted, Released, place, place_of, stands, store};
use super::facade::{Actor, Coord, claim_deed};
use super::key::ClaimKey;
use super::names::check_text;
use super::notice;
use super::overlap::overlapping;
use super::schema::{self, Claim, Session};
use crate::error::{Error, Result};
use crate::store::Tx;

/// Grants all keys of the request, taking from others what is in the way.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) without a reason, and as [`claim::grant`] but never
/// [`Kind::Held`](crate::error::Kind::Held).
pub fn grant(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    request: &ClaimRequest,
) -> Result<Granted> {
    let reason = check_reason(request.reason.as_deref())?;
    claim::check_request(tx.view(), at, session, request)?;
    for key in &request.keys {
        for claim in overlapping(tx.view(), key)? {
            evict(tx, at, session, claim, request.shared, reason)?;
        }
    }
    let mut granted = Granted { claims: Vec::new() };
    for key in &request.keys {
        if !granted.claims.iter().any(|claim| claim.key == *key) {
            granted.claims.push(place(tx, at, session, request, key)?);
        }
    }
    Ok(granted)
}

/// Frees keys, whoever holds them.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) without a reason.
pub fn release(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    keys: &[ClaimKey],
    reason: Option<&str>,
) -> Result<Released> {
    let reason = check_reason(reason)?;
    let mut done = Released {
        released: Vec::new(),
        not_held: Vec::new(),
    };
    for key in keys {
        let Some(mut claim) = schema::claim(tx.view(), key)? else {
            done.not_held.push(key.clone());
            continue;
        };
        let own = claim.grants.iter().any(|grant| grant.holder == session.id);
        if own {
            claim.grants.retain(|grant| grant.holder != session.id);
            tx.delete(&schema::held_key(&session.id, key))?;
            store(tx, &claim)?;
        }
        match own | evict(tx, at, session, claim, false, reason)? {
            true => done.released.push(key.clone()),
            false => done.not_held.push(key.clone()),
        }
    }
    Ok(done)
}

fn check_reason(reason: Option<&str>) -> Result<&str> {
    match reason.map(str::trim) {
        None | Some("") => Err(Error::usage("force needs a reason")
            .with_hint("say why with --reason TEXT; the holder is told, and it is on record")),
        Some(reason) => {
            check_text("reason", reason)?;
            Ok(reason)
        }
    }
}

/// Takes a claim from all others, or only from those who would not share it. Says whether there
/// was anybody.
fn evict(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    mut claim: Claim,
    shared: bool,
    reason: &str,
) -> Result<bool> {
    let mut kept = Vec::new();
    let mut taken = false;
    for grant in std::mem::take(&mut claim.grants) {
        if grant.holder == session.id || (shared && grant.shared) {
            kept.push(grant);
            continue;
        }
        tx.delete(&schema::held_key(&grant.holder, &claim.key))?;
        if stands(tx.view(), at, &grant)?.is_some() {
            taken = true;
            let text = format!(
                "{} ({}) took your claim on {} by force: {reason}; your token {} is void, so stop writing to it",
                session.name,
                place_of(session),
                claim.key,
                grant.token
            );
            let subject = format!("{} was taken by force", claim.key);
            notice::tell(tx, at, &grant.holder, &subject, &text)?;
        }
    }
    claim.grants = kept;
    store(tx, &claim)?;
    Ok(taken)
}

impl Coord {
    /// Claims keys, taking from others what is in the way.
    ///
    /// # Errors
    /// See [`grant`].
    pub fn force_claim(&self, actor: &Actor, request: &ClaimRequest) -> Result<Granted> {
        let mut deed = claim_deed(request);
        deed.action = "force-claim";
        let deed = actor.asks(deed, request);
        self.act(actor, &deed, |tx, at, session| {
            grant(tx, at, session, request)
        })
    }

    /// Frees keys, whoever holds them.
    ///
    /// # Errors
    /// See [`release`].
    pub fn force_release(
        &self,
        actor: &Actor,
        keys: &[ClaimKey],
        reason: Option<&str>,
    ) -> Result<Released> {
        let names: Vec<&str> = keys.iter().map(ClaimKey::as_str).collect();
        let mut deed = Deed::new("force-release", names.join(" "));
        deed.reason = reason.map(str::to_owned);
        let deed = actor.asks(deed, &(keys, reason));
        self.act(actor, &deed, |tx, at, session| {
            release(tx, at, session, keys, reason)
        })
    }
}
