//! Dealing with messages: reading marks one, acknowledging moves the session's place.

use serde::{Deserialize, Serialize};

use super::inbox::{self, Item};
use super::mailbox::{self, Mailbox, Subscription};
use super::records::{self, Log, State};
use super::trim;
use crate::coord::Moment;
use crate::coord::schema::{Session, SessionId};
use crate::error::Result;
use crate::store::{Tx, put_json};

/// Messages a session may have read without dealing with them; beyond that the oldest count as
/// dealt with.
const READ_KEPT: u64 = 500;

/// What acknowledging returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// How many messages it was, without those that had been before.
    pub messages: u64,
    /// How many are still unread.
    pub unread: u64,
}

/// Which messages are acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// These.
    These(Vec<u64>),
    /// All up to this one.
    UpTo(u64),
    /// All there are.
    All,
}

/// Reads one message: it is no longer unread. `item.state` is what it was before.
///
/// # Errors
/// As [`inbox::visible`].
pub fn read(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session, id: u64) -> Result<Item> {
    let message = inbox::visible(tx.view(), session, id)?;
    let mut mailbox = records::mailbox(tx.view(), &session.id)?;
    let place = inbox::place(tx.view(), &session.id, &mailbox, &message)?;
    let state = place.as_ref().map(|place| place.state);
    if let Some(place) = place.filter(|place| place.state == State::Unread) {
        let log = message.to.log().zip(message.position);
        match place.subscription {
            Some(index) => {
                if let Some(subscription) = mailbox.subscriptions.get_mut(index) {
                    subscription.read += 1;
                }
            }
            None => {
                mailbox.unread = mailbox.unread.saturating_sub(1);
                mailbox.read += 1;
            }
        }
        records::put_slip(tx, &session.id, id, State::Read, log)?;
        let read = mailbox.read + mailbox.subscriptions.iter().map(|s| s.read).sum::<u64>();
        if read > READ_KEPT {
            let slips = records::slips(tx.view(), &session.id)?;
            let oldest = slips.iter().find(|(_, slip)| slip.state == State::Read);
            if let Some((oldest, _)) = oldest {
                one(tx, at, &session.id, &mut mailbox, *oldest)?;
            }
        }
        records::put_mailbox(tx, &session.id, &mailbox)?;
    }
    Ok(Item { message, state })
}

/// Acknowledges messages: the session has dealt with them. Doing it again does nothing.
///
/// # Errors
/// As [`inbox::visible`].
pub fn acknowledge(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    which: &Handled,
) -> Result<Acknowledged> {
    let mut mailbox = records::mailbox(tx.view(), &session.id)?;
    let mut messages = 0;
    match which {
        Handled::These(ids) => {
            for id in ids {
                inbox::visible(tx.view(), session, *id)?;
                messages += one(tx, at, &session.id, &mut mailbox, *id)?;
            }
        }
        Handled::UpTo(id) => {
            inbox::visible(tx.view(), session, *id)?;
            messages = all(tx, at, &session.id, &mut mailbox, *id)?;
        }
        Handled::All => messages = all(tx, at, &session.id, &mut mailbox, u64::MAX)?,
    }
    if messages > 0 {
        records::put_mailbox(tx, &session.id, &mailbox)?;
    }
    Ok(Acknowledged {
        messages,
        unread: mailbox::counts(tx.view(), &mailbox)?.unread(),
    })
}

/// Deals with one message; the caller writes `mailbox`. Returns how many it was: one or none.
fn one(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &SessionId,
    mailbox: &mut Mailbox,
    id: u64,
) -> Result<u64> {
    let Some(message) = records::message(tx.view(), id)? else {
        return Ok(0);
    };
    let place = inbox::place(tx.view(), session, mailbox, &message)?;
    let Some(place) = place.filter(|place| place.state != State::Acknowledged) else {
        return Ok(0);
    };
    let log = message.to.log().zip(message.position);
    let Some(log) = log else {
        done(tx, at, session, mailbox, id, place.state)?;
        return Ok(1);
    };
    let Some(subscription) = place
        .subscription
        .and_then(|i| mailbox.subscriptions.get_mut(i))
    else {
        return Ok(0);
    };
    if place.state == State::Read {
        subscription.read = subscription.read.saturating_sub(1);
    }
    subscription.acknowledged += 1;
    records::put_slip(tx, session, id, State::Acknowledged, Some(log))?;
    advance(tx, session, subscription)?;
    drop_passed(mailbox);
    Ok(1)
}

