//! What may be done with an issue, each a function inside one transaction.

use serde::{Deserialize, Serialize};

use super::record::{Issue, Resolution, Severity, Status, Step, Who};
use super::record::{PREFIX, claim_key, get, mint, open_ids, put};
use crate::coord::claim::{self, ClaimRequest, GrantedClaim, Which};
use crate::coord::names::{check_id, check_text, check_title, shown};
use crate::coord::schema::{self, Session};
use crate::coord::{Moment, holding};
use crate::error::{Error, Kind, Result};
use crate::store::{Tx, View};

/// Files an issue or a fix may name.
pub(in crate::coord) const FILES: usize = 200;

/// What is reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewIssue {
    /// Its id; without one it is given the next `ISSUE-n`.
    pub id: Option<String>,
    /// One line.
    pub title: String,
    /// The whole story.
    pub description: Option<String>,
    /// How bad it is; medium if nobody says.
    pub severity: Option<Severity>,
    /// The files it is about.
    pub files: Vec<String>,
}

/// What claiming an issue returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// The issue as it is now.
    pub issue: Issue,
    /// The claim behind it.
    pub claim: GrantedClaim,
}

/// The living session whose claim makes it the owner.
///
/// # Errors
/// Only the store's.
pub fn owner(view: &dyn View, at: &Moment<'_>, issue: &Issue) -> Result<Option<Session>> {
    Ok(holder(view, at, &issue.id)?.filter(|holder| {
        let named = issue.owner.as_ref();
        named.is_some_and(|owner| owner.id == holder.id)
    }))
}

/// The living session that holds the claim on an issue, its owner or not.
pub(super) fn holder(view: &dyn View, at: &Moment<'_>, id: &str) -> Result<Option<Session>> {
    if let Some(claim) = schema::claim(view, &claim_key(id)?)? {
        for grant in &claim.grants {
            if let Some((_, holder)) = claim::stands(view, at, grant)? {
                return Ok(Some(holder));
            }
        }
    }
    Ok(None)
}

/// The issue of that id.
///
/// # Errors
/// [`Kind::NotFound`] if there is none.
pub fn existing(view: &dyn View, id: &str) -> Result<Issue> {
    get(view, id)?.ok_or_else(|| {
        Error::not_found(format!("there is no issue \"{}\"", shown(id)))
            .with_hint("stoa issue list shows them; stoa issue new \"TITLE\" reports one")
    })
}

/// The issue as it truly stands: work whose claim is void has ended.
///
/// # Errors
/// As [`existing`].
pub fn settle(view: &dyn View, at: &Moment<'_>, id: &str) -> Result<Issue> {
    let mut issue = existing(view, id)?;
    lose_void(view, at, &mut issue)?;
    Ok(issue)
}

/// Takes the issue from an owner whose claim is void; says whether it did.
fn lose_void(view: &dyn View, at: &Moment<'_>, issue: &mut Issue) -> Result<bool> {
    if !issue.status.is_open() || owner(view, at, issue)?.is_some() {
        return Ok(false);
    }
    let Some(lost) = issue.owner.take() else {
        return Ok(false);
    };
    if issue.status == Status::InProgress {
        issue.status = Status::New;
        issue.attempts += 1;
    }
    issue.push(Step {
        at: at.now.wall,
        by: lost.name,
        what: "lost".to_owned(),
        note: Some("its session or its lease ended".to_owned()),
    });
    Ok(true)
}

/// Writes down every issue whose owner is gone. Readers know without it; the readable files do not.
///
/// # Errors
/// Only the store's.
pub fn give_back_lost(tx: &mut dyn Tx, at: &Moment<'_>) -> Result<()> {
    for status in [Status::InProgress, Status::Review] {
        for id in open_ids(tx.view(), status, usize::MAX)? {
            let Some(mut issue) = get(tx.view(), &id)? else {
                continue;
            };
            if lose_void(tx.view(), at, &mut issue)? {
                put(tx, at.now.wall, &mut issue)?;
            }
        }
    }
    Ok(())
}

/// A step of the acting session.
pub fn step(at: &Moment<'_>, session: &Session, what: &str, note: Option<String>) -> Step {
    Step {
        at: at.now.wall,
        by: session.name.clone(),
        what: what.to_owned(),
        note,
    }
}

