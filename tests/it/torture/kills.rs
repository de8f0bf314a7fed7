//! The real binary, killed at random instants.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use super::{nanos, scaled};
use crate::support::{Dice, World};

/// Files of a state directory that a killed process may leave behind.
fn left_over(dir: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(dir).expect("a directory");
    entries
        .map(|entry| entry.expect("an entry"))
        .map(|entry| match entry.file_type().expect("a kind").is_dir() {
            true => left_over(&entry.path()),
            false => usize::from(entry.file_name().to_string_lossy().contains("tmp")),
        })
        .sum()
}

fn held(world: &World) -> BTreeSet<String> {
    let claims = world.json(&["claims"]);
    let list = claims.as_array().or(claims["claims"].as_array());
    let list = list.expect("a list").iter();
    list.map(|claim| claim["key"].as_str().expect("a key").to_owned())
        .collect()
}

/// No acknowledged write is lost, nothing is unreadable, the next write works, little is left behind.
#[test]
fn killed_at_any_instant_nothing_acknowledged_is_lost() {
    let world = World::new();
    world.register("me");
    let mut dice = Dice::new(nanos());
    let mut acknowledged = BTreeSet::new();
    let mut asked = BTreeSet::new();
    for n in 0..scaled(150) {
        let key = format!("task/T{n}");
        let mut child = world
            .stoa(&["claim", &key, "--session", "me"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        // The instant is the point of it; half of them come to an end by themselves.
        std::thread::sleep(Duration::from_micros(dice.below(30_000)));
        child.kill().expect("our child");
        if child.wait().expect("our child").success() {
            acknowledged.insert(key.clone());
        }
        asked.insert(key);
        if n % 25 == 24 {
            let next = format!("task/next-{n}");
            world.ok(&["claim", &next, "--session", "me"]);
            acknowledged.insert(next.clone());
            asked.insert(next);
            let found = held(&world);
            assert!(
                acknowledged.is_subset(&found),
                "lost: {acknowledged:?} {found:?}"
            );
            assert!(found.is_subset(&asked), "nobody asked for it: {found:?}");
        }
        // One session may hold ten thousand.
        if n % 1000 == 999 {
            world.ok(&["release", "--all", "--session", "me"]);
            acknowledged.clear();
            asked.clear();
            assert_eq!(held(&world), asked);
        }
    }
    // The readable files have caught up with every commit, also of those who were killed.
    let files = std::fs::read_dir(world.state().join("claims/task")).expect("files");
    let files: BTreeSet<String> = files
        .map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("text")
        })
        .filter(|name| name != ".tmp")
        .map(|name| format!("task/{}", name.trim_end_matches(".json")))
        .collect();
    assert_eq!(files, held(&world));
    let tmp = left_over(&world.state());
    assert!(tmp <= 16, "{tmp} temporary files were left behind");
    assert!(world.run(&["doctor"]).status.success());
}
