//! What the panel lists: borrowed records in the order shown, filtered.

use super::{RowTarget, Section};
use crate::coord::snapshot::{
    ClaimInfo, ContextInfo, GroupInfo, Life, MessageInfo, SessionInfo, Snapshot,
};
use crate::coord::task::TaskInfo;

/// The rows of every section.
#[derive(Debug, Clone, Default)]
pub struct Rows<'a> {
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
        let mut rows = Rows {
            groups: snapshot.groups.iter().collect(),
            peers: snapshot.sessions.iter().collect(),
            context: Vec::new(),
            claims: snapshot.claims.iter().collect(),
            messages: snapshot.messages.iter().collect(),
            tasks: snapshot.tasks.iter().collect(),
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
        let rank = |claim: &ClaimInfo| {
            let holder = snapshot
                .sessions
                .iter()
                .find(|session| session.id == claim.holder);
            (
                acting != Some(claim.holder.as_str()),
                !holder.is_some_and(in_group),
            )
        };
        rows.claims.sort_by_cached_key(|claim| rank(claim));
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
            rows.hidden = all - rows.total();
        }
        rows
    }

    /// How many rows a section has.
    pub fn len(&self, section: Section) -> usize {
        match section {
            Section::Groups => self.groups.len(),
            Section::Peers => self.peers.len(),
            Section::Context => self.context.len(),
            Section::Claims => self.claims.len(),
            Section::Messages => self.messages.len(),
            Section::Tasks => self.tasks.len(),
        }
    }

    /// Whether no section has any.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// What a row stands for.
    pub fn target(&self, section: Section, row: usize) -> Option<RowTarget> {
        Some(match section {
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
        })
    }

    /// The row of a record in a section.
    pub fn position(&self, section: Section, target: &RowTarget) -> Option<usize> {
        match (section, target) {
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

    fn total(&self) -> usize {
        Section::ALL
            .into_iter()
            .map(|section| self.len(section))
            .sum()
    }
}

/// The name of a session, or its id if it is no longer known.
fn name_of<'a>(snapshot: &'a Snapshot, id: &'a str) -> &'a str {
    let found = snapshot.sessions.iter().find(|session| session.id == id);
    found.map_or(id, |session| session.name.as_str())
}

/// A substring, compared as typed if it has capitals and else without regard to case.
struct Filter {
    needle: String,
    exact: bool,
}

impl Filter {
    fn new(text: &str) -> Filter {
        Filter {
            needle: text.trim().to_owned(),
            exact: text.chars().any(char::is_uppercase),
        }
    }

    fn is_empty(&self) -> bool {
        self.needle.is_empty()
    }

    fn any<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        texts.into_iter().any(|text| match self.exact {
            true => text.contains(&self.needle),
            false => text.to_lowercase().contains(&self.needle),
        })
    }

    fn group<'t>(&self, group: &'t GroupInfo, name: impl Fn(&'t str) -> &'t str) -> bool {
        let members = group.members.iter().map(|id| name(id));
        self.any([group.name.as_str()].into_iter().chain(members))
    }

    fn session(&self, session: &SessionInfo) -> bool {
        let fields = [
            &session.role,
            &session.goal,
            &session.working_on,
            &session.state,
            &session.pane,
            &session.agent,
            &session.group,
        ];
        let fields = fields.into_iter().filter_map(|field| field.as_deref());
        self.any([session.name.as_str()].into_iter().chain(fields))
    }

    fn context(&self, group: &GroupInfo, entry: &ContextInfo) -> bool {
        let value = match &entry.value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.any([&entry.key, &value, &entry.author, &group.name].map(String::as_str))
    }

    fn message(&self, message: &MessageInfo) -> bool {
        let MessageInfo {
            from,
            to,
            subject,
            begins,
            ..
        } = message;
        self.any([from, to, subject, begins].map(String::as_str))
    }

    fn claim(&self, claim: &ClaimInfo) -> bool {
        let reason = claim.reason.as_deref();
        self.any(
            [claim.key.as_str(), &claim.holder_name]
                .into_iter()
                .chain(reason),
        )
    }

    fn task(&self, task: &TaskInfo) -> bool {
        let fields = [
            Some(task.task_id.as_str()),
            Some(&task.description),
            Some(task.status.title()),
            Some(task.priority.name()),
            task.by(),
            task.assigned_to.as_deref(),
            task.parent.as_deref(),
            task.kind.as_deref(),
        ];
        let needs = task.needs.iter().map(String::as_str);
        self.any(fields.into_iter().flatten().chain(needs))
    }
}
