//! Whole frames, as people see them, from a state that is built rather than lived.

use std::path::PathBuf;
use std::sync::Arc;

use super::draw::whole;
use super::theme::Theme;
use crate::clock::Now;
use crate::config::load;
use crate::coord::snapshot::{ClaimInfo, ContextInfo, GroupInfo, Life, SessionInfo, Snapshot};
use crate::draw::Surface;
use crate::keys::input::Input;
use crate::keys::key::KeyEvent;
use crate::model::geometry::Size;
use crate::model::id::{ClientId, PaneId};
use crate::model::state::State;
use crate::update::{Event, settle, step};

const CLIENT: ClientId = ClientId(1);

fn session(id: &str, name: &str, number: u32, pane: &str) -> SessionInfo {
    SessionInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        number,
        generation: 1,
        role: Some("builder".to_owned()),
        goal: None,
        working_on: Some("the parser".to_owned()),
        current_task: None,
        life: Life::Alive,
        state: None,
        pane: Some(pane.to_owned()),
        agent: Some("shell".to_owned()),
        pid: 100 + number,
        host: "desk".to_owned(),
        tty: format!("/dev/pts/{number}"),
        group: Some("backend".to_owned()),
        heartbeat_age_ms: 2_000,
        registered_at: "2026-01-02T03:04:05Z".to_owned(),
        unread: 0,
        unacknowledged: 0,
        mail: Default::default(),
    }
}

/// Two sessions of one group that share and claim.
fn team(first: &str, second: &str) -> Snapshot {
    let at = "2026-01-02T03:04:05Z";
    let taken = Now {
        boot_id: "boot".to_owned(),
        boot_ms: 0,
        wall: jiff::Timestamp::UNIX_EPOCH,
    };
    Snapshot {
        revision: 9,
        sessions: vec![
            session(first, "Forge", 1, "%0"),
            session(second, "Scout", 2, "%1"),
        ],
        groups: vec![GroupInfo {
            name: "backend".to_owned(),
            coordinator: Some(first.to_owned()),
            members: vec![first.to_owned(), second.to_owned()],
            context: vec![ContextInfo {
                key: "finding".to_owned(),
                value: serde_json::json!("the parser drops tabs"),
                version: 2,
                revision: 7,
                author: "Scout".to_owned(),
                updated_at: at.to_owned(),
            }],
            last_coordination: at.to_owned(),
        }],
        claims: vec![ClaimInfo {
            key: "file/src/parser.rs".to_owned(),
            token: 8,
            shared: false,
            holder: first.to_owned(),
            holder_name: "Forge".to_owned(),
            reason: Some("fixing tabs".to_owned()),
            expires_in_ms: 35 * 60_000,
            ttl_ms: 3_600_000,
            follows_activity: true,
            granted_at: at.to_owned(),
            waiting: vec![second.to_owned()],
        }],
        ..Snapshot::empty(taken)
    }
}

/// A workspace of two panes on a terminal of this size.
fn workspace(cols: u16, rows: u16) -> State {
    let loaded = Arc::new(load::load(None, &|_| Ok(())));
    let snapshot = Arc::new(team("A", "B"));
    let mut state = State::new(PathBuf::from("/work/webshop"), loaded, snapshot);
    let size = Size::new(cols, rows);
    let env = Vec::new();
    event(
        &mut state,
        Event::Attached {
            client: CLIENT,
            size,
            env,
        },
    );
    press(&mut state, &["C-b", "%"]);
    for (id, name, text) in [
        (
            0,
            "A",
            "$ cargo test\r\n\x1b[32mtest result: ok\x1b[0m\r\n$ ",
        ),
        (1, "B", "\x1b[1m漢字\x1b[0m and more\r\n$ vim"),
    ] {
        if let Some(pane) = state.panes.get_mut(&PaneId(id)) {
            pane.session = name.to_owned();
            pane.foreground = "sh".to_owned();
            pane.screen.feed(text.as_bytes());
        }
    }
    state
}

fn event(state: &mut State, event: Event) {
    let mut effects = Vec::new();
    step(state, event, &mut effects);
    settle::settle(state, &mut effects);
}

fn press(state: &mut State, keys: &[&str]) {
    for key in keys {
        let key = crate::keys::chord::parse_key(key).expect("a key");
        let input = Input::Key(KeyEvent::from(key));
        event(
            state,
            Event::Input {
                client: CLIENT,
                input,
            },
        );
    }
}

fn picture(state: &State) -> String {
    let view = &state.views[&CLIENT];
    let mut surface = Surface::new(view.size);
    whole(state, view, &Theme::dark(), &mut surface);
    surface.to_text()
}

#[test]
fn a_wide_terminal_has_the_panel_beside_the_panes() {
    insta::assert_snapshot!(picture(&workspace(120, 20)));
}

#[test]
fn eighty_columns_are_the_panes_alone() {
    insta::assert_snapshot!(picture(&workspace(80, 24)));
}

#[test]
fn on_a_narrow_terminal_the_panel_lies_on_top() {
    let mut state = workspace(80, 16);
    press(&mut state, &["C-b", "G"]);
    insta::assert_snapshot!(picture(&state));
}

#[test]
fn the_prompt_stands_in_the_last_line() {
    let mut state = workspace(80, 12);
    press(&mut state, &["C-b", ":", "f", "o", "c"]);
    insta::assert_snapshot!(picture(&state));
}

#[test]
fn closing_asks() {
    let mut state = workspace(80, 12);
    press(&mut state, &["C-b", "x"]);
    insta::assert_snapshot!(picture(&state));
}

#[test]
fn every_size_has_a_picture() {
    let mut state = workspace(100, 30);
    press(&mut state, &["C-b", "G", "C-b", "\"", "C-b", ":"]);
    for cols in [1, 2, 3, 5, 9, 20, 39, 99, 100, 101] {
        for rows in [1, 2, 3, 5, 12] {
            let size = Size::new(cols, rows);
            event(
                &mut state,
                Event::Resized {
                    client: CLIENT,
                    size,
                },
            );
            assert_eq!(picture(&state).lines().count(), usize::from(rows));
        }
    }
}
