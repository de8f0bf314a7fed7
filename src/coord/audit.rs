//! The audit trail: every attempt to change something, refused ones too.
//!
//! An entry is written in the transaction it speaks of; a refused attempt, which changes nothing
//! else, gets one of its own. Heartbeats that succeed are not attempts to change anything shared
//! and are only kept in their session's record. The store keeps the latest entries; the readable
//! `audit.jsonl` keeps them all.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::names::is_hidden;
use super::schema::SessionId;
use crate::error::{Error, Kind, Result};
use crate::store::{Order, Record, Tx, View, put_json};

/// What the keys of all entries begin with.
pub const PREFIX: &str = "audit/";
/// Entries the store keeps, give or take [`TRIM_EVERY`].
const KEPT: u64 = 10_000;
const TRIM_EVERY: u64 = 256;
/// Entries that a snapshot shows.
const SHOWN: usize = 50;
/// Longest subject and message, in characters: refused input can be of any size.
const TEXT_CHARS: usize = 500;

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The revision at which it was done, or recorded as refused.
    pub revision: u64,
    /// When, for people.
    pub timestamp: Timestamp,
    /// Who: the session's id, as far as it was known.
    pub session: Option<SessionId>,
    /// The session's name at the time.
    pub agent: Option<String>,
    /// What was attempted: `claim`, `join-group`, …
    pub action: String,
    /// On what.
    pub subject: String,
    /// The issue it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The fix it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Whether it was done.
    pub success: bool,
    /// For a refusal: the kind of error.
    pub kind: Option<String>,
    /// For a refusal: why it was refused; else the reason its author gave.
    pub message: Option<String>,
}

impl AuditEntry {
    /// Whether it was refused since somebody else held what it needed.
    pub fn is_contention(&self) -> bool {
        !self.success && self.kind.as_deref() == Some(Kind::Held.name())
    }

    /// Whether it asks for a claim: of a key, a task or an issue.
    pub fn is_claim(&self) -> bool {
        const CLAIMS: [&str; 5] = [
            "claim",
            "force-claim",
            "task-claim",
            "task-next",
            "issue-claim",
        ];
        CLAIMS.contains(&self.action.as_str())
    }
}

/// What is being attempted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// `claim`, `join-group`, …
    pub action: &'static str,
    /// On what.
    pub subject: String,
    /// The issue it is about.
    pub issue: Option<String>,
    /// The fix it is about.
    pub fix: Option<String>,
    /// The reason its author gives.
    pub reason: Option<String>,
    /// Whether it is worth an entry if it succeeds.
    pub noted: Noted,
    /// A word for all that is asked, if it is to be done once; see [`Actor::asks`](super::Actor).
    pub asked: Option<String>,
}

/// Which outcomes of a deed are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// Both.
    Always,
    /// Only a refusal.
    IfRefused,
    /// Both, but not that somebody else holds it: whoever finds that out waits for it.
    UnlessHeld,
}

impl Deed {
    /// An action on something, without a reason.
    pub fn new(action: &'static str, subject: impl Into<String>) -> Deed {
        Deed {
            action,
            subject: subject.into(),
            issue: None,
            fix: None,
            reason: None,
            noted: Noted::Always,
            asked: None,
        }
    }
}

/// Records an attempt and its outcome.
pub fn record(
    tx: &mut dyn Tx,
    now: Timestamp,
    session: Option<&SessionId>,
    name: Option<&str>,
    deed: &Deed,
    refusal: Option<&Error>,
) -> Result<()> {
    let revision = tx.revision();
    let here = format!("{PREFIX}{revision:020}-");
    let index = tx.count(&here)?;
    let entry = AuditEntry {
        revision,
        timestamp: now,
        session: session.cloned(),
        agent: name.map(cut),
        action: deed.action.to_owned(),
        subject: cut(&deed.subject),
        issue: deed.issue.as_deref().map(cut),
        fix: deed.fix.as_deref().map(cut),
        success: refusal.is_none(),
        kind: refusal.map(|error| error.kind.name().to_owned()),
        message: refusal
            .map(|error| cut(&error.message))
            .or_else(|| deed.reason.as_deref().map(cut)),
    };
    put_json(tx, &format!("{here}{index}"), &entry)?;
    if revision.is_multiple_of(TRIM_EVERY) {
        trim(tx)?;
    }
    Ok(())
}

/// Text as the trail keeps it: of bounded length, and visible.
pub(super) fn cut(text: &str) -> String {
    // Refused input is as hostile as it came; the trail is read with `cat`.
    let visible = |c| if is_hidden(c) { '\u{fffd}' } else { c };
    text.chars().take(TEXT_CHARS).map(visible).collect()
}

