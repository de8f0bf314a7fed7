//! Who is there: heartbeats, ending, finding a session by what people call it.
//!
//! A session is bound to a process. While that process lives it is alive, heartbeats or not; when
//! it is gone the session is over at once. Only where the process cannot be looked at (another
//! machine, another namespace) do heartbeats decide. Name and number are unique among the living;
//! a dead owner gives them up to whoever asks.

use serde_json::{Map, Value, json};

use super::fingerprint::Vital;
use super::message::mailbox;
use super::names::{check_text, shown};
use super::schema::{self, Activity, Brief, Cause, Ended, Session, SessionId};
use super::snapshot::Life;
use super::{Moment, group, holding, notice};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Tx, View};

/// A session that acts again within this time is not written only to say so.
pub const SEEN_MS: u64 = 1_000;
/// Heartbeats kept in the record.
const KEPT_ACTIVITY: usize = 20;

/// What a heartbeat tells; what is left out stays as it was.
#[derive(Debug, Clone, Default)]
pub struct Heartbeat {
    /// What it does now.
    pub working_on: Option<String>,
    /// The phase of its work.
    pub phase: Option<String>,
    /// How far it is, 0 to 100.
    pub progress: Option<u8>,
    /// What it will do next.
    pub next_action: Option<String>,
    /// The task it is at.
    pub task: Option<String>,
    /// What its agent is doing.
    pub state: Option<String>,
}

impl Heartbeat {
    /// Whether it is worth remembering, or only a sign of life.
    fn says_something(&self) -> bool {
        let texts = [&self.working_on, &self.phase, &self.next_action, &self.task];
        texts.iter().any(|text| text.is_some()) || self.progress.is_some()
    }
}

/// Whether the session's process lives, as far as can be told.
pub fn life(session: &Session, at: &Moment<'_>) -> Life {
    if session.ended.is_some() {
        return Life::Lost;
    }
    // Acting is a sign of life.
    let acts = at.acting == Some(&session.id);
    let silent = if acts {
        0
    } else {
        silence_ms(&session.seen, at.now)
    };
    match at.probe.check(&session.fingerprint) {
        Vital::Dead => Life::Lost,
        Vital::Unknown if silent > at.settings.lost_ms => Life::Lost,
        Vital::Alive | Vital::Stopped | Vital::Unknown
            if silent > at.settings.stalled_ms && claims_to_work(session) =>
        {
            Life::Stalled
        }
        Vital::Alive | Vital::Stopped | Vital::Unknown => Life::Alive,
    }
}

/// Milliseconds until time alone changes how the session is seen.
pub fn next_change_ms(session: &Session, at: &Moment<'_>) -> Option<u64> {
    let after = |limit: u64, silent: u64| (silent <= limit).then(|| limit - silent + 1);
    if let Some(ended) = &session.ended {
        let shown = ended.cause != Cause::Left;
        return after(at.settings.lost_shown_ms, silence_ms(&ended.at, at.now)).filter(|_| shown);
    }
    let silent = silence_ms(&session.seen, at.now);
    let stalls = after(at.settings.stalled_ms, silent).filter(|_| claims_to_work(session));
    let lost = match at.probe.check(&session.fingerprint) {
        Vital::Unknown => after(at.settings.lost_ms, silent),
        Vital::Alive | Vital::Stopped | Vital::Dead => None,
    };
    stalls.into_iter().chain(lost).min()
}

/// A quiet shell has not stalled; somebody who said what they were doing has.
fn claims_to_work(session: &Session) -> bool {
    match session.state.as_deref() {
        Some("working") => true,
        Some(_) => false,
        None => session.working_on.is_some(),
    }
}

/// Milliseconds since `then`; an instant of another boot is infinitely long ago.
pub fn silence_ms(then: &Now, now: &Now) -> u64 {
    if then.boot_id == now.boot_id {
        now.boot_ms.saturating_sub(then.boot_ms)
    } else {
        u64::MAX
    }
}

