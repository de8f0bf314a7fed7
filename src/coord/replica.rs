//! The store's records resolved into a [`Snapshot`]: who lives, who coordinates, what is held.
//!
//! Reading changes nothing. What is void (a dead holder's claim, a lease that is over) is left out,
//! although its record is still there; a claim in its grace is shown with no time left, because it
//! still keeps others out.

use std::collections::BTreeMap;

use super::claim::{Standing, standing};
use super::fingerprint::Fingerprint;
use super::lease::Phase;
use super::message::overview::Overview;
use super::schema::{self, Cause, Claim, Group, Session, SessionId, Waiter};
use super::snapshot::{ClaimInfo, ContextInfo, GroupInfo, Life, Mail, SessionInfo, Snapshot};
use super::{Moment, context, group, queue, session};
use crate::error::Result;
use crate::store::View;

/// A snapshot, and when it will be out of date by itself.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What is to be seen.
    pub snapshot: Snapshot,
    /// Milliseconds until time alone changes it: a lease or its grace ends, a session stalls.
    pub next_change_ms: Option<u64>,
    /// The processes whose end would change it.
    pub processes: Vec<Fingerprint>,
}

/// Everything, at the view's revision.
///
/// # Errors
/// Only the store's.
pub fn read(view: &dyn View, at: &Moment<'_>) -> Result<Reading> {
    let sessions: BTreeMap<SessionId, Session> = (schema::sessions(view)?.into_iter())
        .map(|session| (session.id.clone(), session))
        .collect();
    let mut shown: Vec<SessionInfo> = (sessions.values())
        .filter(|session| is_shown(session, at))
        .map(|session| session_info(session, at))
        .collect();
    shown.sort_by(|a, b| (a.number, &a.id).cmp(&(b.number, &b.id)));
    let line: Vec<Waiter> = queue::line(view, at)?
        .into_iter()
        .map(|(waiter, _)| waiter)
        .collect();
    let mut next: Vec<u64> = sessions
        .values()
        .filter_map(|session| session::next_change_ms(session, at))
        .collect();
    let mut claims = Vec::new();
    for claim in schema::claims(view)? {
        claims.extend(claim_infos(&claim, &sessions, &line, at));
        let phases = claim.grants.iter().map(|grant| grant.lease.phase(at.now));
        next.extend(phases.filter_map(|phase| match phase {
            Phase::Live(left) | Phase::Grace(left) => Some(left),
            Phase::Over => None,
        }));
    }
    next.extend(line.iter().map(|waiter| waiter.patience.left_ms(at.now)));
    let mut groups = Vec::new();
    for group in schema::groups(view)? {
        groups.extend(group_info(view, &group, &shown)?);
    }
    let running = sessions.values().filter(|session| session.ended.is_none());
    let waiting = line.iter().map(|waiter| &waiter.process);
    let mut snapshot = Snapshot {
        revision: view.revision(),
        taken: at.now.clone(),
        sessions: shown,
        groups,
        claims,
        messages: Vec::new(),
    };
    Overview::read(view)?.apply(&mut snapshot);
    Ok(Reading {
        processes: running
            .map(|session| &session.fingerprint)
            .chain(waiting)
            .cloned()
            .collect(),
        next_change_ms: next.into_iter().min(),
        snapshot,
    })
}

/// Sessions that left are forgotten at once, those that were lost are shown a while longer.
pub fn is_shown(session: &Session, at: &Moment<'_>) -> bool {
    session.ended.as_ref().is_none_or(|ended| {
        ended.cause != Cause::Left
            && session::silence_ms(&ended.at, at.now) < session::LOST_SHOWN_MS
    })
}

/// A session as it is shown.
pub fn session_info(session: &Session, at: &Moment<'_>) -> SessionInfo {
    SessionInfo {
        id: session.id.as_str().to_owned(),
        name: session.name.clone(),
        number: session.number,
        generation: session.generation,
        role: session.role.clone(),
        goal: session.goal.clone(),
        working_on: session.working_on.clone(),
        life: session::life(session, at),
        state: session.state.clone(),
        pane: session.pane.clone(),
        agent: session.agent.clone(),
        pid: session.fingerprint.pid,
        host: session.fingerprint.host.clone(),
        tty: session.fingerprint.tty.clone(),
        group: session.group.clone(),
        heartbeat_age_ms: session::silence_ms(&session.seen, at.now),
        registered_at: session.registered.wall.to_string(),
        unread: 0,
        unacknowledged: 0,
        mail: Mail::default(),
    }
}

/// A claim's living grants as they are shown.
pub fn claim_infos(
    claim: &Claim,
    sessions: &BTreeMap<SessionId, Session>,
    line: &[Waiter],
    at: &Moment<'_>,
) -> Vec<ClaimInfo> {
    let mut shown = Vec::new();
    for grant in &claim.grants {
        let holder = sessions.get(&grant.holder);
        let (Standing::Holds(phase), Some(holder)) = (standing(grant, holder, at), holder) else {
            continue;
        };
        let waits = |waiter: &&Waiter| {
            let wants = waiter.session != grant.holder && !(waiter.shared && grant.shared);
            wants && waiter.keys.iter().any(|key| key.overlaps(&claim.key))
        };
        shown.push(ClaimInfo {
            ttl_ms: grant.lease.ttl_ms,
            follows_activity: grant.follows_heartbeat,
            key: claim.key.as_str().to_owned(),
            token: grant.token,
            shared: grant.shared,
            holder: grant.holder.as_str().to_owned(),
            holder_name: holder.name.clone(),
            reason: grant.reason.clone(),
            expires_in_ms: match phase {
                Phase::Live(left) => left,
                Phase::Grace(_) | Phase::Over => 0,
            },
            granted_at: grant.at.to_string(),
            waiting: line
                .iter()
                .filter(waits)
                .map(|waiter| waiter.session.to_string())
                .collect(),
        });
    }
    shown
}

fn group_info(
    view: &dyn View,
    group: &Group,
    sessions: &[SessionInfo],
) -> Result<Option<GroupInfo>> {
    let lives = |id: &SessionId| {
        sessions
            .iter()
            .any(|s| s.id == id.as_str() && s.life != Life::Lost)
    };
    let members: Vec<String> = (group.members.iter())
        .filter(|member| lives(&member.session))
        .map(|member| member.session.to_string())
        .collect();
    let entries = context::entries(view, &group.name, None)?;
    if members.is_empty() && entries.is_empty() {
        return Ok(None);
    }
    let context = entries.into_iter().map(|(entry, revision)| ContextInfo {
        key: entry.key,
        value: entry.value,
        version: entry.version,
        revision,
        author: entry.author_name,
        updated_at: entry.at.to_string(),
    });
    Ok(Some(GroupInfo {
        name: group.name.clone(),
        coordinator: group::coordinator(group, lives).map(String::from),
        members,
        context: context.collect(),
        last_coordination: group.last_coordination.to_string(),
    }))
}
