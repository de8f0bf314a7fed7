//! The record of an issue, and its index.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::coord::key::ClaimKey;
use crate::coord::names::segment;
use crate::coord::schema::{Session, SessionId};
use crate::error::Result;
use crate::store::{Order, Tx, View, put_json};

/// What the keys of all issues begin with.
pub const PREFIX: &str = "issue/";
/// What the keys of the index begin with.
pub(in crate::coord) const INDEX: &str = "issue-by/";
/// Steps kept in an issue's history.
const KEPT_STEPS: usize = 100;

/// How bad an issue is. The worst sorts first.
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
pub enum Severity {
    /// Nothing goes on until it is solved.
    Critical,
    /// Much is wrong.
    High,
    /// The usual.
    Medium,
    /// It can wait.
    Low,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Severity; 4] = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
    ];

    /// Its word: `critical`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }

    /// A mark of two cells that tells it without colour.
    pub fn mark(self) -> &'static str {
        match self {
            Severity::Critical => "!!",
            Severity::High => "! ",
            Severity::Medium => "· ",
            Severity::Low => "  ",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Where an issue is on its way.
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
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Status {
    /// Nobody works on it.
    New,
    /// Its owner works on it.
    InProgress,
    /// A fix waits to be looked at.
    Review,
    /// Solved.
    Resolved,
    /// Over without being solved.
    Closed,
}

impl Status {
    /// All, in the order they are passed through.
    pub const ALL: [Status; 5] = [
        Status::New,
        Status::InProgress,
        Status::Review,
        Status::Resolved,
        Status::Closed,
    ];

    /// Its word: `in_progress`.
    pub fn word(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::InProgress => "in_progress",
            Status::Review => "review",
            Status::Resolved => "resolved",
            Status::Closed => "closed",
        }
    }

    /// Whether there is still something to do.
    pub fn is_open(self) -> bool {
        matches!(self, Status::New | Status::InProgress | Status::Review)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A session, and its name at the time: names are given away again, and records outlive them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Its id.
    pub id: SessionId,
    /// Its name then.
    pub name: String,
}

impl Who {
    /// Whether `session` is the same worker: the same session, or one that goes by the same name
    /// after a new start.
    pub fn is(&self, session: &Session) -> bool {
        self.id == session.id || self.name == session.name
    }
}

impl From<&Session> for Who {
    fn from(session: &Session) -> Who {
        Who {
            id: session.id.clone(),
            name: session.name.clone(),
        }
    }
}

/// One issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// The whole story.
    pub description: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// The files it is about, as they were given.
    #[serde(default)]
    pub files: Vec<String>,
    /// Where it was when it was written last; see [`super::owner`] for whether that still holds.
    pub status: Status,
    /// Who took it.
    pub owner: Option<Who>,
    /// Who found it.
    pub reporter: Who,
    /// When it was reported, UTC.
    pub created: Timestamp,
    /// The revision it was reported at.
    pub created_revision: u64,
    /// When it was claimed first, UTC.
    pub first_claimed: Option<Timestamp>,
    /// When it was changed last, UTC.
    pub changed: Timestamp,
    /// How it ended.
    pub resolution: Option<Resolution>,
    /// The fixes proposed for it, oldest first.
    #[serde(default)]
    pub fixes: Vec<String>,
    /// The one of them that is to be looked at or applied; of several the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_fix: Option<String>,
    /// How often work on it ended without a fix.
    #[serde(default)]
    pub attempts: u32,
    /// Counts its changes from 1.
    pub version: u64,
    /// What happened to it, oldest first; of a long history the latest part.
    #[serde(default)]
    pub history: Vec<Step>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How an issue ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who ended it.
    pub resolved_by: Who,
    /// When, UTC.
    pub resolved_at: Timestamp,
    /// The revision.
    pub revision: u64,
    /// The fix that did it.
    pub fix: Option<String>,
    /// What there is to say.
    pub note: Option<String>,
}

/// Something that happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When, UTC.
    pub at: Timestamp,
    /// Who did it; for an owner that was lost, the owner.
    pub by: String,
    /// What: `reported`, `claimed`, `released`, `lost`, `proposed`, …
    pub what: String,
    /// Why, or with what.
    pub note: Option<String>,
}

impl Issue {
    /// Adds to the history.
    pub(in crate::coord) fn push(&mut self, step: Step) {
        self.history.push(step);
        let surplus = self.history.len().saturating_sub(KEPT_STEPS);
        self.history.drain(..surplus);
    }

