//! Tasks from the command line and in the side panel. The rules themselves are tested beside the
//! code.

use serde_json::{Value, json};

use crate::support::*;

fn message(error: &Value) -> &str {
    error["error"]["message"].as_str().expect("a message")
}

/// S1-42: the seed's flow in the seed's own words: claim, the second claim blocked, update, complete with
/// its duration, the claim of a completed task refused with all its details. S1-5, S1-6, S1-7, S1-8,
/// S1-11.
#[test]
fn the_seeds_words_do_what_they_did() {
    let world = World::new();
    world.register("Architect");
    world.register("Thief");
    let text = world.ok(&[
        "task-claim",
        "TEST1",
        "Test atomic locking",
        "--session",
        "Architect",
    ]);
    assert!(text.starts_with("added and claimed TEST1"), "{text}");
    let (code, error) = world.fails(&["task-claim", "TEST1", "Steal it", "--session", "Thief"]);
    assert_eq!(code, 1);
    assert_eq!(error["error"]["kind"], "held");
    assert_eq!(error["error"]["holder"]["name"], "Architect");
    let (code, error) = world.fails(&["task-update", "TEST1", "in_progress", "--session", "Thief"]);
    assert_eq!(code, 1);
    assert!(message(&error).contains("claimed by Architect"), "{error}");
    world.ok(&[
        "task-update",
        "TEST1",
        "in_progress",
        "--session",
        "Architect",
    ]);
    let (code, _) = world.fails(&["task-update", "TEST1", "finished", "--session", "Architect"]);
    assert_eq!(code, 2);
    let done = world.json(&[
        "task-complete",
        "TEST1",
        "All tests passed",
        "--session",
        "Architect",
    ]);
    assert!(done["task"]["duration_seconds"].is_u64(), "{done}");
    assert_eq!(done["task"]["claimed_by"]["session_name"], "Architect");
    let (code, error) = world.fails(&["task-claim", "TEST1", "Again", "--session", "Thief"]);
    assert_eq!(code, 1);
    for part in [
        "completed already by Architect",
        "Test atomic locking",
        "All tests passed",
    ] {
        assert!(message(&error).contains(part), "{part}: {error}");
    }
    let text = world.ok(&["task-claim", "TEST1", "--reopen", "--session", "Thief"]);
    assert!(text.starts_with("claimed TEST1"), "{text}");
}

/// S1-8, S1-21, S1-22, S1-23: the grouped view, what each row tells, and the totals.
#[test]
fn the_board_groups_by_state_and_counts() {
    let world = World::new();
    world.register("Forge");
    let forge = |words: &[&str]| world.ok(&[words, &["--session", "Forge"]].concat());
    for id in ["A", "B", "C", "D"] {
        forge(&["task", "add", &format!("work on {id}"), "--id", id]);
    }
    forge(&["task", "depend", "D", "C"]);
    forge(&["task", "claim", "A"]);
    forge(&["task", "complete", "A", "went well"]);
    forge(&["task", "start", "B"]);
    forge(&["task", "claim", "C"]);
    let board = world.ok(&["task-status"]);
    for part in [
        "IN PROGRESS:\n  ● B: work on B\n      Session #1 (Forge) on ",
        "CLAIMED (not started):\n  ◐ C: work on C",
        "BLOCKED:\n  ◌ D: work on D\n      Waits for: C",
        "COMPLETED:\n  ✓ A: work on A",
        "Started: 0s ago",
        "Result: went well",
        "Duration: 0s",
        "Total: 4 tasks (1 in progress, 1 claimed, 0 available, 1 completed, 1 blocked)",
    ] {
        assert!(board.contains(part), "{part} is missing in:\n{board}");
    }
    let data = world.json(&["task", "board"]);
    assert_eq!(data["totals"]["total"], 4);
    let list = world.json(&["task", "list", "--mine", "--session", "Forge"]);
    let ids: Vec<&Value> = (list["tasks"].as_array().expect("a list").iter())
        .map(|task| &task["task_id"])
        .collect();
    assert_eq!(ids, ["B", "C"]);
    let once = world.json(&["--once"]);
    assert_eq!(once["schema"], 1);
    assert_eq!(once["task_totals"]["blocked"], 1);
    assert_eq!(once["tasks"][0]["task_id"], "B");
    assert_eq!(once["sessions"][0]["task"], "C");
    let text = world.ok(&["--once"]);
    assert!(
        text.contains("tasks (4)") && text.contains("total: 4 tasks"),
        "{text}"
    );
}

