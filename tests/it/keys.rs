//! Keys, the prompt and the files that change them.

use crate::support::*;

fn ready(world: &World, cols: u16, rows: u16) -> Terminal {
    let term = world.attach(cols, rows);
    term.wait("a prompt", |screen| screen.contents().contains('$'));
    term
}

#[test]
fn a_file_of_ones_own_is_merged_over_the_default() {
    let world = World::new();
    std::fs::write(
        world.config().join("keybindings.toml"),
        "prefix = \"C-a\"\n\"<prefix> |\" = \"split-pane --right\"\n\"M-t\" = \"new-tab\"\n\"<prefix> %\" = false\n",
    )
    .expect("ours");
    let mut term = ready(&world, 100, 24);
    term.send("\x01|");
    term.wait_text("│");
    term.send("\x1bt");
    term.wait("a second tab", |screen| last_line(screen).contains("1:"));
    assert_eq!(
        world.json(&["list-panes"])["panes"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    term.send("\x01d");
    assert_eq!(term.wait_exit(), 0);
}

#[test]
fn a_mistake_in_a_file_is_one_clear_line_and_no_dead_start() {
    let world = World::new();
    std::fs::write(
        world.config().join("config.toml"),
        "them = \"dark\"\nmouse = false\n",
    )
    .expect("ours");
    let mut term = ready(&world, 100, 24);
    term.wait_text("config.toml:1:1: unknown field 'them', did you mean 'theme'?");
    term.chord("c");
    term.wait("a second tab", |screen| last_line(screen).contains("1:"));

    std::fs::write(
        world.config().join("keybindings.toml"),
        "\"<prefix> y\" = \"split-pain\"\n\"<prefix> Q\" = \"zoom-pane\"\n",
    )
    .expect("ours");
    let (code, error) = world.fails(&["reload-config"]);
    assert_eq!(code, 1);
    let report = error["error"]["message"].as_str().unwrap_or_default();
    assert!(report.contains("keybindings.toml:1"), "{report}");
    assert!(report.contains("split-pain"), "{report}");
}

#[test]
fn a_half_typed_chord_shows_what_can_follow() {
    let world = World::new();
    let mut term = ready(&world, 120, 30);
    term.send("\x02");
    term.wait_text("Split to the right");
    term.send("%");
    term.wait_no_text("Split to the right");
    term.wait_text("│");
}

#[test]
fn the_list_of_keys_shows_all_and_filters() {
    let world = World::new();
    let mut term = ready(&world, 100, 30);
    term.chord("?");
    term.wait_text("Keys");
    term.wait_text("Everywhere");
    term.send("detach");
    term.wait_text("Detach; everything goes on");
    term.wait_no_text("Split downwards");
    term.send("\x1b");
    term.wait_text("Split downwards");
    term.send("\x1b");
    term.wait_no_text("Everywhere");
    let listed = world.ok(&["list-keys"]);
    assert!(listed.contains("split-pane --right"), "{listed}");
}

#[test]
fn the_prompt_completes_helps_remembers_and_reports() {
    let world = World::new();
    let mut term = ready(&world, 100, 24);
    term.chord(":");
    term.send("rename-t");
    term.wait_text("Give a tab a name");
    term.send("\tbuild\r");
    term.wait("the name", |screen| last_line(screen).contains("build"));
    term.chord(":");
    term.wait("the prompt", |screen| last_line(screen) == ":");
    term.send("\x1b[A");
    term.wait("the last line", |screen| {
        last_line(screen).contains("rename-tab build")
    });
    term.send("\x15nonsense\r");
    term.wait_text("no command is called");
    term.prompt("whoami");
    term.wait_text("session 1 \"shell-1\"");
    term.send("q");
    term.wait_no_text("session 1 \"shell-1\"");
}

/// The same command from key, prompt and shell does the same.
#[test]
fn one_command_on_every_surface() {
    let world = World::new();
    let mut term = ready(&world, 90, 40);
    let panes = || {
        world.json(&["list-panes"])["panes"]
            .as_array()
            .map_or(0, Vec::len)
    };
    term.chord("%");
    term.wait_text("│");
    assert_eq!(panes(), 2);
    term.prompt("split-pane --down");
    term.wait_text("─");
    assert_eq!(panes(), 3);
    world.ok(&["split-window", "-h"]);
    assert_eq!(panes(), 4);
    let zoomed = world.run(&["zoom-pane"]);
    assert!(zoomed.status.success());
    term.wait_no_text("│");
}

#[test]
fn send_keys_and_capture_pane() {
    let world = World::new();
    let term = ready(&world, 80, 24);
    world.ok(&["send-keys", "-t", "%0", "echo from\"\" outside", "Enter"]);
    term.wait_text("from outside");
    let text = world.ok(&["capture-pane", "-p", "-t", "%0"]);
    assert!(text.contains("from outside"), "{text}");
    let missing = world.run(&["send-keys", "-t", "%99", "x"]);
    assert_eq!(missing.status.code(), Some(1));
}

/// Writes a person's key bindings.
fn bind(world: &World, text: &str) {
    std::fs::write(world.config().join("keybindings.toml"), text).expect("our own directory");
}

#[test]
fn ones_own_keys_go_over_the_default_ones() {
    let world = World::plain();
    bind(
        &world,
        "prefix = \"C-a\"\n\
         \"M-t\" = \"new-tab -n mine\"\n\
         '<prefix> |' = { command = \"split-pane --right\", note = \"Divide\" }\n\
         '<prefix> x' = false\n",
    );
    let mut terminal = world.ready(80, 24);
    terminal.send("\x1bt");
    terminal.wait("the bound tab", |s| last_line(s).contains("1:mine*"));
    terminal.send("\x01|");
    world.wait_panes("a split", |panes| panes.len() == 3);
    // The default keys follow the new prefix, and the old one is the program's.
    terminal.send("\x01c");
    world.wait_panes("a tab", |panes| panes.len() == 4);
    let keys = world.json(&["list-keys"]);
    let keys = keys["keys"].as_array().expect("a list");
    let command = |name: &str| {
        let found = keys.iter().find(|row| row["keys"] == name);
        found.map(|row| row["command"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(command("C-a |").as_deref(), Some("split-pane --right"));
    assert_eq!(command("M-t").as_deref(), Some("new-tab -n mine"));
    assert_eq!(command("C-a x"), None);
    assert_eq!(command("C-b c"), None);
}

#[test]
fn mistakes_are_one_line_each_and_never_a_dead_start() {
    let world = World::plain();
    bind(
        &world,
        "'<prefix> y' = \"split-pain\"\n'<prefix> Y' = \"zoom-pane\"\n",
    );
    let mut terminal = world.attach(100, 24);
    terminal.wait_text("keybindings.toml:1");
    terminal.wait_text("split-pa");
    terminal.send("\x02z");
    // What is right in the file counts.
    let keys = world.ok(&["list-keys"]);
    assert!(keys.contains("C-b Y"), "{keys}");
    assert!(keys.contains("C-b %"), "{keys}");

    // Mended, it is taken without a new start.
    bind(&world, "'<prefix> y' = \"new-tab -n mended\"\n");
    world.ok(&["reload-config"]);
    terminal.chord("y");
    terminal.wait("the mended key", |s| last_line(s).contains("mended"));
}

#[test]
fn a_file_that_is_no_toml_at_all_is_told_with_its_place() {
    let world = World::plain();
    bind(&world, "prefix = \n[[[");
    let mut terminal = world.attach(100, 24);
    terminal.wait_text("keybindings.toml:1");
    terminal.chord("c");
    world.wait_panes("a second tab", |panes| panes.len() == 2);
}

#[test]
fn the_prefix_twice_reaches_the_program() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    terminal.send("cat -v\r");
    world.wait_panes("cat", |panes| panes[0]["program"] == "cat");
    terminal.send("\x02\x02\r");
    terminal.wait("the prefix", |s| s.contents().matches("^B").count() >= 2);
}

#[test]
fn commands_report_at_the_prompt() {
    let world = World::plain();
    let mut terminal = world.ready(100, 24);
    terminal.wait("its session", |s| last_line(s).ends_with("shell-1"));
    terminal.prompt("list-panes");
    terminal.wait_text("tab 0.0");
    terminal.send("q");
    terminal.wait_no_text("tab 0.0");
    terminal.prompt("join-group core");
    terminal.wait_text("joined group core as coordinator");
    terminal.prompt("claim task/T1");
    terminal.wait_text("claimed task/T1");
    terminal.prompt("split-pain");
    terminal.wait_text("split-pane");
    terminal.prompt("rename-tab \"x");
    terminal.wait_text("unbalanced quotes");
    terminal.prompt("attach");
    terminal.wait_text("from a shell only");
    let claims = world.json(&["claims"]);
    assert_eq!(claims["claims"][0]["holder_name"], "shell-1");
    terminal.prompt("kill-server");
    terminal.wait_text("the server has ended");
}
