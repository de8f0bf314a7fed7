//! What a holder does with its claims: show its token, renew, release; and what happens to them when
//! it registers again, works, or ends.

use std::time::Duration;

use super::Moment;
use super::claim::{
    Granted, Released, Standing, Which, describe, held_by, holders, remove_void, standing, stands,
    store,
};
use super::key::{ClaimKey, Meaning};
use super::lease::{Phase, check_ttl};
use super::replica;
use super::schema::{self, Claim, Session, SessionId};
use super::snapshot::ClaimInfo;
use crate::error::{Error, Kind, Result};
use crate::store::{Tx, View};

/// The claims the session has a part in.
fn held(view: &dyn View, id: &SessionId) -> Result<Vec<Claim>> {
    let prefix = schema::held_prefix(id);
    let mut found = Vec::new();
    for record in view.range(&prefix)? {
        let key = record.key.strip_prefix(&prefix).unwrap_or_default();
        found.extend(schema::claim(view, &ClaimKey::canonical(key)?)?);
    }
    Ok(found)
}

/// The same as they are shown, as far as they still count.
pub fn infos(view: &dyn View, at: &Moment<'_>, id: &SessionId) -> Result<Vec<ClaimInfo>> {
    let session = schema::session(view, id)?;
    let mine = |holder: &SessionId| session.as_ref().filter(|_| holder == id);
    let held = held(view, id)?;
    let infos = held.iter();
    Ok(infos
        .flat_map(|claim| replica::claim_infos(claim, mine, &[], at))
        .collect())
}

/// What a word means: of all that it can mean what the session that asks holds, or else what anybody does;
/// what it means now if that does not tell.
pub(super) fn kept_meaning(
    view: &dyn View,
    at: &Moment<'_>,
    asking: Option<&SessionId>,
    meaning: &Meaning,
) -> Result<ClaimKey> {
    let mut held = None;
    for key in std::iter::once(&meaning.key).chain(&meaning.others) {
        let holders = holders(view, at, key)?;
        if asking.is_some_and(|id| holders.contains(id)) {
            return Ok(key.clone());
        }
        if !holders.is_empty() {
            held = held.or(Some(key));
        }
    }
    Ok(held.unwrap_or(&meaning.key).clone())
}

/// Refuses unless the session holds `key` by a lease that has not run out, with this token if one
/// is shown. Returns the claim and where in it the grant is.
fn own(
    view: &dyn View,
    at: &Moment<'_>,
    session: &Session,
    key: &ClaimKey,
    token: Option<u64>,
) -> Result<(Claim, usize)> {
    let fenced = |why: String| {
        Error::new(
            Kind::Fenced,
            format!("{} no longer holds {key}: {why}", session.name),
        )
        .with_hint("stop writing to it, and claim it again for a new token")
    };
    // Who has no grant and shows no token may have lost it, or may never have had it.
    let without = |so: String, hint: &str| {
        let message = format!("{} does not hold {key}{so}", session.name);
        Error::new(Kind::Fenced, message).with_hint(hint)
    };
    let Some(claim) = schema::claim(view, key)? else {
        let why = "it was released, ran out, or was never granted";
        return Err(match token {
            Some(_) => fenced(why.to_owned()),
            None => without(
                format!(": {why}"),
                "do not write to it before it is claimed: stoa claim",
            ),
        });
    };
    let index = claim
        .grants
        .iter()
        .position(|grant| grant.holder == session.id);
    let Some(index) = index else {
        for grant in &claim.grants {
            if let Some((_, holder)) = stands(view, at, grant)? {
                let error = match token {
                    Some(_) => fenced(format!("{} holds it now", holder.name)),
                    None => without(
                        format!("; {} does", holder.name),
                        "do not write to it; stoa claim --wait waits until it is free",
                    ),
                };
                return Err(error.with_holder(super::session::card(&holder)));
            }
        }
        return Err(fenced("it ran out".to_owned()));
    };
    let grant = &claim.grants[index];
    if standing(grant, Some(session), at) == Standing::Void {
        return Err(fenced("it ran out".to_owned()));
    }
    match token {
        Some(token) if token != grant.token => Err(fenced(format!(
            "token {token} is stale, the grant has {}",
            grant.token
        ))),
        _ => Ok((claim, index)),
    }
}

/// Lets a write go on only if the session still holds `key` with this very token. During its grace
/// a claim can be renewed but not written under.
///
/// # Errors
/// [`Kind::Fenced`].
pub fn check_token(
    view: &dyn View,
    at: &Moment<'_>,
    session: &Session,
    key: &ClaimKey,
    token: u64,
) -> Result<()> {
    let (claim, index) = own(view, at, session, key, Some(token))?;
    match claim.grants[index].lease.phase(at.now) {
        Phase::Live(_) => Ok(()),
        Phase::Grace(_) | Phase::Over => Err(Error::new(
            Kind::Fenced,
            format!("the lease of {} on {key} has run out", session.name),
        )
        .with_hint("renew it at once: stoa renew")),
    }
}

/// Prolongs leases, all or none.
///
/// # Errors
/// [`Kind::Fenced`] for a key the session does not hold any more, or not by this token.
pub fn renew(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    which: &Which,
    ttl: Option<Duration>,
) -> Result<Granted> {
    let ttl = ttl.map(check_ttl).transpose()?;
    let wanted = match which {
        Which::Keys(keys) => keys.clone(),
        Which::All => {
            let mut living = Vec::new();
            for claim in held(tx.view(), &session.id)? {
                if own(tx.view(), at, session, &claim.key, None).is_ok() {
                    living.push((claim.key, None));
                }
            }
            living
        }
    };
    let mut claims = Vec::new();
    for (key, token) in &wanted {
        let (mut claim, index) = own(tx.view(), at, session, key, *token)?;
        let grant = &mut claim.grants[index];
        let own_ttl = Duration::from_millis(grant.lease.ttl_ms);
        grant.lease = grant.lease.renewed(at.now, ttl.unwrap_or(own_ttl));
        claims.push(describe(at, key, grant, true));
        store(tx, &claim)?;
    }
    Ok(Granted { claims })
}

