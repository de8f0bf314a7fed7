//! Registering: getting a name and a number that no living session has.

use serde_json::Map;

use super::access::Joining;
use super::fingerprint::{Fingerprint, Vital};
use super::message::{Log, mailbox};
use super::names::{check_label, check_name, check_session_name, check_text};
use super::schema::{self, Brief, Cause, Session, SessionId};
use super::session::{card, end, forget, last_named, life, reap_dead, silence_ms, unname};
use super::snapshot::Life;
use super::{Moment, group, holding, lease, operation};
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// Ended sessions kept so that using one says so.
const KEPT_ENDED: usize = 200;
/// Capabilities of one session.
const CAPABILITIES: usize = 32;
/// Silent sessions looked at when somebody registers.
const REAPED_AT_ONCE: usize = 32;

/// What a session says of itself when it registers.
#[derive(Debug, Clone)]
pub struct Register {
    /// The number it wants; the next free one otherwise.
    pub number: Option<u32>,
    /// The name it wants; made from its kind and number otherwise.
    pub name: Option<String>,
    /// What it is there for.
    pub role: Option<String>,
    /// What it wants to reach.
    pub goal: Option<String>,
    /// The pane it runs in.
    pub pane: Option<String>,
    /// The kind of program.
    pub agent: Option<String>,
    /// The group to join in the same transaction.
    pub group: Option<String>,
    /// What is known of that group's secret word, and who may join it if this makes it.
    pub joining: Option<Joining>,
    /// What it is good at.
    pub capabilities: Vec<String>,
    /// The caller's id for this registration: a living session that the same process registered
    /// under it is returned again.
    pub operation: Option<String>,
    /// Names and numbers it does not get unless it wants them: somebody is about to have them again.
    pub reserved: Vec<(String, u32)>,
    /// Its process: one that lives as long as the session does.
    pub fingerprint: Fingerprint,
    /// Its id: of an earlier registration, or minted for it before its process started.
    pub id: Option<SessionId>,
}

impl Register {
    /// Nothing but the process.
    pub fn of(fingerprint: Fingerprint) -> Register {
        Register {
            number: None,
            name: None,
            role: None,
            goal: None,
            pane: None,
            agent: None,
            group: None,
            joining: None,
            capabilities: Vec::new(),
            operation: None,
            reserved: Vec::new(),
            fingerprint,
            id: None,
        }
    }
}

/// Registers a session, or registers it again. `new_id` is used if the request brings none.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) with the holder if a living session has the name
/// or the number; what joining the group returns; [`Kind::Usage`](crate::error::Kind::Usage).
pub fn register(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    new_id: &SessionId,
    request: &Register,
) -> Result<Session> {
    check_register(request)?;
    if let Some(done) = registered_before(tx.view(), request)? {
        return Ok(done);
    }
    let id = request.id.as_ref().unwrap_or(new_id);
    let mut all = schema::briefs(tx.view())?;
    if reap_silent(tx, at, &all, id)? {
        all = schema::briefs(tx.view())?;
    }
    forget_ended(tx, at, &all, id)?;
    let prior = schema::session(tx.view(), id)?;
    let prior = prior.as_ref();
    let others: Vec<&Brief> = (all.iter())
        .filter(|s| s.id != *id && s.ended.is_none())
        .collect();

    let number = request
        .number
        .or(prior.filter(|s| s.ended.is_none()).map(|s| s.number));
    let number = number.unwrap_or_else(|| next_number(request, &others));
    let named = request.name.clone().or(prior.map(|s| s.name.clone()));
    let name = named.unwrap_or_else(|| default_name(request, number, &others));
    let clashes = others
        .iter()
        .filter(|s| s.name == name || s.number == number);
    for other in clashes {
        if let Some(owner) = schema::session(tx.view(), &other.id)? {
            give_up(tx, at, owner, &name)?;
        }
    }
    let mut session = renewed(prior, at, request, id, name, number);
    session.labels_revision = tx.revision();
    holding::follow_generation(tx, at, prior, &session)?;
    mailbox::follow(tx, &session.id, &Log::All)?;
    match request.group.as_deref() {
        Some(wanted) if session.group.as_deref() != Some(wanted) => {
            let joining = request.joining.clone();
            let joining = joining.unwrap_or_else(|| Joining::named(wanted));
            group::join(tx, at, &mut session, &joining)?;
        }
        _ => {}
    }
    schema::put_session(tx, &session)?;
    if let Some(prior) = prior.filter(|prior| prior.name != session.name) {
        unname(tx, prior)?;
    }
    if last_named(tx.view(), &session.name)?.as_ref() != Some(&session.id) {
        put_json(tx, &schema::named_key(&session.name), &session.id)?;
    }
    Ok(session)
}

