//! Many at once, on the real store, with real processes' fingerprints where it matters.

use super::*;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

const THREADS: usize = 16;

fn open(path: &Path) -> Coord {
    Coord::open(path).unwrap()
}

fn register(coord: &Coord, name: &str) -> Session {
    let mut request = Register::of(fingerprint::of_pid(std::process::id()).unwrap());
    request.name = Some(name.to_owned());
    coord.register(&request).unwrap()
}

/// C1, C2, S1-9, S4-27, S4-28: sixteen at once, one wins, and tokens only grow.
#[test]
fn one_of_sixteen_wins_every_time() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let barrier = Barrier::new(THREADS);
    let last_token = AtomicU64::new(0);
    let won = AtomicU64::new(0);
    let rounds = 8;
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (path, barrier, last_token, won) = (&path, &barrier, &last_token, &won);
            scope.spawn(move || {
                // Opening races too: nobody has made the directory before.
                barrier.wait();
                let coord = open(path);
                let me = register(&coord, &format!("thread-{thread}"));
                for _ in 0..rounds {
                    barrier.wait();
                    let outcome = coord.claim(&(&me).into(), &request(&["task/T1"]));
                    if let Err(error) = &outcome {
                        assert_eq!(error.kind, Kind::Held, "{}", error.message);
                    }
                    barrier.wait();
                    if let Ok(granted) = outcome {
                        won.fetch_add(1, Ordering::SeqCst);
                        let token = granted.claims[0].token;
                        assert!(last_token.swap(token, Ordering::SeqCst) < token);
                        coord.release(&(&me).into(), &Which::All).unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(won.into_inner(), rounds);
}

#[test]
fn one_of_sixteen_coordinates_and_one_gets_a_name() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let barrier = Barrier::new(THREADS);
    let outcomes: Vec<(bool, bool)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let coord = open(&path);
                    barrier.wait();
                    let numbered = coord
                        .register(&Register::of(
                            fingerprint::of_pid(std::process::id()).unwrap(),
                        ))
                        .unwrap();
                    let mut same = Register::of(numbered.fingerprint.clone());
                    same.name = Some("Forge".into());
                    let named = coord.register(&same).is_ok();
                    let joined = coord.join_group(&(&numbered).into(), "build").unwrap();
                    (named, joined.coordinator)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(outcomes.iter().filter(|(named, _)| *named).count(), 1);
    assert_eq!(
        outcomes
            .iter()
            .filter(|(_, coordinates)| *coordinates)
            .count(),
        1
    );
    let snapshot = open(&path).snapshot().unwrap();
    let mut numbers: Vec<u32> = snapshot
        .sessions
        .iter()
        .map(|session| session.number)
        .collect();
    numbers.dedup();
    assert_eq!(numbers.len(), THREADS + 1);
    assert_eq!(snapshot.groups[0].members.len(), THREADS);
}

#[test]
fn waiting_ends_when_the_holder_lets_go() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let coord = open(&path);
    let holder = register(&coord, "holder");
    coord
        .claim(&(&holder).into(), &request(&["task/T1"]))
        .unwrap();
    let names: Vec<String> = std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for thread in 0..4 {
            let (path, sender) = (&path, sender.clone());
            scope.spawn(move || {
                let coord = open(path);
                let me = register(&coord, &format!("waiter-{thread}"));
                let ask = request(&["task/T1"]);
                coord
                    .claim_within(&(&me).into(), &ask, Duration::from_secs(60))
                    .unwrap();
                sender.send(me.name.clone()).unwrap();
                coord.release(&(&me).into(), &Which::All).unwrap();
            });
        }
        drop(sender);
        // All four are in line before the first is let in.
        while coord.snapshot().unwrap().claims[0].waiting.len() < 4 {
            std::thread::yield_now();
        }
        coord.release(&(&holder).into(), &Which::All).unwrap();
        receiver.into_iter().collect()
    });
    assert_eq!(names.len(), 4);
    assert!(coord.snapshot().unwrap().claims.is_empty());
    // Who waits has not been refused.
    assert!(coord.audit(100).unwrap().iter().all(|entry| entry.success));
}

