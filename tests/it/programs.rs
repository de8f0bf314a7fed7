//! Programs in panes: what reaches them, and that what they draw arrives.

use crate::support::*;

/// A plain world of 80 columns and 24 rows, its pane running a shell.
fn one() -> (World, Terminal) {
    let world = World::plain();
    let terminal = world.ready(80, 24);
    (world, terminal)
}

fn installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

#[test]
fn a_new_size_reaches_programs() {
    let (_world, mut terminal) = one();
    terminal.send("stty size\r");
    terminal.wait_text("23 80");
    // A shell without job control is told together with what it runs, and its trap runs after.
    terminal
        .send("sh -c 'trap \"stty size\" WINCH; echo re\"\"ady; while :; do sleep 0.05; done'\r");
    terminal.wait_row_ending("ready");
    terminal.resize(60, 20);
    terminal.wait_text("19 60");
    terminal.resize(132, 43);
    terminal.wait_text("42 132");
}

#[test]
fn programs_learn_where_and_who_they_are() {
    let (world, mut terminal) = one();
    terminal.send(
        "clear; echo \"[$TERM][$STOA_PANE][$STOA_STATE]\"; infocmp >/dev/null && echo kno\"\"wn\r",
    );
    terminal.wait_text("][%0][");
    terminal.wait_text("known");
    let state = world.state().display().to_string();
    terminal.wait("the state directory", |s| {
        s.contents().replace('\n', "").contains(&state)
    });
    terminal.send("clear; stoa whoami\r");
    terminal.wait_text("session 1 \"shell-1\"");
}

#[test]
fn the_alternate_screen_comes_and_goes() {
    let (_world, mut terminal) = one();
    terminal.say("before");
    terminal.send(
        "printf '\\033[?1049h\\033[2J\\033[5;5Hal\\164ernate'; read x; printf '\\033[?1049l'\r",
    );
    terminal.wait_text("alternate");
    assert!(!terminal.text().contains("before-said"));
    terminal.send("\r");
    terminal.wait_text("before-said");
}

#[test]
fn colours_styles_and_wide_characters_arrive() {
    let world = World::plain();
    let env = [("COLORTERM", "truecolor")];
    let mut terminal = world.terminal_with(80, 24, &[], &env);
    terminal.wait("a shell", |s| line(s, 0).starts_with('$'));
    terminal.send("clear; printf '\\033[38;2;1;2;3m\\033[48;2;4;5;6m\\033[1;3;4mX\\033[0m\\033[38;5;200mY\\033[0m 漢字e\\314\\201|\\n'\r");
    terminal.wait("the line", |s| {
        (0..4).any(|row| line(s, row) == "XY 漢字e\u{301}|")
    });
    let (col, row) = terminal.find("XY ");
    terminal.screen(|screen| {
        let cell = screen.cell(row, col).expect("it is there");
        assert_eq!(cell.fgcolor(), vt100::Color::Rgb(1, 2, 3));
        assert_eq!(cell.bgcolor(), vt100::Color::Rgb(4, 5, 6));
        assert!(cell.bold() && cell.italic() && cell.underline());
        let cell = screen.cell(row, col + 1).expect("it is there");
        assert_eq!(cell.fgcolor(), vt100::Color::Idx(200));
        assert!(screen.cell(row, col + 3).expect("it is there").is_wide());
        assert_eq!(
            screen.cell(row, col + 7).expect("it is there").contents(),
            "e\u{301}"
        );
    });
}

/// Over ssh nothing but `TERM` says what a terminal is: its own answers do.
#[test]
fn a_terminal_that_says_what_it_is_gets_all_it_has() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    terminal.wait_bytes("the question for its name", 0, b"\x1b[>q");
    terminal.send("clear; printf '\\033[%s:3;38;2;1;2;3m%sly\\033[m\\n' 4 cur\r");
    terminal.wait_row_ending("curly");
    let raw = terminal.raw();
    let has = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|found| found == part);
    assert!(!has(&raw, b"\x1bP+q"), "who tells no name may print this");
    assert!(!has(&raw, b"4:3"));
    terminal.send("\x1bP>|unheard-of 1.0\x1b\\");
    terminal.wait_bytes(
        "the question for styled underlines",
        0,
        b"\x1bP+q536d756c78\x1b\\",
    );
    let start = terminal.raw().len();
    terminal.send("\x1bP1+r536d756c78=1b\x1b\\\x1bP0+r524742\x1b\\");
    let start = terminal.wait_bytes("a curly underline", start, b"4:3");
    assert!(!has(&terminal.raw()[start..], b"38;2;1;2;3"));
    terminal.send("\x1bP>|kitty(0.40)\x1b\\");
    terminal.wait_bytes("24-bit colour", start, b"38;2;1;2;3");
    // What the settings say goes before.
    let file = world.config().join("config.toml");
    let start = terminal.raw().len();
    let text = "[terminal]\nfeatures = [\"-underlines\"]\n";
    std::fs::write(&file, text).expect("ours");
    world.ok(&["reload-config"]);
    terminal.send("echo more\r");
    terminal.wait_row_ending("more");
    assert!(!has(&terminal.raw()[start..], b"4:3"));
}

