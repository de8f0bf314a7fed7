//! Issues as they are shown: by the truth of the moment, not by what was written last.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::listing;
use super::record::{Issue, Severity, Status, get, index_prefix, issue_key, open_ids};
use super::rules::owner;
use crate::coord::Moment;
use crate::coord::lease::Phase;
use crate::coord::schema::{self, Claim, Session};
use crate::error::Result;
use crate::store::View;

/// Open issues in a snapshot.
const SHOWN_OPEN: usize = 200;
/// Issues that are over in a snapshot.
const SHOWN_OVER: usize = 20;

/// An issue as lists, panel and `stoa --once` show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IssueInfo {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is on its way. An issue whose owner is gone is new.
    pub status: Status,
    /// Session id of its living owner.
    pub owner: Option<String>,
    /// The owner's name.
    pub owner_name: Option<String>,
    /// Milliseconds until the owner's lease ends.
    pub expires_in_ms: Option<u64>,
    /// Name of who found it.
    pub reporter: String,
    /// The files it is about.
    pub files: Vec<String>,
    /// Fixes proposed for it, oldest first.
    pub fixes: Vec<String>,
    /// The one of them that is to be looked at or applied.
    pub waiting_fix: Option<String>,
    /// How often work on it ended without a fix.
    pub attempts: u32,
    /// Wall time of the report, RFC 3339, UTC.
    pub created_at: String,
    /// Wall time of the last change, RFC 3339, UTC.
    pub changed_at: String,
    /// Name of who ended it.
    pub resolved_by: Option<String>,
    /// Wall time of its end, RFC 3339, UTC.
    pub resolved_at: Option<String>,
}

impl IssueInfo {
    /// An issue as it truly stands.
    ///
    /// # Errors
    /// Only the store's.
    pub fn of(view: &dyn View, at: &Moment<'_>, issue: &Issue) -> Result<IssueInfo> {
        let mut owned = None;
        if issue.status.is_open()
            && let Some(owner) = owner(view, at, issue)?
            && let Some(claim) = schema::claim(view, &super::claim_key(&issue.id)?)?
        {
            owned = Owned::of(&claim, &owner, at);
        }
        Ok(IssueInfo::with(issue, owned))
    }

    /// An issue with its living owner.
    fn with(issue: &Issue, owned: Option<Owned>) -> IssueInfo {
        let lost = issue.status == Status::InProgress && owned.is_none();
        let resolution = issue.resolution.as_ref();
        IssueInfo {
            id: issue.id.clone(),
            title: issue.title.clone(),
            severity: issue.severity,
            status: if lost { Status::New } else { issue.status },
            owner: owned.as_ref().map(|owned| owned.id.clone()),
            expires_in_ms: owned.as_ref().map(|owned| owned.left_ms),
            owner_name: owned.map(|owned| owned.name),
            reporter: issue.reporter.name.clone(),
            files: issue.files.clone(),
            fixes: issue.fixes.clone(),
            waiting_fix: issue
                .waiting_fix
                .as_ref()
                .or(issue.fixes.last())
                .filter(|_| issue.status == Status::Review)
                .cloned(),
            attempts: issue.attempts + u32::from(lost),
            created_at: issue.created.to_string(),
            changed_at: issue.changed.to_string(),
            resolved_by: resolution.map(|end| end.resolved_by.name.clone()),
            resolved_at: resolution.map(|end| end.resolved_at.to_string()),
        }
    }
}

/// An owner as it is shown.
pub(in crate::coord) struct Owned {
    id: String,
    name: String,
    left_ms: u64,
}

impl Owned {
    /// A living session that holds this claim.
    pub(in crate::coord) fn of(claim: &Claim, owner: &Session, at: &Moment<'_>) -> Option<Owned> {
        let mut grants = claim.grants.iter();
        let grant = grants.find(|grant| grant.holder == owner.id)?;
        Some(Owned {
            id: owner.id.to_string(),
            name: owner.name.clone(),
            left_ms: match grant.lease.phase(at.now) {
                Phase::Live(left) => left,
                Phase::Grace(_) | Phase::Over => 0,
            },
        })
    }
}

/// How many issues there are, by status and severity; what there is none of is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IssueTotals(pub BTreeMap<Status, BTreeMap<Severity, u64>>);

impl IssueTotals {
    /// Those of one status and severity.
    pub fn of(&self, status: Status, severity: Severity) -> u64 {
        let counts = self.0.get(&status);
        counts
            .and_then(|counts| counts.get(&severity))
            .copied()
            .unwrap_or(0)
    }