/// Reports an issue.
///
/// # Errors
/// [`Kind::Usage`] for texts that are not allowed, [`Kind::Refused`] if the id is taken.
pub fn report(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    new: &NewIssue,
) -> Result<Issue> {
    check_title("title", &new.title)?;
    if let Some(text) = &new.description {
        check_text("description", text)?;
    }
    check_files(&new.files)?;
    let id = match &new.id {
        Some(id) => {
            check_id("issue id", id)?;
            if let Some(taken) = get(tx.view(), id)? {
                return Err(Error::refused(format!(
                    "there is an issue {id} already: {}",
                    shown(&taken.title)
                ))
                .with_hint(format!(
                    "stoa issue show {id}; without --id it gets a free one"
                )));
            }
            id.clone()
        }
        None => mint(tx, "ISSUE", PREFIX)?,
    };
    let mut issue = Issue {
        id,
        title: new.title.clone(),
        description: new.description.clone(),
        severity: new.severity.unwrap_or(Severity::Medium),
        files: new.files.clone(),
        status: Status::New,
        owner: None,
        reporter: session.into(),
        created: at.now.wall,
        created_revision: tx.revision(),
        first_claimed: None,
        changed: at.now.wall,
        resolution: None,
        fixes: Vec::new(),
        waiting_fix: None,
        attempts: 0,
        version: 0,
        history: vec![step(at, session, "reported", None)],
        extra: Default::default(),
    };
    put(tx, at.now.wall, &mut issue)?;
    Ok(issue)
}

/// Refuses lists of files that are no such thing.
pub(in crate::coord) fn check_files(files: &[String]) -> Result<()> {
    if files.len() > FILES {
        return Err(Error::usage(format!("at most {FILES} files are named")));
    }
    files.iter().try_for_each(|file| check_title("file", file))
}

/// Takes an issue to work on it. Taking what one has already renews it.
///
/// # Errors
/// [`Kind::NotFound`] for an unknown issue, [`Kind::Held`] when somebody else has it,
/// [`Kind::Refused`] when it is in review or over.
pub fn take(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    request: &ClaimRequest,
    ticket: Option<u64>,
) -> Result<Claimed> {
    let mut issue = settle(tx.view(), at, id)?;
    let own = issue
        .owner
        .as_ref()
        .is_some_and(|owner| owner.id == session.id);
    match issue.status {
        Status::Resolved | Status::Closed => return Err(over(&issue)),
        Status::Review if !own => return Err(in_review(&issue)),
        _ => {}
    }
    let claim = grant(tx, at, session, id, request, ticket)?;
    if !own {
        own_it(at, session, &mut issue);
        put(tx, at.now.wall, &mut issue)?;
    }
    Ok(Claimed { issue, claim })
}

/// Marks the issue as the session's, which has just been granted the claim.
fn own_it(at: &Moment<'_>, session: &Session, issue: &mut Issue) {
    issue.status = Status::InProgress;
    issue.owner = Some(session.into());
    issue.first_claimed = issue.first_claimed.or(Some(at.now.wall));
    issue.push(step(at, session, "claimed", None));
}

/// The claim behind an issue, with a refusal that speaks of issues.
fn grant(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    request: &ClaimRequest,
    ticket: Option<u64>,
) -> Result<GrantedClaim> {
    let granted = claim::grant(tx, at, session, request, ticket).map_err(|mut error| {
        if error.kind == Kind::Held {
            error.hint = Some(format!(
                "wait for it: stoa issue claim {id} --wait 30s; or take another: stoa issue list --available"
            ));
        }
        error
    })?;
    let mut claims = granted.claims.into_iter();
    claims
        .next()
        .ok_or_else(|| Error::internal("a claim was granted without a claim"))
}

/// Makes the session the owner, unless somebody else is: what proposing a fix needs.
///
/// # Errors
/// As [`take`], but an issue in review that nobody has may be taken.
pub(in crate::coord) fn own_for_fix(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    issue: &mut Issue,
) -> Result<()> {
    if !issue.status.is_open() {
        return Err(over(issue));
    }
    let own = issue
        .owner
        .as_ref()
        .is_some_and(|owner| owner.id == session.id);
    if !own {
        let request = ClaimRequest::of(vec![claim_key(&issue.id)?]);
        grant(tx, at, session, &issue.id, &request, None)?;
        own_it(at, session, issue);
    }
    Ok(())
}

fn over(issue: &Issue) -> Error {
    let how = match &issue.resolution {
        Some(Resolution {
            resolved_by,
            fix: Some(fix),
            ..
        }) => {
            format!(" by {} with {fix}", resolved_by.name)
        }
        Some(resolution) => format!(" by {}", resolution.resolved_by.name),
        None => String::new(),
    };
    let id = &issue.id;
    Error::refused(format!("issue {id} was {}{how}", issue.status)).with_hint(format!(
        "if it is back: stoa issue reopen {id} --reason TEXT"
    ))
}

