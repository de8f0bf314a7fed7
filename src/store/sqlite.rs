//! The embedded store: one SQLite database in the state directory.
//!
//! `store.db` is in WAL mode with full synchronisation: a commit is one sync of the log, and what
//! was acknowledged survives a power cut. Writers queue by `flock` on `lock` (see `lock.rs`)
//! before they begin; readers wait for nobody. Closing a connection never runs a checkpoint, which
//! would turn one sync into five; instead the log is folded back once it has grown to 128
//! pages, small enough that the next process indexes it in well under a millisecond. A process that
//! commits again and again does it less often, and writes the log anew from its beginning instead of
//! emptying it, because a file that keeps its size is synced faster; it empties it when it leaves.
//! A damaged database is reported and left exactly as it is.

mod moved;
mod open;

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, UNIX_EPOCH};

use rusqlite::hooks::Wal;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, TransactionBehavior, params};

use moved::Missing;
pub use open::SCHEMA_VERSION;
use open::{BUSY_LIMIT, Paths, version};

use super::lock::Lock;
use super::project::Loss;
use super::{Change, Changes, Delta, Order, Record, Store, Tx, View, prefix_end};
use crate::error::{Error, Result};

/// Revisions whose changed keys are remembered; a watcher further behind reads everything.
const KEPT_REVISIONS: u64 = 10_000;
/// Old changes are dropped once in so many revisions.
const TRIM_EVERY: u64 = 256;
/// Pages in the log above which it is folded back into the database.
const LOG_PAGES: u64 = 128;
/// Bytes of a page in the log, with its header.
const PAGE_IN_LOG: u64 = 4096 + 24;
/// A process that commits again and again lets the log grow to so many times that, and folds it
/// back when it leaves: it has the index of the log already. Should it be killed, whoever comes next reads
/// some 8 MiB to make the index again.
const LONG_LIVED: u64 = 16;
/// Commits after which a process counts as such a one.
const SETTLED: u64 = 4;
/// How long a writer waits for its turn.
const LOCK_LIMIT: Duration = Duration::from_secs(30);

/// The database in a state directory.
#[derive(Debug)]
pub struct SqliteStore {
    paths: Paths,
    lock_limit: Duration,
    // Held for one transaction or one read, and only after the file lock: a thread that waits for
    // its turn to write keeps nobody in this process from reading.
    connection: Mutex<Connection>,
    /// The number of the file it is to; 0 for a private copy.
    inode: AtomicU64,
    /// Those of the log and of its index.
    beside: [AtomicU64; 2],
    /// Commits so far.
    commits: AtomicU64,
    /// The latest revision that was read or committed here. A store that is behind it was put back.
    known: AtomicU64,
    /// Whether the log's name is known to be on disk. As long as it is not, each commit tries again.
    listed: AtomicBool,
    /// Pages in the log after the last of them, which SQLite tells.
    logged: Arc<AtomicU64>,
    /// Pages in the log below which another attempt to fold it back is not worth it: somebody read
    /// it at the last one.
    refold: AtomicU64,
}

/// What becomes of a log that has been folded back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emptied {
    /// It is cut to nothing.
    Cut,
    /// It keeps its size, and the next commit begins at its beginning.
    Reused,
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        let log = std::fs::metadata(&self.paths.log).map_or(0, |log| log.len());
        let grown = *self.commits.get_mut() > SETTLED && log > LOG_PAGES * PAGE_IN_LOG;
        // By an index that others do not have, theirs would be overwritten.
        if grown && self.refuse_severed().is_ok() {
            self.fold_back(&self.connection(), Emptied::Cut);
        }
    }
}

impl SqliteStore {
    /// The same store, giving up on a busy lock after `limit`.
    pub fn with_lock_limit(mut self, limit: Duration) -> SqliteStore {
        self.lock_limit = limit;
        self
    }

    fn new(paths: Paths, mut connection: Connection, inode: u64) -> SqliteStore {
        let logged = Arc::new(AtomicU64::new(0));
        watch_log(&mut connection, &logged);
        SqliteStore {
            beside: paths.beside().map(AtomicU64::new),
            paths,
            lock_limit: LOCK_LIMIT,
            connection: Mutex::new(connection),
            inode: AtomicU64::new(inode),
            commits: AtomicU64::new(0),
            known: AtomicU64::new(0),
            listed: AtomicBool::new(false),
            logged,
            refold: AtomicU64::new(0),
        }
    }

