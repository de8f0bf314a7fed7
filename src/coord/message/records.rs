//! The records of messages, and where they are kept (see the table in [`crate::coord::schema`]).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::mailbox::Mailbox;
use super::trust::Trust;
use crate::coord::names::segment;
use crate::coord::schema::SessionId;
use crate::error::Result;
use crate::store::{Record, Tx, View, put_json};

/// Bytes of a body that are kept in the message's own record, for lists.
const INLINE_BYTES: usize = 1024;

/// One message. It is written once and never changed; who has read it stands elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its number: messages are counted from 1 in the order of their revisions.
    pub id: u64,
    /// The revision at which it was sent.
    pub revision: u64,
    /// When, for people.
    pub at: Timestamp,
    /// Who sent it.
    pub from: Sender,
    /// To whom.
    pub to: Recipient,
    /// Its place in the log of its group, or of all.
    pub position: Option<u64>,
    /// The message that began the conversation; its own number if it began one.
    pub thread: u64,
    /// The message it answers.
    pub re: Option<u64>,
    /// What it is about: one line.
    pub subject: String,
    /// The body, or the beginning of a long one.
    pub text: String,
    /// Length of the whole body in bytes.
    pub bytes: u64,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Who sent a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The session; none for Stoa itself.
    pub session: Option<SessionId>,
    /// Its name at the time.
    pub name: String,
    /// What kind of sender it is.
    pub trust: Trust,
}

/// To whom a message was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recipient {
    /// One session.
    Session {
        /// Which.
        id: SessionId,
        /// Its name at the time.
        name: String,
    },
    /// The other members of a group.
    Group {
        /// Its name.
        name: String,
    },
    /// All other sessions.
    All,
}

impl Recipient {
    /// As people write it: `Bolt`, `@api`, `--all`.
    pub fn label(&self) -> String {
        match self {
            Recipient::Session { name, .. } => name.clone(),
            Recipient::Group { name } => format!("@{name}"),
            Recipient::All => "--all".to_owned(),
        }
    }

    /// The log it is kept in, if it has more than one reader.
    pub fn log(&self) -> Option<Log> {
        match self {
            Recipient::Session { .. } => None,
            Recipient::Group { name } => Some(Log::Group(name.clone())),
            Recipient::All => Some(Log::All),
        }
    }
}

/// A list of messages with many readers, each of whom has a place in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Log {
    /// What is sent to everybody.
    All,
    /// What is sent to a group.
    Group(String),
}

impl From<String> for Log {
    fn from(text: String) -> Log {
        match text.strip_prefix('@') {
            Some(group) => Log::Group(group.to_owned()),
            None => Log::All,
        }
    }
}

impl From<Log> for String {
    fn from(log: Log) -> String {
        match log {
            Log::All => "all".to_owned(),
            Log::Group(name) => format!("@{name}"),
        }
    }
}

/// How far a log is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHead {
    /// The position of its last message, counted from 1; 0 if there was none yet.
    pub last: u64,
    /// How many of its first messages have been removed.
    pub removed: u64,
    /// How many sessions receive what is sent now.
    pub readers: u64,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One place in a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The message.
    pub id: u64,
    /// Who sent it, and so does not receive it.
    pub from: Option<SessionId>,
}

/// What a session has done with one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing.
    Unread,
    /// Looked at it.
    Read,
    /// Dealt with it.
    Acknowledged,
}

/// A message in one session's box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slip {
    /// What the session has done with it.
    pub state: State,
    /// For one that lies in a log: where.
    pub log: Option<(Log, u64)>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What the keys of all messages begin with.
pub const PREFIX: &str = "message/";
/// The key of the last message's number.
const LAST_KEY: &str = "messages";

/// The key of a message.
pub fn message_key(id: u64) -> String {
    format!("{PREFIX}{id:020}")
}

/// The key of the whole body of a message that has a long one.
fn body_key(id: u64) -> String {
    format!("body/{id:020}")
}

/// What the keys of a conversation's index of answers begin with.
pub fn thread_prefix(thread: u64) -> String {
    format!("thread/{thread:020}/")
}

fn thread_key(thread: u64, id: u64) -> String {
    format!("{}{id:020}", thread_prefix(thread))
}

/// What the keys of all mailboxes begin with.
pub const MAILBOX_PREFIX: &str = "mailbox/";

/// The key of a session's mailbox.
pub fn mailbox_key(session: &SessionId) -> String {
    format!("{MAILBOX_PREFIX}{session}")
}

/// What the keys of what lies in a session's box begin with.
pub fn slips_prefix(session: &str) -> String {
    format!("box/{session}/")
}

/// The key of one message in a session's box.
pub fn slip_key(session: &SessionId, id: u64) -> String {
    format!("{}{id:020}", slips_prefix(session.as_str()))
}

/// What the keys of the messages to a session that it has dealt with begin with.
pub fn done_prefix(session: &SessionId) -> String {
    format!("done/{session}/")
}

/// The key of one message that a session has dealt with.
pub fn done_key(session: &SessionId, id: u64) -> String {
    format!("{}{id:020}", done_prefix(session))
}

