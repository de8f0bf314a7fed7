//! What waits for somebody: the list a person looks at first.
//!
//! It is computed from a [`Snapshot`] and kept nowhere, so it cannot disagree with what the rest of
//! a screen shows. Each line names the record it is about, which is what one acts on.

use serde::Serialize;

use super::fix::State;
use super::issue::{self, Severity};
use super::snapshot::{ClaimInfo, Life, SessionInfo, Snapshot};
use super::task::Status;

/// Failed tasks and lost sessions told of at most: older ones are in the reports.
const OLD_NEWS: usize = 5;

/// Why something waits; the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// An agent asks something, or wants leave to go on.
    Blocked,
    /// A session holds work and has given no sign of life for the stall time.
    Silent,
    /// A session's process ended, and it had not said that it would leave.
    Lost,
    /// A claim of a fixed time ends soon.
    EndsSoon,
    /// Others wait for what is claimed.
    Contended,
    /// The worst sort of issue, and nobody is at it.
    CriticalIssue,
    /// A fix waits for somebody's review.
    Review,
    /// A fix that was found good waits to be applied.
    Apply,
    /// A task was given up.
    FailedTask,
    /// The acting session has not read a message.
    Unread,
}

/// The record a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A session's id.
    Session(String),
    /// One holder's claim.
    Claim {
        /// `kind/name`.
        key: String,
        /// Session id of the holder.
        holder: String,
    },
    /// A task's id.
    Task(String),
    /// An issue's id.
    Issue(String),
    /// A fix's id.
    Fix(String),
    /// A message's number.
    Message(u64),
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attention {
    /// Why.
    pub reason: Reason,
    /// What: a session's name, a claim's key, an id.
    pub what: String,
    /// The rest of the sentence that `what` begins: `is blocked: which tests?`.
    pub says: String,
    /// The record.
    pub subject: Subject,
}

/// All that waits, the most pressing first; for the session `acting` (an id) also its unread
/// messages.
pub fn of(snapshot: &Snapshot, acting: Option<&str>) -> Vec<Attention> {
    let mut found: Vec<Attention> = Vec::new();
    found.extend((snapshot.sessions.iter()).filter_map(|session| living(snapshot, session)));
    found.extend(lost(snapshot));
    found.extend(
        snapshot
            .claims
            .iter()
            .flat_map(|claim| held(snapshot, claim)),
    );
    found.extend(issues(snapshot));
    found.extend(fixes(snapshot));
    found.extend(failed(snapshot));
    found.extend(unread(snapshot, acting));
    // The sort is stable: within a reason the snapshot's own order stays.
    found.sort_by_key(|one| one.reason);
    found
}

fn living(snapshot: &Snapshot, session: &SessionInfo) -> Option<Attention> {
    let subject = Subject::Session(session.id.clone());
    let what = session.name.clone();
    if session.life != Life::Lost && session.state.as_deref() == Some("blocked") {
        let says = match &session.working_on {
            Some(on) => format!("is blocked: {on}"),
            None => "is blocked: it waits for an answer".to_owned(),
        };
        return Some(Attention {
            reason: Reason::Blocked,
            what,
            says,
            subject,
        });
    }
    if session.life != Life::Stalled {
        return None;
    }
    let claims = snapshot.claims.iter();
    let held = claims.filter(|claim| claim.holder == session.id).count();
    let says = match held {
        0 => return None,
        1 => "has been silent and holds a claim".to_owned(),
        held => format!("has been silent and holds {held} claims"),
    };
    Some(Attention {
        reason: Reason::Silent,
        what,
        says,
        subject,
    })
}

/// Sessions that ended amid something: in a group, at a task, or an agent's.
fn lost(snapshot: &Snapshot) -> impl Iterator<Item = Attention> {
    let amid = |session: &&SessionInfo| {
        let agent = session.agent.as_deref().is_some_and(|kind| kind != "shell");
        let at_work = session.task.is_some() || session.working_on.is_some();
        session.life == Life::Lost && (agent || at_work || session.group.is_some())
    };
    let lost = snapshot.sessions.iter().rev().filter(amid);
    lost.take(OLD_NEWS).map(|session| {
        let at = session.task.as_ref().or(session.working_on.as_ref());
        Attention {
            reason: Reason::Lost,
            what: session.name.clone(),
            says: match at {
                Some(at) => format!("is gone; it was at {at}"),
                None => "is gone".to_owned(),
            },
            subject: Subject::Session(session.id.clone()),
        }
    })
}

fn held(snapshot: &Snapshot, claim: &ClaimInfo) -> Option<Attention> {
    let subject = Subject::Claim {
        key: claim.key.clone(),
        holder: claim.holder.clone(),
    };
    let what = claim.key.clone();
    let holder = &claim.holder_name;
    // One that follows its holder's activity goes on by itself.
    if claim.ends_soon && !claim.follows_activity {
        return Some(Attention {
            reason: Reason::EndsSoon,
            what,
            says: format!("ends soon; {holder} holds it"),
            subject,
        });
    }
    let first = claim.waiting.first()?;
    let first = snapshot.name_of(first);
    let waits = match claim.waiting.len() {
        1 => format!("{first} waits"),
        more => format!("{first} and {} more wait", more - 1),
    };
    Some(Attention {
        reason: Reason::Contended,
        what,
        says: format!("is held by {holder}; {waits}"),
        subject,
    })
}

fn issues(snapshot: &Snapshot) -> impl Iterator<Item = Attention> {
    let free = (snapshot.issues.iter())
        .filter(|issue| issue.severity == Severity::Critical && issue.status == issue::Status::New);
    free.map(|issue| Attention {
        reason: Reason::CriticalIssue,
        what: issue.id.clone(),
        says: format!("is critical and nobody is at it: {}", issue.title),
        subject: Subject::Issue(issue.id.clone()),
    })
}

fn fixes(snapshot: &Snapshot) -> impl Iterator<Item = Attention> {
    snapshot.fixes.iter().filter_map(|fix| {
        let (reason, waits) = match fix.state {
            State::Proposed => (Reason::Review, "waits for review"),
            State::Approved => (Reason::Apply, "waits to be applied"),
            State::Applied | State::Rejected => return None,
        };
        Some(Attention {
            reason,
            what: fix.id.clone(),
            says: format!("by {} {waits}: {}", fix.implementer, fix.title),
            subject: Subject::Fix(fix.id.clone()),
        })
    })
}

fn failed(snapshot: &Snapshot) -> impl Iterator<Item = Attention> {
    let failed = (snapshot.tasks.iter()).filter(|task| task.status == Status::Failed);
    failed.take(OLD_NEWS).map(|task| {
        let why = task.result.as_deref().unwrap_or_else(|| task.title());
        Attention {
            reason: Reason::FailedTask,
            what: task.task_id.clone(),
            says: format!("failed: {why}"),
            subject: Subject::Task(task.task_id.clone()),
        }
    })
}

fn unread(snapshot: &Snapshot, acting: Option<&str>) -> Option<Attention> {
    let own = snapshot.session(acting?)?;
    let newest = *own.mail.unread.first()?;
    let message = (snapshot.messages.iter()).find(|message| message.id == newest)?;
    let says = match own.unread {
        1 => format!("wrote: {}", message.subject),
        more => format!("wrote: {} (and {} more)", message.subject, more - 1),
    };
    Some(Attention {
        reason: Reason::Unread,
        what: message.from.clone(),
        says,
        subject: Subject::Message(newest),
    })
}

#[cfg(test)]
mod tests;
