//! What makes one at home: the palette, themes, configuration that counts as it is written.

use crate::support::*;

fn write(world: &World, name: &str, text: &str) {
    let file = world.config().join(name);
    std::fs::create_dir_all(file.parent().expect("a directory")).expect("ours");
    // As most editors do: a new file is put in the old one's place.
    let new = world.config().join("new~");
    std::fs::write(&new, text).expect("ours");
    std::fs::rename(new, file).expect("ours");
}

#[test]
fn the_palette_finds_runs_and_goes() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    terminal.chord("\x10");
    terminal.wait_text("Palette");
    terminal.send("splitright");
    terminal.wait_text("split-pane --right");
    terminal.send("\r");
    world.wait_panes("two panes", |panes| panes.len() == 2);
    world.ok(&["new-tab", "-n", "elsewhere"]);
    terminal.wait("the new tab", |s| last_line(s).contains("elsewhere*"));
    terminal.chord("\x10");
    terminal.wait_text("Palette");
    terminal.send("tab 0:\r");
    terminal.wait("the first tab", |s| last_line(s).contains("elsewhere-"));
    // Tab leads to the prompt, with the words so far.
    terminal.chord("\x10");
    terminal.wait_text("Palette");
    terminal.send("rename-tab\t");
    terminal.wait("the prompt", |s| last_line(s).starts_with(":rename-tab"));
    terminal.send("here\r");
    terminal.wait("the name", |s| last_line(s).contains("0:here*"));
}

#[test]
fn the_palette_works_in_a_corner() {
    let world = World::plain();
    let mut terminal = world.ready(20, 5);
    terminal.chord("\x10");
    terminal.wait("the field", |s| line(s, 0).starts_with('›'));
    terminal.send("new-tab\r");
    terminal.wait("a second tab", |s| last_line(s).contains("1:"));
}

/// A setting, a key and a theme count as soon as their file is written; a mistake is told with its
/// line and changes nothing.
#[test]
fn configuration_counts_as_it_is_written() {
    let world = World::plain();
    let mut terminal = world.ready(100, 24);
    write(
        &world,
        "config.toml",
        "escape-time = 40\n[panel]\nopen = false\n",
    );
    terminal.wait_text("configuration read: escape-time = 40");
    write(
        &world,
        "keybindings.toml",
        "'<prefix> Y' = 'new-tab -n hot'\n",
    );
    terminal.wait_text("key C-b Y");
    terminal.chord("Y");
    terminal.wait("the key", |s| last_line(s).contains("1:hot*"));

    write(&world, "config.toml", "escape-time = 40\nmuose = false\n");
    terminal.wait_text("config.toml:2:1: unknown field 'muose', did you mean 'mouse'?");
    terminal.wait_text("the settings stay as they were");
    write(&world, "keybindings.toml", "'<prefix> Y' = 'new-tub'\n");
    terminal.wait_text("keybindings.toml:1");
    terminal.chord("Y");
    terminal.wait("the key as it was", |s| last_line(s).contains("2:hot*"));

    write(&world, "themes/sea.toml", "base = \"dark\"\n");
    write(&world, "keybindings.toml", "");
    terminal.wait_text("key C-b Y unbound");
    write(&world, "config.toml", "theme = \"sea\"\n");
    terminal.wait_text("theme = \"sea\"");
}

#[test]
fn reload_config_says_what_is_new_and_source_file_is_the_same() {
    let world = World::plain();
    let _terminal = world.ready(80, 24);
    let said = world.ok(&["reload-config"]);
    assert!(said.contains("nothing changed"), "{said}");
    let file = world.config().join("config.toml");
    let file = file.to_str().expect("UTF-8");
    let said = world.ok(&["source-file", file]);
    assert!(said.contains("nothing changed"), "{said}");
    // A file with a mistake changes nothing, which a script is told by the exit code.
    std::fs::write(file, "muose = true\nescape-time = 'x'\n").expect("our own");
    let (code, error) = world.fails(&["reload-config"]);
    let message = error["error"]["message"].as_str().unwrap_or_default();
    assert_eq!(code, 1);
    for part in ["config.toml:1:1", "config.toml:2:15", "the settings stay"] {
        assert!(message.contains(part), "{message}");
    }
    let (code, error) = world.fails(&["source-file", "/etc/tmux.conf"]);
    assert_eq!((code, &error["error"]["kind"]), (2, &"usage".into()));
}

