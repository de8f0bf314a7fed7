//! Fixes through [`Coord`]: each method is one transaction, noted in the audit trail with fix and issue.

use super::record::{Fix, State, Verdict, get, ids};
use super::rules::{self, Done, Judged, Proposal};
use crate::coord::Moment;
use crate::coord::audit::Deed;
use crate::coord::facade::{Actor, Coord};
use crate::coord::issue::{deed, note};
use crate::coord::schema::Session;
use crate::error::Result;
use crate::store::Tx;

/// Which fixes are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FixList {
    /// Only of these states; without any those that wait.
    pub states: Vec<State>,
    /// Only for this issue.
    pub issue: Option<String>,
    /// Only by the session of this name or id.
    pub by: Option<String>,
    /// No more than this many; none for all.
    pub limit: Option<usize>,
}

impl Coord {
    /// Proposes a fix.
    ///
    /// # Errors
    /// See [`rules::propose`].
    pub fn fix_propose(&self, actor: &Actor, new: &Proposal) -> Result<Done> {
        let mut deed = deed(
            "fix-propose",
            new.id.as_ref().unwrap_or(&new.title).as_str(),
        );
        deed.fix = new.id.clone();
        deed.issue = Some(new.issue.clone());
        deed.reason = Some(new.title.clone());
        self.judged(actor, actor.asks(deed, new), |tx, at, session| {
            rules::propose(tx, at, session, new)
        })
    }

    /// Says what a session thinks of a fix.
    ///
    /// # Errors
    /// See [`rules::review`].
    pub fn fix_review(
        &self,
        actor: &Actor,
        id: &str,
        verdict: Verdict,
        note: Option<&str>,
        judged: Judged,
    ) -> Result<Done> {
        let said = match note {
            Some(note) => format!("{}: {note}", verdict.past()),
            None => verdict.past().to_owned(),
        };
        let deed = about(id, "fix-review", Some(said));
        let deed = actor.asks(deed, &(id, verdict, note, judged));
        self.judged(actor, deed, |tx, at, session| {
            rules::review(tx, at, session, id, verdict, note, judged)
        })
    }

    /// Applies a fix.
    ///
    /// # Errors
    /// See [`rules::apply`].
    pub fn fix_apply(&self, actor: &Actor, id: &str, judged: Judged) -> Result<Done> {
        let deed = actor.asks(about(id, "fix-apply", None), &(id, judged));
        self.judged(actor, deed, |tx, at, session| {
            rules::apply(tx, at, session, id, judged)
        })
    }

    /// Rejects a fix.
    ///
    /// # Errors
    /// See [`rules::reject`].
    pub fn fix_reject(
        &self,
        actor: &Actor,
        id: &str,
        reason: &str,
        judged: Judged,
    ) -> Result<Done> {
        let deed = about(id, "fix-reject", Some(reason.to_owned()));
        let deed = actor.asks(deed, &(id, reason, judged));
        self.judged(actor, deed, |tx, at, session| {
            rules::reject(tx, at, session, id, reason, judged)
        })
    }

    /// A fix.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is none.
    pub fn fix(&self, id: &str) -> Result<Fix> {
        self.read(|view, _| rules::existing(view, id))
    }

    /// The fixes asked for: those that wait oldest first, the others latest first.
    ///
    /// # Errors
    /// Only the store's.
    pub fn fixes(&self, wanted: &FixList) -> Result<Vec<Fix>> {
        let states = match &wanted.states[..] {
            [] => &[State::Proposed, State::Approved],
            states => states,
        };
        let limit = wanted.limit.unwrap_or(usize::MAX);
        self.read(|view, _| {
            let mut found = Vec::new();
            for state in states {
                for id in ids(view, *state, usize::MAX)? {
                    if found.len() >= limit {
                        return Ok(found);
                    }
                    found.extend(get(view, &id)?.filter(|fix| wanted.wants(fix)));
                }
            }
            Ok(found)
        })
    }

    fn judged(
        &self,
        actor: &Actor,
        deed: Deed,
        rule: impl Fn(&mut dyn Tx, &Moment<'_>, &Session) -> Result<Done>,
    ) -> Result<Done> {
        self.act(actor, &deed, |tx, at, session| {
            let done = rule(tx, at, session)?;
            let mut noted = deed.clone();
            noted.fix = Some(done.fix.id.clone());
            noted.issue = Some(done.fix.issue.clone());
            note(tx, at, session, noted, &done.fix.id)?;
            Ok(done)
        })
    }
}

impl FixList {
    fn wants(&self, fix: &Fix) -> bool {
        let author = &fix.implementer;
        let by = |who: &String| author.name == *who || author.id.as_str() == who;
        self.issue.as_ref().is_none_or(|issue| *issue == fix.issue)
            && self.by.as_ref().is_none_or(by)
    }
}

fn about(id: &str, action: &'static str, reason: Option<String>) -> Deed {
    let mut deed = deed(action, id);
    deed.fix = Some(id.to_owned());
    deed.reason = reason;
    deed
}
