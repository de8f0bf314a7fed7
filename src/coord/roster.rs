//! Who is active: sessions that live and have shown it lately, by role and capability.
//!
//! *Alive* and *active* are two things. A session is alive while its process is; it is active while
//! its last sign of life (a heartbeat, a claim, work in its pane) is no older than
//! [`Settings::active_ms`](super::Settings). A pair of active sessions is what coordination needs.

use super::Moment;
use super::facade::Coord;
use super::fingerprint::Fingerprint;
use super::schema::{self, Session};
use super::session;
use super::snapshot::Life;
use crate::error::Result;
use crate::store::View;

/// A session that is not over, and how it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Present {
    /// Its record.
    pub session: Session,
    /// Whether its process lives.
    pub life: Life,
    /// Milliseconds since its last sign of life.
    pub silent_ms: u64,
    /// Whether it has shown a sign of life lately.
    pub active: bool,
}

/// Everybody who is not over, by number.
///
/// # Errors
/// Only the store's.
pub fn present(view: &dyn View, at: &Moment<'_>) -> Result<Vec<Present>> {
    let mut found = Vec::new();
    for session in schema::sessions(view)? {
        let life = session::life(&session, at);
        if life == Life::Lost {
            continue;
        }
        let silent_ms = session::silence_ms(&session.seen, at.now);
        found.push(Present {
            active: silent_ms <= at.settings.active_ms,
            silent_ms,
            life,
            session,
        });
    }
    found.sort_by_key(|present| present.session.number);
    Ok(found)
}

/// Whether those who are active can work together: two at least, and somebody for each role.
pub fn can_coordinate(present: &[Present], roles: &[String]) -> bool {
    let active = || present.iter().filter(|present| present.active);
    let filled = |role: &String| active().any(|present| has_role(&present.session, role));
    active().count() >= 2 && roles.iter().all(filled)
}

/// Whether a session has this role; case does not matter.
pub fn has_role(session: &Session, role: &str) -> bool {
    let own = session.role.as_deref().unwrap_or_default();
    own.to_lowercase() == role.to_lowercase()
}

/// What must not be: two living sessions of one number or name. Transactions see to it, so a
/// clash found here means a damaged store.
pub fn clashes(present: &[Present]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, one) in present.iter().enumerate() {
        for other in present.iter().skip(index + 1) {
            let (a, b) = (&one.session, &other.session);
            if a.number == b.number {
                found.push(format!(
                    "{} and {} both have number {}",
                    a.id, b.id, a.number
                ));
            }
            if a.name == b.name {
                found.push(format!("{} and {} are both called {}", a.id, b.id, a.name));
            }
        }
    }
    found
}

impl Coord {
    /// Everybody who is not over, by number.
    ///
    /// # Errors
    /// Only the store's.
    pub fn present_sessions(&self) -> Result<Vec<Present>> {
        self.read(present)
    }

    /// The sessions registered for this process.
    ///
    /// # Errors
    /// Only the store's.
    pub fn sessions_of(&self, process: &Fingerprint) -> Result<Vec<Session>> {
        let mut all = self.read(|view, _| schema::sessions(view))?;
        all.retain(|session| {
            session.ended.is_none() && session.fingerprint.is_same_process(process)
        });
        Ok(all)
    }
}
