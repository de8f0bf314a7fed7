//! Readable files beside the store, for people, `cat` and `grep`. They are never read as the truth.
//!
//! After each commit the files of the changed keys are written again, by whichever process comes
//! first; `projected_revision` says how far they are. What a key looks like as a file is the
//! caller's knowledge (a [`Project`]); this module does the writing: temporary file and rename, no
//! sync, nothing through symbolic links, and one writer at a time. Since nothing is synced, a
//! power cut may leave any file empty: what another boot wrote is written anew, all of it.
//!
//! Two lock files make sure that the last commit is projected without anybody looping for others.
//! One process works; at most one waits for it, and will see every commit made before it starts;
//! everyone else may leave, because that waiting process covers them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use serde_json::Value;

use super::dir::{StateDir, open_file};
use super::lock::{Lock, Sharing};
use super::{Delta, Store, View};
use crate::clock::boot_id;
use crate::error::{Error, Result};

/// A change to the readable files. Directories are relative to the state directory, `/`-separated,
/// their parts and the names already fit for a file system (see [`file_name`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Write a file, replacing it.
    Write {
        /// Where; empty for the state directory itself.
        dir: String,
        /// Its name.
        name: String,
        /// Its text.
        contents: String,
    },
    /// Remove a file that may not exist.
    Remove {
        /// Where.
        dir: String,
        /// Its name.
        name: String,
    },
    /// Remove every file below `dir` but these paths, which are relative to it.
    KeepOnly {
        /// Where.
        dir: String,
        /// What stays.
        paths: BTreeSet<String>,
    },
    /// Add to a file of JSON lines, each with a growing number at `revision`; lines that are there
    /// already are not added again.
    Append {
        /// Where; empty for the state directory itself.
        dir: String,
        /// Its name.
        name: String,
        /// Revision and text of each line.
        lines: Vec<(u64, String)>,
    },
}

/// Knows which files show which keys.
pub trait Project {
    /// What to write after `delta`. For [`Delta::Everything`], all files, and what may stay.
    fn edits(&self, view: &dyn View, delta: &Delta) -> Result<Vec<Edit>>;
}

/// How long to wait for another process's round; after that the next commit catches up.
const PATIENCE: Duration = Duration::from_secs(2);
/// Files written less than this ago may be left to another process.
const FRESH: Duration = Duration::from_millis(100);
const REVISION_FILE: &str = "projected_revision";
/// What that file becomes when the store was found to have gone back behind it.
const LOST_FILE: &str = "lost_revision";
/// And that one once the readable files have been put aside: the store may not have gone on above it yet.
const PASSED_FILE: &str = "lost_before";
/// What the directories are called into which files are put aside, before the revision they tell of.
const ASIDE: &str = "lost-";
const TEMP: &str = ".tmp";
/// How much of a file of JSON lines is looked at for its last line; the last is more than the longest
/// line there is.
const TAILS: [u64; 3] = [16 * 1024, 128 * 1024, 1024 * 1024];

/// A number of revisions so far beyond what a store has that no store was ever there: somebody wrote into the
/// files. Going on above it, the store would be out of numbers soon.
const IMPLAUSIBLE: u64 = 1 << 40;

/// The latest revision that readable files in a state directory have seen, of this store, which is at
/// `revision`, or of one that was lost; 0 if there are none. A store that is behind it has gone back: its
/// revisions, which are its fencing tokens, have to go on above.
pub(super) fn seen(dir: &Path, revision: u64) -> u64 {
    let files = [REVISION_FILE, LOST_FILE, PASSED_FILE].map(|name| revision_in(&dir.join(name)));
    let plausible = files.into_iter().flatten();
    let plausible = plausible.filter(|seen| is_plausible(*seen, revision));
    plausible.max().unwrap_or(0)
}

fn is_plausible(seen: u64, revision: u64) -> bool {
    i64::try_from(seen).is_ok() && seen.saturating_sub(revision) <= IMPLAUSIBLE
}

/// How far above what readable files have seen a store goes on that has gone back. They follow commits, some
/// of them later than others: of the last ones they may not know, and a token must never come twice.
const MARGIN: u64 = 1_000_000;

/// The revision above which a store goes on that has gone back behind `seen`.
fn goes_on_above(seen: u64) -> u64 {
    seen.saturating_add(MARGIN)
}

