//! Starting, attaching, detaching and every other way a terminal comes and goes. What happens
//! inside is for the other files.

use rustix::process::Signal;

use crate::support::*;

/// What leaves the alternate screen.
const LEAVE: &[u8] = b"\x1b[?1049l";

#[test]
fn a_detached_workspace_is_found_again_with_the_same_screen() {
    let world = World::new();
    let mut first = world.ready(100, 24);
    first.say("once");
    first.wait("the pane's session", |s| last_line(s).ends_with("shell-1"));
    let before = first.lines();
    first.chord("d");
    assert_eq!(first.wait_exit(), 0);
    first.wait_text("[detached from work]");

    let second = world.attach(100, 24);
    second.wait("the same screen", |s| lines(s) == before);
}

#[test]
fn attach_detach_and_ls_are_commands() {
    let world = World::new();
    assert!(world.ok(&["ls"]).contains("no workspace is running"));
    let mut terminal = world.terminal(100, 24, &["attach"]);
    terminal.wait("a shell", |s| line(s, 0).starts_with('$'));
    let list = world.json(&["ls"]);
    let row = &list["workspaces"][0];
    assert_eq!(row["clients"], 1);
    assert_eq!(row["panes"], 1);
    assert_eq!(row["tabs"], 1);
    assert!(world.ok(&["list-sessions"]).contains("(attached)"));
    world.ok(&["detach"]);
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(world.json(&["ls"])["workspaces"][0]["clients"], 0);
    assert!(!world.ok(&["ls"]).contains("(attached)"));
}

#[test]
fn detach_in_a_pane_detaches_its_terminal() {
    let world = World::new();
    let mut terminal = world.ready(100, 24);
    terminal.send("stoa detach\r");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(world.panes().len(), 1);
}

#[test]
fn kill_server_ends_programs_and_lets_terminals_go() {
    let world = World::new();
    let mut shell = world.shell(100, 24);
    let before = shell.modes();
    shell.send("stoa; echo left=$?\r");
    shell.wait("the workspace", |s| last_line(s).contains("work"));
    world.until(&["list-panes"], |text| text.contains("%0"));
    let pane = world.panes()[0]["pid"].as_u64().expect("a shell runs") as u32;
    let server = world.server_pid().expect("a server runs");
    world.ok(&["kill-server"]);
    wait_gone(server);
    wait_gone(pane);
    shell.wait_text("left=0");
    assert_eq!(shell.modes(), before);
    assert!(!shell.screen(vt100::Screen::alternate_screen));
    let (code, error) = world.fails(&["kill-server"]);
    assert_eq!((code, &error["error"]["kind"]), (3, &"unreachable".into()));
}

#[test]
fn two_terminals_have_their_own_tab_focus_and_zoom() {
    let world = World::new();
    let mut one = world.ready(100, 24);
    one.chord("%");
    one.wait("two shells", |s| line(s, 0).matches('$').count() == 2);
    let mut two = world.attach(100, 24);
    two.wait("two shells", |s| line(s, 0).matches('$').count() == 2);

    one.chord("z");
    one.wait("the zoom", |s| last_line(s).contains("Z*"));
    two.prompt("new-tab -n other");
    two.wait("the new tab", |s| last_line(s).contains("1:other*"));
    one.wait("both tabs", |s| last_line(s).contains("1:other"));
    one.wait("its own tab", |s| last_line(s).contains("Z*"));
    two.chord("p");
    two.wait("no zoom here", |s| !last_line(s).contains("Z*"));
    two.wait("two shells", |s| line(s, 0).matches('$').count() == 2);

    // The second terminal goes to the left pane; the first stays in the right one, zoomed.
    two.chord("\x1b[D");
    two.send("echo l\"\"eft\r");
    two.wait("the left pane", |s| line(s, 1).starts_with("left"));
    one.send("echo r\"\"ight\r");
    one.wait("the right pane", |s| line(s, 1).starts_with("right"));
    let clients = world.json(&["list-clients"]);
    let panes: Vec<_> = clients["clients"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|client| client["pane"].as_str())
        .collect();
    assert_eq!(panes, [Some("%1"), Some("%0")]);
}

