//! The records and where they are kept.
//!
//! | key | record |
//! | --- | --- |
//! | `session/ID` | [`Session`] |
//! | `state/ID` | [`super::state::Kept`] |
//! | `notice/ID/REVISION-N` | [`super::notice::Notice`] |
//! | `group/NAME` | [`Group`] |
//! | `secret/NAME` | the hash of a group's secret word |
//! | `context/GROUP/KEY` | [`Entry`] |
//! | `expiry/GROUP/KEY` | index: which values run out |
//! | `history/GROUP/KEY/VERSION` | an older [`Entry`] |
//! | `claim/KEY`, `pattern/KEY` | [`Claim`], by whether its key is a pattern |
//! | `held/ID/KEY` | index: which claims a session has a part in |
//! | `wait/TICKET` | [`Waiter`] |
//! | `issue/ID` | [`super::issue::Issue`] |
//! | `issue-by/STATUS/SEVERITY/REVISION/ID` | index: issues by status, severity and age |
//! | `fix/ID` | [`super::fix::Fix`] |
//! | `fix-by/STATE/REVISION/ID` | index: fixes by state and age |
//! | `minted/WORD` | the number of the last id of the form `WORD-n` |
//! | `report/NAME` | [`super::report::Saved`] |
//! | `imported/KIND/IDENTITY` | [`super::import::Imported`]: what was taken over from older tools |
//! | `imports/PATH` | [`super::import::Origin`]: where it came from |
//! | `task/ID` | [`Task`](super::task::Task) |
//! | `task-state/STATUS/ORDER/ID` | index: the tasks of each state, with the words of open ones |
//! | `task-wait/ID/DEPENDANT` | index: which tasks wait for a task, or have |
//! | `task-for/SESSION/ID` | index: which free tasks were given to a session |
//! | `task-number` | the number given to a task last |
//! | `op/ID/OPERATION` | [`Operation`] |
//! | `message/ID`, `body/ID` | [`Message`](super::message::Message), the whole body of a long one |
//! | `thread/ID/ANSWER` | index: the answers of a conversation |
//! | `mailbox/ID` | [`Mailbox`](super::message::mailbox::Mailbox) of a session |
//! | `box/ID/MESSAGE` | [`Slip`](super::message::records::Slip): what a session did with a message |
//! | `done/ID/MESSAGE` | index: messages to a session alone that it has dealt with |
//! | `logs/LOG` | [`LogHead`](super::message::records::LogHead) of `all` or `@GROUP` |
//! | `log/LOG/POSITION` | [`Line`](super::message::records::Line) |
//! | `messages` | the number of the last message |
//! | `audit/REVISION-N` | [`super::audit::AuditEntry`] |
//!
//! Names inside keys are escaped by [`segment`], numbers have twenty digits so that they sort.
//! Records that are rewritten keep the fields they do not know, for the sake of a newer version
//! beside us.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::access::Access;
use super::fingerprint::Fingerprint;
use super::key::ClaimKey;
use super::lease::Lease;
use super::names::segment;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// A session's id: minted once, never reused, sortable by age.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionId(String);

impl SessionId {
    /// A new one.
    pub fn mint() -> SessionId {
        SessionId(ulid::Ulid::generate().to_string())
    }

    /// Reads an id; lower case is accepted.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) if it is none.
    pub fn parse(text: &str) -> Result<SessionId> {
        match ulid::Ulid::from_string(text) {
            Ok(id) => Ok(SessionId(id.to_string())),
            Err(_) => Err(Error::usage(format!(
                "\"{}\" is not a session id",
                super::names::shown(text)
            ))),
        }
    }

    /// Its 26 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> String {
        id.0
    }
}

impl TryFrom<String> for SessionId {
    type Error = Error;

    fn try_from(text: String) -> Result<SessionId> {
        SessionId::parse(&text)
    }
}

