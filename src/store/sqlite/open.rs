//! Opening the database: what may lie at its path, making it, and refusing what is not ours.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use rustix::fs::OFlags;

use super::{LOCK_LIMIT, SqliteStore};
use crate::error::{Error, Kind, Result};
use crate::store::dir::{StateDir, open_file};
use crate::store::lock::{Lock, Sharing};

/// The version of the tables. A store of a newer version is refused.
pub const SCHEMA_VERSION: i64 = 1;
/// How long to wait for a process that is indexing the log; writers have their own queue.
pub(super) const BUSY_LIMIT: Duration = Duration::from_secs(5);
/// What every SQLite database begins with.
const HEADER: &[u8; 16] = b"SQLite format 3\0";
/// Marks the file as ours ("Stoa" in ASCII).
const APPLICATION_ID: i64 = 0x5374_6f61;

const TABLES: &str = "
CREATE TABLE records (
  key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE changes (
  revision INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (revision, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('revision', 0), ('floor', 0);
";

#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) database: PathBuf,
    pub(super) log: PathBuf,
    /// The index of the log.
    pub(super) index: PathBuf,
    pub(super) lock: PathBuf,
}

impl Paths {
    /// The state directory.
    pub(super) fn dir(&self) -> &Path {
        self.lock.parent().unwrap_or(Path::new("."))
    }

    fn of(dir: &StateDir) -> Paths {
        Paths {
            database: dir.path().join("store.db"),
            log: dir.path().join("store.db-wal"),
            index: dir.path().join("store.db-shm"),
            lock: dir.path().join("lock"),
        }
    }
}

/// What lies at the database's path.
pub(super) enum Found {
    Nothing,
    Database,
}

impl SqliteStore {
    /// Opens the store for reading and writing, making directory and database if they are missing.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] when the directory is refused or cannot be written,
    /// [`Kind::Corrupt`] when the database is damaged or was written by a newer version.
    pub fn open(dir: &StateDir) -> Result<SqliteStore> {
        let paths = Paths::of(dir);
        if let Found::Nothing = paths.look()? {
            paths.create()?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let inode = paths.inode();
        let mut connection = connect(&paths.database, flags)?;
        match version(&connection).map_err(|error| paths.error("open", &error))? {
            0 => {
                // Somebody died between making the file and its tables, or is at it right now.
                let _lock = Lock::take(&paths.lock, Sharing::Exclusive, LOCK_LIMIT)?;
                make_tables(&paths, &mut connection)?;
            }
            version => paths.refuse_newer(version)?,
        }
        Ok(SqliteStore::new(paths, connection, inode))
    }

    /// Whether there is a database, whatever state it is in.
    ///
    /// # Errors
    /// [`Kind::Corrupt`] when something else lies in its place.
    pub fn is_made(dir: &StateDir) -> Result<bool> {
        Ok(matches!(Paths::of(dir).look()?, Found::Database))
    }

    /// Opens the store for reading only, if there is one; makes nothing. On a read-only file
    /// system it reads a private copy, which later changes do not reach.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_read(dir: &StateDir) -> Result<Option<SqliteStore>> {
        let paths = Paths::of(dir);
        if let Found::Nothing = paths.look()? {
            return Ok(None);
        }
        let inode = paths.inode();
        let opened =
            connect(&paths.database, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|connection| {
                let version = version(&connection).map_err(|error| paths.error("open", &error))?;
                Ok((connection, version))
            });
        let ((connection, version), inode) = match opened {
            Err(error) if error.kind == Kind::Unreachable => (copied(&paths)?, 0),
            other => (other?, inode),
        };
        if version == 0 {
            return if is_empty(&paths, &connection)? {
                Ok(None)
            } else {
                Err(paths.foreign())
            };
        }
        paths.refuse_newer(version)?;
        Ok(Some(SqliteStore::new(paths, connection, inode)))
    }
}

impl Paths {
    /// A file that was cut to nothing beside a log that was not is damage, not a new store:
    /// opening it would throw the log away.
    pub(super) fn look(&self) -> Result<Found> {
        let log_bytes = std::fs::symlink_metadata(&self.log).map_or(0, |metadata| metadata.len());
        for beside in [&self.log, &self.index] {
            if std::fs::symlink_metadata(beside).is_ok_and(|found| !found.is_file()) {
                return Err(self.displaced(beside));
            }
        }
        let found = match std::fs::symlink_metadata(&self.database) {
            Ok(metadata) if !metadata.is_file() => {
                return Err(self.damaged("is not a regular file"));
            }
            Ok(metadata) if metadata.len() > 0 => return self.look_at_header(),
            Ok(_) => Found::Nothing,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Found::Nothing,
            Err(error) => return Err(Error::io("look at", &self.database, &error)),
        };
        if log_bytes > 0 {
            return Err(self.damaged("is missing or empty, but its log store.db-wal is not"));
        }
        Ok(found)
    }

    /// SQLite would not look at an overwritten file as long as the log has newer pages of it, and
    /// then lose the rest.
    fn look_at_header(&self) -> Result<Found> {
        let fail = |error| Error::io("read", &self.database, &error);
        let mut file = open_file(&self.database, OFlags::RDONLY).map_err(fail)?;
        let mut header = [0; HEADER.len()];
        match file.read_exact(&mut header) {
            Ok(()) if header == *HEADER => Ok(Found::Database),
            Ok(()) => Err(self.damaged("is damaged (it does not begin as a database does)")),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(self.damaged("is damaged (it has been cut short)"))
            }
            Err(error) => Err(fail(error)),
        }
    }

    fn create(&self) -> Result<()> {
        let _lock = Lock::take(&self.lock, Sharing::Exclusive, LOCK_LIMIT)?;
        // Made by us first, so that it is private from its first moment; the others copy its mode.
        open_file(&self.database, OFlags::RDWR | OFlags::CREATE)
            .map_err(|error| Error::io("make", &self.database, &error))?;
        let mut connection = connect(&self.database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        make_tables(self, &mut connection)
    }

    pub(super) fn refuse_newer(&self, version: i64) -> Result<()> {
        if version == SCHEMA_VERSION {
            return Ok(());
        }
        Err(Error::new(
            Kind::Corrupt,
            format!(
                "the store {} has format {version}; this stoa reads format {SCHEMA_VERSION}",
                self.database.display()
            ),
        )
        .with_hint("a newer stoa wrote it: use that one, or another directory with --state DIR"))
    }

    pub(super) fn damaged(&self, how: &str) -> Error {
        Error::new(
            Kind::Corrupt,
            format!("the store {} {how}", self.database.display()),
        )
        .with_hint(
            "nothing was changed; copy the directory away, then, after stoa kill-server, restore store.db \
             from a backup, or remove store.db* to begin anew (the readable files beside it show the last \
             state)",
        )
    }

    /// Something else lies where the log or its index would.
    fn displaced(&self, path: &Path) -> Error {
        let hint = match path == self.index {
            true => "remove it: the next command makes it anew; nothing was changed",
            false => {
                "put the log back if it was moved; without it what was committed last is lost; nothing was changed"
            }
        };
        let message = format!("{} is not a regular file", path.display());
        Error::new(Kind::Corrupt, message).with_hint(hint)
    }

    fn foreign(&self) -> Error {
        self.damaged("is a database that stoa did not make")
    }

    /// An SQLite failure in our words.
    pub(super) fn error(&self, doing: &str, error: &rusqlite::Error) -> Error {
        let shown = self.database.display();
        let code = error.sqlite_error_code();
        match code {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                let damaged = self.damaged(&format!("is damaged ({error})"));
                let hint = damaged.hint.clone().unwrap_or_default();
                // To SQLite a disk that cannot be read is the same as a page that makes no sense.
                damaged.with_hint(format!(
                    "try again first: a disk that fails to read looks like this; {hint}"
                ))
            }
            Some(ErrorCode::DiskFull) => Error::unreachable(format!(
                "cannot {doing} the store {shown}: the disk is full"
            ))
            .with_hint("free some disk space, then try again; nothing was changed"),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                let why = self.why_not();
                let why = why.map_or_else(|| error.to_string(), |(path, why)| format!("{path}: {why}"));
                Error::unreachable(format!("cannot {doing} the store {shown}: {why}")).with_hint(
                    "check that the directory can be written (or choose another with --state DIR), and that this \
                     process may open more files",
                )
            }
            Some(ErrorCode::SystemIoFailure) => {
                Error::unreachable(format!("cannot {doing} the store {shown}: {error}")).with_hint(
                    "either the disk fails, or store.db-wal was removed while another process has it open: \
                     end that one (stoa kill-server, stoa watch), then try again",
                )
            }
            Some(_) => Error::unreachable(format!("cannot {doing} the store {shown}: {error}")),
            // A row that is not what the tables promise.
            None => self.damaged(&format!("holds something unexpected ({error})")),
        }
    }
}

