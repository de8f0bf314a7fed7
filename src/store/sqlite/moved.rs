//! A database that was removed, or another put in its place, while a process has it open.
//!
//! That process would go on with a file that has no name any more, and everybody who comes later with
//! another one: two stores, each of which believes that it is the one. So whoever is about to read or
//! write looks whether its file is still the one at the path, and if not opens that one.
//!
//! If only the log or its index was removed, what is committed here would be seen by nobody who comes later,
//! and other things would be committed at the same revisions. All connections of a process share one index as
//! long as any of them is open, so it cannot open another by itself, and refuses to write.

use std::path::Path;
use std::sync::atomic::Ordering;

use rusqlite::{Connection, MAIN_DB, OpenFlags};
use rustix::fs::{AtFlags, CWD, OFlags, StatxFlags, statx};

use super::open::{Found, Paths, connect, make_tables, version};
use super::{SqliteStore, watch_log};
use crate::error::{Error, Result};
use crate::store::dir::open_file;

/// What to do where there is no database any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Go on reading what was there.
    Keep,
    /// Make another; the store's lock is held.
    Make,
}

impl Paths {
    /// The number of the file that is the database now; 0 if there is none.
    pub(super) fn inode(&self) -> u64 {
        inode(&self.database)
    }

    /// The numbers of the files that are the log and its index now; 0 for one that is not there.
    pub(super) fn beside(&self) -> [u64; 2] {
        [&self.log, &self.index].map(|path| inode(path))
    }
}

/// Asks for nothing else: whoever looks at the times of a file has the kernel tell apart what is written to it
/// next, which makes a commit a tenth slower where times are that fine (Linux 6.13).
fn inode(path: &Path) -> u64 {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::STATX_DONT_SYNC;
    statx(CWD, path, flags, StatxFlags::INO).map_or(0, |found| found.stx_ino)
}

impl SqliteStore {
    /// Sees that the connection is to the file at the path.
    pub(super) fn follow(&self, connection: &mut Connection, missing: Missing) -> Result<()> {
        let now = self.paths.inode();
        let before = self.inode.load(Ordering::Relaxed);
        // A private copy follows nothing.
        if before == 0 || now == before {
            return Ok(());
        }
        let fail = |error: rusqlite::Error| self.paths.error("open", &error);
        let reads_only = connection.is_readonly(MAIN_DB).map_err(fail)?;
        let makes = missing == Missing::Make && !reads_only;
        let Some(mut other) = self.other(reads_only, makes)? else {
            return Ok(());
        };
        tracing::warn!(
            "another store has come in the place of {}",
            self.paths.database.display()
        );
        watch_log(&mut other, &self.logged);
        *connection = other;
        self.inode.store(self.paths.inode(), Ordering::Relaxed);
        self.note_beside();
        self.listed.store(false, Ordering::Relaxed);
        for count in [&self.commits, &*self.logged, &self.refold] {
            count.store(0, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Notes which files are the log and its index that the connection has open.
    fn note_beside(&self) {
        for (noted, now) in self.beside.iter().zip(self.paths.beside()) {
            noted.store(now, Ordering::Relaxed);
        }
    }

    /// Sees that they still are.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::error::Kind::Unreachable) when one was removed or another put in its place.
    pub(super) fn refuse_severed(&self) -> Result<()> {
        let noted = self
            .beside
            .iter()
            .map(|noted| noted.load(Ordering::Relaxed));
        let files = [&self.paths.log, &self.paths.index];
        let mut both = noted.zip(self.paths.beside()).zip(files);
        // Where it could not be told at first there is nothing to compare with.
        let severed = both.find(|((noted, now), _)| *noted != 0 && noted != now);
        let Some((_, path)) = severed else {
            return Ok(());
        };
        let message = format!(
            "{} was removed or replaced while this process has the store open",
            path.display()
        );
        Err(Error::unreachable(message).with_hint(
            "nothing was changed; end every process that has the store open (stoa kill-server, stoa watch), then \
             try again",
        ))
    }

    /// A connection to what lies at the path now, if it is a database already or `makes` says to make it one.
    fn other(&self, reads_only: bool, makes: bool) -> Result<Option<Connection>> {
        let paths = &self.paths;
        match paths.look()? {
            Found::Nothing if !makes => return Ok(None),
            Found::Nothing => {
                open_file(&paths.database, OFlags::RDWR | OFlags::CREATE)
                    .map_err(|error| Error::io("make", &paths.database, &error))?;
            }
            Found::Database => {}
        }
        let flags = match reads_only {
            true => OpenFlags::SQLITE_OPEN_READ_ONLY,
            false => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let mut other = connect(&paths.database, flags)?;
        if makes {
            make_tables(paths, &mut other)?;
        }
        match version(&other).map_err(|error| paths.error("open", &error))? {
            // Somebody is about to make its tables.
            0 => Ok(None),
            version => paths.refuse_newer(version).map(|()| Some(other)),
        }
    }
}
