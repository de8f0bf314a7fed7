//! The process side of a pane: how it ended, and what the kernel says about it.
//!
//! A process is only ever waited for through its pidfd, so a reused pid is never mistaken for it.

use std::fmt;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::sync::Mutex;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It returned or called `exit` with this code.
    Code(i32),
    /// This signal killed it.
    Signal(i32),
}

impl ExitStatus {
    /// Whether it ended with code 0.
    pub fn success(self) -> bool {
        self == ExitStatus::Code(0)
    }

    /// The code a shell would report: the program's own, or 128 plus the signal.
    pub fn shell_code(self) -> i32 {
        match self {
            ExitStatus::Code(code) => code,
            ExitStatus::Signal(signal) => 128 + signal,
        }
    }
}

impl From<std::process::ExitStatus> for ExitStatus {
    fn from(status: std::process::ExitStatus) -> ExitStatus {
        match (status.code(), status.signal()) {
            (Some(code), _) => ExitStatus::Code(code),
            // A child that was waited for has either.
            (None, signal) => ExitStatus::Signal(signal.unwrap_or_default()),
        }
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExitStatus::Code(code) => write!(f, "exit code {code}"),
            ExitStatus::Signal(signal) => write!(f, "killed by signal {signal}"),
        }
    }
}

/// Collects the status of the process behind `pidfd` if it has ended.
///
/// A process somebody else collected reads as code 0: it is gone, and nothing more is known.
pub(super) fn try_wait(pidfd: BorrowedFd<'_>) -> Option<ExitStatus> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
    match waitid(WaitId::PidFd(pidfd), options) {
        Ok(None) | Err(rustix::io::Errno::INTR) => None,
        Ok(Some(status)) => Some(match status.terminating_signal() {
            Some(signal) => ExitStatus::Signal(signal),
            None => ExitStatus::Code(status.exit_status().unwrap_or(0)),
        }),
        Err(_) => Some(ExitStatus::Code(0)),
    }
}

/// Children whose [`Pty`](super::Pty) was dropped before they ended. The lock guards a list
/// operation and calls that do not block.
static ORPHANS: Mutex<Vec<OwnedFd>> = Mutex::new(Vec::new());

/// Takes over a child nobody will wait for.
pub fn adopt_orphan(pidfd: OwnedFd) {
    with_orphans(|orphans| orphans.push(pidfd));
    reap_orphans();
}

/// Takes over children that the program which became this one waited for. A thread waits for their ends
/// from now on.
pub fn adopt_orphans(pidfds: impl Iterator<Item = OwnedFd>) {
    let mut left = Vec::new();
    for pidfd in pidfds {
        left.extend(pidfd.try_clone());
        with_orphans(|orphans| orphans.push(pidfd));
    }
    reap_orphans();
    if left.is_empty() {
        return;
    }
    let wait = move || {
        while !left.is_empty() {
            let mut ended: Vec<PollFd<'_>> = left
                .iter()
                .map(|pidfd| PollFd::new(pidfd, PollFlags::IN))
                .collect();
            if poll(&mut ended, None).is_err_and(|error| error != Errno::INTR) {
                return;
            }
            let mut ended = ended
                .iter()
                .map(|fd| !fd.revents().is_empty())
                .collect::<Vec<_>>()
                .into_iter();
            left.retain(|_| !ended.next().unwrap_or(false));
            reap_orphans();
        }
    };
    let thread = std::thread::Builder::new().name("orphans".to_owned());
    if let Err(error) = thread.spawn(wait) {
        tracing::warn!("no thread waits for what the server started before its upgrade: {error}");
    }
}

/// The descriptors of such children, for another image of this process to adopt.
pub fn orphans() -> Vec<RawFd> {
    with_orphans(|orphans| orphans.iter().map(AsRawFd::as_raw_fd).collect())
}

/// Collects dropped panes' programs that ended since; returns how many are still running.
///
/// Spawning and dropping call it, so at most a handful of zombies ever exist; a server that cares
/// calls it on `SIGCHLD` as well.
pub fn reap_orphans() -> usize {
    with_orphans(|orphans| {
        orphans.retain(|pidfd| try_wait(pidfd.as_fd()).is_none());
        orphans.len()
    })
}

fn with_orphans<T>(work: impl FnOnce(&mut Vec<OwnedFd>) -> T) -> T {
    work(
        &mut ORPHANS
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner()),
    )
}

/// The short name of a process (`vim`, `cargo`), as the kernel keeps it.
///
/// Any program may choose its own name, so the text is untrusted.
pub(super) fn process_name(pid: Pid) -> Option<String> {
    let bytes = std::fs::read(format!("/proc/{}/comm", pid.as_raw_nonzero())).ok()?;
    let name = String::from_utf8_lossy(&bytes).trim_end().to_owned();
    (!name.is_empty()).then_some(name)
}

/// The program and the arguments of a process, as far as they are text.
pub(super) fn process_argv(pid: Pid) -> Option<Vec<String>> {
    let bytes = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).ok()?;
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(&bytes);
    let words = bytes.split(|byte| *byte == 0);
    let words: Option<Vec<String>> = words
        .map(|word| String::from_utf8(word.to_vec()).ok())
        .collect();
    words.filter(|words| words.first().is_some_and(|program| !program.is_empty()))
}

/// The working directory of a process; `None` for another user's, or if it is gone.
pub(super) fn process_cwd(pid: Pid) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())).ok()
}
