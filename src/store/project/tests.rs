use super::*;
use crate::store::Tx;
use crate::store::sqlite::SqliteStore;
use proptest::prelude::*;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::PathBuf;

/// One file per key, and every key's write as a line.
struct Plain;

impl Project for Plain {
    fn edits(&self, view: &dyn View, delta: &Delta) -> Result<Vec<Edit>> {
        let all = view.range("")?;
        let mut edits: Vec<Edit> = match delta {
            Delta::Everything => {
                let paths = all.iter().map(|record| file_name(&record.key)).collect();
                vec![Edit::KeepOnly {
                    dir: "files/all".into(),
                    paths,
                }]
            }
            Delta::Keys(changes) => (changes.iter())
                .filter(|change| !all.iter().any(|record| record.key == change.key))
                .map(|change| Edit::Remove {
                    dir: "files/all".into(),
                    name: file_name(&change.key),
                })
                .collect(),
        };
        for record in &all {
            let touched = match delta {
                Delta::Everything => true,
                Delta::Keys(changes) => changes.iter().any(|change| change.key == record.key),
            };
            if touched {
                edits.push(Edit::Write {
                    dir: "files/all".into(),
                    name: file_name(&record.key),
                    contents: record.value.clone(),
                });
            }
        }
        let mut lines: Vec<(u64, String)> = (all.iter())
            .map(|record| {
                (
                    record.mod_revision,
                    format!("{{\"revision\":{}}}", record.mod_revision),
                )
            })
            .collect();
        lines.sort();
        edits.push(Edit::Append {
            dir: String::new(),
            name: "audit.jsonl".into(),
            lines,
        });
        Ok(edits)
    }
}

struct World {
    _temp: tempfile::TempDir,
    path: PathBuf,
    store: SqliteStore,
    projection: Projection,
}

fn world() -> World {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let dir = StateDir::create(&path).unwrap();
    World {
        _temp: temp,
        path,
        store: SqliteStore::open(&dir).unwrap(),
        projection: Projection::new(dir),
    }
}

impl World {
    fn write(&self, f: impl Fn(&mut dyn Tx) -> Result<()>) {
        self.store.transact(&mut |tx| f(tx)).unwrap();
        self.projection.catch_up(&self.store, &Plain).unwrap();
    }

    fn read(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.path.join(file)).ok()
    }
}

#[test]
fn files_follow_the_records() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()).and(tx.put("b/c", "2".into())));
    assert_eq!(w.read("files/all/a").as_deref(), Some("1"));
    assert_eq!(w.read("files/all/b%2Fc").as_deref(), Some("2"));
    w.write(|tx| tx.delete("a").map(|_| ()));
    assert_eq!(w.read("files/all/a"), None);
    assert_eq!(w.projection.projected(), Some(2));
}

#[test]
fn only_changed_records_are_written_again() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    std::fs::write(w.path.join("files/all/a"), "edited").unwrap();
    w.write(|tx| tx.put("b", "1".into()));
    assert_eq!(w.read("files/all/a").as_deref(), Some("edited"));
    w.write(|tx| tx.put("a", "2".into()));
    assert_eq!(w.read("files/all/a").as_deref(), Some("2"));
}

#[test]
fn rebuilding_mends_everything() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    std::fs::write(w.path.join("files/all/a"), "edited").unwrap();
    std::fs::write(w.path.join("files/all/stale"), "old").unwrap();
    std::fs::write(w.path.join("audit.jsonl"), "{\"revision\":0}\nrubbish\n").unwrap();
    w.projection.rebuild(&w.store, &Plain).unwrap();
    assert_eq!(w.read("files/all/a").as_deref(), Some("1"));
    assert_eq!(w.read("files/all/stale"), None);
    assert_eq!(
        w.read("audit.jsonl").as_deref(),
        Some("{\"revision\":0}\n{\"revision\":1}\n")
    );
}

#[test]
fn a_revision_file_that_is_damaged_or_of_another_boot_means_all_again() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    let ahead = format!("99999999 {}", boot());
    for damage in ["", "x", "1", "-1", "1 another-boot", &ahead] {
        std::fs::write(w.path.join("projected_revision"), damage).unwrap();
        std::fs::write(w.path.join("files/all/a"), "edited").unwrap();
        w.projection.catch_up(&w.store, &Plain).unwrap();
        assert_eq!(w.read("files/all/a").as_deref(), Some("1"), "{damage:?}");
    }
}

#[test]
fn a_torn_line_is_cut_off_and_none_is_doubled() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(w.path.join("audit.jsonl"))
        .unwrap();
    file.write_all(b"{\"revis").unwrap();
    w.write(|tx| tx.put("b", "1".into()));
    let expected = "{\"revision\":1}\n{\"revision\":2}\n";
    assert_eq!(w.read("audit.jsonl").as_deref(), Some(expected));
    std::fs::write(w.path.join("projected_revision"), format!("1 {}", boot())).unwrap();
    w.projection.catch_up(&w.store, &Plain).unwrap();
    assert_eq!(w.read("audit.jsonl").as_deref(), Some(expected));
}

