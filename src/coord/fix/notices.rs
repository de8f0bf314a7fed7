//! Who is told what becomes of a fix, by messages inside the same transaction.

use std::collections::BTreeSet;

use super::record::{Fix, Verdict};
use super::rules::Done;
use crate::coord::Moment;
use crate::coord::issue::Issue;
use crate::coord::message::{Address, Author, post};
use crate::coord::schema::{self, Session, SessionId};
use crate::error::Result;
use crate::store::Tx;

/// Tells each of these but the acting session, as far as they have not been forgotten.
fn tell(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    acting: &Session,
    whom: impl IntoIterator<Item = SessionId>,
    subject: &str,
    body: &str,
) -> Result<()> {
    let whom: BTreeSet<SessionId> = whom.into_iter().filter(|id| *id != acting.id).collect();
    for id in whom {
        if schema::session(tx.view(), &id)?.is_some() {
            post(tx, at, Author::Stoa, &Address::Session(id), subject, body)?;
        }
    }
    Ok(())
}

/// A fix waits to be looked at: those who may do it learn of it, which are the author's group, who
/// reported the issue, and who reviewed an earlier version.
pub(super) fn proposed(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    author: &Session,
    fix: &Fix,
    issue: &Issue,
) -> Result<()> {
    let mut whom = vec![issue.reporter.id.clone()];
    whom.extend(fix.reviews.iter().map(|review| review.by.id.clone()));
    if let Some(group) = &author.group
        && let Some(group) = schema::group(tx.view(), group)?
    {
        whom.extend(group.members.into_iter().map(|member| member.session));
    }
    let subject = format!("{} proposes {} for {}", author.name, fix.id, issue.id);
    let body = format!(
        "{}\n\nRead it: stoa fix show {id}\nThen: stoa fix review {id} --approve, or stoa fix apply {id}",
        fix.title,
        id = fix.id
    );
    tell(tx, at, author, whom, &subject, &body)
}

/// Somebody said something of a fix: its author learns what.
pub(super) fn reviewed(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    reviewer: &Session,
    fix: &Fix,
    verdict: Verdict,
    note: Option<&str>,
) -> Result<()> {
    let subject = format!("{} {}: {}", reviewer.name, verdict.past(), fix.id);
    let author = fix.implementer.id.clone();
    tell(
        tx,
        at,
        reviewer,
        [author],
        &subject,
        note.unwrap_or(&fix.title),
    )
}

/// A fix was rejected: its author learns why.
pub(super) fn rejected(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    by: &Session,
    fix: &Fix,
    reason: &str,
) -> Result<()> {
    let subject = format!("{} rejected {} for {}", by.name, fix.id, fix.issue);
    tell(tx, at, by, [fix.implementer.id.clone()], &subject, reason)
}

/// A fix was applied: its author learns it, who reported the issue, and whose fixes are over with it.
pub(super) fn applied(tx: &mut dyn Tx, at: &Moment<'_>, by: &Session, done: &Done) -> Result<()> {
    let mut whom = vec![done.fix.implementer.id.clone()];
    whom.extend(done.issue.as_ref().map(|issue| issue.reporter.id.clone()));
    for id in &done.superseded {
        whom.extend(super::get(tx.view(), id)?.map(|other| other.implementer.id));
    }
    let subject = format!(
        "{} applied {}: {} is resolved",
        by.name, done.fix.id, done.fix.issue
    );
    let mut body = done.fix.title.clone();
    if !done.superseded.is_empty() {
        body.push_str(&format!(
            "\n\nRejected with it: {}",
            done.superseded.join(", ")
        ));
    }
    tell(tx, at, by, whom, &subject, &body)
}
