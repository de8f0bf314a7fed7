//! Sessions, groups, context and claims from the command line: what is printed, what is refused,
//! and that it is the same for every process. The rules themselves are tested beside the code.

use serde_json::{Value, json};

use crate::support::World;

/// Registers sessions that live as long as this test; returns their ids.
fn register(world: &World, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| world.register(name)).collect()
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

/// S1-18 and S1-16: register prints who one is; names and numbers are unique among the living.
#[test]
fn registering_gives_a_card_and_refuses_a_taken_name() {
    let world = World::new();
    let pid = std::process::id().to_string();
    let card = world.json(&[
        "register",
        "--name",
        "Forge",
        "--number",
        "1",
        "--role",
        "builder",
        "--goal",
        "core services",
        "--pid",
        &pid,
    ]);
    assert_eq!(card["name"], "Forge");
    assert_eq!(card["number"], 1);
    assert_eq!(card["role"], "builder");
    for (flag, value) in [("--name", "Forge"), ("--number", "1")] {
        let (code, error) = world.fails(&["register", flag, value, "--pid", &pid]);
        assert_eq!(code, 1, "{error}");
        assert!(
            error["error"]["message"]
                .as_str()
                .expect("text")
                .contains("Forge")
        );
    }
    let me = world.json(&["whoami", "--session", "Forge"]);
    assert_eq!(me["id"], card["id"]);
    let by_number = world.json(&["whoami", "--session", "1"]);
    assert_eq!(by_number["id"], card["id"]);
}

/// S2-13: a heartbeat says what one is doing, and others see it.
#[test]
fn heartbeats_are_seen() {
    let world = World::new();
    register(&world, &["a"]);
    world.ok(&[
        "heartbeat",
        "parsing tabs",
        "--phase",
        "BUILD",
        "--progress",
        "40",
        "--session",
        "a",
    ]);
    let sessions = world.json(&["sessions"]);
    assert_eq!(sessions["sessions"][0]["working_on"], "parsing tabs");
    let (code, _) = world.fails(&["heartbeat", "x", "--progress", "140", "--session", "a"]);
    assert_eq!(code, 2);
}

/// S0-17, S0-18, S0-19, S0-20, S0-22: joining, the coordinator, peers on both sides, leaving.
#[test]
fn joining_and_leaving_keep_every_list_right() {
    let world = World::new();
    register(&world, &["a", "b", "c"]);
    let first = world.json(&["agent-join-group", "research-team", "--session", "a"]);
    assert_eq!(first["coordinator"], true);
    let second = world.json(&["ajoin", "research-team", "--session", "b"]);
    assert_eq!(second["coordinator"], false);
    assert_eq!(second["peers"], json!(["a"]));
    world.ok(&["join-group", "research-team", "--session", "c"]);
    let peers = world.json(&["apeers", "--session", "a"]);
    assert_eq!(names(&peers["peers"]), ["b", "c"]);
    assert_eq!(peers["is_coordinator"], true);

    let left = world.json(&["aleave", "--session", "a"]);
    assert_eq!(
        left["group"], "research-team",
        "the reply names the group left"
    );
    assert_eq!(
        left["coordinator"], "b",
        "the longest-standing member takes over"
    );
    let peers = world.json(&["peers", "--session", "c"]);
    assert_eq!(names(&peers["peers"]), ["b"]);
    let (code, _) = world.fails(&["peers", "--session", "a"]);
    assert_eq!(code, 1);
}

