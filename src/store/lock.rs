//! The writers' queue: an exclusive `flock` on a file that is never renamed or deleted.
//!
//! The kernel wakes waiters in order, which an embedded database's own busy handler does not.
//! Each transaction opens the file anew and closes it at its end, so that the lock cannot be
//! inherited or shared by accident, is freed when the holder is killed at any instruction, and
//! the close is the event that watchers wait for.
//!
//! The file holds a line that holders leave to those after them. It is never synced: whoever reads it
//! must be able to do without.
//!
//! Whoever is going to change something says so before it waits: a shared lock on the file's first byte,
//! of the kind that belongs to the open file as `flock` does. So those who have just made a change can tell
//! whether another one follows, also in the moment in which the lock passes from one to the next.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, OFlags};
use rustix::io::Errno;

use super::alarm::Alarm;
use super::dir::{MADE_ANEW, open_file};
use super::slice;
use crate::error::{Error, Result};

/// How often somebody asks who cannot wait in line, because the user has no timer left.
const ASK_AGAIN: Duration = Duration::from_millis(1);

/// Who else may hold the lock meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Nobody.
    Exclusive,
    /// Other sharers; the file is opened for reading only, so that closing it wakes nobody.
    Shared,
}

/// The lock; dropping it lets the next in line go on.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Waits for the lock for at most `limit`.
    pub(super) fn take(path: &Path, sharing: Sharing, limit: Duration) -> Result<Lock> {
        wait(open(path, sharing)?, path, sharing, limit)
    }

    /// As [`Lock::take`] for exclusive use, and until it is dropped everybody can see that a change is coming.
    pub(super) fn take_to_change(path: &Path, limit: Duration) -> Result<Lock> {
        let file = open(path, Sharing::Exclusive)?;
        slice::shorten();
        // Only a hint: where it is refused, everybody takes care of the files and of the log themselves.
        if let Err(error) = first_byte(&file, libc::F_OFD_SETLK, libc::F_RDLCK) {
            tracing::debug!("cannot say that a change is coming: {error}");
        }
        wait(file, path, Sharing::Exclusive, limit)
    }

    /// Whether others wait to change something after this one.
    pub(super) fn is_awaited(&self) -> bool {
        let found = first_byte(&self.file, libc::F_OFD_GETLK, libc::F_WRLCK);
        found.is_ok_and(|in_the_way| in_the_way != libc::F_UNLCK)
    }

    /// Whether somebody is changing something, or waits to. Looking wakes no watcher.
    pub(super) fn is_change_coming(path: &Path) -> bool {
        let looked = open(path, Sharing::Shared).map_err(drop).and_then(|file| {
            let found = first_byte(&file, libc::F_OFD_GETLK, libc::F_WRLCK);
            found.map_err(drop)
        });
        looked.is_ok_and(|in_the_way| in_the_way != libc::F_UNLCK)
    }

    /// Whether an earlier holder left just these words.
    pub(super) fn says(&self, words: &str) -> bool {
        // One byte more, so that a longer note is not taken for this one.
        let mut note = vec![0; words.len() + 1];
        let read = self.file.read_at(&mut note, 0);
        read.is_ok_and(|bytes| &note[..bytes] == words.as_bytes())
    }

    /// Leaves these words to the next holders.
    pub(super) fn say(&self, words: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.write_all_at(words.as_bytes(), 0)
    }

    /// The lock if it is free this instant.
    pub(super) fn try_take(path: &Path) -> Result<Option<Lock>> {
        let file = open(path, Sharing::Exclusive)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Lock { file })),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(Error::io("lock", path, &error.into())),
        }
    }
}

fn wait(file: File, path: &Path, sharing: Sharing, limit: Duration) -> Result<Lock> {
    match rustix::fs::flock(&file, now(sharing)) {
        Ok(()) => return Ok(Lock { file }),
        Err(Errno::WOULDBLOCK) => {}
        Err(error) => return Err(Error::io("lock", path, &error.into())),
    }
    let alarm = Alarm::after(limit);
    loop {
        let taken = match alarm.is_set() {
            true => rustix::fs::flock(&file, patiently(sharing)),
            false => rustix::fs::flock(&file, now(sharing)),
        };
        match taken {
            Ok(()) => return Ok(Lock { file }),
            Err(Errno::INTR | Errno::WOULDBLOCK) if alarm.has_rung() => {
                return Err(busy(path, limit, &file));
            }
            Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) => std::thread::sleep(ASK_AGAIN),
            Err(error) => return Err(Error::io("lock", path, &error.into())),
        }
    }
}

/// Sets or looks for a lock on the first byte that belongs to the open file; returns the kind of the one
/// that is in the way.
fn first_byte(
    file: &File,
    operation: libc::c_int,
    kind: libc::c_int,
) -> std::io::Result<libc::c_int> {
    // SAFETY: a zeroed flock is a valid one: it begins at the file's start, and asks for no process.
    let mut range: libc::flock = unsafe { std::mem::zeroed() };
    range.l_type = kind as libc::c_short;
    range.l_len = 1;
    // SAFETY: both operations take a flock, ours, which they may write to.
    match unsafe { libc::fcntl(file.as_raw_fd(), operation, &raw mut range) } {
        -1 => Err(std::io::Error::last_os_error()),
        _ => Ok(range.l_type.into()),
    }
}

