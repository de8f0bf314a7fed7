//! Times on a command line: `30s`, `10m`, `2h`, `1d`; moments of the past: `24h`, `2025-11-17`.

use std::time::Duration;

use jiff::Timestamp;

use crate::coord::lease;
use crate::error::Error;

/// How long a lease lasts.
///
/// # Errors
/// What is wrong with it, for clap.
pub fn ttl(text: &str) -> Result<Duration, String> {
    lease::parse_ttl(text).map_err(|error| explain(&error))
}

/// How long to wait.
///
/// # Errors
/// What is wrong with it, for clap.
pub fn patience(text: &str) -> Result<Duration, String> {
    lease::parse_duration(text).map_err(|error| explain(&error))
}

/// A moment of the past: how long ago (`24h`, `7d`), a day, or a time; without a zone it is UTC.
///
/// # Errors
/// What is wrong with it, for clap.
pub fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(ago) = lease::parse_duration(text) {
        return Ok(Moment::Ago(ago));
    }
    match crate::coord::moment::utc(text) {
        Some((time, _)) => Ok(Moment::At(time)),
        None => Err(
            "write how long ago (24h, 7d), a day (2025-11-17) or a time in UTC \
                     (2025-11-17T08:00:00Z)"
                .to_owned(),
        ),
    }
}

/// A moment of the past as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long ago.
    Ago(Duration),
    /// At this time.
    At(Timestamp),
}

impl Moment {
    /// When it is, seen from `now`.
    pub fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Moment::At(time) => time,
            Moment::Ago(ago) => jiff::SignedDuration::try_from(ago)
                .ok()
                .and_then(|ago| now.checked_sub(ago).ok())
                .unwrap_or(Timestamp::MIN),
        }
    }
}

fn explain(error: &Error) -> String {
    match &error.hint {
        Some(hint) => format!("{} ({hint})", error.message),
        None => error.message.clone(),
    }
}
