//! The embedded store: one SQLite database in the state directory.
//!
//! `store.db` is in WAL mode with full synchronisation: a commit is one sync of the log, and what
//! was acknowledged survives a power cut. Writers queue by `flock` on `lock` (see `lock.rs`)
//! before they begin; readers wait for nobody. Closing a connection never runs a checkpoint, which
//! would turn one sync into five; instead the log is folded back once it has grown to
//! [`CHECKPOINT_PAGES`], small enough that the next process indexes it in well under a
//! millisecond. A damaged database is reported and left exactly as it is.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Row, TransactionBehavior, params,
};
use rustix::fs::OFlags;

use super::dir::{StateDir, open_file};
use super::lock::{Lock, Sharing};
use super::{Change, Changes, Delta, Order, Record, Store, Tx, View, prefix_end};
use crate::error::{Error, Kind, Result};

/// The version of the tables. A store of a newer version is refused.
pub const SCHEMA_VERSION: i64 = 1;
/// Pages of 4 KiB in the log before it is folded back into the database.
const CHECKPOINT_PAGES: i64 = 256;
/// Revisions whose changed keys are remembered; a watcher further behind reads everything.
const KEPT_REVISIONS: u64 = 10_000;
/// Old changes are dropped once in so many revisions.
const TRIM_EVERY: u64 = 256;
/// How long a writer waits for its turn.
const LOCK_LIMIT: Duration = Duration::from_secs(30);
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

/// The database in a state directory.
#[derive(Debug)]
pub struct SqliteStore {
    paths: Paths,
    lock_limit: Duration,
    // Held for one transaction or one read, and only after the file lock: a thread that waits for
    // its turn to write keeps nobody in this process from reading.
    connection: Mutex<Connection>,
}

#[derive(Debug, Clone)]
struct Paths {
    database: PathBuf,
    log: PathBuf,
    lock: PathBuf,
}

impl Paths {
    fn of(dir: &StateDir) -> Paths {
        Paths {
            database: dir.path().join("store.db"),
            log: dir.path().join("store.db-wal"),
            lock: dir.path().join("lock"),
        }
    }
}

/// What lies at the database's path.
enum Found {
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
        let mut connection = connect(&paths.database, flags)?;
        match version(&connection).map_err(|error| paths.error("open", &error))? {
            0 => {
                // Somebody died between making the file and its tables, or is at it right now.
                let _lock = Lock::take(&paths.lock, Sharing::Exclusive, LOCK_LIMIT)?;
                make_tables(&paths, &mut connection)?;
            }
            version => paths.refuse_newer(version)?,
        }
        Ok(SqliteStore::new(paths, connection))
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
        let opened =
            connect(&paths.database, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|connection| {
                let version = version(&connection).map_err(|error| paths.error("open", &error))?;
                Ok((connection, version))
            });
        let (connection, version) = match opened {
            Err(error) if error.kind == Kind::Unreachable => copied(&paths)?,
            other => other?,
        };
        if version == 0 {
            return if is_empty(&paths, &connection)? {
                Ok(None)
            } else {
                Err(paths.foreign())
            };
        }
        paths.refuse_newer(version)?;
        Ok(Some(SqliteStore::new(paths, connection)))
    }

    /// The same store, giving up on a busy lock after `limit`.
    pub fn with_lock_limit(mut self, limit: Duration) -> SqliteStore {
        self.lock_limit = limit;
        self
    }

    fn new(paths: Paths, connection: Connection) -> SqliteStore {
        SqliteStore {
            paths,
            lock_limit: LOCK_LIMIT,
            connection: Mutex::new(connection),
        }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolls it back as it unwinds; the connection is sound.
        self.connection
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }
}

impl Paths {
    /// A file that was cut to nothing beside a log that was not is damage, not a new store:
    /// opening it would throw the log away.
    fn look(&self) -> Result<Found> {
        let log_bytes = std::fs::symlink_metadata(&self.log).map_or(0, |metadata| metadata.len());
        let found = match std::fs::symlink_metadata(&self.database) {
            Ok(metadata) if !metadata.is_file() => {
                return Err(self.damaged("is not a regular file"));
            }
            Ok(metadata) if metadata.len() > 0 => return Ok(Found::Database),
            Ok(_) => Found::Nothing,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Found::Nothing,
            Err(error) => return Err(Error::io("look at", &self.database, &error)),
        };
        if log_bytes > 0 {
            return Err(self.damaged("is missing or empty, but its log store.db-wal is not"));
        }
        Ok(found)
    }

