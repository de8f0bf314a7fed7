//! What shell commands in formats of the status line have said (`#(command)`).
//!
//! Drawing looks here and never waits: what is not known yet is nothing, and is wished for. Wishes are
//! taken up after drawing, one command each however often it is drawn. A command is run again when its
//! time has come and the line has been drawn with it since; with nobody looking nothing runs.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::format::Script;
use super::id::PaneId;

/// How many commands are known at once.
const MOST: usize = 64;
/// The longest output, in bytes.
const LONGEST: usize = 4096;

/// A command and what is known of it.
#[derive(Debug, Clone, Default)]
struct Output {
    /// The last line it said.
    text: String,
    /// Whose environment it gets.
    pane: Option<PaneId>,
    /// It is under way.
    runs: bool,
    /// The line has been drawn with it since it ended.
    wanted: bool,
    /// Loop time at which it ended last, in milliseconds.
    ended_ms: Option<u64>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Outputs {
    known: BTreeMap<Script, Output>,
    /// Put here by drawing, which changes nothing else.
    wishes: RefCell<BTreeMap<Script, PaneId>>,
}

impl Outputs {
    /// What a command said last; nothing if that is not known.
    pub fn look(&self, script: Script, pane: PaneId) -> String {
        let known = self.known.get(&script);
        if !known.is_some_and(|output| output.wanted) {
            self.wishes.borrow_mut().insert(script, pane);
        }
        known.map(|output| output.text.clone()).unwrap_or_default()
    }

    /// Whether drawing has wished for something.
    pub fn has_wishes(&self) -> bool {
        !self.wishes.borrow().is_empty()
    }

    /// Takes the wishes up.
    pub fn take_up(&mut self) {
        for (script, pane) in std::mem::take(self.wishes.get_mut()) {
            if self.known.len() >= MOST && !self.known.contains_key(&script) {
                self.known.retain(|_, output| output.wanted || output.runs);
            }
            if self.known.len() < MOST || self.known.contains_key(&script) {
                let output = self.known.entry(script).or_default();
                (output.wanted, output.pane) = (true, Some(pane));
            }
        }
    }

    /// When the next command is to be run (loop time, ms); `every` is how long lies between.
    pub fn due(&self, every: Option<u64>) -> Option<u64> {
        let waiting = self.known.values().filter(|output| !output.runs);
        waiting.filter_map(|output| output.due(every)).min()
    }

    /// Takes the commands whose time has come; they are under way from then on.
    pub fn take_due(&mut self, now_ms: u64, every: Option<u64>) -> Vec<(Script, PaneId)> {
        let mut due = Vec::new();
        for (script, output) in &mut self.known {
            let is_due = !output.runs && output.due(every).is_some_and(|at| at <= now_ms);
            if let Some(pane) = output.pane.filter(|_| is_due) {
                output.runs = true;
                due.push((script.clone(), pane));
            }
        }
        due
    }

    /// A command has ended; `said` is all it said, and none if it could not be run.
    pub fn ended(&mut self, script: &Script, said: Option<&str>, now_ms: u64) {
        let Some(output) = self.known.get_mut(script) else {
            return;
        };
        if let Some(said) = said {
            let line = said.lines().rfind(|line| !line.trim().is_empty());
            let line = line.unwrap_or_default();
            let mut ends = (0..=LONGEST.min(line.len())).rev();
            let end = ends.find(|end| line.is_char_boundary(*end));
            output.text = line[..end.unwrap_or(0)].to_owned();
        }
        output.runs = false;
        output.wanted = false;
        output.ended_ms = Some(now_ms);
    }
}

impl Output {
    fn due(&self, every: Option<u64>) -> Option<u64> {
        match (self.wanted, self.ended_ms, every) {
            (true, None, _) => Some(0),
            (true, Some(ended), Some(every)) => Some(ended.saturating_add(every)),
            _ => None,
        }
    }
}
