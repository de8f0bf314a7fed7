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
    /// Claims granted, of issues too.
    pub claims: u64,
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

pub(super) fn make(view: &dyn View) -> Result<ActivityReport> {
    let mut report = ActivityReport {
        entries: 0,
        since: None,
        agents: Vec::new(),
        failures: Vec::new(),
    };
    let mut agents: BTreeMap<String, Agent> = BTreeMap::new();
    // The latest first.
    for record in view.scan(audit::PREFIX, Order::Descending, ENTRIES)? {
        let entry: AuditEntry = record.decode()?;
        report.entries += 1;
        report.since = Some(entry.timestamp);
        let name = entry.agent.clone().unwrap_or("(unknown)".to_owned());
        let agent = agents.entry(name.clone()).or_insert(Agent {
            name,
            ..Agent::default()
        });
        count(agent, &entry);
        if !entry.success && report.failures.len() < FAILURES {
            report.failures.push(Failure {
                timestamp: entry.timestamp,
                agent: entry.agent,
                action: entry.action,
                subject: entry.subject,
                message: entry.message,
            });
        }
    }
    report.agents = agents.into_values().collect();
    report
        .agents
        .sort_by_key(|agent| std::cmp::Reverse(agent.actions));
    Ok(report)
}

fn count(agent: &mut Agent, entry: &AuditEntry) {
    agent.actions += 1;
    agent.last = agent.last.or(Some(entry.timestamp));
    agent.first = Some(entry.timestamp);
    if !entry.success {
        agent.failed += 1;
        return;
    }
    *agent.by_action.entry(entry.action.clone()).or_default() += 1;
    let counters: &mut [&mut u64] = match entry.action.as_str() {
        "claim" => &mut [&mut agent.claims],
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
