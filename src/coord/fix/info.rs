//! Fixes as they are shown.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::record::{Fix, State, fix_key, ids, index_prefix};
use crate::coord::issue::sound;
use crate::error::Result;
use crate::store::View;

/// Waiting fixes in a snapshot.
const SHOWN_OPEN: usize = 100;
/// Fixes that are over in a snapshot, of each sort.
const SHOWN_OVER: usize = 10;

/// A fix as lists, panel and `stoa --once` show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FixInfo {
    /// Its id.
    pub id: String,
    /// The issue it resolves.
    pub issue: String,
    /// One line.
    pub title: String,
    /// Where it is on its way.
    pub state: State,
    /// Counts the times it was proposed, from 1.
    pub version: u64,
    /// Name of who wrote it.
    pub implementer: String,
    /// Session id of who wrote it.
    pub implementer_id: String,
    /// Whether it was tested.
    pub tested: bool,
    /// Names of those who approved this version.
    pub approved_by: Vec<String>,
    /// Names of those who vouch for what was applied.
    pub verified_by: Vec<String>,
    /// Wall time of the proposal, RFC 3339, UTC.
    pub proposed_at: String,
    /// Wall time of the last change, RFC 3339, UTC.
    pub changed_at: String,
}

impl From<&Fix> for FixInfo {
    fn from(fix: &Fix) -> FixInfo {
        let names = |list: Vec<&crate::coord::issue::Who>| {
            list.into_iter().map(|who| who.name.clone()).collect()
        };
        FixInfo {
            id: fix.id.clone(),
            issue: fix.issue.clone(),
            title: fix.title.clone(),
            state: fix.state,
            version: fix.version,
            implementer: fix.implementer.name.clone(),
            implementer_id: fix.implementer.id.to_string(),
            tested: fix.test_results.tested,
            approved_by: names(fix.approvers()),
            verified_by: names(fix.verified_by.iter().collect()),
            proposed_at: fix.proposed.to_string(),
            changed_at: fix.changed.to_string(),
        }
    }
}

/// How many fixes there are, by state; what there is none of is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FixTotals(pub BTreeMap<State, u64>);

impl FixTotals {
    /// Those of one state.
    pub fn of(&self, state: State) -> u64 {
        self.0.get(&state).copied().unwrap_or(0)
    }

    /// All of them.
    pub fn all(&self) -> u64 {
        self.0.values().sum()
    }
}

/// Counts them, from the index.
///
/// # Errors
/// Only the store's.
pub fn totals(view: &dyn View) -> Result<FixTotals> {
    let mut totals = FixTotals::default();
    for state in State::ALL {
        let count = view.count(&index_prefix(state))?;
        if count > 0 {
            totals.0.insert(state, count);
        }
    }
    Ok(totals)
}

/// The part of the fixes that a snapshot shows: those that wait, the longest waiting first, then the
/// latest others; and how many there are of all.
#[derive(Debug, Clone, Default)]
pub(in crate::coord) struct Excerpt {
    pub(in crate::coord) infos: Vec<FixInfo>,
    pub(in crate::coord) totals: FixTotals,
    /// Keys of records that cannot be read.
    pub(in crate::coord) damaged: BTreeSet<String>,
}

impl Excerpt {
    /// Reads it.
    pub(in crate::coord) fn read(view: &dyn View) -> Result<Excerpt> {
        let mut excerpt = Excerpt {
            totals: totals(view)?,
            ..Excerpt::default()
        };
        for state in State::ALL {
            let limit = match state.is_open() {
                true => SHOWN_OPEN,
                false => SHOWN_OVER,
            };
            for id in ids(view, state, limit)? {
                let fix: Option<Fix> = sound(view, &fix_key(&id), &mut excerpt.damaged)?;
                excerpt.infos.extend(fix.as_ref().map(FixInfo::from));
            }
        }
        Ok(excerpt)
    }
}