/// S0-27: the errors.
#[test]
fn wrong_moves_are_refused_with_the_right_code() {
    let world = World::new();
    // Two sessions of one process: who acts is not guessed.
    register(&world, &["a", "b"]);
    for (words, code) in [
        (&["leave-group", "--session", "a"][..], 1),
        (&["share", "k=v", "--session", "a"], 1),
        (&["context", "--session", "a"], 1),
        (&["peers", "--group", "nowhere"], 1),
        (&["share", "novalue", "--session", "a"], 2),
        (&["join-group", "--session", "a"], 2),
        (&["join-group", "g", "--session", "nobody"], 1),
        (&["join-group", "g"], 1),
    ] {
        let (got, error) = world.fails(words);
        assert_eq!(got, code, "{words:?}: {error}");
        assert!(error["error"]["message"].is_string(), "{error}");
    }
    world.ok(&["join-group", "g", "--session", "a"]);
    for group in ["g", "h"] {
        let (code, error) = world.fails(&["join-group", group, "--session", "a"]);
        assert_eq!(code, 1, "joining twice: {error}");
    }
}

/// S0-21, S0-25, S0-26, S0-32: values are JSON, seen by the group and by nobody else.
#[test]
fn context_is_shared_within_the_group_only() {
    let world = World::new();
    register(&world, &["a", "b", "x"]);
    for (session, group) in [("a", "one"), ("b", "one"), ("x", "two")] {
        world.ok(&["join-group", group, "--session", session]);
    }
    world.ok(&[
        "ashare",
        "finding=Pattern X discovered",
        r#"plan={"steps":[1,2]}"#,
        "ready=true",
        "--session",
        "a",
    ]);
    let entry = world.json(&["context", "plan", "--session", "b"]);
    assert_eq!(entry["value"], json!({"steps": [1, 2]}));
    assert_eq!(entry["author"], "a");
    assert_eq!(
        world.ok(&["context", "finding", "--session", "b"]),
        "Pattern X discovered\n"
    );
    let (code, _) = world.fails(&["context", "plan", "--session", "x"]);
    assert_eq!(code, 1);
    world.ok(&["share", "ready=false", "--session", "b"]);
    let entry = world.json(&["context", "ready", "--session", "a"]);
    assert_eq!(entry["version"], 2);
}

/// S0-23: the list of groups.
#[test]
fn groups_are_listed_with_sizes() {
    let world = World::new();
    register(&world, &["a", "b"]);
    world.ok(&["join-group", "g", "--session", "a"]);
    world.ok(&["join-group", "g", "--session", "b"]);
    world.ok(&["share", "k=1", "--session", "a"]);
    let groups = world.json(&["lsag"]);
    assert_eq!(groups["groups"][0]["members"], 2);
    assert_eq!(groups["groups"][0]["coordinator"], "a");
    assert_eq!(groups["groups"][0]["context_entries"], 1);
}

/// S1-1, S1-2, S1-31: one holder; the refusal names it; the token grows with every grant.
#[test]
fn a_claim_has_one_holder_and_a_growing_token() {
    let world = World::new();
    register(&world, &["a", "b"]);
    let first = world.json(&["claim", "task/T1", "--session", "a", "--reason", "mine"]);
    let token = first["claims"][0]["token"].as_u64().expect("a token");
    assert_eq!(first["claims"][0]["key"], "task/T1");
    assert!(first["claims"][0]["expires_in"].as_u64().expect("seconds") > 3_500);
    let (code, error) = world.fails(&["claim", "task/T1", "--session", "b"]);
    assert_eq!(code, 1);
    assert_eq!(error["error"]["kind"], "held");
    assert_eq!(error["error"]["holder"]["name"], "a");
    assert!(
        error["error"]["hint"]
            .as_str()
            .expect("a hint")
            .contains("--wait")
    );
    world.ok(&["release", "task/T1", "--session", "a"]);
    world.ok(&["release", "task/T1", "--session", "a"]);
    let second = world.json(&["claim", "task/T1", "--session", "b"]);
    assert!(second["claims"][0]["token"].as_u64().expect("a token") > token);
}

/// C1: a set is granted whole or not at all; patterns overlap both ways.
#[test]
fn sets_and_patterns() {
    let world = World::new();
    register(&world, &["a", "b"]);
    world.ok(&["claim", "src/**", "--session", "a"]);
    for taken in ["src/main.rs", "src/deep/x.rs", "**/*.rs", "./src/../src/y"] {
        let (code, error) = world.fails(&["claim", taken, "docs/free.md", "--session", "b"]);
        assert_eq!(code, 1, "{taken}: {error}");
    }
    let claims = world.json(&["claims"]);
    assert_eq!(claims["claims"].as_array().expect("a list").len(), 1);
    world.ok(&["claim", "docs/free.md", "--session", "b"]);
}

