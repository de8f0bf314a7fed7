//! Issues through [`Coord`]: each method is one transaction, noted in the audit trail with the id the
//! issue got.

use std::time::Duration;

use super::listing::{self, InHand, List, Listed};
use super::record::{Issue, Status, claim_key, get};
use super::rules::{self, Claimed, NewIssue};
use super::{IssueInfo, existing};
use crate::coord::audit::{self, Deed, Noted};
use crate::coord::facade::{Actor, Coord};
use crate::coord::lease::show_ms;
use crate::coord::schema::{Session, SessionId};
use crate::coord::wait::Waiting;
use crate::coord::{ClaimRequest, Moment};
use crate::error::{Kind, Result};
use crate::store::Tx;

/// A deed on an issue that its rule notes itself when it succeeds, because only then all of it is known.
pub(in crate::coord) fn deed(action: &'static str, subject: impl Into<String>) -> Deed {
    let mut deed = Deed::new(action, subject);
    deed.noted = Noted::IfRefused;
    deed
}

/// Notes a deed that was done.
pub(in crate::coord) fn note(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    mut deed: Deed,
    subject: &str,
) -> Result<()> {
    deed.subject = subject.to_owned();
    let (id, name) = (Some(&session.id), Some(session.name.as_str()));
    audit::record(tx, at.now.wall, id, name, &deed, None)
}

impl Coord {
    /// Reports an issue.
    ///
    /// # Errors
    /// See [`rules::report`].
    pub fn issue_new(&self, actor: &Actor, new: &NewIssue) -> Result<Issue> {
        let mut deed = deed("issue-new", new.id.as_ref().unwrap_or(&new.title).as_str());
        deed.issue = new.id.clone();
        let deed = actor.asks(deed, new);
        self.act(actor, &deed, |tx, at, session| {
            let issue = rules::report(tx, at, session, new)?;
            let mut done = deed.clone();
            done.issue = Some(issue.id.clone());
            done.reason = Some(issue.title.clone());
            note(tx, at, session, done, &issue.id)?;
            Ok(issue)
        })
    }

    /// Takes an issue, waiting in line for at most `patience` if somebody has it; `told` hears how
    /// that goes. `request` says for how long and why; its keys are the issue's.
    ///
    /// # Errors
    /// See [`rules::take`]; when patience has run out, [`Kind::Held`] saying so.
    pub fn issue_claim(
        &self,
        actor: &Actor,
        id: &str,
        request: &ClaimRequest,
        patience: Duration,
        mut told: impl FnMut(Waiting<'_>),
    ) -> Result<Claimed> {
        let request = ClaimRequest {
            keys: vec![claim_key(id)?],
            ..request.clone()
        };
        let deed = about(actor, id, "issue-claim", request.reason.as_deref());
        let deed = actor.asks(deed, &request);
        let take = |ticket: Option<u64>, noted: Noted| {
            let deed = Deed {
                noted,
                ..deed.clone()
            };
            self.act(actor, &deed, |tx, at, session| {
                rules::take(tx, at, session, id, &request, ticket)
            })
        };
        // Nobody waits for an issue that there is not, or that is in review or over.
        let status = self.read(|view, _| Ok(get(view, id)?.map(|issue| issue.status)))?;
        let patience = match status {
            Some(Status::New | Status::InProgress) => patience,
            _ => Duration::ZERO,
        };
        self.within((actor, &deed, &request), patience, &mut told, &take)
            .map_err(|mut error| {
                if error.kind == Kind::Held && !patience.is_zero() {
                    let waited = show_ms(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX));
                    error.message = format!("waited {waited} in vain: {}", error.message);
                }
                error
            })
    }

    /// Gives an issue back.
    ///
    /// # Errors
    /// See [`rules::release`].
    pub fn issue_release(&self, actor: &Actor, id: &str, reason: Option<&str>) -> Result<Issue> {
        let deed = about(actor, id, "issue-release", reason);
        self.act(actor, &deed, |tx, at, session| {
            let issue = rules::release(tx, at, session, id, reason)?;
            note(tx, at, session, deed.clone(), id)?;
            Ok(issue)
        })
    }

    /// Ends an issue without a fix of its own; `closed` says that it will not be solved.
    ///
    /// # Errors
    /// See [`rules::resolve`].
    pub fn issue_resolve(
        &self,
        actor: &Actor,
        id: &str,
        reason: Option<&str>,
        closed: bool,
    ) -> Result<Issue> {
        let deed = about(
            actor,
            id,
            if closed {
                "issue-close"
            } else {
                "issue-resolve"
            },
            reason,
        );
        self.act(actor, &deed, |tx, at, session| {
            let issue = rules::resolve(tx, at, session, id, reason, closed)?;
            note(tx, at, session, deed.clone(), id)?;
            Ok(issue)
        })
    }

    /// Opens an issue again.
    ///
    /// # Errors
    /// See [`rules::reopen`].
    pub fn issue_reopen(&self, actor: &Actor, id: &str, reason: Option<&str>) -> Result<Issue> {
        let deed = about(actor, id, "issue-reopen", reason);
        self.act(actor, &deed, |tx, at, session| {
            let issue = rules::reopen(tx, at, session, id, reason)?;
            note(tx, at, session, deed.clone(), id)?;
            Ok(issue)
        })
    }

    /// An issue: its record, and how it truly stands.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if there is none.
    pub fn issue(&self, id: &str) -> Result<(Issue, IssueInfo)> {
        self.read(|view, at| {
            let issue = existing(view, id)?;
            let info = IssueInfo::of(view, at, &issue)?;
            Ok((issue, info))
        })
    }

    /// The issues asked for.
    ///
    /// # Errors
    /// Only the store's.
    pub fn issues(&self, wanted: &List) -> Result<Listed> {
        self.read(|view, at| listing::list(view, at, wanted))
    }

    /// What a session has in hand.
    ///
    /// # Errors
    /// Only the store's.
    pub fn in_hand(&self, session: &SessionId) -> Result<InHand> {
        self.read(|view, at| listing::owned(view, at, session))
    }
}

fn about(actor: &Actor, id: &str, action: &'static str, reason: Option<&str>) -> Deed {
    let mut deed = deed(action, id);
    deed.issue = Some(id.to_owned());
    deed.reason = reason.map(str::to_owned);
    actor.asks(deed, &(id, reason))
}
