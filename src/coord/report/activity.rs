//! The report of who did what, from the audit trail as far back as the store keeps it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::coord::audit::{self, AuditEntry};
use crate::coord::readable::markdown::{heading, table, when};
use crate::error::Result;
use crate::store::{Order, View};

/// Refused attempts that are told one by one.
const FAILURES: usize = 50;
/// Who stands for what nobody in particular did.
pub(in crate::coord) const UNKNOWN: &str = "(unknown)";
/// Entries that are read: more than the store keeps.
const ENTRIES: usize = 20_000;

/// Who did what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActivityReport {
    /// Attempts the report is made of.
    pub entries: u64,
    /// When the first of them was.
    pub since: Option<Timestamp>,
    /// Each agent, the busiest first.
    pub agents: Vec<Agent>,
    /// The last refused attempts, the latest first.
    pub failures: Vec<Failure>,
}

/// What one agent did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Agent {
    /// Its name.
    pub name: String,
    /// Attempts.
    pub actions: u64,
    /// Those that were refused.
    pub failed: u64,
    /// Those that were refused since somebody else held what they needed.
    pub held: u64,
    /// Claims granted, of tasks and issues too.
    pub claims: u64,
    /// Times it stood in line for a claim.
    pub waits: u64,
    /// Issues reported.
    pub issues_reported: u64,
    /// Issues claimed.
    pub issues_claimed: u64,
    /// Issues resolved, by fix or by decision.
    pub issues_resolved: u64,
    /// Fixes proposed.
    pub fixes_proposed: u64,
    /// Fixes applied.
    pub fixes_applied: u64,
    /// Fixes of others looked at: reviews and rejections.
    pub reviews: u64,
    /// Done actions by name.
    pub by_action: BTreeMap<String, u64>,
    /// Its first attempt.
    pub first: Option<Timestamp>,
    /// Its last attempt.
    pub last: Option<Timestamp>,
}

/// A refused attempt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// When.
    pub timestamp: Timestamp,
    /// Who.
    pub agent: Option<String>,
    /// What was attempted.
    pub action: String,
    /// On what.
    pub subject: String,
    /// Why it was refused.
    pub message: Option<String>,
}

/// What the trail says of each agent, entry by entry in any order.
#[derive(Debug, Clone, Default)]
pub(in crate::coord) struct Tally {
    /// Entries counted.
    pub(in crate::coord) entries: u64,
    /// When the first of them was.
    pub(in crate::coord) since: Option<Timestamp>,
    /// The agents by name.
    pub(in crate::coord) agents: BTreeMap<String, Agent>,
}

impl Tally {
    /// Counts one entry.
    pub(in crate::coord) fn add(&mut self, entry: &AuditEntry) {
        self.entries += 1;
        self.since = Some(
            self.since
                .map_or(entry.timestamp, |t| t.min(entry.timestamp)),
        );
        let name = entry.agent.as_deref().unwrap_or(UNKNOWN);
        // Looked up first: nearly always it is there, and its name need not be copied.
        if !self.agents.contains_key(name) {
            let agent = Agent {
                name: name.to_owned(),
                ..Agent::default()
            };
            self.agents.insert(name.to_owned(), agent);
        }
        if let Some(agent) = self.agents.get_mut(name) {
            count(agent, entry);
        }
    }

    /// The agents, the busiest first.
    pub(in crate::coord) fn busiest(self) -> Vec<Agent> {
        let mut agents: Vec<Agent> = self.agents.into_values().collect();
        agents.sort_by_key(|agent| std::cmp::Reverse(agent.actions));
        agents
    }
}

pub(super) fn make(view: &dyn View) -> Result<ActivityReport> {
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    // The latest first.
    for record in view.scan(audit::PREFIX, Order::Descending, ENTRIES)? {
        let entry: AuditEntry = record.decode()?;
        tally.add(&entry);
        if !entry.success && failures.len() < FAILURES {
            failures.push(Failure {
                timestamp: entry.timestamp,
                agent: entry.agent,
                action: entry.action,
                subject: entry.subject,
                message: entry.message,
            });
        }
    }
    Ok(ActivityReport {
        entries: tally.entries,
        since: tally.since,
        agents: tally.busiest(),
        failures,
    })
}

fn count(agent: &mut Agent, entry: &AuditEntry) {
    agent.actions += 1;
    agent.last = agent.last.max(Some(entry.timestamp));
    agent.first = Some(
        agent
            .first
            .map_or(entry.timestamp, |t| t.min(entry.timestamp)),
    );
    if !entry.success {
        agent.failed += 1;
        agent.held += u64::from(entry.is_contention());
        return;
    }
    match agent.by_action.get_mut(&entry.action) {
        Some(count) => *count += 1,
        None => _ = agent.by_action.insert(entry.action.clone(), 1),
    }
    let counters: &mut [&mut u64] = match entry.action.as_str() {
        "claim" | "force-claim" | "task-claim" | "task-next" => &mut [&mut agent.claims],
        "wait" => &mut [&mut agent.waits],
        "issue-claim" => &mut [&mut agent.claims, &mut agent.issues_claimed],
        "issue-new" => &mut [&mut agent.issues_reported],
        "issue-resolve" => &mut [&mut agent.issues_resolved],
        "fix-propose" => &mut [&mut agent.fixes_proposed],
        "fix-apply" => &mut [&mut agent.fixes_applied, &mut agent.issues_resolved],
        "fix-review" | "fix-reject" => &mut [&mut agent.reviews],
        _ => &mut [],
    };
    for counter in counters {
        **counter += 1;
    }
}

impl ActivityReport {
    pub(super) fn markdown(&self, out: &mut String) {
        if let Some(since) = self.since {
            out.push_str(&format!(
                "\n{} attempts since {}.\n",
                self.entries,
                when(since)
            ));
        }
        heading(out, "Agents");
        let row = |agent: &Agent| {
            let counts = [
                agent.actions,
                agent.failed,
                agent.claims,
                agent.issues_reported,
                agent.issues_resolved,
                agent.fixes_proposed,
                agent.reviews,
                agent.fixes_applied,
            ];
            let mut row = vec![agent.name.clone()];
            row.extend(counts.map(|count| count.to_string()));
            row.push(agent.last.map_or("-".to_owned(), when));
            row
        };
        let rows: Vec<_> = self.agents.iter().map(row).collect();
        let columns = [
            "Agent",
            "Actions",
            "Refused",
            "Claims",
            "Issues reported",
            "Issues resolved",
            "Fixes proposed",
            "Reviews",
            "Fixes applied",
            "Last",
        ];
        table(out, &columns, &rows);
        heading(out, "Refused");
        let row = |failure: &Failure| {
            vec![
                when(failure.timestamp),
                failure.agent.clone().unwrap_or("-".to_owned()),
                failure.action.clone(),
                failure.subject.clone(),
                failure.message.clone().unwrap_or("-".to_owned()),
            ]
        };
        let rows: Vec<_> = self.failures.iter().map(row).collect();
        table(out, &["When", "Agent", "Action", "On", "Why"], &rows);
    }
}
