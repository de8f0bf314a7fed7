//! The side panel: live, and acted upon by keyboard and mouse.

use crate::support::World;

/// A workspace with its panel open on a wide terminal.
fn wide(world: &World) -> crate::support::Terminal {
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

fn wide_with_groups(world: &World) -> crate::support::Terminal {
    let term = world.attach(120, 30);
    term.wait_text("Forge");
    term
}