/// Who a session is, where it runs, and what it says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its name, unique among the living.
    pub name: String,
    /// Its number, unique among the living.
    pub number: u32,
    /// Bumped at each registration; what an older generation holds is void.
    pub generation: u64,
    /// What it is there for.
    pub role: Option<String>,
    /// What it wants to reach.
    pub goal: Option<String>,
    /// The pane it runs in.
    pub pane: Option<String>,
    /// The kind of program: `shell`, `claude`, …
    pub agent: Option<String>,
    /// Its process.
    pub fingerprint: Fingerprint,
    /// The group it belongs to.
    pub group: Option<String>,
    /// What it does now.
    pub working_on: Option<String>,
    /// The phase of its work, in its own words.
    pub phase: Option<String>,
    /// How far it is, in per cent.
    pub progress: Option<u8>,
    /// What it will do next.
    pub next_action: Option<String>,
    /// The task it is at.
    pub task: Option<String>,
    /// What its agent is doing: `working`, `blocked`, `idle`, …
    pub state: Option<String>,
    /// What it is good at, as its registration says.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// The caller's id for the registration, if it gave one.
    pub operation: Option<String>,
    /// A word for all that the registration asked, if it had such an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// When it registered first.
    pub registered: Now,
    /// Its last write of any sort.
    pub seen: Now,
    /// Its latest heartbeats with content, oldest first.
    pub activity: Vec<Activity>,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
    /// The revision that changed name, number or end last.
    pub labels_revision: u64,
    /// The highest version that its state had when it was taken away, so that none comes twice.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub state_versions: u64,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One heartbeat worth remembering.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// When, for people.
    pub at: Timestamp,
    /// What it did.
    pub working_on: Option<String>,
    /// In which phase.
    pub phase: Option<String>,
    /// How far it was.
    pub progress: Option<u8>,
    /// What was to come next.
    pub next_action: Option<String>,
    /// The task it was at.
    pub task: Option<String>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The end of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// When it was noticed.
    pub at: Now,
    /// How.
    pub cause: Cause,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// It said so, or its pane was closed.
    Left,
    /// Its process is gone.
    Died,
    /// It runs where we cannot look, and its heartbeats stopped. Its claims last until their leases
    /// end, because it may only be cut off.
    Silent,
}

/// Sessions that work together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Who belongs to it, in order of joining.
    pub members: Vec<Member>,
    /// Its coordinator.
    pub coordinator: Option<SessionId>,
    /// The last join, leave, share or sync, for people.
    pub last_coordination: Timestamp,
    /// Who may join.
    #[serde(default)]
    pub access: Access,
    /// Who was asked to join and has not yet.
    #[serde(default)]
    pub invited: Vec<SessionId>,
    /// The highest version of a value that was taken away or ran out. A new key begins above it, so
    /// that no version of a key comes twice.
    #[serde(default)]
    pub versions: u64,
    /// The values that were taken away or ran out and that not every member has heard of, the oldest
    /// first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Gone>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A value that is no longer in a group's context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Its key.
    pub key: String,
    /// The revision at which it went.
    pub revision: u64,
}

/// One session in a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Which.
    pub session: SessionId,
    /// The revision at which it joined.
    pub joined: u64,
    /// When it joined, for people.
    pub joined_at: Timestamp,
    /// The revision up to which it has synchronized.
    #[serde(default)]
    pub synced: u64,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One value of a group's shared context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Its value; `null` in the history if it was too large to keep.
    pub value: Value,
    /// Counts its writes from 1.
    pub version: u64,
    /// Who wrote it: id, and name at the time.
    pub author: SessionId,
    /// The author's name.
    pub author_name: String,
    /// When, for people.
    pub at: Timestamp,
    /// Until when it is there, if not for good.
    pub expires: Option<Lease>,
    /// Until when those of its older versions are there that do not stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub older: Vec<Lease>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Who holds one key. Several only if all of them share it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The key.
    pub key: ClaimKey,
    /// The holders, in order of their grants.
    pub grants: Vec<Grant>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One session's part in a claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// The holder.
    pub holder: SessionId,
    /// The holder's generation at the time; void when it has another.
    pub generation: u64,
    /// The fencing token: the revision of the grant.
    pub token: u64,
    /// Whether others may share it.
    pub shared: bool,
    /// Why.
    pub reason: Option<String>,
    /// When, for people.
    pub at: Timestamp,
    /// Until when.
    pub lease: Lease,
    /// Whether heartbeats prolong it: nobody asked for a certain length.
    pub follows_heartbeat: bool,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A session in line for a set of claims.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiter {
    /// Its place: the revision at which it began to wait.
    pub ticket: u64,
    /// Who waits.
    pub session: SessionId,
    /// For all of these at once.
    pub keys: Vec<ClaimKey>,
    /// Whether it would share them.
    pub shared: bool,
    /// How urgent it is; larger goes first.
    #[serde(default)]
    pub priority: i32,
    /// Since when, for people.
    pub since: Timestamp,
    /// When it gives up.
    pub patience: Lease,
    /// The process that waits; the place is lost with it.
    pub process: Fingerprint,
}

/// What an operation with an id of its own did, so that a retry does not do it twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The command and what it was about.
    pub request: String,
    /// A word for the command with all its values and options; another one under the same id is
    /// refused. One that an earlier version remembered has none, and only what it was about counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// What it returned.
    pub result: Value,
    /// The revision it committed at.
    pub revision: u64,
}

/// The key of a session's record.
pub fn session_key(id: &SessionId) -> String {
    format!("session/{id}")
}

/// The key of the id of the session that took a name last. It shortens a search and decides nothing:
/// the session may have ended, or be another's namesake by now.
pub fn named_key(name: &str) -> String {
    format!("named/{name}")
}

/// The key of what a session keeps for others to read.
pub fn state_key(id: &SessionId) -> String {
    format!("state/{id}")
}