impl Paths {
    /// The first of the files that cannot be opened for writing, and why: SQLite does not tell.
    fn why_not(&self) -> Option<(std::path::Display<'_>, std::io::Error)> {
        [&self.database, &self.log, &self.index]
            .into_iter()
            .find_map(|path| {
                let error = open_file(path, OFlags::RDWR).err()?;
                (error.kind() != std::io::ErrorKind::NotFound).then(|| (path.display(), error))
            })
    }

    /// A failed commit in our words, with what the system said about it.
    pub(super) fn commit_error(&self, connection: &Connection, error: &rusqlite::Error) -> Error {
        // SAFETY: the handle is the connection's own, which is open, and nobody else uses it meanwhile.
        let errno = unsafe { rusqlite::ffi::sqlite3_system_errno(connection.handle()) };
        if error.sqlite_error_code() != Some(ErrorCode::SystemIoFailure) || errno == 0 {
            return self.error("write", error);
        }
        let system = std::io::Error::from_raw_os_error(errno);
        match system.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Error::io("write", &self.database, &system)
            }
            _ => {
                let told = self.error("write", error);
                let message = format!("{} ({system})", told.message);
                Error { message, ..told }
            }
        }
    }
}

pub(super) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // A range is planned once for all bounds. Without this SQLite plans it again whenever a
        // bound changes, in the hope of statistics that are not there.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.busy_timeout(BUSY_LIMIT)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        Ok(connection)
    };
    open().map_err(|error: rusqlite::Error| {
        let directory = path.parent().unwrap_or(path).to_path_buf();
        Paths {
            database: path.to_path_buf(),
            log: directory.join("store.db-wal"),
            index: directory.join("store.db-shm"),
            lock: directory.join("lock"),
        }
        .error("open", &error)
    })
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("PRAGMA user_version")?
        .query_row([], |row| row.get(0))
}