/// Revisions that were seen and that the store does not have.
#[derive(Debug)]
pub(super) struct Loss<'a> {
    dir: &'a Path,
    revision: u64,
    seen: u64,
    /// Nobody writes the files meanwhile.
    _working: Lock,
}

impl Loss<'_> {
    /// What the readable files in `dir`, or whoever asks, who has seen `known`, have seen beyond the store,
    /// which is at `revision`, and whose lock is held. Of the files only what is read twice is believed, the
    /// second time while nobody writes them: a number that was being written over may have been read as half
    /// the old one and half the new.
    pub(super) fn beyond(dir: &Path, revision: u64, known: u64) -> Result<Option<Loss<'_>>> {
        if seen(dir, revision).max(known) <= revision {
            return Ok(None);
        }
        let work = dir.join("projection.lock");
        let _working = Lock::take(&work, Sharing::Exclusive, 15 * PATIENCE)?;
        let seen = seen(dir, revision).max(known);
        Ok((seen > revision).then_some(Loss {
            dir,
            revision,
            seen,
            _working,
        }))
    }

    /// The revision above which the store goes on.
    pub(super) fn goes_on_above(&self) -> u64 {
        goes_on_above(self.seen)
    }

    /// As [`note_loss`].
    pub(super) fn note(&self) -> std::io::Result<()> {
        note_loss(self.dir, self.revision)
    }
}

