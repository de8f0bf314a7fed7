//! Leases: how long a claim lasts, counted in boot time and never in wall time.
//!
//! A lease is live until its end, then in *grace* for [`GRACE_MS`], when only its old holder may
//! renew it, then over. A lease of another boot is over: nobody who held it is running. The
//! wall clock does not occur here, so that setting it neither steals nor prolongs anything.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Now;
use crate::error::{Error, Result};

/// How long a claim lasts if nobody says otherwise.
pub const DEFAULT_TTL: Duration = Duration::from_secs(60 * 60);
/// The shortest time to live.
pub const MIN_TTL: Duration = Duration::from_secs(10);
/// The longest time to live.
pub const MAX_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// After its end, how long a lease waits for its old holder, in milliseconds.
pub const GRACE_MS: u64 = 15_000;

/// An end, on one boot of one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The boot it counts on.
    pub boot_id: String,
    /// Boot time of its end, in milliseconds.
    pub expires_ms: u64,
    /// The time to live it was given last, in milliseconds.
    pub ttl_ms: u64,
}

/// Where in its life a lease is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It holds for so many milliseconds more.
    Live(u64),
    /// It has ended, and is kept for its old holder for so many milliseconds more.
    Grace(u64),
    /// It is over.
    Over,
}

impl Lease {
    /// A lease from now on.
    pub fn new(now: &Now, ttl: Duration) -> Lease {
        let ttl_ms = millis(ttl);
        Lease {
            boot_id: now.boot_id.clone(),
            expires_ms: now.boot_ms.saturating_add(ttl_ms),
            ttl_ms,
        }
    }

    /// The same lease, lasting at least `ttl` from now; renewing never makes it shorter.
    pub fn renewed(&self, now: &Now, ttl: Duration) -> Lease {
        let fresh = Lease::new(now, ttl);
        let longer = self.boot_id == now.boot_id && self.expires_ms > fresh.expires_ms;
        Lease {
            expires_ms: if longer {
                self.expires_ms
            } else {
                fresh.expires_ms
            },
            ..fresh
        }
    }

    /// Where it is at `now`.
    pub fn phase(&self, now: &Now) -> Phase {
        if self.boot_id != now.boot_id {
            return Phase::Over;
        }
        if now.boot_ms < self.expires_ms {
            return Phase::Live(self.expires_ms - now.boot_ms);
        }
        match self
            .expires_ms
            .saturating_add(GRACE_MS)
            .checked_sub(now.boot_ms)
        {
            None | Some(0) => Phase::Over,
            Some(left) => Phase::Grace(left),
        }
    }

    /// Whether a fifth of its time or less is left, its grace included.
    pub fn ends_soon(&self, now: &Now) -> bool {
        match self.phase(now) {
            Phase::Live(left) => left <= self.ttl_ms / 5,
            Phase::Grace(_) => true,
            Phase::Over => false,
        }
    }

    /// Milliseconds until time changes how it stands: its end comes near, it ends, its grace does.
    pub fn next_change_ms(&self, now: &Now) -> Option<u64> {
        match self.phase(now) {
            Phase::Live(left) => Some(match left.checked_sub(self.ttl_ms / 5) {
                None | Some(0) => left,
                Some(until_near) => until_near,
            }),
            Phase::Grace(left) => Some(left),
            Phase::Over => None,
        }
    }

    /// Milliseconds it still holds; 0 when it does not.
    pub fn left_ms(&self, now: &Now) -> u64 {
        match self.phase(now) {
            Phase::Live(left) => left,
            Phase::Grace(_) | Phase::Over => 0,
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Reads a time to live: numbers with `s`, `m`, `h` or `d`, as in `90s`, `10m`, `1h30m`.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) for a bare number (minutes or seconds?), for
/// anything else that is not a time, and outside of [`MIN_TTL`] to [`MAX_TTL`].
pub fn parse_ttl(text: &str) -> Result<Duration> {
    check_ttl(parse_duration(text)?)
}

/// Holds a time to live to its limits.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) outside of them.
pub fn check_ttl(ttl: Duration) -> Result<Duration> {
    if ttl < MIN_TTL {
        return Err(Error::usage("that is too short: at least 10s").with_hint("for example 10m"));
    }
    if ttl > MAX_TTL {
        return Err(Error::usage("that is too long: at most 30d").with_hint("renew it when needed"));
    }
    Ok(ttl)
}

/// Reads a duration of any length, as in `--wait 30s`.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) as for [`parse_ttl`], but without its limits.
pub fn parse_duration(text: &str) -> Result<Duration> {
    let bad = || {
        let shown = super::names::shown(text);
        Error::usage(format!("\"{shown}\" is not a time")).with_hint("write 30s, 10m, 2h or 1h30m")
    };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let shown = super::names::shown(text);
        let hint = format!("write {shown}s for seconds or {shown}m for minutes");
        return Err(Error::usage(format!("\"{shown}\" has no unit")).with_hint(hint));
    }
    let mut seconds: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let mut chars = tail.chars();
        let unit = match chars.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 60 * 60,
            Some('d') => 24 * 60 * 60,
            _ => return Err(bad()),
        };
        rest = chars.as_str();
        let number: u64 = number.parse().map_err(|_| bad())?;
        seconds = (number.checked_mul(unit))
            .and_then(|part| seconds.checked_add(part))
            .ok_or_else(bad)?;
    }
    if text.is_empty() {
        Err(bad())
    } else {
        Ok(Duration::from_secs(seconds))
    }
}

