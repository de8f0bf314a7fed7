//! Whether records agree with each other: names are unique, groups and sessions know of each other,
//! the index of claims is right, no two sessions hold the same thing.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::coord::claim::{Standing, standing};
use crate::coord::key::ClaimKey;
use crate::coord::schema::{self, Claim, Session, SessionId};
use crate::coord::snapshot::Life;
use crate::coord::{Moment, session};
use crate::error::Result;
use crate::store::{Tx, View, put_json};

/// Compares the records.
pub(super) fn check(view: &dyn View, at: &Moment<'_>) -> Result<Vec<Finding>> {
    let sessions = schema::sessions(view)?;
    let claims = schema::claims(view)?;
    let mut findings = labels(&sessions, at);
    findings.extend(dead(&sessions, at));
    findings.extend(groups(view, &sessions)?);
    findings.extend(holders(&claims, &sessions, at));
    let wrong = index(view, &claims)?;
    findings.push(match wrong.missing.len() + wrong.dangling.len() {
        0 => Finding::ok("index", "the index of claims is right"),
        count => Finding::problem(
            "index",
            format!("{count} lines of the index of claims are wrong"),
        )
        .fixable(),
    });
    Ok(findings)
}

fn labels(sessions: &[Session], at: &Moment<'_>) -> Vec<Finding> {
    let mut seen: BTreeMap<String, &Session> = BTreeMap::new();
    let mut findings = Vec::new();
    for session in sessions
        .iter()
        .filter(|s| session::life(s, at) != Life::Lost)
    {
        for label in [session.name.clone(), format!("number {}", session.number)] {
            if let Some(other) = seen.insert(label.clone(), session) {
                let message = format!("{label} is borne by {} and {}", other.id, session.id);
                let hint = "one of them should register again under another name";
                findings.push(Finding::problem("sessions", message).with_hint(hint));
            }
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("sessions", "names and numbers are unique"));
    }
    findings
}

fn dead(sessions: &[Session], at: &Moment<'_>) -> Option<Finding> {
    let gone = |session: &&Session| {
        session.ended.is_none() && at.probe.check(&session.fingerprint) == crate::coord::Vital::Dead
    };
    let names: Vec<&str> = (sessions.iter().filter(gone))
        .map(|session| session.name.as_str())
        .collect();
    (!names.is_empty()).then(|| {
        let message = format!(
            "their processes are gone, nobody has noticed: {}",
            names.join(", ")
        );
        Finding::note("sessions", message).fixable()
    })
}

fn groups(view: &dyn View, sessions: &[Session]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let groups = schema::groups(view)?;
    let known: BTreeMap<&SessionId, &Session> = sessions
        .iter()
        .map(|session| (&session.id, session))
        .collect();
    for group in &groups {
        for member in &group.members {
            let agrees = known
                .get(&member.session)
                .is_some_and(|session| session.group.as_ref() == Some(&group.name));
            if !agrees {
                let message = format!(
                    "{} lists {}, which does not know",
                    group.name, member.session
                );
                findings.push(Finding::problem("groups", message).fixable());
            }
        }
    }
    for session in sessions.iter().filter(|session| session.ended.is_none()) {
        let Some(name) = &session.group else { continue };
        let listed = groups.iter().any(|group| {
            group.name == *name && group.members.iter().any(|m| m.session == session.id)
        });
        if !listed {
            let message = format!(
                "{} believes to be in {name}, which does not list it",
                session.name
            );
            findings.push(Finding::problem("groups", message).fixable());
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("groups", "groups and their members agree"));
    }
    Ok(findings)
}

/// A key, who holds it, and whether it is shared.
type Held<'a> = (&'a ClaimKey, &'a Session, bool);

/// No two sessions may hold what only one can (C1).
fn holders(claims: &[Claim], sessions: &[Session], at: &Moment<'_>) -> Vec<Finding> {
    let find = |id: &SessionId| sessions.iter().find(|session| session.id == *id);
    let mut held: Vec<Held<'_>> = Vec::new();
    let mut stale = 0;
    for claim in claims {
        for grant in &claim.grants {
            let holder = find(&grant.holder);
            match (standing(grant, holder, at), holder) {
                (Standing::Holds(_), Some(holder)) => held.push((&claim.key, holder, grant.shared)),
                _ => stale += 1,
            }
        }
    }
    let mut findings = Vec::new();

    let (patterns, plain): (Vec<&Held<'_>>, Vec<&Held<'_>>) =
        held.iter().partition(|(key, ..)| key.is_pattern());
    let pairs = patterns
        .iter()
        .flat_map(|a| held.iter().map(move |b| (*a, b)));
    let same = plain.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    for (a, b) in pairs.chain(same.map(|pair| (pair[0], pair[1]))) {
        if a.1.id != b.1.id && !(a.2 && b.2) && a.0.overlaps(b.0) {
            let message = format!("{} holds {}, {} holds {}", a.1.name, a.0, b.1.name, b.0);
            findings.push(Finding::problem("claims", message));
        }
    }
    if findings.is_empty() {
        let message = format!("{} claims, each exclusive one with one holder", held.len());
        findings.push(Finding::ok("claims", message));
    }
    if stale > 0 {
        let message = format!("{stale} claims bind nobody any more and were not removed yet");
        findings.push(Finding::note("claims", message).fixable());
    }
    findings
}

struct Wrong {
    missing: Vec<String>,
    dangling: Vec<String>,
}

fn index(view: &dyn View, claims: &[Claim]) -> Result<Wrong> {
    let wanted: BTreeSet<String> = (claims.iter())
        .flat_map(|claim| {
            let lines = claim.grants.iter();
            lines.map(|grant| schema::held_key(&grant.holder, &claim.key))
        })
        .collect();
    let there: BTreeSet<String> = (view.range("held/")?.into_iter())
        .map(|record| record.key)
        .collect();
    Ok(Wrong {
        missing: wanted.difference(&there).cloned().collect(),
        dangling: there.difference(&wanted).cloned().collect(),
    })
}

/// Makes indexes and lists say what the records say.
pub(super) fn mend(tx: &mut dyn Tx) -> Result<Vec<String>> {
    let mut done = Vec::new();
    let claims = schema::claims(tx.view())?;
    let wrong = index(tx.view(), &claims)?;
    for key in &wrong.missing {
        put_json(tx, key, &serde_json::Value::Null)?;
    }
    for key in &wrong.dangling {
        tx.delete(key)?;
    }
    let lines = wrong.missing.len() + wrong.dangling.len();
    if lines > 0 {
        done.push(format!("corrected {lines} lines of the index of claims"));
    }
    let sessions = schema::sessions(tx.view())?;
    for mut group in schema::groups(tx.view())? {
        let before = group.members.len();
        group.members.retain(|member| {
            let session = sessions.iter().find(|session| session.id == member.session);
            session.is_some_and(|session| session.group.as_ref() == Some(&group.name))
        });
        if group.members.len() < before {
            put_json(tx, &schema::group_key(&group.name), &group)?;
            done.push(format!("removed from {} who is not in it", group.name));
        }
    }
    for mut session in sessions
        .into_iter()
        .filter(|session| session.ended.is_none())
    {
        let Some(name) = session.group.clone() else {
            continue;
        };
        let group = schema::group(tx.view(), &name)?;
        let listed =
            group.is_some_and(|group| group.members.iter().any(|m| m.session == session.id));
        if !listed {
            session.group = None;
            schema::put_session(tx, &session)?;
            done.push(format!(
                "{} is in no group now: {name} did not list it",
                session.name
            ));
        }
    }
    Ok(done)
}
