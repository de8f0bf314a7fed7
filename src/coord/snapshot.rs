//! What the store holds at one revision, resolved for reading: the panel, `stoa --once` and the
//! listing commands show this and nothing else.
//!
//! It is plain data. Times left are computed against the `taken` instant; whoever shows a snapshot
//! later subtracts what has passed since. Serialized, it is the `--json` schema of `stoa --once`,
//! whose version is [`SCHEMA`]: fields may be added, none changes its meaning.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::access::Access;
use super::audit::AuditEntry;
use super::fix::{FixInfo, FixTotals};
use super::issue::{IssueInfo, IssueTotals};
use super::task::{TaskInfo, TaskTotals};
use crate::clock::Now;

/// The version of the serialized form.
pub const SCHEMA: u32 = 1;

/// The state of a workspace at one revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The store-wide counter at which this was read; 0 for an empty store.
    pub revision: u64,
    /// When it was read.
    pub taken: Now,
    /// Every session that has not been forgotten, by number.
    pub sessions: Vec<SessionInfo>,
    /// Every group with at least one living member or some context, by name.
    pub groups: Vec<GroupInfo>,
    /// Every live claim, by key.
    pub claims: Vec<ClaimInfo>,
    /// Keys of records that cannot be read and are therefore not shown.
    #[serde(default)]
    pub damaged: Vec<String>,
    /// The latest messages, newest first.
    #[serde(default)]
    pub messages: Vec<MessageInfo>,
    /// Open issues, the worst first and then the oldest, then the last that ended; of many a part.
    #[serde(default)]
    pub issues: Vec<IssueInfo>,
    /// How many issues there are.
    #[serde(default)]
    pub issue_totals: IssueTotals,
    /// Fixes that wait, then the latest others; of many a part.
    #[serde(default)]
    pub fixes: Vec<FixInfo>,
    /// How many fixes there are.
    #[serde(default)]
    pub fix_totals: FixTotals,
    /// Tasks: all in hand, then the free ones by urgency, then the latest finished; not all of them.
    #[serde(default)]
    pub tasks: Vec<TaskInfo>,
    /// How many tasks there are.
    #[serde(default)]
    pub task_totals: TaskTotals,
    /// What was attempted last, refused attempts too, newest first.
    #[serde(default)]
    pub activity: Vec<AuditEntry>,
}

impl Snapshot {
    /// A store nobody has written to.
    pub fn empty(taken: Now) -> Snapshot {
        Snapshot {
            revision: 0,
            taken,
            sessions: Vec::new(),
            groups: Vec::new(),
            claims: Vec::new(),
            damaged: Vec::new(),
            messages: Vec::new(),
            issues: Vec::new(),
            issue_totals: IssueTotals::default(),
            fixes: Vec::new(),
            fix_totals: FixTotals::default(),
            tasks: Vec::new(),
            task_totals: TaskTotals::default(),
            activity: Vec::new(),
        }
    }

    /// The session with this id.
    pub fn session(&self, id: &str) -> Option<&SessionInfo> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// The name of the session with this id; the id itself if it has been forgotten.
    pub fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.session(id).map_or(id, |session| &session.name)
    }

    /// The living session that people call `label`, by name or number.
    pub fn session_called(&self, label: &str) -> Option<&SessionInfo> {
        let mut living = self
            .sessions
            .iter()
            .filter(|session| session.life != Life::Lost);
        living.find(|session| session.name == label || session.number.to_string() == label)
    }
}

/// One session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// The minted id (a ULID); never reused.
    pub id: String,
    /// The label people use, unique among the living.
    pub name: String,
    /// The number people use, unique among the living.
    pub number: u32,
    /// Bumped when the session registers again; tokens of older generations are dead.
    pub generation: u64,
    /// What it is there for, free text.
    pub role: Option<String>,
    /// What it wants to reach, free text.
    pub goal: Option<String>,
    /// What it says it is doing now.
    pub working_on: Option<String>,
    /// The phase of its work, in its own words.
    #[serde(default)]
    pub phase: Option<String>,
    /// How far it is, in per cent.
    #[serde(default)]
    pub progress: Option<u8>,
    /// What it will do next.
    #[serde(default)]
    pub next_action: Option<String>,
    /// The task it has in hand, of several the one begun last; without one, what it says it is at.
    #[serde(default)]
    pub task: Option<String>,
    /// What it is good at.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Whether its process lives.
    pub life: Life,
    /// What its agent is doing, as far as it has been told: `working`, `blocked`, `idle`, …
    pub state: Option<String>,
    /// The pane it runs in (`%3`), if the workspace hosts it.
    pub pane: Option<String>,
    /// The kind of program: `shell`, `claude`, `codex`, …
    pub agent: Option<String>,
    /// Process id and the host it is on.
    pub pid: u32,
    /// The host's name, for people.
    pub host: String,
    /// The terminal device, or `not_a_tty`.
    pub tty: String,
    /// The group it belongs to.
    pub group: Option<String>,
    /// Milliseconds since its last heartbeat or other write.
    pub heartbeat_age_ms: u64,
    /// Wall time of registration, RFC 3339, UTC.
    pub registered_at: String,
    /// Messages it has not read.
    #[serde(default)]
    pub unread: u64,
    /// Messages it has read and not acknowledged.
    #[serde(default)]
    pub unacknowledged: u64,
    /// Which of the snapshot's messages those are.
    #[serde(skip)]
    pub mail: Mail,
}

