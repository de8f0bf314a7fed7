//! One suite for every engine, and random histories of each against the reference model.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::dir::StateDir;
use super::memory::MemoryStore;
use super::sqlite::SqliteStore;
use super::{Change, Delta, Order, Record, Store, Tx};
use crate::error::{Error, Kind, Result};

fn sqlite(path: &Path) -> SqliteStore {
    SqliteStore::open(&StateDir::create(path).unwrap()).unwrap()
}

/// S0-38, S4-29, S4-30: runs a check on a fresh store of each engine; both keep the same promises.
fn on_each(check: impl Fn(&dyn Store)) {
    check(&MemoryStore::new());
    let temp = tempfile::tempdir().unwrap();
    check(&sqlite(&temp.path().join(".stoa")));
}

fn put(store: &dyn Store, key: &str, value: &str) -> u64 {
    store
        .transact(&mut |tx| tx.put(key, value.to_owned()))
        .unwrap()
}

fn get(store: &dyn Store, key: &str) -> Option<Record> {
    let mut found = None;
    store
        .read(&mut |view| view.get(key).map(|record| found = record))
        .unwrap();
    found
}

fn keys(store: &dyn Store, prefix: &str, order: Order, limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut read = |view: &dyn super::View| {
        found = view.scan(prefix, order, limit)?;
        Ok(())
    };
    store.read(&mut read).unwrap();
    found.into_iter().map(|record| record.key).collect()
}

#[test]
fn a_record_remembers_its_revisions() {
    on_each(|store| {
        assert_eq!(store.revision().unwrap(), 0);
        assert_eq!(put(store, "a", "1"), 1);
        assert_eq!(put(store, "b", "1"), 2);
        assert_eq!(put(store, "a", "2"), 3);
        let record = get(store, "a").unwrap();
        assert_eq!(
            (record.version, record.create_revision, record.mod_revision),
            (2, 1, 3)
        );
        assert_eq!(record.value, "2");
        store
            .transact(&mut |tx| tx.delete("a").map(|_| ()))
            .unwrap();
        assert_eq!(get(store, "a"), None);
        put(store, "a", "3");
        let record = get(store, "a").unwrap();
        assert_eq!((record.version, record.create_revision), (1, 5));
    });
}

#[test]
fn a_transaction_sees_its_writes_and_its_revision() {
    on_each(|store| {
        put(store, "a", "1");
        let committed = store
            .transact(&mut |tx| {
                assert_eq!(tx.revision(), 2);
                tx.put("b", "2".into())?;
                assert_eq!(tx.get("b")?.unwrap().mod_revision, 2);
                assert!(tx.delete("a")?);
                assert!(!tx.delete("a")?);
                assert_eq!(tx.range("")?.len(), 1);
                assert_eq!(tx.view().count("b")?, 1);
                Ok(())
            })
            .unwrap();
        assert_eq!(committed, 2);
    });
}

#[test]
fn an_error_takes_everything_back() {
    on_each(|store| {
        put(store, "a", "1");
        let outcome: Result<u64> = store.transact(&mut |tx| {
            tx.put("a", "2".into())?;
            tx.put("b", "2".into())?;
            Err(Error::refused("no"))
        });
        assert_eq!(outcome.unwrap_err().kind, Kind::Refused);
        assert_eq!(get(store, "a").unwrap().value, "1");
        assert_eq!(get(store, "b"), None);
        assert_eq!(store.revision().unwrap(), 1);
        assert_eq!(put(store, "c", "1"), 2);
    });
}

