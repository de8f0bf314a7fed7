//! Panes: making, closing, focusing, arranging and naming them. What programs in them see is in
//! `programs.rs`.

use crate::support::*;

/// A plain world with a terminal and one pane.
fn one(cols: u16, rows: u16) -> (World, Terminal) {
    let world = World::plain();
    let terminal = world.ready(cols, rows);
    (world, terminal)
}

/// The same, split side by side: `%0` at the left, `%1`, which has the focus, at the right.
fn two() -> (World, Terminal) {
    let (world, mut terminal) = one(80, 24);
    terminal.chord("%");
    terminal.wait("a second shell", |s| line(s, 0).matches('$').count() == 2);
    (world, terminal)
}

/// The pane that has the focus of the only terminal.
fn focused(world: &World) -> String {
    let list = world.json(&["list-clients"]);
    list["clients"][0]["pane"]
        .as_str()
        .expect("a pane")
        .to_owned()
}

fn wait_focus(world: &World, pane: &str) {
    world.until(&["list-clients"], |text| {
        text.ends_with(&format!("pane {pane}\n"))
    });
}

/// A pane's columns and rows.
fn size(world: &World, pane: &str) -> (u64, u64) {
    let panes = world.panes();
    let row = panes
        .iter()
        .find(|row| row["id"] == pane)
        .expect("it is listed");
    (
        row["cols"].as_u64().expect("a number"),
        row["rows"].as_u64().expect("a number"),
    )
}

/// The panes of the first tab in their order.
fn order(world: &World) -> Vec<String> {
    let tabs = world.json(&["list-tabs"]);
    let panes = tabs["tabs"][0]["panes"].as_array().expect("a list");
    panes
        .iter()
        .map(|pane| pane.as_str().expect("an id").to_owned())
        .collect()
}

#[test]
fn splits_both_ways_and_closes() {
    let (world, mut terminal) = two();
    assert_eq!(size(&world, "%0").0 + size(&world, "%1").0, 79);
    terminal.chord("\"");
    world.wait_panes("a third pane", |panes| panes.len() == 3);
    terminal.wait("three shells", |s| s.contents().matches('$').count() == 3);
    assert_eq!(size(&world, "%1").1 + size(&world, "%2").1, 22);
    assert_eq!(size(&world, "%1").0, size(&world, "%2").0);
    // Typing goes to the new one: below the middle, at the right.
    terminal.say("third");
    let (col, row) = terminal.find("third-said");
    assert!(col >= 40 && row >= 12, "{col} {row}");

    terminal.chord("x");
    terminal.wait_text("Close this pane?");
    terminal.send("n");
    terminal.wait_no_text("Close this pane?");
    assert_eq!(world.panes().len(), 3);
    terminal.chord("x");
    terminal.wait_text("Close this pane?");
    terminal.send("y");
    world.wait_panes("two panes", |panes| panes.len() == 2);
    assert_eq!(size(&world, "%1").1, 23);
    // Leaving the shell closes its pane as well.
    terminal.send("exit 3\r");
    world.wait_panes("one pane", |panes| panes.len() == 1);
    assert_eq!(size(&world, "%0"), (80, 23));
}

#[test]
fn the_last_pane_ends_the_workspace() {
    let (world, mut terminal) = one(80, 24);
    terminal.send("exit\r");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.wait_text("[exited]");
    world.until(&["ls"], |text| text.contains("no workspace is running"));
}

#[test]
fn focus_moves_by_direction_order_number_and_last() {
    let (world, mut terminal) = two();
    terminal.chord("\"");
    world.wait_panes("a third pane", |panes| panes.len() == 3);
    assert_eq!(focused(&world), "%2");
    for (keys, pane) in [
        ("\x1b[A", "%1"),
        ("\x1b[D", "%0"),
        ("\x1b[C", "%1"),
        ("\x1b[B", "%2"),
        ("o", "%0"),
        (";", "%2"),
        (";", "%0"),
    ] {
        terminal.chord(keys);
        wait_focus(&world, pane);
    }
    terminal.chord("q");
    terminal.wait("the numbers", |s| {
        !s.contents().contains('$') || s.contents().contains('1')
    });
    terminal.send("1");
    wait_focus(&world, "%1");
    for (args, pane) in [
        (&["focus-pane", "%2"][..], "%2"),
        (&["select-pane", "-L"], "%0"),
        (&["focus-pane", "--next"], "%1"),
        (&["focus-pane", "--previous"], "%0"),
        (&["focus-pane", "2"], "%2"),
    ] {
        world.ok(args);
        assert_eq!(focused(&world), pane, "{args:?}");
    }
    let (code, error) = world.fails(&["focus-pane", "%9"]);
    assert_eq!((code, &error["error"]["kind"]), (1, &"not-found".into()));
}

