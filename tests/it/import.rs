//! Taking over what older tools left: each layout as its description has it, under `fixtures/`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::World;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/fixtures")
        .join(name)
}

/// Imports a fixture whole; the counts by kind: imported, already here, refused.
fn import(world: &World, name: &str) -> Value {
    let path = fixture(name);
    world.json(&["import", path.to_str().expect("UTF-8")])
}

fn counts(outcome: &Value, kind: &str) -> (u64, u64, u64) {
    let counts = &outcome["kinds"][kind];
    let of = |field: &str| counts[field].as_u64().expect("a count");
    (of("imported"), of("already"), of("refused"))
}

/// A second run takes nothing over, writes nothing, and the doctor finds all as it should be.
fn again(world: &World, name: &str) {
    let before = world.json(&["--once"])["revision"].clone();
    let outcome = import(world, name);
    for (kind, counts) in outcome["kinds"].as_object().expect("kinds") {
        assert_eq!(counts["imported"], 0, "{kind}");
        assert!(counts["already"].as_u64() > Some(0), "{kind}");
    }
    assert_eq!(world.json(&["--once"])["revision"], before);
    let health = world.json(&["doctor", "--verify"]);
    let text = health.to_string();
    assert!(text.contains("all imported"), "{text}");
    assert_eq!(health["healthy"], true, "{text}");
}

/// S3-40, S1-13, S1-14, S1-28: one JSON file for each task, the registry, the heartbeats. Ids, times, durations and
/// claimers stay; what was in hand is free, with the attempt counted; times without a zone are UTC.
#[test]
fn task_files_come_in() {
    let world = World::new();
    let outcome = import(&world, "tasks");
    assert_eq!(counts(&outcome, "tasks"), (3, 0, 0));
    assert_eq!(counts(&outcome, "sessions"), (2, 0, 0));
    let notes = outcome["notes"].to_string();
    assert!(notes.contains("taken as UTC: 1"), "{notes}");
    let task = |id: &str| world.json(&["task", "show", id]);
    let done = task("TEST1");
    assert_eq!(done["status"], "completed");
    assert_eq!(done["duration_seconds"], 21);
    assert_eq!(done["completed_at"], "2025-11-17T08:04:55Z");
    assert_eq!(done["claimed_by"]["pid"], 48574);
    assert_eq!(done["claimed_by"]["session_number"], 2);
    let free = task("TASK2");
    assert_eq!(
        (&free["status"], &free["attempts"]),
        (&json!("pending"), &json!(1))
    );
    let waits = task("TASK3");
    assert_eq!(waits["status"], "blocked");
    assert_eq!(waits["blocked_by"], json!(["TASK2"]));
    assert_eq!(waits["created_at"], "2025-11-17T08:00:00Z");
    // The files of the store show them as they were shown before.
    let shown = std::fs::read_to_string(world.state().join("tasks/TEST1.json")).expect("a file");
    assert!(shown.contains("Fixed all coordination issues"), "{shown}");
    // Nobody of them works here.
    assert_eq!(world.json(&["sessions"])["sessions"], json!([]));
    again(&world, "tasks");
    // And the work goes on.
    world.register("Forge");
    world.json(&["task", "claim", "TASK2", "--session", "Forge"]);
    world.json(&["task", "complete", "TASK2", "--session", "Forge"]);
    assert_eq!(task("TASK3")["status"], "pending");
}

/// S3-40, S2-20, S2-38: sessions, heartbeats, claims, broadcast and direct messages. A claim is granted only to a
/// living session of its owner's name; messages lie before nobody.
#[test]
fn a_directory_of_sessions_comes_in() {
    let world = World::new();
    world.register("session-1763229300");
    let outcome = import(&world, "sessions");
    assert_eq!(counts(&outcome, "sessions"), (2, 0, 0));
    assert_eq!(counts(&outcome, "claims"), (2, 0, 0));
    assert_eq!(counts(&outcome, "messages"), (2, 0, 0));
    let notes = outcome["notes"].to_string();
    assert!(
        notes.contains("their owner's name lives here: 1"),
        "{notes}"
    );
    let claims = world.json(&["claims"])["claims"].clone();
    assert_eq!(claims.as_array().map(Vec::len), Some(1), "{claims}");
    assert_eq!(claims[0]["key"], "droplet/email-automation");
    let inbox = world.json(&["inbox", "--session", "session-1763229300"]);
    assert_eq!(inbox["counts"]["unread"], json!(null));
    assert!(!inbox.to_string().contains("SPECS complete"), "{inbox}");
    let board = std::fs::read_to_string(world.state().join("messages/broadcast.jsonl"));
    assert!(
        board
            .expect("a file")
            .contains("my-droplet ready for BUILD")
    );
    // Who wrote to whom, and when, is part of the past that counts.
    let metrics = world.json(&["metrics"]);
    assert_eq!(metrics["since"], "2025-11-15T17:55:00Z");
    assert_eq!(metrics["messages"].as_array().map(Vec::len), Some(2));
    again(&world, "sessions");
}