/// The console of the kernel prints what it does not know: it is asked nothing of the kind.
#[test]
fn a_console_is_not_asked_for_its_name() {
    let world = World::plain();
    let mut terminal = world.terminal_with(80, 24, &[], &[("TERM", "linux")]);
    terminal.wait("a shell", |s| line(s, 0).starts_with('$'));
    terminal.say("something");
    let raw = terminal.raw();
    assert!(!raw.windows(4).any(|found| found == b"\x1b[>q"));
}

#[test]
fn pastes_are_bracketed_for_programs_that_ask() {
    let (_world, mut terminal) = one();
    terminal.send("printf '\\033[?2004h'; stty -icanon -echo; echo re\"\"ady; cat -v\r");
    terminal.wait_row_ending("ready");
    terminal.send("\x1b[200~two\nlines\x1b[201~");
    terminal.wait_text("^[[200~two");
    terminal.wait_text("lines^[[201~");
}

#[test]
fn pastes_are_plain_for_programs_that_do_not() {
    let (_world, mut terminal) = one();
    terminal.send("stty -icanon -echo; echo re\"\"ady; cat -v\r");
    terminal.wait_row_ending("ready");
    terminal.send("\x1b[200~plain\x1b[201~");
    terminal.wait_text("plain");
    assert!(!terminal.text().contains("200~"));
}

#[test]
fn the_mouse_reaches_a_program_that_asked() {
    let (_world, mut terminal) = one();
    terminal.chord("%");
    terminal.wait("a second shell", |s| line(s, 0).matches('$').count() == 2);
    terminal
        .send("printf '\\033[?1002h\\033[?1006h'; stty -icanon -echo; echo re\"\"ady; cat -v\r");
    terminal.wait_row_ending("ready");
    // The right pane begins at column 41: what it sees is counted from its own corner.
    terminal.click(45, 5);
    terminal.wait_text("^[[<0;5;6M");
    terminal.wait_text("^[[<0;5;6m");
    terminal.send(&mouse(64, 45, 5, true));
    terminal.wait_text("^[[<64;5;6M");
}

#[test]
fn keys_arrive_as_the_program_asked_for_them() {
    let (world, mut terminal) = one();
    terminal.send("stty -icanon -echo; echo re\"\"ady; cat -v\r");
    terminal.wait_row_ending("ready");
    terminal.send("\x1b[A");
    terminal.wait_text("^[[A");
    world.ok(&["send-keys", "C-a", "M-x", "F5", "PageUp"]);
    terminal.wait_text("^A^[x^[[15~^[[5~");
    terminal.send("\x03");
    terminal.wait("the shell", |s| {
        s.contents().lines().any(|row| row.trim_end() == "$")
    });
    terminal.send("clear; printf '\\033[?1h'; echo a\"\"gain; cat -v\r");
    terminal.wait_row_ending("again");
    terminal.send("\x1b[A");
    terminal.wait_text("^[OA");
}

#[test]
fn vim_edits_and_follows_the_size() {
    if !installed("vim") {
        return;
    }
    let (world, mut terminal) = one();
    terminal.send("vim -u NONE -N note.txt\r");
    terminal.wait("an empty buffer", |s| line(s, 2).starts_with('~'));
    terminal.send("ihello from vim");
    terminal.wait_row(0, |row| row == "hello from vim");
    terminal.chord("%");
    terminal.wait("half of it", |s| {
        line(s, 0).starts_with("hello from vim") && line(s, 3).contains('│')
    });
    terminal.chord("\x1b[D");
    terminal.send("\x1b");
    terminal.send(":wq\r");
    world.wait_panes("its end", |panes| panes[0]["program"] != "vim");
    terminal.wait_text("$");
    let text = std::fs::read_to_string(world.root.join("note.txt")).expect("vim wrote it");
    assert_eq!(text, "hello from vim\n");
}

#[test]
fn less_pages_through_a_long_file() {
    if !installed("less") {
        return;
    }
    let (world, mut terminal) = one();
    let text: String = (1..=500).map(|n| format!("row {n}.\n")).collect();
    std::fs::write(world.root.join("long"), text).expect("our own directory");
    terminal.send("less long\r");
    terminal.wait_row(0, |row| row == "row 1.");
    terminal.send(" ");
    terminal.wait_row(0, |row| row == "row 23.");
    terminal.send("G");
    terminal.wait_text("row 500.");
    terminal.send("/row 77\\.\r");
    terminal.send("g/row 77\\.\r");
    terminal.wait_text("row 77.");
    // The wheel is arrows for a program on the alternate screen that has no mouse.
    terminal.send("g");
    terminal.wait_row(0, |row| row == "row 1.");
    terminal.send(&mouse(65, 10, 10, true));
    terminal.wait_row(0, |row| row == "row 4.");
    terminal.send("q");
    terminal.say("left");
}

