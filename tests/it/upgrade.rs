//! The running server becomes another program and nobody notices.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Stdio;

use crate::support::{Events, World, binary, last_line, line};

/// A script in the world's root that stands for another program.
fn script(world: &World, text: &str) -> String {
    let path = world.root.join("other");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("our own directory");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&path, executable).expect("our own file");
    path.display().to_string()
}

fn generation(world: &World) -> (u64, u64) {
    let pid = world.server_pid().expect("a server runs");
    let panes = world.panes();
    (u64::from(pid), panes[0]["pid"].as_u64().expect("a shell"))
}

/// Twice in a row, with an editor, a flood, a history, buffers and two terminals.
#[test]
fn panes_and_terminals_live_on() {
    let world = World::plain();
    let mut first = world.ready(100, 24);
    first.send("seq 1 500; x=kept\r");
    first.wait_row_ending("500");
    world.ok(&["set-buffer", "-b", "mine", "some text"]);
    world.ok(&["set-environment", "MINE", "yes"]);
    world.ok(&["rename-session", "play"]);
    let note = world.root.join("note.txt");
    std::fs::write(&note, "one\ntwo\nthree\n").expect("our own directory");
    world.ok(&["new-tab", "-n", "edit", "vim -u NONE -N note.txt"]);
    world.ok(&["wait", "-t", "%1", "--until", "text three"]);
    let flood = "i=0; while :; do i=$((i+1)); printf '\\033[3%dmline %d\\033[0m of many\\n' $((i%8)) $i; done";
    world.ok(&["new-tab", "-d", "-n", "flood", flood]);
    world.ok(&["wait", "-t", "%2", "--until", "text line"]);
    let mut second = world.attach(80, 20);
    second.wait("the workspace", |s| last_line(s).contains("edit"));
    second.chord("1");
    second.wait_text("three");
    second.send("2GAmore");
    second.wait_text("twomore");
    first.chord("0");
    first.wait_row_ending("500");
    let before = generation(&world);

    for _ in 0..2 {
        let said = world.ok(&["upgrade"]);
        assert!(said.contains("goes on as a new stoa"), "{said}");
        first.wait_text("the server goes on as stoa");
        assert_eq!(generation(&world), before, "the same processes");
        // The screen, the shell's own state and the history behind it.
        first.wait_row_ending("500");
        first.send("echo $x-$((1+1))\r");
        first.wait_row_ending("kept-2");
        let old = world.ok(&["capture-pane", "-p", "-t", "%0", "-S", "-"]);
        let numbers = old.lines().filter(|row| row.parse::<u32>().is_ok()).count();
        assert_eq!(numbers, 500, "{old}");
        // The editor is in the middle of an insertion, in the other tab, on the other terminal.
        second.wait_text("twomore");
        second.send("X");
        second.wait_text("twomoreX");
        second.send("\x7f");
        second.wait("one less", |s| {
            line(s, 1).trim_end() == "twomore" && last_line(s).contains("edit")
        });
        // The flood goes on and nothing of a sequence shows as text.
        let rows = world.ok(&["capture-pane", "-p", "-t", "%2", "-S", "-"]);
        let mut lines: Vec<&str> = rows.lines().filter(|row| !row.is_empty()).collect();
        // The newest may be half there.
        lines.pop();
        let number = |row: &str| {
            let number = row.strip_prefix("line ")?.strip_suffix(" of many")?;
            number.parse::<u64>().ok()
        };
        let numbers: Vec<Option<u64>> = lines.iter().map(|row| number(row)).collect();
        let first_number = numbers[0].expect("a whole line");
        for ((row, found), expected) in lines.iter().zip(&numbers).zip(first_number..) {
            assert_eq!(*found, Some(expected), "{row:?}");
        }
        let count = |rows: &str| {
            let last = rows.lines().rev().find(|row| row.ends_with(" of many"));
            last.and_then(|row| row.split(' ').nth(1)?.parse::<u64>().ok())
        };
        let now = count(&rows);
        world.until(&["capture-pane", "-p", "-t", "%2"], |rows| {
            count(rows) > now
        });
        assert_eq!(world.ok(&["show-buffer", "-b", "mine"]), "some text");
        assert_eq!(world.ok(&["show-environment", "MINE"]), "MINE=yes\n");
        assert_eq!(world.ok(&["display-message", "-p", "#S"]), "play\n");
    }
    let sizes = world.ok(&["list-panes", "-F", "#{pane_id} #{pane_width}"]);
    assert_eq!(sizes, "%0 100\n%1 80\n%2 100\n");
    second.send("\x1b:wq\r");
    world.wait_panes("the editor's end", |panes| panes.len() == 2);
    let text = std::fs::read_to_string(&note).expect("it was saved");
    assert_eq!(text, "one\ntwomore\nthree\n");
    // Sessions are the same, exits are still noticed, terminals are left as they were found.
    world.ok(&["close-pane", "-t", "%2"]);
    first.send("exit\r");
    assert_eq!(first.wait_exit(), 0);
}

