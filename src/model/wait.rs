//! Whoever asked to be told when something happens, and has not been told yet.
//!
//! Nothing is looked at in intervals: a wait is looked at when its pane has put something out, when
//! its program ends, when an event is noted, or at the one moment at which quiet has lasted long enough.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use regex::Regex;

use super::channel::Turn;
use super::id::{ClientId, PaneId};
use super::journal::{Cursor, Kind};
use super::variables::Subject;

/// How many may wait at once.
pub const MAX_WAITS: usize = 256;
/// A shell without prompt marks counts as waiting for input after so long without output, in
/// milliseconds: longer than it takes to notice that it started something.
pub const PROMPT_QUIET_MS: u64 = 400;

/// Where a command's answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyTo {
    /// A connection that waits for it, by the request's number.
    Connection(u64),
    /// A person at this terminal.
    View(ClientId),
    /// A sequence of commands, which goes on when it has it.
    Sequence {
        /// The sequence's number.
        number: u64,
        /// Who asked for the sequence.
        asker: Asker,
    },
    /// A hook for this kind of event: only a failure is told.
    Hook(Kind),
    /// Nobody asked.
    Nobody,
}

/// Who asked in the end, over however many sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A connection, by the request's number.
    Connection(u64),
    /// A person at this terminal.
    Person(ClientId),
    /// A hook.
    Hook(Kind),
    /// Nobody.
    Nobody,
}

impl ReplyTo {
    /// Who asked.
    pub fn asker(self) -> Asker {
        match self {
            ReplyTo::Connection(number) => Asker::Connection(number),
            ReplyTo::View(client) => Asker::Person(client),
            ReplyTo::Sequence { asker, .. } => asker,
            ReplyTo::Hook(kind) => Asker::Hook(kind),
            ReplyTo::Nobody => Asker::Nobody,
        }
    }

    /// The terminal of the person who asked, if it was one.
    pub fn person(self) -> Option<ClientId> {
        match self.asker() {
            Asker::Person(client) => Some(client),
            Asker::Connection(_) | Asker::Hook(_) | Asker::Nobody => None,
        }
    }

    /// Whether a hook asked.
    pub fn is_hooks(self) -> bool {
        matches!(self.asker(), Asker::Hook(_))
    }

    /// Where news go of what was asked for and is not waited for.
    pub fn aside(self) -> ReplyTo {
        match self.asker() {
            Asker::Person(client) => ReplyTo::View(client),
            Asker::Hook(kind) => ReplyTo::Hook(kind),
            Asker::Connection(_) | Asker::Nobody => ReplyTo::Nobody,
        }
    }
}

/// What a hook's formats are about, and the values of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookValues {
    /// What they are about.
    pub subject: Subject,
    /// Its own variables.
    pub values: BTreeMap<String, String>,
}

/// What becomes of formats in a command's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Formats {
    /// Those commands fill in that have a use for formats.
    #[default]
    Commands,
    /// The words are a hook's: its variables may stand in any of them.
    Hook(Arc<HookValues>),
    /// They have been filled in, and what is there now is as it is meant.
    Done,
}

/// Who asks for a command.
#[derive(Debug, Clone, Default)]
pub struct Requester {
    /// The terminal whose key or prompt it was.
    pub client: Option<ClientId>,
    /// The pane it was typed in, when it came from a program in a pane.
    pub pane: Option<PaneId>,
    /// The directory it was typed in.
    pub cwd: Option<PathBuf>,
    /// The asking shell's environment, for new panes; empty means the server's own.
    pub env: Vec<(String, String)>,
    /// What came on the asking command's standard input, if it took that.
    pub input: Option<Vec<u8>>,
    /// Whether whoever asks waits by itself for what the command starts.
    pub waits: bool,
    /// What becomes of formats in the words.
    pub formats: Formats,
}

impl Requester {
    /// A command moved whoever asks to another pane, and what it asks next is about that one. A
    /// person's terminal has moved by itself.
    pub fn moves(&mut self, pane: PaneId) {
        if self.pane.is_some() || self.client.is_none() {
            self.pane = Some(pane);
        }
    }
}

/// What is waited for in a pane.
#[derive(Debug, Clone)]
pub enum Until {
    /// A line of its text that this fits.
    Text(Regex),
    /// The end of its program.
    Exit,
    /// No output, and nothing typed, for so many milliseconds.
    Idle(u64),
    /// A shell that waits for a command.
    Prompt,
}

/// A wait for something in a pane.
#[derive(Debug, Clone)]
pub struct PaneWait {
    /// The pane.
    pub pane: PaneId,
    /// Any of these ends it.
    pub until: Vec<Until>,
    /// The change number of the screen up to which its text has been looked at.
    pub seen_seq: u64,
    /// How many lines had scrolled off by then.
    pub seen_lines: u64,
    /// Whether the answer takes the program's exit code for its own.
    pub passes_code: bool,
}

/// What is waited for.
#[derive(Debug, Clone)]
pub enum Waiting {
    /// Something in a pane.
    Pane(PaneWait),
    /// An event after this place.
    Events {
        /// The place.
        since: Cursor,
        /// At most so many are told at once.
        most: usize,
    },
    /// One's turn on a channel.
    Channel(Turn),
}

/// One wait.
#[derive(Debug, Clone)]
pub struct Wait {
    /// Who is told.
    pub reply: ReplyTo,
    /// What for.
    pub what: Waiting,
    /// Loop time at which it began, in milliseconds.
    pub began_ms: u64,
    /// Loop time at which it is given up, in milliseconds.
    pub until_ms: Option<u64>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Waits {
    /// In the order in which they began.
    pub list: Vec<Wait>,
}

impl Waits {
    /// Adds one. False, and nothing is added, if there are too many.
    pub fn add(&mut self, wait: Wait) -> bool {
        let fits = self.list.len() < MAX_WAITS;
        if fits {
            self.list.push(wait);
        }
        fits
    }

    /// Drops those of somebody who has gone.
    pub fn forget_asker(&mut self, asker: Asker) {
        self.list.retain(|wait| wait.reply.asker() != asker);
    }

    /// Whether the text or the prompt of a pane is waited for, so that its output is to be looked at.
    pub fn reads(&self, pane: PaneId) -> bool {
        self.list.iter().any(|wait| match &wait.what {
            Waiting::Pane(wait) => {
                let reads = |until: &Until| matches!(until, Until::Text(_) | Until::Prompt);
                wait.pane == pane && wait.until.iter().any(reads)
            }
            Waiting::Events { .. } | Waiting::Channel(_) => false,
        })
    }
}
