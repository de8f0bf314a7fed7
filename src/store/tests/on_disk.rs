//! What only a database in a directory can get wrong.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

fn state() -> (tempfile::TempDir, std::path::PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    (temp, path)
}

fn open(path: &Path) -> Result<SqliteStore> {
    SqliteStore::open(&StateDir::create(path)?)
}

fn open_read(path: &Path) -> Result<Option<SqliteStore>> {
    match StateDir::existing(path)? {
        Some(dir) => SqliteStore::open_read(&dir),
        None => Ok(None),
    }
}

/// Both ways of opening say so, with a remedy, and leave every byte as it was.
fn check_corrupt(path: &Path, expected: &str) {
    let content = |path: &Path| fs::read(path.join("store.db")).ok();
    let before = content(path);
    for outcome in [open(path).map(Some), open_read(path)] {
        let opened = outcome.and_then(|store| {
            let store = store.expect("there is a store");
            store.read(&mut |view| view.range("").map(|_| ()))?;
            Ok(())
        });
        let error = opened.unwrap_err();
        assert_eq!(error.kind, Kind::Corrupt, "{}", error.message);
        assert!(error.message.contains(expected), "{}", error.message);
        assert!(error.message.contains("store.db"), "{}", error.message);
        assert!(error.hint.is_some());
    }
    assert_eq!(content(path), before);
}