/// Who waits for something, or reads events, does not notice.
#[test]
fn who_waits_goes_on_waiting() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    let mut waiting = world
        .stoa(&[
            "wait",
            "-t",
            "%0",
            "--until",
            "text cook[e]d",
            "--timeout",
            "60s",
        ])
        .stdout(Stdio::null())
        .spawn()
        .expect("it runs");
    let mut late = world
        .stoa(&[
            "wait",
            "-t",
            "%0",
            "--until",
            "text neve[r]",
            "--timeout",
            "3s",
        ])
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let pipe = world.root.join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).expect("our directory");
    let program = "run --wait --tab --timeout 60s -- sh -c";
    let mut program: Vec<&str> = program.split(' ').collect();
    program.push("cat pipe; exit 5");
    let mut running = world.stoa(&program).spawn().expect("it runs");
    world.wait_panes("what runs", |panes| panes.len() == 2);
    world.ok(&["wait-for", "-L", "disk"]);
    world.ok(&["wait-for", "-S", "woken"]);
    let mut locking = world
        .stoa(&["wait-for", "-L", "disk"])
        .spawn()
        .expect("it runs");
    let mut events = Events::follow(&world);
    world.ok(&["new-tab", "-d", "-n", "before"]);
    events.wait("tab-opened");
    world.ok(&["upgrade"]);
    world.ok(&["wait-for", "woken"]);
    assert!(
        locking.try_wait().expect("ours").is_none(),
        "it is locked still"
    );
    world.ok(&["wait-for", "-U", "disk"]);
    assert_eq!(locking.wait().expect("ours").code(), Some(0));
    terminal.wait_text("the server goes on as stoa");
    world.ok(&["new-tab", "-d", "-n", "after"]);
    events.wait("tab-opened");
    assert!(
        waiting.try_wait().expect("ours").is_none(),
        "it waits still"
    );
    terminal.send("echo coo\"\"ked\r");
    terminal.wait_row_ending("cooked");
    assert_eq!(waiting.wait().expect("ours").code(), Some(0));
    assert_eq!(late.wait().expect("ours").code(), Some(1));
    std::fs::write(&pipe, "").expect("somebody reads");
    assert_eq!(running.wait().expect("ours").code(), Some(5));
    assert_eq!(
        world.panes().len(),
        4,
        "it ran once, and stays as it failed"
    );
    world.ok(&["kill-server"]);
    assert!(!events.end().success(), "a server that ended is no upgrade");
}