#[test]
fn the_mouse_focuses_and_drags_borders() {
    let (world, mut terminal) = two();
    terminal.click(3, 5);
    wait_focus(&world, "%0");
    terminal.click(70, 5);
    wait_focus(&world, "%1");
    let border = size(&world, "%0").0 as u16;
    terminal.drag((border, 10), (border - 15, 10));
    world.wait_panes("a narrower pane", |panes| panes[0]["cols"] == border - 15);
    assert_eq!(size(&world, "%1").0, u64::from(79 - (border - 15)));
    assert_eq!(focused(&world), "%1", "dragging a border moves no focus");
    terminal.wait("the border", |s| {
        line(s, 10).chars().position(|c| c == '│') == Some(usize::from(border - 15))
    });
    // The program in it is told.
    terminal.send("clear; stty size\r");
    terminal.wait_text(&format!("23 {}", 79 - (border - 15)));
}

#[test]
fn borders_move_by_key_and_command() {
    let (world, mut terminal) = two();
    let (left, right) = (size(&world, "%0").0, size(&world, "%1").0);
    terminal.chord("\x1b[1;5D");
    world.wait_panes("one cell", |panes| panes[0]["cols"] == left - 1);
    // Within the repeat time no prefix is needed; with it, it works at any time.
    terminal.chord("\x1b[1;3D");
    world.wait_panes("five cells", |panes| panes[0]["cols"] == left - 6);
    assert_eq!(size(&world, "%1").0, right + 6);
    world.ok(&["resize-pane", "-t", "%0", "-x", "30"]);
    assert_eq!(size(&world, "%0").0, 30);
    world.ok(&["resizep", "-t", "%0", "-R", "4"]);
    assert_eq!(size(&world, "%0").0, 34);
    // Further than the other pane allows is as far as it allows.
    world.ok(&["resize-pane", "-t", "%0", "-R", "500"]);
    let (left, right) = (size(&world, "%0").0, size(&world, "%1").0);
    assert!(right >= 1 && left + right == 79, "{left} {right}");
    let (code, _) = world.fails(&["resize-pane"]);
    assert_eq!(code, 2);
}

#[test]
fn zoom_fills_the_tab_and_returns() {
    let (world, mut terminal) = two();
    terminal.wait("its session", |s| last_line(s).ends_with("shell-2"));
    terminal.wait("both prompts", |s| s.contents().contains("│$"));
    // The tab is called otherwise until its program is known.
    terminal.wait("its program", |s| last_line(s).contains("0:sh*"));
    let before = terminal.lines();
    terminal.chord("z");
    terminal.wait("the zoom", |s| last_line(s).contains("Z*"));
    world.wait_panes("the whole width", |panes| panes[1]["cols"] == 80);
    terminal.wait("no border", |s| !s.contents().contains('│'));
    terminal.chord("z");
    terminal.wait("both again", |s| lines(s) == before);
    world.wait_panes("half the width", |panes| panes[1]["cols"] != 80);
    // Splitting and moving away end a zoom.
    world.ok(&["zoom-pane"]);
    terminal.wait("the zoom", |s| last_line(s).contains("Z*"));
    terminal.chord("\x1b[D");
    terminal.wait("no zoom", |s| !last_line(s).contains("Z*"));
    assert_eq!(focused(&world), "%0");
}

