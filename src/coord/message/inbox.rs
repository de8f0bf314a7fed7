//! Reading the box: what is there, one message, a conversation. Nothing is changed here.

use serde::{Deserialize, Serialize};

use super::mailbox::{self, Counts, Mailbox, Place, Subscription};
use super::records::{self, Log, Message, Recipient, State};
use crate::coord::schema::{Session, SessionId};
use crate::error::{Error, Result};
use crate::store::{Order, View};

/// A message as one session sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The message.
    pub message: Message,
    /// What the session has done with it; none for one it sent, or did not receive.
    pub state: Option<State>,
}

/// What lies before a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbox {
    /// How much there is.
    pub counts: Counts,
    /// Not read: the oldest, oldest first.
    pub unread: Vec<Item>,
    /// Read and not dealt with: the oldest, oldest first.
    pub unacknowledged: Vec<Item>,
}

/// What lies before a session; up to `limit` messages of either kind.
///
/// # Errors
/// Only the store's.
pub fn list(view: &dyn View, session: &SessionId, limit: usize) -> Result<Inbox> {
    let mailbox = records::mailbox(view, session)?;
    let mut found: Vec<(u64, State)> = Vec::new();
    let slips = records::slips(view, session)?;
    let direct = slips.iter().filter(|(_, slip)| slip.log.is_none());
    found.extend(direct.map(|(id, slip)| (*id, slip.state)));
    for subscription in &mailbox.subscriptions {
        in_log(view, session, subscription, limit, &mut found)?;
    }
    // What was read of a log has a slip, however far from the cursor it lies.
    let read = slips
        .iter()
        .filter(|(_, slip)| slip.log.is_some() && slip.state == State::Read);
    found.extend(read.map(|(id, _)| (*id, State::Read)));
    found.sort_unstable_by_key(|(id, _)| *id);
    let items = |wanted: State| -> Result<Vec<Item>> {
        let ids = found.iter().filter(|(_, state)| *state == wanted);
        let mut items = Vec::new();
        for (id, state) in ids.take(limit) {
            items.extend(records::message(view, *id)?.map(|message| Item {
                message,
                state: Some(*state),
            }));
        }
        Ok(items)
    };
    Ok(Inbox {
        counts: mailbox::counts(view, &mailbox)?,
        unread: items(State::Unread)?,
        unacknowledged: items(State::Read)?,
    })
}

/// Adds the first unread messages of a subscription.
fn in_log(
    view: &dyn View,
    session: &SessionId,
    subscription: &Subscription,
    limit: usize,
    found: &mut Vec<(u64, State)>,
) -> Result<()> {
    let head = records::head(view, &subscription.log)?;
    let mut left = limit.min(usize::try_from(subscription.unread(&head)).unwrap_or(usize::MAX));
    let mut position = subscription.cursor;
    while left > 0 && position < subscription.end(&head) {
        position += 1;
        if let Some(line) = records::line(view, &subscription.log, position)?
            && line.from.as_ref() != Some(session)
            && records::slip(view, session, line.id)?.is_none()
        {
            found.push((line.id, State::Unread));
            left -= 1;
        }
    }
    Ok(())
}

/// What a session has done with a message; nothing for one it did not receive, and for one of a log
/// that it has dealt with so long ago that its cursor has passed it.
///
/// # Errors
/// Only the store's.
pub fn place(
    view: &dyn View,
    session: &SessionId,
    mailbox: &Mailbox,
    message: &Message,
) -> Result<Option<Place>> {
    if let Some(slip) = records::slip(view, session, message.id)? {
        let subscription = match &slip.log {
            Some((log, position)) => covering(view, mailbox, log, *position)?,
            None => None,
        };
        return Ok(Some(Place {
            subscription,
            state: slip.state,
        }));
    }
    let (Some(log), Some(position)) = (message.to.log(), message.position) else {
        let done = matches!(&message.to, Recipient::Session { id, .. } if id == session);
        return Ok(done.then_some(Place {
            subscription: None,
            state: State::Acknowledged,
        }));
    };
    if message.from.session.as_ref() == Some(session) {
        return Ok(None);
    }
    let subscription = covering(view, mailbox, &log, position)?;
    Ok(subscription.map(|index| Place {
        subscription: Some(index),
        state: State::Unread,
    }))
}