#[test]
fn files_are_private() {
    let (_temp, path) = state();
    let store = open(&path).unwrap();
    put(&store, "a", "1");
    for name in ["store.db", "store.db-wal", "store.db-shm", "lock"] {
        let mode = fs::metadata(path.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// Gives all below a directory, and this thread, to a user who is not root, for whom modes count. Who is not
/// root already changes nothing.
fn as_anybody(path: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    const NOBODY: u32 = 65_534;
    for entry in fs::read_dir(path).unwrap() {
        std::os::unix::fs::chown(entry.unwrap().path(), Some(NOBODY), None).unwrap();
    }
    for dir in [path, path.parent().unwrap()] {
        std::os::unix::fs::chown(dir, Some(NOBODY), None).unwrap();
    }
    // SAFETY: changes who this thread is to file systems, and touches no memory.
    unsafe { libc::setfsuid(NOBODY) };
}

/// A commit whose log may lose its name in a power cut is not acknowledged, and nor is the next.
#[test]
fn a_log_is_listed_before_anything_is_acknowledged() {
    let (_temp, path) = state();
    let store = open(&path).unwrap();
    let alone = std::thread::spawn(move || {
        let mode = |mode| fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let put = || store.transact(&mut |tx| tx.put("a", "1".into()));
        as_anybody(&path);
        // It cannot be opened to be synced.
        mode(0o300);
        for _ in 0..2 {
            let error = put().unwrap_err();
            assert!(error.message.contains("sync"), "{}", error.message);
        }
        mode(0o700);
        assert_eq!(put().unwrap(), 3);
        // Now it is, and nobody looks any more.
        mode(0o300);
        assert_eq!(put().unwrap(), 4);
        mode(0o700);
    });
    alone.join().unwrap();
}

#[test]
fn closing_folds_nothing_back() {
    let (_temp, path) = state();
    put(&open(&path).unwrap(), "a", "1");
    let log = fs::metadata(path.join("store.db-wal")).unwrap().len();
    assert!(log > 0);
    assert_eq!(get(&open(&path).unwrap(), "a").unwrap().value, "1");
    assert_eq!(fs::metadata(path.join("store.db-wal")).unwrap().len(), log);
}

#[test]
fn the_log_stays_small() {
    let (_temp, path) = state();
    let store = open(&path).unwrap();
    let size = || fs::metadata(path.join("store.db-wal")).unwrap().len();
    for round in 0..1500 {
        put(&store, &format!("k{}", round % 7), "x");
        assert!(size() < 9 << 20);
    }
    drop(store);
    assert!(size() < 1 << 20);
    // Also when every writer is a process of its own, and its view of the log ends with it.
    for round in 0..600 {
        put(&open(&path).unwrap(), &format!("k{}", round % 7), "y");
        assert!(size() < 1 << 20);
    }
}

#[test]
fn old_changes_are_forgotten_and_said_to_be() {
    let (_temp, path) = state();
    let store = open(&path).unwrap();
    let raw = rusqlite::Connection::open(path.join("store.db")).unwrap();
    raw.execute("UPDATE meta SET value = 20479 WHERE name = 'revision'", [])
        .unwrap();
    assert_eq!(put(&store, "a", "1"), 20480);
    assert_eq!(
        store.changes_since(10_000).unwrap().delta,
        Delta::Everything
    );
    assert!(
        matches!(store.changes_since(10_480).unwrap().delta, Delta::Keys(keys) if keys.len() == 1)
    );
}

#[test]
fn reading_what_is_not_there_makes_nothing() {
    let (_temp, path) = state();
    assert!(open_read(&path).unwrap().is_none());
    assert!(!path.exists());
    fs::create_dir(&path).unwrap();
    assert!(open_read(&path).unwrap().is_none());
    assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
}

#[test]
fn a_reader_cannot_write() {
    let (_temp, path) = state();
    put(&open(&path).unwrap(), "a", "1");
    let reader = open_read(&path).unwrap().unwrap();
    assert_eq!(get(&reader, "a").unwrap().value, "1");
    let error = reader
        .transact(&mut |tx| tx.put("a", "2".into()))
        .unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(get(&reader, "a").unwrap().value, "1");
}

#[test]
fn garbage_is_reported() {
    let (_temp, path) = state();
    fs::create_dir(&path).unwrap();
    fs::write(
        path.join("store.db"),
        "this is not a database at all".repeat(100),
    )
    .unwrap();
    check_corrupt(&path, "damaged");
}

#[test]
fn damaged_pages_are_reported() {
    let (_temp, path) = state();
    let store = open(&path).unwrap();
    for n in 0..400 {
        put(&store, &format!("key-{n:04}"), &"x".repeat(200));
    }
    drop(store);
    fs::remove_file(path.join("store.db-wal")).unwrap();
    let mut bytes = fs::read(path.join("store.db")).unwrap();
    let half = bytes.len() / 3;
    bytes[half..].fill(0xa5);
    fs::write(path.join("store.db"), bytes).unwrap();
    check_corrupt(&path, "");
}

#[test]
fn an_emptied_database_beside_its_log_is_damage() {
    let (_temp, path) = state();
    put(&open(&path).unwrap(), "a", "1");
    fs::write(path.join("store.db"), "").unwrap();
    let log = fs::read(path.join("store.db-wal")).unwrap();
    for error in [open(&path).unwrap_err(), open_read(&path).unwrap_err()] {
        assert_eq!(error.kind, Kind::Corrupt);
    }
    assert_eq!(fs::read(path.join("store.db-wal")).unwrap(), log);
}

#[test]
fn a_newer_format_is_refused() {
    let (_temp, path) = state();
    let store = open(&path).unwrap();
    let raw = rusqlite::Connection::open(path.join("store.db")).unwrap();
    raw.pragma_update(None, "user_version", 2).unwrap();
    drop(raw);
    // Also by a process that had it open while the newer one changed it.
    assert_eq!(
        store
            .transact(&mut |tx| tx.put("a", "1".into()))
            .unwrap_err()
            .kind,
        Kind::Corrupt
    );
    drop(store);
    check_corrupt(&path, "format 2");
}

#[test]
fn another_programs_database_is_refused() {
    let (_temp, path) = state();
    fs::create_dir(&path).unwrap();
    let raw = rusqlite::Connection::open(path.join("store.db")).unwrap();
    raw.execute_batch("CREATE TABLE other (x)").unwrap();
    drop(raw);
    check_corrupt(&path, "did not make");
}

#[test]
fn a_half_made_database_is_finished() {
    let (_temp, path) = state();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("store.db"), "").unwrap();
    assert!(open_read(&path).unwrap().is_none());
    put(&open(&path).unwrap(), "a", "1");
    let (_temp, path) = state();
    fs::create_dir(&path).unwrap();
    let raw = rusqlite::Connection::open(path.join("store.db")).unwrap();
    raw.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
        .unwrap();
    drop(raw);
    assert!(open_read(&path).unwrap().is_none());
    put(&open(&path).unwrap(), "a", "1");
}

#[test]
fn planted_links_and_directories_are_not_followed() {
    let (temp, path) = state();
    fs::create_dir(&path).unwrap();
    let target = temp.path().join("target.db");
    std::os::unix::fs::symlink(&target, path.join("store.db")).unwrap();
    assert_eq!(open(&path).unwrap_err().kind, Kind::Corrupt);
    assert!(!target.exists());
    fs::remove_file(path.join("store.db")).unwrap();
    fs::create_dir(path.join("store.db")).unwrap();
    assert_eq!(open(&path).unwrap_err().kind, Kind::Corrupt);
    fs::remove_dir(path.join("store.db")).unwrap();
    std::os::unix::fs::symlink(&target, path.join("lock")).unwrap();
    assert_eq!(open(&path).unwrap_err().kind, Kind::Unreachable);
    assert!(!target.exists());
}

#[test]
fn a_writer_that_never_ends_is_named() {
    let (_temp, path) = state();
    let store = open(&path).unwrap().with_lock_limit(Duration::ZERO);
    let file = fs::File::open(path.join("lock")).unwrap();
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let error = store
        .transact(&mut |tx| tx.put("a", "1".into()))
        .unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.message.contains(&std::process::id().to_string()));
    // Readers do not queue.
    assert_eq!(store.revision().unwrap(), 0);
}

#[test]
fn a_reader_sees_one_revision_while_others_write() {
    let (_temp, path) = state();
    let (reader, writer) = (open(&path).unwrap(), open(&path).unwrap());
    put(&writer, "a", "1");
    let mut read = |view: &dyn super::super::View| {
        assert_eq!(view.get("a")?.unwrap().value, "1");
        put(&writer, "a", "2");
        assert_eq!(view.get("a")?.unwrap().value, "1");
        Ok(())
    };
    reader.read(&mut read).unwrap();
    assert_eq!(get(&reader, "a").unwrap().value, "2");
}

fn remove(path: &Path) {
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        fs::remove_file(path.join(name)).unwrap();
    }
}

