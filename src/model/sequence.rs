//! Sequences of commands of which one has been asked for and has not answered yet.

use std::collections::BTreeMap;

use super::wait::{Asker, ReplyTo, Requester};

/// How many may wait for an answer at once.
pub const MAX_SEQUENCES: usize = 64;

/// What is left of a sequence.
#[derive(Debug)]
pub struct Sequence {
    /// The commands that are still to come, as their words.
    pub rest: Vec<Vec<String>>,
    /// What those before had to say.
    pub texts: Vec<String>,
    /// Who asks.
    pub requester: Requester,
    /// Where the answer of them all goes.
    pub reply: ReplyTo,
}

/// All of them, by number.
#[derive(Debug, Default)]
pub struct Sequences {
    next: u64,
    waiting: BTreeMap<u64, Sequence>,
}

impl Sequences {
    /// A number for a command whose answer may come later.
    pub fn mint(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Keeps what is left until the answer comes.
    pub fn keep(&mut self, number: u64, sequence: Sequence) {
        self.waiting.insert(number, sequence);
    }

    /// Whether more wait than may.
    pub fn are_too_many(&self) -> bool {
        self.waiting.len() > MAX_SEQUENCES
    }

    /// Takes what is left when the answer has come.
    pub fn take(&mut self, number: u64) -> Option<Sequence> {
        self.waiting.remove(&number)
    }

    /// Drops those of somebody who has gone.
    pub fn forget_asker(&mut self, asker: Asker) {
        self.waiting
            .retain(|_, sequence| sequence.reply.asker() != asker);
    }
}
