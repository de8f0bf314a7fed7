//! Whole frames, as people see them, from a state that is built rather than lived.

mod comfort;

use std::path::PathBuf;
use std::sync::Arc;

use super::draw::whole;
use super::theme::Theme;
use crate::clock::Now;
use crate::config::load;
use crate::coord::snapshot::{ClaimInfo, ContextInfo, GroupInfo, SessionInfo, Snapshot};
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
        number,
        role: Some("builder".to_owned()),
        working_on: Some("the parser".to_owned()),
        pane: Some(pane.to_owned()),
        agent: Some("shell".to_owned()),
        group: Some("backend".to_owned()),
        heartbeat_age_ms: 2_000,
        ..SessionInfo::sample(name)
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
            access: Default::default(),
            invited: Vec::new(),
            full: false,
            members: vec![first.to_owned(), second.to_owned()],
            context: vec![ContextInfo {
                key: "finding".to_owned(),
                value: serde_json::json!("the parser drops tabs"),
                version: 2,
                revision: 7,
                author: "Scout".to_owned(),
                updated_at: at.parse().unwrap(),
                expires_in_ms: None,
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
            ends_soon: false,
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
            back: None,
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

/// The same, its first pane in copy mode with a history.
fn reading(cols: u16, rows: u16) -> State {
    let mut state = workspace(cols, rows);
    if let Some(pane) = state.panes.get_mut(&PaneId(0)) {
        for line in 0..60 {
            let text = format!("{line} src/file{line}.rs 日本 found\r\n");
            pane.screen.feed(text.as_bytes());
        }
    }
    press(&mut state, &["C-b", "Left", "C-b", "["]);
    state
}

#[test]
fn copy_mode_says_where_one_is() {
    let mut state = reading(80, 10);
    press(&mut state, &["1", "2", "k", "3"]);
    insta::assert_snapshot!(picture(&state));
}

#[test]
fn a_search_shows_its_count_as_it_is_typed() {
    let mut state = reading(80, 10);
    press(&mut state, &["?", "5", "\\", "d", "\\", "."]);
    insta::assert_snapshot!(picture(&state));
    press(&mut state, &["Enter", "n"]);
    insta::assert_snapshot!("a_search_that_was_kept", picture(&state));
}

#[test]
fn what_is_selected_and_found_stands_out() {
    let mut state = reading(80, 10);
    let keys = [
        "?", "i", "l", "e", "5", "Enter", "k", "0", "w", "v", "j", "E",
    ];
    press(&mut state, &keys);
    let view = &state.views[&CLIENT];
    let theme = Theme::dark();
    let mut surface = Surface::new(view.size);
    whole(&state, view, &theme, &mut surface);
    let marked = |look: ratatui::style::Style| {
        let bg = look.bg.map(crate::draw::widget_color);
        let rows = (0..view.size.rows).map(|y| {
            let cells = (0..40).filter(|x| surface.cell(*x, y).map(|cell| cell.style().bg) == bg);
            cells.map(|x| surface.glyph(x, y)).collect::<String>()
        });
        rows.filter(|row| !row.is_empty()).collect::<Vec<_>>()
    };
    insta::assert_debug_snapshot!((marked(theme.selection), marked(theme.match_other)));
}

#[test]
fn buffers_are_listed_over_the_panes() {
    let mut state = workspace(80, 14);
    for text in ["first", "a\x1b[31m second\nwith lines", "third"] {
        state.buffers.put(None, text.into(), 9).expect("room");
    }
    press(&mut state, &["C-b", "=", "j"]);
    insta::assert_snapshot!(picture(&state));
}

#[test]
fn copy_mode_has_a_picture_at_every_size() {
    let mut state = reading(100, 30);
    press(&mut state, &["V", "1", "0", "k", "/", "f"]);
    at_every_size(&mut state, |state| {
        assert_eq!(picture(state).lines().count(), height(state));
    });
}

fn height(state: &State) -> usize {
    usize::from(state.views[&CLIENT].size.rows)
}

/// Gives the terminal one size after the other.
fn at_every_size(state: &mut State, mut check: impl FnMut(&mut State)) {
    for cols in [1, 2, 3, 5, 9, 20, 39, 100] {
        for rows in [1, 2, 3, 5, 12] {
            let size = Size::new(cols, rows);
            let client = CLIENT;
            event(state, Event::Resized { client, size });
            check(state);
        }
    }
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

#[test]
fn a_floating_pane_lies_over_the_others_and_a_pinned_one_stays() {
    let mut state = workspace(80, 16);
    press(&mut state, &["C-b", "*"]);
    if let Some(pane) = state.panes.get_mut(&PaneId(2)) {
        pane.foreground = "htop".to_owned();
        pane.screen.feed(b"over the others");
    }
    insta::assert_snapshot!("floating", picture(&state));
    // Another one, pinned and made small; with the focus below, that alone is in sight.
    press(&mut state, &["C-b", "*", "C-b", "^", "C-b", "v"]);
    press(
        &mut state,
        &["S-Up", "S-Up", "S-Up", "H", "H", "H", "H", "H"],
    );
    press(&mut state, &["l", "l", "l", "l", "l", "j", "j", "j"]);
    insta::assert_snapshot!("floating_adjusted", picture(&state));
    press(&mut state, &["Esc", "C-b", "F"]);
    insta::assert_snapshot!("floating_pinned", picture(&state));
}

#[test]
fn a_stack_is_title_lines_and_one_open_pane() {
    let mut state = workspace(80, 14);
    press(&mut state, &["C-b", "\"", "C-b", "\"", "C-b", "S"]);
    for id in [2, 3] {
        if let Some(pane) = state.panes.get_mut(&PaneId(id)) {
            pane.foreground = format!("program{id}");
            pane.screen.feed(format!("pane {id}").as_bytes());
        }
    }
    insta::assert_snapshot!("stack", picture(&state));
    press(&mut state, &["C-b", "N"]);
    insta::assert_snapshot!("stack_cycled", picture(&state));
}

#[test]
fn floats_and_stacks_have_a_picture_at_every_size() {
    let mut state = workspace(100, 30);
    press(&mut state, &["C-b", "\"", "C-b", "\"", "C-b", "S"]);
    press(&mut state, &["C-b", "*", "C-b", "^", "C-b", "*"]);
    at_every_size(&mut state, |state| {
        assert_eq!(picture(state).lines().count(), height(state));
        press(state, &["C-b", "F"]);
        assert_eq!(picture(state).lines().count(), height(state));
    });
    let size = Size::new(20, 5);
    let client = CLIENT;
    event(&mut state, Event::Resized { client, size });
    press(&mut state, &["C-b", "F"]);
    insta::assert_snapshot!("floating_small", picture(&state));
}

/// What is drawn piece by piece is what is drawn as a whole, whatever floats over it.
#[test]
fn output_below_a_floating_pane_does_not_show_through() {
    let mut state = workspace(80, 16);
    press(&mut state, &["C-b", "*", "C-b", "^", "C-b", "*"]);
    let view = &state.views[&CLIENT];
    let mut surface = Surface::new(view.size);
    whole(&state, view, &Theme::dark(), &mut surface);
    let drawn = state
        .panes
        .iter()
        .map(|(id, pane)| (*id, pane.screen.seq()))
        .collect();
    let all: Vec<PaneId> = state.panes.keys().copied().collect();
    for (at, pane) in state.panes.values_mut().enumerate() {
        for row in 0..14 {
            pane.screen
                .feed(format!("\r\n{at}{row} 漢字 wide and more 漢字").as_bytes());
        }
    }
    let view = &state.views[&CLIENT];
    super::draw::panes(&state, view, &all, &drawn, &mut surface);
    assert_eq!(surface.to_text(), picture(&state));
}
