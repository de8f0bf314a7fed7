//! Reading the files of older tools from a directory, for `import` and `doctor --verify`.
//!
//! Links are not followed, hidden folders and those of programs are passed over, and everything has
//! a bound: a directory given by mistake must not be read to its end.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use rustix::fs::OFlags;

use crate::coord::import::{Refused, SourceFile, layout};
use crate::error::{Error, Result};
use crate::store::dir::open_file;

/// Deepest folder.
const DEPTH: usize = 8;
/// Folders and files looked at.
const ENTRIES: usize = 200_000;
/// The largest record.
const RECORD_BYTES: u64 = 1024 * 1024;
/// The largest trail: it may have grown for years.
const TRAIL_BYTES: u64 = 256 * 1024 * 1024;
/// Folders in which nothing to import lies.
const PASSED_OVER: &[&str] = &["scripts", "node_modules", "target", "reports", "archive"];

/// What was found.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Files that may hold something.
    pub files: Vec<SourceFile>,
    /// Files that could not be read, and links and pipes where files would have been read.
    pub refused: Vec<Refused>,
}

/// Reads a file, or what lies below a directory. With `any`, also files whose place and name tell
/// nothing: the caller says what they are.
///
/// # Errors
/// There is no such path, or it cannot be listed, or there is far too much below it.
pub fn gather(path: &Path, any: bool) -> Result<Gathered> {
    let meta = fs::metadata(path).map_err(|error| Error::io("read", path, &error))?;
    let mut walk = Walk {
        any,
        entries: 0,
        found: Gathered::default(),
    };
    if meta.is_dir() {
        walk.folder(path, "", 0)?;
    } else {
        // The folders it lies in tell what it is.
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let last = &parts[parts.len().saturating_sub(3)..];
        walk.file(path, last.join("/"));
    }
    Ok(walk.found)
}

struct Walk {
    any: bool,
    entries: usize,
    found: Gathered,
}

impl Walk {
    fn folder(&mut self, path: &Path, below: &str, depth: usize) -> Result<()> {
        let fail = |error: std::io::Error| Error::io("list", path, &error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(fail)? {
            self.entries += 1;
            if self.entries > ENTRIES {
                return Err(
                    Error::usage(format!("there are more than {ENTRIES} files below it"))
                        .with_hint("name the directory of the coordination alone"),
                );
            }
            entries.push(entry.map_err(fail)?);
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let inside = match below {
                "" => name.clone(),
                below => format!("{below}/{name}"),
            };
            if kind.is_dir() && depth < DEPTH && !PASSED_OVER.contains(&name.as_str()) {
                self.folder(&entry.path(), &inside, depth + 1)?;
            } else if kind.is_file() {
                self.file(&entry.path(), inside);
            } else if !kind.is_dir() && !PASSED_OVER.contains(&name.as_str()) {
                self.leave_out(inside, kind.is_symlink());
            }
        }
        Ok(())
    }

    /// Tells of what is neither a file nor a folder, where one would have been read.
    fn leave_out(&mut self, shown: String, is_link: bool) {
        let kind = |path: &str| layout::role(path).and_then(layout::Role::kind);
        // A link may stand for a whole folder.
        let of_its_files = || kind(&format!("{shown}/x.json"));
        let Some(kind) = kind(&shown).or_else(of_its_files) else {
            return;
        };
        let why = match is_link {
            true => "it is a link, which is not followed",
            false => "it is not a regular file",
        };
        self.found.refused.push(Refused {
            kind,
            file: shown,
            field: None,
            why: why.to_owned(),
        });
    }

    fn file(&mut self, path: &Path, shown: String) {
        let role = layout::role(&shown);
        if role.is_none() && !self.any {
            return;
        }
        let limit = match role {
            Some(layout::Role::Trail) => TRAIL_BYTES,
            _ => RECORD_BYTES,
        };
        let read = open_file(path, OFlags::RDONLY).and_then(|file| text(file, limit));
        match (read, role.and_then(layout::Role::kind)) {
            (Ok(text), _) => self.found.files.push(SourceFile { path: shown, text }),
            (Err(error), Some(kind)) => self.found.refused.push(Refused {
                kind,
                file: shown,
                field: None,
                why: format!("it cannot be read: {error}"),
            }),
            (Err(_), None) => {}
        }
    }
}

fn text(file: File, limit: u64) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    let wrong = |why: String| std::io::Error::new(std::io::ErrorKind::InvalidData, why);
    if bytes.len() as u64 > limit {
        return Err(wrong(format!(
            "it is larger than {} MiB",
            limit / 1024 / 1024
        )));
    }
    String::from_utf8(bytes).map_err(|_| wrong("it is no text in UTF-8".to_owned()))
}