    /// What was seen beyond the store's `revision`, here or, before a process's first commit, by the readable
    /// files: an older store may be put back at any time, and a process that has it open may not notice
    /// another file.
    fn lost_since(&self, revision: u64) -> Result<Option<Loss<'_>>> {
        let known = self.known.load(Ordering::Relaxed);
        match self.commits.load(Ordering::Relaxed) {
            1.. if known <= revision => Ok(None),
            _ => Loss::beyond(self.paths.dir(), revision, known),
        }
    }

    /// After a process's first commit: sees that the log's name is on disk as well, if nobody has yet.
    /// SQLite would sync the directory in each process that commits, however old the log is.
    fn list_log(&self, lock: &Lock) -> Result<()> {
        if self.listed.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.list_log_of_another(lock)?;
        self.listed.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// The same for a log that this process has not listed.
    fn list_log_of_another(&self, lock: &Lock) -> Result<()> {
        let log = std::fs::metadata(&self.paths.log);
        let made = log.as_ref().ok().and_then(|log| log.created().ok());
        let made = made.and_then(|made| made.duration_since(UNIX_EPOCH).ok());
        // This file, not another that has come in its place since.
        let listed = made
            .zip(log.ok())
            .map(|(made, log)| format!("log {} of {} is listed\n", log.ino(), made.as_nanos()));
        if listed.as_ref().is_some_and(|listed| lock.says(listed)) {
            return Ok(());
        }
        let directory = self.paths.dir();
        std::fs::File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(|error| {
                let hint = "what was asked for is done, and seen by everybody; only a power cut may undo it";
                Error::io("sync", directory, &error).with_hint(hint)
            })?;
        if let Some(Err(error)) = listed.map(|listed| lock.say(&listed)) {
            // The next process syncs the directory once more, that is all.
            tracing::debug!("cannot note that the log is listed: {error}");
        }
        Ok(())
    }

    /// After a commit: folds back a log that has grown. While others wait for the lock it may grow on: they
    /// have its index already, and one of them is the last.
    fn keep_short(&self, connection: &Connection, lock: &Lock) {
        let (limit, emptied) = match self.commits.fetch_add(1, Ordering::Relaxed) {
            0..SETTLED => (LOG_PAGES, Emptied::Cut),
            _ => (LONG_LIVED * LOG_PAGES, Emptied::Reused),
        };
        let limit = limit.max(self.refold.load(Ordering::Relaxed));
        let logged = self.logged.load(Ordering::Relaxed);
        if logged > limit && (logged > LONG_LIVED * LOG_PAGES || !lock.is_awaited()) {
            self.fold_back(connection, emptied);
        }
    }

    /// Folds the log back into the database and empties it, unless somebody reads it just now.
    /// SQLite's own way would not: that every page has been copied is forgotten when the last
    /// process leaves, so a store used by short-lived ones would copy for ever. For the same reason
    /// only a process that stays may leave it to the next commit to begin anew.
    fn fold_back(&self, connection: &Connection, emptied: Emptied) {
        let fold = || {
            // Readers are not waited for.
            connection.busy_timeout(Duration::ZERO)?;
            let sql = match emptied {
                Emptied::Cut => "PRAGMA wal_checkpoint(TRUNCATE)",
                Emptied::Reused => "PRAGMA wal_checkpoint(RESTART)",
            };
            let busy = connection.query_row(sql, [], |row| row.get(0));
            connection.busy_timeout(BUSY_LIMIT)?;
            busy
        };
        match fold() {
            Ok(busy) => {
                // All was copied, only not emptied; copying at every commit would cost five syncs.
                let pages = self.logged.load(Ordering::Relaxed);
                let next = if busy { pages + LOG_PAGES } else { 0 };
                self.refold.store(next, Ordering::Relaxed);
            }
            // What was committed is safe in the log.
            Err(error) => {
                let error: rusqlite::Error = error;
                tracing::warn!("cannot fold back the log of the store: {error}");
            }
        }
    }

    /// After a commit that failed. Where the log was written and only its sync failed, it ends in a commit that
    /// nobody sees now, but whoever makes the log's index again would. A revision in which nothing changes is
    /// written over that; so what was refused stays undone, and trying again does not do it twice.
    fn take_back(&self, connection: &Connection, error: &rusqlite::Error) -> Error {
        let told = self.paths.commit_error(connection, error);
        // A page that stays as it is would not be written.
        let next = "UPDATE meta SET value = value + 1 WHERE name = 'revision'";
        let over = connection.execute_batch(next);
        let io = error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
        let hint = told.hint.clone().unwrap_or_default();
        match over {
            Err(_) if io => told.with_hint(
                "whether it is done will only be seen when the disk works again: look before you try again, or \
                 give it an --op ID, with which it is done once",
            ),
            Ok(()) if io => told.with_hint(format!("nothing was changed; {hint}")),
            _ => told,
        }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolls it back as it unwinds; the connection is sound.
        self.connection
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }
}

