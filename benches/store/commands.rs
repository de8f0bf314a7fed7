//! The program as scripts and agents use it: a process for each command.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Place, Times, one, register};

/// Runs one command line of the real binary.
fn stoa(root: &Path, words: &[&str]) {
    let done = Command::new(env!("CARGO_BIN_EXE_stoa"))
        .args(words)
        .arg("--state")
        .arg(root.join(".stoa"))
        .current_dir(root)
        .env("STOA_CONFIG", root)
        .env("XDG_RUNTIME_DIR", root)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .expect("the binary runs");
    assert!(done.success(), "stoa {words:?} failed");
}

/// Claims a second of four processes at a time.
pub fn rate() {
    let place = Place::make();
    let coord = place.coord();
    let lanes: Vec<String> = (0..4)
        .map(|n| register(&coord, &format!("lane-{n}")).name)
        .collect();
    let each = 150;
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for lane in &lanes {
            let root = &place.root;
            scope.spawn(move || {
                for n in 0..each {
                    stoa(
                        root,
                        &["claim", &format!("task/{lane}-{n}"), "--session", lane],
                    );
                }
            });
        }
    });
    let took = begin.elapsed().as_secs_f64();
    println!(
        "{:<44} {:>9.0} /s",
        "claims by command, 4 processes",
        (4 * each) as f64 / took
    );
}

/// Commands with nobody else about.
pub fn alone() {
    let place = Place::make();
    let coord = place.coord();
    let me = register(&coord, "me");
    coord
        .join_group(&(&me).into(), "build")
        .expect("a new group");
    coord
        .claim(&(&me).into(), &one("task/held"))
        .expect("nobody holds it");
    // As a script would find it: no process has the store open.
    drop(coord);
    let table: [(&str, &[&str]); 9] = [
        ("claim", &["claim", "task/#", "--session", "me"]),
        ("release", &["release", "task/#", "--session", "me"]),
        ("renew", &["renew", "task/held", "--session", "me"]),
        ("heartbeat", &["heartbeat", "this", "--session", "me"]),
        ("share", &["share", "k=1", "--session", "me"]),
        ("context", &["context", "--session", "me"]),
        ("claims", &["claims"]),
        ("sessions", &["sessions"]),
        ("--once", &["--once"]),
    ];
    for (name, words) in table {
        let mut times = Times::default();
        for n in 0..100 {
            let words: Vec<String> = words
                .iter()
                .map(|word| word.replace('#', &n.to_string()))
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            times.of(|| stoa(&place.root, &words));
        }
        times.report(&format!("{name}, alone"));
    }
}

/// Sixteen lanes of commands at a time.
pub fn crowd() {
    let place = Place::make();
    let coord = place.coord();
    let lanes: Vec<String> = (0..16)
        .map(|n| register(&coord, &format!("lane-{n}")).name)
        .collect();
    let end = Instant::now() + Duration::from_secs(5);
    let counts: Vec<Times> = std::thread::scope(|scope| {
        let threads: Vec<_> = lanes
            .iter()
            .map(|lane| {
                let root = &place.root;
                scope.spawn(move || {
                    let mut times = Times::default();
                    let key = format!("task/{lane}");
                    while Instant::now() < end {
                        times.of(|| stoa(root, &["claim", &key, "--session", lane]));
                        times.of(|| stoa(root, &["release", &key, "--session", lane]));
                    }
                    times
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    super::crowd::fairness("commands among 16", &counts);
}

/// Commands in a large workspace.
pub fn large(root: &Path) {
    let table: [(&str, &[&str]); 6] = [
        ("claim", &["claim", "task/#", "--session", "session-5"]),
        ("release", &["release", "task/#", "--session", "session-5"]),
        ("heartbeat", &["heartbeat", "--session", "session-5"]),
        ("sessions", &["sessions"]),
        ("claims", &["claims"]),
        ("--once --json", &["--once", "--json"]),
    ];
    for (name, words) in table {
        let mut times = Times::default();
        for n in 0..20 {
            let words: Vec<String> = words
                .iter()
                .map(|word| word.replace('#', &n.to_string()))
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            times.of(|| stoa(root, &words));
        }
        times.report(&format!("{name} by command, large workspace"));
    }
}
