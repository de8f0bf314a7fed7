//! Comparing the readable files with the store. Looks only; nothing is written.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read};

use rustix::fs::OFlags;

use super::{Edit, PATIENCE, Project, Projection};
use crate::error::{Error, Result};
use crate::store::dir::open_file;
use crate::store::lock::{Lock, Sharing};
use crate::store::{Delta, Store};

impl Projection {
    /// The files that do not show what the store holds: missing, changed by hand, or left over.
    ///
    /// # Errors
    /// When one cannot be looked at.
    pub fn stale(&self, store: &dyn Store, project: &dyn Project) -> Result<Vec<String>> {
        let work = self.dir.path().join("projection.lock");
        let _working = Lock::take(&work, Sharing::Exclusive, 15 * PATIENCE)?;
        let mut edits = Vec::new();
        store.read(&mut |view| {
            edits = project.edits(view, &Delta::Everything)?;
            Ok(())
        })?;
        let mut stale = Vec::new();
        for edit in edits {
            match edit {
                Edit::Write {
                    dir,
                    name,
                    contents,
                } => {
                    let path = self.dir.path().join(&dir).join(&name);
                    // The board tells the time at which it was written.
                    if !dir.is_empty() && self.text(&path).as_ref() != Some(&contents) {
                        stale.push(format!("{dir}/{name}"));
                    }
                }
                Edit::KeepOnly { dir, paths } => {
                    let found = self.files_below(&dir)?;
                    stale.extend(found.difference(&paths).map(|path| format!("{dir}/{path}")));
                }
                Edit::Remove { .. } | Edit::Append { .. } => {}
            }
        }
        Ok(stale)
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