    /// Those of one status.
    pub fn status(&self, status: Status) -> u64 {
        self.0
            .get(&status)
            .map_or(0, |counts| counts.values().sum())
    }

    /// Those still to be done.
    pub fn open(&self) -> u64 {
        let open = Status::ALL.into_iter().filter(|status| status.is_open());
        open.map(|status| self.status(status)).sum()
    }

    /// Open ones of one severity.
    pub fn open_of(&self, severity: Severity) -> u64 {
        let open = Status::ALL.into_iter().filter(|status| status.is_open());
        open.map(|status| self.of(status, severity)).sum()
    }

    /// All of them.
    pub fn all(&self) -> u64 {
        Status::ALL
            .into_iter()
            .map(|status| self.status(status))
            .sum()
    }

    fn shift(&mut self, status: Status, severity: Severity, by: i64) {
        if by != 0 {
            let count = self
                .0
                .entry(status)
                .or_default()
                .entry(severity)
                .or_default();
            *count = count.saturating_add_signed(by);
        }
    }
}

/// Counts them as they were written last.
///
/// # Errors
/// Only the store's.
pub fn written_totals(view: &dyn View) -> Result<IssueTotals> {
    let mut totals = IssueTotals::default();
    for status in Status::ALL {
        for severity in Severity::ALL {
            let count = view.count(&index_prefix(status, severity))?;
            totals.shift(status, severity, i64::try_from(count).unwrap_or(i64::MAX));
        }
    }
    Ok(totals)
}

/// Counts them as they truly stand.
///
/// # Errors
/// Only the store's.
pub fn totals(view: &dyn View, at: &Moment<'_>) -> Result<IssueTotals> {
    let mut totals = written_totals(view)?;
    for id in open_ids(view, Status::InProgress, usize::MAX)? {
        if let Some(issue) = get(view, &id)?
            && owner(view, at, &issue)?.is_none()
        {
            totals.shift(Status::InProgress, issue.severity, -1);
            totals.shift(Status::New, issue.severity, 1);
        }
    }
    Ok(totals)
}

/// The part of the issues that a snapshot shows, as it was written: the worst and oldest open ones,
/// then the last that ended, and how many there are of all. Who owns them is for
/// [`Excerpt::resolve`] to say.
#[derive(Debug, Clone, Default)]
pub(in crate::coord) struct Excerpt {
    issues: Vec<Issue>,
    /// All that are in progress, for the totals.
    busy: Vec<Issue>,
    totals: IssueTotals,
    /// Keys of records that cannot be read.
    pub(in crate::coord) damaged: BTreeSet<String>,
}

/// The record at a key, if it can be read; else the key is noted.
pub(in crate::coord) fn sound<T: DeserializeOwned>(
    view: &dyn View,
    key: &str,
    damaged: &mut BTreeSet<String>,
) -> Result<Option<T>> {
    let Some(record) = view.get(key)? else {
        return Ok(None);
    };
    Ok(match record.decode() {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::debug!("{error}");
            damaged.insert(record.key);
            None
        }
    })
}

impl Excerpt {
    /// Reads it.
    pub(in crate::coord) fn read(view: &dyn View) -> Result<Excerpt> {
        let mut excerpt = Excerpt {
            totals: written_totals(view)?,
            ..Excerpt::default()
        };
        let over = [Status::Resolved, Status::Closed];
        let mut ids = listing::open_ids(view, SHOWN_OPEN)?;
        ids.extend(listing::latest_ids(view, &over, SHOWN_OVER)?);
        for id in ids {
            let found = sound(view, &issue_key(&id), &mut excerpt.damaged)?;
            excerpt.issues.extend(found);
        }
        for id in open_ids(view, Status::InProgress, usize::MAX)? {
            let found = sound(view, &issue_key(&id), &mut excerpt.damaged)?;
            excerpt.busy.extend(found);
        }
        Ok(excerpt)
    }

    /// The issues as they truly stand, and how many there are; `owner` tells the living owner of
    /// one.
    pub(in crate::coord) fn resolve(
        &self,
        owner: impl Fn(&Issue) -> Option<Owned>,
    ) -> (Vec<IssueInfo>, IssueTotals) {
        let mut totals = self.totals.clone();
        for issue in self.busy.iter().filter(|issue| owner(issue).is_none()) {
            totals.shift(Status::InProgress, issue.severity, -1);
            totals.shift(Status::New, issue.severity, 1);
        }
        let open = |issue: &Issue| issue.status.is_open();
        let info = |issue| IssueInfo::with(issue, owner(issue).filter(|_| open(issue)));
        (self.issues.iter().map(info).collect(), totals)
    }
}
