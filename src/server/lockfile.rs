//! One server per workspace: it holds a lock for as long as it lives.
//!
//! Alive means "the lock is held", never "that pid exists". The file is never renamed or removed,
//! so a lock on it is a lock on the one file everybody else opens.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::error::{Error, Result};

/// A held lock; released when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// A lock that an earlier image of this process took and left open for us.
    pub fn adopt(file: OwnedFd) -> Lock {
        Lock { file: file.into() }
    }
}

impl AsRawFd for Lock {
    fn as_raw_fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }
}

fn open(path: &Path) -> Result<File> {
    std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
        .open(path)
        .map_err(|error| Error::io("open", path, &error))
}

/// Takes the lock if nobody holds it and writes into the file where its holder listens.
///
/// # Errors
/// The file cannot be opened.
pub fn try_lock(path: &Path, listens: &Path) -> Result<Option<Lock>> {
    let mut file = open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
        Err(error) => return Err(Error::io("lock", path, &error.into())),
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", listens.display()))
        .map_err(|error| Error::io("write", path, &error))?;
    Ok(Some(Lock { file }))
}

/// What the last holder wrote into the file; it may be gone.
pub fn note(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags((rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits() as i32)
        .open(path)
        .ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// Waits for the lock.
///
/// # Errors
/// The file cannot be opened or locked.
pub fn lock(path: &Path) -> Result<Lock> {
    let file = open(path)?;
    loop {
        match flock(&file, FlockOperation::LockExclusive) {
            Ok(()) => return Ok(Lock { file }),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Error::io("lock", path, &error.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_holds_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("lock");
        let socket = dir.path().join("socket");
        let held = try_lock(&path, &socket).expect("opens");
        assert_eq!(note(&path).as_deref(), socket.to_str());
        assert!(held.is_some());
        assert!(try_lock(&path, &socket).expect("opens").is_none());
        drop(held);
        assert!(try_lock(&path, &socket).expect("opens").is_some());
    }
}
