//! What the panel lists: borrowed records in the order shown, filtered.

use std::collections::HashSet;

use super::filter::Filter;
use super::{RowTarget, Section};
use crate::coord::attention::{self, Attention, Subject};
use crate::coord::audit::AuditEntry;
use crate::coord::fix::FixInfo;
use crate::coord::issue::IssueInfo;
use crate::coord::snapshot::{
    ClaimInfo, ContextInfo, GroupInfo, Life, MessageInfo, SessionInfo, Snapshot,
};
use crate::coord::task::TaskInfo;

/// A row of the issues.
#[derive(Debug, Clone, Copy)]
pub enum Case<'a> {
    /// A fix that waits.
    Fix(&'a FixInfo),
    /// An issue.
    Issue(&'a IssueInfo),
}

/// The rows of every section.
#[derive(Debug, Clone, Default)]
pub struct Rows<'a> {
    /// What waits for somebody.
    pub attention: Vec<Attention>,
    /// Groups: the acting session's, then by name.
    pub groups: Vec<&'a GroupInfo>,
    /// Sessions: the own group's, then others; the lost last.
    pub peers: Vec<&'a SessionInfo>,
    /// Entries with their group: the own group's first.
    pub context: Vec<(&'a GroupInfo, &'a ContextInfo)>,
    /// Claims: the acting session's own, its group's, then others'.
    pub claims: Vec<&'a ClaimInfo>,
    /// Messages, each list newest first: what the acting session has not read, what it has read and
    /// not acknowledged, all others.
    pub messages: Vec<&'a MessageInfo>,
    /// Tasks: those the acting session has in hand, then by state.
    pub tasks: Vec<&'a TaskInfo>,
    /// Fixes that wait, then issues.
    pub cases: Vec<Case<'a>>,
    /// What was attempted, the latest first.
    pub activity: Vec<&'a AuditEntry>,
    /// How many rows the filter hides.
    pub hidden: usize,
}

