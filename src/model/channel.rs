//! Channels that scripts wait for each other on (`wait-for`): nothing but names.
//!
//! A channel exists while somebody waits on it, or has been woken before anybody did, or while it is
//! locked. A signal that finds nobody is kept for the next who comes, once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How many may be remembered.
const MOST: usize = 256;

/// What is remembered of channels beside those who wait.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channels {
    /// Woken while nobody waited.
    woken: BTreeSet<String>,
    /// Locked by somebody.
    locked: BTreeSet<String>,
}

/// What is waited for on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// A signal.
    Signal(String),
    /// The lock.
    Lock(String),
}

impl Channels {
    /// Whether it is one's turn at once, which it then has been.
    pub fn take(&mut self, turn: &Turn) -> bool {
        match turn {
            Turn::Signal(name) => self.woken.remove(name),
            Turn::Lock(name) => self.locked.insert(name.clone()),
        }
    }

    /// Remembers a signal that found nobody. False if too much is remembered.
    #[must_use]
    pub fn keep_signal(&mut self, name: &str) -> bool {
        let fits = self.has_room() || self.woken.contains(name);
        if fits {
            self.woken.insert(name.to_owned());
        }
        fits
    }

    /// Lets a lock go that nobody waits for. False if it was not locked.
    #[must_use]
    pub fn unlock(&mut self, name: &str) -> bool {
        self.locked.remove(name)
    }

    /// Whether it is locked.
    pub fn is_locked(&self, name: &str) -> bool {
        self.locked.contains(name)
    }

    /// Whether one more may be remembered.
    pub fn has_room(&self) -> bool {
        self.woken.len() + self.locked.len() < MOST
    }
}
