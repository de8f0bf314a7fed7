//! Records for tests of what is shown. A session's id is its name with `id-` before it.

use jiff::Timestamp;

use super::audit::AuditEntry;
use super::fix::{FixInfo, State};
use super::issue::{IssueInfo, Severity, Status};
use super::snapshot::{ClaimInfo, Life, MessageInfo, MessageKind, SessionInfo};

fn id(name: &str) -> String {
    format!("id-{name}")
}

impl SessionInfo {
    /// A living session of no group.
    pub fn sample(name: &str) -> SessionInfo {
        SessionInfo {
            id: id(name),
            name: name.to_owned(),
            number: 1,
            generation: 1,
            role: None,
            goal: None,
            working_on: None,
            phase: None,
            progress: None,
            next_action: None,
            task: None,
            capabilities: Vec::new(),
            life: Life::Alive,
            state: None,
            pane: None,
            agent: None,
            pid: 4001,
            host: "box".to_owned(),
            tty: "not_a_tty".to_owned(),
            group: None,
            heartbeat_age_ms: 0,
            registered_at: "2026-11-20T09:00:00Z".to_owned(),
            unread: 0,
            unacknowledged: 0,
            mail: Default::default(),
        }
    }
}

impl ClaimInfo {
    /// A claim for an hour that follows its holder's activity.
    pub fn sample(key: &str, holder: &str) -> ClaimInfo {
        ClaimInfo {
            ttl_ms: 3_600_000,
            follows_activity: true,
            key: key.to_owned(),
            token: 51,
            shared: false,
            holder: id(holder),
            holder_name: holder.to_owned(),
            reason: None,
            expires_in_ms: 2_700_000,
            granted_at: "2026-11-20T09:31:00Z".to_owned(),
            ends_soon: false,
            waiting: Vec::new(),
        }
    }
}

impl MessageInfo {
    /// A message to one, or to all.
    pub fn sample(number: u64, from: &str, to: Option<&str>) -> MessageInfo {
        let body = "All of\nthem, I think.\n╰─ end";
        MessageInfo {
            id: number,
            thread: number,
            re: None,
            at: "2026-11-20T09:32:00Z".to_owned(),
            from: from.to_owned(),
            from_id: Some(id(from)),
            trust: "agent claude".to_owned(),
            kind: match to {
                Some(_) => MessageKind::Direct,
                None => MessageKind::Broadcast,
            },
            to: to.unwrap_or("--all").to_owned(),
            to_id: to.map(id),
            subject: format!("subject {number}"),
            begins: body.to_owned(),
            bytes: body.len() as u64,
        }
    }
}

impl IssueInfo {
    /// An issue, in somebody's hands or nobody's.
    pub fn sample(number: &str, severity: Severity, owner: Option<&str>) -> IssueInfo {
        IssueInfo {
            id: number.to_owned(),
            title: format!("what is wrong in {number}"),
            severity,
            status: match owner {
                Some(_) => Status::InProgress,
                None => Status::New,
            },
            owner: owner.map(id),
            owner_name: owner.map(str::to_owned),
            expires_in_ms: owner.map(|_| 2_700_000),
            reporter: "Ada".to_owned(),
            files: vec!["src/parser.rs".to_owned()],
            fixes: Vec::new(),
            waiting_fix: None,
            attempts: 0,
            created_at: "2026-11-20T09:33:00Z".to_owned(),
            changed_at: "2026-11-20T09:33:00Z".to_owned(),
            resolved_by: None,
            resolved_at: None,
        }
    }
}

impl FixInfo {
    /// A fix of an issue.
    pub fn sample(number: &str, issue: &str, state: State) -> FixInfo {
        FixInfo {
            id: number.to_owned(),
            issue: issue.to_owned(),
            title: format!("what {number} does"),
            state,
            version: 1,
            implementer: "Quill".to_owned(),
            implementer_id: id("Quill"),
            tested: true,
            approved_by: Vec::new(),
            verified_by: Vec::new(),
            proposed_at: "2026-11-20T09:34:00Z".to_owned(),
            changed_at: "2026-11-20T09:34:00Z".to_owned(),
        }
    }
}

impl AuditEntry {
    /// An attempt, done or refused.
    pub fn sample(revision: u64, agent: &str, action: &str, refusal: Option<&str>) -> AuditEntry {
        AuditEntry {
            revision,
            timestamp: Timestamp::UNIX_EPOCH,
            session: None,
            agent: Some(agent.to_owned()),
            action: action.to_owned(),
            subject: "file/src/parser.rs".to_owned(),
            issue: None,
            fix: None,
            success: refusal.is_none(),
            kind: refusal.map(|_| "held".to_owned()),
            message: refusal.map(str::to_owned),
        }
    }
}