    /// Its line in the index: by status, severity, and the revision at which it came to be or, when
    /// it is over, at which it ended.
    fn index_key(&self) -> String {
        let revision = match (&self.resolution, self.status.is_open()) {
            (Some(resolution), false) => resolution.revision,
            _ => self.created_revision,
        };
        let prefix = index_prefix(self.status, self.severity);
        format!("{prefix}{revision:020}/{}", segment(&self.id))
    }
}

/// Every line the index should have.
///
/// # Errors
/// Only the store's.
pub(in crate::coord) fn index_lines(view: &dyn View) -> Result<BTreeMap<String, String>> {
    let records = view.range(PREFIX)?;
    let issues = records.iter().filter_map(|r| r.decode::<Issue>().ok());
    Ok(issues
        .map(|issue| (issue.index_key(), "null".to_owned()))
        .collect())
}

/// The key of an issue's record.
pub fn issue_key(id: &str) -> String {
    format!("{PREFIX}{}", segment(id))
}

/// The claim its owner holds.
///
/// # Errors
/// The id is none.
pub fn claim_key(id: &str) -> Result<ClaimKey> {
    ClaimKey::canonical(&format!("issue/{id}"))
}

/// What the index lines of issues of one status and severity begin with.
pub(super) fn index_prefix(status: Status, severity: Severity) -> String {
    format!("{INDEX}{status}/{}/", severity as u8)
}

/// The id and revision in an index line.
pub(super) fn indexed(key: &str) -> Option<(u64, String)> {
    let mut parts = key.rsplitn(3, '/');
    let id = parts.next()?;
    let revision = parts.next()?.parse().ok()?;
    Some((revision, id.replace("%2F", "/").replace("%25", "%")))
}

/// An issue.
///
/// # Errors
/// Only the store's.
pub fn get(view: &dyn View, id: &str) -> Result<Option<Issue>> {
    view.get(&issue_key(id))?
        .map(|record| record.decode())
        .transpose()
}

/// Writes an issue and keeps the index.
///
/// # Errors
/// Only the store's.
pub fn put(tx: &mut dyn Tx, at: Timestamp, issue: &mut Issue) -> Result<()> {
    if let Some(before) = get(tx.view(), &issue.id)?
        && before.index_key() != issue.index_key()
    {
        tx.delete(&before.index_key())?;
    }
    issue.version += 1;
    issue.changed = at;
    put_json(tx, &issue_key(&issue.id), issue)?;
    let line = issue.index_key();
    match tx.get(&line)? {
        Some(_) => Ok(()),
        None => put_json(tx, &line, &Value::Null),
    }
}

/// The ids of open issues of one status, the worst first and then the oldest; of each severity no
/// more than `limit`.
///
/// # Errors
/// Only the store's.
pub fn open_ids(view: &dyn View, status: Status, limit: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for severity in Severity::ALL {
        let lines = view.scan(&index_prefix(status, severity), Order::Ascending, limit)?;
        ids.extend(lines.iter().filter_map(|line| Some(indexed(&line.key)?.1)));
    }
    Ok(ids)
}

/// The next free id of the form `WORD-n` among the keys that begin with `prefix`.
///
/// # Errors
/// Only the store's.
pub fn mint(tx: &mut dyn Tx, word: &str, prefix: &str) -> Result<String> {
    let counter = format!("minted/{word}");
    let mut last: u64 = match tx.get(&counter)? {
        Some(record) => record.decode()?,
        None => 0,
    };
    loop {
        last += 1;
        let id = format!("{word}-{last}");
        // Somebody may have chosen just this one.
        if tx.get(&format!("{prefix}{}", segment(&id)))?.is_none() {
            put_json(tx, &counter, &last)?;
            return Ok(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_lines_tell_their_issue() {
        let check = |id: &str| {
            let line = format!(
                "{}{:020}/{}",
                index_prefix(Status::InProgress, Severity::High),
                77,
                segment(id)
            );
            assert_eq!(indexed(&line), Some((77, id.to_owned())), "{line}");
        };
        check("issue_007");
        check("a%2Fb");
        check("100%");
        assert_eq!(indexed("issue-by"), None);
    }

    /// S3-23: four severities, the worst first.
    #[test]
    fn the_worst_sorts_first() {
        let mut all = Severity::ALL;
        all.reverse();
        all.sort();
        assert_eq!(all, Severity::ALL);
        assert_eq!(
            serde_json::to_string(&Severity::Critical).unwrap(),
            "\"critical\""
        );
        assert_eq!(
            serde_json::to_string(&Status::InProgress).unwrap(),
            "\"in_progress\""
        );
    }
}
