//! What a session must hear of at its next command: a claim that was taken from it by force, an
//! invitation, a lease that is about to end.
//!
//! What others did is on record until it has been told once; what time does (a lease with a fifth
//! of its time left) is computed whenever somebody asks. What others did is sent as a message too,
//! so that it is still there when the line on standard error has gone by.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Moment;
use super::facade::Coord;
use super::key::ClaimKey;
use super::lease::show_ms;
use super::message::{Address, Author, post};
use super::schema::{self, Claim, SessionId};
use crate::error::Result;
use crate::store::{Order, Tx, View, put_json};

/// Notices kept for one session; the oldest are dropped.
const KEPT: u64 = 50;
/// Claims looked at for an end that is near.
const LOOKED_AT: usize = 200;

/// Something that others did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What, in a sentence.
    pub text: String,
    /// When, for people.
    pub at: Timestamp,
}

/// Leaves a notice for a session, and the same as a message.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is no such session.
pub fn tell(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    to: &SessionId,
    subject: &str,
    text: &str,
) -> Result<()> {
    post(
        tx,
        at,
        Author::Stoa,
        &Address::Session(to.clone()),
        subject,
        text,
    )?;
    let prefix = schema::notice_prefix(to);
    let here = format!("{prefix}{:020}-", tx.revision());
    let index = tx.count(&here)?;
    let notice = Notice {
        text: text.to_owned(),
        at: at.now.wall,
    };
    put_json(tx, &format!("{here}{index:04}"), &notice)?;
    let surplus = tx.count(&prefix)?.saturating_sub(KEPT);
    for record in tx.scan(&prefix, Order::Ascending, surplus as usize)? {
        tx.delete(&record.key)?;
    }
    Ok(())
}

/// Forgets what was never told: the session has ended.
pub(super) fn forget(tx: &mut dyn Tx, id: &SessionId) -> Result<()> {
    for record in tx.range(&schema::notice_prefix(id))? {
        tx.delete(&record.key)?;
    }
    Ok(())
}

/// C7: the claims of a session that have a fifth of their time left or less.
///
/// # Errors
/// Only the store's.
pub fn ending(view: &dyn View, at: &Moment<'_>, id: &SessionId) -> Result<Vec<String>> {
    let prefix = schema::held_prefix(id);
    let mut found = Vec::new();
    for record in view.scan(&prefix, Order::Ascending, LOOKED_AT)? {
        let key = record.key.strip_prefix(&prefix).unwrap_or_default();
        let Some(claim) = schema::claim(view, &ClaimKey::canonical(key)?)? else {
            continue;
        };
        found.extend(sentence(&claim, at, id));
    }
    Ok(found)
}

fn sentence(claim: &Claim, at: &Moment<'_>, id: &SessionId) -> Option<String> {
    let grant = claim.grants.iter().find(|grant| grant.holder == *id)?;
    if !grant.lease.ends_soon(at.now) {
        return None;
    }
    let key = &claim.key;
    Some(match grant.lease.left_ms(at.now) {
        0 => format!("your claim on {key} has run out; stoa renew {key} within its grace, or stop"),
        left => format!(
            "your claim on {key} ends in {}; keep it with: stoa renew {key}",
            show_ms(left)
        ),
    })
}

impl Coord {
    /// What the session must hear of; what others did is told once.
    ///
    /// # Errors
    /// Only the store's.
    pub fn take_notices(&self, id: &SessionId) -> Result<Vec<String>> {
        let (left, ending) = self.read(|view, at| {
            let records = view.range(&schema::notice_prefix(id))?;
            Ok((records, ending(view, at, id)?))
        })?;
        let mut told = Vec::new();
        if !left.is_empty() {
            // Two commands at once: who deletes a notice is who tells it.
            let taken = self.store.transact(&mut |tx| {
                told.clear();
                for record in &left {
                    let notice: Notice = record.decode()?;
                    if tx.delete(&record.key)? {
                        told.push(notice.text);
                    }
                }
                Ok(())
            });
            self.catch_up();
            taken?;
        }
        told.extend(ending);
        Ok(told)
    }
}