/// A time for people: `45s`, `12m`, `3h05m`, `2d4h`.
pub fn show_ms(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..=99 => format!("{seconds}s"),
        100..=5_999 => format!("{minutes}m"),
        6_000..=172_799 => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use jiff::Timestamp;

    fn after(ms: u64) -> Now {
        let clock = ManualClock::new("boot", 1_000);
        clock.advance(Duration::from_millis(ms));
        clock.now()
    }

    #[test]
    fn a_lease_is_live_then_in_grace_then_over() {
        let lease = Lease::new(&after(0), Duration::from_secs(10));
        let check = |ms, expected| assert_eq!(lease.phase(&after(ms)), expected, "after {ms} ms");
        check(0, Phase::Live(10_000));
        check(9_999, Phase::Live(1));
        check(10_000, Phase::Grace(15_000));
        check(24_999, Phase::Grace(1));
        check(25_000, Phase::Over);
        check(u64::MAX / 2, Phase::Over);
    }

    /// C7: the last fifth is when its holder is told.
    #[test]
    fn a_lease_ends_soon_in_its_last_fifth() {
        let lease = Lease::new(&after(0), Duration::from_secs(10));
        let check = |ms, expected| assert_eq!(lease.ends_soon(&after(ms)), expected, "after {ms}");
        check(0, false);
        check(7_999, false);
        check(8_000, true);
        check(24_999, true);
        check(25_000, false);
    }

    #[test]
    fn another_boot_ends_it_and_the_wall_clock_does_not() {
        let lease = Lease::new(&after(0), Duration::from_secs(10));
        let mut now = after(5_000);
        for wall in [Timestamp::MIN, Timestamp::MAX] {
            now.wall = wall;
            assert_eq!(lease.phase(&now), Phase::Live(5_000));
        }
        now.boot_id = "another".to_owned();
        now.boot_ms = 0;
        assert_eq!(lease.phase(&now), Phase::Over);
    }

    #[test]
    fn renewing_never_shortens() {
        let lease = Lease::new(&after(0), Duration::from_secs(100));
        assert_eq!(
            lease
                .renewed(&after(5_000), Duration::from_secs(10))
                .left_ms(&after(5_000)),
            95_000
        );
        assert_eq!(
            lease
                .renewed(&after(5_000), Duration::from_secs(200))
                .left_ms(&after(5_000)),
            200_000
        );
    }

    #[test]
    fn times_to_live() {
        let check = |text: &str, expected: Option<u64>| {
            let read = parse_ttl(text);
            assert_eq!(
                read.as_ref().ok().map(Duration::as_secs),
                expected,
                "{text}"
            );
            if let Err(error) = read {
                assert_eq!(error.kind, crate::error::Kind::Usage);
                assert!(error.hint.is_some());
            }
        };
        check("30s", Some(30));
        check("10m", Some(600));
        check("2h", Some(7200));
        check("1h30m", Some(5400));
        check("30d", Some(30 * 86_400));
        for bad in [
            "90",
            "9s",
            "31d",
            "",
            "h",
            "10",
            "-5m",
            "1.5h",
            "10 m",
            "5x",
            "٣m",
            "99999999999999999999s",
            "999999999999999999d",
        ] {
            check(bad, None);
        }
        assert!(parse_ttl("90").unwrap_err().hint.unwrap().contains("90m"));
    }

    #[test]
    fn times_for_people() {
        let check = |seconds: u64, expected: &str| assert_eq!(show_ms(seconds * 1000), expected);
        check(0, "0s");
        check(59, "59s");
        check(600, "10m");
        check(3 * 3600 + 300, "3h05m");
        check(2 * 86_400 + 4 * 3600, "2d4h");
        assert_eq!(show_ms(1), "1s");
    }
}
