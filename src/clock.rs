//! Time, in the two forms the rules need, behind a trait that tests can turn by hand.
//!
//! Leases run on `CLOCK_BOOTTIME` (it counts suspension and nobody can set it) together with the
//! boot id: an instant of another boot is simply over. Wall time is for people and is never
//! compared between machines, nor used to decide anything.

use std::path::Path;
use std::sync::{Mutex, OnceLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A moment on one boot of one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// The kernel's id of this boot.
    pub boot_id: String,
    /// `CLOCK_BOOTTIME` in milliseconds.
    pub boot_ms: u64,
    /// Wall time, UTC, for display only.
    pub wall: Timestamp,
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The current moment.
    fn now(&self) -> Now;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    boot_id: String,
}

impl SystemClock {
    /// Reads the boot id once; a machine that hides it counts as one long boot.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::error::Kind::Unreachable) when it is there and cannot be read
    /// just now. Going on without it would make every lease look like one of another boot.
    pub fn open() -> Result<SystemClock> {
        let boot_id = boot_id()?.unwrap_or_else(|| "unknown-boot".to_owned());
        Ok(SystemClock { boot_id })
    }
}

/// The kernel's id of this boot; `None` where it is hidden.
///
/// # Errors
/// [`Kind::Unreachable`](crate::error::Kind::Unreachable) when it cannot be read just now.
pub fn boot_id() -> Result<Option<String>> {
    // No process outlives its boot, so what has been read once stays true.
    static KNOWN: OnceLock<Option<String>> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known.clone());
    }
    let read = read_fact("/proc/sys/kernel/random/boot_id")?;
    Ok(KNOWN.get_or_init(|| read).clone())
}

/// A fact about the machine: a line that is there for all or, hidden or missing, for nobody. That it
/// cannot be read at this moment (no descriptor is left, say) does not mean that it has changed.
pub(crate) fn read_fact(path: &str) -> Result<Option<String>> {
    use std::io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory | PermissionDenied) => {
            Ok(None)
        }
        Err(error) => Err(Error::io("read", Path::new(path), &error)),
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let boot_ms = time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000;
        Now {
            boot_id: self.boot_id.clone(),
            boot_ms,
            wall: Timestamp::now(),
        }
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct ManualClock(Mutex<Now>);

impl ManualClock {
    /// Stands at `boot_ms` on the boot `boot_id`.
    pub fn new(boot_id: &str, boot_ms: u64) -> ManualClock {
        ManualClock(Mutex::new(Now {
            boot_id: boot_id.to_owned(),
            boot_ms,
            wall: Timestamp::UNIX_EPOCH,
        }))
    }

    /// Moves boot time and wall time forward.
    pub fn advance(&self, by: std::time::Duration) {
        // The lock guards one assignment and is never held over a call that could panic.
        let mut now = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        now.boot_ms += by.as_millis() as u64;
        if let Ok(by) = jiff::SignedDuration::try_from(by) {
            now.wall = now.wall.checked_add(by).unwrap_or(now.wall);
        }
    }

    /// Sets the wall clock only, as an administrator or NTP would.
    pub fn set_wall(&self, wall: Timestamp) {
        self.0
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
            .wall = wall;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        self.0
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
            .clone()
    }
}
