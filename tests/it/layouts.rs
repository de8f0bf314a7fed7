//! Layouts: moving panes between tabs, taking it back, typing into several, and layouts as files.

use crate::support::*;

/// A plain world with a terminal and one pane.
fn one() -> (World, Terminal) {
    let world = World::plain();
    let terminal = world.ready(80, 24);
    (world, terminal)
}

/// Which panes are in which tab, in order.
fn places(world: &World) -> String {
    world.ok(&["list-panes", "-F", "#I:#D"]).replace('\n', " ")
}

#[test]
fn panes_move_between_tabs_and_back() {
    let (world, mut terminal) = one();
    world.ok(&["split-pane", "-h", "cat"]);
    world.ok(&["new-tab", "-d", "cat"]);
    assert_eq!(places(&world), "0:%0 0:%1 1:%2 ");
    world.ok(&["joinp", "-h", "-s", "%2", "-t", "%0"]);
    assert_eq!(places(&world), "0:%0 0:%2 0:%1 ");
    // By key: mark one, go to another, swap; then break out and undo all of it.
    world.ok(&["focus-pane", "%0"]);
    terminal.chord("m");
    terminal.wait("the mark", |s| last_line(s).contains("◆ %0"));
    world.until(&["list-panes", "-F", "#D#{?pane_marked,!,}"], |text| {
        text.contains("%0!")
    });
    world.ok(&["swap-pane", "-t", "%1"]);
    assert_eq!(places(&world), "0:%1 0:%2 0:%0 ");
    terminal.chord("\x0f");
    world.until(&["list-panes", "-F", "#D"], |text| text == "%2\n%0\n%1\n");
    world.ok(&["break-pane", "-d", "-s", "%2"]);
    assert_eq!(places(&world), "0:%0 0:%1 1:%2 ");
    for expected in [
        "0:%2 0:%0 0:%1 ",
        "0:%1 0:%2 0:%0 ",
        "0:%0 0:%2 0:%1 ",
        "0:%0 0:%1 1:%2 ",
    ] {
        world.ok(&["undo-layout"]);
        assert_eq!(places(&world), expected);
    }
    let (code, _) = world.fails(&["undo-layout"]);
    assert_eq!(code, 1);
    world.ok(&["redo-layout"]);
    assert_eq!(places(&world), "0:%0 0:%2 0:%1 ");
    // The programs went on all the while.
    world.ok(&["send-keys", "-t", "%2", "still here", "Enter"]);
    world.ok(&["wait", "-t", "%2", "--until", "text still here"]);
}

#[test]
fn typing_goes_to_every_pane_while_it_is_told_to() {
    let (world, mut terminal) = one();
    world.ok(&["split-pane", "-h", "cat"]);
    world.ok(&["split-pane", "-v", "cat"]);
    terminal.chord("y");
    terminal.wait("the status", |s| {
        last_line(s).contains("typing into several")
    });
    terminal.send("all of you\r");
    for pane in ["%0", "%1", "%2"] {
        world.ok(&["wait", "-t", pane, "--until", "text all of you"]);
    }
    terminal.chord("y");
    terminal.wait("the status", |s| {
        !last_line(s).contains("typing into several")
    });
    terminal.send("only you\r");
    world.ok(&["wait", "-t", "%2", "--until", "text only you"]);
    assert!(!world.ok(&["capture-pane", "-t", "%1"]).contains("only you"));
}

#[test]
fn a_saved_layout_comes_back_with_its_programs() {
    let (world, terminal) = one();
    std::fs::create_dir(world.root.join("sub")).expect("our own directory");
    world.ok(&["rename-tab", "work"]);
    world.ok(&[
        "run", "--right", "--name", "worker", "--cwd", "sub", "--", "pwd; cat",
    ]);
    world.ok(&["resize-pane", "-t", "%0", "-x", "20"]);
    world.ok(&["new-tab", "-d", "-n", "logs", "cat"]);
    let saved = world.ok(&["save-layout", "dev"]);
    assert!(saved.contains("layouts/dev.toml"), "{saved}");
    let (code, error) = world.fails(&["save-layout", "dev"]);
    assert_eq!((code, &error["error"]["kind"]), (1, &"refused".into()));
    world.ok(&["save-layout", "--force", "dev"]);
    let text = world.ok(&["save-layout", "--print"]);
    assert_eq!(
        std::fs::read_to_string(world.config().join("layouts/dev.toml")).ok(),
        Some(text)
    );
    world.ok(&["kill-server"]);
    drop(terminal);

    let terminal = world.terminal(80, 24, &["--layout", "dev"]);
    terminal.wait("its tabs", |s| {
        last_line(s).contains("0:work") && last_line(s).contains("1:logs")
    });
    world.wait_panes("the panes", |panes| panes.len() == 3);
    let listed = world.ok(&["list-panes", "-F", "#W #{pane_width} #{pane_name}"]);
    assert_eq!(listed, "work 20 \nwork 59 worker\nlogs 80 \n");
    world.ok(&["wait", "-t", "worker", "--until", "text /sub$"]);
    // Into a workspace that runs, its tabs come as further ones.
    world.ok(&["load-layout", "dev"]);
    world.wait_panes("more panes", |panes| panes.len() == 6);
}

#[test]
fn layouts_that_are_none_are_explained_and_start_nothing() {
    let world = World::plain();
    std::fs::write(world.root.join("bad.toml"), "[[tab]]\nname = 'x'\n").expect("our own");
    let terminal = world.terminal(80, 24, &["--layout", "./bad.toml"]);
    terminal.wait_text("missing field 'panes'");
    let terminal = world.terminal(80, 24, &["--layout", "nothing"]);
    terminal.wait_text("there is no layout");
    assert!(world.ok(&["ls"]).contains("no workspace is running"));
    let _terminal = world.ready(80, 24);
    for (name, expected) in [("./bad.toml", 2), ("nothing", 1), ("./work", 1), ("..", 2)] {
        let (code, _) = world.fails(&["load-layout", name]);
        assert_eq!(code, expected, "{name}");
    }
    assert_eq!(world.panes().len(), 1);
}