#[test]
fn a_planted_link_is_not_followed() {
    let w = world();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), w.path.join("files")).unwrap();
    w.store.transact(&mut |tx| tx.put("a", "1".into())).unwrap();
    let error = w.projection.catch_up(&w.store, &Plain).unwrap_err();
    assert!(error.message.contains("link"), "{}", error.message);
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    std::fs::remove_file(w.path.join("files")).unwrap();
    w.projection.catch_up(&w.store, &Plain).unwrap();
    assert_eq!(w.read("files/all/a").as_deref(), Some("1"));
}

/// Makes something of a kind that files are not.
fn plant(path: &Path, kind: &str) {
    match kind {
        "directory" => std::fs::create_dir(path).unwrap(),
        "link" => symlink("/nowhere", path).unwrap(),
        "pipe" => {
            let fifo = rustix::fs::FileType::Fifo;
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            rustix::fs::mknodat(rustix::fs::CWD, path, fifo, mode, 0).unwrap();
        }
        _ => std::fs::write(path, "left over").unwrap(),
    }
}

#[test]
fn what_has_the_temporary_name_is_removed() {
    let w = world();
    w.write(|tx| tx.put("a", "0".into()));
    for kind in ["file", "directory", "link", "pipe"] {
        plant(&w.path.join("files/all/.tmp"), kind);
        w.write(|tx| tx.put("a", kind.into()));
        assert_eq!(w.read("files/all/a").as_deref(), Some(kind));
        assert!(w.path.join("files/all/.tmp").symlink_metadata().is_err());
    }
}

#[test]
fn what_lies_in_the_way_is_found_and_named() {
    let w = world();
    w.write(|tx| tx.put("a", "0".into()));
    let obstacles = || w.projection.obstacles(&w.store, &Plain).unwrap();
    let (all, audit, file) = ("files/all", "audit.jsonl", "files/all/a");
    let cases = [
        (all, "link"),
        (all, "file"),
        (audit, "directory"),
        (audit, "link"),
        (audit, "pipe"),
        (file, "directory"),
    ];
    for (place, kind) in cases {
        let (place, away) = (w.path.join(place), w.path.join("away"));
        std::fs::rename(&place, &away).unwrap();
        plant(&place, kind);
        w.store
            .transact(&mut |tx| tx.put("a", kind.into()))
            .unwrap();
        let found = obstacles();
        assert_eq!(found.len(), 1, "{kind} at {place:?}: {found:?}");
        // What is foreseen is what happens.
        let error = w.projection.catch_up(&w.store, &Plain).unwrap_err();
        assert_eq!(error.message, found[0].message);
        assert!(
            error.message.contains(&place.display().to_string()),
            "{error}"
        );
        assert!(error.hint.is_some_and(|hint| hint.contains("remove it")));
        std::fs::remove_file(&place)
            .or_else(|_| std::fs::remove_dir(&place))
            .unwrap();
        std::fs::rename(&away, &place).unwrap();
        assert!(obstacles().is_empty(), "behind, and nothing in the way");
        w.projection.catch_up(&w.store, &Plain).unwrap();
        assert_eq!(w.read(file).as_deref(), Some(kind));
    }
}

#[test]
fn a_full_directory_of_the_temporary_name_stays_and_is_named() {
    let w = world();
    w.write(|tx| tx.put("a", "0".into()));
    let full = w.path.join("files/all/.tmp");
    std::fs::create_dir_all(full.join("mine")).unwrap();
    w.store.transact(&mut |tx| tx.put("a", "1".into())).unwrap();
    let error = w.projection.catch_up(&w.store, &Plain).unwrap_err();
    assert!(error.message.contains(".tmp"), "{error}");
    let found = w.projection.obstacles(&w.store, &Plain).unwrap();
    assert_eq!(found[0].message, error.message);
    assert!(full.join("mine").is_dir());
}

/// What root writes can be written by the user afterwards. Who is not root owns all of it anyway.
#[test]
fn what_root_makes_belongs_to_the_owner_of_the_directory() {
    const NOBODY: u32 = 65_534;
    let w = world();
    w.write(|tx| tx.put("a", "0".into()));
    let give = |path: &str, owner| std::os::unix::fs::chown(w.path.join(path), Some(owner), None);
    if rustix::process::geteuid().is_root() {
        give("", NOBODY).unwrap();
        w.store.transact(&mut |tx| tx.put("b", "1".into())).unwrap();
        let found = w.projection.obstacles(&w.store, &Plain).unwrap();
        assert!(
            found
                .iter()
                .any(|error| error.message.contains("belongs to user 0"))
        );
    }
    w.write(|tx| tx.put("c", "2".into()));
    let owner = |path: &str| w.path.join(path).symlink_metadata().unwrap().uid();
    for path in [
        "files",
        "files/all",
        "files/all/c",
        "audit.jsonl",
        REVISION_FILE,
    ] {
        assert_eq!(owner(path), owner(""), "{path}");
    }
}

