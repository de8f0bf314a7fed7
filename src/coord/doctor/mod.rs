//! Looking the store over: is every record sound, do the records agree with each other, is anything
//! left over from the dead. What can be put right without guessing is put right by [`Coord::mend`];
//! a record that cannot be read is set aside under `damaged/`, never thrown away.
//!
//! Examining changes nothing.

mod agree;
mod indexes;
mod links;
mod records;

use serde::Serialize;

use super::audit::{self, Deed};
use super::facade::Coord;
use super::{holding, session};
use crate::error::{Error, Result};
use crate::store::dir::StateDir;
use crate::store::project::{Projection, Seen};
use crate::store::{Tx, View};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing is wrong.
    Note,
    /// Something is wrong.
    Problem,
}

/// What one look found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: `records`, `claims`, …
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found, in a sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(check: &'static str, message: impl Into<String>) -> Finding {
        Finding {
            check,
            level: Level::Ok,
            message: message.into(),
            hint: None,
        }
    }

    /// Worth knowing.
    pub fn note(check: &'static str, message: impl Into<String>) -> Finding {
        Finding {
            level: Level::Note,
            ..Finding::ok(check, message)
        }
    }

    /// Something is wrong.
    pub fn problem(check: &'static str, message: impl Into<String>) -> Finding {
        Finding {
            level: Level::Problem,
            ..Finding::ok(check, message)
        }
    }

    /// The same with what to do next.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Finding {
        self.hint = Some(hint.into());
        self
    }

    /// The same, said to be put right by `stoa doctor --fix`.
    pub fn fixable(self) -> Finding {
        self.with_hint("stoa doctor --fix puts it right")
    }
}

impl Coord {
    /// Looks the whole store over.
    ///
    /// # Errors
    /// Only the store's own; what is wrong with records is a finding.
    pub fn examine(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let damage = self.store.check()?;
        if damage.is_empty() {
            findings.push(Finding::ok("database", "the database is sound"));
        }
        for line in damage {
            let hint = "copy the state directory away, then: stoa doctor --rebuild; if that fails, \
                        restore store.db from a backup";
            findings.push(Finding::problem("database", format!("damaged: {line}")).with_hint(hint));
        }
        findings.extend(self.went_back()?);
        findings.extend(self.dir.as_ref().and_then(kept));
        let of_records = self.read(|view, at| {
            let mut found = records::check(view)?;
            if found.iter().all(|finding| finding.level < Level::Problem) {
                found.extend(agree::check(view, at)?);
                found.extend(indexes::check(view)?);
                found.extend(links::check(view)?);
            } else {
                found.push(Finding::note(
                    "agreement",
                    "not looked at while records cannot be read",
                ));
            }
            Ok(found)
        })?;
        findings.extend(of_records);
        Ok(findings)
    }

    /// Whether the store has lost commits.
    fn went_back(&self) -> Result<Option<Finding>> {
        let Some(dir) = &self.dir else {
            return Ok(None);
        };
        // The files first: meanwhile the store can only go on.
        let before = self.store.revision()?;
        let seen = Projection::new(dir.clone()).seen(before);
        Ok(lost(seen, self.store.revision()?))
    }

    /// The revision the readable files show and that of the store, if they are behind it.
    ///
    /// # Errors
    /// Only the store's.
    pub fn files_are_behind(&self) -> Result<Option<(u64, u64)>> {
        let Some(dir) = &self.dir else {
            return Ok(None);
        };
        let revision = self.store.revision()?;
        let shown = Projection::new(dir.clone()).shown().unwrap_or(0);
        Ok((shown < revision).then_some((shown, revision)))
    }

    /// What keeps the readable files from following, one by one with what to do about it.
    ///
    /// # Errors
    /// When what they should show cannot be told.
    pub fn files_obstacles(&self) -> Result<Vec<Error>> {
        let Some(dir) = &self.dir else {
            return Ok(Vec::new());
        };
        let files = Projection::new(dir.clone());
        self.painter()
            .paint(|readable| files.obstacles(&*self.store, readable))
    }

    /// Puts right what can be: sets unreadable records aside, makes indexes agree with what they
    /// index and counts with what they count, ends sessions whose processes are gone, removes claims that
    /// bind nobody. Returns what was done.
    ///
    /// # Errors
    /// Only the store's.
    pub fn mend(&self) -> Result<Vec<String>> {
        self.tend("doctor", |tx, at| {
            let mut done = records::set_aside(tx)?;
            done.extend(agree::mend(tx)?);
            done.extend(indexes::mend(tx)?);
            // What is told along the indexes needs them whole.
            done.extend(links::mend(tx, at)?);
            let ended = session::reap(tx, at)?;
            if !ended.is_empty() {
                done.push(format!("ended dead sessions: {}", ended.join(", ")));
            }
            let removed = holding::sweep(tx, at)?;
            if removed > 0 {
                done.push(format!("removed {removed} claims that bound nobody"));
            }
            Ok(done)
        })
    }

    /// Work on the store in nobody's name, in one transaction, noted line by line.
    pub(super) fn tend(
        &self,
        action: &'static str,
        work: impl Fn(&mut dyn Tx, &super::Moment<'_>) -> Result<Vec<String>>,
    ) -> Result<Vec<String>> {
        let mut done = Vec::new();
        self.transact(|tx, at| {
            done = work(tx, at)?;
            for line in &done {
                let deed = Deed::new(action, line.as_str());
                audit::record(tx, at.now.wall, None, None, &deed, None)?;
            }
            Ok(())
        })?;
        Ok(done)
    }
}

/// What there is to say of a store at `revision`, 0 if it is not there, whose readable files have seen a later
/// one: they follow commits, so commits were lost.
pub fn lost(seen: Seen, revision: u64) -> Option<Finding> {
    let at = match revision {
        0 => "the store is empty".to_owned(),
        revision => format!("the store is at revision {revision}"),
    };
    let hint = |seen: u64| {
        format!(
            "store.db-wal was emptied or removed, or an older store.db put back; after stoa kill-server, a backup \
             can still come in its place. The next change goes on above revision {seen}, and the readable \
             files, which tell of what is lost, are kept in a directory lost-{seen}"
        )
    };
    match seen {
        Seen::Shown(seen) if seen > revision => Some(
            Finding::problem(
                "database",
                format!(
                    "{at}, but the readable files have seen {seen}: its newest changes are lost"
                ),
            )
            .with_hint(hint(seen)),
        ),
        Seen::PutAside(seen) if seen > revision => Some(
            Finding::note(
                "database",
                format!("{at}, and was at {seen} before: its newest changes were lost"),
            )
            .with_hint(hint(seen)),
        ),
        Seen::Shown(_) | Seen::PutAside(_) => None,
    }
}

/// What there is to say of files that tell of earlier stores, as long as they lie there.
pub fn kept(dir: &StateDir) -> Option<Finding> {
    let names = match Projection::new(dir.clone()).aside() {
        Ok(names) => names,
        Err(error) => return Some(Finding::note("database", error.message)),
    };
    let (verb, them) = match names.len() {
        0 => return None,
        1 => ("holds", "it"),
        _ => ("hold", "them"),
    };
    let message = format!("{} {verb} what an earlier store had", names.join(", "));
    let hint = format!(
        "readable files, kept in {} when the store went back; remove {them} when nothing is missed",
        dir.path().display()
    );
    Some(Finding::note("database", message).with_hint(hint))
}

/// Every key there is.
fn all_keys(view: &dyn View) -> Result<Vec<crate::store::Record>> {
    view.range("")
}
