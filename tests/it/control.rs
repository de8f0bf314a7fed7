//! The control API: starting programs and waiting for them, events, formats, hooks, environment, and
//! tmux's words as agents' own tools say them.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::*;

/// A plain world with a terminal and one pane.
fn one() -> (World, Terminal) {
    let world = World::plain();
    let terminal = world.ready(80, 24);
    (world, terminal)
}

fn says(world: &World, args: &[&str]) -> String {
    world.ok(args).trim_end().to_owned()
}

#[test]
fn run_waits_for_its_program_and_passes_its_code_on() {
    let (world, _terminal) = one();
    let output = world.run(&["run", "--wait", "--", "exit 3"]);
    assert_eq!(output.status.code(), Some(3));
    let output = world.run(&[
        "run", "--wait", "--tab", "--name", "fine", "--", "sh", "-c", "true",
    ]);
    assert_eq!(output.status.code(), Some(0));
    // One that cannot be started has the code that shells give it.
    let output = world.run(&["run", "--wait", "--", "/no/such/program", "x"]);
    assert_eq!(output.status.code(), Some(127));
    // Killed by a signal: 128 and its number.
    let output = world.run(&["run", "--wait", "--", "kill -TERM $$"]);
    assert_eq!(output.status.code(), Some(143));
    let text = world.ok(&["--json", "run", "--wait", "--down", "--", "true"]);
    let data: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (&data["happened"], &data["code"]),
        (&json!("exit"), &json!(0))
    );
}

#[test]
fn run_goes_where_it_is_told_and_leaves_the_focus() {
    let (world, _terminal) = one();
    let pane = says(
        &world,
        &[
            "run",
            "--right",
            "--name",
            "side",
            "--cwd",
            "/",
            "--env",
            "A=b c",
            "--",
            "pwd; echo \"<$A>\"; cat",
        ],
    );
    assert_eq!(pane, "%1");
    world.ok(&["wait", "--pane", "%1", "--until", "text <b c>"]);
    assert!(world.ok(&["capture-pane", "-t", "side"]).starts_with("/\n"));
    let clients = world.json(&["list-clients"]);
    assert_eq!(clients["clients"][0]["pane"], "%0");
    let pane = says(
        &world,
        &["run", "--tab", "--focus", "--name", "own", "--", "cat"],
    );
    assert_eq!(
        says(
            &world,
            &[
                "display-message",
                "-p",
                "-t",
                &pane,
                "#{window_index}:#{window_name}"
            ]
        ),
        "1:own"
    );
    let clients = world.json(&["list-clients"]);
    assert_eq!(clients["clients"][0]["pane"], pane);
}

#[test]
fn wait_sees_text_exit_quiet_and_prompt() {
    let (world, mut terminal) = one();
    // What comes later, and what scrolled by meanwhile.
    world.ok(&[
        "send-keys",
        "-l",
        "-t",
        "%0",
        "seq 1 200; echo all$((1+1))done",
    ]);
    world.ok(&["send-keys", "-t", "%0", "Enter"]);
    let found = world.json(&["wait", "-t", "%0", "--until", "text ^all\\d+done$"]);
    assert_eq!(
        (&found["happened"], &found["line"]),
        (&json!("text"), &json!("all2done"))
    );
    // On the screen already: at once; as news: not.
    world.ok(&["wait", "-t", "%0", "--until", "text all2done"]);
    let (code, error) = world.fails(&[
        "wait",
        "-t",
        "%0",
        "--new",
        "--until",
        "text all2done",
        "--timeout",
        "100ms",
    ]);
    assert_eq!((code, &error["error"]["kind"]), (1, &json!("refused")));
    // The shell without marks: quiet in the foreground; not while something runs in it.
    terminal.send("sleep 100\r");
    world.until(&["list-panes"], |text| text.contains("sleep"));
    let (code, _) = world.fails(&[
        "wait",
        "-t",
        "%0",
        "--until",
        "prompt",
        "--timeout",
        "600ms",
    ]);
    assert_eq!(code, 1);
    terminal.send("\x03");
    world.ok(&["wait", "-t", "%0", "--until", "prompt", "--timeout", "60s"]);
    world.ok(&[
        "wait",
        "-t",
        "%0",
        "--until",
        "idle 50ms",
        "--timeout",
        "60s",
    ]);
    // Two at once: the first that happens.
    let pane = says(&world, &["run", "--", "read line; exit 5"]);
    let waiting = world
        .stoa(&[
            "wait",
            "-t",
            &pane,
            "--until",
            "text never",
            "--until",
            "exit",
            "--json",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    world.ok(&["send-keys", "-t", &pane, "x", "Enter"]);
    let output = waiting.wait_with_output().expect("it ends");
    let data: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &data["code"]), (Some(0), &json!(5)));
    let (code, error) = world.fails(&["wait", "-t", &pane, "--until", "text more"]);
    assert_eq!(code, 1, "{error}");
}