/// Has SQLite tell how many pages are in the log after each commit.
fn watch_log(connection: &mut Connection, logged: &Arc<AtomicU64>) {
    let tell = logged.clone();
    // A store that is only read has no use for it, and does without if it is refused.
    let told = connection.wal_hook(Some(move |_: &mut Wal, pages| {
        tell.store(u64::try_from(pages).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }));
    if let Err(error) = told {
        tracing::warn!("the log of the store is not watched: {error}");
    }
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

/// Where the keys that begin with `prefix` end. SQLite sorts any blob after all text, and reads no
/// further than this only if it is one plain bound.
fn end(prefix: &str) -> SqlValue {
    prefix_end(prefix).map_or(SqlValue::Blob(Vec::new()), SqlValue::Text)
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
                 WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3"
            }
            Order::Descending => {
                "SELECT key, value, version, created, modified FROM records \
                 WHERE key >= ?1 AND key < ?2 ORDER BY key DESC LIMIT ?3"
            }
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![prefix, end(prefix), limit], record)?;
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

    fn delta(&self, since: u64) -> rusqlite::Result<Delta> {
        if since > self.revision || since < meta(self.connection, "floor")? {
            return Ok(Delta::Everything);
        }
        let sql = "SELECT revision, key FROM changes WHERE revision > ?1 ORDER BY revision, key";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([since], |row| {
            Ok(Change {
                revision: row.get(0)?,
                key: row.get(1)?,
            })
        })?;
        let keys = rows.collect::<rusqlite::Result<Vec<Change>>>()?;
        Ok(Delta::Keys(keys))
    }

    /// The store has lost revisions that others have seen: whoever knows one reads everything.
    fn begin_anew(&self) -> rusqlite::Result<()> {
        let mut set = self
            .connection
            .prepare_cached("UPDATE meta SET value = ?2 WHERE name = ?1")?;
        set.execute(params!["floor", self.revision]).map(drop)
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

    fn changes_since(&self, since: u64) -> Result<Changes> {
        let delta = self.delta(since).map_err(|error| self.fail(error))?;
        Ok(Changes {
            revision: self.revision,
            delta,
        })
    }

    fn seek(&self, prefix: &str, from: &str) -> Result<Option<Record>> {
        let find = || {
            let sql = "SELECT key, value, version, created, modified FROM records \
                       WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT 1";
            self.connection
                .prepare_cached(sql)?
                .query_row(params![from.max(prefix), end(prefix)], record)
                .optional()
        };
        find().map_err(|error| self.fail(error))
    }

    fn count(&self, prefix: &str) -> Result<u64> {
        let count = || {
            let sql = "SELECT count(*) FROM records WHERE key >= ?1 AND key < ?2";
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_row(params![prefix, end(prefix)], |row| row.get(0))
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
        let lock = Lock::take_to_change(&self.paths.lock, self.lock_limit)?;
        let mut connection = self.connection();
        self.follow(&mut connection, Missing::Make)?;
        self.refuse_severed()?;
        let fail = |error: rusqlite::Error| self.paths.error("write", &error);
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        self.paths.refuse_newer(version(&tx).map_err(fail)?)?;
        let revision = meta(&tx, "revision").map_err(fail)?;
        let lost = self.lost_since(revision)?;
        let before = lost.as_ref().map_or(revision, Loss::goes_on_above);
        let next = before.checked_add(1);
        // SQLite's numbers are signed.
        let next = next.filter(|next| i64::try_from(*next).is_ok());
        let next = next.ok_or_else(|| self.paths.damaged("is out of revisions"))?;
        let mut inside = Inside {
            paths: &self.paths,
            connection: &tx,
            revision: next,
            wrote: false,
        };
        f(&mut inside)?;
        if !inside.wrote {
            self.known.fetch_max(revision, Ordering::Relaxed);
            return Ok(revision);
        }
        if let Some(lost) = lost {
            inside.begin_anew().map_err(fail)?;
            lost.note()
                .map_err(|error| Error::io("rename files in", self.paths.dir(), &error))?;
        }
        inside.finish().map_err(fail)?;
        if let Err(error) = tx.commit() {
            return Err(self.take_back(&connection, &error));
        }
        self.known.store(next, Ordering::Relaxed);
        let listed = self.list_log(&lock);
        self.keep_short(&connection, &lock);
        listed.map(|()| next)
    }

    fn read(&self, f: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        let mut connection = self.connection();
        self.follow(&mut connection, Missing::Keep)?;
        let fail = |error: rusqlite::Error| self.paths.error("read", &error);
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(fail)?;
        let revision = meta(&tx, "revision").map_err(fail)?;
        self.known.fetch_max(revision, Ordering::Relaxed);
        f(&Inside {
            paths: &self.paths,
            connection: &tx,
            revision,
            wrote: false,
        })
    }

    fn revision(&self) -> Result<u64> {
        let mut connection = self.connection();
        self.follow(&mut connection, Missing::Keep)?;
        let revision = meta(&connection, "revision");
        let revision = revision.map_err(|error| self.paths.error("read", &error))?;
        self.known.fetch_max(revision, Ordering::Relaxed);
        Ok(revision)
    }

    fn is_busy(&self) -> bool {
        Lock::is_change_coming(&self.paths.lock)
    }

    fn check(&self) -> Result<Vec<String>> {
        let connection = self.connection();
        let read = || {
            let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
            let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
            lines.collect::<rusqlite::Result<Vec<String>>>()
        };
        let mut lines = read().map_err(|error| self.paths.error("check", &error))?;
        lines.retain(|line| line != "ok");
        Ok(lines)
    }

    fn wake_file(&self) -> Option<&Path> {
        Some(&self.paths.lock)
    }
}
