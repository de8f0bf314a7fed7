//! Copy mode, paste buffers and what is captured of panes, in the real binary on a real terminal.

use base64::Engine;

use crate::support::*;

/// A plain world with a terminal and one pane that has shown numbered lines, 1 to `last`.
fn numbered(cols: u16, rows: u16, last: usize) -> (World, Terminal) {
    let world = World::plain();
    let mut terminal = world.ready(cols, rows);
    terminal.send(&format!("clear; seq 1 {last}\r"));
    let last = last.to_string();
    terminal.wait("the last line", |screen| {
        let rows = lines(screen);
        rows.windows(2)
            .any(|two| two[0] == last && two[1].starts_with('$'))
    });
    (world, terminal)
}

/// Waits until the shell waits.
fn idle(terminal: &Terminal) {
    terminal.wait("a prompt", |screen| {
        line(screen, screen.cursor_position().0) == "$"
    });
}

/// Enters copy mode.
fn enter(terminal: &mut Terminal) {
    terminal.chord("[");
    terminal.wait_text("[0/");
}

/// The text the outer terminal was last told to put on its clipboard.
fn clipboard(terminal: &Terminal) -> Option<String> {
    let raw = terminal.raw();
    let text = String::from_utf8_lossy(&raw);
    let (_, last) = text.rsplit_once("\x1b]52;c;")?;
    let (data, _) = last.split_once('\x07')?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(data);
    Some(String::from_utf8(bytes.expect("base64")).expect("UTF-8"))
}