#[test]
fn wait_uses_prompt_marks_where_there_are_some() {
    let (world, _terminal) = one();
    let script = "printf '\\033]133;A\\007> '; read a; printf '\\033]133;C\\007'; read b; printf '\\033]133;D;0\\007\\033]133;A\\007> '; cat";
    let pane = says(&world, &["run", "--", script]);
    world.ok(&["wait", "-t", &pane, "--until", "prompt"]);
    world.ok(&["send-keys", "-t", &pane, "one", "Enter"]);
    let (code, _) = world.fails(&[
        "wait",
        "-t",
        &pane,
        "--until",
        "prompt",
        "--timeout",
        "100ms",
    ]);
    assert_eq!(code, 1);
    world.ok(&["send-keys", "-t", &pane, "two", "Enter"]);
    world.ok(&["wait", "-t", &pane, "--until", "prompt"]);
}

#[test]
fn who_gives_up_waiting_is_forgotten() {
    let (world, _terminal) = one();
    for _ in 0..300 {
        let mut waiting = world
            .stoa(&["wait", "-t", "%0", "--until", "exit"])
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        waiting.kill().expect("it is ours");
        waiting.wait().expect("it is ours");
    }
    // More than may wait at once have come and gone.
    world.ok(&["wait", "-t", "%0", "--until", "text \\$"]);
    for bad in ["text", "text (", "idle", "noon"] {
        let (code, _) = world.fails(&["wait", "-t", "%0", "--until", bad]);
        assert_eq!(code, 2, "{bad}");
    }
}

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

#[test]
fn formats_answer_for_panes_tabs_and_terminals() {
    let (world, _terminal) = one();
    world.ok(&["split-window", "-h", "-d", "-c", "/", "cat"]);
    let format = "#{pane_id} #{pane_index} #{pane_current_path} #{?pane_active,focused,#{?pane_dead,over,there}}";
    assert_eq!(
        says(&world, &["display-message", "-p", "-t", "%1", format]),
        "%1 1 / there"
    );
    let listed = world.ok(&[
        "list-panes",
        "-F",
        "#{pane_id}:#{pane_width}x#{pane_height}:#{pane_left},#{pane_top}",
    ]);
    assert_eq!(listed, "%0:40x23:0,0\n%1:39x23:41,0\n");
    assert_eq!(
        world.ok(&["list-panes", "-t", "@0", "-F", "#D"]),
        "%0\n%1\n"
    );
    world.ok(&["new-window", "-d", "-n", "logs", "cat"]);
    world.ok(&["rename-window", "-t", "0", "edit"]);
    assert_eq!(
        world.ok(&[
            "list-windows",
            "-F",
            "#I:#W:#{window_panes}#{?window_active,*,}"
        ]),
        "0:edit:2*\n1:logs:1\n"
    );
    assert_eq!(
        world.ok(&["list-panes", "-t", "logs", "-F", "#{pane_id}"]),
        "%2\n"
    );
    assert_eq!(
        says(
            &world,
            &[
                "list-clients",
                "-F",
                "#{client_width}x#{client_height} #{pane_id}"
            ]
        ),
        "80x24 %0"
    );
    assert_eq!(
        says(
            &world,
            &["display-message", "-p", "#{=4:session_name}|#{nothing}|##"]
        ),
        "work||#"
    );
    // To the person, without -p.
    let terminal = _terminal;
    world.ok(&["display-message", "pane #{pane_id} says hello"]);
    terminal.wait_text("pane %0 says hello");
}