/// What is not followed or read is told, not passed over in silence.
#[test]
fn links_and_pipes_are_told_of() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::os::unix::fs::symlink;
    let world = World::new();
    let old = world.root.join("old");
    let tasks = old.join("tasks");
    std::fs::create_dir_all(&tasks).expect("our own directory");
    let from = fixture("tasks/tasks/task_TEST1.json");
    std::fs::copy(&from, tasks.join("task_TEST1.json")).expect("a fixture");
    symlink(&from, tasks.join("task_LINK.json")).expect("our own directory");
    symlink(&from, old.join("README.md")).expect("our own directory");
    symlink(&tasks, old.join("issues")).expect("our own directory");
    let pipe = tasks.join("task_PIPE.json");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
    let output = world.run(&["import", "old", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let outcome: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(counts(&outcome, "tasks"), (1, 0, 2));
    assert_eq!(counts(&outcome, "issues"), (0, 0, 1));
    let refused = outcome["refused"].as_array().expect("a list");
    let why = |file: &str| {
        let found = refused.iter().find(|refused| refused["file"] == file);
        found.expect(file)["why"].as_str().expect("text").to_owned()
    };
    assert_eq!(refused.len(), 3, "{refused:?}");
    assert!(why("tasks/task_LINK.json").contains("not followed"));
    assert!(why("tasks/task_PIPE.json").contains("not a regular file"));
    assert!(why("issues").contains("not followed"));
}

/// S3-40, S3-50, S3-33, S3-46: issues by severity, fixes by state, indexes, agents, locks and the trail.
#[test]
fn issues_and_fixes_come_in() {
    let world = World::new();
    let outcome = import(&world, "issues");
    assert_eq!(counts(&outcome, "issues"), (3, 0, 0));
    assert_eq!(counts(&outcome, "fixes"), (2, 0, 0));
    assert_eq!(counts(&outcome, "sessions"), (3, 0, 0));
    assert_eq!(counts(&outcome, "claims"), (1, 0, 0));
    assert_eq!(counts(&outcome, "audit"), (4, 0, 0));
    let notes = outcome["notes"].to_string();
    assert!(
        notes.contains("lists what no file has: issue_404"),
        "{notes}"
    );
    let issue = |id: &str| world.json(&["issue", "show", id])["issue"].clone();
    let solved = issue("issue_007");
    assert_eq!(solved["status"], "resolved");
    assert_eq!(solved["resolution"]["resolved_by"]["name"], "openai_codex");
    assert_eq!(solved["resolution"]["fix"], "fix_011");
    assert_eq!(solved["created"], "2025-11-06T15:00:00Z");
    // The folder tells the severity where the file does not.
    let waits = issue("issue_008");
    assert_eq!(
        (&waits["severity"], &waits["status"]),
        (&json!("critical"), &json!("review"))
    );
    let freed = issue("issue_009");
    assert_eq!(
        (&freed["status"], &freed["attempts"]),
        (&json!("new"), &json!(1))
    );
    let fix = world.json(&["fix", "show", "fix_012"])["fix"].clone();
    assert_eq!(
        fix["test_results"]["nodes_tested"],
        json!(["HTTP Request", "Slack"])
    );
    assert_eq!(fix["implementer"]["name"], "gemini_cli");
    // What they did counts, under our words for it.
    let metrics = world.json(&["metrics", "--by", "claude_code"]);
    assert_eq!(metrics["sessions"][0]["claims"], 1);
    assert_eq!(metrics["sessions"][0]["fixes_proposed"], 1);
    let metrics = world.json(&["metrics"]);
    assert_eq!(metrics["times"]["issue_to_resolve"]["median"], 3600);
    assert_eq!(metrics["contention"]["refused"], 1);
    assert_eq!(metrics["reviews"][0]["reviewer"], "openai_codex");
    again(&world, "issues");
    // A fix that came in is judged as any other.
    world.register("Forge");
    world.json(&["fix", "apply", "fix_012", "--session", "Forge"]);
    assert_eq!(issue("issue_008")["status"], "resolved");
}

/// S3-40, S4-1, S4-2, S4-3, S4-16, S4-23: the registry, events, chat and states in YAML, the tasks in Markdown.
#[test]
fn agents_and_their_tasks_come_in() {
    let world = World::new();
    let outcome = import(&world, "agents");
    assert_eq!(counts(&outcome, "sessions"), (2, 0, 0));
    assert_eq!(counts(&outcome, "audit"), (2, 0, 0));
    assert_eq!(counts(&outcome, "messages"), (2, 0, 0));
    assert_eq!(counts(&outcome, "states"), (1, 0, 0));
    assert_eq!(counts(&outcome, "tasks"), (2, 0, 0));
    let task = world.json(&["task", "show", "TASK-1769916007"]);
    assert_eq!(
        task["description"],
        "Implement Feature F-001 (Multi-Agent Coordination System)"
    );
    assert_eq!(
        (&task["type"], &task["priority"], &task["estimate_minutes"]),
        (&json!("implement"), &json!("high"), &json!(180))
    );
    let audit = world.json(&["audit", "--by", "executor"]);
    let actions: Vec<&Value> = audit["entries"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| &entry["action"])
        .collect();
    assert_eq!(actions, ["task-start", "task-complete"]);
    assert_eq!(audit["entries"][0]["timestamp"], "2026-02-01T10:52:00Z");
    again(&world, "agents");
}

/// S3-41: what is wrong is refused by file and field with exit code 1, the rest comes in, and once it is
/// mended so does it. A dry run changes nothing.
#[test]
fn what_is_wrong_is_refused_and_mended() {
    let world = World::new();
    let old = world.root.join("old");
    let write = |name: &str, text: &str| {
        let path = old.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("ours");
        std::fs::write(path, text).expect("ours");
    };
    write(
        "tasks/task_A.json",
        r#"{"task_id": "A", "description": "good"}"#,
    );
    write(
        "tasks/task_B.json",
        r#"{"task_id": "B", "status": "pending"}"#,
    );
    write("tasks/task_C.json", "{ half");
    write(
        "fixes/proposed/f.json",
        r#"{"fix_id": "F", "issue_id": "none", "title": "t"}"#,
    );
    let run = |more: &[&str]| {
        let args = [&["import", "old", "--json"], more].concat();
        let output = world.run(&args);
        let data: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), data)
    };
    let (code, tried) = run(&["--dry-run"]);
    assert!(!world.root.join(".stoa").exists(), "it makes nothing");
    assert_eq!(code, Some(1));
    assert_eq!(counts(&tried, "tasks"), (1, 0, 2));
    assert_eq!(world.json(&["task", "list"])["tasks"], json!([]));
    let (code, outcome) = run(&[]);
    assert_eq!(code, Some(1));
    assert_eq!(outcome["kinds"], tried["kinds"]);
    let told: Vec<String> = outcome["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|refused| format!("{} {}", refused["file"], refused["field"]))
        .collect();
    assert_eq!(
        told,
        [
            "\"tasks/task_B.json\" \"description\"",
            "\"tasks/task_C.json\" null",
            "\"fixes/proposed/f.json\" null",
        ]
    );
    let health = world.json(&["doctor", "--verify"]).to_string();
    assert!(health.contains("not imported: "), "{health}");
    write(
        "tasks/task_B.json",
        r#"{"task_id": "B", "description": "mended"}"#,
    );
    std::fs::remove_file(old.join("tasks/task_C.json")).expect("ours");
    let (code, outcome) = run(&["--from", "tasks"]);
    assert_eq!((code, counts(&outcome, "tasks")), (Some(0), (1, 1, 0)));
    // What changes afterwards is seen, and what is here stays.
    write(
        "tasks/task_A.json",
        r#"{"task_id": "A", "description": "other"}"#,
    );
    let health = world.json(&["doctor", "--verify"]).to_string();
    assert!(
        health.contains("changed since they were imported: tasks/task_A.json"),
        "{health}"
    );
    let (_, outcome) = run(&["--from", "tasks"]);
    assert!(
        outcome["notes"]
            .to_string()
            .contains("what is here was kept: 1")
    );
    assert_eq!(world.json(&["task", "show", "A"])["description"], "good");
    // What is ours already is not written over.
    world.register("Forge");
    world.json(&["task", "add", "mine", "--id", "D", "--session", "Forge"]);
    write(
        "tasks/task_D.json",
        r#"{"task_id": "D", "description": "theirs"}"#,
    );
    let (code, outcome) = run(&["--from", "tasks"]);
    assert_eq!(code, Some(1));
    assert!(
        outcome["refused"][0]["why"]
            .to_string()
            .contains("another task D")
    );
    // What holds nothing is a mistake.
    std::fs::create_dir(world.root.join("empty")).expect("ours");
    assert_eq!(world.fails(&["import", "empty"]).0, 2);
    assert_eq!(world.fails(&["import", "nowhere"]).0, 2);
}
