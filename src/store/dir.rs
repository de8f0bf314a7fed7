//! The state directory: where it may be, who may own it, and how files in it are opened.
//!
//! It is private (0700, files 0600), owned by us, on a local file system, and ignored by git
//! through a `.gitignore` of its own. Nothing in it is reached through a symbolic link: a
//! repository can contain a planted one, and following it would write outside.

use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, FileType, Mode, OFlags};

use crate::error::{Error, Result};

/// What to do about something in the place of a lock file.
pub(super) const MADE_ANEW: &str = "remove it: the next command makes it anew";

/// A directory that has passed the checks.
#[derive(Debug, Clone)]
pub struct StateDir {
    path: PathBuf,
}

impl StateDir {
    /// Opens the directory for writing and makes it, with its `.gitignore`, if it is missing.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::error::Kind::Unreachable) when it cannot be made, is a link or
    /// no directory, belongs to another user, or lies on a network file system.
    pub fn create(path: &Path) -> Result<StateDir> {
        let made = match fs::symlink_metadata(path) {
            Ok(_) => false,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(path)
                    .map_err(|error| Error::io("make the state directory", path, &error))?;
                true
            }
            Err(error) => return Err(Error::io("look at the state directory", path, &error)),
        };
        let dir = StateDir::check(path)?;
        if dir.open_to_others()?.is_some() {
            // Made by an older umask, or by hand: others must not read what agents share.
            fs::set_permissions(&dir.path, fs::Permissions::from_mode(0o700))
                .map_err(|error| Error::io("make private", &dir.path, &error))?;
        }
        if made || !dir.is_ignored() {
            dir.write_gitignore()?;
        }
        Ok(dir)
    }

    /// The directory, if it exists; makes and changes nothing.
    ///
    /// # Errors
    /// As [`StateDir::create`].
    pub fn existing(path: &Path) -> Result<Option<StateDir>> {
        match fs::symlink_metadata(path) {
            Ok(_) => StateDir::check(path).map(Some),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(error) => Err(Error::io("look at the state directory", path, &error)),
        }
    }

    /// Its absolute path, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn metadata(&self) -> Result<fs::Metadata> {
        fs::symlink_metadata(&self.path)
            .map_err(|error| Error::io("look at the state directory", &self.path, &error))
    }

    fn check(path: &Path) -> Result<StateDir> {
        let metadata = fs::symlink_metadata(path)
            .map_err(|error| Error::io("look at the state directory", path, &error))?;
        let shown = path.display();
        if metadata.is_symlink() {
            return Err(Error::unreachable(format!(
                "the state directory {shown} is a symbolic link, which is not followed"
            ))
            .with_hint("name its target with --state DIR if you trust it"));
        }
        if !metadata.is_dir() {
            return Err(Error::unreachable(format!("{shown} is not a directory"))
                .with_hint("choose another state directory with --state DIR"));
        }
        let me = rustix::process::geteuid();
        if metadata.uid() != me.as_raw() && !me.is_root() {
            return Err(Error::unreachable(format!(
                "the state directory {shown} belongs to user {}, not to you",
                metadata.uid()
            ))
            .with_hint("choose a directory of your own with --state DIR"));
        }
        refuse_network(path)?;
        // The parents may be links; from here on the path has none.
        let path = fs::canonicalize(path)
            .map_err(|error| Error::io("resolve the state directory", path, &error))?;
        Ok(StateDir { path })
    }

    /// Whether git is told to leave it alone: its `.gitignore` is there and has something in it. An
    /// empty one is what a full disk leaves.
    pub fn is_ignored(&self) -> bool {
        let path = self.path.join(".gitignore");
        match open_file(&path, OFlags::RDONLY) {
            Ok(file) => file.metadata().is_ok_and(|found| found.len() > 0),
            // What else may be there is somebody's.
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    /// The directory's mode, if others can look into it or write there. What is inside needs no mode of its
    /// own to be private.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn open_to_others(&self) -> Result<Option<u32>> {
        let mode = self.metadata()?.permissions().mode() & 0o777;
        Ok((mode & 0o077 != 0).then_some(mode))
    }

    /// What is wrong with the directory and the files that all depend on, for the doctor; and what to do.
    pub fn troubles(&self) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        if rustix::fs::access(&self.path, Access::WRITE_OK).is_err() {
            let what = "the state directory cannot be written".to_owned();
            found.push((what, "mount it writable, or give it back to its owner"));
        }
        for name in ["lock", "projection.lock", "projection.next"] {
            let path = self.path.join(name);
            let kind = fs::symlink_metadata(&path);
            if kind.is_ok_and(|kind| !kind.is_file()) {
                let what = format!("{} is not a regular file", path.display());
                found.push((what, MADE_ANEW));
            }
        }
        found
    }

    /// Whole or not at all, so that no disk that is full leaves a half of it.
    fn write_gitignore(&self) -> Result<()> {
        let path = self.path.join(".gitignore");
        // Several may be at it at once, each with a file of its own.
        let new = ulid::Ulid::generate();
        let new = self.path.join(format!(".gitignore.{new}"));
        let written = open_file(&new, OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY)
            .and_then(|mut file| file.write_all(b"*\n"))
            .and_then(|()| fs::rename(&new, &path));
        written.map_err(|error| {
            let _ = fs::remove_file(&new);
            Error::io("write", &path, &error)
        })
    }
}