fn wait_clipboard(terminal: &Terminal, text: &str) {
    let what = format!("{text:?} on the clipboard");
    terminal.wait(&what, |_| true);
    let deadline = std::time::Instant::now() + LIMIT;
    while clipboard(terminal).as_deref() != Some(text) {
        assert!(
            std::time::Instant::now() < deadline,
            "waited for {what}, got {:?}",
            clipboard(terminal)
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_line_far_back_is_found_copied_and_pasted() {
    let (world, mut terminal) = numbered(80, 24, 5000);
    enter(&mut terminal);
    terminal.wait("the mode", |s| last_line(s).contains("copy"));
    terminal.send("?^123\\d$");
    terminal.wait("the results", |s| last_line(s).ends_with("10 of 10"));
    terminal.send("\r");
    terminal.wait_text("(10 of 10)");
    terminal.send("nn");
    terminal.wait_text("(8 of 10)");
    terminal.send("N");
    terminal.wait_text("(9 of 10)");
    terminal.send("V2jy");
    terminal.wait_text("copied 3 lines");
    wait_clipboard(&terminal, "1238\n1239\n1240\n");
    assert_eq!(world.ok(&["show-buffer"]), "1238\n1239\n1240\n");
    world.ok(&["set-buffer", "echo \"pasted\"-text"]);
    terminal.chord("]");
    terminal.send("\r");
    terminal.wait_text("pasted-text");
}

#[test]
fn output_moves_nothing_that_is_read() {
    let (world, mut terminal) = numbered(80, 24, 200);
    terminal.send("(read go; seq 1000 1300; echo the\"-end\") \r");
    terminal.wait_text("read go");
    enter(&mut terminal);
    terminal.send("50k");
    terminal.wait_text("[28/");
    let panes = |terminal: &Terminal| terminal.screen(lines)[..23].to_vec();
    let before = panes(&terminal);
    world.ok(&["send-keys", "-t", "%0", "now", "Enter"]);
    world.until(&["capture-pane"], |text| text.contains("the-end"));
    assert_eq!(panes(&terminal), before);
    terminal.send("r");
    terminal.wait_text("the-end");
    terminal.send("q");
    terminal.say("back");
}

#[test]
fn two_terminals_read_apart() {
    let (world, mut first) = numbered(80, 24, 300);
    let mut second = world.attach(80, 24);
    second.wait_text("300");
    enter(&mut first);
    first.send("g");
    first.wait("the first lines", |s| lines(s).contains(&"2".to_owned()));
    enter(&mut second);
    second.send("100k");
    second.wait("older lines", |s| lines(s).contains(&"205".to_owned()));
    assert!(first.lines().contains(&"2".to_owned()));
    second.send("q");
    second.wait_no_text("[");
    first.wait_text("copy");
}

#[test]
fn the_mouse_selects_by_drag_and_clicks() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    terminal.send("clear; echo open 'src/main.rs now'; echo second line\r");
    terminal.wait_text("\nsecond line");
    let (col, row) = terminal.find("open src/main.rs now");
    terminal.drag((col, row), (col + 5, row + 1));
    wait_clipboard(&terminal, "open src/main.rs now\nsecond");
    terminal.wait("the live pane", |s| !last_line(s).contains("copy"));
    let click = |terminal: &mut Terminal| {
        terminal.send(&mouse(0, col + 8, row, true));
        terminal.send(&mouse(0, col + 8, row, false));
    };
    click(&mut terminal);
    click(&mut terminal);
    wait_clipboard(&terminal, "src/main.rs");
    click(&mut terminal);
    wait_clipboard(&terminal, "open src/main.rs now");
    terminal.wait("the live pane", |s| !last_line(s).contains("copy"));
    terminal.say("typing");
}

#[test]
fn a_rectangle_is_copied() {
    let (_world, mut terminal) = numbered(80, 24, 120);
    enter(&mut terminal);
    terminal.send("?^100$\r");
    terminal.wait_text("(1 of 1)");
    terminal.send("l\x162jly");
    wait_clipboard(&terminal, "00\n01\n02");
}

#[test]
fn a_tiny_terminal_reads_too() {
    let (_world, mut terminal) = numbered(20, 5, 100);
    enter(&mut terminal);
    terminal.send("g");
    terminal.wait_text("[97/97]");
    terminal.send("/^42$");
    terminal.wait("the match", |s| lines(s).contains(&"42".to_owned()));
    terminal.send("\r");
    terminal.send("Vy");
    wait_clipboard(&terminal, "42\n");
}

#[test]
fn a_new_size_keeps_the_place_and_a_pane_may_go() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    let long = "0123456789".repeat(9);
    terminal.send(&format!(
        "clear; seq 1 90; echo start-{long}-\"end\"; seq 200 290\r"
    ));
    terminal.wait("all of it", |s| lines(s).contains(&"290".to_owned()));
    enter(&mut terminal);
    terminal.send("?start-0\r");
    terminal.wait_text("(1 of 1)");
    terminal.resize(50, 12);
    terminal.wait("the line in three", |s| {
        lines(s).iter().any(|line| line.starts_with("start-0123")) && s.size().1.get() == 50
    });
    terminal.send("Vy");
    wait_clipboard(&terminal, &format!("start-{long}-end\n"));
    // The pane one reads is closed from elsewhere.
    terminal.chord("%");
    world.wait_panes("two panes", |panes| panes.len() == 2);
    world.ok(&["copy-mode", "-t", "%1"]);
    terminal.wait_text("[0/0]");
    terminal.send("/x");
    world.ok(&["close-pane", "-t", "%1"]);
    world.wait_panes("one pane", |panes| panes.len() == 1);
    terminal.wait("no prompt", |s| last_line(s).contains("work"));
    terminal.say("alive");
}

#[test]
fn a_programs_clipboard_reaches_the_terminal_if_allowed() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    terminal.send("printf '\\033]52;c;aGVsbG8=\\007'\r");
    wait_clipboard(&terminal, "hello");
    idle(&terminal);
    world.configure("allow-osc52-write = false\nclipboard = false\n[panel]\nopen = false\n");
    world.ok(&["reload-config"]);
    terminal.send("printf '\\033]52;c;c2VjcmV0\\007'\r");
    terminal.wait("the next prompt", |s| {
        s.contents().matches("$ printf").count() == 2
    });
    idle(&terminal);
    terminal.say("more");
    enter(&mut terminal);
    terminal.send("?more-said\rvEy");
    terminal.wait_text("copied");
    assert_eq!(clipboard(&terminal).as_deref(), Some("hello"));
    assert_eq!(world.ok(&["showb"]), "more-said");
}

