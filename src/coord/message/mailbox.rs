//! A session's mailbox: what it follows, how far it is, and how much is unread.
//!
//! What is sent to one session lies in its box. What is sent to many is written once, to a log; a
//! *subscription* says from which position to which a session receives it, so that exactly those
//! who were there when it was sent do, and sending costs the same for two readers and for a
//! thousand. The *cursor* of a subscription stands behind the last message up to which everything
//! has been dealt with; what was read or dealt with beyond it has a slip in the box. Counts are
//! kept, so that nobody has to go through the messages to tell how many are unread.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::rate::Bucket;
use super::records::{self, Log, LogHead, State};
use crate::coord::schema::{Session, SessionId};
use crate::error::Result;
use crate::store::{Tx, View};

/// The counts and places of one session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Messages to the session alone that it has not read.
    pub unread: u64,
    /// Messages to the session alone that it has read and not dealt with.
    pub read: u64,
    /// Messages to the session alone that it has dealt with and that are still kept.
    pub done: u64,
    /// What it receives of what is sent to many, in order of time.
    pub subscriptions: Vec<Subscription>,
    /// What it may still send now.
    pub bucket: Option<Bucket>,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A stretch of a log that a session receives, without what it sent itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// The log.
    pub log: Log,
    /// Everything up to this position has been dealt with.
    pub cursor: u64,
    /// The last position it receives; none while it goes on.
    pub until: Option<u64>,
    /// Messages beyond the cursor that it sent itself.
    pub own: u64,
    /// Messages beyond the cursor that it has read and not dealt with.
    pub read: u64,
    /// Messages beyond the cursor that it has dealt with.
    pub acknowledged: u64,
}

impl Subscription {
    /// The last position there is for it.
    pub fn end(&self, head: &LogHead) -> u64 {
        self.until.unwrap_or(head.last)
    }

    /// Whether it receives what lies at a position, and has not passed it yet.
    pub fn covers(&self, head: &LogHead, position: u64) -> bool {
        self.cursor < position && position <= self.end(head)
    }

    /// Messages it has not dealt with.
    pub fn open(&self, head: &LogHead) -> u64 {
        let beyond = self.end(head).saturating_sub(self.cursor);
        beyond.saturating_sub(self.own + self.acknowledged)
    }

    /// Messages it has not read.
    pub fn unread(&self, head: &LogHead) -> u64 {
        self.open(head).saturating_sub(self.read)
    }
}

/// How many messages a session has before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Not read, sent to the session alone.
    pub direct: u64,
    /// Not read, sent to its group or to all.
    pub broadcast: u64,
    /// Read and not dealt with.
    pub unacknowledged: u64,
}

impl Counts {
    /// All that are not read.
    pub fn unread(&self) -> u64 {
        self.direct + self.broadcast
    }
}

/// How many messages a session has before it.
///
/// # Errors
/// Only the store's.
pub fn counts(view: &dyn View, mailbox: &Mailbox) -> Result<Counts> {
    let mut counts = Counts {
        direct: mailbox.unread,
        broadcast: 0,
        unacknowledged: mailbox.read,
    };
    for subscription in &mailbox.subscriptions {
        let head = records::head(view, &subscription.log)?;
        counts.broadcast += subscription.unread(&head);
        counts.unacknowledged += subscription.read;
    }
    Ok(counts)
}

/// From now on the session receives what is sent to `log`. It may do so already.
///
/// # Errors
/// Only the store's.
pub fn follow(tx: &mut dyn Tx, session: &SessionId, log: &Log) -> Result<()> {
    let mut mailbox = records::mailbox(tx.view(), session)?;
    let open =
        |subscription: &Subscription| subscription.log == *log && subscription.until.is_none();
    if mailbox.subscriptions.iter().any(open) {
        return Ok(());
    }
    let mut head = records::head(tx.view(), log)?;
    head.readers += 1;
    mailbox.subscriptions.push(Subscription {
        log: log.clone(),
        cursor: head.last,
        until: None,
        own: 0,
        read: 0,
        acknowledged: 0,
    });
    records::put_head(tx, log, &head)?;
    records::put_mailbox(tx, session, &mailbox)
}

/// From now on the session receives nothing more of `log`, or of any log; what it has received
/// stays.
///
/// # Errors
/// Only the store's.
pub fn unfollow(tx: &mut dyn Tx, session: &SessionId, log: Option<&Log>) -> Result<()> {
    let mut mailbox = records::mailbox(tx.view(), session)?;
    let mut changed = false;
    for subscription in &mut mailbox.subscriptions {
        let meant = log.is_none_or(|log| subscription.log == *log);
        if !meant || subscription.until.is_some() {
            continue;
        }
        let mut head = records::head(tx.view(), &subscription.log)?;
        head.readers = head.readers.saturating_sub(1);
        subscription.until = Some(head.last);
        records::put_head(tx, &subscription.log, &head)?;
        changed = true;
    }
    if !changed {
        return Ok(());
    }
    let over = |subscription: &Subscription| subscription.until == Some(subscription.cursor);
    mailbox
        .subscriptions
        .retain(|subscription| !over(subscription));
    records::put_mailbox(tx, session, &mailbox)
}

/// Removes all that a forgotten session left: its box, and the messages to it alone.
///
/// # Errors
/// Only the store's.
pub fn forget(tx: &mut dyn Tx, session: &SessionId) -> Result<()> {
    unfollow(tx, session, None)?;
    for (id, slip) in records::slips(tx.view(), session)? {
        if slip.log.is_none() {
            records::delete_message(tx, id)?;
        }
        tx.delete(&records::slip_key(session, id))?;
    }
    for record in tx.range(&records::done_prefix(session))? {
        records::delete_message(tx, records::number_of(&record.key))?;
        tx.delete(&record.key)?;
    }
    tx.delete(&records::mailbox_key(session))?;
    Ok(())
}

/// The same mailbox with the messages to the session alone counted again.
///
/// # Errors
/// Only the store's.
pub fn recounted(view: &dyn View, session: &SessionId, mailbox: Mailbox) -> Result<Mailbox> {
    let slips = records::slips(view, session)?;
    let of = |state: State| {
        let lying = slips.iter().filter(|(_, slip)| slip.log.is_none());
        lying.filter(|(_, slip)| slip.state == state).count() as u64
    };
    Ok(Mailbox {
        unread: of(State::Unread),
        read: of(State::Read),
        done: view.range(&records::done_prefix(session))?.len() as u64,
        ..mailbox
    })
}

/// Has a session whose mailbox was lost receive what it is to, from now on: nobody knows how far it was. The
/// logs have counted it among their readers and go on doing so.
///
/// # Errors
/// Only the store's.
pub fn follow_again(tx: &mut dyn Tx, session: &Session) -> Result<()> {
    for (id, slip) in records::slips(tx.view(), &session.id)? {
        if slip.log.is_some() {
            tx.delete(&records::slip_key(&session.id, id))?;
        }
    }
    if session.ended.is_some() {
        return Ok(());
    }
    let group = session.group.clone().map(Log::Group);
    for log in std::iter::once(Log::All).chain(group) {
        let head = records::head(tx.view(), &log)?;
        follow(tx, &session.id, &log)?;
        records::put_head(tx, &log, &head)?;
    }
    Ok(())
}

/// A message that a session receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which subscription it came by; none for one to the session alone.
    pub subscription: Option<usize>,
    /// What has been done with it.
    pub state: State,
}
