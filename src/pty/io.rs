//! The master side: reading, writing with a bounded queue, resizing, hanging up.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::PathBuf;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::termios::{Winsize, tcgetpgrp, tcsetwinsize};

use serde::{Deserialize, Serialize};

use super::child::{self, ExitStatus};
use crate::error::{Error, Result};
use crate::model::geometry::Size;

/// The most input kept for a program that does not read, in bytes.
const MAX_PENDING: usize = 1 << 20;

/// What one read gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// So many bytes were put into the buffer.
    Data(usize),
    /// Nothing now; wait for the descriptor to become readable.
    WouldBlock,
    /// Every process let go of the terminal. No more output will come.
    Eof,
}

/// A program on a terminal, by the numbers of its descriptors, on its way into another image of this
/// process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// The terminal's master side.
    pub master: RawFd,
    /// The process.
    pub pidfd: RawFd,
    /// Its id.
    pub pid: i32,
    /// Input it has not taken yet.
    pub pending: Vec<u8>,
}

/// Why input was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The program does not read and the queue is full; nothing of this write was taken.
    #[error("the program is not reading its input")]
    Full,
    /// Nobody has the terminal open any more.
    #[error("the program has ended")]
    Closed,
}

/// The master side of a pseudo-terminal and the program leading its session.
#[derive(Debug)]
pub struct Pty {
    master: OwnedFd,
    /// `Some` until handed to the orphans in `drop`.
    pidfd: Option<OwnedFd>,
    pid: Pid,
    /// Input the program has not taken yet; the first `sent` bytes of it are gone.
    pending: Vec<u8>,
    sent: usize,
    exit: Option<ExitStatus>,
    note: Option<String>,
}

impl Pty {
    pub(super) fn new(master: OwnedFd, pidfd: OwnedFd, pid: Pid, note: Option<String>) -> Pty {
        Pty {
            master,
            pidfd: Some(pidfd),
            pid,
            pending: Vec::new(),
            sent: 0,
            exit: None,
            note,
        }
    }

    /// What another process of ours needs to go on with the program; `None` once it has ended.
    pub fn hand_over(&self) -> Option<Handed> {
        let pidfd = self.pidfd.as_ref().filter(|_| self.exit.is_none())?;
        Some(Handed {
            master: self.master.as_raw_fd(),
            pidfd: pidfd.as_raw_fd(),
            pid: self.pid(),
            pending: self.pending[self.sent..].to_vec(),
        })
    }

    /// Goes on with a program that an earlier process image of ours started. `take` makes a number
    /// into the descriptor it stands for.
    ///
    /// # Errors
    /// A descriptor is not there, or the process id is none.
    pub fn adopt(handed: &Handed, mut take: impl FnMut(RawFd) -> Result<OwnedFd>) -> Result<Pty> {
        let pid = Pid::from_raw(handed.pid).filter(|pid| !pid.is_init());
        let pid = pid.ok_or_else(|| Error::refused("a program has no process id"))?;
        let mut pty = Pty::new(take(handed.master)?, take(handed.pidfd)?, pid, None);
        pty.pending.clone_from(&handed.pending);
        Ok(pty)
    }

    /// The master descriptor, to wait on: readable for output, writable when [`Pty::wants_write`].
    pub fn master(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }

    /// Becomes readable when the program has ended; `None` only while being dropped.
    pub fn pidfd(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(OwnedFd::as_fd)
    }

    /// The process id of the session leader.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// What was not as asked when the program was started, for the pane to show.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Reads what the program wrote, without waiting.
    pub fn read(&self, buffer: &mut [u8]) -> Read {
        loop {
            return match rustix::io::read(&self.master, &mut *buffer) {
                Ok(0) => Read::Eof,
                Ok(count) => Read::Data(count),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => Read::WouldBlock,
                // EIO is how Linux says that the other side is closed; anything else is as final.
                Err(_) => Read::Eof,
            };
        }
    }

    /// Sends `bytes` to the program as typed input; what it does not take now is queued.
    pub fn write(&mut self, bytes: &[u8]) -> std::result::Result<(), WriteError> {
        if self.pending.len() - self.sent + bytes.len() > MAX_PENDING {
            return Err(WriteError::Full);
        }
        let direct = if self.wants_write() {
            0
        } else {
            self.write_now(bytes)?
        };
        self.pending.extend_from_slice(&bytes[direct..]);
        Ok(())
    }