/// Whoever has a store open that was removed goes on with the one that everybody else has.
#[test]
fn there_is_one_store_after_it_was_removed() {
    let (_temp, path) = state();
    let (server, reader) = (open(&path).unwrap(), open(&path).unwrap());
    put(&server, "a", "old");
    let shower = open_read(&path).unwrap().unwrap();
    assert_eq!(get(&shower, "a").unwrap().value, "old");
    remove(&path);
    // Nothing has come in its place yet.
    assert_eq!(get(&reader, "a").unwrap().value, "old");
    let command = open(&path).unwrap();
    put(&command, "b", "command");
    for store in [&reader, &shower] {
        assert!(get(store, "a").is_none());
        assert_eq!(get(store, "b").unwrap().value, "command");
    }
    put(&server, "c", "server");
    assert_eq!(get(&command, "c").unwrap().value, "server");
    assert_eq!(command.revision().unwrap(), 2);
    // The one that has it open may also be the first.
    remove(&path);
    put(&server, "d", "server");
    assert_eq!(get(&open(&path).unwrap(), "d").unwrap().value, "server");
    assert_eq!(get(&shower, "d").unwrap().value, "server");
    let error = shower.transact(&mut |tx| tx.put("e", "1".into()));
    assert_eq!(error.unwrap_err().kind, Kind::Unreachable);
}

/// Half of a store is no store to begin anew beside.
#[test]
fn a_store_that_was_removed_by_half_is_damage_for_who_has_it_open() {
    let (_temp, path) = state();
    let store = open(&path).unwrap();
    put(&store, "a", "1");
    fs::remove_file(path.join("store.db")).unwrap();
    let error = store.transact(&mut |tx| tx.put("a", "2".into()));
    let error = error.unwrap_err();
    assert_eq!(error.kind, Kind::Corrupt);
    assert!(error.hint.unwrap().contains("stoa kill-server"));
    assert!(!path.join("store.db").exists());
}

/// What one commits whose log or index has no name any more is seen by nobody, and its revisions come twice.
#[test]
fn a_log_or_index_that_was_removed_is_not_written_to() {
    for name in ["store.db-wal", "store.db-shm"] {
        let (_temp, path) = state();
        let store = open(&path).unwrap();
        put(&store, "a", "1");
        let aside = path.join("aside");
        fs::rename(path.join(name), &aside).unwrap();
        let refused = || {
            let error = store.transact(&mut |tx| tx.put("a", "2".into()));
            let error = error.unwrap_err();
            assert_eq!(error.kind, Kind::Unreachable);
            assert!(error.message.contains(name), "{}", error.message);
            assert!(error.hint.unwrap().contains("stoa kill-server"));
        };
        refused();
        assert_eq!(get(&store, "a").unwrap().value, "1");
        // As another process makes one.
        fs::write(path.join(name), "").unwrap();
        refused();
        fs::rename(&aside, path.join(name)).unwrap();
        assert_eq!(put(&store, "a", "2"), 2);
    }
}

/// Whoever meets a log that was removed, and an index that tells of it still, is told whom to end.
#[test]
fn a_log_that_others_have_lost_is_a_failure_with_a_way_out() {
    let (_temp, path) = state();
    let holder = open(&path).unwrap();
    put(&holder, "a", "1");
    fs::remove_file(path.join("store.db-wal")).unwrap();
    let met = open(&path).and_then(|store| store.revision());
    let error = met.unwrap_err();
    assert!(
        error.message.contains("disk I/O error"),
        "{}",
        error.message
    );
    assert!(error.hint.unwrap().contains("stoa kill-server"));
}

/// What lies where the log or its index would is named, for people and for the doctor.
#[test]
fn a_log_or_index_that_is_no_file_is_named() {
    for (name, says) in [
        ("store.db-shm", "remove it"),
        ("store.db-wal", "put the log back"),
    ] {
        let (_temp, path) = state();
        put(&open(&path).unwrap(), "a", "1");
        let beside = path.join(name);
        fs::remove_file(&beside).unwrap();
        fs::create_dir(&beside).unwrap();
        let error = open(&path).unwrap_err();
        assert_eq!(error.kind, Kind::Corrupt);
        assert!(error.message.contains(name), "{}", error.message);
        assert!(error.hint.unwrap().contains(says));
    }
}
