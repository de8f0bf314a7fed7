//! The reference model: what a [`Store`] means, in the plainest code that can say it.
//!
//! Everything lives in this process. A transaction works on a copy of all records and replaces
//! them when it succeeds. Tests run the rules on it, and compare other engines with it.

use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use super::{Change, Changes, Delta, Order, Record, Store, Tx, View};
use crate::error::Result;

#[derive(Debug, Clone, Default)]
struct State {
    revision: u64,
    records: BTreeMap<String, Record>,
    changes: Vec<Change>,
}

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    // Held for the length of a transaction; nothing else is locked under it.
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A transaction that panicked changed only its copy, so the state behind is sound.
        self.state
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }
}

impl State {
    /// The records whose keys begin with `prefix`, from `from` on, which is not before it.
    fn below<'a>(&'a self, prefix: &'a str, from: &str) -> impl Iterator<Item = &'a Record> {
        let range = self.records.range::<str, _>((Included(from), Unbounded));
        range
            .map(|(_, record)| record)
            .take_while(move |record| record.key.starts_with(prefix))
    }
}

impl View for State {
    fn revision(&self) -> u64 {
        self.revision
    }

    fn get(&self, key: &str) -> Result<Option<Record>> {
        Ok(self.records.get(key).cloned())
    }

    fn scan(&self, prefix: &str, order: Order, limit: usize) -> Result<Vec<Record>> {
        let mut found: Vec<Record> = self.below(prefix, prefix).cloned().collect();
        if order == Order::Descending {
            found.reverse();
        }
        found.truncate(limit);
        Ok(found)
    }

    fn changes_since(&self, revision: u64) -> Result<Changes> {
        let delta = if revision > self.revision {
            Delta::Everything
        } else {
            let newer = (self.changes.iter()).filter(|change| change.revision > revision);
            Delta::Keys(newer.cloned().collect())
        };
        Ok(Changes {
            revision: self.revision,
            delta,
        })
    }

    fn seek(&self, prefix: &str, from: &str) -> Result<Option<Record>> {
        Ok(self.below(prefix, from.max(prefix)).next().cloned())
    }

    fn count(&self, prefix: &str) -> Result<u64> {
        Ok(self.below(prefix, prefix).count() as u64)
    }
}

struct MemoryTx {
    state: State,
    wrote: bool,
}

impl MemoryTx {
    fn log(&mut self, key: &str) {
        self.wrote = true;
        let change = Change {
            revision: self.state.revision,
            key: key.to_owned(),
        };
        if !self.state.changes.contains(&change) {
            self.state.changes.push(change);
        }
    }
}

impl View for MemoryTx {
    fn revision(&self) -> u64 {
        self.state.revision
    }

    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.state.get(key)
    }

    fn scan(&self, prefix: &str, order: Order, limit: usize) -> Result<Vec<Record>> {
        self.state.scan(prefix, order, limit)
    }

    fn changes_since(&self, revision: u64) -> Result<Changes> {
        self.state.changes_since(revision)
    }

    fn seek(&self, prefix: &str, from: &str) -> Result<Option<Record>> {
        self.state.seek(prefix, from)
    }

    fn count(&self, prefix: &str) -> Result<u64> {
        self.state.count(prefix)
    }
}

impl Tx for MemoryTx {
    fn put(&mut self, key: &str, value: String) -> Result<()> {
        let revision = self.state.revision;
        let old = self.state.records.get(key);
        let record = Record {
            key: key.to_owned(),
            value,
            version: old.map_or(1, |old| old.version + 1),
            create_revision: old.map_or(revision, |old| old.create_revision),
            mod_revision: revision,
        };
        self.state.records.insert(key.to_owned(), record);
        self.log(key);
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Result<bool> {
        let was_there = self.state.records.remove(key).is_some();
        if was_there {
            self.log(key);
        }
        Ok(was_there)
    }

    fn view(&self) -> &dyn View {
        self
    }
}

impl Store for MemoryStore {
    fn transact(&self, f: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<u64> {
        let mut state = self.state();
        let mut tx = MemoryTx {
            state: state.clone(),
            wrote: false,
        };
        tx.state.revision += 1;
        f(&mut tx)?;
        if tx.wrote {
            tx.state
                .changes
                .sort_by(|a, b| (a.revision, &a.key).cmp(&(b.revision, &b.key)));
            *state = tx.state;
        }
        Ok(state.revision)
    }

    fn read(&self, f: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        f(&*self.state())
    }

    fn revision(&self) -> Result<u64> {
        Ok(self.state().revision)
    }

    fn wake_file(&self) -> Option<&Path> {
        None
    }
}
