//! What a snapshot tells of messages: how many each session has before it, and the latest ones.
//!
//! It is bounded, whatever is in the store: the latest hundred messages with the beginnings of their
//! bodies, and for each session its counts and which of these hundred lie before it.

use std::collections::{BTreeMap, HashMap};

use super::mailbox::{Counts, Mailbox, Subscription};
use super::records::{self, Log, LogHead, Message, Recipient, State};
use crate::coord::schema::SessionId;
use crate::coord::snapshot::{Mail, MessageInfo, MessageKind, Snapshot};
use crate::error::Result;
use crate::store::{Order, View};

/// How many messages are told of.
const LATEST: usize = 100;

/// What there is to tell, as of some revision.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// The latest messages, newest first.
    latest: Vec<Message>,
    boxes: BTreeMap<String, Seen>,
}

/// One session's box, as far as the latest messages go.
#[derive(Debug, Clone)]
struct Seen {
    counts: Counts,
    subscriptions: Vec<Subscription>,
    slips: Vec<(u64, State)>,
}

impl Overview {
    /// Reads it. What cannot be read is left out.
    ///
    /// # Errors
    /// Only the store's.
    pub fn read(view: &dyn View) -> Result<Overview> {
        let latest = view.scan(records::PREFIX, Order::Descending, LATEST)?;
        let latest: Vec<Message> = latest.iter().filter_map(|r| r.decode().ok()).collect();
        let oldest = latest.last().map_or(0, |message| message.id);
        let mut heads: HashMap<Log, LogHead> = HashMap::new();
        let mut boxes = BTreeMap::new();
        for record in view.range(records::MAILBOX_PREFIX)? {
            let Ok(mailbox) = record.decode::<Mailbox>() else {
                continue;
            };
            let id = record.key.trim_start_matches(records::MAILBOX_PREFIX);
            let seen = seen(view, id, mailbox, oldest, &mut heads)?;
            boxes.extend(seen.map(|seen| (id.to_owned(), seen)));
        }
        Ok(Overview { latest, boxes })
    }

    /// Whether a change of this key changes it.
    pub fn concerns(key: &str) -> bool {
        [records::PREFIX, records::MAILBOX_PREFIX, "box/", "logs/"]
            .iter()
            .any(|prefix| key.starts_with(prefix))
    }

    /// Puts it into a snapshot that has its sessions.
    pub fn apply(&self, snapshot: &mut Snapshot) {
        for session in &mut snapshot.sessions {
            let Some(seen) = self.boxes.get(&session.id) else {
                continue;
            };
            session.unread = seen.counts.unread();
            session.unacknowledged = seen.counts.unacknowledged;
            session.mail = self.mail(&session.id, seen);
        }
        snapshot.messages = self.latest.iter().map(info).collect();
    }

    /// Which of the latest messages lie before a session.
    fn mail(&self, session: &str, seen: &Seen) -> Mail {
        let mut mail = Mail::default();
        for message in &self.latest {
            match seen.state(session, message) {
                Some(State::Unread) => mail.unread.push(message.id),
                Some(State::Read) => mail.read.push(message.id),
                Some(State::Acknowledged) | None => {}
            }
        }
        mail
    }
}

impl Seen {
    fn state(&self, session: &str, message: &Message) -> Option<State> {
        if let Some((_, state)) = self.slips.iter().find(|(id, _)| *id == message.id) {
            return Some(*state);
        }
        let (log, position) = message.to.log().zip(message.position)?;
        let own = message.from.session.as_ref().map(SessionId::as_str) == Some(session);
        let covers = |subscription: &Subscription| {
            let until = subscription.until.unwrap_or(u64::MAX);
            subscription.log == log && subscription.cursor < position && position <= until
        };
        let received = !own && self.subscriptions.iter().any(covers);
        received.then_some(State::Unread)
    }
}

/// A box with something in it.
fn seen(
    view: &dyn View,
    session: &str,
    mailbox: Mailbox,
    oldest: u64,
    heads: &mut HashMap<Log, LogHead>,
) -> Result<Option<Seen>> {
    let mut counts = Counts {
        direct: mailbox.unread,
        broadcast: 0,
        unacknowledged: mailbox.read,
    };
    let mut touched = mailbox.unread + mailbox.read;
    for subscription in &mailbox.subscriptions {
        if !heads.contains_key(&subscription.log) {
            let head = records::head(view, &subscription.log).unwrap_or_default();
            heads.insert(subscription.log.clone(), head);
        }
        if let Some(head) = heads.get(&subscription.log) {
            counts.broadcast += subscription.unread(head);
        }
        counts.unacknowledged += subscription.read;
        touched += subscription.read + subscription.acknowledged;
    }
    if counts.unread() + counts.unacknowledged == 0 {
        return Ok(None);
    }
    let mut slips = Vec::new();
    if touched > 0 {
        // From the oldest that is told of: most boxes hold nothing so new.
        let prefix = records::slips_prefix(session);
        let mut from = format!("{prefix}{oldest:020}");
        while let Some(record) = view.seek(&prefix, &from)? {
            if let Ok(slip) = record.decode::<records::Slip>() {
                slips.push((records::number_of(&record.key), slip.state));
            }
            from = record.key + "\0";
        }
    }
    Ok(Some(Seen {
        counts,
        subscriptions: mailbox.subscriptions,
        slips,
    }))
}

fn info(message: &Message) -> MessageInfo {
    let (kind, to_id) = match &message.to {
        Recipient::Session { id, .. } => (MessageKind::Direct, Some(id.to_string())),
        Recipient::Group { .. } => (MessageKind::Group, None),
        Recipient::All => (MessageKind::Broadcast, None),
    };
    MessageInfo {
        id: message.id,
        thread: message.thread,
        re: message.re,
        at: message.at.to_string(),
        from: message.from.name.clone(),
        from_id: message.from.session.as_ref().map(|id| id.to_string()),
        trust: message.from.trust.to_string(),
        kind,
        to: message.to.label(),
        to_id,
        subject: message.subject.clone(),
        begins: message.text.clone(),
        bytes: message.bytes,
    }
}
