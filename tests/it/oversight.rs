//! Looking at the whole from the command line: the trail, following it, the doctor, cleaning up.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::World;

/// S3-47: the last attempts, and those of one agent; a refused one says why.
#[test]
fn the_trail_tells_who_did_what() {
    let world = World::new();
    world.register("Forge");
    world.register("Architect");
    world.json(&["claim", "src/a.rs", "--session", "Forge"]);
    world.fails(&["claim", "src/a.rs", "--session", "Architect"]);
    let all = world.json(&["audit", "--last", "10"]);
    let told: Vec<(&str, &str, bool)> = (all["entries"].as_array().expect("a list").iter())
        .map(|entry| {
            let text = |field: &str| entry[field].as_str().unwrap_or("");
            let success = entry["success"].as_bool().expect("a flag");
            (text("agent"), text("action"), success)
        })
        .collect();
    let expected = [
        ("Forge", "register", true),
        ("Architect", "register", true),
        ("Forge", "claim", true),
        ("Architect", "claim", false),
    ];
    assert_eq!(told, expected);
    let by = world.json(&["audit", "--by", "Architect", "--failed"]);
    assert_eq!(by["entries"].as_array().expect("a list").len(), 1);
    assert_eq!(by["entries"][0]["kind"], "held");
}

/// S1-26: what others do is told as it happens, one line of JSON each.
#[test]
fn watching_tells_what_happens_as_it_happens() {
    let world = World::new();
    world.register("Forge");
    let mut child = world
        .stoa(&["watch", "--json", "--count", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a line").expect("readable");
        serde_json::from_str(&line).expect("JSON")
    };
    // What was there before comes first: whoever sees it knows that watching has begun.
    assert_eq!(next()["action"], "register");
    world.json(&["claim", "src/a.rs", "--session", "Forge"]);
    let told = next();
    assert_eq!(
        (&told["action"], &told["subject"]),
        (&json!("claim"), &json!("file/src/a.rs"))
    );
    world.json(&["release", "src/a.rs", "--session", "Forge"]);
    assert_eq!(next()["action"], "release");
    assert!(child.wait().expect("it ends").success());
}

/// Whoever follows ends with its reader, though nothing more happens.
#[test]
fn following_ends_when_nobody_reads() {
    let world = World::new();
    world.register("Forge");
    let mut child = world
        .stoa(&["watch", "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut reader = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut reader, &mut line).expect("the latest");
    assert!(line.contains("register"), "{line}");
    drop(reader);
    assert!(child.wait().expect("it ends").success());
}

/// A log that was emptied takes the store with it; the readable files are then all there is, and looking
/// does not change them.
#[test]
fn the_doctor_sees_what_was_lost_and_leaves_what_is_there() {
    let world = World::new();
    let id = world.register("Ann");
    for n in 0..3 {
        world.ok(&["claim", &format!("task/T{n}"), "--session", &id]);
    }
    let state = world.state();
    let board = std::fs::read_to_string(state.join("STATUS_BOARD.md")).expect("a board");
    std::fs::write(state.join("store.db-wal"), "").expect("its log");
    std::fs::remove_file(state.join("store.db-shm")).expect("its index");
    for options in [&["doctor"][..], &["doctor", "--verify"]] {
        let output = world.run(options);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("PROBLEM  database"), "{text}");
    }
    let after = std::fs::read_to_string(state.join("STATUS_BOARD.md")).expect("a board");
    assert_eq!(after, board);
    assert!(state.join("claims/task/T2.json").exists());
}

/// S3-38, S3-41: the doctor's exit code says whether all is well; what it names can be put right.
#[test]
fn the_doctor_examines_and_treats() {
    let world = World::new();
    assert_eq!(world.json(&["doctor"])["healthy"], true);
    world.register("Forge");
    assert_eq!(world.json(&["doctor", "--verify"])["healthy"], true);
    let file = world.state().join("sessions/1-Forge.json");
    std::fs::write(&file, "not what the store holds").expect("our own directory");
    let output = world
        .stoa(&["doctor", "--verify", "--json"])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["healthy"], false);
    assert!(
        found.to_string().contains("sessions/1-Forge.json"),
        "{found}"
    );
    assert_eq!(
        world.json(&["doctor", "--rebuild", "--verify"])["healthy"],
        true
    );
    assert!(
        std::fs::read_to_string(&file)
            .expect("made again")
            .contains("Forge")
    );
    // What a full disk left of it.
    std::fs::write(world.state().join(".gitignore"), "").expect("our own directory");
    let found = world.run(&["doctor", "--json"]);
    assert_eq!(found.status.code(), Some(1));
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(text.contains(".gitignore"), "{text}");
    assert_eq!(world.json(&["doctor", "--fix"])["healthy"], true);
    // A database that is none is a finding like any other.
    std::fs::write(world.state().join("store.db"), "rubbish of some length").expect("ours");
    let output = world.stoa(&["doctor"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("PROBLEM  database"), "{text}");
}

/// A store that was removed is begun anew above what it had, and its readable files, the last that tells of
/// it, are kept.
#[test]
fn the_files_of_a_lost_store_are_kept() {
    let world = World::new();
    let id = world.register("Forge");
    world.ok(&["task", "add", "keep me", "--session", &id]);
    let token = |world: &World| {
        let claimed = world.json(&["claim", "f/1", "--session", "Forge"]);
        claimed["claims"][0]["token"].as_u64().expect("a token")
    };
    let before = token(&world);
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        let _ = std::fs::remove_file(world.state().join(name));
    }
    let says = |expected: [&str; 2]| {
        let output = world.run(&["doctor"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(expected.iter().all(|words| text.contains(words)), "{text}");
        output.status.code()
    };
    let lost = ["PROBLEM  database", "and the readable files"];
    assert_eq!(says(lost), Some(1));
    // So it is when a command that noted it died before it put them aside.
    let file = |name| world.state().join(name);
    std::fs::rename(file("projected_revision"), file("lost_revision")).expect("ours");
    assert_eq!(says(lost), Some(1));
    world.ok(&["doctor", "--fix"]);
    assert_eq!(says(["note     database", "were lost"]), Some(0));
    world.register("Forge");
    assert!(token(&world) > before);
    let entries = std::fs::read_dir(world.state()).expect("ours");
    let names = entries.flatten().map(|entry| entry.file_name());
    let lost: Vec<_> = names
        .filter(|name| name.to_string_lossy().starts_with("lost-"))
        .collect();
    assert_eq!(lost.len(), 1, "{lost:?}");
    let old = world.state().join(&lost[0]);
    let board = std::fs::read_to_string(old.join("STATUS_BOARD.md")).expect("it was kept");
    assert!(board.contains("keep me"), "{board}");
    assert!(old.join("tasks").is_dir() && old.join("audit.jsonl").is_file());
    // Where, is told as long as it lies there.
    let holds = format!("note     database   {}", lost[0].to_string_lossy());
    let holds = [holds.as_str(), "what an earlier store had"];
    world.register("Anvil");
    assert_eq!(says(holds), Some(0));
    // What was done is still told where it always was.
    let trail = |dir: &Path| std::fs::read_to_string(dir.join("audit.jsonl")).expect("a trail");
    let (kept, goes_on) = (trail(&old), trail(&world.state()));
    assert!(
        kept.contains("f/1") && goes_on.starts_with(&kept),
        "{kept}\n{goes_on}"
    );
    // From here on all is as ever.
    assert_eq!(world.json(&["doctor", "--verify"])["healthy"], true);
    let board = std::fs::read_to_string(world.state().join("STATUS_BOARD.md")).expect("a board");
    assert!(!board.contains("keep me"));
}

/// What is missing from a list is not missed in silence.
#[test]
fn a_list_tells_of_records_that_cannot_be_read() {
    let world = World::new();
    world.register("Ann");
    world.ok(&["claim", "task/G1", "--session", "Ann"]);
    world.ok(&["task", "add", "--id", "W", "do it", "--session", "Ann"]);
    let spoil = |key: &str| {
        let raw = rusqlite::Connection::open(world.state().join("store.db")).expect("a store");
        let set = "UPDATE records SET value = '{not json' WHERE key = ?1";
        assert_eq!(raw.execute(set, [key]).expect("it is written"), 1);
    };
    let told = |words: &[&str]| {
        let output = world.run(words);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let lists: [&[&str]; 4] = [&["claims"], &["sessions"], &["tasks"], &["--once"]];
    for list in lists {
        assert_eq!(told(list), "");
    }
    spoil("claim/task/G1");
    for list in [&["claims"][..], &["sessions"], &["--once"]] {
        let told = told(list);
        assert!(told.contains("1 record cannot be read"), "{list:?}: {told}");
        assert!(told.contains("stoa doctor"), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    assert_eq!(world.json(&["--once"])["damaged"], json!(["claim/task/G1"]));
    spoil("task/W");
    assert!(told(&["tasks"]).contains("1 record cannot be read"));
    let damaged = json!(["claim/task/G1", "task/W"]);
    assert_eq!(world.json(&["--once"])["damaged"], damaged);
}

/// A change is done though the files cannot follow; whoever made it hears why, and so does who asks the doctor.
#[test]
fn readable_files_that_cannot_follow_are_told_of() {
    let world = World::new();
    world.register("Ann");
    let board = world.state().join("STATUS_BOARD.md");
    std::fs::remove_file(&board).expect("a board");
    std::fs::create_dir(&board).expect("a directory");
    let output = world.run(&["claim", "task/T1", "--session", "Ann"]);
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        told.matches("the readable files are behind").count(),
        1,
        "{told}"
    );
    assert!(told.contains("STATUS_BOARD.md is a directory"), "{told}");
    for options in [
        &["doctor"][..],
        &["doctor", "--verify"],
        &["doctor", "--rebuild"],
    ] {
        let output = world.run(options);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text}");
        let named = text.matches("STATUS_BOARD.md is a directory").count();
        assert_eq!(named, 1, "{text}");
        assert!(text.contains("remove it"), "{text}");
    }
    std::fs::remove_dir(&board).expect("an empty directory");
    let output = world.run(&["claim", "task/T2", "--session", "Ann"]);
    assert!(output.stderr.is_empty(), "{output:?}");
    assert_eq!(world.json(&["doctor", "--verify"])["healthy"], true);
}

/// What nobody could write to, or anybody could, is seen.
#[test]
fn the_doctor_sees_what_is_in_the_way() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.register("Forge");
    let says = |expected: &str| {
        let output = world.run(&["doctor"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(expected), "{text}");
    };
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("ours");
    };
    let state = world.state();
    // Nobody gets at a file in a directory that is private.
    mode(&state.join("store.db"), 0o644);
    assert_eq!(world.json(&["doctor"])["healthy"], true);
    for (open, why) in [(0o755, "they read"), (0o722, "acts as any session")] {
        mode(&state, open);
        says(&format!("is open to others (mode {open:o}): "));
        says(why);
        says("stoa doctor --fix puts it right");
        let fixed = world.ok(&["doctor", "--fix"]);
        assert!(fixed.contains("made the state directory private"));
        assert_eq!(world.json(&["doctor"])["healthy"], true);
    }
    let lock = world.state().join("lock");
    std::fs::remove_file(&lock).expect("ours");
    std::os::unix::fs::symlink("elsewhere", &lock).expect("ours");
    says("lock is not a regular file");
}

/// What was refused is kept in the trail as text, and nothing of it reaches a terminal.
#[test]
fn refused_names_are_shown_harmless() {
    let world = World::new();
    let id = world.register("Forge");
    let _ = world.fails(&[
        "register",
        "--name",
        "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}x",
    ]);
    for args in [
        &["audit"][..],
        &["--once"],
        &["metrics"],
        &["watch", "--once"],
    ] {
        let text = String::from_utf8_lossy(&world.run(args).stdout).into_owned();
        assert!(
            !text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']),
            "{args:?}: {text:?}"
        );
    }
    let task = ["task", "add", "a\u{202e}evil", "--session", &id];
    assert_eq!(world.fails(&task).0, 2);
}

/// S3-39: a dry run says what would go and leaves it there.
#[test]
fn cleaning_up_can_be_tried_first() {
    let world = World::new();
    assert_eq!(world.json(&["cleanup", "--dry-run"])["dry_run"], true);
    world.register("Forge");
    let id = world.json(&["register", "--name", "Gone", "--pid", "1"])["id"].clone();
    assert!(id.is_string());
    let before = world.json(&["--once"])["revision"].clone();
    world.json(&["cleanup", "--dry-run", "--older-than", "0s"]);
    assert_eq!(world.json(&["--once"])["revision"], before);
}