/// Has the next round put the readable files aside if the store, which is at `revision`, has no record of
/// what they tell any more.
fn note_loss(dir: &Path, revision: u64) -> std::io::Result<()> {
    let shown = revision_in(&dir.join(REVISION_FILE));
    if shown.is_none_or(|shown| shown <= revision || !is_plausible(shown, revision)) {
        return Ok(());
    }
    match std::fs::rename(dir.join(REVISION_FILE), dir.join(LOST_FILE)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The revision that a file tells, whichever boot wrote it.
fn revision_in(path: &Path) -> Option<u64> {
    let mut text = String::new();
    let file = open_file(path, OFlags::RDONLY).ok()?;
    file.take(128).read_to_string(&mut text).ok()?;
    let (revision, _) = text.trim().split_once(' ')?;
    revision.parse().ok()
}

/// How much of the readable files a round writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// What changed.
    Changed,
    /// All of them.
    Whole {
        /// Up to which revision lines may be that only the files know.
        until: u64,
    },
}

/// The readable files of a state directory.
#[derive(Debug)]
pub struct Projection {
    dir: StateDir,
}

impl Projection {
    /// The files in `dir`.
    pub fn new(dir: StateDir) -> Projection {
        Projection { dir }
    }

    /// As [`Projection::catch_up`], but leaves it to whoever is changing the store just now, or waits to, and
    /// will do it after, as long as the files are not old: many commands at a time write them once.
    ///
    /// # Errors
    /// As [`Projection::catch_up`].
    pub fn catch_up_or_leave(&self, store: &dyn Store, project: &dyn Project) -> Result<()> {
        let written = std::fs::metadata(self.dir.path().join(REVISION_FILE));
        let age = written
            .and_then(|file| file.modified())
            .map(|at| at.elapsed());
        let fresh = age.is_ok_and(|age| age.is_ok_and(|age| age < FRESH));
        if fresh && store.is_busy() {
            return Ok(());
        }
        self.catch_up(store, project)
    }

    /// Brings the files up to the store, or leaves it to a process that is about to.
    ///
    /// # Errors
    /// When a file cannot be written. The store is not affected, and the next call tries again.
    pub fn catch_up(&self, store: &dyn Store, project: &dyn Project) -> Result<()> {
        let work = self.dir.path().join("projection.lock");
        let next = self.dir.path().join("projection.next");
        let _working = match Lock::try_take(&work)? {
            Some(lock) => lock,
            None => {
                let Some(_waiting) = Lock::try_take(&next)? else {
                    return Ok(());
                };
                Lock::take(&work, Sharing::Exclusive, PATIENCE)?
            }
        };
        self.round(store, project)
    }

    /// Writes every file again.
    ///
    /// # Errors
    /// As [`Projection::catch_up`].
    pub fn rebuild(&self, store: &dyn Store, project: &dyn Project) -> Result<()> {
        let work = self.dir.path().join("projection.lock");
        let _working = Lock::take(&work, Sharing::Exclusive, 15 * PATIENCE)?;
        self.write_changes(store, project, store.revision()?, &Delta::Everything)
    }

    fn round(&self, store: &dyn Store, project: &dyn Project) -> Result<()> {
        let (revision, delta) = match self.projected() {
            Some(projected) => {
                let changes = store.changes_since(projected)?;
                if changes.revision == projected {
                    return Ok(());
                }
                (changes.revision, changes.delta)
            }
            None => (store.revision()?, Delta::Everything),
        };
        self.write_changes(store, project, revision, &delta)
    }

    fn write_changes(
        &self,
        store: &dyn Store,
        project: &dyn Project,
        revision: u64,
        delta: &Delta,
    ) -> Result<()> {
        let mut edits = Vec::new();
        store.read(&mut |view| {
            edits = project.edits(view, delta)?;
            Ok(())
        })?;
        let root = Folder::root(&self.dir)?;
        let mut extent = Extent::Changed;
        if *delta == Delta::Everything {
            let path = self.dir.path();
            note_loss(path, revision).map_err(|error| self.failed("rename", &error))?;
            self.put_aside(&edits)
                .map_err(|error| self.failed("put aside", &error))?;
            let until = match seen(path, revision) {
                // The store has gone back, and has not gone on yet.
                seen if seen > revision => goes_on_above(seen),
                _ => revision,
            };
            extent = Extent::Whole { until };
        }
        let mut outcome = Ok(());
        for edit in &edits {
            // One bad file (a planted link, say) must not keep the others from being current.
            outcome = outcome.and(self.apply(&root, edit, extent));
        }
        outcome?;
        root.overwrite(REVISION_FILE, &format!("{revision} {}\n", boot()))
    }

    /// Puts files that tell of a store which is lost where nothing writes over them: they are the last that
    /// is left of it. Those that only grow are there afterwards and here as well.
    fn put_aside(&self, edits: &[Edit]) -> std::io::Result<()> {
        let dir = self.dir.path();
        let Some(seen) = revision_in(&dir.join(LOST_FILE)) else {
            return Ok(());
        };
        let names = (0..).map(|n| match n {
            0 => format!("{ASIDE}{seen}"),
            n => format!("{ASIDE}{seen}-{n}"),
        });
        let mut places = names.map(|name| dir.join(name));
        let Some(aside) = places.find(|place| place.symlink_metadata().is_err()) else {
            return Ok(());
        };
        let make = |dir: &Path| {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true).mode(0o700).create(dir)
        };
        make(&aside)?;
        for edit in edits {
            let (within, name) = match edit {
                Edit::Append {
                    dir: within, name, ..
                } => {
                    // It goes on where it is: of its lines the store has only the newest.
                    make(&aside.join(within))?;
                    let path = Path::new(within).join(name);
                    let (from, to) = (dir.join(&path), aside.join(&path));
                    // What cannot be copied, a planted link say, is in the way as well.
                    copy(&from, &to).or_else(|_| std::fs::rename(from, to))?;
                    continue;
                }
                Edit::Write { dir, name, .. } | Edit::Remove { dir, name } => {
                    (dir.as_str(), name.as_str())
                }
                Edit::KeepOnly { dir, .. } => (dir.as_str(), ""),
            };
            let top = within.split('/').next().filter(|top| !top.is_empty());
            let top = top.unwrap_or(name);
            match std::fs::rename(dir.join(top), aside.join(top)) {
                // Most are in directories that have been moved already.
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        tracing::warn!(
            "the store has gone back: the files it had written are in {}",
            aside.display()
        );
        std::fs::rename(dir.join(LOST_FILE), dir.join(PASSED_FILE))
    }

    fn failed(&self, doing: &str, error: &std::io::Error) -> Error {
        Error::io(doing, self.dir.path(), error)
    }

    fn apply(&self, root: &Folder, edit: &Edit, extent: Extent) -> Result<()> {
        match edit {
            Edit::Write {
                dir,
                name,
                contents,
            } => root.below(dir)?.write(name, contents),
            Edit::Remove { dir, name } => root.below(dir)?.remove(name),
            Edit::KeepOnly { dir, paths } => root.below(dir)?.keep_only("", paths),
            Edit::Append { dir, name, lines } => root.below(dir)?.append(name, lines, extent),
        }
    }

    fn projected(&self) -> Option<u64> {
        let file = open_file(&self.dir.path().join(REVISION_FILE), OFlags::RDONLY).ok()?;
        let mut text = String::new();
        file.take(128).read_to_string(&mut text).ok()?;
        let (revision, written_by) = text.trim().split_once(' ')?;
        (written_by == boot()).then(|| revision.parse().ok())?
    }
}

/// Copies a regular file, if it is there.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut source = match open_file(from, OFlags::RDONLY) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let mut copied = open_file(to, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
    std::io::copy(&mut source, &mut copied).map(drop)
}

/// This boot; one that hides its id counts as one long boot, one that cannot be read as another.
fn boot() -> String {
    match boot_id() {
        Ok(id) => id.unwrap_or_else(|| "unknown-boot".to_owned()),
        Err(_) => "unread-boot".to_owned(),
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

fn line_revision(line: &str) -> Option<u64> {
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

/// An open directory; everything is reached from it by plain names that are not followed.
struct Folder {
    fd: OwnedFd,
    shown: std::path::PathBuf,
}

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

impl Folder {
    fn root(dir: &StateDir) -> Result<Folder> {
        let shown = dir.path().to_path_buf();
        let fd = rustix::fs::open(&shown, DIRECTORY, Mode::empty())
            .map_err(|error| Error::io("open", &shown, &error.into()))?;
        Ok(Folder { fd, shown })
    }

    /// The directory `path` below this one, made if it is missing.
    fn below(&self, path: &str) -> Result<Folder> {
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
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(self.fail("make", name, error.into())),
        }
        let fd = rustix::fs::openat(&self.fd, name, DIRECTORY, Mode::empty())
            .map_err(|error| self.fail("open", name, error.into()))?;
        let shown = self.shown.join(name);
        Ok(Folder { fd, shown })
    }

    fn append(&self, name: &str, lines: &[(u64, String)], extent: Extent) -> Result<()> {
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

    fn write(&self, name: &str, contents: &str) -> Result<()> {
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::TRUNC
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC
            | OFlags::NONBLOCK;
        // Writers are one at a time, so one temporary name is enough, and a killed one leaves one.
        let fd = rustix::fs::openat(&self.fd, TEMP, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| self.fail("write", name, error.into()))?;
        let written = File::from(fd).write_all(contents.as_bytes());
        written
            .and_then(|()| self.place(name))
            .map_err(|error| self.fail("write", name, error))
    }

    /// Writes into a file that may be torn for whoever reads it without the lock, or when a writer is killed
    /// (see [`Loss::beyond`]): making a file for every commit costs more than what is written into it.
    fn overwrite(&self, name: &str, contents: &str) -> Result<()> {
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

    fn remove(&self, name: &str) -> Result<()> {
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(error) => Err(self.fail("remove", name, error.into())),
        }
    }

    fn keep_only(&self, prefix: &str, paths: &BTreeSet<String>) -> Result<()> {
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
        match error.kind() {
            // What O_NOFOLLOW | O_DIRECTORY says about a link or a file in a directory's place.
            ErrorKind::NotADirectory => Error::unreachable(format!(
                "{} is a link or a file in the place of a directory of readable files",
                self.shown.join(name).display()
            ))
            .with_hint("remove it; it is made again"),
            _ => Error::io(doing, &self.shown.join(name), &error),
        }
    }
}

/// Longest file name made from a name, without its extension.
const NAME_LIMIT: usize = 180;

/// A file name for any text, different for different texts: all but letters, digits and `._-+@=,`
/// becomes `%XX`, as does a leading dot; what is too long is cut and ends in `~` and a hash.
pub fn file_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        let plain =
            byte.is_ascii_alphanumeric() || (b"_-+@=,".contains(&byte)) || (byte == b'.' && at > 0);
        if plain {
            name.push(byte as char);
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    if name.len() > NAME_LIMIT {
        // Only ASCII so far, so any cut is on a character.
        name.truncate(NAME_LIMIT - 17);
        name.push_str(&format!("~{:016x}", hash(text)));
    }
    name
}

/// FNV-1a: the names must be the same in every version of every process.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

mod archive;
pub use archive::lines;
pub use verify::{Compared, Seen};
#[cfg(test)]
mod tests;
mod verify;