fn trim(tx: &mut dyn Tx) -> Result<()> {
    let surplus = tx.count(PREFIX)?.saturating_sub(KEPT);
    let surplus = usize::try_from(surplus).unwrap_or(usize::MAX);
    for record in tx.scan(PREFIX, Order::Ascending, surplus)? {
        tx.delete(&record.key)?;
    }
    Ok(())
}

/// The latest entries, followed from commit to commit.
#[derive(Debug, Clone, Default)]
pub struct Trail(BTreeMap<String, AuditEntry>);

impl Trail {
    /// The latest entries of a view.
    ///
    /// # Errors
    /// Only the store's.
    pub fn read(view: &dyn View) -> Result<Trail> {
        let records = view.scan(PREFIX, Order::Descending, SHOWN)?;
        let entries = records.into_iter().filter_map(Trail::entry);
        Ok(Trail(entries.collect()))
    }

    /// Takes in those that are among the keys of a change.
    ///
    /// # Errors
    /// Only the store's.
    pub fn follow(&mut self, view: &dyn View, changed: &BTreeSet<&str>) -> Result<()> {
        let entries = changed.iter().filter(|key| key.starts_with(PREFIX));
        // Of a burst only the last are kept anyway.
        for key in entries.rev().take(SHOWN) {
            self.0.extend(view.get(key)?.and_then(Trail::entry));
        }
        while self.0.len() > SHOWN {
            self.0.pop_first();
        }
        Ok(())
    }

    /// The entries, newest first.
    pub fn newest(&self) -> Vec<AuditEntry> {
        self.0.values().rev().cloned().collect()
    }

    fn entry(record: Record) -> Option<(String, AuditEntry)> {
        // What cannot be read is left to the doctor.
        let entry = record.decode().ok()?;
        Some((record.key, entry))
    }
}

/// Which entries are asked for; what is left out does not matter.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// By whom: a name at the time, or the id of the session meant.
    pub by: Option<(String, Option<SessionId>)>,
    /// What was attempted.
    pub action: Option<String>,
    /// Part of what it was done to.
    pub about: Option<String>,
    /// Only refusals.
    pub failed: bool,
}

impl Wanted {
    /// Whether this entry is one.
    pub fn matches(&self, entry: &AuditEntry) -> bool {
        let by = self.by.as_ref().is_none_or(|(name, id)| match id {
            Some(id) => entry.session.as_ref() == Some(id),
            None => {
                entry.agent.as_ref() == Some(name)
                    || entry.session.as_ref().is_some_and(|id| id.as_str() == name)
            }
        });
        by && self
            .action
            .as_ref()
            .is_none_or(|action| *action == entry.action)
            && self
                .about
                .as_ref()
                .is_none_or(|text| entry.subject.contains(text))
            && !(self.failed && entry.success)
    }
}

/// Entries read at once while looking for those that are wanted.
const PIECE: usize = 512;

/// The latest wanted entries, oldest first.
///
/// # Errors
/// Only the store's.
pub fn latest(view: &dyn View, wanted: &Wanted, count: usize) -> Result<Vec<AuditEntry>> {
    let mut found: Vec<AuditEntry> = Vec::new();
    let mut piece = PIECE.min(count.max(1));
    loop {
        found.clear();
        let records = view.scan(PREFIX, Order::Descending, piece)?;
        for record in &records {
            // What cannot be read is left to the doctor.
            if let Ok(entry) = record.decode::<AuditEntry>()
                && found.len() < count
                && wanted.matches(&entry)
            {
                found.push(entry);
            }
        }
        // Nearly always the first piece is enough; if not, reading from the start again is cheap
        // beside decoding, and the trail is bounded.
        if found.len() >= count || records.len() < piece {
            found.reverse();
            return Ok(found);
        }
        piece = piece.saturating_mul(4);
    }
}

/// The entries after a revision, oldest first.
///
/// # Errors
/// Only the store's.
pub fn after(view: &dyn View, revision: u64) -> Result<Vec<AuditEntry>> {
    let mut piece = 64;
    loop {
        let records = view.scan(PREFIX, Order::Descending, piece)?;
        let reached = records.len() < piece
            || records
                .last()
                .is_some_and(|record| record.create_revision <= revision);
        if reached {
            let newer = records
                .iter()
                .rev()
                .filter(|record| record.create_revision > revision);
            return Ok(newer.filter_map(|record| record.decode().ok()).collect());
        }
        piece = piece.saturating_mul(4);
    }
}
