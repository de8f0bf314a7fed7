//! Taking old lines of a file of JSON lines to an archive, so that the file does not grow for ever.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};

use rustix::fs::OFlags;

use super::folder::{Folder, line_revision};
use super::{PATIENCE, Projection};
use crate::error::{Error, Result};
use crate::store::dir::{StateDir, open_file};
use crate::store::lock::{Lock, Sharing};

/// Where archives lie, in the state directory.
const ARCHIVE: &str = "archive";

impl Projection {
    /// Moves the lines of `STEM.jsonl` up to `revision` to `archive/STEM-until-REVISION.jsonl`. The
    /// archive is on disk before the lines leave their file, so that at worst they are in both.
    ///
    /// # Errors
    /// When a file cannot be read or written; then nothing has left its file.
    pub fn archive(&self, stem: &str, revision: u64) -> Result<()> {
        let work = self.dir.path().join("projection.lock");
        let _working = Lock::take(&work, Sharing::Exclusive, 15 * PATIENCE)?;
        let name = format!("{stem}.jsonl");
        let path = self.dir.path().join(&name);
        let fail = |error: std::io::Error| Error::io("archive", &path, &error);
        let mut text = String::new();
        let mut file = open_file(&path, OFlags::RDONLY).map_err(fail)?;
        file.read_to_string(&mut text).map_err(fail)?;
        let is_old = |line: &&str| line_revision(line).is_some_and(|r| r <= revision);
        let (old, new): (Vec<&str>, Vec<&str>) = text.lines().partition(is_old);
        if old.is_empty() {
            return Ok(());
        }
        let root = Folder::root(&self.dir)?;
        root.below(ARCHIVE)?;
        let kept = self
            .dir
            .path()
            .join(ARCHIVE)
            .join(format!("{stem}-until-{revision}.jsonl"));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND;
        let keep = || {
            let mut file = open_file(&kept, flags)?;
            file.write_all((old.join("\n") + "\n").as_bytes())?;
            file.sync_all()
        };
        keep().map_err(|error| Error::io("write", &kept, &error))?;
        let rest: String = new.iter().flat_map(|line| [line, "\n"]).collect();
        root.write(&name, &rest)
    }
}

/// Gives the lines of `STEM.jsonl` and of its archives, the oldest file first, each with the number of
/// its file. Lines at the seam of two files may come twice, in both. A file that is not there has no
/// lines.
///
/// # Errors
/// When a file cannot be read.
pub fn lines(dir: &StateDir, stem: &str, each: &mut dyn FnMut(usize, &[u8])) -> Result<()> {
    let archive = dir.path().join(ARCHIVE);
    let prefix = format!("{stem}-until-");
    let mut old = Vec::new();
    match std::fs::read_dir(&archive) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry.map_err(|error| Error::io("list", &archive, &error))?;
                let name = entry.file_name();
                let until = name.to_str().and_then(|name| {
                    let until = name.strip_prefix(&prefix)?.strip_suffix(".jsonl")?;
                    until.parse::<u64>().ok()
                });
                old.extend(until.map(|until| (until, entry.path())));
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("list", &archive, &error)),
    }
    old.sort();
    let current = dir.path().join(format!("{stem}.jsonl"));
    let paths = old.into_iter().map(|(_, path)| path).chain([current]);
    for (number, path) in paths.enumerate() {
        match open_file(&path, OFlags::RDONLY) {
            Ok(file) => each_line(file, &mut |line| each(number, line))
                .map_err(|error| Error::io("read", &path, &error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("open", &path, &error)),
        }
    }
    Ok(())
}

fn each_line(file: File, each: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
    let mut reader = BufReader::with_capacity(128 * 1024, file);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        each(&line);
        line.clear();
    }
    Ok(())
}
