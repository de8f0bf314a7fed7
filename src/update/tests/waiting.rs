//! Going to who needs somebody.

use super::*;
use crate::coord::snapshot::SessionInfo;
use crate::model::panel::Section;

/// A desk whose panes' sessions `blocked` wait for an answer.
fn desk(blocked: &[u32]) -> Desk {
    let mut desk = Desk::new();
    desk.press(A, "C-b % C-b \"");
    let sessions = desk.state.panes.values().map(|pane| {
        let mut session = SessionInfo::sample(&format!("shell-{}", pane.id.0));
        session.id = pane.session.clone();
        let waits = blocked.contains(&pane.id.0);
        session.state = waits.then(|| "blocked".to_owned());
        session
    });
    let mut snapshot = (*desk.state.snapshot).clone();
    snapshot.sessions = sessions.collect();
    desk.state.snapshot = snapshot.into();
    desk
}

#[test]
fn the_key_goes_from_one_to_the_next() {
    let mut desk = desk(&[0, 2]);
    desk.press(A, "C-b q 1");
    for pane in [0, 2, 0] {
        desk.press(A, "C-b a");
        assert_eq!(desk.focused(A), pane);
    }
}

#[test]
fn who_is_there_already_sees_the_list() {
    let mut desk = desk(&[2]);
    desk.press(A, "C-b q 2");
    desk.press(A, "C-b a");
    let panel = &desk.state.views[&A].panel;
    assert!(panel.open && panel.focused);
    assert_eq!(panel.section, Section::Attention);
}

#[test]
fn nobody_waits() {
    let mut desk = desk(&[]);
    desk.press(A, "C-b a");
    assert_eq!(desk.message(A), "nobody needs you");
}

/// Asks for a command on a connection of its own; whether it was answered at once.
fn ask(desk: &mut Desk, number: u64, line: &str) -> bool {
    let Ok(Parsed::Run(invocation)) = parse::parse(line.split(' ')) else {
        panic!("{line:?} is no command");
    };
    desk.event(Event::Request {
        command: Box::new(invocation.command.expect("a command")),
        requester: Requester::default(),
        reply: ReplyTo::Connection(number),
    });
    answered(desk).contains(&number)
}

/// Whom the last event answered.
fn answered(desk: &Desk) -> Vec<u64> {
    let answers = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Answer { connection, .. } => Some(*connection),
        _ => None,
    });
    answers.collect()
}

#[test]
fn a_signal_wakes_all_who_wait_or_the_next_who_comes() {
    let mut desk = Desk::new();
    assert!(!ask(&mut desk, 1, "wait-for built"));
    assert!(!ask(&mut desk, 2, "wait-for built"));
    assert!(!ask(&mut desk, 3, "wait-for other"));
    assert!(ask(&mut desk, 4, "wait-for -S built"));
    assert_eq!(answered(&desk), [1, 2, 4]);
    assert!(!ask(&mut desk, 5, "wait-for built"), "it was used up");
    desk.event(Event::Unasked {
        reply: ReplyTo::Connection(5),
    });
    assert!(ask(&mut desk, 6, "wait-for -S built"));
    assert_eq!(answered(&desk), [6], "who has gone is not there");
    assert!(ask(&mut desk, 7, "wait-for built"), "the signal was kept");
    assert!(!ask(&mut desk, 8, "wait-for built"), "once");
}

#[test]
fn a_channel_is_locked_by_one_at_a_time_in_order() {
    let mut desk = Desk::new();
    assert!(ask(&mut desk, 1, "wait-for -L disk"));
    assert!(!ask(&mut desk, 2, "wait-for -L disk"));
    assert!(!ask(&mut desk, 3, "wait-for --lock disk --timeout 5s"));
    assert!(ask(&mut desk, 4, "wait-for -U disk"));
    assert_eq!(answered(&desk), [2, 4]);
    desk.state.now_ms += 5_000;
    desk.event(Event::Timer);
    assert_eq!(answered(&desk), [3], "it gave up");
    assert!(ask(&mut desk, 5, "wait-for -U disk"));
    ask(&mut desk, 6, "wait-for -U disk");
    assert!(
        desk.answer()
            .is_err_and(|error| error.contains("not locked"))
    );
}

#[test]
fn what_is_remembered_of_channels_is_bounded() {
    let mut desk = Desk::new();
    for name in 0..256 {
        ask(&mut desk, 1, &format!("wait-for -S c{name}"));
        assert_eq!(desk.answer(), Ok(""));
    }
    ask(&mut desk, 1, "wait-for -S one-more");
    assert!(desk.answer().is_err());
    ask(&mut desk, 1, "wait-for -S c0");
    assert_eq!(desk.answer(), Ok(""));
}