/// What the keys of a session's notices begin with.
pub fn notice_prefix(id: &SessionId) -> String {
    format!("notice/{id}/")
}

/// The key of a group's record.
pub fn group_key(name: &str) -> String {
    format!("group/{}", segment(name))
}

/// The key of the hash of a group's secret word, which no readable file shows.
pub fn secret_key(group: &str) -> String {
    format!("secret/{}", segment(group))
}

/// What the keys of [`expiry_key`] begin with.
pub const EXPIRY_PREFIX: &str = "expiry/";

/// The key that says that a value of a group's context, or an older version of it, runs out.
pub fn expiry_key(group: &str, key: &str) -> String {
    format!("{EXPIRY_PREFIX}{}/{}", segment(group), segment(key))
}

/// What the keys of a group's context begin with.
pub fn context_prefix(group: &str) -> String {
    format!("context/{}/", segment(group))
}

/// The key of one value of a group's context.
pub fn context_key(group: &str, key: &str) -> String {
    format!("{}{}", context_prefix(group), segment(key))
}

/// What the keys of the older versions of a value begin with.
pub fn history_prefix(group: &str, key: &str) -> String {
    format!("history/{}/{}/", segment(group), segment(key))
}

/// The key of one older version of a value.
pub fn history_key(group: &str, key: &str, version: u64) -> String {
    format!("{}{version:020}", history_prefix(group, key))
}

/// The key of a claim's record.
pub fn claim_key(key: &ClaimKey) -> String {
    let family = if key.is_pattern() { "pattern" } else { "claim" };
    format!("{family}/{key}")
}

/// What the keys of a session's index of claims begin with.
pub fn held_prefix(id: &SessionId) -> String {
    format!("held/{id}/")
}

/// The key of one line of a session's index of claims.
pub fn held_key(id: &SessionId, key: &ClaimKey) -> String {
    format!("held/{id}/{key}")
}

/// What the keys of all who wait begin with.
pub const WAIT_PREFIX: &str = "wait/";

/// The key of a place in line.
pub fn wait_key(ticket: u64) -> String {
    format!("{WAIT_PREFIX}{ticket:020}")
}

/// What the keys of a session's remembered operations begin with.
pub fn operation_prefix(id: &SessionId) -> String {
    format!("op/{id}/")
}

/// The key of a remembered operation.
pub fn operation_key(id: &SessionId, operation: &str) -> String {
    format!("{}{}", operation_prefix(id), segment(operation))
}

/// A session's record.
pub fn session(view: &dyn View, id: &SessionId) -> Result<Option<Session>> {
    view.get(&session_key(id))?
        .map(|record| record.decode())
        .transpose()
}

/// Every session's record, ended ones too, oldest first.
pub fn sessions(view: &dyn View) -> Result<Vec<Session>> {
    all(view, "session/")
}

/// What there is to compare of a session when all are looked through: reading these fields alone
/// takes a tenth of the time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Brief {
    /// Its id.
    pub id: SessionId,
    /// Its name, unique among the living.
    pub name: String,
    /// Its number, unique among the living.
    pub number: u32,
    /// Its last write of any sort.
    pub seen: Now,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
}

/// Every session in brief, ended ones too, oldest first. Here and in all lists, records that cannot
/// be read are left out: one that is damaged must not keep the others from being found.
pub fn briefs(view: &dyn View) -> Result<Vec<Brief>> {
    all(view, "session/")
}

/// Those records below `prefix` that can be read.
fn all<T: DeserializeOwned>(view: &dyn View, prefix: &str) -> Result<Vec<T>> {
    let records = view.range(prefix)?;
    let read = records.iter().filter_map(|record| record.decode().ok());
    Ok(read.collect())
}

/// Writes a session's record.
pub fn put_session(tx: &mut dyn Tx, session: &Session) -> Result<()> {
    put_json(tx, &session_key(&session.id), session)
}

/// A group's record.
pub fn group(view: &dyn View, name: &str) -> Result<Option<Group>> {
    view.get(&group_key(name))?
        .map(|record| record.decode())
        .transpose()
}

/// Every group's record, by name.
pub fn groups(view: &dyn View) -> Result<Vec<Group>> {
    all(view, "group/")
}

/// A claim's record.
pub fn claim(view: &dyn View, key: &ClaimKey) -> Result<Option<Claim>> {
    view.get(&claim_key(key))?
        .map(|record| record.decode())
        .transpose()
}

/// Every claim's record, by key.
pub fn claims(view: &dyn View) -> Result<Vec<Claim>> {
    let mut found: Vec<Claim> = Vec::new();
    for prefix in ["claim/", "pattern/"] {
        found.extend(all::<Claim>(view, prefix)?);
    }
    found.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}

/// Everybody in line, first come first.
pub fn waiters(view: &dyn View) -> Result<Vec<Waiter>> {
    all(view, WAIT_PREFIX)
}
