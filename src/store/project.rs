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
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;

use self::folder::Folder;
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
                match Lock::take(&work, Sharing::Exclusive, PATIENCE) {
                    Ok(lock) => lock,
                    // Somebody is at it for that long; what is behind is not what this one has to complain of.
                    Err(_) => match Lock::try_take(&work)? {
                        Some(lock) => lock,
                        None => return Ok(()),
                    },
                }
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
        match self.due(store)? {
            Some((revision, delta)) => self.write_changes(store, project, revision, &delta),
            None => Ok(()),
        }
    }

    /// What the files do not show yet, up to which revision.
    fn due(&self, store: &dyn Store) -> Result<Option<(u64, Delta)>> {
        let Some(projected) = self.projected() else {
            return Ok(Some((store.revision()?, Delta::Everything)));
        };
        let changes = store.changes_since(projected)?;
        Ok((changes.revision != projected).then_some((changes.revision, changes.delta)))
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
            self.put_aside(&root, &edits)?;
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
    fn put_aside(&self, root: &Folder, edits: &[Edit]) -> Result<()> {
        let fail = |error: std::io::Error| self.failed("put aside", &error);
        let dir = self.dir.path();
        let Some(seen) = revision_in(&dir.join(LOST_FILE)) else {
            return Ok(());
        };
        let names = (0..).map(|n| match n {
            0 => format!("{ASIDE}{seen}"),
            n => format!("{ASIDE}{seen}-{n}"),
        });
        let mut free = names.filter(|name| dir.join(name).symlink_metadata().is_err());
        let Some(aside) = free.next() else {
            return Ok(());
        };
        let folder = root.below(&aside)?;
        let aside = dir.join(aside);
        for edit in edits {
            let (within, name) = match edit {
                Edit::Append {
                    dir: within, name, ..
                } => {
                    // It goes on where it is: of its lines the store has only the newest.
                    folder.below(within)?;
                    let path = Path::new(within).join(name);
                    let (from, to) = (dir.join(&path), aside.join(&path));
                    // What cannot be copied, a planted link say, is in the way as well.
                    copy(&from, &to)
                        .or_else(|_| std::fs::rename(from, to))
                        .map_err(fail)?;
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
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(fail(error)),
                _ => {}
            }
        }
        tracing::warn!(
            "the store has gone back: the files it had written are in {}",
            aside.display()
        );
        std::fs::rename(dir.join(LOST_FILE), dir.join(PASSED_FILE)).map_err(fail)
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
mod folder;
mod obstacles;
pub use archive::lines;
pub use verify::{Compared, Seen};
#[cfg(test)]
mod tests;
mod verify;