#[test]
fn a_panic_takes_everything_back() {
    on_each(|store| {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.transact(&mut |tx| {
                tx.put("a", "1".into())?;
                std::panic::resume_unwind(Box::new("test"))
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(get(store, "a"), None);
        assert_eq!(put(store, "b", "1"), 1);
    });
}

#[test]
fn writing_nothing_takes_no_revision() {
    on_each(|store| {
        put(store, "a", "1");
        assert_eq!(
            store.transact(&mut |tx| tx.get("a").map(|_| ())).unwrap(),
            1
        );
        assert_eq!(
            store
                .transact(&mut |tx| tx.delete("b").map(|_| ()))
                .unwrap(),
            1
        );
        assert_eq!(store.changes_since(1).unwrap().delta, Delta::Keys(vec![]));
    });
}

#[test]
fn ranges_are_exact_prefixes_in_byte_order() {
    on_each(|store| {
        for key in ["a", "a/1", "a/2", "a/é", "a0", "b", "a/\u{10ffff}", "a%_"] {
            put(store, key, "1");
        }
        let ascending = |prefix| keys(store, prefix, Order::Ascending, usize::MAX);
        assert_eq!(ascending("a/"), ["a/1", "a/2", "a/é", "a/\u{10ffff}"]);
        assert_eq!(ascending("a/\u{10ffff}"), ["a/\u{10ffff}"]);
        assert_eq!(ascending("a%"), ["a%_"]);
        assert_eq!(ascending("").len(), 8);
        assert_eq!(
            keys(store, "a/", Order::Descending, 2),
            ["a/\u{10ffff}", "a/é"]
        );
        assert_eq!(keys(store, "a/", Order::Ascending, 1), ["a/1"]);
    });
}

#[test]
fn a_seek_finds_the_next_key_of_a_prefix() {
    on_each(|store| {
        for key in ["a", "a/1", "a/3", "a0"] {
            put(store, key, "1");
        }
        let check = |prefix: &str, from: &str, expected: Option<&str>| {
            let mut found = None;
            let mut read = |view: &dyn super::View| {
                found = view.seek(prefix, from)?.map(|record| record.key);
                Ok(())
            };
            store.read(&mut read).unwrap();
            assert_eq!(found.as_deref(), expected, "{prefix} from {from}");
        };
        check("a/", "a/2", Some("a/3"));
        check("a/", "a/3", Some("a/3"));
        check("a/", "a/4", None);
        check("a/", "", Some("a/1"));
        check("", "a/9", Some("a0"));
        check("", "b", None);
    });
}

#[test]
fn changes_lead_from_any_revision_to_now() {
    on_each(|store| {
        put(store, "a", "1");
        store
            .transact(&mut |tx| tx.put("c", "1".into()).and(tx.put("b", "1".into())))
            .unwrap();
        store
            .transact(&mut |tx| tx.delete("a").map(|_| ()))
            .unwrap();
        let change = |revision, key: &str| Change {
            revision,
            key: key.to_owned(),
        };
        let changes = store.changes_since(1).unwrap();
        assert_eq!(changes.revision, 3);
        assert_eq!(
            changes.delta,
            Delta::Keys(vec![change(2, "b"), change(2, "c"), change(3, "a")])
        );
        assert_eq!(store.changes_since(4).unwrap().delta, Delta::Everything);
    });
}

#[test]
fn threads_lose_no_update() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let count = |store: &dyn Store| {
        for _ in 0..20 {
            let add = |tx: &mut dyn Tx| {
                let old: u64 = tx
                    .get("n")?
                    .map_or(0, |record| record.value.parse().unwrap());
                tx.put("n", (old + 1).to_string())
            };
            store.transact(&mut |tx| add(tx)).unwrap();
        }
    };
    let memory = Arc::new(MemoryStore::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            // Each opens for itself, as processes do; they all race to make the database.
            scope.spawn(|| count(&sqlite(&path)));
            scope.spawn(|| count(&*memory));
        }
    });
    for store in [&sqlite(&path) as &dyn Store, &*memory] {
        assert_eq!(get(store, "n").unwrap().value, "160");
        assert_eq!(store.revision().unwrap(), 160);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Put(String, String),
    Delete(String),
}

#[derive(Debug, Clone)]
enum Action {
    Transact(Vec<Step>, bool),
    Reopen,
}

/// Few keys, so that they meet; odd ones, because they are only text to the store.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[ab]/[xyz]?",
        1 => Just("".to_owned()),
        1 => Just("a/\u{d7ff}".to_owned()),
        1 => Just("a/\0'\"%".to_owned()),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let step = prop_oneof![
        3 => (key(), "[0-9]{1,3}").prop_map(|(key, value)| Step::Put(key, value)),
        1 => key().prop_map(Step::Delete),
    ];
    prop_oneof![
        9 => (prop::collection::vec(step, 0..4), prop::bool::weighted(0.2)).prop_map(|(steps, fail)| Action::Transact(steps, fail)),
        1 => Just(Action::Reopen),
    ]
}

fn run(store: &dyn Store, steps: &[Step], fail: bool) -> Option<u64> {
    let outcome = store.transact(&mut |tx| {
        for step in steps {
            match step {
                Step::Put(key, value) => tx.put(key, value.clone())?,
                Step::Delete(key) => drop(tx.delete(key)?),
            }
        }
        if fail {
            Err(Error::refused("test"))
        } else {
            Ok(())
        }
    });
    outcome.ok()
}

fn everything(store: &dyn Store) -> (u64, Vec<Record>) {
    let mut all = (0, Vec::new());
    let mut read = |view: &dyn super::View| {
        all = (view.revision(), view.range("")?);
        Ok(())
    };
    store.read(&mut read).unwrap();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_does_what_the_model_does(actions in prop::collection::vec(action(), 1..24)) {
        let temp = tempfile::tempdir().unwrap();
        let model = MemoryStore::new();
        let mut store = sqlite(temp.path());
        for action in &actions {
            match action {
                Action::Transact(steps, fail) => {
                    prop_assert_eq!(run(&store, steps, *fail), run(&model, steps, *fail));
                }
                Action::Reopen => {
                    drop(store);
                    store = sqlite(temp.path());
                }
            }
            prop_assert_eq!(everything(&store), everything(&model));
        }
        for revision in 0..=model.revision().unwrap() + 1 {
            prop_assert_eq!(store.changes_since(revision).unwrap(), model.changes_since(revision).unwrap());
        }
    }
}

mod on_disk;
