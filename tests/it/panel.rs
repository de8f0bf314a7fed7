//! The side panel: live, and acted upon by keyboard and mouse.

use crate::support::*;

/// A workspace with its panel open on a wide terminal.
fn wide(world: &World) -> Terminal {
    let term = world.attach(120, 30);
    term.wait_text("shell-1");
    term.wait_text("no groups yet");
    term
}

/// What any other process changes is shown, without anybody asking.
#[test]
fn changes_of_other_processes_appear() {
    let world = World::new();
    let term = wide(&world);
    world.register("Forge");
    term.wait_text("Forge");
    world.ok(&["join-group", "backend", "--session", "Forge"]);
    world.ok(&["share", "finding=tabs", "--session", "Forge"]);
    world.ok(&["claim", "src/x.rs", "--session", "Forge"]);
    for text in ["backend", "finding", "src/x.rs"] {
        term.wait_text(text);
    }
    world.ok(&["release", "--all", "--session", "Forge"]);
    term.wait_text("nothing is claimed");
}

/// `git clean -fdx` in a project takes the workspace's state with it. What runs in panes goes on as the sessions
/// that it was, with nothing in hand.
#[test]
fn a_workspace_outlives_its_store() {
    let world = World::new();
    let mut term = wide(&world);
    term.send("stoa claim task/before\r");
    term.wait_text("Claims 1");
    let token = |world: &World| world.json(&["claims"])["claims"][0]["token"].as_u64();
    let before = token(&world);
    std::fs::remove_dir_all(world.state()).expect("ours");
    term.wait_text("nothing is claimed");
    world.until(&["sessions"], |text| text.contains("shell-1"));
    term.send("clear; stoa claim task/after\r");
    term.wait_text("claimed task/after");
    term.wait_text("Claims 1");
    assert!(token(&world) > before, "a token never comes twice");
}

#[test]
fn it_is_toggled_focused_and_left() {
    let world = World::new();
    let mut term = wide(&world);
    term.chord("g");
    term.wait_no_text("no groups yet");
    term.chord("g");
    term.wait_text("no groups yet");
    term.chord("G");
    term.send("q");
    term.send("echo ty\"\"ped\r");
    term.wait_text("typed");
}

#[test]
fn keys_join_share_claim_and_release() {
    let world = World::new();
    world.register("Forge");
    world.ok(&["join-group", "backend", "--session", "Forge"]);
    let mut term = world.attach(120, 30);
    term.wait_text("shell-2");
    term.wait_text("backend");
    term.chord("G");
    term.send("J");
    term.wait_text("joined group backend");
    term.send("c");
    term.wait_text(":claim");
    term.send("docs/plan.md\r");
    term.wait_text("file/docs/plan.md");
    // The answer may be there before the panel's row is.
    term.wait_text("Claims 1");
    // The claims are the last section: Tab goes there, r releases.
    term.send("\t\t\t");
    term.send("r");
    term.wait_text("released file/docs/plan.md");
    term.send("s");
    term.wait_text(":share");
    term.send("ready=true\r");
    term.wait_text("ready = true");
}

#[test]
fn the_filter_hides_what_does_not_match() {
    let world = World::new();
    for name in ["alpha", "beta"] {
        world.register(name);
    }
    let mut term = world.attach(120, 30);
    term.wait_text("alpha");
    term.wait_text("beta");
    term.chord("G");
    term.send("/bet");
    term.wait_no_text("alpha");
    term.wait_text("beta");
    term.send("\x1b");
    term.wait_text("alpha");
}

#[test]
fn enter_and_a_click_jump_to_the_peers_pane() {
    let world = World::new();
    let mut term = wide(&world);
    term.chord("c");
    term.wait_text("shell-2");
    term.wait("the second tab", |screen| {
        screen.contents().contains("1:") && screen.contents().contains("0:")
    });
    // Peers are the second section; its first row is the first pane's session.
    term.chord("G");
    term.send("\t");
    term.send("\x1b[H");
    term.send("\r");
    term.wait("the first tab", |screen| {
        let last = crate::support::last_line(screen);
        last.contains("shell-1")
    });
}

#[test]
fn on_a_narrow_terminal_it_lies_over_the_panes() {
    let world = World::new();
    for (cols, rows) in [(80, 24), (40, 12), (20, 5)] {
        let mut term = world.attach(cols, rows);
        term.wait("a prompt", |screen| screen.contents().contains('$'));
        assert!(!term.text().contains("Groups"), "not at the start");
        term.chord("g");
        term.wait_text("Groups");
        term.chord("g");
        term.wait_no_text("Groups");
        term.chord("d");
        term.wait_exit();
    }
}