#[test]
fn a_killed_client_leaves_the_panes_and_gives_the_terminal_back() {
    let world = World::new();
    let mut shell = world.shell(100, 24);
    let before = shell.modes();
    shell.send("stoa\r");
    shell.wait("the workspace", |s| last_line(s).contains(" 0:"));
    assert_ne!(shell.modes(), before, "raw while attached");
    let start = shell.raw().len();
    let client = children(shell.pid())[0];
    kill(client, Signal::KILL);
    shell.wait_bytes("the ordinary screen", start, LEAVE);
    shell.wait("the mouse to be free", |s| {
        s.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            && !s.bracketed_paste()
            && !s.hide_cursor()
    });
    // The shell that had started it goes on in it as before.
    let deadline = std::time::Instant::now() + LIMIT;
    while shell.modes() != before {
        assert!(std::time::Instant::now() < deadline, "{}", shell.modes());
    }
    shell.send("echo b\"\"ack\r");
    shell.wait_text("back");
    assert_eq!(world.panes().len(), 1);
    let again = world.attach(100, 24);
    again.wait("the workspace", |s| last_line(s).contains(" 0:"));
}

#[test]
fn sigterm_and_sighup_restore_the_terminal() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let world = World::new();
        let mut shell = world.shell(100, 24);
        let before = shell.modes();
        shell.send("stoa; echo left=$?\r");
        shell.wait("the workspace", |s| last_line(s).contains(" 0:"));
        kill(children(shell.pid())[0], signal);
        shell.wait_text("left=0");
        assert_eq!(shell.modes(), before, "{signal:?}");
        shell.screen(|screen| {
            assert!(!screen.alternate_screen() && !screen.hide_cursor());
            assert!(!screen.bracketed_paste() && !screen.application_cursor());
            assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        });
        assert_eq!(world.panes().len(), 1);
    }
}

#[test]
fn a_closed_terminal_leaves_the_panes() {
    let world = World::new();
    // A terminal inside the terminal, so that it can be killed under the client.
    let words = ["script", "-qfc", "exec stoa", "/dev/null"];
    let mut terminal = world.program(100, 24, &words, &[]);
    terminal.wait("a shell", |s| line(s, 0).starts_with('$'));
    terminal.say("before");
    let server = world.server_pid();
    terminal.signal(Signal::KILL);
    terminal.wait_exit();
    world.until(&["list-clients"], |text| text.contains("no terminal"));
    assert_eq!(world.server_pid(), server);
    let again = world.attach(100, 24);
    again.wait_text("before-said");
}

