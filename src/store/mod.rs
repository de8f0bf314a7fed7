//! The store: records with revisions, changed by transactions and by nothing else.
//!
//! The vocabulary is etcd's. A record is a key with a value; every transaction that writes
//! something takes the next *revision* of one store-wide counter, and each record remembers the
//! revision that created it, the one that changed it last, and how often it was changed. What
//! changed since a revision can be asked for, so that a watcher needs no more than a wake-up.
//!
//! There is one way to change things, [`Store::transact`]: a function reads and writes through a
//! [`Tx`], and either all of its writes happen at one revision or none. The function **must be
//! repeatable**: an engine that runs transactions optimistically calls it again after a conflict,
//! so it must not read clocks, mint ids, or keep anything from an earlier call. Time is passed in.
//!
//! This module knows files, SQL and locks. It knows nothing of sessions, groups and claims; keys
//! and values are opaque text to it (values are JSON by agreement, see [`Record::decode`]).

mod alarm;
pub mod dir;
mod lock;
pub mod memory;
pub mod project;
mod slice;
pub mod sqlite;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Kind, Result};

/// One record as it stands at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its key.
    pub key: String,
    /// Its value: JSON text.
    pub value: String,
    /// Counts the writes since it was created, from 1.
    pub version: u64,
    /// The revision that created it; a record deleted and put again counts as created again.
    pub create_revision: u64,
    /// The revision of its last write.
    pub mod_revision: u64,
}

impl Record {
    /// The value as a `T`.
    ///
    /// # Errors
    /// [`Kind::Corrupt`] naming the key, when the value is not what this version writes.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.value).map_err(|error| {
            Error::new(
                Kind::Corrupt,
                format!(
                    "the record {} in the store cannot be read: {error}",
                    self.key
                ),
            )
            .with_hint(
                "nothing was changed; stoa doctor --fix sets it aside and keeps all the others",
            )
        })
    }
}

/// Which end of a range to begin at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// From the smallest key up, in byte order.
    Ascending,
    /// From the largest key down.
    Descending,
}

/// The records at one revision.
pub trait View {
    /// The revision that is seen; 0 for a store nobody has written to. Inside a transaction it is
    /// the revision the transaction will commit at.
    fn revision(&self) -> u64;

    /// The record at `key`.
    fn get(&self, key: &str) -> Result<Option<Record>>;

    /// Up to `limit` records whose keys begin with `prefix`, in key order.
    fn scan(&self, prefix: &str, order: Order, limit: usize) -> Result<Vec<Record>>;

    /// The first record whose key begins with `prefix` and is not smaller than `from`.
    fn seek(&self, prefix: &str, from: &str) -> Result<Option<Record>>;

    /// How many keys begin with `prefix`.
    fn count(&self, prefix: &str) -> Result<u64>;

    /// The keys changed after `revision`, up to what is seen.
    fn changes_since(&self, revision: u64) -> Result<Changes>;

    /// All records whose keys begin with `prefix`, smallest key first.
    fn range(&self, prefix: &str) -> Result<Vec<Record>> {
        self.scan(prefix, Order::Ascending, usize::MAX)
    }
}

/// A transaction under way: a [`View`] that sees its own writes.
pub trait Tx: View {
    /// Creates or replaces the record at `key`.
    fn put(&mut self, key: &str, value: String) -> Result<()>;

    /// Removes the record at `key`; says whether there was one.
    fn delete(&mut self, key: &str) -> Result<bool>;

    /// This transaction as a view, for rules that only read.
    fn view(&self) -> &dyn View;
}

/// Stores `value` as JSON at `key`.
///
/// # Errors
/// What [`Tx::put`] returns; [`Kind::Internal`] if `value` has no JSON form.
pub fn put_json<T: Serialize>(tx: &mut dyn Tx, key: &str, value: &T) -> Result<()> {
    let text = serde_json::to_string(value)
        .map_err(|error| Error::internal(format!("cannot write {key} as JSON: {error}")))?;
    tx.put(key, text)
}

/// One key that a revision wrote or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The revision.
    pub revision: u64,
    /// The key.
    pub key: String,
}

/// What happened after a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The newest revision these changes lead to.
    pub revision: u64,
    /// The changes in order of revision, then key.
    pub delta: Delta,
}

/// The changes themselves, if they are still known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// These keys changed; each key at each of its revisions.
    Keys(Vec<Change>),
    /// The store no longer knows that far back (or was replaced by an older copy): read it all.
    Everything,
}

/// A place that holds records.
pub trait Store: Send + Sync {
    /// Runs `f` as one transaction and returns the revision it committed at, or the current one
    /// if it wrote nothing. `f` must be repeatable (see the module's text) and must not call the
    /// store itself.
    ///
    /// # Errors
    /// Whatever `f` returns, after taking back all its writes; [`Kind::Unreachable`] when the
    /// store cannot be written (disk full, read-only, a writer that does not finish);
    /// [`Kind::Corrupt`] when it is damaged.
    fn transact(&self, f: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<u64>;

    /// Runs `f` on the records of one revision. Readers never wait for writers.
    ///
    /// # Errors
    /// Whatever `f` returns, and the store's own failures.
    fn read(&self, f: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()>;

    /// The current revision.
    fn revision(&self) -> Result<u64>;

    /// The keys changed after `revision`.
    ///
    /// # Errors
    /// The store's own failures.
    fn changes_since(&self, revision: u64) -> Result<Changes> {
        let mut found = None;
        self.read(&mut |view| {
            found = Some(view.changes_since(revision)?);
            Ok(())
        })?;
        found.ok_or_else(|| Error::internal("the store did not run the reading"))
    }

    /// Whether somebody is changing something this instant, or waits for its turn to.
    fn is_busy(&self) -> bool {
        false
    }

    /// What is damaged below the records, a line each; nothing in a sound store.
    fn check(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// The file that is closed after writing whenever a transaction ends, whoever ran it: the
    /// wake-up for watchers. `None` if there is no such thing and one has to look now and then.
    fn wake_file(&self) -> Option<&Path>;
}

/// The first key that is greater than every key beginning with `prefix`, `None` if there is none.
pub(crate) fn prefix_end(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(other as u32 + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}