impl<'a> Rows<'a> {
    /// The rows for the session `acting` (an id), showing only those that contain `filter`: without
    /// regard to case, unless the filter has a capital letter. An empty filter shows all.
    pub fn of(snapshot: &'a Snapshot, acting: Option<&str>, filter: &str) -> Rows<'a> {
        let filter = Filter::new(filter);
        let own = acting.and_then(|id| snapshot.sessions.iter().find(|session| session.id == id));
        let group = own.and_then(|session| session.group.as_deref());
        let fixes = snapshot.fixes.iter().filter(|fix| fix.state.is_open());
        let mut rows = Rows {
            attention: attention::of(snapshot, acting),
            groups: snapshot.groups.iter().collect(),
            peers: snapshot.sessions.iter().collect(),
            context: Vec::new(),
            claims: snapshot.claims.iter().collect(),
            messages: snapshot.messages.iter().collect(),
            tasks: snapshot.tasks.iter().collect(),
            cases: fixes
                .map(Case::Fix)
                .chain(snapshot.issues.iter().map(Case::Issue))
                .collect(),
            activity: snapshot.activity.iter().collect(),
            hidden: 0,
        };
        // The sorts are stable: within a rank the snapshot's own order stays.
        rows.groups
            .sort_by_key(|info| Some(info.name.as_str()) != group);
        for group in &rows.groups {
            rows.context
                .extend(group.context.iter().map(|entry| (*group, entry)));
        }
        let in_group = |session: &SessionInfo| group.is_some() && session.group.as_deref() == group;
        rows.peers.sort_by_key(|session| {
            let lost = session.life == Life::Lost;
            (
                lost,
                !in_group(session),
                session.group.clone().unwrap_or("\u{10ffff}".into()),
            )
        });
        // Looked up by id once for all: a large workspace has thousands of claims.
        let near: HashSet<&str> = (snapshot.sessions.iter())
            .filter(|session| in_group(session))
            .map(|session| session.id.as_str())
            .collect();
        let rank = |claim: &ClaimInfo| {
            let holder = claim.holder.as_str();
            (acting != Some(holder), !near.contains(holder))
        };
        rows.claims.sort_by_key(|claim| rank(claim));
        rows.messages.sort_by_key(|message| match own {
            Some(own) if own.mail.unread.contains(&message.id) => 0,
            Some(own) if own.mail.read.contains(&message.id) => 1,
            _ => 2,
        });
        rows.tasks
            .sort_by_key(|task| !acting.is_some_and(|id| task.is_held_by(id)));
        if !filter.is_empty() {
            let all = rows.total();
            let name = |id: &'a str| name_of(snapshot, id);
            rows.groups.retain(|group| filter.group(group, name));
            rows.peers.retain(|session| filter.session(session));
            rows.context
                .retain(|(group, entry)| filter.context(group, entry));
            rows.claims.retain(|claim| filter.claim(claim));
            rows.messages.retain(|message| filter.message(message));
            rows.tasks.retain(|task| filter.task(task));
            rows.attention
                .retain(|one| filter.any([one.what.as_str(), &one.says]));
            rows.cases.retain(|case| filter.case(case));
            rows.activity.retain(|entry| filter.attempt(entry));
            rows.hidden = all - rows.total();
        }
        rows
    }

    /// How many rows a section has.
    pub fn len(&self, section: Section) -> usize {
        match section {
            Section::Attention => self.attention.len(),
            Section::Groups => self.groups.len(),
            Section::Peers => self.peers.len(),
            Section::Context => self.context.len(),
            Section::Claims => self.claims.len(),
            Section::Messages => self.messages.len(),
            Section::Tasks => self.tasks.len(),
            Section::Issues => self.cases.len(),
            Section::Activity => self.activity.len(),
        }
    }

    /// Whether a section is worth going to: what waits for somebody only while something does.
    pub fn shows(&self, section: Section) -> bool {
        section != Section::Attention || !self.attention.is_empty()
    }

    /// Whether no section has any.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// What a row stands for.
    pub fn target(&self, section: Section, row: usize) -> Option<RowTarget> {
        Some(match section {
            Section::Attention => {
                let record = record(&self.attention.get(row)?.subject);
                RowTarget::Waiting(Box::new(record))
            }
            Section::Groups => RowTarget::Group {
                name: self.groups.get(row)?.name.clone(),
            },
            Section::Peers => RowTarget::Session {
                id: self.peers.get(row)?.id.clone(),
            },
            Section::Context => {
                let (group, entry) = self.context.get(row)?;
                RowTarget::Context {
                    group: group.name.clone(),
                    key: entry.key.clone(),
                }
            }
            Section::Claims => {
                let claim = self.claims.get(row)?;
                RowTarget::Claim {
                    key: claim.key.clone(),
                    holder: claim.holder.clone(),
                }
            }
            Section::Messages => RowTarget::Message {
                id: self.messages.get(row)?.id,
            },
            Section::Tasks => RowTarget::Task {
                id: self.tasks.get(row)?.task_id.clone(),
            },
            Section::Issues => self.cases.get(row)?.target(),
            Section::Activity => self.attempt(row)?,
        })
    }

    /// The row of a record in a section.
    pub fn position(&self, section: Section, target: &RowTarget) -> Option<usize> {
        match (section, target) {
            (Section::Attention, RowTarget::Waiting(about)) => {
                let mut waiting = self.attention.iter();
                waiting.position(|one| record(&one.subject) == **about)
            }
            (Section::Issues, RowTarget::Issue { .. } | RowTarget::Fix { .. }) => {
                self.cases.iter().position(|case| case.target() == *target)
            }
            (Section::Activity, RowTarget::Attempt { .. }) => {
                (0..self.activity.len()).find(|row| self.attempt(*row).as_ref() == Some(target))
            }
            (Section::Groups, RowTarget::Group { name }) => {
                self.groups.iter().position(|group| group.name == *name)
            }
            (Section::Peers, RowTarget::Session { id }) => {
                self.peers.iter().position(|session| session.id == *id)
            }
            (Section::Context, RowTarget::Context { group, key }) => {
                let mut entries = self.context.iter();
                entries.position(|(owner, entry)| owner.name == *group && entry.key == *key)
            }
            (Section::Claims, RowTarget::Claim { key, holder }) => {
                let mut claims = self.claims.iter();
                claims.position(|claim| claim.key == *key && claim.holder == *holder)
            }
            (Section::Messages, RowTarget::Message { id }) => {
                self.messages.iter().position(|message| message.id == *id)
            }
            (Section::Tasks, RowTarget::Task { id }) => {
                self.tasks.iter().position(|task| task.task_id == *id)
            }
            _ => None,
        }
    }

    /// The attempt of a row: several are told apart by their place within their revision.
    fn attempt(&self, row: usize) -> Option<RowTarget> {
        let revision = self.activity.get(row)?.revision;
        let after = self.activity.get(row + 1..)?.iter();
        let index = after.take_while(|entry| entry.revision == revision).count();
        Some(RowTarget::Attempt { revision, index })
    }

    fn total(&self) -> usize {
        Section::ALL
            .into_iter()
            .map(|section| self.len(section))
            .sum()
    }
}

impl Case<'_> {
    fn target(&self) -> RowTarget {
        match self {
            Case::Fix(fix) => RowTarget::Fix { id: fix.id.clone() },
            Case::Issue(issue) => RowTarget::Issue {
                id: issue.id.clone(),
            },
        }
    }
}

fn record(subject: &Subject) -> RowTarget {
    match subject.clone() {
        Subject::Session(id) => RowTarget::Session { id },
        Subject::Claim { key, holder } => RowTarget::Claim { key, holder },
        Subject::Task(id) => RowTarget::Task { id },
        Subject::Issue(id) => RowTarget::Issue { id },
        Subject::Fix(id) => RowTarget::Fix { id },
        Subject::Message(id) => RowTarget::Message { id },
    }
}

/// The name of a session, or its id if it is no longer known.
fn name_of<'a>(snapshot: &'a Snapshot, id: &'a str) -> &'a str {
    let found = snapshot.sessions.iter().find(|session| session.id == id);
    found.map_or(id, |session| session.name.as_str())
}