fn open(path: &Path, sharing: Sharing) -> Result<File> {
    let flags = match sharing {
        Sharing::Exclusive => OFlags::RDWR | OFlags::CREATE,
        Sharing::Shared => OFlags::RDONLY,
    };
    open_file(path, flags).map_err(|error| {
        let failed = Error::io("open", path, &error);
        // Then the path itself is looked at: errors do not tell a link or a pipe from what else goes wrong.
        match path.symlink_metadata() {
            Ok(found) if !found.is_file() => {
                let message = format!("the lock {} is not a regular file", path.display());
                Error::unreachable(message).with_hint(MADE_ANEW)
            }
            _ => failed,
        }
    })
}

fn now(sharing: Sharing) -> FlockOperation {
    match sharing {
        Sharing::Exclusive => FlockOperation::NonBlockingLockExclusive,
        Sharing::Shared => FlockOperation::NonBlockingLockShared,
    }
}

fn patiently(sharing: Sharing) -> FlockOperation {
    match sharing {
        Sharing::Exclusive => FlockOperation::LockExclusive,
        Sharing::Shared => FlockOperation::LockShared,
    }
}

fn busy(path: &Path, limit: Duration, file: &File) -> Error {
    let inode = file.metadata().map(|metadata| metadata.ino()).ok();
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    let holder = inode.and_then(|inode| holder(&locks, inode));
    let who = match holder {
        Some(pid) => {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            format!("process {pid} ({})", name.trim())
        }
        None => "another process".to_owned(),
    };
    Error::unreachable(format!(
        "{who} has held the store's lock {} for more than {} s",
        path.display(),
        limit.as_secs()
    ))
    .with_hint("it may be suspended: resume or end that process, then try again")
}

/// The process that holds a `flock` on `inode`, by the text of `/proc/locks`.
fn holder(locks: &str, inode: u64) -> Option<u32> {
    locks.lines().find_map(|line| {
        // "1: FLOCK  ADVISORY  WRITE 4711 fe:01:123456 0 EOF"; a waiter has "->" after the number.
        let mut words = line.split_whitespace().skip(1);
        if words.next()? != "FLOCK" {
            return None;
        }
        let pid = words.nth(2)?;
        let file = words.next()?;
        let same = file.rsplit(':').next()?.parse() == Ok(inode);
        if same { pid.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn one_holder_at_a_time() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("lock");
        let first = Lock::try_take(&path).unwrap().unwrap();
        assert!(Lock::try_take(&path).unwrap().is_none());
        drop(first);
        assert!(Lock::try_take(&path).unwrap().is_some());
    }

    #[test]
    fn what_is_no_lock_file_is_named_with_what_to_do() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("lock");
        let check = || {
            let error = Lock::try_take(&path).unwrap_err();
            assert_eq!(error.kind, Kind::Unreachable);
            assert!(error.message.contains("not a regular file"), "{error}");
            assert!(error.hint.unwrap().contains("remove it"));
        };
        std::fs::create_dir(&path).unwrap();
        check();
        std::fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink("/nowhere", &path).unwrap();
        check();
        std::fs::remove_file(&path).unwrap();
        let fifo = rustix::fs::FileType::Fifo;
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, fifo, mode, 0).unwrap();
        check();
        std::fs::remove_file(&path).unwrap();
        assert!(Lock::try_take(&path).unwrap().is_some());
    }

    #[test]
    fn a_change_is_seen_coming_while_it_waits() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("lock");
        assert!(!Lock::is_change_coming(&path));
        let other = Lock::try_take(&path).unwrap().unwrap();
        assert!(!Lock::is_change_coming(&path));
        let limit = Duration::from_secs(30);
        std::thread::scope(|scope| {
            let change = scope.spawn(|| Lock::take_to_change(&path, limit).unwrap());
            while !Lock::is_change_coming(&path) {
                std::thread::yield_now();
            }
            let next = Lock::take_to_change(&temp.path().join("another"), limit).unwrap();
            assert!(other.is_awaited() && !next.is_awaited());
            drop(other);
            let changing = change.join().unwrap();
            assert!(!changing.is_awaited());
            assert!(Lock::is_change_coming(&path));
            drop(changing);
        });
        assert!(!Lock::is_change_coming(&path));
        drop(Lock::take_to_change(&path, limit).unwrap());
    }

    #[test]
    fn a_note_is_read_by_the_next_holder() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("lock");
        let first = Lock::try_take(&path).unwrap().unwrap();
        assert!(!first.says("one"));
        first.say("another one").unwrap();
        first.say("one").unwrap();
        drop(first);
        let second = Lock::try_take(&path).unwrap().unwrap();
        assert!(second.says("one"));
        assert!(!second.says("on") && !second.says("one more"));
    }

    #[test]
    fn waiting_ends_and_says_who_is_in_the_way() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("lock");
        let first = Lock::try_take(&path).unwrap().unwrap();
        let error = Lock::take(&path, Sharing::Exclusive, Duration::ZERO).unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable);
        assert!(
            error.message.contains(&std::process::id().to_string()),
            "{}",
            error.message
        );
        drop(first);
        Lock::take(&path, Sharing::Exclusive, Duration::from_secs(30)).unwrap();
    }

    #[test]
    fn the_holder_is_read_from_the_kernels_list() {
        let text = "1: FLOCK  ADVISORY  WRITE 41 fe:01:99 0 EOF\n\
                    2: POSIX  ADVISORY  WRITE 42 fe:01:100 0 EOF\n\
                    3: FLOCK  ADVISORY  WRITE 43 fe:01:100 0 EOF\n\
                    3: -> FLOCK  ADVISORY  WRITE 44 fe:01:100 0 EOF\n";
        assert_eq!(holder(text, 100), Some(43));
        assert_eq!(holder(text, 7), None);
        assert_eq!(holder("rubbish", 7), None);
    }
}
