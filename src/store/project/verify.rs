//! Comparing the readable files with the store. Looks only; nothing is written.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read};

use rustix::fs::OFlags;

use super::folder::line_revision;
use super::{ASIDE, Edit, LOST_FILE, PATIENCE, Project, Projection, REVISION_FILE, revision_in};
use crate::error::{Error, Result};
use crate::store::dir::open_file;
use crate::store::lock::{Lock, Sharing};
use crate::store::{Delta, Store};

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// The files are those of an older revision, so there is nothing to compare them with.
    Behind {
        /// The revision they show, if that can be told.
        shown: Option<u64>,
        /// The store's.
        revision: u64,
    },
    /// They are of the store's revision; these are missing, changed by hand, or left over.
    Differing(Vec<String>),
}

/// The latest revision that readable files tell of, of this store or of one that was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Those that are there show it.
    Shown(u64),
    /// Those that showed it were put aside since.
    PutAside(u64),
}

impl Projection {
    /// Compares the files with what the store holds.
    ///
    /// # Errors
    /// When one cannot be looked at.
    pub fn compare(&self, store: &dyn Store, project: &dyn Project) -> Result<Compared> {
        let work = self.dir.path().join("projection.lock");
        // Nobody has written files yet where there is no lock.
        let _working = match work.exists() {
            true => Some(Lock::take(&work, Sharing::Shared, 15 * PATIENCE)?),
            false => None,
        };
        let mut edits = Vec::new();
        let mut revision = 0;
        store.read(&mut |view| {
            revision = view.revision();
            edits = project.edits(view, &Delta::Everything)?;
            Ok(())
        })?;
        let shown = self.shown();
        if shown != Some(revision) {
            return Ok(Compared::Behind { shown, revision });
        }
        let mut differing = Vec::new();
        for edit in &edits {
            differing.extend(self.differing(edit)?);
        }
        Ok(Compared::Differing(differing))
    }

    /// The revision that the files show, whichever boot wrote them.
    pub fn shown(&self) -> Option<u64> {
        revision_in(&self.dir.path().join(REVISION_FILE))
    }

    /// The latest revision that the files tell of, for a store at `revision`.
    pub fn seen(&self, revision: u64) -> Seen {
        let dir = self.dir.path();
        let latest = super::seen(dir, revision);
        let shown = [REVISION_FILE, LOST_FILE].map(|name| revision_in(&dir.join(name)));
        match shown.contains(&Some(latest)) {
            true => Seen::Shown(latest),
            false => Seen::PutAside(latest),
        }
    }

    /// The names of the directories that hold files of stores that were lost, the oldest first.
    ///
    /// # Errors
    /// When the state directory cannot be listed.
    pub fn aside(&self) -> Result<Vec<String>> {
        let dir = self.dir.path();
        let fail = |error: std::io::Error| Error::io("list", dir, &error);
        let mut found = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let numbers = name.strip_prefix(ASIDE).map(|numbers| {
                let numbers = numbers.split('-').map(|number| number.parse::<u64>().ok());
                numbers.collect::<Option<Vec<u64>>>()
            });
            if let Some(Some(numbers)) = numbers
                && entry.file_type().is_ok_and(|kind| kind.is_dir())
            {
                found.push((numbers, name));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, name)| name).collect())
    }

    /// The files that are not as this edit would have them.
    fn differing(&self, edit: &Edit) -> Result<Vec<String>> {
        let named = |dir: &str, name: &str| match dir {
            "" => name.to_owned(),
            dir => format!("{dir}/{name}"),
        };
        let text = |dir: &str, name: &str| self.text(&self.dir.path().join(dir).join(name));
        Ok(match edit {
            Edit::Write {
                dir,
                name,
                contents,
            } => {
                let found = text(dir, name);
                let same = match dir.is_empty() {
                    true => found.is_some_and(|found| lasting(&found) == lasting(contents)),
                    false => found.as_ref() == Some(contents),
                };
                (!same).then(|| named(dir, name)).into_iter().collect()
            }
            Edit::KeepOnly { dir, paths } => {
                let found = self.files_below(dir)?;
                let left_over = found.difference(paths);
                left_over.map(|path| format!("{dir}/{path}")).collect()
            }
            Edit::Append { dir, name, lines } => {
                let found = text(dir, name).unwrap_or_default();
                let sound = found.lines().all(|line| line_revision(line).is_some());
                let found: BTreeSet<&str> = found.lines().collect();
                let whole = lines.iter().all(|(_, line)| found.contains(line.as_str()));
                (!(whole && sound))
                    .then(|| named(dir, name))
                    .into_iter()
                    .collect()
            }
            Edit::Remove { .. } => Vec::new(),
        })
    }

    fn text(&self, path: &std::path::Path) -> Option<String> {
        let mut text = String::new();
        let mut file = open_file(path, OFlags::RDONLY).ok()?;
        file.read_to_string(&mut text).ok().map(|_| text)
    }

    fn files_below(&self, dir: &str) -> Result<BTreeSet<String>> {
        let root = self.dir.path().join(dir);
        let mut found = BTreeSet::new();
        let mut left = vec![root.clone()];
        while let Some(folder) = left.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("list", &folder, &error)),
            };
            for entry in entries {
                let entry = entry.map_err(|error| Error::io("list", &folder, &error))?;
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => left.push(entry.path()),
                    _ => {
                        let path = entry.path();
                        let path = path.strip_prefix(&root).unwrap_or(&path);
                        found.insert(path.to_string_lossy().into_owned());
                    }
                }
            }
        }
        Ok(found)
    }
}

/// What stays the same in a file that tells the time at which it was written, how long ago things were and who
/// is there still: its lines but for tables, which may be empty by now, and all but the numbers in them.
fn lasting(text: &str) -> Vec<String> {
    let told = |line: &&str| !line.is_empty() && !line.starts_with('|') && *line != "None.";
    let numberless = |line: &str| {
        let parts = line.split(|c: char| c.is_ascii_digit());
        let parts = parts.filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("0")
    };
    text.lines().filter(told).map(numberless).collect()
}
