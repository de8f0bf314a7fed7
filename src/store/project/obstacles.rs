//! What keeps the readable files from being written, found without writing anything: something of another kind
//! in their place, or directories that root made and that are not the user's.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD};

use super::folder::{DIRECTORY_FOR_FILE, NO_DIRECTORY, NO_FILE, TEMP, in_the_way};
use super::{Edit, Project, Projection, REVISION_FILE};
use crate::error::{Error, Result};
use crate::store::Store;

impl Projection {
    /// What lies in the way of the next round, one by one with what to do about it.
    ///
    /// # Errors
    /// When what is to be written cannot be told, as the next round could not.
    pub fn obstacles(&self, store: &dyn Store, project: &dyn Project) -> Result<Vec<Error>> {
        let Some((_, delta)) = self.due(store)? else {
            return Ok(Vec::new());
        };
        let mut edits = Vec::new();
        store.read(&mut |view| {
            edits = project.edits(view, &delta)?;
            Ok(())
        })?;
        let mut search = Search::of(self.dir.path())?;
        for name in ["projection.lock", "projection.next"] {
            search.written_into(&search.root.join(name));
        }
        search.replaced(&search.root.join(REVISION_FILE));
        for edit in &edits {
            search.edit(edit);
        }
        Ok(search.found.into_values().collect())
    }
}

/// Looks at the places of files, and at none of its findings twice.
struct Search {
    root: PathBuf,
    /// Whose the state directory is.
    owner: u32,
    found: BTreeMap<PathBuf, Error>,
}

impl Search {
    fn of(root: &Path) -> Result<Search> {
        let looked = root.symlink_metadata();
        let owner = looked.map_err(|error| Error::io("look at", root, &error))?;
        Ok(Search {
            root: root.to_path_buf(),
            owner: owner.uid(),
            found: BTreeMap::new(),
        })
    }

    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Write { dir, name, .. } | Edit::Remove { dir, name } => {
                if let Some(dir) = self.directory(dir) {
                    self.replaced(&dir.join(name));
                }
            }
            Edit::Append { dir, name, .. } => {
                if let Some(dir) = self.directory(dir) {
                    self.written_into(&dir.join(name));
                }
            }
            Edit::KeepOnly { dir, .. } => {
                if let Some(dir) = self.directory(dir) {
                    self.all_below(&dir);
                }
            }
        }
    }

    fn add(&mut self, path: &Path, error: Error) {
        self.found.entry(path.to_path_buf()).or_insert(error);
    }

    /// The directory, relative to the state directory, if it is there and nothing is wrong with it.
    fn directory(&mut self, relative: &str) -> Option<PathBuf> {
        let mut path = self.root.clone();
        let mut usable = self.usable(&path);
        for part in relative.split('/').filter(|part| !part.is_empty()) {
            path.push(part);
            usable = usable && self.usable(&path);
        }
        usable.then_some(path)
    }

    /// Whether files can be made in what should be a directory. One that is missing is made when needed.
    fn usable(&mut self, path: &Path) -> bool {
        let found = match self.look(path) {
            None => return false,
            Some(found) if !found.is_dir() => {
                self.add(path, in_the_way(path, NO_DIRECTORY));
                return false;
            }
            Some(found) => found,
        };
        if !self.is_ours(path, &found, Access::WRITE_OK | Access::EXEC_OK) {
            return false;
        }
        let temp = path.join(TEMP);
        if std::fs::read_dir(&temp).is_ok_and(|mut inside| inside.next().is_some()) {
            // A link to a directory is removed as links are.
            if self.look(&temp).is_some_and(|found| found.is_dir()) {
                self.add(&temp, in_the_way(&temp, DIRECTORY_FOR_FILE));
                return false;
            }
        }
        true
    }

    /// A file that another takes the place of, whatever it is but a directory.
    fn replaced(&mut self, path: &Path) {
        if self.look(path).is_some_and(|found| found.is_dir()) {
            self.add(path, in_the_way(path, DIRECTORY_FOR_FILE));
        }
    }

    /// A file that stays and is opened for writing.
    fn written_into(&mut self, path: &Path) {
        match self.look(path) {
            None => {}
            Some(found) if found.is_file() => {
                self.is_ours(path, &found, Access::READ_OK | Access::WRITE_OK);
            }
            Some(found) if found.is_dir() => self.add(path, in_the_way(path, DIRECTORY_FOR_FILE)),
            Some(_) => self.add(path, in_the_way(path, NO_FILE)),
        }
    }

    /// All directories in one that is tidied.
    fn all_below(&mut self, dir: &Path) {
        let Ok(entries) = std::fs::read_dir(dir) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) && self.usable(&path) {
                self.all_below(&path);
            }
        }
    }

    /// What is there, if anything; what cannot be looked at is an obstacle.
    fn look(&mut self, path: &Path) -> Option<Metadata> {
        match path.symlink_metadata() {
            Ok(found) => Some(found),
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    self.add(path, Error::io("look at", path, &error));
                }
                None
            }
        }
    }

    /// Whether it belongs to whom the state directory belongs to, and can be used so by whoever asks.
    fn is_ours(&mut self, path: &Path, found: &Metadata, how: Access) -> bool {
        let shown = path.display();
        if found.uid() != self.owner {
            let (own, owner) = (found.uid(), self.owner);
            let message =
                format!("{shown} belongs to user {own}, and the state directory to user {owner}");
            let hint = format!("as root: chown {owner} {shown}, or stoa doctor --rebuild");
            self.add(path, Error::unreachable(message).with_hint(hint));
            return false;
        }
        if rustix::fs::accessat(CWD, path, how, AtFlags::EACCESS).is_err() {
            let message = format!(
                "{shown} cannot be written (mode {:o})",
                found.mode() & 0o777
            );
            self.add(
                path,
                Error::unreachable(message).with_hint(format!("chmod u+rwX {shown}")),
            );
            return false;
        }
        true
    }
}