#[test]
fn tmux_runs_in_a_pane() {
    if !installed("tmux") {
        return;
    }
    let (world, mut terminal) = one();
    let socket = world.root.join("tmux").display().to_string();
    terminal.send(&format!("tmux -f /dev/null -S {socket} new -s inner\r"));
    terminal.wait_row(22, |row| row.starts_with("[inner]"));
    // Its prefix is ours typed twice.
    terminal.send("\x02\x02%");
    terminal.wait("its split", |s| line(s, 3).contains('│'));
    terminal.say("inside");
    terminal.send(&format!("clear; tmux -S {socket} kill-server\r"));
    terminal.wait("its end", |s| !line(s, 22).starts_with("[inner]"));
    terminal.say("outside");
}

#[test]
fn titles_of_programs_name_their_panes() {
    let (world, mut terminal) = one();
    terminal.send("printf '\\033]2;busy %s\\007' building\r");
    world.wait_panes("the title", |panes| panes[0]["name"] == "busy building");
}

#[test]
fn a_bell_elsewhere_marks_the_tab() {
    let (world, mut terminal) = one();
    world.ok(&["new-tab", "-d", "-n", "ringer"]);
    terminal.wait("two tabs", |s| last_line(s).contains("1:ringer"));
    world.ok(&["send-keys", "-t", "%1", "printf '\\a'", "Enter"]);
    terminal.wait("a mark", |s| last_line(s).contains("1:ringer!"));
    terminal.chord("n");
    terminal.wait("no mark", |s| last_line(s).contains("1:ringer*"));
}

/// A terminal that says it knows sixels is sent them, whatever form the program's image had.
#[test]
fn images_become_sixels_where_the_terminal_knows_them() {
    let (_world, mut terminal) = one();
    terminal.send("\x1b[6;20;10t\x1b[?62;4c");
    // Two red pixels in kitty's form, over two columns.
    terminal.send(
        "clear; printf '\\033_Ga=T,f=24,s=2,v=1,c=2,r=1,q=2;/wAA/wAA\\033\\134'; echo do\"\"ne\r",
    );
    let at = terminal.wait_bytes("a sixel image", 0, b"\x1bP0;1;0q\"1;1;20;20");
    terminal.wait_bytes("red", at, b";2;100;0;0");
    terminal.wait_text("done");
    assert!(!terminal.text().contains("[image]"));
}

/// What costs much for few bytes is put off, and done with although nothing comes after it.
#[test]
fn costly_output_is_shown_to_its_end() {
    let (world, _terminal) = one();
    let script = r#"awk 'BEGIN { for (i = 0; i < 2000; i++) printf "\033[50S"
        printf "\033[2J\033[Hthe end" }'; exec sleep 1000"#;
    let pane = world.ok(&["run", "--", script]).trim_end().to_owned();
    world.until(&["capture-pane", "-p", "-t", &pane], |text| {
        text.starts_with("the end")
    });
}

/// A shell that says nothing of where it is is asked for when somebody wants to know.
#[test]
fn the_directory_of_a_silent_shell_is_known() {
    let (world, mut terminal) = one();
    let there = world.root.join("there");
    std::fs::create_dir(&there).expect("our own directory");
    let there = there.canonicalize().expect("it is there");
    let shown = there.display().to_string();
    terminal.send("cd there; echo mo\"\"ved\r");
    terminal.wait_row_ending("moved");
    let path = ["display-message", "-p", "-t", "%0", "#{pane_current_path}"];
    assert_eq!(world.ok(&path).trim(), shown);
    assert_eq!(world.panes()[0]["cwd"], shown.as_str());
    let out = world.ok(&["save-layout", "-p"]);
    assert!(out.contains("cwd = \"there\""), "{out}");
    // From a key, and for the new pane.
    terminal.send("cd ..; cd there; echo ba\"\"ck\r");
    terminal.wait_row_ending("back");
    terminal.prompt("split-window -h -c '#{pane_current_path}'");
    world.wait_panes("a second pane", |panes| panes.len() == 2);
    let path = ["display-message", "-p", "-t", "%1", "#{pane_start_path}"];
    assert_eq!(world.ok(&path).trim(), shown);
}

/// A program that cannot be found is no reason for the workspace to vanish.
#[test]
fn a_default_command_that_fails_stays_to_be_seen() {
    let world = World::plain();
    world.configure("default-command = \"no-such-program\"\n[panel]\nopen = false\n");
    let terminal = world.attach(80, 24);
    terminal.wait_text("no-such-program");
    terminal.wait_text("exit code 127");
    assert_eq!(world.panes().len(), 1);
}