/// A file that comes into being is what its name was claimed as before.
#[test]
fn what_a_word_was_claimed_as_stays() {
    let world = World::new();
    let ids = register(&world, &["Ann", "Ben"]);
    let (ann, ben) = (ids[0].as_str(), ids[1].as_str());
    let text = world.ok(&["claim", "Makefile", "--session", ann]);
    assert!(text.contains("task/Makefile"), "{text}");
    std::fs::write(world.root.join("Makefile"), "all:\n").expect("a file");
    let (code, error) = world.fails(&["claim", "Makefile", "--session", ben]);
    assert_eq!(code, 1, "{error}");
    // Who means the file has to say so, and takes nothing from the word.
    world.ok(&["claim", "./Makefile", "--session", ben]);
    world.ok(&["renew", "Makefile", "--session", ann]);
    world.ok(&["release", "./Makefile", "--session", ben]);
    let text = world.ok(&["release", "Makefile", "--session", ann]);
    assert!(text.contains("released task/Makefile"), "{text}");
    // Nobody holds it any more: now it is a file.
    let text = world.ok(&["claim", "Makefile", "--session", ben]);
    assert!(text.contains("file/Makefile"), "{text}");
    std::fs::remove_file(world.root.join("Makefile")).expect("a file");
    let (code, error) = world.fails(&["claim", "Makefile", "--session", ann]);
    assert_eq!(code, 1, "{error}");
    assert!(
        error["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("Ben"))
    );
}

/// A directory that is made or removed is what its name was claimed as before, for every command.
#[test]
fn what_a_directory_was_claimed_as_stays() {
    let world = World::new();
    let ids = register(&world, &["Ann", "Ben"]);
    let (ann, ben) = (ids[0].as_str(), ids[1].as_str());
    let at = |path: &str| world.root.join(path);
    std::fs::create_dir_all(at("src/old")).expect("a directory");
    world.ok(&["claim", "src/fresh", "src/old", "--session", ann]);
    std::fs::create_dir(at("src/fresh")).expect("a directory");
    std::fs::remove_dir(at("src/old")).expect("no directory");
    for (word, key) in [
        ("src/fresh", "file/src/fresh"),
        ("src/old", "file/src/old/**"),
    ] {
        let (code, error) = world.fails(&["claim", word, "--session", ben]);
        assert_eq!(code, 1, "{error}");
        let text = world.ok(&["renew", word, "--session", ann]);
        assert!(text.contains(&format!("{key} for")), "{text}");
        let again = world.json(&["claim", word, "--session", ann]);
        assert_eq!(again["claims"][0]["key"], key);
        let check = world.json(&["claim", word, "--check", "--session", ann]);
        assert_eq!(check["keys"], json!([key]));
    }
    let text = world.ok(&["release", "src/fresh", "--session", ann]);
    assert_eq!(text.trim_end(), "released file/src/fresh");
    let force = [
        "release",
        "src/old",
        "--force",
        "--reason",
        "it is gone",
        "--session",
        ben,
    ];
    assert_eq!(world.ok(&force).trim_end(), "released file/src/old/**");
    assert_eq!(world.json(&["claims"])["claims"], json!([]));
    // Nobody holds them any more: now they are what they are.
    let text = world.ok(&["claim", "src/fresh", "src/old", "--session", ann]);
    assert!(
        text.contains("file/src/fresh/** ") && text.contains("file/src/old "),
        "{text}"
    );
}

/// A slash at the end claims a directory before it is there.
#[test]
fn a_directory_is_claimed_before_it_is_made() {
    let world = World::new();
    let ids = register(&world, &["Ann", "Ben"]);
    let (ann, ben) = (ids[0].as_str(), ids[1].as_str());
    world.ok(&["claim", "src/new/", "--session", ann]);
    std::fs::create_dir_all(world.root.join("src/new")).expect("a directory");
    let (code, error) = world.fails(&["claim", "src/new/x.rs", "--session", ben]);
    assert_eq!(code, 1, "{error}");
    let text = world.ok(&["release", "src/new", "--session", ann]);
    assert_eq!(text.trim_end(), "released file/src/new/**");
}

#[test]
fn a_file_is_one_claim_in_all_worktrees() {
    let world = World::new();
    let ids = register(&world, &["Ann", "Ben"]);
    world.git(&["init", "-q"]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    world.git(&["worktree", "add", "-q", "../beside"]);
    world.git(&["worktree", "add", "-q", ".trees/below"]);
    world.ok(&["claim", "src/main.rs", "--session", &ids[0]]);
    for tree in ["../beside", ".trees/below"] {
        let output = world
            .stoa(&["claim", "src/main.rs", "--session", &ids[1]])
            .current_dir(world.root.join(tree))
            .output()
            .expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            error.contains("file/src/main.rs") && error.contains("Ann"),
            "{tree}: {error}"
        );
    }
    let (_, error) = world.fails(&["claim", ".trees/below/src/main.rs", "--session", &ids[1]]);
    assert!(
        error["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("Ann"))
    );
}

/// S3-60: shared claims live together and keep an exclusive one out.
#[test]
fn shared_claims() {
    let world = World::new();
    register(&world, &["a", "b", "c"]);
    world.ok(&["claim", "doc/plan", "--shared", "--session", "a"]);
    world.ok(&["claim", "doc/plan", "--shared", "--session", "b"]);
    let (code, _) = world.fails(&["claim", "doc/plan", "--session", "c"]);
    assert_eq!(code, 1);
}

/// C3: a stale token is fenced, exit code 4.
#[test]
fn a_stale_token_is_fenced() {
    let world = World::new();
    register(&world, &["a"]);
    let first = world.json(&["claim", "task/x", "--session", "a"]);
    let token = first["claims"][0]["token"].to_string();
    world.ok(&["renew", "task/x", "--token", &token, "--session", "a"]);
    world.ok(&["release", "task/x", "--session", "a"]);
    world.ok(&["claim", "task/x", "--session", "a"]);
    let (code, error) = world.fails(&["renew", "task/x", "--token", &token, "--session", "a"]);
    assert_eq!(code, 4, "{error}");
}

/// C8, S3-5, S3-61, S4-19: waiting in line ends with the claim as soon as it is free.
#[test]
fn waiting_gets_the_claim_when_it_is_released() {
    let world = World::new();
    register(&world, &["a", "b"]);
    world.ok(&["claim", "task/x", "--session", "a"]);
    let waiter = world
        .stoa(&[
            "claim",
            "task/x",
            "--wait",
            "50s",
            "--session",
            "b",
            "--json",
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    // In line as soon as the claim shows it.
    while world.json(&["claims"])["claims"][0]["waiting"] == json!([]) {
        std::thread::yield_now();
    }
    world.ok(&["release", "task/x", "--session", "a"]);
    let output = waiter.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let granted: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(granted["claims"][0]["key"], "task/x");
}

/// C8: who is suspended in line holds up nobody behind it, and goes on in its place.
#[test]
fn a_suspended_waiter_is_passed_over() {
    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
    let world = World::new();
    register(&world, &["a", "b", "c"]);
    world.ok(&["claim", "task/x", "--session", "a"]);
    let in_line = |session: &str, places: usize| {
        let words = ["claim", "task/x", "--wait", "50s", "--session", session];
        let waiter = (world.stoa(&words))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        let waiting = || world.json(&["claims"])["claims"][0]["waiting"].clone();
        while waiting().as_array().map_or(0, Vec::len) < places {
            std::thread::yield_now();
        }
        waiter
    };
    let (mut first, mut second) = (in_line("b", 1), in_line("c", 2));
    let pid = Pid::from_child(&first);
    kill_process(pid, Signal::STOP).expect("our own child");
    // The kernel tells when it has stopped.
    waitpid(Some(pid), WaitOptions::UNTRACED).expect("our own child");
    world.ok(&["release", "task/x", "--session", "a"]);
    assert!(second.wait().expect("it ends").success());
    kill_process(pid, Signal::CONT).expect("our own child");
    world.ok(&["release", "task/x", "--session", "c"]);
    assert!(first.wait().expect("it ends").success());
}

/// C4: what a dead process held is free at once.
#[test]
fn a_dead_holder_frees_its_claims() {
    let world = World::new();
    register(&world, &["b"]);
    let mut holder = std::process::Command::new("sleep")
        .arg("1000")
        .spawn()
        .expect("sleep");
    let pid = holder.id().to_string();
    world.ok(&["register", "--name", "gone", "--pid", &pid]);
    world.ok(&["claim", "task/x", "--session", "gone"]);
    let (code, _) = world.fails(&["claim", "task/x", "--session", "b"]);
    assert_eq!(code, 1);
    holder.kill().expect("it runs");
    holder.wait().expect("it ended");
    world.ok(&["claim", "task/x", "--session", "b"]);
}

/// S1-45: sixteen processes at the same instant, one winner, in every round.
#[test]
fn sixteen_processes_claim_one_thing() {
    let world = World::new();
    let names: Vec<String> = (0..16).map(|n| format!("s{n}")).collect();
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    register(&world, &list);
    let mut last = 0;
    for _ in 0..5 {
        let racers: Vec<_> = list
            .iter()
            .map(|name| {
                let child = world
                    .stoa(&["claim", "task/one", "--session", name, "--json"])
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::null())
                    .spawn()
                    .expect("it starts");
                (*name, child)
            })
            .collect();
        let mut winners = Vec::new();
        for (name, child) in racers {
            let output = child.wait_with_output().expect("it ends");
            if output.status.success() {
                let granted: Value = serde_json::from_slice(&output.stdout).expect("JSON");
                winners.push((
                    name,
                    granted["claims"][0]["token"].as_u64().expect("a token"),
                ));
            } else {
                assert_eq!(output.status.code(), Some(1));
            }
        }
        let [(winner, token)] = winners.as_slice() else {
            panic!("winners: {winners:?}");
        };
        assert!(*token > last, "tokens only grow");
        last = *token;
        world.ok(&["release", "task/one", "--session", winner]);
    }
}

/// S1-18: ten registrations at once get ten numbers.
#[test]
fn numbers_are_unique_under_a_race() {
    let world = World::new();
    let pid = std::process::id().to_string();
    let racers: Vec<_> = (0..10)
        .map(|_| {
            world
                .stoa(&["register", "--pid", &pid, "--json"])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .expect("it starts")
        })
        .collect();
    let mut numbers: Vec<u64> = racers
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().expect("it ends");
            let card: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            card["number"].as_u64().expect("a number")
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 10);
}

/// S2-22, S1-13: readable files follow every change.
#[test]
fn readable_files_are_current() {
    let world = World::new();
    register(&world, &["Forge"]);
    world.ok(&["join-group", "g", "--session", "Forge"]);
    world.ok(&["claim", "src/a.rs", "--session", "Forge"]);
    let board = std::fs::read_to_string(world.state().join("STATUS_BOARD.md")).expect("a board");
    for text in ["Forge", "file/src/a.rs", "g"] {
        assert!(board.contains(text), "{text} is not on the board:\n{board}");
    }
    let audit = std::fs::read_to_string(world.state().join("audit.jsonl")).expect("an audit");
    assert!(
        audit
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
    world.ok(&["release", "--all", "--session", "Forge"]);
    let board = std::fs::read_to_string(world.state().join("STATUS_BOARD.md")).expect("a board");
    assert!(!board.contains("file/src/a.rs"), "{board}");
}
