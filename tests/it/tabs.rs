//! Tabs: making, closing, turning to, naming and moving them.

use crate::support::*;

/// A plain world with a terminal and tabs `0:main`, `1:one` and `2:two`, the last one shown.
fn three() -> (World, Terminal) {
    let world = World::plain();
    let terminal = world.ready(80, 24);
    world.ok(&["rename-tab", "main"]);
    world.ok(&["new-tab", "-n", "one"]);
    world.ok(&["new-window", "-n", "two"]);
    terminal.wait("three tabs", |s| {
        last_line(s).contains("1:one") && last_line(s).contains("2:two*")
    });
    (world, terminal)
}

fn shown(terminal: &Terminal, tab: &str) {
    terminal.wait(tab, |s| last_line(s).contains(&format!("{tab}*")));
}

fn names(world: &World) -> Vec<String> {
    let list = world.json(&["list-tabs"]);
    let tabs = list["tabs"].as_array().expect("a list");
    tabs.iter()
        .map(|tab| tab["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn keys_turn_to_tabs() {
    let (_world, mut terminal) = three();
    for (keys, tab) in [
        ("p", "1:one"),
        ("p", "0:main"),
        ("p", "2:two"),
        ("n", "0:main"),
        ("l", "2:two"),
        ("1", "1:one"),
        ("l", "2:two"),
        ("0", "0:main"),
    ] {
        terminal.chord(keys);
        shown(&terminal, tab);
    }
    terminal.chord("'");
    terminal.wait("the prompt", |s| last_line(s).contains("focus-tab"));
    terminal.send("one\r");
    shown(&terminal, "1:one");
    terminal.chord("9");
    terminal.wait_text("no tab");
}

#[test]
fn commands_turn_to_tabs() {
    let (world, terminal) = three();
    for (args, tab) in [
        (&["focus-tab", "0"][..], "0:main"),
        (&["select-window", "-t", "one"], "1:one"),
        (&["last-tab"], "0:main"),
        (&["next-tab"], "1:one"),
        (&["previous-tab"], "0:main"),
    ] {
        world.ok(args);
        shown(&terminal, tab);
    }
    let (code, error) = world.fails(&["focus-tab", "9"]);
    assert_eq!((code, &error["error"]["kind"]), (1, &"not-found".into()));
}

#[test]
fn tabs_are_made_with_a_key_and_keep_their_screens() {
    let world = World::plain();
    let mut terminal = world.ready(80, 24);
    terminal.say("first");
    terminal.chord("c");
    terminal.wait("a second tab", |s| last_line(s).contains(" 1:"));
    terminal.wait("an empty screen", |s| !s.contents().contains("first-said"));
    terminal.say("second");
    terminal.chord("p");
    terminal.wait_text("first-said");
    assert!(!terminal.text().contains("second-said"));
}

#[test]
fn tabs_are_renamed_and_moved() {
    let (world, mut terminal) = three();
    terminal.chord(",");
    terminal.wait("the prompt", |s| last_line(s).contains("rename-tab"));
    // The name is there to be changed, and what is typed is a name whatever it says.
    terminal.send("\x15-it's; kill-server\r");
    shown(&terminal, "2:-it's; kill-server");
    terminal.chord(",");
    terminal.wait("the name", |s| {
        last_line(s).contains("rename-tab: -it's; kill-server")
    });
    terminal.send("\x15logs\r");
    shown(&terminal, "2:logs");
    terminal.chord(".");
    terminal.wait("the prompt", |s| last_line(s).contains("move-tab"));
    terminal.send("0\r");
    shown(&terminal, "0:logs");
    assert_eq!(names(&world), ["logs", "main", "one"]);
    world.ok(&["move-tab", "-s", "logs", "--right"]);
    assert_eq!(names(&world), ["main", "logs", "one"]);
    world.ok(&["move-window", "--left"]);
    assert_eq!(names(&world), ["logs", "main", "one"]);
    world.ok(&["rename-window", "-t", "0", "a b"]);
    assert_eq!(names(&world), ["a b", "main", "one"]);
    // An empty name gives the program's back.
    world.ok(&["rename-tab", "-t", "0", ""]);
    assert_ne!(names(&world)[0], "a b");
}

#[test]
fn closing_a_tab_asks_and_ends_its_programs() {
    let (world, mut terminal) = three();
    let pid = world.panes()[2]["pid"].as_u64().expect("it runs") as u32;
    terminal.chord("&");
    terminal.wait_text("Close this tab");
    terminal.send("y");
    terminal.wait("two tabs", |s| !s.contents().contains("2:two"));
    wait_gone(pid);
    assert_eq!(names(&world), ["main", "one"]);
    world.ok(&["close-tab", "-t", "0"]);
    shown(&terminal, "0:one");
    world.ok(&["kill-window"]);
    terminal.wait_exit();
    terminal.wait_text("[exited]");
}

#[test]
fn the_mouse_chooses_tabs() {
    let (_world, mut terminal) = three();
    let (col, row) = terminal.find("1:one");
    terminal.click(col + 1, row);
    shown(&terminal, "1:one");
    terminal.chord("w");
    terminal.wait("the list", |s| s.contents().matches("two").count() > 1);
    terminal.send("\x1b[B\r");
    shown(&terminal, "2:two");
}

#[test]
fn more_tabs_than_fit_keep_the_shown_one_in_sight() {
    let world = World::plain();
    let terminal = world.ready(40, 10);
    world.ok(&["rename-tab", "main"]);
    for index in 1..12 {
        world.ok(&["new-tab", "-n", &format!("tab-number-{index}")]);
    }
    shown(&terminal, "11:tab-number-11");
    world.ok(&["focus-tab", "0"]);
    shown(&terminal, "0:main");
    world.ok(&["focus-tab", "6"]);
    shown(&terminal, "6:tab-number-6");
}