    fn create(&self) -> Result<()> {
        let _lock = Lock::take(&self.lock, Sharing::Exclusive, LOCK_LIMIT)?;
        // Made by us first, so that it is private from its first moment; the others copy its mode.
        open_file(&self.database, OFlags::RDWR | OFlags::CREATE)
            .map_err(|error| Error::io("make", &self.database, &error))?;
        let mut connection = connect(&self.database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        make_tables(self, &mut connection)
    }

    fn refuse_newer(&self, version: i64) -> Result<()> {
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

    fn damaged(&self, how: &str) -> Error {
        Error::new(
            Kind::Corrupt,
            format!("the store {} {how}", self.database.display()),
        )
        .with_hint(
            "nothing was changed; copy the directory away, then restore store.db from a backup, \
             or remove store.db* to begin anew (the readable files beside it show the last state)",
        )
    }

    fn foreign(&self) -> Error {
        self.damaged("is a database that stoa did not make")
    }

    /// An SQLite failure in our words.
    fn error(&self, doing: &str, error: &rusqlite::Error) -> Error {
        let shown = self.database.display();
        let code = error.sqlite_error_code();
        match code {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                self.damaged(&format!("is damaged ({error})"))
            }
            Some(ErrorCode::DiskFull) => Error::unreachable(format!(
                "cannot {doing} the store {shown}: the disk is full"
            ))
            .with_hint("free some disk space, then try again; nothing was changed"),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Error::unreachable(format!("cannot {doing} the store {shown}: {error}")).with_hint(
                    "check that the directory can be written, or choose another with --state DIR",
                )
            }
            Some(_) => Error::unreachable(format!("cannot {doing} the store {shown}: {error}")),
            // A row that is not what the tables promise.
            None => self.damaged(&format!("holds something unexpected ({error})")),
        }
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // Writers have their own queue; this covers a process that is indexing the log.
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        Ok(connection)
    };
    open().map_err(|error: rusqlite::Error| {
        let directory = path.parent().unwrap_or(path).to_path_buf();
        Paths {
            database: path.to_path_buf(),
            log: directory.join("store.db-wal"),
            lock: directory.join("lock"),
        }
        .error("open", &error)
    })
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn is_empty(paths: &Paths, connection: &Connection) -> Result<bool> {
    let tables: rusqlite::Result<i64> =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
    Ok(tables.map_err(|error| paths.error("read", &error))? == 0)
}

/// Makes the tables unless somebody else has meanwhile; the lock is held.
fn make_tables(paths: &Paths, connection: &mut Connection) -> Result<()> {
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

/// The records inside one SQLite transaction.
struct Inside<'a> {
    paths: &'a Paths,
    connection: &'a Connection,
    revision: u64,
    wrote: bool,
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        key: row.get(0)?,
        value: row.get(1)?,
        version: row.get(2)?,
        create_revision: row.get(3)?,
        mod_revision: row.get(4)?,
    })
}

fn meta(connection: &Connection, name: &str) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
}

impl Inside<'_> {
    fn fail(&self, error: rusqlite::Error) -> Error {
        self.paths.error("use", &error)
    }

    fn scan_rows(&self, prefix: &str, order: Order, limit: usize) -> rusqlite::Result<Vec<Record>> {
        let sql = match order {
            Order::Ascending => {
                "SELECT key, value, version, created, modified FROM records \
                 WHERE key >= ?1 AND (?2 IS NULL OR key < ?2) ORDER BY key LIMIT ?3"
            }
            Order::Descending => {
                "SELECT key, value, version, created, modified FROM records \
                 WHERE key >= ?1 AND (?2 IS NULL OR key < ?2) ORDER BY key DESC LIMIT ?3"
            }
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![prefix, prefix_end(prefix), limit], record)?;
        rows.collect()
    }

    fn put_row(&mut self, key: &str, value: &str) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO records VALUES (?1, ?2, 1, ?3, ?3) ON CONFLICT (key) DO UPDATE \
                 SET value = ?2, version = version + 1, modified = ?3",
            )?
            .execute(params![key, value, self.revision])?;
        self.log(key)
    }

    fn delete_row(&mut self, key: &str) -> rusqlite::Result<bool> {
        let mut statement = self
            .connection
            .prepare_cached("DELETE FROM records WHERE key = ?1")?;
        let was_there = statement.execute([key])? > 0;
        if was_there {
            self.log(key)?;
        }
        Ok(was_there)
    }

    fn log(&mut self, key: &str) -> rusqlite::Result<()> {
        self.wrote = true;
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO changes VALUES (?1, ?2)")?
            .execute(params![self.revision, key])?;
        Ok(())
    }

    /// Moves the counter, and now and then forgets old changes.
    fn finish(&self) -> rusqlite::Result<()> {
        let mut set = self
            .connection
            .prepare_cached("UPDATE meta SET value = ?2 WHERE name = ?1")?;
        if set.execute(params!["revision", self.revision])? != 1 {
            return Err(rusqlite::Error::QueryReturnedNoRows);
        }
        if self.revision.is_multiple_of(TRIM_EVERY) && self.revision > KEPT_REVISIONS {
            let floor = self.revision - KEPT_REVISIONS;
            let mut trim = self
                .connection
                .prepare_cached("DELETE FROM changes WHERE revision <= ?1")?;
            trim.execute([floor])?;
            set.execute(params!["floor", floor])?;
        }
        Ok(())
    }
}