/// A name with escape sequences never reaches the terminal as such.
#[test]
fn values_with_escape_sequences_are_shown_as_text() {
    let world = World::new();
    world.register("Forge");
    world.ok(&["join-group", "g", "--session", "Forge"]);
    let term = wide_with_groups(&world);
    let value = "k=\"before\\u001b]0;owned\\u0007\\u001b[2Jafter\"";
    world.ok(&["share", value, "--session", "Forge"]);
    term.wait_text("before");
    let raw = term.raw();
    let owned = b"\x1b]0;owned";
    assert!(!raw.windows(owned.len()).any(|window| window == owned));
}

fn wide_with_groups(world: &World) -> Terminal {
    let term = world.attach(120, 30);
    term.wait_text("Forge");
    term
}

/// A world with a terminal of 120 columns, its panel open and its pane's session in it.
fn watched() -> (World, Terminal) {
    let world = World::new();
    let terminal = world.ready(120, 30);
    terminal.wait_text("● shell-1");
    (world, terminal)
}

/// Gives the keyboard to the panel and goes down some sections.
fn enter(terminal: &mut Terminal, sections: usize) {
    terminal.chord("G");
    terminal.send(&"\t".repeat(sections));
}

#[test]
fn it_opens_closes_and_turns() {
    let (_world, mut terminal) = watched();
    let (right, _) = terminal.find("Groups");
    terminal.chord("g");
    terminal.wait_no_text("Groups");
    terminal.chord("g");
    terminal.wait_text("Groups");
    enter(&mut terminal, 0);
    terminal.send("m");
    terminal.wait("the other side", |s| {
        (0..30).any(|row| line(s, row).starts_with(" Groups"))
    });
    terminal.send("m");
    terminal.wait("this side", |s| {
        (0..30).all(|row| !line(s, row).starts_with(" Groups"))
    });
    assert_eq!(terminal.find("Groups").0, right);
    terminal.send("+");
    terminal.wait("a wider panel", |s| {
        lines(s).iter().any(|row| {
            row.find(" Groups")
                .is_some_and(|at| at < usize::from(right) - 2)
        })
    });
    // q gives the keyboard back to the pane.
    terminal.send("q");
    terminal.say("back");
}

#[test]
fn enter_goes_to_a_peers_pane_and_reads_a_value() {
    let (world, mut terminal) = watched();
    world.ok(&["new-tab", "-d", "-n", "elsewhere"]);
    terminal.wait_text("shell-2");
    enter(&mut terminal, 1);
    terminal.send("\x1b[F\r");
    terminal.wait("the peer's tab", |s| last_line(s).contains("1:elsewhere*"));
    terminal.say("there");
    world.ok(&["join-group", "core", "--session", "shell-2"]);
    world.ok(&["share", "long={\"a\":[1,2]}", "--session", "shell-2"]);
    terminal.wait_text("long");
    enter(&mut terminal, 1);
    terminal.send("\r");
    terminal.wait_text("version 1 by shell-2");
}

#[test]
fn the_mouse_selects_and_acts() {
    let (world, mut terminal) = watched();
    world.register("Ada");
    world.ok(&["join-group", "core", "--session", "Ada"]);
    terminal.wait_text("core");
    let (col, row) = terminal.find("core");
    terminal.click(col, row);
    terminal.click(col, row);
    world.until(&["peers", "-g", "core"], |text| text.contains("shell-1"));
    // A click on a pane gives the keyboard back.
    terminal.click(2, 5);
    terminal.say("pane");
    // The panel's edge is dragged.
    let (edge, _) = terminal.find("│");
    terminal.drag((edge, 8), (edge - 10, 8));
    terminal.wait("a wider panel", |s| {
        line(s, 8).chars().position(|c| c == '│') == Some(usize::from(edge - 10))
    });
}

#[test]
fn twenty_by_five_is_usable() {
    let world = World::new();
    let mut terminal = world.attach(20, 5);
    terminal.wait("a screen", |s| !s.contents().trim().is_empty());
    terminal.chord("g");
    world.wait_panes("a pane", |panes| panes.len() == 1);
    terminal.prompt("toggle-panel");
    terminal.prompt("toggle-panel");
    terminal.resize(80, 24);
    world.wait_panes("more room", |panes| panes[0]["cols"] == 80);
}