#[test]
fn buffers_are_listed_kept_and_written() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    let (code, error) = world.fails(&["show-buffer"]);
    assert_eq!((code, &error["error"]["kind"]), (1, &"not-found".into()));
    world.ok(&["set-buffer", "first"]);
    world.ok(&["setb", "-b", "notes", "some text"]);
    world.ok(&["setb", "-a", "-b", "notes", ", and more"]);
    assert_eq!(
        world.ok(&["list-buffers"]),
        "notes: 19 bytes: \"some text, and more\"\nbuffer0: 5 bytes: \"first\"\n"
    );
    world.ok(&["save-buffer", "-b", "notes", "notes.txt"]);
    let file = world.root.join("notes.txt");
    assert_eq!(
        std::fs::read_to_string(&file).expect("written"),
        "some text, and more"
    );
    std::fs::write(&file, "from a file\n").expect("ours");
    world.ok(&["load-buffer", "-b", "loaded", "notes.txt"]);
    assert_eq!(
        world.json(&["show-buffer", "-b", "loaded"])["text"],
        "from a file\n"
    );
    world.ok(&["delete-buffer", "-b", "loaded"]);
    let (_, error) = world.fails(&["load-buffer", "nowhere.txt"]);
    let message = error["error"]["message"].as_str().expect("text");
    assert!(message.contains("nowhere.txt"), "{message}");
    for words in [
        &["load-buffer", "/"][..],
        &["save-buffer", "/"],
        &["save-buffer", "/no/x"],
    ] {
        assert_eq!(world.fails(words).0, 1, "{words:?}");
    }
    terminal.chord("=");
    terminal.wait_text("Paste buffers");
    terminal.send("j\r");
    terminal.wait_text("$ first");
}

#[test]
fn bytes_go_through_a_buffer_unchanged() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    let bytes = b"abc\xff\x1b[31m\0\r\ndef";
    let file = world.root.join("bytes");
    std::fs::write(&file, bytes).expect("ours");
    let input = std::fs::File::open(&file).expect("ours");
    let loaded = world
        .stoa(&["load-buffer", "-b", "raw", "-"])
        .stdin(input)
        .output();
    let loaded = loaded.expect("the binary runs");
    assert!(loaded.status.success(), "{loaded:?}");
    for words in [
        &["save-buffer", "-b", "raw", "-"][..],
        &["show-buffer", "-b", "raw"],
    ] {
        assert_eq!(world.run(words).stdout, bytes, "{words:?}");
    }
    let data = world.json(&["show-buffer", "-b", "raw"]);
    assert_eq!(data["base64"], "YWJj/xtbMzFtAA0KZGVm");
    // A terminal is shown the text, and nothing it would act upon.
    terminal.send("stoa show-buffer -b raw\r");
    terminal.wait_text("def");
    terminal.chord(":");
    terminal.send("load-buffer -\r");
    terminal.wait_text("there is no standard input here");
}

#[test]
fn what_is_too_long_for_a_buffer_is_refused() {
    let world = World::plain();
    let _terminal = world.ready(80, 24);
    let file = world.root.join("large.txt");
    std::fs::write(&file, "x".repeat(8 << 20)).expect("ours");
    world.ok(&["load-buffer", "large.txt"]);
    assert_eq!(world.run(&["show-buffer"]).stdout.len(), 8 << 20);
    world.ok(&["save-buffer", "-a", "large.txt"]);
    assert_eq!(std::fs::metadata(&file).expect("ours").len(), 16 << 20);
    std::fs::write(&file, "x".repeat((8 << 20) + 1)).expect("ours");
    assert_eq!(world.fails(&["load-buffer", "large.txt"]).0, 1);
    let large = std::fs::File::open(&file).expect("ours");
    let refused = world.stoa(&["load-buffer", "-"]).stdin(large).output();
    let refused = refused.expect("the binary runs");
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(error.contains("a buffer holds 8 MiB at most"), "{error}");
    assert_eq!(world.fails(&["paste-buffer"]).0, 1, "more than 1 MiB");
}

