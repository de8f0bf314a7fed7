//! The store in files that people and other programs can read: one folder for each kind of record,
//! one trail of all attempts, and one board for people.
//!
//! Each kind of record is a `Family` with a file of its own here, which says what files show its
//! records and what the board tells of them. Files are written after commits and read by nobody
//! here: the store alone is the truth.

mod audit;
mod claims;
mod context;
mod fixes;
mod groups;
mod issues;
pub(super) mod markdown;
mod messages;
mod reports;
mod sessions;
mod tasks;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::Moment;
use crate::error::Result;
use crate::store::project::{Edit, Project, file_name};
use crate::store::{Delta, Record, View};
use markdown::when;

/// Rows of each table on the board.
const ROWS: usize = 50;

/// The kinds of records, in the order the board tells of them.
const FAMILIES: &[&Family] = &[
    &sessions::FAMILY,
    &groups::FAMILY,
    &context::FAMILY,
    &claims::FAMILY,
    &messages::FAMILY,
    &issues::FAMILY,
    &fixes::FAMILY,
    &reports::FAMILY,
    &tasks::FAMILY,
    &audit::FAMILY,
];

/// One kind of record.
struct Family {
    /// What the keys of its records begin with, each with a slash at its end.
    prefixes: &'static [&'static str],
    /// The folder of its files, in which nothing else may lie; none for a single file.
    dir: Option<&'static str>,
    /// The files that show records which were written or deleted.
    files: fn(&dyn View, &Changed<'_>) -> Result<Vec<Edit>>,
    /// Whether a change of its records changes the board.
    on_board: bool,
    /// What the board tells of all of them, if it does.
    section: Option<Section>,
}

/// Writes one section of the board.
type Section = fn(&mut String, &dyn View, &Moment<'_>) -> Result<()>;

/// Records of one family that changed.
struct Changed<'a> {
    /// Their keys.
    keys: BTreeSet<&'a str>,
    /// The revision of the first of these changes; 0 when all files are made anew.
    since: u64,
}

/// Draws the files at a moment.
pub struct Readable<'a> {
    /// The moment.
    pub at: Moment<'a>,
}

impl Project for Readable<'_> {
    fn edits(&self, view: &dyn View, delta: &Delta) -> Result<Vec<Edit>> {
        match delta {
            Delta::Everything => self.everything(view),
            Delta::Keys(changes) => {
                let since = changes.iter().map(|change| change.revision).min();
                let keys: BTreeSet<&str> =
                    changes.iter().map(|change| change.key.as_str()).collect();
                self.some(view, &keys, since.unwrap_or(0))
            }
        }
    }
}

impl Readable<'_> {
    fn everything(&self, view: &dyn View) -> Result<Vec<Edit>> {
        let mut all = Vec::new();
        for family in FAMILIES {
            let mut keys = Vec::new();
            for prefix in family.prefixes {
                keys.extend(view.range(prefix)?.into_iter().map(|record| record.key));
            }
            let keys = keys.iter().map(String::as_str).collect();
            let edits = (family.files)(view, &Changed { keys, since: 0 })?;
            if let Some(dir) = family.dir {
                all.push(keep_written(dir, &edits));
            }
            all.extend(edits);
        }
        all.push(board_file(view, &self.at)?);
        Ok(all)
    }

    fn some(&self, view: &dyn View, keys: &BTreeSet<&str>, since: u64) -> Result<Vec<Edit>> {
        let mut edits = Vec::new();
        let mut board = false;
        for family in FAMILIES {
            let own = |key: &&&str| family.prefixes.iter().any(|prefix| key.starts_with(prefix));
            let keys: BTreeSet<&str> = keys.iter().filter(own).copied().collect();
            if !keys.is_empty() {
                edits.extend((family.files)(view, &Changed { keys, since })?);
                board |= family.on_board;
            }
        }
        if board {
            edits.push(board_file(view, &self.at)?);
        }
        Ok(edits)
    }
}

/// Only what was just written may stay below `dir`.
fn keep_written(dir: &str, edits: &[Edit]) -> Edit {
    let written = edits.iter().filter_map(|edit| match edit {
        Edit::Write { dir: at, name, .. } => {
            let path = format!("{at}/{name}");
            path.strip_prefix(dir)?.strip_prefix('/').map(str::to_owned)
        }
        _ => None,
    });
    Edit::KeepOnly {
        dir: dir.to_owned(),
        paths: written.collect(),
    }
}

/// The file of one record, or its removal. `name` is what comes from people in it.
fn record_file(view: &dyn View, key: &str, dir: &str, name: &str) -> Result<Edit> {
    let (dir, name) = (dir.to_owned(), format!("{}.json", file_name(name)));
    Ok(match view.get(key)? {
        Some(record) => Edit::Write {
            dir,
            name,
            contents: pretty(&record)?,
        },
        None => Edit::Remove { dir, name },
    })
}

fn pretty(record: &Record) -> Result<String> {
    let value: Value = record.decode()?;
    Ok(format!("{value:#}\n"))
}

fn board_file(view: &dyn View, at: &Moment<'_>) -> Result<Edit> {
    Ok(Edit::Write {
        dir: String::new(),
        name: "STATUS_BOARD.md".to_owned(),
        contents: board(view, at)?,
    })
}

/// The board: who is there, who works together, what is held, what there is to do.
///
/// # Errors
/// Only the store's.
pub fn board(view: &dyn View, at: &Moment<'_>) -> Result<String> {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "# Status board\n\nRevision {}, written {}.",
        view.revision(),
        when(at.now.wall)
    );
    let _ = writeln!(out, "`stoa --once` shows the present state.");
    for section in FAMILIES.iter().filter_map(|family| family.section) {
        section(&mut out, view, at)?;
    }
    Ok(out)
}
