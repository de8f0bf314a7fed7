//! A directory of readable files: how they are written and removed in it, by plain names that are not
//! followed, and how files of JSON lines grow.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use serde_json::Value;

use super::Extent;
use crate::error::{Error, Result};
use crate::store::dir::{StateDir, belong_as, open_file};

/// What a file is called while it is written.
pub(super) const TEMP: &str = ".tmp";
/// How much of a file of JSON lines is looked at for its last line; the last is more than the longest
/// line there is.
const TAILS: [u64; 3] = [16 * 1024, 128 * 1024, 1024 * 1024];

/// A link or a file where a directory belongs.
pub(super) const NO_DIRECTORY: &str =
    "a link or a file in the place of a directory of readable files";
/// A directory where a file belongs.
pub(super) const DIRECTORY_FOR_FILE: &str = "a directory in the place of a readable file";
/// A link, a pipe or the like where a file belongs.
pub(super) const NO_FILE: &str = "no regular file, in the place of a readable file";

/// What to say of something in the place of what is to be written.
pub(super) fn in_the_way(path: &Path, what: &str) -> Error {
    Error::unreachable(format!("{} is {what}", path.display()))
        .with_hint("remove it, or move it away; what belongs there is made again")
}

/// An open directory; everything is reached from it by plain names that are not followed.
pub(super) struct Folder {
    fd: OwnedFd,
    shown: std::path::PathBuf,
}

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

impl Folder {
    pub(super) fn root(dir: &StateDir) -> Result<Folder> {
        let shown = dir.path().to_path_buf();
        let fd = rustix::fs::open(&shown, DIRECTORY, Mode::empty())
            .map_err(|error| Error::io("open", &shown, &error.into()))?;
        Ok(Folder { fd, shown })
    }

    /// The directory `path` below this one, made if it is missing.
    pub(super) fn below(&self, path: &str) -> Result<Folder> {
        let mut folder = Folder {
            fd: self
                .fd
                .try_clone()
                .map_err(|error| self.fail("open", "", error))?,
            shown: self.shown.clone(),
        };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            folder = folder.child(part)?;
        }
        Ok(folder)
    }

    fn child(&self, name: &str) -> Result<Folder> {
        match rustix::fs::mkdirat(&self.fd, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(self.fail("make", name, error.into())),
        }
        let fd = rustix::fs::openat(&self.fd, name, DIRECTORY, Mode::empty())
            .map_err(|error| self.fail("open", name, error.into()))?;
        belong_as(&self.fd, &fd).map_err(|error| self.fail("give away", name, error))?;
        let shown = self.shown.join(name);
        Ok(Folder { fd, shown })
    }

    pub(super) fn append(&self, name: &str, lines: &[(u64, String)], extent: Extent) -> Result<()> {
        let fail = |error: std::io::Error| self.fail("write", name, error);
        let path = self.shown.join(name);
        let mut file = open_file(&path, OFlags::RDWR | OFlags::CREATE).map_err(fail)?;
        if let Extent::Whole { until } = extent {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(fail)?;
            let text = joined(&String::from_utf8_lossy(&bytes), lines, until);
            return self.write(name, &text);
        }
        let (end, last) = sound_end(&mut file).map_err(fail)?;
        let mut text = String::new();
        for (_, line) in lines.iter().filter(|(revision, _)| *revision > last) {
            text.push_str(line);
            text.push('\n');
        }
        file.set_len(end).map_err(fail)?;
        file.seek(SeekFrom::Start(end)).map_err(fail)?;
        file.write_all(text.as_bytes()).map_err(fail)
    }

    pub(super) fn write(&self, name: &str, contents: &str) -> Result<()> {
        let file = self.temporary()?;
        let written =
            belong_as(&self.fd, &file).and_then(|()| (&file).write_all(contents.as_bytes()));
        written
            .and_then(|()| self.place(name))
            .map_err(|error| self.fail("write", name, error))
    }

    /// Makes the temporary file. Writers are one at a time, so one name is enough; what has it already was left
    /// by one that was killed, or was planted, and goes.
    fn temporary(&self) -> Result<File> {
        let make = || {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            rustix::fs::openat(&self.fd, TEMP, flags, Mode::RUSR | Mode::WUSR)
        };
        let made = match make() {
            Err(Errno::EXIST) => self.clear_temporary().and_then(|()| make()),
            other => other,
        };
        let fd = made.map_err(|error| self.fail("make", TEMP, error.into()))?;
        Ok(File::from(fd))
    }

    /// Removes what has the temporary file's name, unless it is a directory with something in it.
    fn clear_temporary(&self) -> rustix::io::Result<()> {
        match rustix::fs::unlinkat(&self.fd, TEMP, AtFlags::empty()) {
            Err(Errno::ISDIR) => rustix::fs::unlinkat(&self.fd, TEMP, AtFlags::REMOVEDIR),
            other => other,
        }
    }

    /// Writes into a file that may be torn for whoever reads it without the lock, or when a writer is killed
    /// (see [`Loss::beyond`]): making a file for every commit costs more than what is written into it.
    pub(super) fn overwrite(&self, name: &str, contents: &str) -> Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE;
        let Ok(mut file) = open_file(&self.shown.join(name), flags) else {
            return self.write(name, contents);
        };
        let written = file
            .write_all(contents.as_bytes())
            .and_then(|()| file.set_len(contents.len() as u64));
        written.map_err(|error| self.fail("write", name, error))
    }

    /// Puts the temporary file in its place. Some file systems write data out at once when a rename
    /// replaces a file, which costs more than all the rest; swapping the two does the same without.
    fn place(&self, name: &str) -> std::io::Result<()> {
        let swap =
            || rustix::fs::renameat_with(&self.fd, TEMP, &self.fd, name, RenameFlags::EXCHANGE);
        if swap().is_err() {
            // There was no such file, or the file system cannot swap.
            return Ok(rustix::fs::renameat(&self.fd, TEMP, &self.fd, name)?);
        }
        let removed = rustix::fs::unlinkat(&self.fd, TEMP, AtFlags::empty());
        if removed.is_err() {
            // It was a directory, and would be in the way of every later write.
            swap()?;
        }
        Ok(removed?)
    }

    pub(super) fn remove(&self, name: &str) -> Result<()> {
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(self.fail("remove", name, error.into())),
        }
    }

    pub(super) fn keep_only(&self, prefix: &str, paths: &BTreeSet<String>) -> Result<()> {
        let entries = rustix::fs::Dir::read_from(&self.fd)
            .map_err(|error| self.fail("list", "", error.into()))?;
        for entry in entries {
            let entry = entry.map_err(|error| self.fail("list", "", error.into()))?;
            // A name we did not write is not UTF-8 at worst; its lossy form is in no set.
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if name == "." || name == ".." || paths.contains(&path) {
                continue;
            }
            if entry.file_type() == FileType::Directory {
                self.child(&name)?.keep_only(&format!("{path}/"), paths)?;
            } else {
                self.remove(&name)?;
            }
        }
        Ok(())
    }

    fn fail(&self, doing: &str, name: &str, error: std::io::Error) -> Error {
        let path = self.shown.join(name);
        match (error.kind(), error.raw_os_error()) {
            // What O_NOFOLLOW | O_DIRECTORY says about a link or a file in a directory's place.
            (ErrorKind::NotADirectory, _) => in_the_way(&path, NO_DIRECTORY),
            (ErrorKind::IsADirectory | ErrorKind::DirectoryNotEmpty, _) => {
                in_the_way(&path, DIRECTORY_FOR_FILE)
            }
            // The second is what opening says of a link, of a socket, or of a pipe that nobody reads.
            (ErrorKind::InvalidInput, _) | (_, Some(libc::ELOOP | libc::ENXIO)) => {
                in_the_way(&path, NO_FILE)
            }
            _ => Error::io(doing, &path, &error),
        }
    }
}