fn in_review(issue: &Issue) -> Error {
    let waiting = issue.waiting_fix.as_ref().or(issue.fixes.last());
    let (id, fix) = (&issue.id, waiting.map_or("", |fix| fix));
    Error::refused(format!("issue {id} is in review: {fix} is proposed for it"))
        .with_hint(format!("look at it: stoa fix show {fix}"))
}

/// Gives an issue back, so that others can take it.
///
/// # Errors
/// [`Kind::NotFound`]; [`Kind::Held`] if somebody else owns it; [`Kind::Refused`] if nobody does.
pub fn release(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    reason: Option<&str>,
) -> Result<Issue> {
    if let Some(reason) = reason {
        check_text("reason", reason)?;
    }
    let mut issue = settle(tx.view(), at, id)?;
    match owner(tx.view(), at, &issue)? {
        Some(owner) if owner.id == session.id => {}
        Some(owner) => {
            return Err(Error::new(
                Kind::Held,
                format!(
                    "issue {id} belongs to {}: only its owner releases it",
                    owner.name
                ),
            )
            .with_hint(format!("ask {}", owner.name))
            .with_holder(crate::coord::session::card(&owner)));
        }
        None => {
            return Err(Error::refused(format!("issue {id} is not claimed"))
                .with_hint(format!("to take it: stoa issue claim {id}")));
        }
    }
    holding::release(tx, at, session, &Which::keys([claim_key(id)?]))?;
    issue.owner = None;
    if issue.status == Status::InProgress {
        issue.status = Status::New;
        issue.attempts += 1;
    }
    issue.push(step(at, session, "released", reason.map(str::to_owned)));
    put(tx, at.now.wall, &mut issue)?;
    Ok(issue)
}

/// Ends an issue without a fix of its own: it is solved, or (`closed`) will not be.
///
/// # Errors
/// [`Kind::Held`] if somebody else owns it; [`Kind::Refused`] if it is over, or a fix waits.
pub fn resolve(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    note: Option<&str>,
    closed: bool,
) -> Result<Issue> {
    if let Some(note) = note {
        check_text("note", note)?;
    }
    let mut issue = settle(tx.view(), at, id)?;
    let ended = if closed {
        Status::Closed
    } else {
        Status::Resolved
    };
    // What was resolved may still be put away.
    let put_away = issue.status == Status::Resolved && closed;
    if !issue.status.is_open() && !put_away {
        return Err(over(&issue));
    }
    if issue.status == Status::Review {
        let mut error = in_review(&issue);
        error.hint = error
            .hint
            .map(|hint| format!("{hint}; then apply or reject it"));
        return Err(error);
    }
    if let Some(holder) = holder(tx.view(), at, id)?.filter(|holder| holder.id != session.id) {
        return Err(
            Error::new(Kind::Held, format!("{} works on issue {id}", holder.name))
                .with_hint(format!("ask {}", holder.name))
                .with_holder(crate::coord::session::card(&holder)),
        );
    }
    end(tx, at, session, &mut issue, ended, None, note)?;
    Ok(issue)
}

/// Writes the end of an issue: by a fix, or by decision. Its claim is free.
pub(in crate::coord) fn end(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    issue: &mut Issue,
    ended: Status,
    fix: Option<&str>,
    note: Option<&str>,
) -> Result<()> {
    holding::free(tx, &claim_key(&issue.id)?)?;
    let before = issue.resolution.take();
    issue.status = ended;
    issue.owner = None;
    issue.resolution = Some(Resolution {
        resolved_by: Who::from(session),
        resolved_at: at.now.wall,
        revision: tx.revision(),
        fix: fix
            .map(str::to_owned)
            .or_else(|| before.and_then(|before| before.fix)),
        note: note.map(str::to_owned),
    });
    let with = fix.or(note).map(str::to_owned);
    issue.push(step(at, session, ended.word(), with));
    put(tx, at.now.wall, issue)
}

/// Opens an issue again that was thought to be over.
///
/// # Errors
/// [`Kind::NotFound`]; [`Kind::Refused`] if it is open.
pub fn reopen(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    id: &str,
    reason: Option<&str>,
) -> Result<Issue> {
    if let Some(reason) = reason {
        check_text("reason", reason)?;
    }
    let mut issue = existing(tx.view(), id)?;
    if issue.status.is_open() {
        return Err(
            Error::refused(format!("issue {id} is open: {}", issue.status))
                .with_hint(format!("stoa issue show {id}")),
        );
    }
    issue.status = Status::New;
    issue.resolution = None;
    issue.push(step(at, session, "reopened", reason.map(str::to_owned)));
    put(tx, at.now.wall, &mut issue)?;
    Ok(issue)
}
