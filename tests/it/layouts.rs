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

/// What a shell runs is saved as the pane's command, as what a pane was started with is.
#[test]
fn a_saved_layout_has_what_shells_run() {
    let (world, _terminal) = one();
    world.ok(&["send-keys", "-t", "%0", "sleep 98765", "Enter"]);
    world.until(&["save-layout", "--print"], |text| {
        let text = text.split_whitespace().collect::<String>();
        text.contains("command=[\"sleep\",\"98765\"")
    });
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

/// Columns at which a row of the screen has one of these characters.
fn columns(terminal: &Terminal, row: u16, marks: &str) -> Vec<usize> {
    let rows = terminal.lines();
    let line = rows.get(usize::from(row)).map(String::as_str).unwrap_or("");
    let found = line.chars().enumerate().filter(|(_, c)| marks.contains(*c));
    found.map(|(at, _)| at).collect()
}

#[test]
fn a_floating_pane_is_typed_into_moved_pinned_and_closed() {
    let (world, mut terminal) = one();
    terminal.say("below");
    terminal.chord("*");
    terminal.wait("its frame", |s| line(s, 5).contains('╭'));
    terminal.say("above");
    assert_eq!(columns(&terminal, 5, "╭╮"), [16, 63]);
    let panes = world.json(&["list-panes"]);
    let floating: Vec<_> = panes["panes"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["floating"] == true)
        .collect();
    assert_eq!(floating, [false, true]);
    assert!(world.ok(&["list-panes"]).contains("(floating)"));
    // By the title to the left, by the corner smaller: the program is told its size.
    terminal.drag((20, 5), (4, 1));
    terminal.wait("it to move", |s| line(s, 1).starts_with('╭'));
    terminal.drag((47, 13), (39, 8));
    terminal.wait("it to shrink", |s| line(s, 8).contains('╯'));
    terminal.send("clear; stty size\r");
    terminal.wait_text("6 38");
    // By key: two to the right, wider.
    terminal.chord("v");
    terminal.wait("the mode", |s| last_line(s).contains("arrows move"));
    terminal.send("lL");
    terminal.wait("it to move", |s| line(s, 1).find('╭') == Some(2));
    terminal.send("\r");
    // Out of sight with the focus below, and what runs there goes on.
    terminal.chord("F");
    terminal.wait("the panes below", |s| !s.contents().contains('╭'));
    terminal.say("still-below");
    terminal.chord("F");
    terminal.chord("^");
    terminal.wait_text("pinned");
    terminal.chord("F");
    terminal.send("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23; do echo line$i xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done\r");
    terminal.wait("output round it", |s| {
        line(s, 4).ends_with("xxxx") && line(s, 1).contains('╭') && line(s, 8).contains('╯')
    });
    terminal.wait("nothing through it", |s| {
        (2..8).all(|row| {
            let text = line(s, row);
            let inside: String = text.chars().skip(3).take(38).collect();
            !inside.contains("xx")
        })
    });
    // On a terminal of 20x5 it is there, and where it was when that grows.
    terminal.resize(20, 5);
    terminal.wait("a small frame", |s| {
        s.contents().contains('╯') && last_line(s).contains("work")
    });
    terminal.resize(80, 24);
    terminal.wait("it where it was", |s| line(s, 1).find('╭') == Some(2));
    world.ok(&["close-pane", "%1"]);
    terminal.wait_no_text("pinned");
}

#[test]
fn popups_run_wait_and_pass_their_code_on() {
    let (world, terminal) = one();
    let mut popup = world.stoa(&[
        "popup",
        "-E",
        "-w",
        "40",
        "-h",
        "8",
        "-T",
        "ask",
        "read answer; exit $answer",
    ]);
    let mut popup = popup.spawn().expect("the binary runs");
    terminal.wait("the popup", |s| s.contents().contains("─ ask ─"));
    let mut terminal = terminal;
    terminal.send("7\r");
    assert_eq!(popup.wait().expect("it ends").code(), Some(7));
    terminal.wait_no_text("ask");
    // Without -E what it wrote stays to be read.
    world.ok(&["popup", "echo all done"]);
    terminal.wait_text("all done");
    world.wait_panes("the popup", |panes| panes.len() == 2);
    world.ok(&["display-popup", "-C"]);
    world.wait_panes("the pane alone", |panes| panes.len() == 1);
    terminal.wait_no_text("all done");
}

#[test]
fn a_stack_is_opened_by_clicks_keys_and_names() {
    let (world, mut terminal) = one();
    for name in ["one", "two", "three"] {
        world.ok(&["split-pane", "-n", name, "cat"]);
        world.ok(&["select-layout", "even-vertical"]);
    }
    world.ok(&["stack-panes", "-t", "%0"]);
    terminal.wait("the titles", |s| {
        line(s, 0).contains("▾") && line(s, 22).contains("▸ three")
    });
    assert_eq!(
        world
            .panes()
            .iter()
            .filter(|pane| pane["stacked"] == true)
            .count(),
        4
    );
    terminal.say("open");
    let (col, row) = terminal.find("▸ two");
    terminal.click(col, row);
    terminal.wait("it open", |s| line(s, 2).contains("▾ two"));
    terminal.send("for the second\r");
    world.ok(&["wait", "-t", "two", "--until", "text for the second"]);
    terminal.chord("N");
    terminal.wait("the next", |s| line(s, 3).contains("▾ three"));
    world.ok(&["focus-pane", "one"]);
    terminal.wait("the named one", |s| line(s, 1).contains("▾ one"));
    // What is closed goes on, and is as large as ever when it opens.
    let sizes = world.ok(&["list-panes", "-F", "#{pane_width}x#{pane_height}"]);
    assert_eq!(sizes, "80x19 \n".replace(" \n", "\n").repeat(4));
    terminal.chord("S");
    terminal.wait("them spread", |s| !s.contents().contains('▸'));
    terminal.chord("u");
    terminal.wait("them stacked", |s| s.contents().contains('▸'));
}

#[test]
fn floats_and_stacks_are_saved_and_come_back() {
    let (world, terminal) = one();
    world.ok(&["new-pane", "--stacked", "-n", "under", "cat"]);
    world.ok(&["new-tab", "-d", "cat"]);
    world.ok(&[
        "new-pane", "-t", "%0", "-x", "100%", "-y", "2", "--width", "30", "--height", "7",
        "--pinned", "-n", "clock", "cat",
    ]);
    world.ok(&["save-layout", "dev"]);
    let text = world.ok(&["save-layout", "--print"]);
    for part in [
        "stack",
        "[[tab.floating]]",
        "pinned = true",
        "width = 30",
        "x = 50",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    world.ok(&["kill-server"]);
    drop(terminal);
    let terminal = world.terminal(80, 24, &["--layout", "dev"]);
    terminal.wait("the frame", |s| line(s, 2).contains("─ clock ─"));
    assert_eq!(columns(&terminal, 2, "╭╮"), [50, 79]);
    assert_eq!(columns(&terminal, 8, "╰╯"), [50, 79]);
    let listed = world.ok(&[
        "list-panes",
        "-F",
        "#{pane_stacked_flag}#{pane_floating_flag}#{pane_pinned_flag}",
    ]);
    assert_eq!(listed, "100\n100\n011\n000\n");
    assert_eq!(
        world.ok(&["save-layout", "--print"]).replace(" ", ""),
        text.replace(" ", "")
    );
    // By hand, with shares; and mistakes are told.
    let good = "[[tab]]\npanes = { stack = [{}, { command = ['cat'] }], open = 1 }\n[[tab.floating]]\nwidth = '50%'\nheight = '50%'\nx = '0%'\n";
    std::fs::write(world.root.join("hand.toml"), good).expect("our own");
    world.ok(&["load-layout", "./hand.toml"]);
    terminal.wait("it", |s| {
        line(s, 0).contains('▸') || line(s, 1).contains('▾')
    });
    std::fs::write(world.root.join("bad.toml"), good.replace("50%", "500%")).expect("our own");
    let (code, _) = world.fails(&["load-layout", "./bad.toml"]);
    assert_eq!(code, 2);
}