#[test]
fn whoever_commits_last_is_projected() {
    let w = world();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let w = &w;
            scope.spawn(move || {
                for round in 0..20 {
                    w.write(|tx| tx.put(&format!("k{thread}"), round.to_string()));
                }
            });
        }
    });
    let revision = w.store.revision().unwrap();
    assert_eq!(w.projection.projected(), Some(revision));
    for thread in 0..8 {
        assert_eq!(
            w.read(&format!("files/all/k{thread}")).as_deref(),
            Some("19")
        );
    }
}

#[test]
fn names_become_harmless_file_names() {
    let check = |text: &str, expected: &str| assert_eq!(file_name(text), expected);
    check("plain-1.json", "plain-1.json");
    check("../../etc", "%2E.%2F..%2Fetc");
    check(".hidden", "%2Ehidden");
    check("a b%/\u{7}\0", "a%20b%25%2F%07%00");
    check("é", "%C3%A9");
    assert!(file_name(&"x".repeat(10_000)).len() <= NAME_LIMIT);
    assert_ne!(
        file_name(&"x".repeat(10_000)),
        file_name(&"x".repeat(10_001))
    );
}

proptest! {
    #[test]
    fn file_names_tell_texts_apart(a in "\\PC{0,12}", b in "\\PC{0,12}") {
        prop_assert_eq!(file_name(&a) == file_name(&b), a == b);
    }
}

#[test]
fn a_directory_in_a_files_place_is_an_error_until_it_is_gone() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    std::fs::create_dir(w.path.join("files/all/b")).unwrap();
    w.store.transact(&mut |tx| tx.put("b", "1".into())).unwrap();
    w.projection.catch_up(&w.store, &Plain).unwrap_err();
    std::fs::remove_dir(w.path.join("files/all/b")).unwrap();
    w.projection.catch_up(&w.store, &Plain).unwrap();
    assert_eq!(w.read("files/all/b").as_deref(), Some("1"));
    assert_eq!(
        std::fs::read_dir(w.path.join("files/all")).unwrap().count(),
        2
    );
}

#[test]
fn files_are_left_to_whoever_changes_the_store() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    let change = |value: &str| {
        let value = value.to_owned();
        let put = &mut |tx: &mut dyn Tx| tx.put("a", value.clone());
        w.store.transact(put).unwrap();
    };
    let follow = || w.projection.catch_up_or_leave(&w.store, &Plain).unwrap();
    let file = w.path.join("projected_revision");
    let age = |seconds| {
        let then = std::time::SystemTime::now() - Duration::from_secs(seconds);
        let file = std::fs::File::options().write(true).open(&file).unwrap();
        file.set_modified(then).unwrap();
    };
    // Nobody else is at it.
    change("2");
    follow();
    assert_eq!(w.read("files/all/a").as_deref(), Some("2"));
    change("3");
    let other = Lock::take_to_change(&w.path.join("lock"), Duration::ZERO).unwrap();
    age(0);
    follow();
    assert_eq!(w.read("files/all/a").as_deref(), Some("2"));
    // They have been left for long enough.
    age(1);
    follow();
    assert_eq!(w.read("files/all/a").as_deref(), Some("3"));
    drop(other);
}

/// Nobody has to be believed who writes a number into a file.
#[test]
fn a_revision_that_no_store_ever_had_is_not_gone_above() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    let implausible = [u64::MAX, i64::MAX as u64, 1 << 41];
    for (at, huge) in (1..).zip(implausible) {
        for name in ["projected_revision", "lost_revision", "lost_before"] {
            std::fs::write(w.path.join(name), format!("{huge} {}", boot())).unwrap();
        }
        // As a process does that has not committed yet.
        let store = SqliteStore::open(&StateDir::create(&w.path).unwrap()).unwrap();
        let value = huge.to_string();
        let revision = store.transact(&mut |tx| tx.put("a", value.clone()));
        assert_eq!(revision.unwrap(), at + 1, "{huge}");
        w.projection.catch_up(&store, &Plain).unwrap();
        assert_eq!(w.projection.projected(), Some(at + 1));
    }
}