#[test]
fn a_program_that_cannot_go_on_changes_nothing() {
    let world = World::plain();
    let mut terminal = world.ready(100, 24);
    terminal.send("x=kept\r");
    let before = generation(&world);
    let refused = |program: &str, why: &str| {
        let (code, error) = world.fails(&["upgrade", program]);
        let message = error["error"]["message"].as_str().expect("a message");
        assert_eq!(code, 1, "{message}");
        assert!(message.contains(why), "{message}");
        let hint = error["error"]["hint"].as_str().expect("a hint");
        assert!(hint.contains("nothing has changed"), "{hint}");
    };
    refused("/bin/true", "it is no stoa");
    let other = script(
        &world,
        "echo 'stoa: the state is of version 1, this reads 2' >&2; exit 1",
    );
    refused(&other, "this reads 2");
    let other = script(&world, "head -c 20; cat >/dev/null; exit 0");
    refused(&other, "it is no stoa");
    assert_eq!(world.fails(&["upgrade", "./nothing"]).0, 3);
    terminal.send("echo $x-still\r");
    terminal.wait_row_ending("kept-still");
    assert_eq!(generation(&world), before);
    // A link to the real one is one.
    let other = script(&world, &format!("exec {} \"$@\"", binary().display()));
    world.ok(&["upgrade", &other]);
    terminal.send("echo $x-again\r");
    terminal.wait_row_ending("kept-again");
    assert_eq!(generation(&world), before);
}

#[test]
fn without_a_server_there_is_nothing_to_upgrade() {
    let world = World::new();
    let (code, error) = world.fails(&["upgrade"]);
    assert_eq!((code, &error["error"]["kind"]), (3, &"unreachable".into()));
}

/// A server of another version is told from a broken one, and what to do is said.
#[test]
fn a_server_of_another_version_is_to_be_upgraded() {
    let world = World::plain();
    drop(world.ready(100, 24));
    let socket = world.socket();
    world.ok(&["kill-server"]);
    let listener = UnixListener::bind(&socket).expect("nobody listens there now");
    let server = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut hello = [0; 6];
            stream.read_exact(&mut hello).expect("a greeting");
            let length = u32::from_le_bytes([hello[0], hello[1], hello[2], hello[3]]) as usize;
            let mut body = vec![0; length - 2];
            stream.read_exact(&mut body).expect("its text");
            let welcome = br#"{"version":99,"program":"9.9.9","pid":1,"root":"","state":""}"#;
            let mut frame = (welcome.len() as u32 + 2).to_le_bytes().to_vec();
            frame.extend_from_slice(&100u16.to_le_bytes());
            frame.extend_from_slice(welcome);
            stream.write_all(&frame).expect("it reads");
            asked.push(String::from_utf8(body).expect("JSON"));
        }
        asked
    });
    let (code, error) = world.fails(&["list-panes"]);
    assert_eq!(code, 3);
    let hint = error["error"]["hint"].as_str().expect("a hint");
    assert!(hint.contains("stoa upgrade"), "{hint}");
    // The word itself speaks the other's version.
    let (code, _) = world.fails(&["upgrade"]);
    assert_ne!(code, 0);
    let asked = server.join().expect("it answered");
    assert!(asked[2].contains("\"version\":99"), "{asked:?}");
}

/// Nobody comes, nothing is said in a tab that nobody sees, and where one was one still is.
#[test]
fn an_upgrade_is_no_arrival_and_no_activity() {
    let world = World::plain();
    let mut terminal = world.ready(100, 24);
    world.ok(&["new-tab"]);
    world.ok(&["new-tab", "-d"]);
    for pane in ["%1", "%2"] {
        world.ok(&["wait", "-t", pane, "--until", "text $"]);
    }
    let marks = ["list-tabs", "-F", "#{window_index}#{window_flags}"];
    terminal.chord("0");
    terminal.chord("1");
    world.until(&marks, |text| text.contains("1*"));
    let before = world.ok(&marks);
    let mut events = Events::follow(&world);
    world.ok(&["upgrade"]);
    terminal.wait_text("the server goes on as stoa");
    world.ok(&["set-environment", "DONE", "yes"]);
    world.ok(&["rename-tab", "-t", "0", "done"]);
    loop {
        let event = events.next();
        let kind = event["event"].as_str().expect("a kind").to_owned();
        assert!(
            kind != "client-attached" && kind != "pane-activity",
            "{event}"
        );
        if kind == "tab-renamed" {
            break;
        }
    }
    assert_eq!(world.ok(&marks), before);

    // Also when nobody is there meanwhile.
    terminal.chord("d");
    terminal.wait_text("detached from");
    world.ok(&["upgrade"]);
    assert_eq!(world.ok(&marks), before);
}
