//! What may be done with a fix, each a function inside one transaction.

use serde::{Deserialize, Serialize};

use super::notices;
use super::record::{Applied, Fix, PREFIX, Rejected, Review, State, Verdict, get, put};
use super::results::TestResults;
use crate::coord::Moment;
use crate::coord::issue::{self, Issue, Status, Who};
use crate::coord::moment;
use crate::coord::names::{check_id, check_text, check_title, shown};
use crate::coord::schema::Session;
use crate::error::{Error, Result};
use crate::store::{Tx, View};

/// What is proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Its id; without one it is given the next `FIX-n`.
    pub id: Option<String>,
    /// The issue it resolves.
    pub issue: String,
    /// One line.
    pub title: String,
    /// What was done, and why so.
    pub approach: Option<String>,
    /// The files it changes.
    pub files: Vec<String>,
    /// The lines in them.
    pub lines: Option<String>,
    /// What was tested.
    pub test_results: TestResults,
}

/// On what conditions somebody judges a fix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// The version that was read; another one is not judged.
    pub version: Option<u64>,
    /// That the author means to judge its own work. The settings must allow it.
    pub self_review: bool,
}

/// A fix and its issue after something was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The fix.
    pub fix: Fix,
    /// Its issue, if there is still one of that id.
    pub issue: Option<Issue>,
    /// Other fixes for the same issue that are rejected by it.
    pub superseded: Vec<String>,
}

/// The fix of that id.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is none.
pub fn existing(view: &dyn View, id: &str) -> Result<Fix> {
    get(view, id)?.ok_or_else(|| {
        Error::not_found(format!("there is no fix \"{}\"", shown(id)))
            .with_hint("stoa fix list shows them")
    })
}

/// Proposes a fix, or a new version of one's own. The issue is in review then, and its author's.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) for an unknown issue,
/// [`Kind::Held`](crate::error::Kind::Held) when somebody else works on it,
/// [`Kind::Refused`](crate::error::Kind::Refused) when it is over or the id is another fix's.
pub fn propose(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    new: &Proposal,
) -> Result<Done> {
    check_proposal(new)?;
    let mut issue = issue::settle(tx.view(), at, &new.issue)?;
    let (id, before) = match &new.id {
        Some(id) => {
            check_id("fix id", id)?;
            (id.clone(), get(tx.view(), id)?)
        }
        None => (issue::mint(tx, "FIX", PREFIX)?, None),
    };
    if let Some(before) = &before {
        check_revision(before, session, new)?;
    }
    issue::own_for_fix(tx, at, session, &mut issue)?;
    let version = before.as_ref().map_or(0, |before| before.version) + 1;
    let mut fix = Fix {
        id,
        issue: issue.id.clone(),
        title: new.title.clone(),
        approach: new.approach.clone(),
        files: new.files.clone(),
        lines: new.lines.clone(),
        test_results: new.test_results.clone(),
        implementer: session.into(),
        proposed: at.now.wall,
        state: State::Proposed,
        version,
        reviews: before
            .as_ref()
            .map_or(Vec::new(), |before| before.reviews.clone()),
        verified_by: Vec::new(),
        applied: None,
        rejected: None,
        changed: at.now.wall,
        state_revision: before.as_ref().map_or(0, |before| before.state_revision),
        extra: before.map_or(Default::default(), |before| before.extra),
    };
    put(tx, at.now.wall, &mut fix)?;
    issue.status = Status::Review;
    if !issue.fixes.contains(&fix.id) {
        issue.fixes.push(fix.id.clone());
    }
    issue.waiting_fix = Some(fix.id.clone());
    issue.push(issue::step(at, session, "proposed", Some(fix.id.clone())));
    issue::put(tx, at.now.wall, &mut issue)?;
    notices::proposed(tx, at, session, &fix, &issue)?;
    Ok(Done {
        fix,
        issue: Some(issue),
        superseded: Vec::new(),
    })
}

fn check_proposal(new: &Proposal) -> Result<()> {
    check_title("title", &new.title)?;
    let results = &new.test_results;
    let texts = [
        ("approach", &new.approach),
        ("test notes", &results.notes),
        ("success rate", &results.success_rate),
    ];
    for (what, text) in texts {
        if let Some(text) = text {
            check_text(what, text)?;
        }
    }
    if let Some(lines) = &new.lines {
        check_title("range of lines", lines)?;
    }
    issue::check_files(&new.files)?;
    issue::check_files(&results.nodes_tested)
}