#[test]
fn tmux_targets_name_the_same_panes() {
    let (world, _terminal) = one();
    world.ok(&["split-window", "-d", "cat"]);
    world.ok(&["new-window", "-d", "-n", "logs", "cat"]);
    for (target, pane) in [
        ("%1", "%1"),
        ("1", "%1"),
        ("0.1", "%1"),
        ("work:0.1", "%1"),
        ("work:0.%1", "%1"),
        ("@1", "%2"),
        ("@1.0", "%2"),
        (":1", "%2"),
        ("work:logs", "%2"),
        ("$0:logs.0", "%2"),
        ("work:%1", "%1"),
    ] {
        assert_eq!(
            says(
                &world,
                &["display-message", "-p", "-t", target, "#{pane_id}"]
            ),
            pane,
            "{target}"
        );
    }
    for missing in ["%9", "9", "other:0.0", "work:9", "0.9", "@9", "..", "%"] {
        let output = world.run(&["display-message", "-p", "-t", missing, "x"]);
        assert_eq!(output.status.code(), Some(1), "{missing}");
    }
}

/// What an agent's own team mode says to tmux, word for word.
#[test]
fn an_agent_that_speaks_tmux_gets_its_panes() {
    let (world, _terminal) = one();
    let lead = "%0";
    assert_eq!(says(&world, &["show", "-gv", "focus-events"]), "on");
    assert_eq!(
        says(&world, &["display-message", "-p", "#{client_control_mode}"]),
        "0"
    );
    let place = says(
        &world,
        &[
            "display-message",
            "-p",
            "-t",
            lead,
            "#{session_name}:#{window_id}.#{pane_id}",
        ],
    );
    assert_eq!(place, "work:@0.%0");
    let window = says(
        &world,
        &["display-message", "-t", lead, "-p", "#{window_id}"],
    );
    assert_eq!(
        says(&world, &["list-panes", "-t", &window, "-F", "#{pane_id}"]),
        lead
    );
    let first = says(
        &world,
        &[
            "split-window",
            "-d",
            "-t",
            lead,
            "-h",
            "-l",
            "70%",
            "-P",
            "-F",
            "#{pane_id}",
            "--",
            "cat",
        ],
    );
    assert_eq!(first, "%1");
    let widths = world.ok(&["list-panes", "-F", "#{pane_width}"]);
    let widths: Vec<u16> = widths
        .lines()
        .map(|width| width.parse().expect("a number"))
        .collect();
    assert!((54..=57).contains(&widths[1]), "{widths:?}");
    let second = says(
        &world,
        &[
            "split-window",
            "-d",
            "-t",
            &first,
            "-v",
            "-P",
            "-F",
            "#{pane_id}",
            "--",
            "cat",
        ],
    );
    for option in [
        "window-style",
        "pane-border-style",
        "pane-active-border-style",
        "pane-border-format",
    ] {
        world.ok(&["set-option", "-p", "-t", &second, option, "fg=blue"]);
    }
    world.ok(&["select-pane", "-t", &second, "-T", "builder"]);
    world.ok(&[
        "set-option",
        "-w",
        "-t",
        &window,
        "pane-border-status",
        "top",
    ]);
    world.ok(&["select-layout", "-t", &window, "main-vertical"]);
    world.ok(&["resize-pane", "-t", lead, "-x", "30%"]);
    assert_eq!(
        world
            .ok(&["list-panes", "-F", "#{pane_id} #{pane_width}"])
            .lines()
            .next(),
        Some("%0 24")
    );
    world.ok(&[
        "set-option",
        "-p",
        "-t",
        &second,
        "remain-on-exit",
        "failed",
    ]);
    world.ok(&[
        "respawn-pane",
        "-k",
        "-t",
        &second,
        "--",
        "cd / && env WHO=me sh -c 'echo $WHO in $PWD; cat'",
    ]);
    world.ok(&["wait", "-t", &second, "--until", "text me in /"]);
    // Nothing of this moved the person's focus.
    assert_eq!(says(&world, &["list-clients", "-F", "#{pane_id}"]), lead);
    world.ok(&["send-keys", "-t", &first, "hello there", "Enter"]);
    world.ok(&["wait", "-t", &first, "--until", "text hello there"]);
    world.ok(&["kill-pane", "-t", &second]);
    world.ok(&["kill-pane", "-a", "-t", lead]);
    assert_eq!(world.panes().len(), 1);
    // What tmux does not know either is a mistake, and a verb that is none fails.
    let (code, _) = world.fails(&["set-option", "-g", "no-such-option", "1"]);
    assert_eq!(code, 1);
    let (code, _) = world.fails(&["no-such-verb"]);
    assert_eq!(code, 2);
}

