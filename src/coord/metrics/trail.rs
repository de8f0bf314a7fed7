//! What the audit trail tells: who attempted what, what was refused, who waited for how long.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde::Serialize;

use super::series::Series;
use super::spread::Spread;
use super::{Filter, Lines};
use crate::coord::audit::{self, AuditEntry};
use crate::coord::report::{Agent, Tally, seconds};
use crate::error::Result;
use crate::store::{Record, View};

/// Keys told of that were refused most often.
const KEYS: usize = 10;

/// Who was in whose way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contention {
    /// Claims refused since somebody else held them.
    pub refused: u64,
    /// Times somebody stood in line.
    pub waits: u64,
    /// How long those waited who were granted it in the end, in seconds.
    pub waited: Spread,
    /// Claims taken or ended by force.
    pub forced: u64,
    /// What was refused most often.
    pub keys: Vec<Contended>,
}

/// Something that several wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contended {
    /// What, as it was asked for.
    pub key: String,
    /// How often it was refused.
    pub refused: u64,
}

#[derive(Default)]
pub(super) struct Trail {
    tally: Tally,
    contention: Contention,
    keys: BTreeMap<String, u64>,
    waited: Vec<u64>,
    /// Who stands in line for what, since when.
    waiting: HashMap<String, (String, Timestamp)>,
}

impl Trail {
    /// Reads all of it once: what the store has left to the readable trail, then what it has.
    pub(super) fn read(
        view: &dyn View,
        lines: &Lines<'_>,
        filter: &Filter,
        series: &mut Series,
    ) -> Result<Trail> {
        let mut trail = Trail::default();
        let kept = view.range(audit::PREFIX)?;
        let first_kept = kept
            .first()
            .map_or(u64::MAX, |record| record.create_revision);
        // One revision may have many entries, of which the store has let go of some.
        let at_seam = |record: &&Record| record.create_revision == first_kept;
        let seam: HashSet<&str> = kept
            .iter()
            .take_while(at_seam)
            .map(|record| record.value.as_str())
            .collect();
        let mut file = 0;
        let (mut before, mut reached) = (0, 0);
        lines(&mut |number, line| {
            // A line that cannot be read is the doctor's business.
            let Ok(entry) = serde_json::from_slice::<AuditEntry>(line) else {
                return;
            };
            if number > file {
                (file, before) = (number, reached);
            }
            // At the seam of two files the same lines may stand in both, a whole revision at a time.
            if entry.revision > first_kept || entry.revision <= before {
                return;
            }
            reached = reached.max(entry.revision);
            let text = std::str::from_utf8(line).unwrap_or_default().trim_end();
            if entry.revision < first_kept || !seam.contains(text) {
                trail.add(&entry, filter, series);
            }
        })?;
        for record in &kept {
            if let Ok(entry) = record.decode::<AuditEntry>() {
                trail.add(&entry, filter, series);
            }
        }
        Ok(trail)
    }

    fn add(&mut self, entry: &AuditEntry, filter: &Filter, series: &mut Series) {
        let name = entry.agent.as_deref().unwrap_or_default();
        if !filter.takes(entry.timestamp, entry.session.as_ref(), name) {
            return;
        }
        self.tally.add(entry);
        let period = series.at(entry.timestamp);
        if entry.is_contention() && entry.is_claim() {
            period.refused += 1;
            self.contention.refused += 1;
            match self.keys.get_mut(&entry.subject) {
                Some(count) => *count += 1,
                None => _ = self.keys.insert(entry.subject.clone(), 1),
            }
        }
        if !entry.success {
            return;
        }
        match entry.action.as_str() {
            _ if entry.is_claim() => {
                period.claims += 1;
                self.contention.forced += u64::from(entry.action == "force-claim");
                self.granted(name, entry);
            }
            "wait" => {
                self.contention.waits += 1;
                let asked = (entry.subject.clone(), entry.timestamp);
                self.waiting.insert(name.to_owned(), asked);
            }
            "force-release" => self.contention.forced += 1,
            "task-fail" | "task-release" | "issue-release" => period.failed += 1,
            "task-reopen" | "issue-reopen" => period.reopened += 1,
            _ => {}
        }
    }

    /// A wait ends with the claim that it was for; tasks and issues are claimed by their ids alone.
    fn granted(&mut self, name: &str, entry: &AuditEntry) {
        let Some((key, since)) = self.waiting.get(name) else {
            return;
        };
        let same = *key == entry.subject
            || key
                .split_once('/')
                .is_some_and(|(_, id)| id == entry.subject);
        if same {
            self.waited.push(seconds(*since, entry.timestamp));
            self.waiting.remove(name);
        }
    }

    /// How many attempts, who was in whose way, and what each did.
    pub(super) fn told(mut self) -> (u64, Contention, Vec<Agent>) {
        self.contention.waited = Spread::of(&self.waited);
        let keys = self.keys.into_iter();
        let mut keys: Vec<Contended> = keys
            .map(|(key, refused)| Contended { key, refused })
            .collect();
        keys.sort_by_key(|key| std::cmp::Reverse(key.refused));
        keys.truncate(KEYS);
        self.contention.keys = keys;
        (self.tally.entries, self.contention, self.tally.busiest())
    }
}