#[test]
fn ten_at_once_start_one_server() {
    let world = World::new();
    let terminals: Vec<Terminal> = (0..10).map(|_| world.attach(100, 10)).collect();
    for terminal in &terminals {
        terminal.wait("the workspace", |s| last_line(s).contains(" 0:"));
    }
    let list = world.json(&["ls"]);
    assert_eq!(list["workspaces"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["workspaces"][0]["clients"], 10);
    assert_eq!(list["workspaces"][0]["panes"], 1);
    let state = world.state().display().to_string();
    assert_eq!(servers_of(&state), 1);
}

#[test]
fn a_terminal_that_does_not_read_stalls_nobody() {
    let world = World::new();
    let stuck = world.ready(100, 24);
    let mut other = world.attach(100, 24);
    other.wait("a shell", |s| line(s, 0).starts_with('$'));
    stuck.pause(true);
    other.chord("%");
    other.wait("two shells", |s| line(s, 0).matches('$').count() == 2);
    other.send("yes flood\r");
    other.wait("the flood", |s| line(s, 20).contains("flood"));
    other.chord("\x1b[D");
    for round in 0..5 {
        other.send(&format!("clear; echo \"round\"{round}.\r"));
        other.wait_row(0, |row| row.starts_with(&format!("round{round}.")));
    }
    world.ok(&["send-keys", "-t", "%1", "C-c"]);
    other.wait("the end of the flood", |s| s.contents().contains("^C"));
    // And it comes back to the present, not to what it missed.
    stuck.pause(false);
    stuck.wait("the present", |s| line(s, 0).starts_with("round4."));
}

#[test]
fn a_terminal_left_in_the_middle_of_a_frame_is_given_back_whole() {
    let world = World::new();
    let mut stuck = world.ready(100, 24);
    let _other = fall_behind(&world, &mut stuck);
    stuck.signal(Signal::TERM);
    world.until(&["list-clients"], |text| text.lines().count() == 1);
    stuck.pause(false);
    stuck.wait_exit();
    stuck.wait_closed();
    stuck.screen(|screen| {
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    });
}

#[test]
fn a_killed_client_whose_terminal_was_behind_gives_it_back_whole() {
    let world = World::new();
    let mut stuck = world.shell(100, 24);
    let before = stuck.modes();
    stuck.send("stoa\r");
    stuck.wait("the workspace", |s| last_line(s).contains(" 0:"));
    let _other = fall_behind(&world, &mut stuck);
    kill(children(stuck.pid())[0], Signal::KILL);
    world.until(&["list-clients"], |text| text.lines().count() == 1);
    stuck.pause(false);
    stuck.wait("the ordinary screen", |s| {
        !s.alternate_screen() && !s.hide_cursor()
    });
    let deadline = std::time::Instant::now() + LIMIT;
    while stuck.modes() != before {
        assert!(std::time::Instant::now() < deadline, "{}", stuck.modes());
    }
}

#[test]
fn a_pane_refuses_to_nest() {
    let world = World::new();
    let mut terminal = world.ready(100, 24);
    terminal.send("stoa; echo code=$?\r");
    terminal.wait_text("this is pane %0 of a workspace already");
    terminal.wait_text("code=1");
    terminal.send("clear; stoa attach; echo code=$?\r");
    terminal.wait_text("this is pane %0 of a workspace already");
    assert_eq!(world.json(&["ls"])["workspaces"][0]["clients"], 1);
}

#[test]
fn attaching_without_a_terminal_is_refused_and_starts_nothing() {
    let world = World::new();
    for args in [&[][..], &["attach"]] {
        let (code, error) = world.fails(args);
        assert_eq!(code, 2, "{error}");
        assert!(
            error["error"]["hint"]
                .as_str()
                .is_some_and(|hint| hint.contains("--once"))
        );
    }
    assert!(world.ok(&["ls"]).contains("no workspace is running"));
}

#[test]
fn linked_worktrees_share_the_main_worktrees_workspace() {
    let world = World::new();
    world.git(&["init", "-q"]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    world.git(&["worktree", "add", "-q", "../linked"]);
    let linked = world.root.with_file_name("linked");
    let output = world
        .stoa(&["--once", "--json"])
        .current_dir(&linked)
        .output()
        .expect("it runs");
    let data: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(data["workspace"], world.root.display().to_string());
    // A directory below the root is in the same workspace, and `--state` goes elsewhere.
    let below = world.root.join("a/b");
    std::fs::create_dir_all(&below).expect("fresh directories");
    let run = |args: &[&str], env: Option<&str>| {
        let mut command = world.stoa(args);
        command.current_dir(&below);
        command.envs(env.map(|value| ("STOA_STATE", value)));
        let output = command.output().expect("it runs");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")["state"].clone()
    };
    let path = |path: &std::path::Path| serde_json::Value::from(path.display().to_string());
    assert_eq!(run(&["--once", "--json"], None), path(&world.state()));
    assert_eq!(
        run(&["--once", "--json"], Some("other")),
        path(&below.join("other"))
    );
    assert_eq!(
        run(&["--once", "--json", "--state", "flag"], Some("other")),
        path(&below.join("flag"))
    );
}

/// Floods a terminal's pane and stops reading the terminal, long enough that a frame is stuck on its
/// way to it. Returns another terminal, which saw the time pass.
fn fall_behind(world: &World, stuck: &mut Terminal) -> Terminal {
    // Every frame differs from the one before in every row.
    stuck.send("while :; do i=$((i+1)); echo $i$i$i$i$i$i$i$i-x; done\r");
    stuck.wait("the flood", |s| line(s, 20).contains("-x"));
    stuck.pause(true);
    let mut other = world.attach(100, 24);
    other.wait("the flood", |s| line(s, 20).contains("-x"));
    other.chord("c");
    other.wait("a shell", |s| line(s, 0).starts_with('$'));
    for round in 0..100 {
        other.send(&format!("clear; echo \"round\"{round}.\r"));
        other.wait_row(0, |row| row.starts_with(&format!("round{round}.")));
    }
    other
}

/// The child processes of a process.
fn children(pid: u32) -> Vec<u32> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    let text = std::fs::read_to_string(path).expect("it runs");
    text.split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

fn kill(pid: u32, signal: Signal) {
    let pid = rustix::process::Pid::from_raw(pid as i32).expect("not zero");
    rustix::process::kill_process(pid, signal).expect("it runs");
}

/// How many server processes have this state directory on their command line.
fn servers_of(state: &str) -> usize {
    std::fs::read_dir("/proc")
        .expect("/proc is there")
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .filter(|line| {
            let line = String::from_utf8_lossy(line);
            line.contains("\0serve\0") && line.contains(state)
        })
        .count()
}

/// `attach -d`: the others go, and one is where they were.
#[test]
fn attaching_can_detach_the_others() {
    let world = World::plain();
    let mut first = world.ready(80, 24);
    first.chord("c");
    world.wait_panes("a second tab", |panes| panes.len() == 2);
    let second = world.terminal(80, 24, &["attach", "-d"]);
    first.wait_text("detached from");
    second.wait("the second tab", |s| last_line(s).contains("1:"));
    world.until(&["list-clients"], |text| {
        text.lines().count() == 1 && text.contains("tab 1")
    });
}

/// `C-b C-z` stops the client in its shell; `fg` there comes back.
#[test]
fn a_client_is_stopped_and_goes_on() {
    let world = World::plain();
    world.ok(&["start-server"]);
    let env = [("PS1", "outer> ")];
    let mut terminal = world.program(80, 24, &["sh", "-i"], &env);
    terminal.wait("the shell outside", |s| line(s, 0).starts_with("outer>"));
    terminal.send(&format!("{}\r", binary().display()));
    let here = |s: &vt100::Screen| last_line(s).contains("work");
    terminal.wait("the workspace", here);
    terminal.send("x=kept; clear\r");
    for _ in 0..2 {
        terminal.chord("\x1a");
        terminal.wait("the shell outside", |s| {
            let rows = lines(s);
            let last = rows.iter().rev().find(|row| !row.is_empty());
            !here(s) && last.is_some_and(|row| row == "outer>")
        });
        let clients = world.json(&["list-clients"]);
        assert_eq!(clients["clients"].as_array().map(Vec::len), Some(0));
        terminal.send("fg\r");
        terminal.wait("the workspace", here);
        terminal.send("echo $x-$((1+1))\r");
        terminal.wait_row_ending("kept-2");
        terminal.send("clear\r");
        terminal.wait_no_text("kept-2");
    }
    // What is detached afterwards is back in the shell, whose terminal is in order.
    terminal.chord("d");
    terminal.wait_text("[detached from work]");
    terminal.send("echo it is $((40+2))\r");
    terminal.wait_text("it is 42");
}