    /// Whether queued input waits for the master to become writable.
    pub fn wants_write(&self) -> bool {
        self.sent < self.pending.len()
    }

    /// Sends queued input as far as the program takes it.
    pub fn flush(&mut self) -> std::result::Result<(), WriteError> {
        let result = match self.write_now(&self.pending[self.sent..]) {
            Ok(count) => {
                self.sent += count;
                Ok(())
            }
            Err(error) => {
                self.sent = self.pending.len();
                Err(error)
            }
        };
        if self.sent == self.pending.len() {
            self.pending.clear();
            self.sent = 0;
        } else if self.sent >= MAX_PENDING / 2 {
            self.pending.drain(..self.sent);
            self.sent = 0;
        }
        result
    }

    /// How much of `bytes` the kernel takes without blocking.
    fn write_now(&self, bytes: &[u8]) -> std::result::Result<usize, WriteError> {
        let mut done = 0;
        while done < bytes.len() {
            match rustix::io::write(&self.master, &bytes[done..]) {
                Ok(0) | Err(Errno::AGAIN) => break,
                Ok(count) => done += count,
                Err(Errno::INTR) => {}
                Err(_) => return Err(WriteError::Closed),
            }
        }
        Ok(done)
    }

    /// Tells the terminal its new size and that of a cell, width and height in pixels; the kernel
    /// sends `SIGWINCH` to the foreground programs if anything changed.
    pub fn resize(&self, size: Size, cell: (u16, u16)) {
        let (rows, columns) = (size.rows.max(1), size.cols.max(1));
        let winsize = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: columns.saturating_mul(cell.0),
            ws_ypixel: rows.saturating_mul(cell.1),
        };
        // A terminal that is gone has no size; its end is reported by `read`.
        let _ = tcsetwinsize(&self.master, winsize);
    }

    /// Hangs up: `SIGHUP` to the leader's and the foreground process group, stopped jobs woken.
    pub fn hang_up(&mut self) {
        self.signal_groups(Signal::HUP);
        self.signal_groups(Signal::CONT);
    }

    /// Kills the leader's and the foreground process group with `SIGKILL`.
    pub fn kill(&mut self) {
        self.signal_groups(Signal::KILL);
    }

    fn signal_groups(&mut self, signal: Signal) {
        let foreground = tcgetpgrp(&self.master).ok();
        // Once the leader has been waited for, its pid may belong to somebody else.
        let leader = (self.try_wait().is_none()).then_some(self.pid);
        let foreground = foreground.filter(|group| Some(*group) != leader);
        for group in leader.into_iter().chain(foreground) {
            // A group that is gone has nobody to tell.
            let _ = kill_process_group(group, signal);
        }
    }

    /// How the leader ended, once it has. The answer stays the same from then on.
    pub fn try_wait(&mut self) -> Option<ExitStatus> {
        if self.exit.is_none() {
            self.exit = self
                .pidfd
                .as_ref()
                .and_then(|fd| child::try_wait(fd.as_fd()));
        }
        self.exit
    }

    /// The process group in the foreground.
    pub fn foreground_group(&self) -> Option<i32> {
        Some(self.foreground()?.as_raw_nonzero().get())
    }

    /// The name of the program in the foreground (untrusted text), for automatic titles.
    pub fn foreground_process(&self) -> Option<String> {
        self.foreground()
            .and_then(child::process_name)
            .or_else(|| child::process_name(self.pid))
    }

    /// The command line of the program in the foreground, or of the leader (untrusted text).
    pub fn foreground_argv(&self) -> Option<Vec<String>> {
        self.foreground()
            .and_then(child::process_argv)
            .or_else(|| child::process_argv(self.pid))
    }

    /// The command line of the program in the foreground (untrusted text), unless that is the leader
    /// itself.
    pub fn foreground_command(&self) -> Option<Vec<String>> {
        let group = self.foreground().filter(|group| *group != self.pid)?;
        child::process_argv(group)
    }

    /// The working directory of the program in the foreground, else of the leader.
    pub fn cwd(&self) -> Option<PathBuf> {
        self.foreground()
            .and_then(child::process_cwd)
            .or_else(|| child::process_cwd(self.pid))
    }

    fn foreground(&self) -> Option<Pid> {
        tcgetpgrp(&self.master).ok()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if self.try_wait().is_some() {
            return;
        }
        self.hang_up();
        if let Some(pidfd) = self.pidfd.take() {
            child::adopt_orphan(pidfd);
        }
    }
}
