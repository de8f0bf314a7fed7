//! The words, argument orders and flows of the older tools for sessions and claims, as their
//! reports show them, and what their reports only wished for.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::World;

fn code(world: &World, words: &[&str]) -> Option<i32> {
    world.run(words).status.code()
}

/// S1-16, S1-17, S1-15: the card has every part of the fingerprint.
#[test]
fn the_fingerprint_is_a_card() {
    let world = World::new();
    let pid = std::process::id().to_string();
    let text = world.ok(&["session-fingerprint", "--pid", &pid]);
    for part in [
        "SESSION FINGERPRINT",
        "Process ID:",
        &pid,
        "Parent PID:",
        "Terminal:",
        "Start Time:",
        "Host:",
        "Boot:",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let card = world.json(&["fingerprint", "--pid", &pid]);
    assert_eq!(card["pid"].to_string(), pid);
    let started: jiff::Timestamp = card["started_at"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("RFC 3339");
    let age = jiff::Timestamp::now().duration_since(started).as_secs();
    assert!((-2..86_400).contains(&age), "{age}");
    let short = card["fingerprint"].as_str().expect("a word");
    assert!(short.starts_with(&format!("{pid}_")), "{short}");
    assert!(!world.state().exists(), "nothing is made for it");
    world.register("Forge");
    assert_eq!(
        world.json(&["fingerprint", "Forge"])["fingerprint"],
        card["fingerprint"]
    );
}

/// S1-18, S1-19, S1-20: NUMBER "Name - Role" "Goal", and the second of a number is blocked.
#[test]
fn registering_by_number_title_and_goal() {
    let world = World::new();
    let pid = std::process::id().to_string();
    let card = world.json(&[
        "session-register",
        "1",
        "Forge - Builder",
        "Build core services",
        "--pid",
        &pid,
    ]);
    assert_eq!(
        (&card["number"], &card["name"], &card["role"], &card["goal"]),
        (
            &json!(1),
            &json!("Forge"),
            &json!("Builder"),
            &json!("Build core services")
        )
    );
    let (code, error) = world.fails(&["register", "1", "Test", "Test collision", "--pid", &pid]);
    assert_eq!(code, 1);
    let error = &error["error"];
    for part in ["number 1", "Forge", "pid", "last heard of"] {
        assert!(
            error["message"].as_str().expect("text").contains(part),
            "{error}"
        );
    }
    assert!(error["holder"]["heartbeat_age_ms"].is_u64(), "{error}");
    assert_eq!(error["holder"]["name"], "Forge");
}

/// S2-3, S2-5, S2-12, S2-13, S2-14, S2-15, S2-18, S2-30, S2-39: the quick start of the seed, word for word, in one
/// shell that sets no variable.
#[test]
fn the_quick_start_runs_as_written() {
    let world = World::new();
    let script = r#"
        set -e
        stoa session-start
        stoa session-claim droplet church-guidance 4
        stoa session-heartbeat "building" "church-guidance" "BUILD - landing page" "25%"
        stoa session-status
        stoa session-release droplet church-guidance
        stoa session-status --json
        # The shell stays the last command's parent.
        true
    "#;
    let dir = tempfile::tempdir().expect("a directory");
    let binary = world.stoa(&[]).get_program().to_owned();
    std::os::unix::fs::symlink(binary, dir.path().join("stoa")).expect("our own directory");
    let path = format!("{}:/usr/bin:/bin", dir.path().display());
    let file = dir.path().join("quick-start.sh");
    std::fs::write(&file, script).expect("our own directory");
    let mut shell = std::process::Command::new("/bin/sh");
    shell.arg(&file).current_dir(&world.root).env_clear();
    shell.envs(
        world
            .stoa(&[])
            .get_envs()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    shell.env("PATH", path);
    let output = shell.output().expect("a shell");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for part in [
        "registered session 1 \"session-1",
        "claimed droplet/church-guidance for 4h",
        "building church-guidance, in BUILD - landing page, 25 %",
        "droplet/church-guidance held by session-1",
        "released droplet/church-guidance",
        "commands",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    let at = text.find("\n{").expect("JSON at the end");
    let status: Value = serde_json::from_str(&text[at..]).expect("JSON");
    assert_eq!(status["claims"], json!([]));
    assert_eq!(status["sessions"][0]["activity"][0]["progress"], 25);
}

/// S2-2, S1-40, S2-29: every field of a heartbeat, in our words; and the history of them.
#[test]
fn heartbeats_and_their_history() {
    let world = World::new();
    world.register("a");
    world.ok(&[
        "heartbeat",
        "--working-on",
        "parser",
        "--phase",
        "SPECS",
        "--progress",
        "10%",
        "--next",
        "tests",
        "--task",
        "T7",
        "--status",
        "working",
        "--session",
        "a",
    ]);
    world.ok(&[
        "session-heartbeat",
        "building",
        "parser",
        "BUILD",
        "80%",
        "deploy",
        "--session",
        "a",
    ]);
    let one = world.json(&["discover", "a"]);
    assert_eq!(
        (
            &one["working_on"],
            &one["phase"],
            &one["progress"],
            &one["next_action"],
            &one["task"]
        ),
        (
            &json!("building parser"),
            &json!("BUILD"),
            &json!(80),
            &json!("deploy"),
            &json!("T7")
        )
    );
    let history = world.json(&["activity", "a"]);
    let beats = history["activity"].as_array().expect("a list");
    assert_eq!(beats.len(), 2);
    assert_eq!(
        (
            &beats[0]["phase"],
            &beats[0]["next_action"],
            &beats[0]["task"]
        ),
        (&json!("SPECS"), &json!("tests"), &json!("T7"))
    );
    assert_eq!(
        world.json(&["activity", "--last", "1"])["activity"][0]["phase"],
        "BUILD"
    );
    for bad in ["101", "x"] {
        let words = ["session-heartbeat", "a", "b", "c", bad, "--session", "a"];
        assert_eq!(code(&world, &words), Some(2));
    }
}

/// S4-4, S4-5, S4-6, S4-7, S4-24: discovery, counting, and whether it takes one more.
#[test]
fn discovering_who_is_active() {
    let world = World::new();
    assert_eq!(world.ok(&["discover", "--count"]), "0\n");
    assert_eq!(code(&world, &["can-coordinate"]), Some(1));
    assert!(!world.state().exists(), "looking makes nothing");
    let pid = std::process::id().to_string();
    for (name, role) in [("p", "planner"), ("e", "executor")] {
        world.ok(&[
            "register",
            "--name",
            name,
            "--role",
            role,
            "--capability",
            "rust",
            "--pid",
            &pid,
        ]);
    }
    assert_eq!(world.json(&["discover-agents"])["count"], 2);
    assert_eq!(
        world.json(&["discover", "--role", "planner"])["agents"][0]["name"],
        "p"
    );
    assert_eq!(world.json(&["discover", "--capability", "sql"])["count"], 0);
    // One of them by name is active, and as asked or not.
    for (role, expected) in [("planner", 0), ("executor", 1)] {
        let words = ["discover", "p", "--role", role];
        assert_eq!(code(&world, &words), Some(expected), "{role}");
    }
    assert_eq!(
        code(&world, &["discover", "p", "--capability", "sql"]),
        Some(1)
    );
    assert_eq!(world.json(&["can-coordinate"])["can_coordinate"], true);
    assert_eq!(
        code(&world, &["can-coordinate", "--role", "reviewer"]),
        Some(1)
    );
    let roles = world.json(&["session-discover-roles"]);
    assert_eq!(
        (&roles["roles"]["executor"][0]["name"], &roles["collisions"]),
        (&json!("e"), &json!([]))
    );
    assert_eq!(code(&world, &["get-agent-info", "nobody"]), Some(1));
    // S4-25: the time is a setting.
    world.configure("[sessions]\nactive-within = \"30d\"\n");
    assert_eq!(world.json(&["discover"])["count"], 2);
}

/// S4-15, S4-16, S4-17, S4-18: states from the command line.
#[test]
fn states_are_kept_read_and_cleared() {
    let world = World::new();
    world.register("a");
    world.register("b");
    assert_eq!(world.json(&["state", "list"])["states"], json!([]));
    world.ok(&[
        "state",
        "set",
        "step=3",
        "file=x.rs",
        "--meta",
        "by=hand",
        "--session",
        "a",
    ]);
    assert_eq!(
        world.ok(&["state", "get", "a", "step", "--session", "b"]),
        "3\n"
    );
    let kept = world.json(&["get-agent-state", "--session", "a"]);
    assert_eq!(
        (&kept["state"], &kept["metadata"], &kept["version"]),
        (
            &json!({"step": 3, "file": "x.rs"}),
            &json!({"by": "hand"}),
            &json!(1)
        )
    );
    world.ok(&["state", "set", "{\"all\": true}", "--session", "a"]);
    assert_eq!(
        world.json(&["state", "get", "a"])["state"],
        json!({"all": true})
    );
    let stale = ["state", "set", "x=1", "--if-version", "1", "--session", "a"];
    assert_eq!(code(&world, &stale), Some(1));
    world.ok(&["state", "set", "y=1", "--session", "b"]);
    world.ok(&["state", "clear", "--session", "a"]);
    assert_eq!(world.json(&["state", "list"])["states"][0]["name"], "b");
    world.ok(&["reset-all-states", "--session", "a"]);
    assert_eq!(world.json(&["state", "list"])["states"], json!([]));
    assert_eq!(
        code(&world, &["state", "set", "{broken", "--session", "a"]),
        Some(2)
    );
}

/// S0-24: a session's kind and objective at creation, then the group.
#[test]
fn new_session_with_kind_and_objective() {
    let world = World::new();
    let pid = std::process::id().to_string();
    let card = world.json(&[
        "new-session",
        "-G",
        "research",
        "-o",
        "Study OAuth",
        "-s",
        "one",
        "--pid",
        &pid,
    ]);
    assert_eq!(
        (&card["role"], &card["goal"]),
        (&json!("research"), &json!("Study OAuth"))
    );
    world.ok(&["agent-join-group", "research-team", "--session", "one"]);
    let card = world.json(&[
        "new-session",
        "-G",
        "research",
        "-o",
        "Test OAuth",
        "--group",
        "research-team",
        "--pid",
        &pid,
    ]);
    assert_eq!(card["group"], "research-team");
}

/// S0-33: whoever comes is told of the group that is there.
#[test]
fn groups_are_suggested() {
    let world = World::new();
    let pid = std::process::id().to_string();
    world.register("a");
    world.ok(&["join-group", "build", "--session", "a"]);
    let text = world.ok(&["register", "--name", "b", "--pid", &pid]);
    assert!(text.contains("stoa join-group build"), "{text}");
    for words in [
        &["whoami", "--session", "b"][..],
        &["groups", "--session", "b"],
    ] {
        assert!(
            world.ok(words).contains("stoa join-group build"),
            "{words:?}"
        );
    }
    assert_eq!(
        world.json(&["groups", "--session", "b"])["joinable"],
        json!(["build"])
    );
    world.ok(&["join-group", "build", "--session", "b"]);
    assert!(
        !world
            .ok(&["whoami", "--session", "b"])
            .contains("join-group")
    );
}

/// S0-34: a secret goes by standard input or the environment, and is never printed.
#[test]
fn a_secret_group() {
    let world = World::new();
    world.register("a");
    world.register("b");
    let mut joining = world
        .stoa(&[
            "join-group",
            "vault",
            "--access",
            "secret",
            "--secret-stdin",
            "--session",
            "a",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    joining
        .stdin
        .take()
        .expect("piped")
        .write_all(b"open sesame\n")
        .expect("it reads");
    assert!(
        joining
            .wait_with_output()
            .expect("it ends")
            .status
            .success()
    );
    let (code, error) = world.fails(&["join-group", "vault", "--session", "b"]);
    assert_eq!(code, 1);
    assert!(
        error["error"]["hint"]
            .as_str()
            .expect("a hint")
            .contains("STOA_GROUP_SECRET")
    );
    let with = |word: &str| {
        let mut command = world.stoa(&["join-group", "vault", "--session", "b"]);
        command
            .env("STOA_GROUP_SECRET", word)
            .output()
            .expect("it runs")
            .status
            .code()
    };
    assert_eq!((with("guess"), with("open sesame")), (Some(1), Some(0)));
    // In no readable file, by word or hash.
    for file in ["groups/vault.json", "audit.jsonl", "STATUS_BOARD.md"] {
        let text = std::fs::read_to_string(world.state().join(file)).expect(file);
        assert!(
            !text.contains("sesame") && !text.contains("argon2"),
            "{file}: {text}"
        );
    }
    assert_eq!(world.json(&["groups"])["groups"][0]["access"], "secret");
}

/// S0-34, S0-9, S0-10, S0-13: invitation, adding, removing and synchronizing by command.
#[test]
fn a_group_is_managed() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.register(name);
    }
    world.ok(&[
        "join-group",
        "club",
        "--access",
        "invitation",
        "--session",
        "a",
    ]);
    assert_eq!(
        code(&world, &["join-group", "club", "--session", "b"]),
        Some(1)
    );
    world.ok(&["invite", "b", "--session", "a"]);
    // The guest hears of it at its next command.
    let output = world.run(&["whoami", "--session", "b"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("a invites you into group club"), "{told}");
    world.ok(&["join-group", "club", "--session", "b"]);
    assert_eq!(
        code(&world, &["group", "add-peer", "c", "--session", "b"]),
        Some(1)
    );
    world.ok(&["group", "add-peer", "c", "--session", "a"]);
    assert_eq!(
        code(&world, &["in-group", "club", "--session", "c"]),
        Some(0)
    );
    assert_eq!(
        code(&world, &["in-group", "other", "--session", "c"]),
        Some(1)
    );
    let shared = world.json(&["share", "k=1", "--session", "a"]);
    let revision = shared["revision"].to_string();
    let synced = world.json(&["sync-group", "--to", &revision, "--session", "b"]);
    assert_eq!(
        (&synced["changed"], &synced["behind"]),
        (&json!(["k"]), &json!(["a", "c"]))
    );
    let early = ["sync", "--to", "999999", "--wait", "1s", "--session", "b"];
    assert_eq!(code(&world, &early), Some(1));
    world.ok(&["group", "remove-peer", "c", "--session", "a"]);
    assert_eq!(code(&world, &["in-group", "--session", "c"]), Some(1));
    world.ok(&["group", "access", "open", "--session", "a"]);
    world.ok(&["join-group", "club", "--session", "c"]);
}

/// S0-11, S0-12, S0-32, S4-21: compare-and-set, files, standard input, expiry, removal, history.
#[test]
fn context_in_full() {
    let world = World::new();
    world.register("a");
    world.ok(&["join-group", "g", "--session", "a"]);
    std::fs::write(world.root.join("plan.json"), "{\"n\": 1}\n").expect("our own directory");
    world.ok(&[
        "share",
        "plan=@plan.json",
        "--if-version",
        "0",
        "--session",
        "a",
    ]);
    let stale = ["share", "plan=2", "--if-version", "0", "--session", "a"];
    assert_eq!(code(&world, &stale), Some(1));
    let mut piped = world
        .stoa(&["share", "plan=-", "--if-version", "1", "--session", "a"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    piped
        .stdin
        .take()
        .expect("piped")
        .write_all(b"two\nlines\n")
        .expect("it reads");
    assert!(piped.wait().expect("it ends").success());
    let history = world.json(&["context", "plan", "--history", "--session", "a"]);
    assert_eq!(
        (
            &history["history"][0]["value"],
            &history["current"]["value"]
        ),
        (&json!({"n": 1}), &json!("two\nlines"))
    );
    world.ok(&["share", "soon=1", "--expires", "1h", "--session", "a"]);
    let left = world.json(&["context", "soon", "--session", "a"])["expires_in_ms"].as_u64();
    assert!(
        left.is_some_and(|ms| ms > 3_500_000 && ms <= 3_600_000),
        "{left:?}"
    );
    world.ok(&["share", "--remove", "soon", "--session", "a"]);
    world.ok(&["unshare", "plan", "never-there", "--session", "a"]);
    assert_eq!(
        world.json(&["context", "--session", "a"])["context"],
        json!([])
    );
    assert_eq!(
        code(
            &world,
            &["share", "x=1", "--expires", "1", "--session", "a"]
        ),
        Some(2)
    );
}

/// C9: by force, with a reason; the holder is told, once, and fenced off.
#[test]
fn force_from_the_command_line() {
    let world = World::new();
    world.register("a");
    world.register("b");
    let first = world.json(&["claim", "task/T1", "--session", "a"]);
    let token = first["claims"][0]["token"].to_string();
    let without = ["claim", "task/T1", "--force", "--session", "b"];
    assert_eq!(code(&world, &without), Some(2));
    world.ok(&[
        "claim",
        "task/T1",
        "--force",
        "--reason",
        "a is stuck",
        "--session",
        "b",
    ]);
    let late = world.run(&["renew", "task/T1", "--token", &token, "--session", "a"]);
    assert_eq!(late.status.code(), Some(4));
    let told = String::from_utf8_lossy(&late.stderr).into_owned();
    assert!(
        told.contains("took your claim on task/T1 by force: a is stuck"),
        "{told}"
    );
    let again = world.run(&["whoami", "--session", "a"]);
    assert!(again.stderr.is_empty(), "told once");
    world.ok(&[
        "release",
        "task/T1",
        "--force",
        "--reason",
        "done",
        "--session",
        "a",
    ]);
    assert_eq!(world.json(&["claims"])["claims"], json!([]));
    let audit = std::fs::read_to_string(world.state().join("audit.jsonl")).expect("an audit");
    assert!(
        audit.contains("force-claim") && audit.contains("a is stuck"),
        "{audit}"
    );
}

/// S1-44, S2-6, S3-62: looking first, picking from a list, the line with its places.
#[test]
fn looking_picking_and_queueing() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.register(name);
    }
    for file in ["x.rs", "y.rs"] {
        std::fs::write(world.root.join(file), "").expect("our own directory");
    }
    assert_eq!(code(&world, &["claim", "--check", "x.rs"]), Some(0));
    let picked = world.json(&["claim", "--next", "*.rs", "--session", "a"]);
    assert_eq!(picked["claims"][0]["key"], "file/x.rs");
    let picked = world.json(&["claim", "--from", "x.rs", "y.rs", "--session", "b"]);
    assert_eq!(picked["claims"][0]["key"], "file/y.rs");
    let none = ["claim", "--next", "*.rs", "--session", "c"];
    assert_eq!(code(&world, &none), Some(1));
    let output = world.run(&["claim", "--check", "*.rs", "--session", "c", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let seen: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(seen["free"], false);
    assert_eq!(seen["conflicts"][0]["name"], "a");
    // Two in line, the second more urgent.
    let waiter = |name: &str, priority: &str| {
        world
            .stoa(&[
                "claim",
                "x.rs",
                "--wait",
                "50s",
                "--priority",
                priority,
                "--session",
                name,
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts")
    };
    let in_line = |count: usize| {
        while world.json(&["claims"])["claims"][0]["waiting"]
            .as_array()
            .map(Vec::len)
            != Some(count)
        {
            std::thread::yield_now();
        }
    };
    let usual = waiter("b", "0");
    in_line(1);
    let urgent = waiter("c", "9");
    in_line(2);
    let text = world.ok(&["claims"]);
    assert!(text.contains("waiting: 1. c, 2. b"), "{text}");
    world.ok(&["release", "x.rs", "--session", "a"]);
    let output = urgent.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("number 1 in line"), "{said}");
    world.ok(&["release", "x.rs", "--session", "c"]);
    assert!(usual.wait_with_output().expect("it ends").status.success());
    let mine = world.json(&["claims", "--mine", "--session", "b"]);
    assert_eq!(mine["claims"].as_array().map(Vec::len), Some(2));
}

/// C10: an operation id makes any command on the store safe to try again.
#[test]
fn every_command_can_be_retried() {
    let world = World::new();
    let pid = std::process::id().to_string();
    let register = ["register", "--name", "a", "--pid", &pid, "--op", "op-0"];
    let first = world.json(&register);
    assert_eq!(world.json(&register)["id"], first["id"]);
    let twice = |words: &[&str]| {
        let first = world.json(words);
        assert_eq!(world.json(words), first, "{words:?}");
        first
    };
    twice(&["join-group", "g", "--session", "a", "--op", "op-1"]);
    let shared = twice(&["share", "k=1", "--session", "a", "--op", "op-2"]);
    assert_eq!(shared["shared"][0]["version"], 1);
    twice(&["claim", "task/T1", "--session", "a", "--op", "op-3"]);
    twice(&["release", "task/T1", "--session", "a", "--op", "op-4"]);
    twice(&["state", "set", "n=1", "--session", "a", "--op", "op-5"]);
    twice(&["sync-group", "--session", "a", "--op", "op-6"]);
    let left = twice(&["leave-group", "--session", "a", "--op", "op-7"]);
    assert_eq!(left["group"], "g");
    // A pattern stands for other files by the time of the retry.
    let queue = world.root.join("q");
    std::fs::create_dir(&queue).expect("a directory");
    std::fs::write(queue.join("1"), "").expect("a file");
    let next = [
        "claim",
        "--next",
        "q/*",
        "--session",
        "a",
        "--op",
        "op-next",
    ];
    let first = world.json(&next);
    std::fs::write(queue.join("0"), "").expect("a file");
    assert_eq!(world.json(&next), first);
    std::fs::remove_dir_all(&queue).expect("our own directory");
    assert_eq!(world.json(&next), first);
    // One id is one command.
    assert_eq!(
        code(
            &world,
            &["claim", "task/T2", "--session", "a", "--op", "op-3"]
        ),
        Some(2)
    );
}
