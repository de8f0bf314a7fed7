//! How sessions work together: identity, groups, context, claims and tasks.
//!
//! Every rule is a function of records, time and request, decided inside one transaction of the
//! store; the rules are in one file per subject. [`Coord`] is the way in: it owns the store, the
//! clock and the probe for processes, runs each rule in its transaction, records the attempt, and
//! brings the readable files up to date.
//!
//! This module knows keys, revisions and leases; it knows nothing of SQL, terminals or panes'
//! contents, and never decides anything by wall time.

pub mod access;
pub mod attention;
pub mod audit;
pub mod caller;
pub mod claim;
pub mod cleanup;
pub mod context;
mod digest;
pub mod discovery;
pub mod doctor;
pub mod facade;
pub mod fingerprint;
pub mod fix;
pub mod force;
pub mod glob;
pub mod group;
pub mod holding;
pub mod import;
pub mod issue;
pub mod key;
pub mod lease;
pub mod membership;
pub mod message;
pub mod metrics;
pub mod moment;
pub mod names;
pub mod notice;
mod operation;
mod overlap;
pub mod pick;
mod projector;
pub mod queue;
pub mod readable;
pub mod register;
pub mod replica;
pub mod report;
pub mod roster;
#[cfg(test)]
mod samples;
pub mod schema;
pub mod session;
pub mod snapshot;
pub mod state;
pub mod task;
#[cfg(test)]
mod tests;
pub mod wait;
pub mod watch;

pub use claim::{ClaimRequest, Granted, GrantedClaim, Released, Which};
pub use context::{Share, Shared};
pub use facade::{Actor, Coord};
pub use fingerprint::{Fingerprint, Probe, SystemProbe, Vital};
pub use group::{Joined, Left};
pub use key::ClaimKey;
pub use register::Register;
pub use schema::{Session, SessionId};
pub use session::Heartbeat;
pub use watch::Watcher;

use std::time::Duration;

use crate::clock::Now;

/// What can be set up differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Peers a session may have in its group, which may have one member more.
    pub peer_limit: usize,
    /// Claims a session may hold at once.
    pub claims_per_session: u64,
    /// How long a claim lasts for which no time is given.
    pub claim_ttl: Duration,
    /// Messages a session may send at once; 0 for no limit of speed.
    pub message_burst: u64,
    /// Messages a session may send a minute in the long run.
    pub messages_per_minute: u64,
    /// Unread messages to one session alone; more are refused.
    pub unread_per_session: u64,
    /// Messages kept that have been dealt with: for each session, group, and of those to all.
    pub messages_kept: u64,
    /// A session out of sight whose last sign of life is older than this is lost, in milliseconds.
    pub lost_ms: u64,
    /// A session that works but has shown nothing for this long is called stalled, in milliseconds.
    pub stalled_ms: u64,
    /// A session that has shown a sign of life within this time is active, in milliseconds.
    pub active_ms: u64,
    /// How long a session that died stays to be seen before it is forgotten, in milliseconds.
    pub lost_shown_ms: u64,
    /// Whether a session may judge its own fixes, if it says that it means to.
    pub self_review: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            peer_limit: 32,
            claims_per_session: 10_000,
            claim_ttl: lease::DEFAULT_TTL,
            message_burst: 60,
            messages_per_minute: 60,
            unread_per_session: 1_000,
            messages_kept: 1_000,
            lost_ms: 60_000,
            stalled_ms: 120_000,
            active_ms: 120_000,
            lost_shown_ms: 10 * 60_000,
            self_review: false,
        }
    }
}

/// What a rule knows besides the records: the time, who lives, the settings, and who acts.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The time the whole transaction happens at.
    pub now: &'a Now,
    /// Looks at processes.
    pub probe: &'a dyn Probe,
    /// The limits.
    pub settings: &'a Settings,
    /// The session on whose behalf it happens; it lives, whatever its heartbeats say.
    pub acting: Option<&'a SessionId>,
}
