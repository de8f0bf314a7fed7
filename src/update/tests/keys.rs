//! Chords, the prompt, and what reaches the program.

use super::*;
use crate::command::{Command, StoreCommand};
use crate::keys::key::{Code, Key};
use crate::model::overlay::Overlay;

#[test]
fn plain_keys_are_the_programs() {
    let mut desk = Desk::new();
    desk.press(A, "x");
    assert_eq!(desk.written(0), b"x");
    desk.press(A, "Up");
    assert_eq!(desk.written(0), b"\x1b[A");
    desk.press(A, "C-c");
    assert_eq!(desk.written(0), b"\x03");
}

#[test]
fn keys_are_what_the_program_wants_them_to_be() {
    let mut desk = Desk::new();
    for (modes, key, bytes) in [
        ("\x1b[?1h", "Up", "\x1bOA"),
        ("\x1b[?67h", "BSpace", "\x08"),
        ("\x1b[?67l", "BSpace", "\x7f"),
        ("\x1b[20h", "Enter", "\r\n"),
        ("\x1b[20l", "Enter", "\r"),
    ] {
        let pane = desk.state.panes.get_mut(&PaneId(0)).expect("a pane");
        pane.screen.feed(modes.as_bytes());
        desk.press(A, key);
        assert_eq!(desk.written(0), bytes.as_bytes(), "{modes:?} {key}");
    }
}

#[test]
fn the_prefix_twice_reaches_the_program_once() {
    let mut desk = Desk::new();
    desk.press(A, "C-b");
    assert!(desk.written(0).is_empty());
    desk.press(A, "C-b");
    assert_eq!(desk.written(0), b"\x02");
}

#[test]
fn an_unknown_chord_is_swallowed() {
    let mut desk = Desk::new();
    desk.press(A, "C-b F12");
    assert!(desk.written(0).is_empty());
    desk.press(A, "y");
    assert_eq!(desk.written(0), b"y");
}

#[test]
fn repeatable_keys_need_the_prefix_once() {
    let mut desk = Desk::new();
    desk.press(A, "C-b %");
    let before = desk.size(0);
    desk.press(A, "C-b C-Right C-Right C-Right");
    assert_eq!(desk.size(0).0, before.0 + 3);
    desk.wait(2_000);
    desk.press(A, "C-Right");
    assert_eq!(desk.size(0).0, before.0 + 3, "too late to repeat");
    assert_eq!(desk.written(1), b"\x1b[1;5C");
}

#[test]
fn hints_wait_a_moment() {
    let mut desk = Desk::new();
    desk.press(A, "C-b");
    let due = desk.state.views[&A].hints_at_ms().expect("a chord is open");
    assert!(due > desk.state.now_ms);
    assert_eq!(timer::next(&desk.state), Some(due));
    desk.wait(due - desk.state.now_ms);
    assert!(desk.state.views[&A].hints, "shown when due");
    assert_eq!(
        timer::next(&desk.state),
        None,
        "and then nothing is waited for"
    );
    desk.press(A, "c");
    assert_eq!(desk.state.views[&A].hints_at_ms(), None);
}

#[test]
fn the_prompt_runs_a_line_and_tells_what_came_of_it() {
    let mut desk = Desk::new();
    desk.prompt(A, "rename-tab build");
    assert_eq!(desk.state.tabs[0].name.as_deref(), Some("build"));
    desk.prompt(A, "split-pain");
    assert!(
        desk.message(A).contains("split-pane"),
        "{}",
        desk.message(A)
    );
    desk.wait(10_000);
    assert_eq!(desk.message(A), "", "messages go away by themselves");
}

#[test]
fn the_prompt_completes_and_remembers() {
    let mut desk = Desk::new();
    desk.press(A, "C-b :");
    desk.write(A, "zoom-p");
    desk.press(A, "Tab");
    let Some(Overlay::Prompt(prompt)) = &desk.state.views[&A].overlay else {
        panic!("the prompt is open");
    };
    assert_eq!(prompt.edit.text(), "zoom-pane ");
    desk.press(A, "Enter");
    assert_eq!(desk.state.views[&A].history, ["zoom-pane"]);
}

#[test]
fn closing_asks_first() {
    let mut desk = Desk::new();
    desk.press(A, "C-b %");
    desk.press(A, "C-b x n");
    assert_eq!(desk.state.panes.len(), 2);
    desk.press(A, "C-b x y");
    assert_eq!(desk.state.panes.len(), 1);
}

#[test]
fn coordination_commands_act_as_the_focused_panes_session() {
    let mut desk = Desk::new();
    let session = desk.state.panes[&PaneId(0)].session.clone();
    desk.prompt(A, "join-group team");
    let asked = desk.effects.iter().find_map(|effect| match effect {
        Effect::Store { command, actor, .. } => Some((command, actor)),
        _ => None,
    });
    let (command, actor) = asked.expect("it goes to the store");
    assert!(matches!(**command, StoreCommand::JoinGroup(_)));
    assert_eq!(actor.as_deref(), Some(session.as_str()));
}

#[test]
fn commands_of_a_shell_are_refused_at_the_prompt() {
    let mut desk = Desk::new();
    desk.prompt(A, "attach");
    assert!(desk.message(A).contains("shell"), "{}", desk.message(A));
    let parsed = crate::command::parse::parse(["attach"]);
    let Ok(crate::command::parse::Parsed::Run(invocation)) = parsed else {
        panic!("attach is a command");
    };
    assert!(matches!(invocation.command, Some(Command::Local(_))));
}

/// A terminal that tells bare modifiers tells Shift before the second key of a chord.
#[test]
fn a_bare_modifier_ends_no_chord() {
    let mut desk = Desk::new();
    desk.press(A, "C-b");
    let shift = Key::plain(Code::Special(57441));
    let input = Input::Key(KeyEvent::from(shift));
    desk.event(Event::Input { client: A, input });
    assert!(!desk.state.views[&A].pending.is_empty());
    assert_eq!(desk.written(0), b"", "the program did not ask for it");
}
