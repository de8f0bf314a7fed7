//! tmux's words as agents' own tools say them.

use crate::support::*;

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

/// What files and scripts for tmux have the shell decide and do.
#[test]
fn shell_commands_run_outside_of_panes() {
    let (world, mut terminal) = one();
    std::fs::write(world.root.join("note"), "words\n").expect("our directory");
    assert_eq!(
        world.ok(&["run-shell", "cat note; echo more >&2"]),
        "words\nmore\n"
    );
    assert_eq!(world.run(&["run-shell", "exit 3"]).status.code(), Some(3));
    // A name is a word, wherever it stands.
    world.ok(&["rename-pane", "-t", "%0", "a'; echo gone"]);
    for command in [
        "echo #{pane_name}",
        "echo '#{pane_name}'",
        "echo \"#{pane_name}\"",
    ] {
        assert_eq!(world.ok(&["run-shell", command]), "a'; echo gone\n");
    }
    assert_eq!(
        world.ok(&["run-shell", "-t", "%0", "echo $STOA_PANE"]),
        "%0\n"
    );
    world.ok(&[
        "if-shell",
        "test -f note",
        "rename-tab there",
        "rename-tab missing",
    ]);
    assert_eq!(world.ok(&["list-tabs", "-F", "#W"]), "there\n");
    world.ok(&["if", "test -f no", "rename-tab there", "rename-tab missing"]);
    assert_eq!(world.ok(&["list-tabs", "-F", "#W"]), "missing\n");
    // What stays in the background is not waited for.
    world.ok(&["run-shell", "sleep 600 & echo $! > pid"]);
    let pid = std::fs::read_to_string(world.root.join("pid")).expect("it was written");
    world.ok(&["run-shell", &format!("kill {pid}")]);
    terminal.prompt("run-shell 'printf \"from %s\" \"the prompt\"'");
    terminal.wait_text("from the prompt");
}

/// A pane's output goes to a file as well, from one key press to the next.
#[test]
fn output_is_passed_on_to_a_command() {
    let (world, mut terminal) = one();
    let log = world.root.join("log-%0");
    let toggle = ["pipe-pane", "-o", "-t", "%0", "cat >> log-#{pane_id}"];
    world.ok(&toggle);
    assert_eq!(world.ok(&["display-message", "-p", "#{pane_pipe}"]), "1\n");
    terminal.send("echo first-$((1+1))\r");
    terminal.wait_row_ending("first-2");
    let logged = || std::fs::read_to_string(&log).unwrap_or_default();
    world.until(&["list-panes"], |_| logged().contains("first-2"));
    world.ok(&toggle);
    terminal.send("echo second-$((1+1))\r");
    terminal.wait_row_ending("second-2");
    world.ok(&["pipe-pane", "-t", "%0", "exec cat >> again"]);
    terminal.send("echo third-$((1+1))\r");
    let again = world.root.join("again");
    world.until(&["list-panes"], |_| {
        std::fs::read_to_string(&again).is_ok_and(|text| text.contains("third-2"))
    });
    assert!(!logged().contains("second-2"));
    // A command that has ended is noticed with the next output.
    world.ok(&["pipe-pane", "-t", "%0", "true"]);
    world.until(&["display-message", "-p", "#{pane_pipe}"], |text| {
        terminal.send("\r");
        text == "0\n"
    });
}