/// The readable files may not have known of the last tokens that were given.
#[test]
fn a_store_that_went_back_goes_on_well_above_what_was_seen() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    let lost = || {
        for name in ["store.db", "store.db-wal", "store.db-shm"] {
            std::fs::remove_file(w.path.join(name)).unwrap();
        }
        SqliteStore::open(&StateDir::create(&w.path).unwrap()).unwrap()
    };
    let mut last = 1;
    for _ in 0..3 {
        let store = lost();
        let revision = store.transact(&mut |tx| tx.put("a", "2".into())).unwrap();
        assert_eq!(revision, last + MARGIN + 1);
        // From there on one by one.
        let again = store.transact(&mut |tx| tx.put("a", "3".into())).unwrap();
        assert_eq!(again, revision + 1);
        assert_eq!(store.changes_since(revision).unwrap().revision, again);
        w.projection.catch_up(&store, &Plain).unwrap();
        last = again;
    }
}

/// What was half written over says nothing of a loss.
#[test]
fn only_what_is_read_while_nobody_writes_is_a_loss() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    let file = w.path.join("projected_revision");
    let write = |revision: u64| std::fs::write(&file, format!("{revision} {}\n", boot())).unwrap();
    write(99);
    let working = w.path.join("projection.lock");
    let working = Lock::take(&working, Sharing::Exclusive, PATIENCE).unwrap();
    let store = SqliteStore::open(&StateDir::create(&w.path).unwrap()).unwrap();
    let revision = std::thread::scope(|scope| {
        let put = || store.transact(&mut |tx| tx.put("a", "2".into()));
        let change = scope.spawn(put);
        // The store's lock is taken before it looks at the files.
        while !change.is_finished() && Lock::try_take(&w.path.join("lock")).unwrap().is_some() {
            std::thread::yield_now();
        }
        write(1);
        drop(working);
        change.join().unwrap().unwrap()
    });
    assert_eq!(revision, 2);
}

/// Of what an older store has no record of any more, such files are the only trail there is.
#[test]
fn files_that_only_grow_keep_what_an_older_store_does_not_know() {
    for rebuilt in [false, true] {
        let w = world();
        w.write(|tx| tx.put("a", "1".into()));
        let names = ["store.db", "store.db-wal"];
        let old = names.map(|name| std::fs::read(w.path.join(name)).unwrap());
        w.write(|tx| tx.put("b", "1".into()));
        w.write(|tx| tx.put("c", "1".into()));
        for (name, bytes) in names.into_iter().zip(old) {
            std::fs::remove_file(w.path.join(name)).unwrap();
            std::fs::write(w.path.join(name), bytes).unwrap();
        }
        std::fs::remove_file(w.path.join("store.db-shm")).unwrap();
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(w.path.join("audit.jsonl"))
            .unwrap();
        // Nobody wrote that, and nothing would follow it.
        let beyond = format!("{{\"revision\":{}}}\n", u64::MAX);
        file.write_all(beyond.as_bytes()).unwrap();
        let store = SqliteStore::open(&StateDir::create(&w.path).unwrap()).unwrap();
        if rebuilt {
            w.projection.rebuild(&store, &Plain).unwrap();
        }
        let revision = store.transact(&mut |tx| tx.put("d", "1".into())).unwrap();
        w.projection.catch_up(&store, &Plain).unwrap();
        let expected = [1, 2, 3, revision].map(|n| format!("{{\"revision\":{n}}}\n"));
        assert_eq!(
            w.read("audit.jsonl").unwrap(),
            expected.concat(),
            "{rebuilt}"
        );
    }
}

/// A process that has committed already sees neither another file nor a reason to look at the readable ones.
#[test]
fn a_store_that_was_put_back_in_its_place_goes_on_above() {
    let w = world();
    w.write(|tx| tx.put("a", "1".into()));
    let reader = SqliteStore::open(&StateDir::create(&w.path).unwrap()).unwrap();
    let back_to = |revision: u64| {
        let raw = rusqlite::Connection::open(w.path.join("store.db")).unwrap();
        let set = "UPDATE meta SET value = ?1 WHERE name = 'revision'";
        raw.execute(set, [revision]).unwrap();
    };
    for value in ["2", "3"] {
        w.write(|tx| tx.put("a", value.into()));
    }
    back_to(1);
    w.write(|tx| tx.put("a", "4".into()));
    let above = 3 + MARGIN + 1;
    assert_eq!(w.store.revision().unwrap(), above);
    assert_eq!(w.projection.projected(), Some(above));
    assert!(w.path.join("lost-3").is_dir());
    // What was only read counts as well, also where there are no readable files.
    assert_eq!(reader.revision().unwrap(), above);
    back_to(1);
    for name in [REVISION_FILE, LOST_FILE, PASSED_FILE] {
        let _ = std::fs::remove_file(w.path.join(name));
    }
    let revision = reader.transact(&mut |tx| tx.put("a", "5".into()));
    assert_eq!(revision.unwrap(), above + MARGIN + 1);
}