#[test]
fn panes_swap_break_out_and_are_renamed() {
    let (world, mut terminal) = two();
    terminal.chord("{");
    world.until(&["list-panes"], |text| text.starts_with("%1"));
    assert_eq!(order(&world), ["%1", "%0"]);
    world.ok(&["swap-pane", "-t", "%1", "-s", "%0"]);
    assert_eq!(order(&world), ["%0", "%1"]);

    terminal.chord("T");
    terminal.wait("the prompt", |s| last_line(s).contains("rename-pane"));
    terminal.send("builder one\r");
    world.wait_panes("the name", |panes| panes[1]["name"] == "builder one");
    world.ok(&["focus-pane", "%0"]);
    world.ok(&["focus-pane", "builder one"]);
    assert_eq!(focused(&world), "%1");
    let (code, error) = world.fails(&["rename-pane", "-t", "%0", "builder one"]);
    assert_eq!((code, &error["error"]["kind"]), (1, &"refused".into()));

    terminal.chord("!");
    terminal.wait("its own tab", |s| last_line(s).contains("1:builder one*"));
    assert_eq!(order(&world), ["%0"]);
    let (code, _) = world.fails(&["break-pane"]);
    assert_eq!(code, 1);
}

#[test]
fn layouts_share_the_room_evenly() {
    let (world, mut terminal) = two();
    world.ok(&["split-pane", "--down"]);
    world.ok(&["split-pane", "--right"]);
    let sizes = || -> Vec<(u64, u64)> {
        order(&world)
            .iter()
            .map(|pane| size(&world, pane))
            .collect()
    };
    let spread = |values: Vec<u64>| values.iter().max().unwrap() - values.iter().min().unwrap();
    terminal.chord("\x1b1");
    world.wait_panes("columns", |panes| {
        panes.iter().all(|pane| pane["rows"] == 23)
    });
    assert!(
        spread(sizes().iter().map(|size| size.0).collect()) <= 1,
        "{:?}",
        sizes()
    );
    terminal.chord("\x1b2");
    world.wait_panes("rows", |panes| panes.iter().all(|pane| pane["cols"] == 80));
    assert!(
        spread(sizes().iter().map(|size| size.1).collect()) <= 1,
        "{:?}",
        sizes()
    );
    terminal.chord("\x1b5");
    world.wait_panes("tiles", |panes| panes.iter().all(|pane| pane["cols"] != 80));
    assert!(
        spread(sizes().iter().map(|size| size.1).collect()) <= 1,
        "{:?}",
        sizes()
    );
    for name in ["main-horizontal", "main-vertical", "even-horizontal"] {
        world.ok(&["select-layout", name]);
        assert_eq!(world.panes().len(), 4);
    }
    let (code, error) = world.fails(&["select-layout", "sideways"]);
    assert_eq!((code, &error["error"]["kind"]), (2, &"usage".into()));
    terminal.chord(" ");
    world.wait_panes("the next layout", |panes| {
        panes.iter().any(|pane| pane["rows"] != 23)
    });
}

#[test]
fn a_program_that_failed_stays_with_its_code_and_a_restart_key() {
    let (world, mut terminal) = one(80, 24);
    world.ok(&["split-pane", "-h", "echo here-$((40+2)); exit 7"]);
    terminal.wait_text("here-42");
    terminal.wait_text("code 7");
    terminal.wait_text("R restarts");
    let row = world.panes()[1].clone();
    assert_eq!(
        (&row["exited"], &row["exit_code"]),
        (&true.into(), &7.into())
    );
    let session = row["session"].clone();
    let typed = world.run(&["send-keys", "-t", "%1", "x"]);
    assert_eq!(typed.status.code(), Some(1));
    terminal.chord("R");
    world.wait_panes("a new session", |panes| panes[1]["session"] != session);
    world.wait_panes("its end", |panes| panes[1]["exited"] == true);
    terminal.wait_text("code 7");
    // With the mouse as well.
    let session = world.panes()[1]["session"].clone();
    let (col, row) = terminal.find("restarts");
    terminal.click(col, row);
    world.wait_panes("a new session", |panes| panes[1]["session"] != session);
    world.wait_panes("its end", |panes| panes[1]["exited"] == true);
    terminal.resize(120, 24);
    terminal.wait_text("closes");
    let (col, row) = terminal.find("closes");
    terminal.click(col, row);
    world.wait_panes("one pane", |panes| panes.len() == 1);
    let (code, _) = world.fails(&["restart-pane", "-t", "%0"]);
    assert_eq!(code, 1, "a program that runs is not ended by mistake");
}

