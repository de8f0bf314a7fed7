//! The record of a fix, and its index.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::results::TestResults;
use crate::coord::issue::Who;
use crate::coord::names::segment;
use crate::error::Result;
use crate::store::{Order, Tx, View, put_json};

/// What the keys of all fixes begin with.
pub const PREFIX: &str = "fix/";
/// What the keys of the index begin with.
pub(in crate::coord) const INDEX: &str = "fix-by/";
/// Reviews kept in a fix.
const KEPT_REVIEWS: usize = 50;

/// Where a fix is on its way.
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
pub enum State {
    /// It waits for somebody to look at it.
    Proposed,
    /// Somebody else found it good; it waits to be applied.
    Approved,
    /// It is in.
    Applied,
    /// It will not be.
    Rejected,
}

impl State {
    /// All, in the order of lists.
    pub const ALL: [State; 4] = [
        State::Proposed,
        State::Approved,
        State::Applied,
        State::Rejected,
    ];

    /// Its word: `proposed`.
    pub fn word(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Approved => "approved",
            State::Applied => "applied",
            State::Rejected => "rejected",
        }
    }

    /// Whether it still waits for something.
    pub fn is_open(self) -> bool {
        matches!(self, State::Proposed | State::Approved)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// One fix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Its id.
    pub id: String,
    /// The issue it resolves.
    pub issue: String,
    /// One line.
    pub title: String,
    /// What was done, and why so.
    pub approach: Option<String>,
    /// The files it changes.
    #[serde(default)]
    pub files: Vec<String>,
    /// The lines in them: `100-150`.
    pub lines: Option<String>,
    /// What was tested.
    #[serde(default)]
    pub test_results: TestResults,
    /// Who wrote it.
    pub implementer: Who,
    /// When this version was proposed, UTC.
    pub proposed: Timestamp,
    /// Where it is.
    pub state: State,
    /// Counts the times it was proposed, from 1.
    pub version: u64,
    /// What others said, oldest first.
    #[serde(default)]
    pub reviews: Vec<Review>,
    /// Who vouches for what was applied: those who approved it, and who applied it.
    #[serde(default)]
    pub verified_by: Vec<Who>,
    /// That it was applied.
    pub applied: Option<Applied>,
    /// That it was rejected.
    pub rejected: Option<Rejected>,
    /// When it was changed last, UTC.
    pub changed: Timestamp,
    /// The revision of the last change of its state: its place among those of the same.
    pub state_revision: u64,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What somebody said about a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who.
    pub by: Who,
    /// When, UTC.
    pub at: Timestamp,
    /// What it comes to.
    pub verdict: Verdict,
    /// In words.
    pub note: Option<String>,
    /// The version it is about.
    pub version: u64,
}

/// What a review comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is good.
    Approve,
    /// It is not good yet.
    Changes,
    /// Only words.
    Comment,
}

impl Verdict {
    /// In the past: `approved`.
    pub fn past(self) -> &'static str {
        match self {
            Verdict::Approve => "approved",
            Verdict::Changes => "asked for changes",
            Verdict::Comment => "commented",
        }
    }
}

/// That a fix was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Who did it.
    pub by: Who,
    /// When, UTC.
    pub at: Timestamp,
}

/// That a fix was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Who did it.
    pub by: Who,
    /// When, UTC.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Fix {
    /// Adds a review.
    pub(super) fn push(&mut self, review: Review) {
        self.reviews.push(review);
        let surplus = self.reviews.len().saturating_sub(KEPT_REVIEWS);
        self.reviews.drain(..surplus);
    }

    /// Those whose last word on this version is that it is good.
    pub fn approvers(&self) -> Vec<&Who> {
        let mut found: Vec<&Who> = Vec::new();
        let judged =
            |review: &&Review| review.version == self.version && review.verdict != Verdict::Comment;
        for review in self.reviews.iter().filter(judged) {
            found.retain(|who| who.id != review.by.id);
            if review.verdict == Verdict::Approve {
                found.push(&review.by);
            }
        }
        found
    }

    fn index_key(&self) -> String {
        let prefix = index_prefix(self.state);
        format!("{prefix}{:020}/{}", self.state_revision, segment(&self.id))
    }
}

/// Every line the index should have.
///
/// # Errors
/// Only the store's.
pub(in crate::coord) fn index_lines(view: &dyn View) -> Result<BTreeMap<String, String>> {
    let records = view.range(PREFIX)?;
    let fixes = records.iter().filter_map(|r| r.decode::<Fix>().ok());
    Ok(fixes
        .map(|fix| (fix.index_key(), "null".to_owned()))
        .collect())
}

/// The key of a fix's record.
pub fn fix_key(id: &str) -> String {
    format!("{PREFIX}{}", segment(id))
}

/// What the index lines of fixes of one state begin with.
pub(super) fn index_prefix(state: State) -> String {
    format!("{INDEX}{state}/")
}

/// A fix.
///
/// # Errors
/// Only the store's.
pub fn get(view: &dyn View, id: &str) -> Result<Option<Fix>> {
    view.get(&fix_key(id))?
        .map(|record| record.decode())
        .transpose()
}

/// Writes a fix and keeps the index.
///
/// # Errors
/// Only the store's.
pub fn put(tx: &mut dyn Tx, at: Timestamp, fix: &mut Fix) -> Result<()> {
    let before = get(tx.view(), &fix.id)?;
    if before
        .as_ref()
        .is_none_or(|before| before.state != fix.state)
    {
        fix.state_revision = tx.revision();
    }
    fix.changed = at;
    put_json(tx, &fix_key(&fix.id), fix)?;
    match before {
        Some(before) if before.index_key() == fix.index_key() => return Ok(()),
        Some(before) => _ = tx.delete(&before.index_key())?,
        None => {}
    }
    put_json(tx, &fix.index_key(), &Value::Null)
}

/// The ids of fixes of one state: those that wait oldest first, the others latest first.
///
/// # Errors
/// Only the store's.
pub fn ids(view: &dyn View, state: State, limit: usize) -> Result<Vec<String>> {
    let order = match state.is_open() {
        true => Order::Ascending,
        false => Order::Descending,
    };
    let lines = view.scan(&index_prefix(state), order, limit)?;
    let id = |line: &str| {
        let id = line.rsplit('/').next()?;
        Some(id.replace("%2F", "/").replace("%25", "%"))
    };
    Ok(lines.iter().filter_map(|line| id(&line.key)).collect())
}