fn colours(terminal: &Terminal) -> Vec<u8> {
    terminal.raw()
}

/// A terminal that says it turned light gets the light theme.
#[test]
fn the_theme_follows_the_terminal() {
    let world = World::plain();
    let env = [("COLORTERM", "truecolor")];
    let mut terminal = world.terminal_with(80, 24, &[], &env);
    terminal.wait("a shell", |s| line(s, 0).starts_with('$'));
    // It asks to be told, and asks what there is now.
    terminal.wait_bytes("the question", 0, b"\x1b[?2031h");
    terminal.wait_bytes("the question", 0, b"\x1b]11;?");
    let start = colours(&terminal).len();
    terminal.send("\x1b[?997;2n");
    // The light theme's status line.
    let end = terminal.wait_bytes("light colours", start, b"48;5;254");
    terminal.send("\x1b[?997;1n");
    let end = terminal.wait_bytes("dark colours", end, b"48;5;236");
    terminal.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    terminal.wait_bytes("light colours", end, b"48;5;254");
}

/// A list of themes shows each as the cursor is on it.
#[test]
fn a_theme_of_ones_own_is_seen_in_the_list_and_kept() {
    let world = World::plain();
    write(
        &world,
        "themes/aa-loud.toml",
        "base = \"dark\"\nstatus = { fg = \"#010203\", bg = \"#fafbfc\" }\n",
    );
    let env = [("COLORTERM", "truecolor")];
    let mut terminal = world.terminal_with(80, 24, &[], &env);
    terminal.wait("a shell", |s| line(s, 0).starts_with('$'));
    terminal.prompt("choose-theme");
    terminal.wait_text("aa-loud");
    let start = terminal.raw().len();
    terminal.send("j");
    let end = terminal.wait_bytes("the theme under the cursor", start, b"48;2;250;251;252");
    terminal.send("\x1b[B");
    let end = terminal.wait_bytes("the next one", end, b"48;5;236");
    terminal.send("k");
    terminal.send("\r");
    terminal.wait_text("theme = \"aa-loud\"");
    terminal.wait_bytes("the theme chosen", end, b"48;2;250;251;252");
}

#[test]
fn no_colour_means_none() {
    let world = World::plain();
    let env = [("COLORTERM", "truecolor"), ("NO_COLOR", "1")];
    let mut terminal = world.terminal_with(80, 24, &[], &env);
    terminal.wait("a shell", |s| line(s, 0).starts_with('$'));
    terminal.prompt("choose-theme light");
    terminal.wait_text("theme light");
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(
        !raw.contains("48;5") && !raw.contains("38;5") && !raw.contains("38;2"),
        "{raw:?}"
    );
}

/// Formats make the status line, a click on a tab of it still turns to it, and the line can be at the top.
#[test]
fn the_status_line_is_written_by_formats() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    world.ok(&["new-tab", "-n", "second"]);
    write(
        &world,
        "config.toml",
        "status-position = \"top\"\nstatus-left = \"<#S> \"\nstatus-right = \"%Y #{window_panes}p\"\n\
         window-status-format = \"#I=#W#F\"\n[panel]\nopen = false\n",
    );
    terminal.wait_row(0, |row| {
        row.starts_with("<work> 0=") && row.ends_with(" 1p")
    });
    let year = terminal.lines()[0].split(' ').rev().nth(1).map(str::len);
    assert_eq!(year, Some(4), "{:?}", terminal.lines()[0]);
    terminal.wait_row(0, |row| row.contains("1=second"));
    let (col, row) = terminal.find("0=");
    terminal.click(col, row);
    terminal.wait_row(0, |row| row.contains("* 1=second-"));
    world.ok(&["set-option", "-g", "status", "off"]);
    terminal.wait_row(0, |row| row.starts_with('$'));
    world.ok(&["set-option", "-g", "-u", "status"]);
    terminal.wait_row(0, |row| row.starts_with("<work>"));
    let (code, _) = world.fails(&["set-option", "-g", "status-position", "middle"]);
    assert_eq!(code, 2);
}

