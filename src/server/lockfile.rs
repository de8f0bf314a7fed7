//! One server per workspace: it holds a lock for as long as it lives.
//!
//! Alive means "the lock is held", never "that pid exists". The file is never renamed or removed,
//! so a lock on it is a lock on the one file everybody else opens.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::error::{Error, Result};

/// A held lock; released when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
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

/// Takes the lock if nobody holds it and writes our pid into the file, for people.
///
/// # Errors
/// The file cannot be opened.
pub fn try_lock(path: &Path) -> Result<Option<Lock>> {
    let mut file = open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
        Err(error) => return Err(Error::io("lock", path, &error.into())),
    }
    // The pid is for people reading the file; the lock does not depend on it.
    let _ = file.set_len(0);
    let _ = writeln!(file, "{}", std::process::id());
    Ok(Some(Lock { _file: file }))
}

/// Waits for the lock.
///
/// # Errors
/// The file cannot be opened or locked.
pub fn lock(path: &Path) -> Result<Lock> {
    let file = open(path)?;
    loop {
        match flock(&file, FlockOperation::LockExclusive) {
            Ok(()) => return Ok(Lock { _file: file }),
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
        let held = try_lock(&path).expect("opens");
        assert!(held.is_some());
        assert!(try_lock(&path).expect("opens").is_none());
        drop(held);
        assert!(try_lock(&path).expect("opens").is_some());
    }
}
