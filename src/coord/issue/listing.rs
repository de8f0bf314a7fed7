//! Finding issues: by severity, then by age, without looking at more than is shown.

use serde::{Deserialize, Serialize};

use super::info::IssueInfo;
use super::record::{Issue, Severity, Status, get, index_prefix, indexed};
use super::rules::holder;
use crate::coord::Moment;
use crate::coord::schema::{self, SessionId};
use crate::error::Result;
use crate::store::{Order, View};

/// Which issues are asked for.
#[derive(Debug, Clone)]
pub struct List {
    /// Only of this severity.
    pub severity: Option<Severity>,
    /// Only of these; all open ones if there are none.
    pub status: Vec<Status>,
    /// Only those somebody could take now.
    pub available: bool,
    /// Only those this session has.
    pub mine: Option<SessionId>,
    /// No more than this many.
    pub limit: usize,
}

impl Default for List {
    fn default() -> List {
        List {
            severity: None,
            status: Vec::new(),
            available: false,
            mine: None,
            limit: usize::MAX,
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The issues, the worst first, then the oldest; of those that are over the latest first.
    pub issues: Vec<IssueInfo>,
    /// Whether there are more of them than the limit.
    pub more: bool,
}

/// What a session has in hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InHand {
    /// Its issues, the worst first.
    pub issues: Vec<IssueInfo>,
    /// What else it has claimed: tasks, files, …
    pub claims: Vec<String>,
}

impl List {
    fn statuses(&self) -> Vec<Status> {
        match (&self.status[..], self.available) {
            (_, true) => vec![Status::New],
            ([], _) => vec![Status::New, Status::InProgress, Status::Review],
            (chosen, _) => chosen.to_vec(),
        }
    }

    fn wants(&self, view: &dyn View, at: &Moment<'_>, info: &IssueInfo) -> Result<bool> {
        let free = |id: &str| Ok::<_, crate::error::Error>(holder(view, at, id)?.is_none());
        Ok(self.severity.is_none_or(|only| only == info.severity)
            && self.statuses().contains(&info.status)
            && (!self.available || free(&info.id)?))
    }
}

/// The issues asked for.
///
/// # Errors
/// Only the store's.
pub fn list(view: &dyn View, at: &Moment<'_>, wanted: &List) -> Result<Listed> {
    let mut issues = Vec::new();
    let enough = wanted.limit.saturating_add(1);
    if let Some(session) = &wanted.mine {
        let mut mine = owned(view, at, session)?.issues;
        for info in mine.drain(..) {
            if wanted.wants(view, at, &info)? {
                issues.push(info);
            }
        }
    } else {
        for severity in Severity::ALL {
            if wanted.severity.is_none_or(|only| only == severity) && issues.len() < enough {
                of_severity(view, at, wanted, severity, enough, &mut issues)?;
            }
        }
    }
    let more = issues.len() > wanted.limit;
    issues.truncate(wanted.limit);
    Ok(Listed { issues, more })
}

/// Adds the issues of one severity, until there are `enough`. As many index lines are read of each
/// status as could be needed; all of them only if some turn out not to be wanted.
fn of_severity(
    view: &dyn View,
    at: &Moment<'_>,
    wanted: &List,
    severity: Severity,
    enough: usize,
    issues: &mut Vec<IssueInfo>,
) -> Result<()> {
    let before = issues.len();
    let room = enough - before;
    if !some_of_severity(view, at, wanted, severity, room, issues)? {
        issues.truncate(before);
        some_of_severity(view, at, wanted, severity, usize::MAX, issues)?;
        issues.truncate(enough);
    }
    Ok(())
}

/// The same with no more than `room` lines of each status; false if that was not enough to be sure.
fn some_of_severity(
    view: &dyn View,
    at: &Moment<'_>,
    wanted: &List,
    severity: Severity,
    room: usize,
    issues: &mut Vec<IssueInfo>,
) -> Result<bool> {
    let mut written = wanted.statuses();
    // Work whose owner is gone is new, whatever was written.
    if written.contains(&Status::New) && !written.contains(&Status::InProgress) {
        written.push(Status::InProgress);
    }
    let (mut open, mut over) = (Vec::new(), Vec::new());
    let mut cut = false;
    for status in written {
        let (order, found) = match status.is_open() {
            true => (Order::Ascending, &mut open),
            false => (Order::Descending, &mut over),
        };
        let lines = view.scan(&index_prefix(status, severity), order, room)?;
        cut |= lines.len() == room;
        found.extend(lines.iter().filter_map(|line| indexed(&line.key)));
    }
    open.sort_unstable();
    over.sort_unstable_by(|a, b| b.cmp(a));
    let most = issues.len().saturating_add(room);
    for (_, id) in open.into_iter().chain(over) {
        if issues.len() >= most {
            break;
        }
        if let Some(issue) = get(view, &id)? {
            let info = IssueInfo::of(view, at, &issue)?;
            if wanted.wants(view, at, &info)? {
                issues.push(info);
            } else if cut {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// What a session has in hand.
///
/// # Errors
/// Only the store's.
pub fn owned(view: &dyn View, at: &Moment<'_>, session: &SessionId) -> Result<InHand> {
    let mut owned = InHand {
        issues: Vec::new(),
        claims: Vec::new(),
    };
    let prefix = schema::held_prefix(session);
    for record in view.range(&prefix)? {
        let key = record.key.strip_prefix(&prefix).unwrap_or_default();
        let issue = match key.strip_prefix("issue/") {
            Some(id) => get(view, id)?,
            None => None,
        };
        let info = issue
            .map(|issue| IssueInfo::of(view, at, &issue))
            .transpose()?;
        match info.filter(|info| info.owner.as_deref() == Some(session.as_str())) {
            Some(info) => owned.issues.push(info),
            None => owned.claims.push(key.to_owned()),
        }
    }
    owned.issues.sort_by(|a, b| {
        (a.severity, &a.created_at, &a.id).cmp(&(b.severity, &b.created_at, &b.id))
    });
    Ok(owned)
}

/// The ids of the worst and oldest open issues, as they were written.
///
/// # Errors
/// Only the store's.
pub fn open_ids(view: &dyn View, limit: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for severity in Severity::ALL {
        let room = limit - ids.len();
        let mut lines = Vec::new();
        for status in Status::ALL.into_iter().filter(|status| status.is_open()) {
            let found = view.scan(&index_prefix(status, severity), Order::Ascending, room)?;
            lines.extend(found.iter().filter_map(|line| indexed(&line.key)));
        }
        lines.sort_unstable();
        ids.extend(lines.into_iter().take(room).map(|(_, id)| id));
    }
    Ok(ids)
}

/// The ids of the last issues that came to any of these statuses, the latest first.
///
/// # Errors
/// Only the store's.
pub fn latest_ids(view: &dyn View, statuses: &[Status], limit: usize) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for status in statuses {
        for severity in Severity::ALL {
            let found = view.scan(&index_prefix(*status, severity), Order::Descending, limit)?;
            lines.extend(found.iter().filter_map(|line| indexed(&line.key)));
        }
    }
    lines.sort_unstable_by(|a, b| b.cmp(a));
    lines.truncate(limit);
    Ok(lines.into_iter().map(|(_, id)| id).collect())
}

/// The last issues that came to any of these statuses, the latest first.
///
/// # Errors
/// Only the store's.
pub fn latest(view: &dyn View, statuses: &[Status], limit: usize) -> Result<Vec<Issue>> {
    let mut issues = Vec::new();
    for id in latest_ids(view, statuses, limit)? {
        issues.extend(get(view, &id)?);
    }
    Ok(issues)
}