/// The right button opens a menu on a pane and on a tab; a key of the menu, or a click, does it.
#[test]
fn menus_open_by_mouse_and_by_key() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    let right = |terminal: &mut Terminal, col, row| {
        terminal.send(&mouse(2, col, row, true));
        terminal.send(&mouse(2, col, row, false));
    };
    right(&mut terminal, 10, 5);
    terminal.wait_text("Split downwards");
    let (col, row) = terminal.find("Split downwards");
    terminal.click(col, row);
    world.wait_panes("two panes", |panes| panes.len() == 2);
    let (col, row) = terminal.find("0:");
    right(&mut terminal, col, row);
    terminal.wait_text("Name…");
    terminal.send(",");
    terminal.wait("the prompt", |s| last_line(s).starts_with("rename-tab -t"));
    terminal.send("menued\r");
    terminal.wait("the name", |s| last_line(s).contains("0:menued"));
    terminal.chord(">");
    terminal.wait_text("Look back and copy");
    terminal.send("\x1b");
    terminal.wait_no_text("Look back and copy");
}

/// A bell in a tab nobody sees marks it and reaches the terminal.
#[test]
fn a_bell_elsewhere_is_passed_on_and_marked() {
    let world = World::plain();
    let terminal = world.ready(80, 24);
    world.ok(&["new-tab", "-n", "front"]);
    terminal.wait("the tab", |s| last_line(s).contains("front*"));
    let start = terminal.raw().len();
    let first = world.panes()[0]["id"].as_str().expect("an id").to_owned();
    world.ok(&["send-keys", "-t", &first, "printf '\\a'", "Enter"]);
    terminal.wait_bytes("the bell", start, b"\x07");
    terminal.wait("the mark", |s| last_line(s).contains('!'));
}

/// The first start teaches five keys; typing goes to the shell and puts them away; the next start does not.
#[test]
fn a_first_start_is_welcomed_once_and_never_in_the_way() {
    let world = World::new();
    std::fs::remove_file(world.welcomed()).expect("ours");
    std::fs::remove_dir(world.config()).expect("empty");
    let mut terminal = world.attach(80, 24);
    terminal.wait_text("Welcome to Stoa");
    terminal.wait("a shell", |s| line(s, 0).starts_with('$'));
    terminal.send("echo typed\"-\"through\r");
    terminal.wait_text("typed-through");
    terminal.wait_no_text("Welcome to Stoa");
    world.ok(&["welcome"]);
    terminal.wait_text("Welcome to Stoa");
    drop(terminal);
    // It is noted in its turn, behind the making of the store.
    let deadline = std::time::Instant::now() + LIMIT;
    while !world.welcomed().exists() {
        assert!(std::time::Instant::now() < deadline, "it was not noted");
        std::thread::yield_now();
    }
    world.ok(&["kill-server"]);
    let again = world.attach(80, 24);
    again.wait("a shell", |s| line(s, 0).starts_with('$'));
    assert!(!again.text().contains("Welcome"), "{}", again.text());
}

/// What `doctor --terminal` tells is what the terminal answered.
#[test]
fn doctor_asks_the_terminal() {
    let world = World::plain();
    let mut terminal = world.shell(90, 24);
    terminal.send("stoa doctor --terminal\r");
    // The last question is the one that everybody answers.
    terminal.wait_bytes("the questions", 0, b"\x1b[c");
    terminal.send("\x1b[?1u\x1b[?2026;2$y\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;52c");
    terminal.wait_text("kitty protocol");
    terminal.wait_text("dark");
    terminal.wait_text("synchronized output");
    terminal.wait_text("takes what is copied");
    terminal.wait_text("256");
    let (code, _) = world.fails(&["doctor", "--terminal"]);
    assert_eq!(code, 2, "without a terminal there is none to ask");
}

/// In a pane it is Stoa that answers, and it says so.
#[test]
fn doctor_in_a_pane_finds_what_stoa_offers() {
    let world = World::plain();
    let mut terminal = world.ready(100, 30);
    terminal.send("clear; stoa doctor --terminal\r");
    terminal.wait_text("it is Stoa that answered");
    terminal.wait_text("kitty protocol");
    terminal.wait_text("24-bit");
    terminal.wait_text("as wide as Stoa takes them");
}
