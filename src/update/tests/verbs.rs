//! Commands that people who come from tmux type.

use super::*;
use crate::error::Kind;
use crate::model::overlay::Overlay;

fn shown(desk: &Desk) -> usize {
    let tab = desk.state.views[&A].tab;
    desk.state.tab_index(tab).expect("a tab")
}

#[test]
fn a_tab_is_found_by_name_title_or_text() {
    let mut desk = Desk::new();
    desk.prompt(A, "rename-tab one ; new-tab -n logs ; new-tab -n lots");
    let pane = desk.state.panes.get_mut(&PaneId(0)).expect("a pane");
    pane.screen.feed(b"some Needle lies here");
    let mut check = |line: &str, expected: usize| {
        desk.prompt(A, "focus-tab 2");
        desk.prompt(A, line);
        assert_eq!(shown(&desk), expected, "{line}: {}", desk.message(A));
    };
    check("find-window Needle", 0);
    check("findw -C 'some*lies'", 0);
    check("find-tab -N Needle", 2);
    check("find-tab needle", 2);
    check("find-tab -i needle", 0);
    check("find-tab -r '^log'", 1);
    check("find-tab l?gs", 1);
    desk.outside("find-tab nowhere");
    assert_eq!(desk.answer(), Err("no tab has \"nowhere\""));
    desk.outside("find-tab -r '('");
    assert!(
        desk.answer()
            .is_err_and(|error| error.contains("no regular expression"))
    );
    // Of several one chooses, from those alone.
    desk.prompt(A, "focus-tab 0");
    desk.press(A, "C-b f");
    desk.write(A, "lo");
    desk.press(A, "Enter");
    let overlay = &desk.state.views[&A].overlay;
    let Some(Overlay::Tabs { selected: 0, only }) = overlay else {
        panic!("{overlay:?}");
    };
    assert_eq!(only.as_ref().map(Vec::len), Some(2));
    desk.press(A, "Down Down Enter");
    assert_eq!(shown(&desk), 2);
}

#[test]
fn what_was_said_can_be_read_again() {
    let mut desk = Desk::new();
    desk.prompt(A, "display-message first");
    desk.wait(150_000);
    desk.prompt(A, "no-such-command");
    desk.wait(3_000);
    desk.outside("show-messages");
    let said = desk.answer().expect("messages").to_owned();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(
        lines[0].starts_with("  3s ago: ! no command is called"),
        "{said}"
    );
    assert_eq!(lines[1], "  2m ago: first");
    desk.press(A, "C-b ~");
    let overlay = &desk.state.views[&A].overlay;
    let Some(Overlay::Text { lines, .. }) = overlay else {
        panic!("{overlay:?}");
    };
    assert_eq!(lines.len(), 2);
}

#[test]
fn the_workspace_gets_another_name() {
    let mut desk = Desk::new();
    let called = |desk: &mut Desk| {
        desk.outside("display-message -p '#S'");
        desk.answer().expect("a name").to_owned()
    };
    assert_eq!(called(&mut desk), "demo");
    desk.press(A, "C-b $");
    desk.press(A, "C-u");
    desk.write(A, "my.work now");
    desk.press(A, "Enter");
    assert_eq!(called(&mut desk), "my_work now");
    desk.outside("rename-session -t 'my_work now' other");
    assert_eq!(desk.answer(), Ok(""));
    assert_eq!(called(&mut desk), "other");
    desk.outside("rename-session -t demo third");
    assert_eq!(desk.answer(), Err("no session \"demo\""));
    desk.outside("send-keys -t other:0 x");
    assert_eq!(desk.answer(), Ok(""));
    desk.prompt(A, "rename-session ''");
    assert_eq!(called(&mut desk), "demo");
}

#[test]
fn tabs_are_numbered_without_gaps_as_they_are() {
    let mut desk = Desk::new();
    desk.prompt(A, "new-tab ; new-tab");
    desk.outside("move-window -r");
    assert_eq!(desk.answer(), Ok(""));
}

#[test]
fn what_cannot_be_here_says_why() {
    for line in [
        "switch-client -n",
        "switchc -t x",
        "linkw -s 1",
        "lock",
        "lockc",
    ] {
        let words = shlex::split(line).expect("words");
        let error = parse::parse(words).expect_err(line);
        assert_eq!(error.kind, Kind::Refused, "{line}: {error:?}");
        assert!(
            error
                .hint
                .is_some_and(|hint| !hint.contains("did you mean"))
        );
    }
    let mut desk = Desk::new();
    desk.prompt(A, "switch-client -n");
    assert!(
        desk.message(A).contains("stoa attach"),
        "{}",
        desk.message(A)
    );
    // The list of commands is the same at the prompt.
    desk.outside("list-commands");
    assert!(
        desk.answer()
            .is_ok_and(|text| text.contains("show-messages (showmsgs)"))
    );
}