/// The session that acts, if it may.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if there never was one,
/// [`Kind::Refused`](crate::error::Kind::Refused) if it has ended or its process is gone.
pub fn acting(view: &dyn View, at: &Moment<'_>, id: &SessionId) -> Result<Session> {
    let session = schema::session(view, id)?.ok_or_else(|| {
        Error::not_found(format!("there is no session {id}"))
            .with_hint("register it: stoa register --name NAME")
    })?;
    let gone = session.ended.is_some() || at.probe.check(&session.fingerprint) == Vital::Dead;
    if gone {
        Err(dead(&session))
    } else {
        Ok(session)
    }
}

fn dead(session: &Session) -> Error {
    let how = match session.ended.as_ref().map(|ended| ended.cause) {
        Some(Cause::Left) => "has ended",
        Some(Cause::Silent) => "was given up after its heartbeats stopped",
        Some(Cause::Died) | None => "is dead: its process is gone",
    };
    Error::refused(format!(
        "session {} (number {}) {how}",
        session.name, session.number
    ))
    .with_hint("register again: stoa register --name NAME")
    .with_holder(card(session))
}

/// What a refusal shows of the session in the way.
pub fn card(session: &Session) -> Value {
    json!({
        "id": session.id,
        "name": session.name,
        "number": session.number,
        "pane": session.pane,
        "pid": session.fingerprint.pid,
        "host": session.fingerprint.host,
        "tty": session.fingerprint.tty,
    })
}

/// Finds a living session by its id, its name, its number, or the first characters of its id.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) for nobody, [`Kind::Usage`](crate::error::Kind::Usage)
/// for several, [`Kind::Refused`](crate::error::Kind::Refused) for one that is dead.
pub fn resolve(view: &dyn View, at: &Moment<'_>, text: &str) -> Result<Session> {
    if let Ok(id) = SessionId::parse(text)
        && schema::session(view, &id)?.is_some()
    {
        return acting(view, at, &id);
    }
    if let Some(session) = by_name(view, at, text)? {
        return Ok(session);
    }
    let all = schema::briefs(view)?;
    let number: Option<u32> = text.parse().ok();
    let upper = text.to_ascii_uppercase();
    let tests: [&dyn Fn(&Brief) -> bool; 3] = [
        &|session| session.name == text,
        &|session| Some(session.number) == number,
        // Four characters at least: fewer are somebody's misspelt name.
        &|session| upper.len() >= 4 && session.id.as_str().starts_with(&upper),
    ];
    let mut gone = None;
    for test in tests {
        let mut found = Vec::new();
        for brief in all.iter().filter(|session| test(session)) {
            found.extend(schema::session(view, &brief.id)?);
        }
        let living = found.iter().filter(|s| life(s, at) != Life::Lost);
        let living: Vec<&Session> = living.collect();
        match living[..] {
            [one] => return Ok(one.clone()),
            [] => gone = gone.or(found.pop()),
            [..] => {
                return Err(Error::usage(format!(
                    "\"{}\" begins the id of {} sessions",
                    shown(text),
                    living.len()
                ))
                .with_hint("give more of the id, or the name"));
            }
        }
    }
    match gone {
        Some(session) => Err(dead(&session)),
        None => Err(
            Error::not_found(format!("there is no session \"{}\"", shown(text)))
                .with_hint("`stoa sessions` lists them"),
        ),
    }
}

/// The living session of that name, if it took it last: no two of the living have the same.
fn by_name(view: &dyn View, at: &Moment<'_>, name: &str) -> Result<Option<Session>> {
    let Some(id) = last_named(view, name)? else {
        return Ok(None);
    };
    // One that cannot be read is looked for, and complained of, where all are looked through.
    let session = schema::session(view, &id).ok().flatten();
    Ok(session.filter(|session| session.name == name && life(session, at) != Life::Lost))
}

/// Forgets that a session took its name last, if it did.
pub(super) fn unname(tx: &mut dyn Tx, session: &Session) -> Result<()> {
    if last_named(tx.view(), &session.name)?.as_ref() == Some(&session.id) {
        tx.delete(&schema::named_key(&session.name))?;
    }
    Ok(())
}

