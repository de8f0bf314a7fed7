//! Times on a command line: `30s`, `10m`, `2h`, `1d`.

use std::time::Duration;

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

fn explain(error: &Error) -> String {
    match &error.hint {
        Some(hint) => format!("{} ({hint})", error.message),
        None => error.message.clone(),
    }
}