/// Gives claims back. Releasing what the session does not hold is no error, unless somebody else
/// does.
///
/// # Errors
/// [`Kind::Held`] when somebody else holds it, [`Kind::Fenced`] for a stale token.
pub fn release(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    which: &Which,
) -> Result<Released> {
    let wanted = match which {
        Which::Keys(keys) => keys.clone(),
        Which::All => {
            let held = held(tx.view(), &session.id)?;
            held.into_iter().map(|claim| (claim.key, None)).collect()
        }
    };
    let mut done = Released {
        released: Vec::new(),
        not_held: Vec::new(),
    };
    for (key, token) in wanted {
        let claim = schema::claim(tx.view(), &key)?;
        let mine = claim
            .as_ref()
            .and_then(|claim| claim.grants.iter().find(|g| g.holder == session.id));
        match (mine, token, claim.as_ref()) {
            (Some(grant), Some(token), _) if grant.token != token => {
                own(tx.view(), at, session, &key, Some(token))?;
            }
            (Some(_), _, Some(claim)) => {
                remove_grant(tx, claim.clone(), &session.id)?;
                done.released.push(key);
            }
            (None, Some(token), Some(_)) => {
                // Who shows a token asks whether it still counts.
                own(tx.view(), at, session, &key, Some(token))?;
            }
            (_, _, claim) => {
                for grant in claim.iter().flat_map(|claim| &claim.grants) {
                    if let Some((phase, holder)) = stands(tx.view(), at, grant)? {
                        let held = held_by(at, &key, &key, grant, &holder, phase).error;
                        return Err(held.with_hint(
                            "it is theirs to release; release --force --reason TEXT takes it from them",
                        ));
                    }
                }
                done.not_held.push(key);
            }
        }
    }
    Ok(done)
}

fn remove_grant(tx: &mut dyn Tx, mut claim: Claim, holder: &SessionId) -> Result<()> {
    claim.grants.retain(|grant| grant.holder != *holder);
    tx.delete(&schema::held_key(holder, &claim.key))?;
    store(tx, &claim)
}

/// Takes `key` from whoever holds it: what it stood for is over.
pub fn free(tx: &mut dyn Tx, key: &ClaimKey) -> Result<()> {
    if let Some(mut claim) = schema::claim(tx.view(), key)? {
        for grant in std::mem::take(&mut claim.grants) {
            tx.delete(&schema::held_key(&grant.holder, key))?;
        }
        store(tx, &claim)?;
    }
    Ok(())
}

/// Frees everything a session holds: it has ended.
pub fn release_all(tx: &mut dyn Tx, id: &SessionId) -> Result<()> {
    for claim in held(tx.view(), id)? {
        remove_grant(tx, claim, id)?;
    }
    Ok(())
}

/// Gives up the session's places in line.
pub fn leave_lines(tx: &mut dyn Tx, id: &SessionId) -> Result<()> {
    for waiter in schema::waiters(tx.view())? {
        if waiter.session == *id {
            tx.delete(&schema::wait_key(waiter.ticket))?;
        }
    }
    Ok(())
}

/// After a registration: the same living process keeps what it held, with new tokens; another
/// process under the same id starts with nothing.
pub fn follow_generation(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    prior: Option<&Session>,
    session: &Session,
) -> Result<()> {
    let Some(prior) = prior else {
        return Ok(());
    };
    let same = prior.ended.is_none() && prior.fingerprint.is_same_process(&session.fingerprint);
    for mut claim in held(tx.view(), &session.id)? {
        let revision = tx.revision();
        let mine = claim
            .grants
            .iter_mut()
            .find(|grant| grant.holder == session.id);
        match mine {
            Some(grant) if same && standing(grant, Some(prior), at) != Standing::Void => {
                grant.generation = session.generation;
                grant.token = revision;
                store(tx, &claim)?;
            }
            _ => remove_grant(tx, claim, &session.id)?,
        }
    }
    Ok(())
}

/// After a heartbeat: claims whose length nobody chose last as long as their holder works.
pub fn follow_heartbeat(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session) -> Result<()> {
    for mut claim in held(tx.view(), &session.id)? {
        let mine = claim
            .grants
            .iter_mut()
            .find(|grant| grant.holder == session.id);
        let Some(grant) = mine.filter(|grant| grant.follows_heartbeat) else {
            continue;
        };
        // Not at every heartbeat: half of the time is enough.
        let due = grant.lease.left_ms(at.now) < grant.lease.ttl_ms / 2;
        if due && standing(grant, Some(session), at) != Standing::Void {
            grant.lease = grant
                .lease
                .renewed(at.now, Duration::from_millis(grant.lease.ttl_ms));
            store(tx, &claim)?;
        }
    }
    Ok(())
}

/// Removes every void grant; says how many there were.
pub fn sweep(tx: &mut dyn Tx, at: &Moment<'_>) -> Result<usize> {
    let mut removed = 0;
    for claim in schema::claims(tx.view())? {
        removed += remove_void(tx, at, claim)?;
    }
    Ok(removed)
}