fn is_empty(paths: &Paths, connection: &Connection) -> Result<bool> {
    let tables: rusqlite::Result<i64> =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
    Ok(tables.map_err(|error| paths.error("read", &error))? == 0)
}

/// Makes the tables unless somebody else has meanwhile; the lock is held.
pub(super) fn make_tables(paths: &Paths, connection: &mut Connection) -> Result<()> {
    let version = version(connection).map_err(|error| paths.error("open", &error))?;
    if version != 0 {
        return paths.refuse_newer(version);
    }
    if !is_empty(paths, connection)? {
        return Err(paths.foreign());
    }
    let make = |connection: &mut Connection| {
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(TABLES)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        tx.commit()
    };
    make(connection).map_err(|error: rusqlite::Error| paths.error("make", &error))
}

/// Opens a private copy, for a file system on which SQLite cannot make its index of the log.
fn copied(paths: &Paths) -> Result<(Connection, i64)> {
    // Writers may be at work elsewhere (a read-only view of a directory that others write).
    let _lock = match paths.lock.exists() {
        true => Some(Lock::take(&paths.lock, Sharing::Shared, LOCK_LIMIT)?),
        false => None,
    };
    let name = format!("stoa-read-{}", ulid::Ulid::generate());
    let temp = std::env::temp_dir().join(name);
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700)
        .create(&temp)
        .map_err(|error| Error::io("make", &temp, &error))?;
    let copy = || {
        for (from, to) in [(&paths.database, "store.db"), (&paths.log, "store.db-wal")] {
            match std::fs::copy(from, temp.join(to)) {
                Ok(_) => {}
                Err(error)
                    if error.kind() == std::io::ErrorKind::NotFound && *from == paths.log => {}
                Err(error) => return Err(Error::io("read", from, &error)),
            }
        }
        let connection = connect(&temp.join("store.db"), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let version = version(&connection).map_err(|error| paths.error("open", &error))?;
        Ok((connection, version))
    };
    let opened = copy();
    // The connection has its files open by now; without names they cannot be left behind.
    if let Err(error) = std::fs::remove_dir_all(&temp) {
        tracing::warn!("cannot remove {}: {error}", temp.display());
    }
    opened
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::store::Store;

    #[test]
    fn a_range_is_planned_once() {
        let temp = tempfile::tempdir().unwrap();
        let dir = StateDir::create(&temp.path().join(".stoa")).unwrap();
        let store = SqliteStore::open(&dir).unwrap();
        store.transact(&mut |tx| tx.put("a", "1".into())).unwrap();
        let connection = store.connection();
        let mut range = connection
            .prepare("SELECT key FROM records WHERE key >= ?1 AND key < ?2 LIMIT ?3")
            .unwrap();
        for bounds in [("a", "b"), ("b", "c")] {
            let _ = range
                .query((bounds.0, bounds.1, 1))
                .unwrap()
                .next()
                .unwrap();
        }
        assert_eq!(range.get_status(StatementStatus::RePrepare), 0);
    }

    #[test]
    fn a_private_copy_shows_the_same_and_leaves_nothing_behind() {
        let temp = tempfile::tempdir().unwrap();
        let dir = StateDir::create(&temp.path().join(".stoa")).unwrap();
        let store = SqliteStore::open(&dir).unwrap();
        store.transact(&mut |tx| tx.put("a", "1".into())).unwrap();
        let paths = Paths::of(&dir);
        let (connection, version) = copied(&paths).unwrap();
        assert_eq!(version, SCHEMA_VERSION);
        let directory = Path::new(connection.path().unwrap())
            .parent()
            .unwrap()
            .to_path_buf();
        assert!(directory != dir.path() && !directory.exists());
        let copy = SqliteStore::new(paths, connection, 0);
        store.transact(&mut |tx| tx.put("a", "2".into())).unwrap();
        assert_eq!(copy.revision().unwrap(), 1);
    }
}
