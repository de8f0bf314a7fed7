//! Taking over what older tools wrote: tasks, issues, fixes, claims, sessions, messages and trails as
//! JSON, JSON lines, YAML or Markdown files.
//!
//! Three steps, the first two pure. [`layout`] tells from a file's place and name what it holds;
//! `read` makes items of it and refuses, by file and field, what is not what it should be; `apply`
//! writes all that was accepted in **one** transaction, so that nothing is ever half there. Each
//! item leaves a line in a ledger (`imported/KIND/IDENTITY`), by which a second run knows it: nothing
//! comes in twice, also what was removed here meanwhile, and one can go on after mending what was
//! refused.
//!
//! Ids and times stay what they were; a time that names no zone is UTC, and the report says how many
//! there were. Nobody who worked with the older tools works here: sessions come in as ended, work
//! that was in hand is free again with the attempt counted, messages are history and lie before
//! nobody. A claim that has not run out is granted only if a session of its owner's name lives here;
//! otherwise it is told in the trail and binds nobody.

mod apply;
mod fields;
mod ledger;
mod read;
#[cfg(test)]
mod tests;
mod verify;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use ledger::{IMPORTS_PREFIX, Imported, LEDGER_PREFIX, Origin};
pub use read::layout::{self, Role};
pub use read::{Batch, SourceFile};

use super::audit::{self, Deed};
use super::facade::Coord;
use super::schema::Session;
use crate::error::{Error, Kind as ErrorKind, Result};

/// What can be taken over.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Registries and heartbeats.
    Sessions,
    /// What agents kept for others to read.
    States,
    /// Issues by severity.
    Issues,
    /// Fixes proposed and applied.
    Fixes,
    /// Tasks, in JSON or Markdown.
    Tasks,
    /// Claims and locks.
    Claims,
    /// Broadcast and direct messages, chats.
    Messages,
    /// Audit lines and events.
    Audit,
}

impl Kind {
    /// All, in the order in which they are written: what others refer to first.
    pub const ALL: [Kind; 8] = [
        Kind::Sessions,
        Kind::States,
        Kind::Issues,
        Kind::Fixes,
        Kind::Tasks,
        Kind::Claims,
        Kind::Messages,
        Kind::Audit,
    ];

    /// Its word: `sessions`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Sessions => "sessions",
            Kind::States => "states",
            Kind::Issues => "issues",
            Kind::Fixes => "fixes",
            Kind::Tasks => "tasks",
            Kind::Claims => "claims",
            Kind::Messages => "messages",
            Kind::Audit => "audit",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Something that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// What it would have been.
    pub kind: Kind,
    /// The file it stands in.
    pub file: String,
    /// The field that is wrong, if it is one.
    pub field: Option<String>,
    /// Why.
    pub why: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{}: {field}: {}", self.file, self.why),
            None => write!(f, "{}: {}", self.file, self.why),
        }
    }
}

/// What came of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Taken over now.
    pub imported: u64,
    /// Taken over before.
    pub already: u64,
    /// Not taken over.
    pub refused: u64,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// By kind, those that occurred.
    pub kinds: BTreeMap<Kind, Counts>,
    /// What was refused, each with its reason.
    pub refused: Vec<Refused>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

impl Outcome {
    fn of(&mut self, kind: Kind) -> &mut Counts {
        self.kinds.entry(kind).or_default()
    }

    fn refuse(&mut self, refused: Refused) {
        self.of(refused.kind).refused += 1;
        self.refused.push(refused);
    }

    /// How many were taken over.
    pub fn imported(&self) -> u64 {
        self.kinds.values().map(|counts| counts.imported).sum()
    }
}

impl Coord {
    /// Takes over what `batch` holds, in one transaction, or only tells what would come of that.
    /// `origin` is where it was read, to be compared later.
    ///
    /// # Errors
    /// Only the store's; what is wrong with an item is in the outcome.
    pub fn import(
        &self,
        by: Option<&Session>,
        origin: &str,
        batch: &Batch,
        dry_run: bool,
    ) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let done = self.transact(|tx, at| {
            outcome = apply::apply(tx, at, origin, batch)?;
            if dry_run {
                return Err(Error::refused("a dry run changes nothing"));
            }
            if outcome.imported() > 0 {
                let mut deed = Deed::new("import", origin);
                deed.reason = Some(summary(&outcome));
                let (id, name) = (by.map(|by| &by.id), by.map(|by| by.name.as_str()));
                audit::record(tx, at.now.wall, id, name, &deed, None)?;
            }
            Ok(())
        });
        match done {
            Err(error) if dry_run && error.kind == ErrorKind::Refused => Ok(outcome),
            Err(error) => Err(error),
            Ok(_) => Ok(outcome),
        }
    }
}

/// `3 tasks, 2 sessions`.
fn summary(outcome: &Outcome) -> String {
    let counts = outcome.kinds.iter();
    let told: Vec<String> = counts
        .filter(|(_, counts)| counts.imported > 0)
        .map(|(kind, counts)| format!("{} {kind}", counts.imported))
        .collect();
    told.join(", ")
}