#[test]
fn captures_take_ranges_looks_and_joined_lines() {
    let (world, mut terminal) = numbered(40, 10, 50);
    let captured = |args: &[&str]| world.ok(&[&["capture-pane", "-p"], args].concat());
    assert_eq!(captured(&["-S", "-3", "-E", "0"]).lines().count(), 4);
    let all = captured(&["-S", "-"]);
    assert!(
        all.starts_with("1\n2\n3\n") && all.contains("\n49\n50\n"),
        "{all}"
    );
    assert_eq!(captured(&["-S", "-9999", "-E", "-9999"]).lines().count(), 1);
    let long = "x".repeat(70);
    terminal.send(&format!(
        "clear; echo {long}; printf '\\033[31mred\\033[m\\n'\r"
    ));
    terminal.wait("red", |s| lines(s).contains(&"red".to_owned()));
    assert!(!captured(&[]).lines().any(|line| line == long));
    assert!(captured(&["-J"]).lines().any(|line| line == long));
    let looks = captured(&["-e"]);
    assert!(looks.contains("\x1b[31mred\x1b[m"), "{looks:?}");
    world.ok(&["capture-pane", "-b", "shot"]);
    assert!(world.ok(&["show-buffer", "-b", "shot"]).contains("red"));
    assert_eq!(world.fails(&["capture-pane", "-S", "x"]).0, 2);
    let plain = captured(&["-e", "-N"]);
    assert!(plain.lines().all(|line| !line.ends_with(' ')), "{plain:?}");
    // tmux's flags for the screen behind the alternate one.
    assert_eq!(world.fails(&["capture-pane", "-a"]).0, 1);
    assert_eq!(captured(&["-a", "-q"]), "");
    terminal.send("clear; echo behind; printf '\\033[?1049h'; echo \"in\"front; read x\r");
    terminal.wait_text("infront");
    let (shown, behind) = (captured(&[]), captured(&["-a"]));
    assert!(
        shown.contains("infront") && !shown.contains("behind\n"),
        "{shown}"
    );
    assert!(
        behind.contains("behind\n") && !behind.contains("infront"),
        "{behind}"
    );
    assert_eq!(captured(&[]), shown, "looking changes nothing");
    assert_eq!(captured(&["-b", "both"]), shown);
    assert_eq!(world.fails(&["show-buffer", "-b", "both"]).0, 1);
}

#[test]
fn the_last_command_is_captured_where_the_shell_marks_it() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    let (_, error) = world.fails(&["capture-pane", "--last-command"]);
    let hint = error["error"]["hint"].as_str().expect("a hint");
    assert!(hint.contains("OSC 133"), "{hint}");
    terminal.send(
        "run() { printf '\\033]133;C\\007'; \"$@\"; printf '\\033]133;D;0\\007\\033]133;A\\007'; }\r",
    );
    terminal.wait_text("run() {");
    idle(&terminal);
    terminal.send("run seq 1 3\r");
    terminal.wait("three", |s| lines(s).contains(&"3".to_owned()));
    idle(&terminal);
    let last = || world.ok(&["capture-pane", "--last-command"]);
    assert_eq!(last(), "1\n2\n3\n");
    terminal.send("run seq 100 180\r");
    terminal.wait("180", |s| lines(s).contains(&"180".to_owned()));
    idle(&terminal);
    assert_eq!(last().lines().count(), 81);
    terminal.send("run printf 'no end'\r");
    terminal.wait_text("no end$");
    assert!(last().starts_with("no end"), "{}", last());
    terminal.send("run true\r");
    world.until(&["capture-pane", "--last-command"], str::is_empty);
    enter(&mut terminal);
    terminal.send("3[");
    terminal.wait("an older prompt", |s| {
        line(s, s.cursor_position().0).starts_with("$ run seq 100")
    });
}

