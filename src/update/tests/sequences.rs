//! Several commands in one line.

use super::*;
use crate::command::spec::Reply;
use crate::error::Error;
use crate::pty::ExitStatus;
use crate::update::ReplyTo;
use crate::update::event::ShellEnd;

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

/// Where a shell command's end goes, ended so.
fn end_shell(desk: &mut Desk, code: i32, text: &str) -> String {
    let at = desk
        .effects
        .iter()
        .position(|effect| matches!(effect, Effect::Shell(_)));
    let Effect::Shell(job) = desk.effects.remove(at.expect("a shell command")) else {
        unreachable!("it was looked for");
    };
    let command = job.script.text.clone();
    let end = Ok(ShellEnd {
        status: ExitStatus::Code(code),
        text: text.to_owned(),
    });
    desk.event(Event::ShellEnded { job, end });
    command
}

#[test]
fn a_condition_chooses_what_is_run() {
    let mut desk = Desk::new();
    desk.prompt(
        A,
        "if-shell -F '#{pane_active}' 'split-pane ; rename-pane yes' 'new-tab'",
    );
    assert_eq!(desk.state.panes[&PaneId(1)].name.as_deref(), Some("yes"));
    desk.prompt(A, "if -F 0 'split-pane' ; rename-pane still");
    assert_eq!(desk.state.panes.len(), 2);
    assert_eq!(desk.state.panes[&PaneId(1)].name.as_deref(), Some("still"));
    for (code, name) in [(0, "then"), (1, "else")] {
        desk.prompt(
            A,
            "if-shell 'test -d #{pane_name}' 'rename-pane then' 'rename-pane else'",
        );
        assert_eq!(desk.state.shells, 1);
        end_shell(&mut desk, code, "");
        assert_eq!(desk.state.panes[&PaneId(1)].name.as_deref(), Some(name));
        assert_eq!(desk.state.shells, 0);
    }
    desk.prompt(A, "if-shell true 'no-such-command'");
    end_shell(&mut desk, 0, "");
    assert!(desk.message(A).contains("no-such-command"));
}

#[test]
fn a_shell_commands_words_are_the_answer() {
    let mut desk = Desk::new();
    desk.prompt(
        A,
        "rename-pane \"it's; reboot\" ; run-shell 'echo #{pane_name}' ; split-pane",
    );
    assert_eq!(desk.state.panes.len(), 1, "it is waited for");
    let command = end_shell(&mut desk, 0, "hello\n");
    assert_eq!(command, "echo \"${STOA_VALUE_1}\"");
    assert_eq!((desk.state.panes.len(), desk.message(A)), (2, "hello"));
    desk.prompt(A, "run-shell false ; split-pane");
    end_shell(&mut desk, 1, "");
    assert_eq!(desk.state.panes.len(), 2, "its failure ends the line");
    assert_eq!(desk.message(A), "false: exit code 1");
    desk.prompt(A, "run-shell -b 'make' ; new-tab");
    assert_eq!(desk.state.tabs.len(), 2, "nothing is waited for");
}

#[test]
fn a_wait_that_is_over_at_once_goes_on_at_once() {
    let mut desk = Desk::new();
    desk.prompt(A, "wait --until 'idle 0s' ; split-pane");
    assert_eq!(desk.state.panes.len(), 2, "{}", desk.message(A));
}

#[test]
fn what_a_condition_chose_is_taken_back_once() {
    let mut desk = Desk::new();
    desk.prompt(A, "split-pane ; select-layout even-vertical");
    let before = desk.state.tabs[0].layout.clone();
    desk.prompt(A, "if-shell -F 1 'select-layout even-horizontal'");
    assert_ne!(desk.state.tabs[0].layout, before);
    desk.prompt(A, "if-shell -F 1 undo-layout");
    assert_eq!(desk.state.tabs[0].layout, before);
    desk.prompt(A, "redo-layout");
    assert_ne!(desk.state.tabs[0].layout, before);
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
