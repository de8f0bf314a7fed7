//! The control API: starting programs and waiting for them, their environment and sizes, keys sent to them,
//! servers without a terminal.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::*;

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

/// A shell that runs a script is at work, whatever it is called.
#[test]
fn a_script_is_no_prompt() {
    let (world, mut terminal) = one();
    std::fs::write(world.root.join("build.sh"), "echo start\nread x\n").expect("our directory");
    terminal.send("bash build.sh\r");
    terminal.wait_text("start");
    let given = says(
        &world,
        &["run", "--tab", "--", "sh", "-c", "echo hi; read x; echo"],
    );
    world.ok(&["wait", "-t", &given, "--until", "text hi"]);
    for pane in ["%0", &given] {
        let prompt = ["wait", "-t", pane, "--until", "prompt", "--timeout", "1s"];
        assert_eq!(world.run(&prompt).status.code(), Some(1), "{pane}");
    }
    terminal.send("\r");
    world.ok(&["send-keys", "-t", "%0", "Enter"]);
    world.ok(&["wait", "-t", "%0", "--until", "prompt"]);
}

/// A command does not run elsewhere than it was told to.
#[test]
fn a_missing_directory_is_a_failure() {
    let (world, terminal) = one();
    let output = world.run(&["run", "--wait", "-c", "no/such", "--", "touch", "gone"]);
    assert_eq!(output.status.code(), Some(127));
    terminal.wait_text("no/such is not");
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
    // Of several programs in a pane the last one counts.
    let failing = says(&world, &["run", "--", "sh", "-c", "exit 7"]);
    world.ok(&["wait", "-t", &failing, "--until", "exit"]);
    world.ok(&["restart-pane", "-t", &failing, "true"]);
    world.wait_panes("its end", |panes| panes.len() == 1);
    let code = ["wait", "-t", &failing, "--until", "exit", "--code"];
    assert_eq!(world.run(&code).status.code(), Some(0));
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
    // Attaching is told by name as well, before a terminal is looked for.
    let (code, told) = world.fails(&["attach-session", "-d", "-t", "other"]);
    assert_eq!(
        (
            code,
            told["error"]["message"] == "this workspace is called work"
        ),
        (1, true),
        "{told}"
    );
    let (_, told) = world.fails(&["attach", "-t", "work"]);
    assert!(told.to_string().contains("needs a terminal"), "{told}");
    world.ok(&["rename-session", "play"]);
    world.ok(&["has-session", "-t", "play"]);
    world.ok(&["rename-session", "work"]);
    let size = "#{pane_width}x#{pane_height}";
    assert_eq!(world.ok(&["list-panes", "-F", size]), "100x39\n");
    let pid = world.server_pid();
    let again = world.json(&["new-session", "-Ads", "work"]);
    assert_eq!(
        (again["started"].as_bool(), world.panes().len()),
        (Some(false), 1)
    );
    assert_eq!(world.server_pid(), pid);
    // Another name, and another size, change nothing; the name is told of.
    let output = world.run(&["new-session", "-d", "-s", "demo", "-x", "70"]);
    assert!(output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told, "stoa: this workspace is called work\n");
    assert_eq!(world.ok(&["list-panes", "-F", size]), "100x39\n");
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

/// Whoever started a server may have died before it could ask for a shell; the next one does.
#[test]
fn a_server_without_a_shell_gets_one() {
    let world = World::plain();
    let (root, state) = (world.root.clone(), world.state());
    let mut server = world
        .stoa(&["--state"])
        .arg(&state)
        .args(["serve", "--root"])
        .arg(&root)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut ready = [0];
    let mut pipe = server.stdout.take().expect("a pipe");
    std::io::Read::read_exact(&mut pipe, &mut ready).expect("it listens");
    assert!(world.panes().is_empty());
    assert_eq!(world.json(&["start-server", "-x", "90"])["started"], false);
    let size = "#{pane_width}x#{pane_height}";
    assert_eq!(world.ok(&["list-panes", "-F", size]), "90x23\n");
    world.ok(&["kill-server"]);
    server.wait().expect("it ends");
}

/// What comes after a program that was waited for happens where that one has the focus.
#[test]
fn a_program_that_is_waited_for_is_where_one_is() {
    let world = World::new();
    world.configure("remain-on-exit = true\n[panel]\nopen = false\n");
    let _terminal = world.ready(80, 24);
    let shown = |words: &[&str]| {
        let mut all = words.to_vec();
        all.extend([";", "display-message", "-p", "#{pane_id}"]);
        // Typed in the first pane.
        let mut command = world.stoa(&all);
        let output = command.env("STOA_PANE", "%0").output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let told = shown(&["run", "--wait", "--focus", "--", "true"]);
    assert_eq!(told.lines().last(), Some("%1"), "{told}");
    let told = shown(&["run", "--wait", "--", "true"]);
    assert_eq!(told.lines().last(), Some("%0"), "{told}");
}

/// The input is read to its end before anything is asked, however long that takes.
#[test]
fn input_is_read_before_the_server_is_reached() {
    use std::io::Write;
    let world = World::plain();
    let mut child = world
        .stoa(&["load-buffer", "-b", "fed", "-"])
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    // It cannot have been there to be reached before the first word is written.
    world.ok(&["start-server"]);
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(b"slowly").expect("it reads");
    drop(input);
    assert!(child.wait().expect("it ends").success());
    assert_eq!(world.ok(&["show-buffer", "-b", "fed"]).trim_end(), "slowly");
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