fn covering(view: &dyn View, mailbox: &Mailbox, log: &Log, position: u64) -> Result<Option<usize>> {
    let head = records::head(view, log)?;
    let covers = |subscription: &Subscription| {
        subscription.log == *log && subscription.covers(&head, position)
    };
    Ok(mailbox.subscriptions.iter().position(covers))
}

/// A message that this session may see: it sent or received it, or everybody may.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) for none, [`Kind::Refused`](crate::error::Kind::Refused)
/// for another's.
pub fn visible(view: &dyn View, session: &Session, id: u64) -> Result<Message> {
    let message = records::message(view, id)?.ok_or_else(|| {
        Error::not_found(format!("there is no message {id}")).with_hint(
            "`stoa inbox` lists yours; old ones that were dealt with are not kept for ever",
        )
    })?;
    if may_see(view, session, &message)? {
        return Ok(message);
    }
    Err(Error::refused(format!(
        "message {id} is between {} and {}",
        message.from.name,
        message.to.label()
    ))
    .with_hint("`stoa inbox` lists yours"))
}

fn may_see(view: &dyn View, session: &Session, message: &Message) -> Result<bool> {
    if message.from.session.as_ref() == Some(&session.id) {
        return Ok(true);
    }
    Ok(match &message.to {
        Recipient::Session { id, .. } => *id == session.id,
        Recipient::All => true,
        Recipient::Group { name } => {
            let log = Log::Group(name.clone());
            let follows = || -> Result<bool> {
                let mailbox = records::mailbox(view, &session.id)?;
                Ok(mailbox.subscriptions.iter().any(|s| s.log == log))
            };
            session.group.as_ref() == Some(name) || follows()?
        }
    })
}

/// The messages of a conversation that this session may see, oldest first, the latest `limit`.
/// `id` is any message of it.
///
/// # Errors
/// As [`visible`].
pub fn thread(view: &dyn View, session: &Session, id: u64, limit: usize) -> Result<Vec<Item>> {
    let thread = match records::message(view, id)? {
        Some(message) => message.thread,
        None => id,
    };
    let prefix = records::thread_prefix(thread);
    let answers = view.scan(&prefix, Order::Descending, limit)?;
    let mut ids: Vec<u64> = answers
        .iter()
        .map(|record| records::number_of(&record.key))
        .collect();
    ids.push(thread);
    ids.reverse();
    let mut found = Vec::new();
    for id in ids {
        if let Some(message) = records::message(view, id)?
            && may_see(view, session, &message)?
        {
            found.push(item(view, &session.id, message)?);
        }
    }
    if found.is_empty() {
        visible(view, session, id)?;
    }
    Ok(found)
}

/// A message as one session sees it.
///
/// # Errors
/// Only the store's.
pub fn item(view: &dyn View, session: &SessionId, message: Message) -> Result<Item> {
    let mailbox = records::mailbox(view, session)?;
    let state = place(view, session, &mailbox, &message)?.map(|place| place.state);
    Ok(Item { message, state })
}

/// The latest messages that this session has dealt with, oldest first.
///
/// # Errors
/// Only the store's.
pub fn handled(view: &dyn View, session: &SessionId, limit: usize) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for record in view.scan(&records::done_prefix(session), Order::Descending, limit)? {
        let message = records::message(view, records::number_of(&record.key))?;
        items.extend(message.map(|message| Item {
            message,
            state: Some(State::Acknowledged),
        }));
    }
    items.reverse();
    Ok(items)
}

/// The latest messages of all, newest first.
///
/// # Errors
/// Only the store's.
pub fn latest(view: &dyn View, limit: usize) -> Result<Vec<Message>> {
    let records = view.scan(records::PREFIX, Order::Descending, limit)?;
    records.iter().map(|record| record.decode()).collect()
}
