//! Keys, the prompt and the files that change them.

use crate::support::{World, last_line};

fn ready(world: &World, cols: u16, rows: u16) -> crate::support::Terminal {
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
    let report = world.ok(&["reload-config"]);
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
