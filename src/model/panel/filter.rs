//! What a filter typed in the panel matches: any text that people see of a record.

use super::rows::Case;
use crate::coord::audit::AuditEntry;
use crate::coord::snapshot::{ClaimInfo, ContextInfo, GroupInfo, MessageInfo, SessionInfo};
use crate::coord::task::TaskInfo;

/// A substring, compared as typed if it has capitals and else without regard to case.
pub struct Filter {
    needle: String,
    exact: bool,
}

impl Filter {
    pub fn new(text: &str) -> Filter {
        Filter {
            needle: text.trim().to_owned(),
            exact: text.chars().any(char::is_uppercase),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.needle.is_empty()
    }

    pub fn any<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        texts.into_iter().any(|text| match self.exact {
            true => text.contains(&self.needle),
            false => text.to_lowercase().contains(&self.needle),
        })
    }

    pub fn group<'t>(&self, group: &'t GroupInfo, name: impl Fn(&'t str) -> &'t str) -> bool {
        let members = group.members.iter().map(|id| name(id));
        self.any([group.name.as_str()].into_iter().chain(members))
    }

    pub fn session(&self, session: &SessionInfo) -> bool {
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

    pub fn context(&self, group: &GroupInfo, entry: &ContextInfo) -> bool {
        let value = match &entry.value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.any([&entry.key, &value, &entry.author, &group.name].map(String::as_str))
    }

    pub fn message(&self, message: &MessageInfo) -> bool {
        let MessageInfo {
            from,
            to,
            subject,
            begins,
            ..
        } = message;
        self.any([from, to, subject, begins].map(String::as_str))
    }

    pub fn claim(&self, claim: &ClaimInfo) -> bool {
        let reason = claim.reason.as_deref();
        self.any(
            [claim.key.as_str(), &claim.holder_name]
                .into_iter()
                .chain(reason),
        )
    }

    pub fn task(&self, task: &TaskInfo) -> bool {
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

    pub fn case(&self, case: &Case<'_>) -> bool {
        match case {
            Case::Fix(fix) => self.any([
                fix.id.as_str(),
                &fix.issue,
                &fix.title,
                &fix.implementer,
                fix.state.word(),
            ]),
            Case::Issue(issue) => {
                let owner = issue.owner_name.as_deref();
                let files = issue.files.iter().map(String::as_str);
                let words = [
                    issue.id.as_str(),
                    &issue.title,
                    issue.severity.word(),
                    issue.status.word(),
                ];
                self.any(words.into_iter().chain(owner).chain(files))
            }
        }
    }

    pub fn attempt(&self, entry: &AuditEntry) -> bool {
        let agent = entry.agent.as_deref();
        let message = entry.message.as_deref();
        let words = [entry.action.as_str(), &entry.subject];
        self.any(words.into_iter().chain(agent).chain(message))
    }
}