/// The lines of a file that is made anew. Those of which the store has no record, be it that it has forgotten
/// them or that it went back, are worth keeping if they are sound and a store can have written them: none was
/// at a revision later than `until`, and a line from beyond would keep out of the file all that follow.
fn joined(old: &str, lines: &[(u64, String)], until: u64) -> String {
    let known: BTreeSet<u64> = lines.iter().map(|(revision, _)| *revision).collect();
    let kept = old
        .lines()
        .filter_map(|line| Some((line_revision(line)?, line)))
        .filter(|(revision, _)| *revision <= until && !known.contains(revision));
    let ours = lines
        .iter()
        .map(|(revision, line)| (*revision, line.as_str()));
    let mut all: Vec<(u64, &str)> = kept.chain(ours).collect();
    all.sort_by_key(|(revision, _)| *revision);
    all.into_iter().flat_map(|(_, line)| [line, "\n"]).collect()
}

pub(super) fn line_revision(line: &str) -> Option<u64> {
    serde_json::from_str::<Value>(line).ok()?["revision"].as_u64()
}

/// Where the last sound line of a file of JSON lines ends, and its revision (0 if there is none).
/// Looks at the end of the file, at more of it only for a long line: what follows the last sound line
/// is a torn write and is cut off.
fn sound_end(file: &mut File) -> std::io::Result<(u64, u64)> {
    let length = file.metadata()?.len();
    for tail in TAILS {
        if let Some(found) = sound_end_within(file, length, tail)? {
            return Ok(found);
        }
        if tail >= length {
            break;
        }
    }
    // Nothing sound within reach. Keep what is there, whatever it is, and go on below it.
    Ok((length, 0))
}

fn sound_end_within(
    file: &mut File,
    length: u64,
    tail: u64,
) -> std::io::Result<Option<(u64, u64)>> {
    let start = length.saturating_sub(tail);
    file.seek(SeekFrom::Start(start))?;
    // With room for all of it, so that it is read at once.
    let mut bytes = Vec::with_capacity(length.min(tail) as usize + 1);
    file.take(tail).read_to_end(&mut bytes)?;
    let mut end = bytes.len();
    while let Some(newline) = bytes[..end].iter().rposition(|byte| *byte == b'\n') {
        let before = bytes[..newline].iter().rposition(|byte| *byte == b'\n');
        if before.is_none() && start > 0 {
            // It began further up.
            return Ok(None);
        }
        let begin = before.map_or(0, |at| at + 1);
        let line = std::str::from_utf8(&bytes[begin..newline]).unwrap_or_default();
        if let Some(revision) = line_revision(line) {
            return Ok(Some((start + newline as u64 + 1, revision)));
        }
        end = newline;
    }
    Ok(None)
}