#[test]
fn a_program_killed_by_a_signal_says_so() {
    let (world, terminal) = one(80, 24);
    world.ok(&["split-pane", "-h", "kill -9 $$"]);
    terminal.wait_text("signal 9");
    assert_eq!(world.panes()[1]["exit_code"], 137);
}

#[test]
fn a_program_that_cannot_start_says_so_and_leaves_the_rest() {
    let (world, terminal) = one(80, 24);
    world.ok(&["split-pane", "-h", "--", "/no/such/program", "x"]);
    terminal.wait_text("/no/such/program");
    world.wait_panes("a failure", |panes| panes[1]["exit_code"] == 127);
    assert_eq!(world.panes()[0]["exited"], false);
}

#[test]
fn split_starts_where_it_is_told() {
    let (world, mut terminal) = one(80, 24);
    std::fs::create_dir(world.root.join("deep")).expect("a fresh directory");
    world.ok(&["split-pane", "-h", "-c", "deep", "-n", "d"]);
    terminal.wait("a second shell", |s| line(s, 0).matches('$').count() == 2);
    terminal.send("pwd | tail -c 6\r");
    terminal.wait_text("/deep");
    assert_eq!(world.panes()[1]["name"], "d");
    // What it is told may be no directory at all: the pane says so.
    world.ok(&["split-pane", "-c", "nowhere"]);
    world.until(&["capture-pane", "-p", "-t", "%2"], |text| {
        text.replace('\n', "").contains("is not a directory")
    });
}

#[test]
fn commands_reach_panes_with_no_terminal_attached() {
    let (world, mut terminal) = two();
    terminal.chord("d");
    terminal.wait_exit();
    world.ok(&["send-keys", "-t", "%0", "echo a\"\"b", "Enter"]);
    world.until(&["capture-pane", "-p", "-t", "%0"], |text| {
        text.contains("\nab\n")
    });
    world.ok(&["split-pane", "-t", "%0", "-d", "sleep 1000"]);
    assert_eq!(world.panes().len(), 3);
    let (code, error) = world.fails(&["toggle-panel"]);
    assert_eq!(code, 1);
    assert!(
        error["error"]["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("attach"))
    );
    world.ok(&["close-pane", "%1"]);
    assert_eq!(world.panes().len(), 2);
}

#[test]
fn scrollback_is_read_with_keys_and_wheel() {
    let (_world, mut terminal) = one(80, 24);
    terminal.send("clear; i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo \"line\"-$i.; done\r");
    terminal.wait_text("line-100.");
    terminal.chord("[");
    terminal.send("g");
    terminal.wait_text("line-1.");
    terminal.send("G");
    terminal.wait_text("line-100.");
    terminal.send("\x1b[5~");
    terminal.wait_no_text("line-100.");
    terminal.send("q");
    terminal.wait_text("line-100.");
    terminal.send(&mouse(64, 10, 10, true).repeat(10));
    terminal.wait_no_text("line-100.");
    terminal.send(&mouse(65, 10, 10, true).repeat(20));
    terminal.wait_text("line-100.");
    terminal.say("typing");
}

#[test]
fn there_is_a_smallest_pane() {
    let (world, mut terminal) = one(20, 6);
    let mut refused = false;
    for _ in 0..10 {
        refused |= !world.run(&["split-pane", "-h", "-d"]).status.success();
        refused |= !world.run(&["split-pane", "-v", "-d"]).status.success();
    }
    assert!(refused, "{:#?}", world.panes());
    assert!(
        world
            .panes()
            .iter()
            .all(|pane| pane["cols"] != 0 && pane["rows"] != 0)
    );
    terminal.send("\r");
    terminal.resize(80, 24);
    terminal.wait("more room", |s| line(s, 23).contains("work"));
}
