//! Several commands in one line.

use super::*;
use crate::command::spec::Reply;
use crate::error::Error;
use crate::update::ReplyTo;

#[test]
fn commands_of_a_line_run_in_order() {
    let mut desk = Desk::new();
    desk.prompt(
        A,
        "new-tab -n bar \\; split-pane --down; rename-pane low ; focus-tab 0",
    );
    let view = &desk.state.views[&A];
    assert_eq!(view.tab, desk.state.tabs[0].id);
    assert_eq!(desk.state.tabs[1].name.as_deref(), Some("bar"));
    assert_eq!(desk.state.tabs[1].panes(), [PaneId(1), PaneId(2)]);
    let low = &desk.state.panes[&PaneId(2)];
    assert_eq!(low.name.as_deref(), Some("low"));
    assert!(low.launch.argv.is_empty(), "{:?}", low.launch.argv);
    assert_eq!(desk.message(A), "");
}

#[test]
fn the_first_that_fails_ends_the_sequence() {
    let mut desk = Desk::new();
    desk.prompt(A, "split-pane ; focus-pane -t %7 ; split-pane");
    assert_eq!(desk.state.panes.len(), 2);
    assert!(desk.message(A).contains("%7"), "{}", desk.message(A));
}

#[test]
fn nothing_runs_if_one_is_not_understood() {
    let mut desk = Desk::new();
    desk.prompt(A, "split-pane ; spilt-pane");
    assert_eq!(desk.state.panes.len(), 1);
    assert!(
        desk.message(A).contains("split-pane"),
        "{}",
        desk.message(A)
    );
}

#[test]
fn a_question_is_about_the_whole_line() {
    let mut desk = Desk::new();
    desk.prompt(A, "confirm -p sure? 'split-pane ; split-pane'");
    assert_eq!(desk.state.panes.len(), 1);
    desk.press(A, "y");
    assert_eq!(desk.state.panes.len(), 3);
    desk.prompt(A, "confirm 'split-pane ; spilt-pane'");
    assert!(desk.state.views[&A].overlay.is_none());
}

/// Where the answer to the command under way goes.
fn asked(desk: &Desk) -> ReplyTo {
    let asked = desk.effects.iter().find_map(|effect| match effect {
        Effect::Store { reply, .. } => Some(*reply),
        _ => None,
    });
    asked.expect("it goes to the store")
}

#[test]
fn a_later_answer_is_waited_for() {
    let mut desk = Desk::new();
    desk.prompt(A, "join-group team ; split-pane ; rename-pane late");
    assert_eq!(desk.state.panes.len(), 1);
    let reply = asked(&desk);
    assert_eq!(reply.person(), Some(A), "a person typed it");
    let result = Ok(Reply::new("joined", serde_json::Value::Null));
    desk.event(Event::Answered { reply, result });
    assert_eq!(desk.state.panes.len(), 2);
    assert_eq!(desk.state.panes[&PaneId(1)].name.as_deref(), Some("late"));
    assert_eq!(desk.message(A), "joined");

    desk.prompt(A, "join-group team ; split-pane");
    let (reply, result) = (asked(&desk), Err(Error::refused("no such luck")));
    desk.event(Event::Answered { reply, result });
    assert_eq!(desk.state.panes.len(), 2);
    assert_eq!(desk.message(A), "no such luck");
}

#[test]
fn a_wait_that_is_over_at_once_goes_on_at_once() {
    let mut desk = Desk::new();
    desk.prompt(A, "wait --until 'idle 0s' ; split-pane");
    assert_eq!(desk.state.panes.len(), 2, "{}", desk.message(A));
}

#[test]
fn what_waits_goes_with_its_terminal() {
    let mut desk = Desk::new();
    desk.attach(B, 80, 24);
    desk.prompt(A, "split-pane ; wait -t %0 --until exit ; split-pane");
    assert_eq!(desk.state.waits.list.len(), 1);
    desk.event(Event::Gone { client: A });
    assert!(desk.state.waits.list.is_empty());
    desk.event(Event::Exited {
        pane: PaneId(0),
        status: crate::pty::ExitStatus::Code(0),
    });
    let left: Vec<_> = desk.state.panes.keys().collect();
    assert_eq!(left, [&PaneId(1)]);
}
