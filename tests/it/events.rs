//! Events followed, hooks that run on them, and several commands in a line.

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn events_follow_with_cursors() {
    let (world, _terminal) = one();
    let mut events = Events::follow(&world);
    let script = "printf '\\033]0;hello\\007'; read x; exit 4";
    let pane = says(&world, &["run", "--down", "--", script]);
    assert_eq!(events.wait("pane-opened")["pane"], pane.as_str());
    world.ok(&["send-keys", "-t", &pane, "Enter"]);
    // What a change of the store does is told when it is seen, which may be after the exit.
    let (mut exited, mut stored) = (None, false);
    let exited = loop {
        let event = events.next();
        match event["event"].as_str() {
            Some("pane-exited") => exited = Some(event),
            Some("store-changed") => stored = true,
            _ => {}
        }
        if let (Some(exited), true) = (&exited, stored) {
            break exited.clone();
        }
    };
    assert_eq!(
        (&exited["pane"], &exited["code"]),
        (&json!(pane), &json!(4))
    );
    events.kill();
    // From a cursor on: the same again, and nothing before it.
    let all = world.json(&["events"]);
    let kinds: Vec<&str> = all["events"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    for kind in [
        "tab-opened",
        "pane-opened",
        "client-attached",
        "store-changed",
        "pane-title",
        "pane-exited",
    ] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let cursor = exited["cursor"].as_str().expect("a cursor").to_owned();
    world.ok(&["close-pane", "-t", &pane]);
    let later = world.json(&["events", "--since", &cursor]);
    let later = later["events"].as_array().expect("a list");
    assert!(
        later.iter().any(|event| event["event"] == "pane-closed"),
        "{later:?}"
    );
    assert!(
        later.iter().all(|event| event["event"] != "pane-exited"),
        "{later:?}"
    );
    // A cursor of another server's life says so.
    let other = world.json(&["events", "--since", "1.5"]);
    assert_eq!(
        other["events"][0],
        json!({ "event": "lost", "count": null })
    );
    let (code, _) = world.fails(&["events", "--since", "soon"]);
    assert_eq!(code, 2);
}

#[test]
fn a_reader_that_was_away_too_long_is_told_what_it_lost() {
    let (world, _terminal) = one();
    let first = world.json(&["events"])["events"][0]["cursor"]
        .as_str()
        .expect("a cursor")
        .to_owned();
    let pane = says(
        &world,
        &[
            "run",
            "--",
            "for i in $(seq 1 9000); do printf \"\\033]9;t$i\\007\\n\"; done; echo over; cat",
        ],
    );
    world.ok(&["wait", "-t", &pane, "--until", "text over"]);
    let late = world.json(&["events", "--since", &first]);
    let lost = &late["events"][0];
    assert_eq!(lost["event"], "lost");
    assert!(lost["count"].as_u64() > Some(0), "{lost}");
}

/// Bindings, hooks and the shell take several commands in a line, as tmux does.
#[test]
fn several_commands_in_a_line() {
    let world = World::plain();
    world.configure(
        "[panel]\nopen = false\n[hooks]\n\
         pane-exited = 'set-option -g @code #{hook_code} ; set-option -g @title \"#{hook_pane};x\"'\n",
    );
    std::fs::write(
        world.config().join("keybindings.toml"),
        "'<prefix> Y' = 'split-pane ; rename-pane mine'\n",
    )
    .expect("our own directory");
    let mut terminal = world.ready(80, 24);
    terminal.send("\x02Y");
    world.wait_panes("the named pane", |panes| {
        panes.len() == 2 && panes[1]["name"] == "mine"
    });
    // What comes after a new tab is about that one, and nothing of it is the program's.
    let from_pane = |args: &[&str]| {
        let mut command = world.stoa(args);
        let output = command.env("STOA_PANE", "%0").output();
        let output = output.expect("the binary runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let list = ["list-panes", "-s", "-F", "#{window_name} #{pane_id}"];
    let mut words = vec!["new-tab", "-n", "a1", "cat", ";", "split-pane", "cat", ";"];
    words.extend(list);
    assert!(from_pane(&words).ends_with("a1 %2\na1 %3\n"));
    world.ok(&[
        "run",
        "--",
        "sh",
        "-c",
        "exit 6",
        ";",
        "rename-tab",
        "-t",
        "a1",
        "a2",
    ]);
    world.until(&["show-options", "-gv", "@title"], |text| text == "%4;x\n");
    assert_eq!(world.ok(&["show-options", "-gv", "@code"]), "6\n");
    // Each runs in its place; a no or an error ends it.
    let output = world.run(&[
        "--json",
        "register",
        "--name",
        "me",
        ";",
        "list-tabs",
        ";",
        "focus-tab",
        "9",
        ";",
        "kill-server",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    let data: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(data[0]["name"], "me");
    assert_eq!(data[1]["tabs"][1]["name"], "a2");
    assert!(data[2]["error"].is_object(), "{data}");
    assert_eq!(data.as_array().map(Vec::len), Some(3));
    // One that is not understood keeps the others from running, and a quoted one is a word.
    let (code, _) = world.fails(&["rename-tab", "x", ";", "rename-tbb", "y"]);
    assert_eq!(code, 2);
    world.ok(&["rename-tab", "-t", "a2", "\\;"]);
    let tabs = world.json(&["list-tabs"]);
    assert_eq!(tabs["tabs"][1]["name"], ";");
}

#[test]
fn hooks_run_on_events_and_never_in_circles() {
    let world = World::plain();
    world.configure(
        "[panel]\nopen = false\n[hooks]\n\
         pane-exited = 'display-message \"over: #{hook_pane} #{hook_code}\"'\n\
         tab-renamed = [\"rename-tab -t #{hook_tab} again\", \"set-option -g @renamed #{hook_name}\"]\n\
         pane-title = \"set-option -g @title '#{hook_title}'\"\n",
    );
    let terminal = world.ready(80, 24);
    world.ok(&["run", "--", "exit 6"]);
    terminal.wait_text("over: %1 6");
    // A hook that brings about its own event runs once.
    world.ok(&["rename-tab", "first"]);
    assert_eq!(
        world.ok(&["list-tabs", "-F", "#W #{@renamed}"]),
        "again first\n"
    );
    // A title is one word and no command, whatever it says.
    world.ok(&[
        "run",
        "--",
        "printf '\\033]0;x; kill-server -- \"q\\007done'; cat",
    ]);
    world.until(&["show-options", "-gv", "@title"], |text| {
        text == "x; kill-server -- \"q\n"
    });
}

/// Nothing that a hook does waits, wherever in its line that stands, and a failure that comes later is told.
#[test]
fn hooks_do_not_wait() {
    let world = World::plain();
    world.configure(
        "[panel]\nopen = false\n[hooks]\n\
         tab-opened = \"rename-tab -t #{hook_tab} mine ; wait --until 'idle 0s' ; new-tab\"\n\
         tab-renamed = 'save-buffer /no/such/directory/x ; new-tab'\n",
    );
    let terminal = world.ready(80, 24);
    world.ok(&["set-buffer", "text"]);
    world.ok(&["new-tab"]);
    terminal.wait_text("a hook cannot wait");
    world.ok(&["rename-tab", "other"]);
    terminal.wait_text("hook tab-renamed: cannot write");
    assert_eq!(world.panes().len(), 2);
}

#[test]
fn hooks_that_cannot_work_are_reported() {
    let world = World::plain();
    world.configure("[panel]\nopen = false\n[hooks]\npane-exited = 'no-such-command'\n");
    let terminal = world.attach(80, 24);
    terminal.wait_text("hook 'pane-exited'");
}