/// The key of a log's head.
fn head_key(log: &Log) -> String {
    format!("logs/{}", segment(&String::from(log.clone())))
}

/// The key of one place in a log.
pub fn line_key(log: &Log, position: u64) -> String {
    format!("log/{}/{position:020}", segment(&String::from(log.clone())))
}

/// The number at the end of a key.
pub fn number_of(key: &str) -> u64 {
    let digits = key.rsplit('/').next().unwrap_or_default();
    digits.parse().unwrap_or_default()
}

fn found<T: serde::de::DeserializeOwned>(record: Option<Record>) -> Result<Option<T>> {
    record.map(|record| record.decode()).transpose()
}

/// A message, without more of its body than its record keeps.
pub fn message(view: &dyn View, id: u64) -> Result<Option<Message>> {
    found(view.get(&message_key(id))?)
}

/// The whole body of a message.
pub fn body(view: &dyn View, message: &Message) -> Result<String> {
    if message.text.len() as u64 == message.bytes {
        return Ok(message.text.clone());
    }
    let whole: Option<String> = found(view.get(&body_key(message.id))?)?;
    Ok(whole.unwrap_or_else(|| message.text.clone()))
}

/// Writes a message with its body and, for an answer, its place in the conversation.
pub fn put_message(tx: &mut dyn Tx, mut message: Message, body: &str) -> Result<Message> {
    message.bytes = body.len() as u64;
    message.text = beginning(body, INLINE_BYTES).to_owned();
    if message.text.len() < body.len() {
        put_json(tx, &body_key(message.id), &body)?;
    }
    if message.thread != message.id {
        put_json(tx, &thread_key(message.thread, message.id), &true)?;
    }
    put_json(tx, &message_key(message.id), &message)?;
    Ok(message)
}

/// Removes a message and all that belongs to it.
pub fn delete_message(tx: &mut dyn Tx, id: u64) -> Result<()> {
    let Some(message) = message(tx.view(), id)? else {
        return Ok(());
    };
    tx.delete(&body_key(id))?;
    tx.delete(&thread_key(message.thread, id))?;
    tx.delete(&message_key(id))?;
    Ok(())
}

/// As much of the beginning of `text` as fits into `bytes`.
pub fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The next message's number.
pub fn next_id(tx: &mut dyn Tx) -> Result<u64> {
    let id = last_id(tx.view())? + 1;
    put_last_id(tx, id)?;
    Ok(id)
}

/// The number of the message that was sent last; 0 if none was.
pub fn last_id(view: &dyn View) -> Result<u64> {
    let last: Option<u64> = found(view.get(LAST_KEY)?)?;
    Ok(last.unwrap_or(0))
}

/// Has the numbers of messages go on after `id`.
pub fn put_last_id(tx: &mut dyn Tx, id: u64) -> Result<()> {
    put_json(tx, LAST_KEY, &id)
}

/// A session's mailbox; an empty one if it has none yet.
pub fn mailbox(view: &dyn View, session: &SessionId) -> Result<Mailbox> {
    Ok(mailbox_record(view, session)?.unwrap_or_default())
}

/// The record of a session's mailbox, if it has one.
pub fn mailbox_record(view: &dyn View, session: &SessionId) -> Result<Option<Mailbox>> {
    found(view.get(&mailbox_key(session))?)
}

/// Writes a session's mailbox.
pub fn put_mailbox(tx: &mut dyn Tx, session: &SessionId, mailbox: &Mailbox) -> Result<()> {
    put_json(tx, &mailbox_key(session), mailbox)
}

/// How far a log is.
pub fn head(view: &dyn View, log: &Log) -> Result<LogHead> {
    Ok(found(view.get(&head_key(log))?)?.unwrap_or_default())
}

/// Writes how far a log is.
pub fn put_head(tx: &mut dyn Tx, log: &Log, head: &LogHead) -> Result<()> {
    put_json(tx, &head_key(log), head)
}

/// One place in a log.
pub fn line(view: &dyn View, log: &Log, position: u64) -> Result<Option<Line>> {
    found(view.get(&line_key(log, position))?)
}

/// One message in a session's box. One of a log that has not been touched has no slip.
pub fn slip(view: &dyn View, session: &SessionId, id: u64) -> Result<Option<Slip>> {
    found(view.get(&slip_key(session, id))?)
}

/// Writes one message in a session's box.
pub fn put_slip(
    tx: &mut dyn Tx,
    session: &SessionId,
    id: u64,
    state: State,
    log: Option<(Log, u64)>,
) -> Result<()> {
    let slip = Slip {
        state,
        log,
        extra: Map::new(),
    };
    put_json(tx, &slip_key(session, id), &slip)
}

/// All that lies in a session's box, oldest first.
pub fn slips(view: &dyn View, session: &SessionId) -> Result<Vec<(u64, Slip)>> {
    let records = view.range(&slips_prefix(session.as_str()))?;
    let slips = records.iter();
    slips
        .map(|record| Ok((number_of(&record.key), record.decode()?)))
        .collect()
}