/// Whether the session may propose this again.
fn check_revision(before: &Fix, session: &Session, new: &Proposal) -> Result<()> {
    let id = &before.id;
    if before.issue != new.issue || !before.implementer.is(session) {
        return Err(Error::refused(format!(
            "there is a fix {id} already, by {} for {}",
            before.implementer.name, before.issue
        ))
        .with_hint("leave --fix out, and it gets a free id"));
    }
    if before.state == State::Applied {
        return Err(Error::refused(format!("fix {id} is applied"))
            .with_hint("propose a new one for what is still wrong"));
    }
    Ok(())
}

/// Refuses a judgement on what its author wrote, on what is over, or on another version.
fn judge(at: &Moment<'_>, fix: &Fix, judged: Judged) -> Result<()> {
    let id = &fix.id;
    if !fix.state.is_open() {
        let by = match (&fix.applied, &fix.rejected) {
            (Some(applied), _) => format!(" by {}", applied.by.name),
            (_, Some(rejected)) => format!(" by {}: {}", rejected.by.name, rejected.reason),
            _ => String::new(),
        };
        return Err(Error::refused(format!("fix {id} is {}{by}", fix.state))
            .with_hint(format!("stoa fix show {id}")));
    }
    if judged.version.is_some_and(|version| version != fix.version) {
        return Err(Error::refused(format!(
            "fix {id} is at version {} now, proposed at {}",
            fix.version,
            moment::shown(fix.proposed)
        ))
        .with_hint(format!("read it again: stoa fix show {id}")));
    }
    if judged.self_review && !at.settings.self_review {
        return Err(Error::refused("the settings do not allow self-review")
            .with_hint("self-review = true under [fixes] in config.toml does"));
    }
    Ok(())
}

fn own_work(fix: &Fix, what: &str) -> Error {
    Error::refused(format!(
        "{} wrote fix {}: another session {what} it",
        fix.implementer.name, fix.id
    ))
    .with_hint(format!(
        "another session runs: stoa fix {} {}",
        if what == "reviews" { "review" } else { "apply" },
        fix.id
    ))
}

/// Says what a session thinks of a fix.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) for its author, for a fix that is over, and for
/// another version than the one that was read.
pub fn review(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    verdict: Verdict,
    note: Option<&str>,
    judged: Judged,
) -> Result<Done> {
    if let Some(note) = note {
        check_text("note", note)?;
    }
    let mut fix = existing(tx.view(), id)?;
    judge(at, &fix, judged)?;
    if verdict != Verdict::Comment && fix.implementer.is(session) && !judged.self_review {
        return Err(own_work(&fix, "reviews"));
    }
    if verdict == Verdict::Changes && note.is_none() {
        return Err(
            Error::usage("asking for changes needs a note that says which")
                .with_hint(format!("stoa fix review {id} --changes --note TEXT")),
        );
    }
    fix.push(Review {
        by: session.into(),
        at: at.now.wall,
        verdict,
        note: note.map(str::to_owned),
        version: fix.version,
    });
    fix.state = match verdict {
        Verdict::Approve => State::Approved,
        Verdict::Changes => State::Proposed,
        Verdict::Comment => fix.state,
    };
    put(tx, at.now.wall, &mut fix)?;
    let issue = touch_issue(tx, at, session, &fix, verdict.past())?;
    notices::reviewed(tx, at, session, &fix, verdict, note)?;
    Ok(Done {
        fix,
        issue,
        superseded: Vec::new(),
    })
}

/// Adds a step to the fix's issue.
fn touch_issue(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    fix: &Fix,
    what: &str,
) -> Result<Option<Issue>> {
    let Some(mut issue) = issue::get(tx.view(), &fix.issue)? else {
        return Ok(None);
    };
    issue.push(issue::step(at, session, what, Some(fix.id.clone())));
    issue::put(tx, at.now.wall, &mut issue)?;
    Ok(Some(issue))
}