/// S1-34, S1-33, S1-30, S4-22, S4-23 on the command line.
#[test]
fn adding_depending_and_completing() {
    let world = World::new();
    world.register("a");
    let a = |words: &[&str]| world.ok(&[words, &["--session", "a"]].concat());
    let added = a(&[
        "task",
        "add",
        "Design the schema",
        "--type",
        "plan",
        "--priority",
        "high",
        "--estimate",
        "5m",
        "--needs",
        "sql",
    ]);
    assert!(
        added.contains("added T1") && added.contains("5 min is small"),
        "{added}"
    );
    a(&["task", "add", "Write the migration", "--after", "T1"]);
    let (code, error) = world.fails(&["task", "add", "design schema", "--session", "a"]);
    assert_eq!(code, 1);
    assert!(
        message(&error).contains("T1 is the same or nearly"),
        "{error}"
    );
    let (code, error) = world.fails(&["task", "depend", "T1", "T2", "--session", "a"]);
    assert_eq!(code, 1);
    assert!(message(&error).contains("T1 → T2 → T1"), "{error}");
    let (code, error) = world.fails(&["task", "next", "--claim", "--session", "a"]);
    assert_eq!(code, 1, "a cannot do sql: {error}");
    a(&["task", "claim", "T1"]);
    let done = a(&["task", "complete", "T1"]);
    assert!(
        done.contains("can begin now: T2 (Write the migration)"),
        "{done}"
    );
    let shown = world.json(&["task", "show", "T1"]);
    assert_eq!(
        (
            &shown["type"],
            &shown["priority"],
            &shown["estimate_minutes"],
            &shown["needs"]
        ),
        (&json!("plan"), &json!("high"), &json!(5), &json!(["sql"]))
    );
    let text = world.ok(&["task", "show", "T2"]);
    assert!(text.contains("depends on   T1"), "{text}");
}