/// Which of the latest messages lie before a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// Numbers of those it has not read, newest first.
    pub unread: Vec<u64>,
    /// Numbers of those it has read and not acknowledged, newest first.
    pub read: Vec<u64>,
}

/// One message, without more of its body than a list needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageInfo {
    /// Its number.
    pub id: u64,
    /// The message that began the conversation.
    pub thread: u64,
    /// The message it answers.
    pub re: Option<u64>,
    /// Wall time of sending, RFC 3339, UTC.
    pub at: String,
    /// Name of its sender at the time.
    pub from: String,
    /// Session id of its sender; none for Stoa itself.
    pub from_id: Option<String>,
    /// What kind of sender it is: `person`, `agent NAME`, `outside` or `stoa`.
    pub trust: String,
    /// To one, to a group, or to all.
    pub kind: MessageKind,
    /// To whom, as people write it: `Bolt`, `@api`, `--all`.
    pub to: String,
    /// Session id of the recipient of a direct one.
    pub to_id: Option<String>,
    /// What it is about.
    pub subject: String,
    /// The body, as far as its first kilobyte goes.
    pub begins: String,
    /// Length of the whole body in bytes.
    pub bytes: u64,
}

/// How many receive a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// One session.
    Direct,
    /// A group.
    Group,
    /// Everybody.
    Broadcast,
}

/// Whether a session's process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    /// The process runs, or its lease is fresh.
    Alive,
    /// It lives but has shown no activity for the stall time.
    Stalled,
    /// Its process is gone, or its lease ran out.
    Lost,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupInfo {
    /// Its name.
    pub name: String,
    /// Session id of the coordinator, while a member lives.
    pub coordinator: Option<String>,
    /// Who may join.
    #[serde(default)]
    pub access: Access,
    /// Session ids of those who were invited and have not joined yet.
    #[serde(default)]
    pub invited: Vec<String>,
    /// Session ids in order of joining.
    pub members: Vec<String>,
    /// Whether nobody else has room in it.
    #[serde(default)]
    pub full: bool,
    /// Shared entries, by key.
    pub context: Vec<ContextInfo>,
    /// Wall time of the last join, leave or share, RFC 3339, UTC.
    pub last_coordination: String,
}

/// One entry of a group's shared context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContextInfo {
    /// Its key.
    pub key: String,
    /// Its value, any JSON.
    pub value: Value,
    /// Counts its writes from 1.
    pub version: u64,
    /// The store revision of the last write.
    pub revision: u64,
    /// Name of the session that wrote it last.
    pub author: String,
    /// Wall time of the last write.
    pub updated_at: Timestamp,
    /// Milliseconds until it is gone, if it does not stay.
    #[serde(default)]
    pub expires_in_ms: Option<u64>,
}

/// One lease on a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimInfo {
    /// `kind/name`: `file/src/main.rs`, `task/T1`, `file/src/**`.
    pub key: String,
    /// The fencing token: the store revision of the grant.
    pub token: u64,
    /// Whether others may hold it too.
    pub shared: bool,
    /// Session id of the holder.
    pub holder: String,
    /// The holder's name at the time of reading.
    pub holder_name: String,
    /// Why it was claimed.
    pub reason: Option<String>,
    /// Milliseconds left when the snapshot was taken.
    pub expires_in_ms: u64,
    /// How long it was granted for, in milliseconds.
    pub ttl_ms: u64,
    /// Whether activity of its holder prolongs it: nobody asked for a certain time.
    pub follows_activity: bool,
    /// Whether a fifth of its time or less is left.
    #[serde(default)]
    pub ends_soon: bool,
    /// Wall time of the grant, RFC 3339, UTC.
    pub granted_at: String,
    /// Sessions waiting for it, in the order in which they will be served.
    pub waiting: Vec<String>,
}