/// What the same request did before, if it carries the caller's id; another one must not carry it.
fn registered_before(view: &dyn View, request: &Register) -> Result<Option<Session>> {
    let Some(id) = &request.operation else {
        return Ok(None);
    };
    check_name("operation id", id)?;
    let same = |session: &Session| {
        session.ended.is_none()
            && session.operation.as_ref() == Some(id)
            && session.fingerprint.is_same_process(&request.fingerprint)
    };
    let done = schema::sessions(view)?.into_iter().find(same);
    // An earlier version did not note what was asked.
    let then = done.as_ref().and_then(|done| done.asked.as_ref());
    match then.is_some_and(|then| *then != asked(request)) {
        true => Err(operation::another(id)),
        false => Ok(done),
    }
}

/// A word for what a registration asks. The group's secret word is left out, and so is what is the
/// process's and not the caller's.
fn asked(request: &Register) -> String {
    let access = request.joining.as_ref().map(|joining| joining.access);
    let said = (&request.role, &request.goal, &request.agent);
    let place = (&request.group, access, &request.capabilities);
    let all = (request.number, &request.name, said, place);
    operation::asked("register", &all)
}

fn check_register(request: &Register) -> Result<()> {
    if let Some(name) = &request.name {
        check_session_name(name)?;
    }
    if request.number == Some(0) {
        return Err(Error::usage("session numbers begin at 1"));
    }
    if request.capabilities.len() > CAPABILITIES {
        return Err(Error::usage(format!(
            "a session has at most {CAPABILITIES} capabilities"
        )));
    }
    for capability in &request.capabilities {
        check_name("capability", capability)?;
    }
    for (what, label) in [("pane", &request.pane), ("agent", &request.agent)] {
        if let Some(label) = label {
            check_label(what, label)?;
        }
    }
    for (what, text) in [("role", &request.role), ("goal", &request.goal)] {
        if let Some(text) = text {
            check_text(what, text)?;
        }
    }
    Ok(())
}

fn next_number(request: &Register, others: &[&Brief]) -> u32 {
    let reserved = request.reserved.iter().map(|(_, number)| *number);
    let others = others.iter().map(|session| session.number);
    let mut taken: Vec<u32> = others.chain(reserved).collect();
    taken.sort_unstable();
    taken.iter().fold(
        1,
        |next, number| if *number == next { next + 1 } else { next },
    )
}

fn default_name(request: &Register, number: u32, others: &[&Brief]) -> String {
    let base = match (&request.agent, &request.pane) {
        (Some(agent), _) => agent.as_str(),
        (None, Some(_)) => "shell",
        (None, None) => "session",
    };
    let free = |name: &String| {
        let reserved = request.reserved.iter().any(|(taken, _)| taken == name);
        !reserved && !others.iter().any(|session| session.name == *name)
    };
    let plain = format!("{base}-{number}");
    if free(&plain) {
        return plain;
    }
    // There are fewer names taken than numbers to try.
    (2..)
        .map(|n| format!("{plain}-{n}"))
        .find(free)
        .unwrap_or(plain)
}