/// S4-9, S4-10, S4-11, S4-14: a text from a file, looked at, then split.
#[test]
fn a_text_is_split_by_its_structure() {
    let world = World::new();
    world.register("a");
    let text = "# Web shop\n\n## Cart\nadd and remove\n\n## Search\nby name\n\n## Risks\nmany\n";
    std::fs::write(world.root.join("plan.md"), text).expect("our own directory");
    world.ok(&["task", "add", "--file", "plan.md", "--session", "a"]);
    let analysis = world.json(&["task", "split", "T1", "--analyze"]);
    assert_eq!(analysis["strategy"], "sections");
    assert_eq!(analysis["can_parallelize"], true);
    assert_eq!(analysis["title"], "Web shop");
    let said = world.ok(&["task", "split", "T1", "--session", "a"]);
    for part in [
        "split T1 into 2 parts",
        "T1.1 Cart",
        "T1.2 Search",
        "side by side",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let shown = world.json(&["task", "show", "T1.1"]);
    assert_eq!(
        (&shown["parent"], &shown["text"]),
        (&json!("T1"), &json!("add and remove"))
    );
    let (code, _) = world.fails(&["task", "add", "--file", "none.md", "--session", "a"]);
    assert_eq!(code, 2);
}

/// S1-36, S4-32: given away by ability, with the reasons.
#[test]
fn tasks_are_assigned_with_reasons() {
    let world = World::new();
    let pid = std::process::id().to_string();
    world.register("lead");
    for (name, role) in [("Ada", "designer"), ("Rob", "rust builder")] {
        world.ok(&["register", "--name", name, "--role", role, "--pid", &pid]);
    }
    world.ok(&[
        "task",
        "add",
        "Port the lexer",
        "--needs",
        "rust",
        "--session",
        "lead",
    ]);
    let said = world.ok(&["task", "assign", "--session", "lead"]);
    assert!(
        said.contains("T1 goes to Rob") && said.contains("has rust"),
        "{said}"
    );
    let (code, error) = world.fails(&["task", "claim", "T1", "--session", "Ada"]);
    assert_eq!(code, 1);
    assert!(message(&error).contains("given to Rob"), "{error}");
    let got = world.json(&["task", "next", "--claim", "--session", "Rob"]);
    assert_eq!(got["task"]["task_id"], "T1");
}

/// S1-45, S4-27, S4-28: sixteen processes at once on one queue, each task taken once; and one task
/// wanted by all.
#[test]
fn sixteen_processes_share_the_queue() {
    let world = World::new();
    let names: Vec<String> = (0..16).map(|n| format!("s{n}")).collect();
    for name in &names {
        world.register(name);
    }
    for n in 0..12 {
        world.ok(&["task", "add", &format!("piece {n}"), "--session", "s0"]);
    }
    let race = |words: &[&str]| -> Vec<Value> {
        let racers: Vec<_> = names
            .iter()
            .map(|name| {
                world
                    .stoa(&[words, &["--session", name, "--json"]].concat())
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::null())
                    .spawn()
                    .expect("it starts")
            })
            .collect();
        let outputs = racers
            .into_iter()
            .map(|child| child.wait_with_output().expect("it ends"));
        let won = outputs.filter(|output| match output.status.code() {
            Some(0) => true,
            code => {
                assert_eq!(code, Some(1));
                false
            }
        });
        won.map(|output| serde_json::from_slice(&output.stdout).expect("JSON"))
            .collect()
    };
    let won = race(&["task", "next", "--claim"]);
    let mut ids: Vec<&str> = won
        .iter()
        .filter_map(|won| won["task"]["task_id"].as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((won.len(), ids.len()), (12, 12), "{ids:?}");
    world.ok(&["task", "add", "the one", "--id", "ONE", "--session", "s0"]);
    assert_eq!(race(&["task-claim", "ONE"]).len(), 1);
}

/// C4: the end of a process gives its task back, and the next one gets it.
#[test]
fn a_dead_process_gives_its_task_back() {
    let world = World::new();
    world.register("b");
    let mut holder = std::process::Command::new("sleep")
        .arg("1000")
        .spawn()
        .expect("sleep");
    let pid = holder.id().to_string();
    world.ok(&["register", "--name", "gone", "--pid", &pid]);
    world.ok(&["task-claim", "T1", "a long one", "--session", "gone"]);
    holder.kill().expect("it runs");
    holder.wait().expect("it ended");
    let shown = world.json(&["task", "show", "T1"]);
    assert_eq!(
        (&shown["status"], &shown["attempts"]),
        (&json!("pending"), &json!(1))
    );
    let got = world.json(&["task", "next", "--claim", "--session", "b"]);
    assert_eq!(got["task"]["task_id"], "T1");
}

/// S1-13, S1-14: one JSON file for each task, with the seed's names; and on the board.
#[test]
fn each_task_is_a_file() {
    let world = World::new();
    world.register("Forge");
    world.ok(&["task-claim", "TASK2", "Build | it", "--session", "Forge"]);
    let file = world.state().join("tasks/TASK2.json");
    let read = || std::fs::read_to_string(&file).expect("a file");
    let task: Value = serde_json::from_str(&read()).expect("JSON");
    assert_eq!(task["task_id"], "TASK2");
    assert_eq!(task["status"], "claimed");
    for field in [
        "session_id",
        "session_number",
        "session_name",
        "pid",
        "terminal",
    ] {
        assert!(!task["claimed_by"][field].is_null(), "{field}: {task}");
    }
    for field in [
        "description",
        "claimed_at",
        "started_at",
        "completed_at",
        "result",
        "duration_seconds",
    ] {
        assert!(task.get(field).is_some(), "{field}: {task}");
    }
    let board = || std::fs::read_to_string(world.state().join("STATUS_BOARD.md")).expect("a board");
    assert!(
        board().contains("| TASK2 | claimed | medium | Build \\| it | Forge (session 1)"),
        "{}",
        board()
    );
    world.ok(&["task-complete", "TASK2", "--session", "Forge"]);
    assert!(board().contains("Total: 1 task (0 in progress, 0 claimed, 0 available, 1 completed)"));
    assert!(read().contains("\"completed\""));
}

#[test]
fn waiting_for_a_task_ends_when_it_is_released() {
    let world = World::new();
    world.register("a");
    world.register("b");
    world.ok(&["task-claim", "T1", "one at a time", "--session", "a"]);
    let claim = [
        "task",
        "claim",
        "T1",
        "--wait",
        "50s",
        "--session",
        "b",
        "--op",
        "op-1",
    ];
    let waiter = world
        .stoa(&[&claim[..], &["--json"]].concat())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    while world.json(&["claims"])["claims"][0]["waiting"] == json!([]) {
        std::thread::yield_now();
    }
    world.ok(&["task", "release", "T1", "lunch", "--session", "a"]);
    let output = waiter.wait_with_output().expect("it ends");
    let got: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(got["task"]["claimed_by"]["session_name"], "b", "{got}");
    assert_eq!(got["renewed"], false, "{got}");
    // C10: the whole of it, the waiting too, was one operation.
    assert_eq!(world.json(&claim), got);
}

/// S1-26: what others do shows at once; and keys take a task from its beginning to its end.
#[test]
fn the_panel_shows_tasks_and_acts_on_them() {
    let world = World::new();
    let mut terminal = world.ready(120, 40);
    terminal.wait_text("no tasks yet");
    world.register("Forge");
    world.ok(&["task", "add", "Fix the tabs", "--session", "Forge"]);
    terminal.wait_text("T1 Fix the tabs");
    terminal.wait_text("available");
    terminal.chord("G");
    terminal.send("\t\t\t\t\t");
    terminal.send("\r");
    terminal.wait_text("◐ T1");
    terminal.wait_text("claimed T1");
    terminal.send("\r");
    terminal.wait_text("● T1");
    terminal.send("r");
    terminal.wait_text("○ T1");
    terminal.send("c");
    terminal.wait_text("◐ T1");
    terminal.send("d");
    terminal.wait_text(":task complete T1");
    terminal.send("'all good'\r");
    terminal.wait_text("✓ T1");
    terminal.send("t");
    terminal.wait_text(":task add");
    terminal.send("Write tests\r");
    terminal.wait_text("T2 Write tests");
    let shown = world.json(&["task", "show", "T1"]);
    assert_eq!(
        (&shown["result"], &shown["attempts"]),
        (&json!("all good"), &json!(1))
    );
}

#[test]
fn tasks_are_reached_on_small_terminals() {
    for (cols, rows) in [(80, 24), (20, 5)] {
        let world = World::new();
        world.register("Forge");
        world.ok(&["task", "add", "Fix the tabs", "--session", "Forge"]);
        let mut terminal = world.attach(cols, rows);
        terminal.wait("a prompt", |screen| screen.contents().contains('$'));
        terminal.chord("G");
        terminal.send("\t\t\t\t\t");
        terminal.wait_text("T1 Fix");
        terminal.chord("d");
        terminal.wait_exit();
    }
}