/// A message to the session alone leaves its box.
fn done(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &SessionId,
    mailbox: &mut Mailbox,
    id: u64,
    state: State,
) -> Result<()> {
    match state {
        State::Unread => mailbox.unread = mailbox.unread.saturating_sub(1),
        State::Read => mailbox.read = mailbox.read.saturating_sub(1),
        State::Acknowledged => {}
    }
    tx.delete(&records::slip_key(session, id))?;
    put_json(tx, &records::done_key(session, id), &true)?;
    mailbox.done += 1;
    trim::done(tx, at, session, mailbox)
}

/// Moves the cursor over all that has been dealt with, or was sent by the session itself.
fn advance(tx: &mut dyn Tx, session: &SessionId, subscription: &mut Subscription) -> Result<()> {
    let head = records::head(tx.view(), &subscription.log)?;
    let end = subscription.end(&head);
    while subscription.cursor < end {
        let next = subscription.cursor + 1;
        if let Some(line) = records::line(tx.view(), &subscription.log, next)? {
            if line.from.as_ref() == Some(session) {
                subscription.own = subscription.own.saturating_sub(1);
            } else {
                let slip = records::slip(tx.view(), session, line.id)?;
                if slip.is_none_or(|slip| slip.state != State::Acknowledged) {
                    break;
                }
                tx.delete(&records::slip_key(session, line.id))?;
                subscription.acknowledged = subscription.acknowledged.saturating_sub(1);
            }
        }
        subscription.cursor = next;
    }
    Ok(())
}

/// Stretches that are over and dealt with need no memory.
fn drop_passed(mailbox: &mut Mailbox) {
    let passed = |subscription: &Subscription| {
        subscription
            .until
            .is_some_and(|until| subscription.cursor >= until)
    };
    mailbox
        .subscriptions
        .retain(|subscription| !passed(subscription));
}

/// Deals with everything up to a message; the caller writes `mailbox`.
fn all(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &SessionId,
    mailbox: &mut Mailbox,
    last: u64,
) -> Result<u64> {
    let mut messages = 0;
    let mut subscriptions = std::mem::take(&mut mailbox.subscriptions);
    for subscription in &mut subscriptions {
        messages += pass(tx, session, subscription, last)?;
    }
    mailbox.subscriptions = subscriptions;
    for (id, slip) in records::slips(tx.view(), session)? {
        if id <= last && slip.log.is_none() {
            done(tx, at, session, mailbox, id, slip.state)?;
            messages += 1;
        }
    }
    drop_passed(mailbox);
    Ok(messages)
}

/// Moves the cursor of a subscription to the last of its messages up to `last`.
fn pass(
    tx: &mut dyn Tx,
    session: &SessionId,
    subscription: &mut Subscription,
    last: u64,
) -> Result<u64> {
    let head = records::head(tx.view(), &subscription.log)?;
    let before = subscription.open(&head);
    let to = last_before(tx, subscription, subscription.end(&head), last)?;
    let within = |log: &Log, position: u64| {
        *log == subscription.log && position > subscription.cursor && position <= to
    };
    let mut slips = Vec::new();
    for (id, slip) in records::slips(tx.view(), session)? {
        if slip
            .log
            .as_ref()
            .is_some_and(|(log, position)| within(log, *position))
        {
            slips.push((id, slip.state));
        }
    }
    for (id, state) in slips {
        tx.delete(&records::slip_key(session, id))?;
        match state {
            State::Read => subscription.read = subscription.read.saturating_sub(1),
            State::Acknowledged => {
                subscription.acknowledged = subscription.acknowledged.saturating_sub(1);
            }
            State::Unread => {}
        }
    }
    if to == subscription.end(&head) {
        subscription.own = 0;
    } else {
        for position in subscription.cursor + 1..=to {
            let line = records::line(tx.view(), &subscription.log, position)?;
            if line.is_some_and(|line| line.from.as_ref() == Some(session)) {
                subscription.own = subscription.own.saturating_sub(1);
            }
        }
    }
    subscription.cursor = to;
    advance(tx, session, subscription)?;
    Ok(before.saturating_sub(subscription.open(&head)))
}

/// The last position, up to `end`, whose message is not after `last`: positions grow as numbers do.
fn last_before(tx: &dyn Tx, subscription: &Subscription, end: u64, last: u64) -> Result<u64> {
    let (mut low, mut high) = (subscription.cursor, end);
    if last == u64::MAX {
        return Ok(end);
    }
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let line = records::line(tx.view(), &subscription.log, middle)?;
        match line.is_none_or(|line| line.id <= last) {
            true => low = middle,
            false => high = middle - 1,
        }
    }
    Ok(low)
}