/// The owner of a name or number gives it up if it is not alive, and is in the way otherwise.
fn give_up(tx: &mut dyn Tx, at: &Moment<'_>, mut owner: Session, name: &str) -> Result<()> {
    if life(&owner, at) == Life::Lost {
        let cause = match at.probe.check(&owner.fingerprint) {
            Vital::Dead => Cause::Died,
            Vital::Alive | Vital::Stopped | Vital::Unknown => Cause::Silent,
        };
        return end(tx, at, &mut owner, cause);
    }
    let what = if owner.name == name {
        format!("the name {name}")
    } else {
        format!("the number {}", owner.number)
    };
    let print = &owner.fingerprint;
    let silent_ms = silence_ms(&owner.seen, at.now);
    let mut holder = card(&owner);
    holder["heartbeat_age_ms"] = silent_ms.into();
    Err(Error::refused(format!(
        "{what} is taken by {} (session {}, pid {} on {}, {}), last heard of {} ago",
        owner.name,
        owner.number,
        print.pid,
        print.tty,
        print.host,
        lease::show_ms(silent_ms)
    ))
    .with_hint("choose another, or none and get the next free one")
    .with_holder(holder))
}

fn renewed(
    prior: Option<&Session>,
    at: &Moment<'_>,
    request: &Register,
    id: &SessionId,
    name: String,
    number: u32,
) -> Session {
    let or_prior = |new: &Option<String>, old: fn(&Session) -> &Option<String>| {
        new.clone()
            .or_else(|| prior.and_then(|session| old(session).clone()))
    };
    Session {
        id: id.clone(),
        name,
        number,
        generation: prior.map_or(1, |session| session.generation + 1),
        role: or_prior(&request.role, |session| &session.role),
        goal: or_prior(&request.goal, |session| &session.goal),
        pane: or_prior(&request.pane, |session| &session.pane),
        agent: or_prior(&request.agent, |session| &session.agent),
        fingerprint: request.fingerprint.clone(),
        group: prior.and_then(|session| session.group.clone()),
        working_on: None,
        phase: None,
        progress: None,
        next_action: None,
        task: None,
        state: None,
        capabilities: match (prior, &request.capabilities[..]) {
            (Some(prior), []) => prior.capabilities.clone(),
            (_, named) => named.to_vec(),
        },
        operation: request.operation.clone(),
        asked: request.operation.as_ref().map(|_| asked(request)),
        registered: prior.map_or_else(|| at.now.clone(), |session| session.registered.clone()),
        seen: at.now.clone(),
        activity: prior.map_or_else(Vec::new, |session| session.activity.clone()),
        ended: None,
        labels_revision: 0,
        state_versions: prior.map_or(0, |session| session.state_versions),
        extra: prior.map_or_else(Map::new, |session| session.extra.clone()),
    }
}

/// Ends sessions whose processes are gone, the longest unheard of first, all but `spared`; says
/// whether there was one.
fn reap_silent(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    all: &[Brief],
    spared: &SessionId,
) -> Result<bool> {
    let mut silent: Vec<Brief> = (all.iter())
        .filter(|session| session.ended.is_none() && session.id != *spared)
        .cloned()
        .collect();
    silent.sort_by_key(|session| std::cmp::Reverse(silence_ms(&session.seen, at.now)));
    silent.truncate(REAPED_AT_ONCE);
    Ok(!reap_dead(tx, at, &silent)?.is_empty())
}

/// Removes the records of those that ended long ago, in this boot or another. A silent one's claims
/// live as long as its record, so that waits for them.
fn forget_ended(tx: &mut dyn Tx, at: &Moment<'_>, all: &[Brief], spared: &SessionId) -> Result<()> {
    let mut ended: Vec<(u64, &SessionId)> = (all.iter())
        .filter(|session| session.id != *spared)
        .filter_map(|session| Some((silence_ms(&session.ended.as_ref()?.at, at.now), &session.id)))
        .collect();
    ended.sort_unstable();
    for (_, id) in ended.iter().skip(KEPT_ENDED) {
        if tx.count(&schema::held_prefix(id))? == 0 {
            forget(tx, id)?;
        }
    }
    Ok(())
}
