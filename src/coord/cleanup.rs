//! Cleaning up: what the dead left, and what is too old to be looked at again.
//!
//! What still binds or waits for somebody is never touched. A dry run does the same work in a
//! transaction that is then given up, so that it cannot promise anything else than what a real run
//! does. Ages are wall time: they decide about records of the past, never about who may do what.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::audit::{self, AuditEntry};
use super::facade::Coord;
use super::schema::{self, Session};
use super::{Moment, context, holding, session};
use crate::error::{Error, Kind, Result};
use crate::store::{Order, Tx, put_json};

/// Entries of the audit trail that stay in the store, however old.
const AUDIT_KEPT: usize = 1000;
/// Entries archived in one run: the transaction must not keep others waiting for long.
const AUDIT_PIECE: usize = 5000;

/// What to do, and how.
#[derive(Debug, Clone, Copy)]
pub struct Cleanup {
    /// Heartbeats and ended sessions older than this go.
    pub older_than: SignedDuration,
    /// Entries of the audit trail older than this go to the archive.
    pub audit_older_than: SignedDuration,
    /// Only tell what would be done.
    pub dry_run: bool,
}

/// What was done, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cleaned {
    /// Sessions whose processes were gone, by name.
    pub ended: Vec<String>,
    /// Claims that bound nobody any more.
    pub claims: usize,
    /// Shared values that had run out.
    pub values: usize,
    /// Heartbeats forgotten.
    pub heartbeats: usize,
    /// Ended sessions forgotten, by name.
    pub forgotten: Vec<String>,
    /// Entries of the audit trail taken to the archive.
    pub archived: usize,
    #[serde(skip)]
    archived_to: u64,
}

impl Cleaned {
    /// Whether there was nothing to do.
    pub fn is_nothing(&self) -> bool {
        *self == Cleaned::default()
    }
}

impl Coord {
    /// Cleans up, or tells what there is to clean up.
    ///
    /// # Errors
    /// Only the store's.
    pub fn cleanup(&self, cleanup: &Cleanup) -> Result<Cleaned> {
        let mut cleaned = Cleaned::default();
        let outcome = self.transact(|tx, at| {
            cleaned = clean(tx, at, cleanup)?;
            match cleanup.dry_run {
                true => Err(Error::refused("a dry run changes nothing")),
                false => Ok(()),
            }
        });
        match outcome {
            Err(error) if cleanup.dry_run && error.kind == Kind::Refused => return Ok(cleaned),
            outcome => outcome?,
        };
        if cleaned.archived > 0 {
            self.archive_audit(cleaned.archived_to)?;
        }
        Ok(cleaned)
    }
}

fn clean(tx: &mut dyn Tx, at: &Moment<'_>, cleanup: &Cleanup) -> Result<Cleaned> {
    let before = |age: SignedDuration| at.now.wall.checked_sub(age).unwrap_or(Timestamp::MIN);
    let old = before(cleanup.older_than);
    let ended = session::reap(tx, at)?;
    let claims = holding::sweep(tx, at)?;
    let mut cleaned = Cleaned {
        ended,
        claims,
        values: context::sweep(tx, at)?,
        ..Cleaned::default()
    };
    for session in schema::sessions(tx.view())? {
        match &session.ended {
            Some(ended) if ended.at.wall < old => {
                session::forget(tx, &session.id)?;
                cleaned.forgotten.push(session.name);
            }
            Some(_) => {}
            None => cleaned.heartbeats += forget_heartbeats(tx, session, old)?,
        }
    }
    archive(tx, before(cleanup.audit_older_than), &mut cleaned)?;
    Ok(cleaned)
}

fn forget_heartbeats(tx: &mut dyn Tx, mut session: Session, old: Timestamp) -> Result<usize> {
    let all = session.activity.len();
    session.activity.retain(|activity| activity.at >= old);
    let gone = all - session.activity.len();
    if gone > 0 {
        put_json(tx, &schema::session_key(&session.id), &session)?;
    }
    Ok(gone)
}

fn archive(tx: &mut dyn Tx, old: Timestamp, cleaned: &mut Cleaned) -> Result<()> {
    let surplus = tx.count(audit::PREFIX)?;
    let surplus = usize::try_from(surplus)
        .unwrap_or(usize::MAX)
        .saturating_sub(AUDIT_KEPT);
    let oldest = tx.scan(audit::PREFIX, Order::Ascending, surplus.min(AUDIT_PIECE))?;
    for record in oldest {
        let entry: AuditEntry = record.decode()?;
        if entry.timestamp >= old {
            break;
        }
        tx.delete(&record.key)?;
        cleaned.archived += 1;
        cleaned.archived_to = entry.revision;
    }
    Ok(())
}