/// Who took a name last.
pub(super) fn last_named(view: &dyn View, name: &str) -> Result<Option<SessionId>> {
    let record = view.get(&schema::named_key(name))?;
    Ok(record.and_then(|record| record.decode().ok()))
}

/// Takes in a heartbeat and prolongs the claims that follow it.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) for texts that are too long and progress over 100.
pub fn heartbeat(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &mut Session,
    beat: &Heartbeat,
) -> Result<()> {
    if beat.progress.is_some_and(|progress| progress > 100) {
        return Err(Error::usage("progress is a percentage from 0 to 100"));
    }
    let fields = [
        ("work", &beat.working_on, &mut session.working_on),
        ("phase", &beat.phase, &mut session.phase),
        ("next action", &beat.next_action, &mut session.next_action),
        ("task", &beat.task, &mut session.task),
        ("state", &beat.state, &mut session.state),
    ];
    for (what, new, field) in fields {
        if let Some(text) = new {
            check_text(what, text)?;
            // Empty text takes the old one away.
            *field = Some(text.clone()).filter(|text| !text.is_empty());
        }
    }
    session.progress = beat.progress.or(session.progress);
    if beat.says_something() {
        session.activity.push(Activity {
            at: at.now.wall,
            working_on: session.working_on.clone(),
            phase: session.phase.clone(),
            progress: session.progress,
            next_action: session.next_action.clone(),
            task: session.task.clone(),
            extra: Map::new(),
        });
        let surplus = session.activity.len().saturating_sub(KEPT_ACTIVITY);
        session.activity.drain(..surplus);
    }
    holding::follow_heartbeat(tx, at, session)
}

/// Ends a session: it leaves its group, with a hand-over if it coordinated, frees its claims and
/// its places in line. The record stays for a while, so that using it says what happened.
pub fn end(tx: &mut dyn Tx, at: &Moment<'_>, session: &mut Session, cause: Cause) -> Result<()> {
    if let Some(ended) = &mut session.ended {
        // Its death was noticed before its pane was closed; now it is wanted.
        if cause == Cause::Left && ended.cause != Cause::Left {
            ended.cause = Cause::Left;
            session.labels_revision = tx.revision();
            return schema::put_session(tx, session);
        }
        return Ok(());
    }
    if session.group.is_some() {
        group::leave(tx, at, session)?;
    }
    if cause != Cause::Silent {
        holding::release_all(tx, &session.id)?;
    }
    holding::leave_lines(tx, &session.id)?;
    mailbox::unfollow(tx, &session.id, None)?;
    notice::forget(tx, &session.id)?;
    for record in tx.range(&schema::operation_prefix(&session.id))? {
        tx.delete(&record.key)?;
    }
    session.ended = Some(Ended {
        at: at.now.clone(),
        cause,
    });
    session.labels_revision = tx.revision();
    schema::put_session(tx, session)
}

/// Removes all that is kept of a session that ended long ago.
pub(super) fn forget(tx: &mut dyn Tx, id: &SessionId) -> Result<()> {
    if let Ok(Some(session)) = schema::session(tx.view(), id) {
        unname(tx, &session)?;
    }
    tx.delete(&schema::session_key(id))?;
    tx.delete(&schema::state_key(id))?;
    mailbox::forget(tx, id)
}

/// Ends those of these whose processes are gone; returns their names.
pub(super) fn reap_dead(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    sessions: &[Brief],
) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for brief in sessions.iter().filter(|session| session.ended.is_none()) {
        // Read now: an earlier one's end may have changed this record (it coordinated, say).
        let Some(mut session) = schema::session(tx.view(), &brief.id)? else {
            continue;
        };
        if at.probe.check(&session.fingerprint) == Vital::Dead {
            end(tx, at, &mut session, Cause::Died)?;
            names.push(session.name);
        }
    }
    Ok(names)
}

/// Ends every session whose process is gone; returns their names.
pub fn reap(tx: &mut dyn Tx, at: &Moment<'_>) -> Result<Vec<String>> {
    let all = schema::briefs(tx.view())?;
    reap_dead(tx, at, &all)
}