#[test]
fn the_history_goes_to_a_file_and_to_the_editor() {
    let (world, mut terminal) = numbered(80, 24, 3000);
    world.ok(&["save-scrollback", "history.txt"]);
    let text = std::fs::read_to_string(world.root.join("history.txt")).expect("written");
    assert!(
        text.starts_with("1\n2\n") && text.contains("\n2999\n3000\n"),
        "{text}"
    );
    assert!(text.ends_with("$\n"), "{text}");
    let editor = world.root.join("editor");
    std::fs::write(
        &editor,
        "#!/bin/sh\ncp \"$1\" seen.txt; echo \"editing $1\"; read answer\n",
    )
    .expect("ours");
    let run = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&editor, run).expect("ours");
    let command = editor.display().to_string();
    terminal.send(&format!("EDITOR={command} VISUAL= stoa edit-scrollback\r"));
    terminal.wait_text("editing /");
    world.wait_panes("an editor", |panes| panes.len() == 2);
    let seen = std::fs::read_to_string(world.root.join("seen.txt")).expect("copied");
    assert!(
        seen.starts_with("1\n2\n") && seen.contains("\n3000\n"),
        "{seen}"
    );
    let (_, file) = terminal
        .lines()
        .iter()
        .find_map(|line| {
            line.split_once("editing ")
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
        })
        .expect("its name");
    terminal.send("\r");
    world.wait_panes("one pane", |panes| panes.len() == 1);
    assert!(!std::path::Path::new(&file).exists(), "{file} is removed");
    terminal.say("back");
}

#[test]
fn the_keys_of_the_mode_are_listed_first() {
    let (_world, mut terminal) = numbered(100, 30, 50);
    enter(&mut terminal);
    terminal.chord("?");
    terminal.wait_text("In copy mode");
    terminal.send("copy-selection");
    terminal.wait_text("Copy and leave");
    terminal.send("\x1b");
    terminal.wait_text("type to filter");
    terminal.send("\x1b");
    terminal.wait_no_text("In copy mode");
    terminal.send("q");
    terminal.say("done");
}

/// A shell command reads what is copied; one that fails says so.
#[test]
fn a_command_reads_what_is_copied() {
    let (world, mut terminal) = numbered(80, 24, 100);
    enter(&mut terminal);
    terminal.send("?^77$\r");
    terminal.wait_text("(1 of 1)");
    terminal.send("Vj");
    terminal.wait_no_text("(1 of 1)");
    let words = [
        "send-keys",
        "-X",
        "copy-pipe-no-clear",
        "tr 7 x > piped; mv piped done",
    ];
    world.ok(&words);
    let file = world.root.join("done");
    world.until(&["list-buffers"], |_| file.exists());
    assert_eq!(std::fs::read_to_string(&file).expect("ours"), "xx\nx8\n");
    world.ok(&["send-keys", "-X", "copy-pipe-and-cancel", "exit 3"]);
    terminal.wait_text("exit 3: exit code 3");
    assert_eq!(world.ok(&["show-buffer"]), "77\n78\n");
}

#[test]
fn scripts_drive_the_mode_in_tmuxs_words() {
    let (world, terminal) = numbered(80, 24, 100);
    world.ok(&["copy-mode"]);
    terminal.wait_text("[0/");
    world.ok(&["send-keys", "-X", "search-backward", "^77$"]);
    world.ok(&["send-keys", "-X", "select-line"]);
    world.ok(&["send-keys", "-N", "2", "-X", "cursor-down"]);
    world.ok(&["send-keys", "-X", "copy-selection-and-cancel"]);
    assert_eq!(world.ok(&["show-buffer"]), "77\n78\n79\n");
    let refused = world.run(&["send-keys", "-X", "fly"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(world.fails(&["copy", "cursor-up"]).0, 1);
}
