//! How fast one session may send: so many at once, and so many a minute in the long run.
//!
//! A storm of messages between two agents costs money and buries what matters. Time is
//! `CLOCK_BOOTTIME`; after a reboot everybody begins afresh.

use serde::{Deserialize, Serialize};

use crate::clock::Now;
use crate::coord::{Settings, lease};
use crate::error::{Error, Result};

/// Thousandths of a message.
const ONE: u64 = 1000;

/// What a session may still send at some moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// In thousandths of a message.
    pub left: u64,
    /// The moment.
    pub at: Now,
}

/// Takes one message out of the bucket.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) saying when the next one can go.
pub fn take(
    bucket: Option<&Bucket>,
    now: &Now,
    settings: &Settings,
    name: &str,
) -> Result<Option<Bucket>> {
    let (burst, per_minute) = (settings.message_burst, settings.messages_per_minute);
    if burst == 0 {
        return Ok(None);
    }
    let full = burst * ONE;
    let (mut left, mut at) = (full, now.clone());
    if let Some(bucket) = bucket.filter(|bucket| bucket.at.boot_id == now.boot_id) {
        let passed = now.boot_ms.saturating_sub(bucket.at.boot_ms);
        let gained = passed.saturating_mul(per_minute) / 60;
        left = bucket.left.saturating_add(gained).min(full);
        if gained == 0 {
            // Less than a thousandth: the time counts on.
            at = bucket.at.clone();
        }
    }
    if left < ONE {
        let wait = ((ONE - left) * 60).div_ceil(per_minute.max(1));
        return Err(Error::refused(format!(
            "{name} sends too fast: {burst} messages at once, then {per_minute} a minute"
        ))
        .with_hint(format!(
            "the next one can go in {}; say more in one message instead of many",
            lease::show_ms(wait)
        )));
    }
    Ok(Some(Bucket {
        left: left - ONE,
        at,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(boot_ms: u64) -> Now {
        Now {
            boot_id: "boot".into(),
            boot_ms,
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    /// How many messages go at each of the instants, one after the other as fast as they can.
    fn check(settings: &Settings, instants: &[u64], expected: &[u64]) {
        let mut bucket = None;
        let mut sent = Vec::new();
        for instant in instants {
            let mut count = 0;
            while count < 1000 {
                match take(bucket.as_ref(), &now(*instant), settings, "Forge") {
                    Ok(next) => bucket = next,
                    Err(error) => {
                        assert!(error.message.contains("too fast"), "{}", error.message);
                        break;
                    }
                }
                count += 1;
            }
            sent.push(count);
        }
        assert_eq!(sent, expected);
    }

    #[test]
    fn a_burst_then_the_average() {
        let settings = Settings {
            message_burst: 5,
            messages_per_minute: 60,
            ..Settings::default()
        };
        check(
            &settings,
            &[0, 999, 1000, 4000, 1_000_000],
            &[5, 0, 1, 3, 5],
        );
        let none = Settings {
            message_burst: 0,
            ..settings
        };
        check(&none, &[0], &[1000]);
    }

    #[test]
    fn another_boot_begins_afresh() {
        let empty = Bucket {
            left: 0,
            at: Now {
                boot_id: "before".into(),
                ..now(5_000_000)
            },
        };
        let taken = take(Some(&empty), &now(0), &Settings::default(), "Forge").unwrap();
        assert_eq!(taken.unwrap().left, 59_000);
    }
}