/// Applies a fix: it counts, its issue is resolved, and nobody holds that any more.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) for its author while nobody else has approved it,
/// for a fix that is over, and for another version than the one that was read.
pub fn apply(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    judged: Judged,
) -> Result<Done> {
    let mut fix = existing(tx.view(), id)?;
    judge(at, &fix, judged)?;
    let own = fix.implementer.is(session);
    let mut verified: Vec<Who> = fix.approvers().into_iter().cloned().collect();
    if own && verified.is_empty() && !judged.self_review {
        return Err(own_work(&fix, "applies"));
    }
    if (!own || judged.self_review) && !verified.iter().any(|who| who.id == session.id) {
        verified.push(session.into());
    }
    let found = issue::get(tx.view(), &fix.issue)?;
    if let Some(issue) = found.as_ref().filter(|issue| !issue.status.is_open()) {
        return Err(
            Error::refused(format!("issue {} is {} already", issue.id, issue.status)).with_hint(
                format!(
                    "stoa issue show {}; stoa issue reopen {0} --reason TEXT",
                    issue.id
                ),
            ),
        );
    }
    fix.state = State::Applied;
    fix.verified_by = verified;
    fix.applied = Some(Applied {
        by: session.into(),
        at: at.now.wall,
    });
    put(tx, at.now.wall, &mut fix)?;
    let mut superseded = Vec::new();
    let mut resolved = None;
    if let Some(mut issue) = found {
        superseded = supersede(tx, at, session, &fix, &issue)?;
        issue::end(
            tx,
            at,
            session,
            &mut issue,
            Status::Resolved,
            Some(&fix.id),
            None,
        )?;
        resolved = Some(issue);
    }
    let done = Done {
        fix,
        issue: resolved,
        superseded,
    };
    notices::applied(tx, at, session, &done)?;
    Ok(done)
}

/// The other fixes that waited for the same issue have nothing to wait for any more.
fn supersede(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    fix: &Fix,
    issue: &Issue,
) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for id in issue.fixes.iter().filter(|id| **id != fix.id) {
        if let Some(mut other) = get(tx.view(), id)?.filter(|other| other.state.is_open()) {
            other.state = State::Rejected;
            other.rejected = Some(Rejected {
                by: session.into(),
                at: at.now.wall,
                reason: format!("{} was applied instead", fix.id),
            });
            put(tx, at.now.wall, &mut other)?;
            done.push(other.id);
        }
    }
    Ok(done)
}

/// Rejects a fix. Its issue is to be worked on again: by its owner, if that still lives. The author
/// may take its own fix back in this way.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) for a fix that is over, and for another version
/// than the one that was read.
pub fn reject(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    reason: &str,
    judged: Judged,
) -> Result<Done> {
    check_text("reason", reason)?;
    if reason.trim().is_empty() {
        return Err(Error::usage("rejecting a fix needs a reason"));
    }
    let mut fix = existing(tx.view(), id)?;
    judge(at, &fix, judged)?;
    fix.state = State::Rejected;
    fix.rejected = Some(Rejected {
        by: session.into(),
        at: at.now.wall,
        reason: reason.to_owned(),
    });
    put(tx, at.now.wall, &mut fix)?;
    let mut waiting = None;
    let mut issue = match issue::get(tx.view(), &fix.issue)? {
        Some(issue) if issue.status == Status::Review => {
            for other in &issue.fixes {
                if get(tx.view(), other)?.is_some_and(|other| other.state.is_open()) {
                    waiting = Some(other.clone());
                }
            }
            Some(issue::settle(tx.view(), at, &fix.issue)?)
        }
        _ => None,
    };
    if let Some(issue) = &mut issue {
        if waiting.is_none() {
            let owned = issue::owner(tx.view(), at, issue)?.is_some();
            issue.status = if owned {
                Status::InProgress
            } else {
                Status::New
            };
            issue.attempts += u32::from(!owned);
        }
        issue.waiting_fix = waiting;
        issue.push(issue::step(at, session, "rejected", Some(fix.id.clone())));
        issue::put(tx, at.now.wall, issue)?;
    }
    notices::rejected(tx, at, session, &fix, reason)?;
    Ok(Done {
        fix,
        issue,
        superseded: Vec::new(),
    })
}
