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
