//! What the older tools for issues, agents and boards did besides their main ways, each in our words:
//! looking things up, rebuilding indexes, the layout on disk, views of one agent.

use serde_json::{Value, json};

use crate::support::World;

fn names(world: &World, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(world.state().join(folder)).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("listed")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// S2-19, S2-22: the board is written when asked for, also after somebody has removed it.
#[test]
fn the_board_is_written_when_asked_for() {
    let world = World::new();
    world.register("Forge");
    world.ok(&[
        "session-claim",
        "droplet",
        "church-guidance",
        "4",
        "--session",
        "Forge",
    ]);
    let board = world.state().join("STATUS_BOARD.md");
    std::fs::remove_file(&board).expect("it was there");
    let said = world.ok(&["update-status-board"]);
    assert!(said.contains("STATUS_BOARD.md"), "{said}");
    let text = std::fs::read_to_string(&board).expect("it is there again");
    for part in ["Forge", "droplet/church-guidance"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// S2-23: the protocol is a document one can print and read, with a place for each of its rules. (The quick
/// start is the README's first tour, which is typed in `readme`.)
#[test]
fn the_documents_tell_what_works() {
    let world = World::new();
    let guide = world.ok(&["guide"]);
    for rule in [
        "stoa register",
        "Look before you claim",
        "Before you change a file, claim it",
        "stoa heartbeat",
        "stoa inbox",
        "release early",
        "say when you are done",
    ] {
        assert!(guide.contains(rule), "{rule}: {guide}");
    }
    assert!(!world.state().exists(), "reading it makes nothing");
}

/// S3-14, S3-16: many who change things at once lose nothing of each other's, and everything is found
/// by its id afterwards.
#[test]
fn changes_at_once_are_all_there_and_found_by_id() {
    let world = World::new();
    world.register("Forge");
    let report = |n: usize| {
        let id = format!("issue_{n:03}");
        let words = ["issue", "new", &id, "--id", &id, "--session", "Forge"];
        world.stoa(&words).spawn().expect("it runs")
    };
    let mut children: Vec<_> = (0..12).map(report).collect();
    for child in &mut children {
        assert!(child.wait().expect("it ends").success());
    }
    let listed = world.json(&["issue", "list"]);
    assert_eq!(listed["issues"].as_array().map(Vec::len), Some(12));
    for n in 0..12 {
        let id = format!("issue_{n:03}");
        assert_eq!(world.json(&["issue", "show", &id])["issue"]["title"], id);
    }
    let (code, error) = world.fails(&["issue", "show", "issue_999"]);
    assert_eq!((code, &error["error"]["kind"]), (1, &json!("not-found")));
    world.json(&[
        "fix",
        "propose",
        "--fix",
        "fix_011",
        "--issue",
        "issue_003",
        "--title",
        "t",
        "--session",
        "Forge",
    ]);
    assert_eq!(
        world.json(&["fix", "show", "fix_011"])["fix"]["issue"],
        "issue_003"
    );
    assert_eq!(world.fails(&["fix", "show", "fix_999"]).0, 1);
}

/// S3-20, S3-48, S3-49: who holds a thing, since when and until when; heartbeats; and what one agent has
/// in hand.
#[test]
fn locks_heartbeats_and_tasks_of_an_agent_are_seen() {
    let world = World::new();
    world.register("claude_code");
    world.json(&[
        "issue",
        "new",
        "Tabs",
        "--id",
        "issue_007",
        "--session",
        "claude_code",
    ]);
    world.json(&[
        "claim-issue",
        "--agent",
        "claude_code",
        "--issue",
        "issue_007",
    ]);
    world.json(&[
        "task",
        "claim",
        "T9",
        "look into it",
        "--session",
        "claude_code",
    ]);
    world.ok(&[
        "heartbeat",
        "--working-on",
        "tabs",
        "--session",
        "claude_code",
    ]);
    let lock = std::fs::read_to_string(world.state().join("claims/issue/issue_007.json"));
    let lock: Value = serde_json::from_str(&lock.expect("a lock record")).expect("JSON");
    let grant = &lock["grants"][0];
    assert!(
        grant["holder"].is_string() && grant["at"].is_string(),
        "{lock}"
    );
    assert!(grant["lease"]["expires_ms"].is_u64(), "{lock}");
    let claims = world.json(&["claims"])["claims"].clone();
    assert_eq!(claims[0]["holder_name"], "claude_code");
    assert!(
        claims[0]["expires_in_ms"].as_u64() > Some(3_000_000),
        "{claims}"
    );
    let beats = world.json(&["activity", "claude_code"])["activity"].clone();
    assert_eq!(beats[0]["working_on"], "tabs");
    let mine = world.json(&["my-tasks", "--agent", "claude_code"]);
    assert_eq!(mine["issues"][0]["id"], "issue_007");
    assert!(mine["claims"].to_string().contains("task/T9"), "{mine}");
}

/// S3-50: issues by severity, fixes by state, indexes, forms, claims, sessions and the trail have their places.
#[test]
fn the_layout_is_what_it_was() {
    let world = World::new();
    world.register("Forge");
    world.register("Other");
    for (severity, id) in [("critical", "issue_1"), ("high", "issue_2")] {
        world.json(&[
            "issue",
            "new",
            id,
            "--id",
            id,
            "--severity",
            severity,
            "--session",
            "Forge",
        ]);
        world.json(&[
            "fix",
            "propose",
            "--issue",
            id,
            "--title",
            "t",
            "--session",
            "Forge",
        ]);
    }
    world.json(&["fix", "apply", "FIX-1", "--session", "Other"]);
    assert_eq!(names(&world, "issues/critical"), ["issue_1.json"]);
    assert_eq!(names(&world, "issues/high"), ["issue_2.json"]);
    assert_eq!(names(&world, "fixes/applied"), ["FIX-1.json"]);
    assert_eq!(names(&world, "fixes/proposed"), ["FIX-2.json"]);
    assert!(names(&world, "fixes/templates").contains(&"fix.md".to_owned()));
    for file in [
        "issues/index.json",
        "fixes/index.json",
        "audit.jsonl",
        "STATUS_BOARD.md",
    ] {
        assert!(world.state().join(file).is_file(), "{file}");
    }
    assert_eq!(names(&world, "sessions").len(), 2);
}

/// S4-31: each component has a command line of its own and can be tried out alone: discovery, distribution,
/// and the six steps of the state: write, read, read all, metadata, who is active, clear.
#[test]
fn every_component_can_be_tried_alone() {
    let world = World::new();
    assert_eq!(world.run(&["can-coordinate"]).status.code(), Some(1));
    world.register("planner");
    world.register("executor");
    world.json(&["can-coordinate"]);
    let found = world.json(&["discover"]);
    assert!(found.to_string().contains("executor"), "{found}");
    world.json(&[
        "task",
        "add",
        "Build it",
        "--id",
        "T",
        "--session",
        "planner",
    ]);
    world.json(&[
        "task",
        "split",
        "T",
        "--into",
        "one",
        "--into",
        "two",
        "--session",
        "planner",
    ]);
    let parts = world.json(&["task", "show", "T"])["parts"].clone();
    assert_eq!(parts.as_array().map(Vec::len), Some(2), "{parts}");
    world.json(&["state", "set", "loop=12", "--session", "executor"]);
    let state = world.json(&["state", "get", "executor"]);
    assert!(state.to_string().contains("\"loop\":12"), "{state}");
    let all = world.json(&["state", "list"]).to_string();
    assert!(all.contains("executor") && all.contains("version"), "{all}");
    world.json(&["state", "clear", "--session", "executor"]);
    let all = world.json(&["state", "list"]).to_string();
    assert!(!all.contains("\"loop\""), "{all}");
}

/// S4-33: of what was only planned: work goes to who can do it, with the reasons; it is measured; and the
/// trail tells again what happened, in order. (A web board, hooks and several machines are other features'.)
#[test]
fn what_was_only_planned_is_there() {
    let world = World::new();
    let pid = std::process::id().to_string();
    world.json(&[
        "register", "--name", "Rusty", "--role", "rust", "--pid", &pid,
    ]);
    world.json(&[
        "task",
        "add",
        "Port the parser to rust",
        "--id",
        "T",
        "--session",
        "Rusty",
    ]);
    let assigned = world.json(&["task", "assign", "T", "--session", "Rusty"]);
    assert!(assigned.to_string().contains("Rusty"), "{assigned}");
    world.json(&["task", "claim", "T", "--session", "Rusty"]);
    world.json(&["task", "complete", "T", "done", "--session", "Rusty"]);
    let metrics = world.json(&["metrics"]);
    assert_eq!(metrics["velocity"]["tasks_completed"], 1);
    assert_eq!(metrics["sessions"][0]["name"], "Rusty");
    let trail = std::fs::read_to_string(world.state().join("audit.jsonl")).expect("the trail");
    let told: Vec<Value> = trail
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    let actions: Vec<&str> = told
        .iter()
        .filter_map(|line| line["action"].as_str())
        .collect();
    let expected = [
        "register",
        "task-add",
        "task-assign",
        "task-claim",
        "task-complete",
    ];
    assert_eq!(actions, expected);
    assert!(
        told.windows(2)
            .all(|pair| pair[0]["revision"].as_u64() < pair[1]["revision"].as_u64())
    );
}

/// S1-37, S3-59: nothing measured is an answer, not a failure; and one session is measured alone.
#[test]
fn metrics_of_nothing_and_of_one() {
    let world = World::new();
    assert_eq!(world.json(&["metrics"])["empty"], true);
    assert!(world.ok(&["metrics"]).contains("nothing to measure yet"));
    assert!(!world.state().exists(), "measuring makes nothing");
    world.register("Forge");
    world.register("Architect");
    world.json(&["claim", "src/a.rs", "--session", "Forge"]);
    world.fails(&["claim", "src/a.rs", "--session", "Architect"]);
    let made = world.json(&["metrics", "--by", "Architect", "--since", "1h"]);
    assert_eq!(made["contention"]["refused"], 1);
    assert_eq!(made["sessions"].as_array().map(Vec::len), Some(1));
    let text = world.ok(&["metrics"]);
    for part in ["VELOCITY", "TIMES", "CONTENTION", "file/src/a.rs", "Forge"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(
        world.run(&["metrics", "--since", "soon"]).status.code(),
        Some(2)
    );
    // Who has never been here is not somebody who did nothing.
    let (code, error) = world.fails(&["metrics", "--by", "Nobody"]);
    assert_eq!(code, 1, "{error}");
    assert!(error.to_string().contains("there is no session"), "{error}");
    let made = world.json(&["metrics", "--by", "Forge", "--since", "2999-01-01"]);
    assert_eq!(made["empty"], true);
}
