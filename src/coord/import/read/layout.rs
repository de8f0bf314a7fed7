//! What a file holds, told from its place and its name.
//!
//! | layout | files |
//! | --- | --- |
//! | task locking | `tasks/task_*.json`, `claude_sessions.json`, `heartbeats/*.json` |
//! | sessions | `sessions/`, `heartbeats/`, `claims/`, `messages/broadcast/`, `messages/direct/` |
//! | issues and fixes | `issues/SEVERITY/*.json`, `fixes/{proposed,applied,rejected}/*.json`, `index.json`, `collaboration/coordination.json`, `agent_heartbeats.json`, `audit_log.jsonl`, `*.lock/lock_info.json` |
//! | agents | `heartbeat.yaml`, `events.yaml`, `chat-log.yaml`, `*state*.yaml`, `{active,completed}/*.md` |

use super::super::Kind;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Several sessions.
    Registry,
    /// One session.
    Session,
    /// One sign of life, or a session's.
    Heartbeat,
    /// What agents keep for others.
    States,
    /// An issue.
    Issue,
    /// A fix.
    Fix,
    /// A list of issues or fixes, made from them.
    Index,
    /// A task.
    Task,
    /// A task in Markdown.
    TaskText,
    /// A claim.
    Claim,
    /// A lock.
    Lock,
    /// A message, or several.
    Message,
    /// Audit lines or events.
    Trail,
    /// A form to be filled in.
    Template,
}

impl Role {
    /// The kind of what it holds.
    pub fn kind(self) -> Option<Kind> {
        Some(match self {
            Role::Registry | Role::Session | Role::Heartbeat => Kind::Sessions,
            Role::States => Kind::States,
            Role::Issue | Role::Index => Kind::Issues,
            Role::Fix => Kind::Fixes,
            Role::Task | Role::TaskText => Kind::Tasks,
            Role::Claim | Role::Lock => Kind::Claims,
            Role::Message => Kind::Messages,
            Role::Trail => Kind::Audit,
            Role::Template => return None,
        })
    }
}

/// What the file at this path is, if its place and name tell.
pub fn role(path: &str) -> Option<Role> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop()?;
    let (stem, ending) = name.rsplit_once('.')?;
    let has = |folder: &str| parts.contains(&folder);
    let below = |folder: &str| parts.last() == Some(&folder);
    let is_data = matches!(ending, "json" | "yaml" | "yml");
    if has("templates") {
        return Some(Role::Template);
    }
    if ending == "jsonl" {
        let trail = stem.contains("audit") || stem.contains("event");
        return trail.then_some(Role::Trail);
    }
    if ending == "md" {
        let of_tasks = has("tasks") || below("active") || below("completed");
        return (of_tasks || stem.starts_with("TASK-")).then_some(Role::TaskText);
    }
    if !is_data {
        return None;
    }
    if parts.last().is_some_and(|folder| folder.ends_with(".lock")) {
        return Some(Role::Lock);
    }
    if stem == "index" {
        return (has("issues") || has("fixes")).then_some(Role::Index);
    }
    by_folder(&parts).or_else(|| by_name(stem))
}

fn by_folder(parts: &[&str]) -> Option<Role> {
    // The innermost folder that says something.
    parts.iter().rev().find_map(|folder| match *folder {
        "sessions" => Some(Role::Session),
        "heartbeats" => Some(Role::Heartbeat),
        "states" => Some(Role::States),
        "claims" => Some(Role::Claim),
        "messages" | "broadcast" | "direct" => Some(Role::Message),
        "issues" => Some(Role::Issue),
        "fixes" => Some(Role::Fix),
        "tasks" => Some(Role::Task),
        _ => None,
    })
}

fn by_name(stem: &str) -> Option<Role> {
    let stem = stem.to_lowercase().replace('-', "_");
    let begins = |word: &str| stem.starts_with(word);
    Some(match stem.as_str() {
        "coordination" | "heartbeat" | "heartbeats" | "agents" | "registry" => Role::Registry,
        "events" | "event_log" | "audit" | "audit_log" => Role::Trail,
        "chat" | "chat_log" | "messages" => Role::Message,
        _ if stem.ends_with("sessions") || stem.ends_with("heartbeats") => Role::Registry,
        _ if stem.ends_with("state") || stem.ends_with("states") => Role::States,
        _ if begins("task") => Role::Task,
        _ if begins("issue") => Role::Issue,
        _ if begins("fix") => Role::Fix,
        _ if begins("claim") => Role::Claim,
        _ if begins("session") => Role::Session,
        _ => return None,
    })
}

/// What a file is that is said to hold this kind.
pub(super) fn by_kind(path: &str, kind: Kind) -> Option<Role> {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if !matches!(ending, "json" | "jsonl" | "yaml" | "yml" | "md") {
        return None;
    }
    Some(match kind {
        Kind::Sessions => Role::Registry,
        Kind::States => Role::States,
        Kind::Issues => Role::Issue,
        Kind::Fixes => Role::Fix,
        Kind::Tasks if ending == "md" => Role::TaskText,
        Kind::Tasks => Role::Task,
        Kind::Claims => Role::Claim,
        Kind::Messages => Role::Message,
        Kind::Audit => Role::Trail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S3-50, S2-20, S1-13: the layouts of the older tools are known by their places and names.
    #[test]
    fn places_and_names_tell() {
        let check = |path: &str, expected: Option<Role>| assert_eq!(role(path), expected, "{path}");
        check("tasks/task_TEST1.json", Some(Role::Task));
        check("docs/coordination/tasks/task_X.json", Some(Role::Task));
        check("task_TEST1.json", Some(Role::Task));
        check("claude_sessions.json", Some(Role::Registry));
        check("heartbeats/session-2.json", Some(Role::Heartbeat));
        check("sessions/session-1763229251.json", Some(Role::Session));
        check("claims/droplet/church-guidance.json", Some(Role::Claim));
        check("messages/broadcast/1.json", Some(Role::Message));
        check("messages/direct/session-1/2.json", Some(Role::Message));
        check("issues/high/issue_007_test.json", Some(Role::Issue));
        check("issues/index.json", Some(Role::Index));
        check("fixes/applied/fix_011_x.json", Some(Role::Fix));
        check("fixes/templates/fix_template.json", Some(Role::Template));
        check("collaboration/coordination.json", Some(Role::Registry));
        check("collaboration/agent_heartbeats.json", Some(Role::Registry));
        check("collaboration/audit_log.jsonl", Some(Role::Trail));
        check(
            "collaboration/issue_007.lock/lock_info.json",
            Some(Role::Lock),
        );
        check("heartbeat.yaml", Some(Role::Registry));
        check("events.yaml", Some(Role::Trail));
        check("chat-log.yaml", Some(Role::Message));
        check("agent_state.yaml", Some(Role::States));
        check("active/TASK-1769916007-x.md", Some(Role::TaskText));
        check("README.md", None);
        check("reports/generation_metadata.json", None);
        check("package.json", None);
        check("scripts/task-claim.sh", None);
        check("noending", None);
    }
}