fn menu(desk: &Desk) -> Option<&crate::model::menu::Menu> {
    match &desk.state.views[&A].overlay {
        Some(Overlay::Menu(menu)) => Some(menu),
        _ => None,
    }
}

const MENU: &str = "display-menu -T 'Pane #{pane_id}' -t %0 -x 10 -y 5 \
    -Never n new-tab 'Name #[bold]#{pane_index}' k \"rename-pane 'a b'\" '' Mark '' mark-pane";

#[test]
fn a_menu_of_ones_own_is_chosen_from() {
    let mut desk = Desk::new();
    desk.prompt(A, "split-pane");
    desk.prompt(A, MENU);
    let open = menu(&desk).expect("a menu");
    let labels: Vec<&str> = open.entries.iter().map(|entry| &*entry.label).collect();
    assert_eq!(labels, ["Never", "Name 0", "", "Mark"]);
    assert_eq!((open.title.as_str(), open.at), ("Pane %0", Some((10, 5))));
    assert_eq!(open.selected, 1, "the first cannot be chosen");
    // A row's own key, also one that would move the cursor; its command is about the target.
    desk.press(A, "k");
    assert!(menu(&desk).is_none());
    assert_eq!(desk.state.panes[&PaneId(0)].name.as_deref(), Some("a b"));
    // The arrows go by the line between.
    desk.prompt(A, MENU);
    desk.press(A, "Down Enter");
    assert_eq!(desk.state.marked, Some(PaneId(0)));
    // The mouse: the frame begins at row 5, so that the last row is in row 9. The line between does nothing.
    desk.prompt(A, MENU);
    desk.click(A, 13, 8);
    assert!(menu(&desk).is_some());
    desk.click(A, 13, 6);
    assert!(menu(&desk).is_some(), "it cannot be chosen");
    desk.click(A, 13, 9);
    assert_eq!((menu(&desk), desk.state.marked), (None, None));
    // A key that no row has closes it, as in our own menus.
    desk.prompt(A, MENU);
    desk.press(A, "n");
    assert_eq!((menu(&desk), desk.state.tabs.len()), (None, 1));
}

#[test]
fn a_menu_that_is_none_is_refused() {
    let mut desk = Desk::new();
    for (line, why) in [
        (
            "menu -T x Name k",
            "the row \"Name\" needs a key and a command",
        ),
        ("menu '' ''", "no row of the menu can be chosen"),
        (
            "menu -x here a b new-tab",
            "-x is a number or a letter, not \"here\"",
        ),
    ] {
        desk.outside(line);
        assert_eq!(desk.answer(), Err(why), "{line}");
    }
    desk.outside("menu a no-such-key new-tab");
    assert!(desk.answer().is_err());
    assert!(menu(&desk).is_none());
    for (place, at) in [
        ("-x R -y S", (103, 27)),
        ("-x C -y C", (51, 14)),
        ("-x P -y P", (0, 27)),
    ] {
        desk.outside(&format!("menu {place} 'Ten cells!' '' new-tab"));
        assert_eq!(desk.answer(), Ok(""));
        assert_eq!(menu(&desk).and_then(|menu| menu.at), Some(at), "{place}");
    }
}

/// What is asked for is one value, whatever stands in it; and a tab's menu moves that tab.
#[test]
fn keys_that_want_one_value_ask_for_it_alone() {
    let mut desk = Desk::new();
    desk.prompt(A, "rename-tab a ; new-tab -n 'b c' ; new-tab -n d");
    let ask = |desk: &mut Desk, keys: &str, value: &str| {
        desk.press(A, keys);
        desk.write(A, value);
        desk.press(A, "Enter");
        let names = desk.state.tabs.iter();
        names.filter_map(|tab| tab.name.clone()).collect::<String>()
    };
    assert_eq!(ask(&mut desk, "C-b .", "0"), "dab c");
    ask(&mut desk, "C-b '", "b c");
    assert_eq!(shown(&desk), 2);
    assert_eq!(ask(&mut desk, "C-b < .", "1"), "db ca");
    ask(&mut desk, "C-b s", "plan=first this; then that");
    let asked = desk.effects.iter().find_map(|effect| match effect {
        Effect::Store { command, .. } => Some(format!("{command:?}")),
        _ => None,
    });
    let asked = asked.expect("a command on the store");
    assert!(
        asked.contains("[\"plan=first this; then that\"]"),
        "{asked}"
    );
}
