//! What is kept: every message that somebody who lives has not read, and the latest of the others.
//!
//! Clean-up is part of sending and of dealing with messages, a bounded piece each time, so that
//! nobody ever waits for a large one. Times decide nothing here.

use super::mailbox::{Mailbox, Subscription};
use super::records::{self, Log, LogHead, MAILBOX_PREFIX};
use crate::coord::Moment;
use crate::coord::schema::{self, SessionId};
use crate::error::Result;
use crate::store::{Order, Tx};

/// A log is looked through once in so many messages.
const EVERY: u64 = 64;
/// Messages removed from a log at once.
const AT_ONCE: u64 = 256;

/// Removes the oldest messages of a log: beyond the number to keep, and passed by every session
/// that lives. A session that has ended loses what it had not read of them. The caller writes
/// `head`.
///
/// # Errors
/// Only the store's.
pub fn log(tx: &mut dyn Tx, at: &Moment<'_>, log: &Log, head: &mut LogHead) -> Result<()> {
    let kept = at.settings.messages_kept;
    let surplus = (head.last - head.removed).saturating_sub(kept);
    if surplus == 0 || !head.last.is_multiple_of(EVERY) {
        return Ok(());
    }
    let mut floor = head.removed + surplus.min(AT_ONCE);
    let mut behind = Vec::new();
    for record in tx.range(MAILBOX_PREFIX)? {
        let mailbox: Mailbox = record.decode()?;
        let cursors = mailbox.subscriptions.iter().filter(|s| s.log == *log);
        let Some(cursor) = cursors.map(|subscription| subscription.cursor).min() else {
            continue;
        };
        if cursor >= floor {
            continue;
        }
        let id = record.key.trim_start_matches(MAILBOX_PREFIX);
        let Ok(id) = SessionId::parse(id) else {
            continue;
        };
        let lives = schema::session(tx.view(), &id)?.is_some_and(|session| session.ended.is_none());
        match lives {
            true => floor = floor.min(cursor),
            false => behind.push((id, mailbox)),
        }
    }
    for (id, mailbox) in behind {
        give_up(tx, &id, mailbox, log, floor)?;
    }
    for position in head.removed + 1..=floor {
        if let Some(line) = records::line(tx.view(), log, position)? {
            records::delete_message(tx, line.id)?;
            tx.delete(&records::line_key(log, position))?;
        }
    }
    head.removed = head.removed.max(floor);
    Ok(())
}

/// Drops what a session that has ended received of a log, where part of it is to be removed.
fn give_up(
    tx: &mut dyn Tx,
    session: &SessionId,
    mut mailbox: Mailbox,
    log: &Log,
    floor: u64,
) -> Result<()> {
    let lost = |subscription: &Subscription| {
        subscription.log == *log && subscription.until.is_some() && subscription.cursor < floor
    };
    let ends: Vec<(u64, Option<u64>)> = (mailbox.subscriptions.iter())
        .filter(|subscription| lost(subscription))
        .map(|subscription| (subscription.cursor, subscription.until))
        .collect();
    for (id, slip) in records::slips(tx.view(), session)? {
        let inside = |(from, until): &(u64, Option<u64>)| {
            slip.log.as_ref().is_some_and(|(name, position)| {
                name == log && position > from && until.is_some_and(|until| *position <= until)
            })
        };
        if ends.iter().any(inside) {
            tx.delete(&records::slip_key(session, id))?;
        }
    }
    mailbox
        .subscriptions
        .retain(|subscription| !lost(subscription));
    records::put_mailbox(tx, session, &mailbox)
}

/// Removes the oldest of the messages to a session that it has dealt with, beyond the number to
/// keep. The caller writes `mailbox`.
///
/// # Errors
/// Only the store's.
pub fn done(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &SessionId,
    mailbox: &mut Mailbox,
) -> Result<()> {
    let surplus = mailbox.done.saturating_sub(at.settings.messages_kept);
    let surplus = usize::try_from(surplus).unwrap_or(usize::MAX);
    if surplus == 0 {
        return Ok(());
    }
    for record in tx.scan(&records::done_prefix(session), Order::Ascending, surplus)? {
        records::delete_message(tx, records::number_of(&record.key))?;
        tx.delete(&record.key)?;
        mailbox.done = mailbox.done.saturating_sub(1);
    }
    Ok(())
}