/// A program may be quicker than whoever waits for its end.
#[test]
fn the_end_of_a_pane_that_is_gone_is_told() {
    let (world, _terminal) = one();
    let pane = says(&world, &["run", "--", "exit 0"]);
    world.wait_panes("the end of it", |panes| panes.len() == 1);
    let end = world.json(&["wait", "-t", &pane, "--until", "exit"]);
    assert_eq!(
        (&end["happened"], &end["code"]),
        (&json!("exit"), &json!(0))
    );
    world.ok(&["split-pane"]);
    world.ok(&["close-pane", "-t", "%2"]);
    let end = world.json(&["wait", "-t", "%2", "--until", "exit"]);
    assert_eq!(end["code"], Value::Null);
    let (code, _) = world.fails(&["wait", "-t", "%1", "--until", "prompt"]);
    assert_eq!(code, 1);
    let (code, _) = world.fails(&["wait", "-t", "%9", "--until", "exit"]);
    assert_eq!(code, 1, "that pane has never been");
}

/// A script starts a workspace without a terminal, as with tmux's `new-session -d`.
#[test]
fn a_server_starts_without_a_terminal() {
    let world = World::plain();
    assert_eq!(world.run(&["has-session"]).status.code(), Some(1));
    assert_eq!(world.ok(&["start-server", "-x", "100", "-y", "40"]), "");
    world.ok(&["has-session", "-t", "work"]);
    assert_eq!(world.run(&["has", "-t", "other"]).status.code(), Some(1));
    let size = "#{pane_width}x#{pane_height}";
    assert_eq!(world.ok(&["list-panes", "-F", size]), "100x39\n");
    let pid = world.server_pid();
    let again = world.json(&["new-session", "-Ads", "work"]);
    assert_eq!(
        (again["started"].as_bool(), world.panes().len()),
        (Some(false), 1)
    );
    assert_eq!(world.server_pid(), pid);
    let output = world.run(&["run", "--wait", "--", "exit 3"]);
    assert_eq!(output.status.code(), Some(3));
    // The older tools' word still registers.
    assert_eq!(world.json(&["new-session", "-s", "Forge"])["name"], "Forge");
    world.ok(&["save-layout", "dev"]);
    world.ok(&["kill-server"]);
    assert_eq!(world.run(&["has-session"]).status.code(), Some(1));
    // One that runs opens it beside what there is.
    for tabs in 1..=2 {
        world.ok(&["start-server", "--layout", "dev"]);
        let list = world.json(&["list-tabs"]);
        assert_eq!(list["tabs"].as_array().map(Vec::len), Some(tabs));
    }
    // What a program is given is not ours.
    assert_eq!(world.ok(&["send-keys", "-l", "--", "--json"]), "");
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

#[test]
fn hooks_that_cannot_work_are_reported() {
    let world = World::plain();
    world.configure("[panel]\nopen = false\n[hooks]\npane-exited = 'no-such-command'\n");
    let terminal = world.attach(80, 24);
    terminal.wait_text("hook 'pane-exited'");
}

#[test]
fn new_panes_get_what_is_set_for_them() {
    let (world, _terminal) = one();
    world.ok(&["set-environment", "GREETING", "good day"]);
    world.ok(&["set-environment", "-r", "HOME"]);
    assert_eq!(
        world.ok(&["show-environment"]),
        "GREETING=good day\n-HOME\n"
    );
    let pane = says(
        &world,
        &[
            "run",
            "--env",
            "MINE=1",
            "--",
            "echo \"[$GREETING|$HOME|$MINE]\"; cat",
        ],
    );
    world.ok(&["wait", "-t", &pane, "--until", "text \\[good day\\|\\|1\\]"]);
    world.ok(&["set-environment", "-u", "GREETING"]);
    let (code, _) = world.fails(&["show-environment", "GREETING"]);
    assert_eq!(code, 1);
    for bad in [
        &["set-environment", "A=B", "c"][..],
        &["set-environment", "STOA_PANE", "%9"],
        &["set-environment", "A"],
    ] {
        let (code, _) = world.fails(bad);
        assert_eq!(code, 2, "{bad:?}");
    }
}

#[test]
fn the_smallest_terminal_decides_where_it_is_told_to() {
    let world = World::plain();
    world.configure("window-size = \"smallest\"\n[panel]\nopen = false\n");
    let _large = world.ready(100, 30);
    let small = world.attach(60, 20);
    world.wait_panes("the small size", |panes| {
        panes[0]["cols"] == 60 && panes[0]["rows"] == 19
    });
    drop(small);
    world.wait_panes("the large size", |panes| panes[0]["cols"] == 100);
}

#[test]
fn keys_are_sent_by_name_byte_and_count() {
    let (world, _terminal) = one();
    let pane = says(&world, &["run", "--", "cat"]);
    world.ok(&["send-keys", "-t", &pane, "-N", "3", "ab"]);
    world.ok(&["send-keys", "-t", &pane, "-H", "63", "64", "0d"]);
    world.ok(&["wait", "-t", &pane, "--until", "text ^abababcd$"]);
    world.ok(&["send-keys", "-t", &pane, "-l", "Enter"]);
    world.ok(&["wait", "-t", &pane, "--until", "text ^Enter$"]);
    world.ok(&["send-keys", "-t", &pane, "-R"]);
    assert!(!world.ok(&["capture-pane", "-t", &pane]).contains("abab"));
    let wrong = world.run(&["send-keys", "-t", &pane, "-H", "zz"]);
    assert_eq!(wrong.status.code(), Some(2));
    // A flag nobody knows is not typed; after `--`, and after a word, everything is.
    for words in [&["-K", "a"][..], &["-N", "0", "a"], &["-M"]] {
        let words: Vec<&str> = ["send-keys", "-t", &pane]
            .iter()
            .chain(words)
            .copied()
            .collect();
        assert_ne!(world.run(&words).status.code(), Some(0), "{words:?}");
    }
    world.ok(&["send-keys", "-t", &pane, "--", "-x", "-K", "-"]);
    world.ok(&["send-keys", "-t", &pane, "a", "-l", "Enter"]);
    world.ok(&["wait", "-t", &pane, "--until", "text ^-x-K-a-l$"]);
    world.ok(&["send-keys", "-t", &pane, "-H", "0x41", "0X42", "d"]);
    world.ok(&["wait", "-t", &pane, "--until", "text ^AB$"]);
    world.ok(&["send-keys", "-t", &pane, "-F", "in #{pane_id}", "Enter"]);
    let typed = format!("text ^in {pane}$");
    world.ok(&["wait", "-t", &pane, "--until", &typed]);
}

/// Variables that scripts for tmux ask for, with the values that tmux gives.
#[test]
fn variables_of_tmuxs_scripts_have_values() {
    let (world, _terminal) = one();
    let pane = says(
        &world,
        &[
            "run",
            "--",
            "sh",
            "-c",
            "printf '\\033[?25l\\033[?1000;1006h\\033[?7l\\033[3;5r\\033=ready'; cat",
        ],
    );
    world.ok(&["wait", "-t", &pane, "--until", "text ready"]);
    let shown = |format: &str| says(&world, &["display-message", "-p", "-t", &pane, format]);
    let flags = "#{cursor_flag}#{mouse_sgr_flag}#{mouse_standard_flag}#{mouse_button_flag}#{keypad_flag}\
                 #{insert_flag}#{wrap_flag} #{scroll_region_upper} #{scroll_region_lower}";
    assert_eq!(shown(flags), "0110100 2 4");
    assert_eq!(
        shown("#{pane_input_off}#{pane_last}[#{buffer_name}]"),
        "00[]"
    );
    assert_eq!(
        shown("#{window_start_flag}#{active_window_index}#{last_window_index}"),
        "100"
    );
    assert_eq!(
        shown("#{==:#{socket_path},}#{==:#{uid},}#{==:#{user},}"),
        "000"
    );
    let started: i64 = shown("#{start_time}").parse().expect("seconds");
    assert!(started > 1_700_000_000);
    assert_eq!(shown("#{t/f/%s:start_time}"), started.to_string());
    assert_eq!(shown("#{W:#{window_index} ,[#{window_index}]}"), "[0]");
    let panes = shown("#{P:#{pane_id} ,[#{pane_id}] }");
    assert!(
        panes == format!("%0 [{pane}]") || panes == format!("[%0] {pane}"),
        "{panes}"
    );
    assert_eq!(shown("#{N/s:nowhere}#{S:x}"), "0x");
    world.ok(&["set-buffer", "-b", "mine", "some text"]);
    let listed = "#{buffer_name} #{buffer_size} #{buffer_sample}";
    assert_eq!(
        says(&world, &["list-buffers", "-F", listed]),
        "mine 9 some text"
    );
    assert_eq!(shown(listed), "mine 9 some text");
    let all = world.ok(&["display-message", "-a", "-t", &pane]);
    assert!(
        all.lines().any(|line| line == format!("pane_id={pane}")),
        "{all}"
    );
    assert!(all.contains("\nbuffer_size=9\n"), "{all}");
}

/// A program that asked for it can tell the number block's keys from their twins.
#[test]
fn keys_of_the_number_block_are_themselves() {
    let (world, _terminal) = one();
    let pane = says(
        &world,
        &[
            "run",
            "--",
            "sh",
            "-c",
            "stty -icanon -echo; printf '\\033=ready\\n'; cat -v",
        ],
    );
    world.ok(&["wait", "-t", &pane, "--until", "text ^ready"]);
    world.ok(&[
        "send-keys",
        "-t",
        &pane,
        "KP0",
        "KP9",
        "KP+",
        "KPEnter",
        "5",
        "C-KP5",
    ]);
    world.ok(&[
        "wait",
        "-t",
        &pane,
        "--until",
        r"text \^\[Op\^\[Oy\^\[Ok\^\[OM5",
    ]);
    let plain = says(&world, &["run", "--", "cat"]);
    world.ok(&["send-keys", "-t", &plain, "KP0", "KP+", "KPEnter"]);
    world.ok(&["wait", "-t", &plain, "--until", "text ^0[+]$"]);
}