#[test]
fn waiting_ends_when_the_holders_process_does() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let coord = open(&path);
    let mut child = std::process::Command::new("cat")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let holder = coord
        .register(&Register::of(fingerprint::of_pid(child.id()).unwrap()))
        .unwrap();
    coord
        .claim(&(&holder).into(), &request(&["task/T1"]))
        .unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let coord = open(&path);
            let me = register(&coord, "waiter");
            coord.claim_within(
                &(&me).into(),
                &request(&["task/T1"]),
                Duration::from_secs(60),
            )
        });
        while coord.snapshot().unwrap().claims[0].waiting.is_empty() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        waiter.join().unwrap().unwrap();
    });
}

#[test]
fn patience_runs_out() {
    let temp = tempfile::tempdir().unwrap();
    let coord = open(&temp.path().join(".stoa"));
    let (holder, waiter) = (register(&coord, "holder"), register(&coord, "waiter"));
    coord
        .claim(&(&holder).into(), &request(&["task/T1"]))
        .unwrap();
    let outcome = coord.claim_within(
        &(&waiter).into(),
        &request(&["task/T1"]),
        Duration::from_millis(30),
    );
    check_kind(outcome, Kind::Held, "held by holder");
    assert!(coord.snapshot().unwrap().claims[0].waiting.is_empty());
    assert!(!coord.audit(1).unwrap()[0].success);
}

#[test]
fn the_watcher_tells_of_every_state() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let coord = open(&path);
    let (sender, receiver) = mpsc::channel();
    let watcher =
        Watcher::spawn(open(&path), move |snapshot| sender.send(snapshot).unwrap()).unwrap();
    assert_eq!(watcher.polls(), None);
    let wait_for = |test: &dyn Fn(&snapshot::Snapshot) -> bool| {
        // A time limit so that a missed wake-up fails instead of hanging.
        while !test(&receiver.recv_timeout(Duration::from_secs(30)).unwrap()) {}
    };
    wait_for(&|snapshot| snapshot.revision == 0);
    let me = register(&coord, "me");
    wait_for(&|snapshot| snapshot.sessions.len() == 1);
    for n in 0..50 {
        coord
            .claim(&(&me).into(), &request(&[&format!("task/{n}")]))
            .unwrap();
    }
    wait_for(&|snapshot| snapshot.claims.len() == 50);
    coord.release(&(&me).into(), &Which::All).unwrap();
    wait_for(&|snapshot| snapshot.claims.is_empty());
    // A process that ends takes its claims with it, although nobody writes.
    let mut child = std::process::Command::new("cat")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let other = coord
        .register(&Register::of(fingerprint::of_pid(child.id()).unwrap()))
        .unwrap();
    coord
        .claim(&(&other).into(), &request(&["task/T1"]))
        .unwrap();
    wait_for(&|snapshot| snapshot.claims.len() == 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let lost = |session: &snapshot::SessionInfo| session.life == snapshot::Life::Lost;
    wait_for(&|snapshot| snapshot.claims.is_empty() && snapshot.sessions.iter().any(lost));
    assert_eq!(coord.audit(1).unwrap()[0].action, "died");
    drop(watcher);
    assert!(receiver.try_iter().count() < 5);
}

/// `git clean -fdx` takes a workspace's state while its server runs.
#[test]
fn a_store_that_is_removed_is_made_again_and_watched() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("project/.stoa");
    std::fs::create_dir(temp.path().join("project")).unwrap();
    let coord = open(&path);
    let me = register(&coord, "me");
    let (sender, receiver) = mpsc::channel();
    let watcher = Watcher::spawn(coord.clone(), move |snapshot| {
        sender.send(snapshot).unwrap()
    })
    .unwrap();
    let wait_for = |test: &dyn Fn(&snapshot::Snapshot) -> bool| {
        while !test(&receiver.recv_timeout(Duration::from_secs(30)).unwrap()) {}
    };
    wait_for(&|snapshot| snapshot.sessions.len() == 1);
    std::fs::remove_dir_all(&path).unwrap();
    wait_for(&|snapshot| snapshot.sessions.is_empty());
    // It is the one that everybody has from now on, and what is committed in it is told of.
    let other = register(&open(&path), "other");
    wait_for(&|snapshot| snapshot.sessions.len() == 1);
    assert!(coord.claim(&(&other).into(), &request(&["task/T"])).is_ok());
    assert!(coord.claim(&(&me).into(), &request(&["task/U"])).is_err());
    wait_for(&|snapshot| snapshot.claims.len() == 1);
    // A workspace that is gone does not come back.
    std::fs::remove_dir_all(temp.path().join("project")).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    drop(watcher);
    assert!(!temp.path().join("project").exists());
}