/// Opens a regular file, private when made, never through a link and never blocking: a planted
/// pipe or device is refused.
///
/// # Errors
/// The system's; `InvalidInput` when it is not a regular file.
pub fn open_file(path: &Path, flags: OFlags) -> std::io::Result<File> {
    let safe = OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let fd: OwnedFd = rustix::fs::open(path, flags | safe, Mode::RUSR | Mode::WUSR)?;
    let stat = rustix::fs::fstat(&fd)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(std::io::Error::new(
            ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    if flags.contains(OFlags::CREATE) && rustix::process::geteuid().is_root() {
        belong_to_owner(path, &fd, stat.st_uid)?;
    }
    Ok(File::from(fd))
}

/// What root makes in a user's directory must stay usable for that user.
fn belong_to_owner(path: &Path, fd: &OwnedFd, owner: u32) -> std::io::Result<()> {
    let Some(parent) = path.parent() else {
        return Ok(());
    };
    let parent = fs::symlink_metadata(parent)?;
    if parent.uid() != owner {
        std::os::unix::fs::fchown(fd, Some(parent.uid()), Some(parent.gid()))?;
    }
    Ok(())
}

/// Gives what root makes in a user's directory to the user whose `parent` is; anybody else's belongs to them
/// already.
pub(super) fn belong_as(parent: impl AsFd, made: impl AsFd) -> std::io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let (parent, own) = (rustix::fs::fstat(parent)?, rustix::fs::fstat(&made)?);
    if parent.st_uid != own.st_uid {
        std::os::unix::fs::fchown(made, Some(parent.st_uid), Some(parent.st_gid))?;
    }
    Ok(())
}

/// Locks of network and user-space file systems differ between hosts, and a change made on one
/// host wakes nobody on another: the embedded store would be wrong there without a sign.
fn refuse_network(path: &Path) -> Result<()> {
    let stat = rustix::fs::statfs(path)
        .map_err(|error| Error::io("look at the file system of", path, &error.into()))?;
    match network_name(stat.f_type as u64 & 0xffff_ffff) {
        None => Ok(()),
        Some(name) => Err(Error::unreachable(format!(
            "the state directory {} is on {name}, where locks and change events cannot be relied on",
            path.display()
        ))
        .with_hint("choose a directory on a local disk with --state DIR")),
    }
}

/// The name of a file system that is refused, by its `statfs` magic number.
fn network_name(magic: u64) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "NFS",
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => "an SMB share",
        0x0102_1997 => "a 9p share",
        0x6573_5546 => "a FUSE file system",
        0x00c3_6400 => "Ceph",
        0x5346_414f => "AFS",
        0x7375_7245 => "Coda",
        0x0bd0_0bd0 => "Lustre",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use std::os::unix::fs::symlink;

    #[test]
    fn makes_a_private_directory_that_git_ignores() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a/.stoa");
        let dir = StateDir::create(&path).unwrap();
        assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read(path.join(".gitignore")).unwrap(), b"*\n");
        fs::write(path.join(".gitignore"), "mine").unwrap();
        StateDir::create(&path).unwrap();
        assert_eq!(fs::read(path.join(".gitignore")).unwrap(), b"mine");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    }

    #[test]
    fn an_empty_gitignore_is_written_again() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join(".stoa");
        StateDir::create(&path).unwrap();
        fs::write(path.join(".gitignore"), "").unwrap();
        let dir = StateDir::existing(&path).unwrap().unwrap();
        assert!(!dir.is_ignored(), "readers see it and change nothing");
        assert!(StateDir::create(&path).unwrap().is_ignored());
        assert_eq!(fs::read(path.join(".gitignore")).unwrap(), b"*\n");
    }

    #[test]
    fn a_missing_directory_stays_missing_for_readers() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join(".stoa");
        assert!(StateDir::existing(&path).unwrap().is_none());
        assert!(!path.exists());
    }

    #[test]
    fn opens_up_no_more_than_needed() {
        let temp = tempfile::tempdir().unwrap();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let dir = StateDir::create(temp.path()).unwrap();
        assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn links_and_files_are_refused() {
        let temp = tempfile::tempdir().unwrap();
        let target = temp.path().join("target");
        fs::create_dir(&target).unwrap();
        let link = temp.path().join("link");
        symlink(&target, &link).unwrap();
        let error = StateDir::create(&link).unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable);
        assert!(error.message.contains("symbolic link"));
        let file = temp.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(
            StateDir::create(&file)
                .unwrap_err()
                .message
                .contains("not a directory")
        );
        assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
    }

    #[test]
    fn pipes_and_links_are_not_opened() {
        let temp = tempfile::tempdir().unwrap();
        let pipe = temp.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            FileType::Fifo,
            Mode::RUSR | Mode::WUSR,
            0,
        )
        .unwrap();
        assert!(open_file(&pipe, OFlags::RDWR).is_err());
        let link = temp.path().join("link");
        symlink(temp.path().join("nowhere"), &link).unwrap();
        assert!(open_file(&link, OFlags::RDWR | OFlags::CREATE).is_err());
        assert!(!temp.path().join("nowhere").exists());
    }

    #[test]
    fn network_file_systems_have_names() {
        assert_eq!(network_name(0x6969), Some("NFS"));
        assert_eq!(network_name(0x6573_5546), Some("a FUSE file system"));
        assert_eq!(network_name(0xef53), None);
        assert_eq!(network_name(0x0102_1994), None);
    }
}
