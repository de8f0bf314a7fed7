//! `stoa --once`: one dump, on whatever there is.

use crate::support::World;

#[test]
fn on_nothing_it_says_so_and_makes_nothing() {
    let world = World::new();
    let text = world.ok(&["--once"]);
    assert!(text.contains("nothing here yet"), "{text}");
    assert!(!world.state().exists(), "reading makes no state");
    let data = world.json(&["--once"]);
    assert_eq!(data["schema"], 1);
    assert_eq!(data["revision"], 0);
    assert_eq!(data["server"], false);
    for list in ["sessions", "groups", "claims", "panes"] {
        assert_eq!(data[list], serde_json::json!([]), "{list}");
    }
}

#[test]
fn it_shows_everything_without_a_server() {
    let world = World::new();
    let pid = std::process::id().to_string();
    world.ok(&[
        "register", "--name", "Forge", "--role", "builder", "--pid", &pid,
    ]);
    world.ok(&["join-group", "backend", "--session", "Forge"]);
    world.ok(&["share", "finding=tabs", "--session", "Forge"]);
    world.ok(&["claim", "src/x.rs", "--session", "Forge"]);
    let text = world.ok(&["--once"]);
    for part in [
        "Forge",
        "role=builder",
        "backend",
        "finding",
        "file/src/x.rs",
        "left",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
    let data = world.json(&["once"]);
    assert_eq!(data["groups"][0]["coordinator"], data["sessions"][0]["id"]);
    assert!(data["claims"][0]["expires_in_ms"].as_u64().expect("time") > 0);
}

#[test]
fn it_shows_panes_while_a_server_runs() {
    let world = World::new();
    let term = world.attach(120, 30);
    term.wait_text("shell-1");
    let data = world.json(&["--once"]);
    assert_eq!(data["server"], true);
    assert_eq!(data["panes"][0]["id"], "%0");
    assert_eq!(data["panes"][0]["session"], data["sessions"][0]["id"]);
}

#[test]
fn a_damaged_store_is_reason_three_and_stays_as_it_is() {
    let world = World::new();
    let pid = std::process::id().to_string();
    world.ok(&["register", "--name", "a", "--pid", &pid]);
    let file = world.state().join("store.db");
    for side in ["store.db-wal", "store.db-shm"] {
        let _ = std::fs::remove_file(world.state().join(side));
    }
    let garbage = vec![0x5a; 8192];
    std::fs::write(&file, &garbage).expect("ours");
    for words in [
        &["--once"][..],
        &["sessions"],
        &["register", "--name", "b", "--pid", &pid],
    ] {
        let (code, error) = world.fails(words);
        assert_eq!(code, 3, "{words:?}: {error}");
        let message = error["error"]["message"].as_str().expect("text");
        assert!(message.contains("store.db"), "{message}");
    }
    assert_eq!(
        std::fs::read(&file).expect("ours"),
        garbage,
        "nothing is overwritten"
    );
}

#[test]
fn a_closed_pipe_is_success() {
    let world = World::new();
    let mut child = world
        .stoa(&["--help"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert_eq!(
        output.stderr,
        b"",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