impl View for Inside<'_> {
    fn revision(&self) -> u64 {
        self.revision
    }

    fn get(&self, key: &str) -> Result<Option<Record>> {
        let find = || {
            let sql = "SELECT key, value, version, created, modified FROM records WHERE key = ?1";
            self.connection
                .prepare_cached(sql)?
                .query_row([key], record)
                .optional()
        };
        find().map_err(|error| self.fail(error))
    }

    fn scan(&self, prefix: &str, order: Order, limit: usize) -> Result<Vec<Record>> {
        self.scan_rows(prefix, order, limit)
            .map_err(|error| self.fail(error))
    }

    fn count(&self, prefix: &str) -> Result<u64> {
        let count = || {
            let sql = "SELECT count(*) FROM records WHERE key >= ?1 AND (?2 IS NULL OR key < ?2)";
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_row(params![prefix, prefix_end(prefix)], |row| row.get(0))
        };
        count().map_err(|error| self.fail(error))
    }
}

impl Tx for Inside<'_> {
    fn put(&mut self, key: &str, value: String) -> Result<()> {
        self.put_row(key, &value).map_err(|error| self.fail(error))
    }

    fn delete(&mut self, key: &str) -> Result<bool> {
        self.delete_row(key).map_err(|error| self.fail(error))
    }

    fn view(&self) -> &dyn View {
        self
    }
}

impl Store for SqliteStore {
    fn transact(&self, f: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<u64> {
        // Dropped last, after the connection has committed: closing it is the watchers' wake-up.
        let _lock = Lock::take(&self.paths.lock, Sharing::Exclusive, self.lock_limit)?;
        let mut connection = self.connection();
        let fail = |error: rusqlite::Error| self.paths.error("write", &error);
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        self.paths.refuse_newer(version(&tx).map_err(fail)?)?;
        let revision = meta(&tx, "revision").map_err(fail)?;
        let mut inside = Inside {
            paths: &self.paths,
            connection: &tx,
            revision: revision + 1,
            wrote: false,
        };
        f(&mut inside)?;
        if !inside.wrote {
            return Ok(revision);
        }
        inside.finish().map_err(fail)?;
        tx.commit().map_err(fail)?;
        Ok(revision + 1)
    }

    fn read(&self, f: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        let mut connection = self.connection();
        let fail = |error: rusqlite::Error| self.paths.error("read", &error);
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(fail)?;
        let revision = meta(&tx, "revision").map_err(fail)?;
        f(&Inside {
            paths: &self.paths,
            connection: &tx,
            revision,
            wrote: false,
        })
    }

    fn revision(&self) -> Result<u64> {
        meta(&self.connection(), "revision").map_err(|error| self.paths.error("read", &error))
    }

    fn changes_since(&self, since: u64) -> Result<Changes> {
        let mut connection = self.connection();
        let read = |connection: &mut Connection| {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
            let revision = meta(&tx, "revision")?;
            if since > revision || since < meta(&tx, "floor")? {
                return Ok((revision, Delta::Everything));
            }
            let sql =
                "SELECT revision, key FROM changes WHERE revision > ?1 ORDER BY revision, key";
            let mut statement = tx.prepare_cached(sql)?;
            let rows = statement.query_map([since], |row| {
                Ok(Change {
                    revision: row.get(0)?,
                    key: row.get(1)?,
                })
            })?;
            let keys = rows.collect::<rusqlite::Result<Vec<Change>>>()?;
            Ok((revision, Delta::Keys(keys)))
        };
        let (revision, delta) =
            read(&mut connection).map_err(|error| self.paths.error("read", &error))?;
        Ok(Changes { revision, delta })
    }

    fn wake_file(&self) -> Option<&Path> {
        Some(&self.paths.lock)
    }
}
