//! The panel as people see it, on teams of several sizes.

use proptest::prelude::*;
use ratatui::layout::Rect as Area;
use serde_json::json;

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::coord::audit::AuditEntry;
use crate::coord::fix::{FixInfo, State};
use crate::coord::issue::{IssueInfo, Severity};
use crate::coord::snapshot::{ClaimInfo, ContextInfo, GroupInfo, Life, MessageInfo};
use crate::coord::task::{Priority, Status, TaskInfo};
use crate::model::panel::SECTIONS;
use crate::ui::testing::{SIZES, buffer, confined, drawn, styled, text};

fn session(number: u32, name: &str, group: Option<&str>, state: Option<&str>) -> SessionInfo {
    SessionInfo {
        number,
        state: state.map(str::to_owned),
        pane: Some(format!("%{number}")),
        agent: Some("claude".to_owned()),
        pid: 4000 + number,
        tty: format!("/dev/pts/{number}"),
        group: group.map(str::to_owned),
        heartbeat_age_ms: 4_000,
        ..SessionInfo::sample(name)
    }
}

fn entry(key: &str, value: serde_json::Value, version: u64, author: &str) -> ContextInfo {
    ContextInfo {
        key: key.to_owned(),
        value,
        version,
        revision: 40 + version,
        author: author.to_owned(),
        updated_at: "2026-11-20T09:30:00Z".parse().unwrap(),
        expires_in_ms: None,
    }
}

fn group(name: &str, members: &[&str], context: Vec<ContextInfo>) -> GroupInfo {
    let members: Vec<String> = members.iter().map(|name| format!("id-{name}")).collect();
    GroupInfo {
        name: name.to_owned(),
        coordinator: members.first().cloned(),
        access: Default::default(),
        invited: Vec::new(),
        full: false,
        members,
        context,
        last_coordination: "2026-11-20T09:30:00Z".to_owned(),
    }
}

fn claim(key: &str, holder: &str, left_ms: u64, waiting: &[&str]) -> ClaimInfo {
    ClaimInfo {
        expires_in_ms: left_ms,
        waiting: waiting.iter().map(|name| format!("id-{name}")).collect(),
        ..ClaimInfo::sample(key, holder)
    }
}

fn message(id: u64, from: &str, to: Option<&str>, subject: &str, body: &str) -> MessageInfo {
    MessageInfo {
        subject: subject.to_owned(),
        begins: body.to_owned(),
        bytes: body.len() as u64,
        ..MessageInfo::sample(id, from, to)
    }
}

fn nobody() -> Snapshot {
    Snapshot::empty(ManualClock::new("boot", 0).now())
}

fn tasks() -> Vec<TaskInfo> {
    let mut parser = TaskInfo::sample("T7", Status::InProgress, Some("Quill"));
    parser.description = "Review the parser\nall of it".to_owned();
    parser.priority = Priority::High;
    parser.expires_in_ms = Some(5_400_000);
    parser.attempts = 1;
    let mut docs = TaskInfo::sample("T8", Status::Blocked, None);
    docs.blocked_by = vec!["T7".to_owned()];
    let mut done = TaskInfo::sample("T1", Status::Completed, Some("Quill"));
    done.result = Some("three files".to_owned());
    done.duration_seconds = Some(754);
    vec![
        parser,
        TaskInfo::sample("T9", Status::Pending, None),
        docs,
        done,
    ]
}

fn team() -> Snapshot {
    let mut forge = session(1, "Forge", Some("backend"), Some("working"));
    forge.role = Some("lead".to_owned());
    forge.working_on = Some("wiring the parser to the new command table".to_owned());
    forge.goal = Some("a parser without allocations, proven by a benchmark".to_owned());
    forge.unread = 1;
    forge.mail.unread.push(12);
    let mut quill = session(2, "Quill", Some("backend"), Some("blocked"));
    (quill.unread, quill.unacknowledged) = (3, 1);
    quill.role = Some("review".to_owned());
    let mut ada = session(3, "Ada", Some("design"), Some("idle"));
    ada.working_on = Some("colours".to_owned());
    let mut cyd = session(4, "Cyd", None, None);
    cyd.pane = None;
    let mut lost = session(5, "Old-Timer", Some("backend"), None);
    lost.life = Life::Lost;
    let mut shared = claim("file/docs/**", "Ada", 90_000, &[]);
    shared.shared = true;
    let mut parser = claim("file/src/parser.rs", "Forge", 2_700_000, &["Quill", "Ada"]);
    parser.reason = Some("splitting it into three files".to_owned());
    Snapshot {
        revision: 97,
        sessions: vec![forge, quill, ada, cyd, lost],
        groups: vec![
            group(
                "backend",
                &["Forge", "Quill", "Old-Timer"],
                vec![
                    entry("api.port", json!(8080), 3, "Forge"),
                    entry("branch", json!("feature/parser"), 1, "Quill"),
                    entry(
                        "plan",
                        json!({"next": ["lexer", "tests"], "owner": "Forge"}),
                        12,
                        "Forge",
                    ),
                ],
            ),
            group(
                "design",
                &["Ada"],
                vec![entry("palette", json!("solar"), 1, "Ada")],
            ),
        ],
        claims: vec![shared, parser, claim("task/T7", "Quill", 5_400_000, &[])],
        messages: vec![
            message(14, "Forge", None, "parser is split", "Three files now."),
            message(
                12,
                "Quill",
                Some("Forge"),
                "which tests?",
                "All of\nthem, I think.\n╰─ end",
            ),
            message(11, "Ada", Some("Quill"), "palette", ""),
        ],
        tasks: tasks(),
        issues: vec![
            IssueInfo::sample("ISSUE-3", Severity::Critical, None),
            IssueInfo::sample("ISSUE-1", Severity::High, Some("Forge")),
            IssueInfo::sample("ISSUE-2", Severity::Low, None),
        ],
        fixes: vec![FixInfo::sample("FIX-1", "ISSUE-2", State::Proposed)],
        activity: vec![
            AuditEntry::sample(97, "Ada", "claim", Some("held by Forge")),
            AuditEntry::sample(96, "Forge", "claim", None),
            AuditEntry::sample(95, "Quill", "share", None),
        ],
        ..nobody()
    }
}

const HINTS: [Hint<'static>; 6] = [
    Hint {
        key: "Enter",
        label: "open",
    },
    Hint {
        key: "j/k",
        label: "move",
    },
    Hint {
        key: "Tab",
        label: "section",
    },
    Hint {
        key: "/",
        label: "filter",
    },
    Hint {
        key: "s",
        label: "share",
    },
    Hint {
        key: "q",
        label: "back",
    },
];

fn props<'a>(snapshot: &'a Snapshot, state: &'a PanelState) -> PanelProps<'a> {
    PanelProps {
        snapshot,
        elapsed_ms: 30_000,
        acting: Some("id-Forge"),
        state,
        separator: true,
        hints: &HINTS,
        join_key: Some("C-b j"),
        trouble: None,
    }
}

fn panel(section: Section) -> PanelState {
    let mut state = PanelState::new(Side::Right, 44);
    state.focused = true;
    state.section = section;
    state
}

fn shot(cols: u16, rows: u16, props: &PanelProps<'_>) -> String {
    drawn(cols, rows, |area, buf, theme| {
        _ = render(area, buf, props, theme)
    })
}

#[test]
fn a_team_at_work() {
    let team = team();
    let mut shots = String::new();
    for section in Section::ALL {
        let state = panel(section);
        shots.push_str(&format!(
            "[{section:?}, 48x39]\n{}\n",
            shot(48, 39, &props(&team, &state))
        ));
    }
    insta::assert_snapshot!(shots);
}

#[test]
fn every_size() {
    let team = team();
    let state = panel(Section::Peers);
    let mut shots = String::new();
    for (cols, rows) in [
        (40, 23),
        (60, 16),
        (40, 11),
        (30, 8),
        (20, 5),
        (12, 4),
        (3, 2),
    ] {
        shots.push_str(&format!(
            "[{cols}x{rows}]\n{}\n",
            shot(cols, rows, &props(&team, &state))
        ));
    }
    insta::assert_snapshot!(shots);
}

#[test]
fn nothing_yet() {
    let empty = nobody();
    let state = panel(Section::Groups);
    let mut shots = shot(40, 23, &props(&empty, &state));
    shots.push_str(&format!("\n[low]\n{}", shot(40, 9, &props(&empty, &state))));
    insta::assert_snapshot!(shots);
}

#[test]
fn a_filter_and_trouble() {
    let team = team();
    let mut state = panel(Section::Peers);
    state.filtering = true;
    state.filter.insert("quill");
    let mut props = props(&team, &state);
    props.trouble = Some("the store cannot be read: disk I/O error");
    let mut view = PanelView::default();
    let filtered = drawn(44, 20, |area, buf, theme| {
        view = render(area, buf, &props, theme)
    });
    assert_eq!(view.cursor, Some((8, 0)));
    state = panel(Section::Peers);
    state.filter.insert("zebra");
    let nothing = shot(44, 12, &self::props(&team, &state));
    insta::assert_snapshot!(format!("{filtered}\n{nothing}"));
}

#[test]
fn the_selected_row_is_seen_and_only_while_focused() {
    let team = team();
    let mut state = panel(Section::Claims);
    let selected = Theme::plain().selected;
    let shot = |state: &PanelState| {
        let buf = buffer(44, 23, |area, buf, theme| {
            _ = render(area, buf, &props(&team, state), theme)
        });
        styled(&buf, selected)
    };
    assert!(shot(&state).contains("parser.rs"));
    state.focused = false;
    assert!(!shot(&state).contains("parser.rs"));
}

#[test]
fn a_click_finds_the_record() {
    let team = team();
    let state = panel(Section::Groups);
    let mut view = PanelView::default();
    let drawn = drawn(48, 39, |area, buf, theme| {
        view = render(area, buf, &props(&team, &state), theme)
    });
    let at = |what: &str| {
        let y = drawn.lines().position(|line| line.contains(what)).unwrap();
        super::super::hit(&view.regions, 10, y as u16).cloned()
    };
    let session = |name: &str| {
        Some(PanelAction::Row(RowTarget::Session {
            id: format!("id-{name}"),
        }))
    };
    assert_eq!(at("▲ Quill     blocked"), session("Quill"));
    assert_eq!(at("Claims 3"), Some(PanelAction::Section(Section::Claims)));
    assert_eq!(at("★ coordinator"), Some(PanelAction::Filter));
    let claim = RowTarget::Claim {
        key: "task/T7".into(),
        holder: "id-Quill".into(),
    };
    assert_eq!(at("task/T7"), Some(PanelAction::Row(claim)));
    // A line of what waits is one of its own, about the same record.
    let waiting = RowTarget::Waiting(Box::new(RowTarget::Session {
        id: "id-Quill".into(),
    }));
    assert_eq!(at("▲ Quill is"), Some(PanelAction::Row(waiting)));
    let edge = super::super::hit(&view.regions, 0, 9);
    assert_eq!(edge, Some(&PanelAction::Separator));
    let hint = super::super::hit(&view.regions, 3, 38);
    assert_eq!(hint, Some(&PanelAction::Hint(0)));
}

#[test]
fn a_long_list_turns_pages_with_the_selection() {
    let mut team = team();
    team.sessions = (0..40)
        .map(|n| session(n, &format!("S{n:02}"), None, None))
        .collect();
    let mut state = panel(Section::Peers);
    let rows = Rows::of(&team, None, "");
    for _ in 0..25 {
        state.next_row(&rows);
    }
    let shown = shot(44, 23, &props(&team, &state));
    assert!(shown.contains("S25") && !shown.contains("S00"), "{shown}");
    assert!(shown.contains(" of 40"), "{shown}");
}

#[test]
fn on_the_left_the_line_is_at_the_other_side() {
    let team = team();
    let mut state = panel(Section::Groups);
    state.flip();
    let shown = shot(30, 12, &props(&team, &state));
    assert!(
        shown
            .lines()
            .all(|line| line.ends_with('│') && !line.starts_with('│')),
        "{shown}"
    );
}

#[test]
fn hostile_text_is_harmless() {
    let nasty = "\u{1b}[2J\u{202e}\u{7}漢字\n\u{200b}".repeat(30);
    let mut team = team();
    for session in &mut team.sessions {
        session.name = nasty.clone();
        session.working_on = Some(nasty.clone());
        session.state = Some(nasty.clone());
    }
    team.groups[0].name = nasty.clone();
    team.groups[0].context[0].key = nasty.clone();
    team.groups[0].context[0].value = json!(nasty);
    team.claims[0].key = nasty;
    let state = panel(Section::Context);
    let buf = buffer(60, 39, |area, buf, theme| {
        _ = render(area, buf, &props(&team, &state), theme)
    });
    for cell in &buf.content {
        assert!(
            !cell
                .symbol()
                .contains(|c: char| c.is_control() || c == '\u{202e}')
        );
    }
    assert!(text(&buf).contains("[2J漢字"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn no_size_is_too_small(cols in 0..60_u16, rows in 0..30_u16, section in 0..SECTIONS, typing: bool, separator: bool) {
        let team = team();
        let mut state = panel(Section::ALL[section]);
        state.filtering = typing;
        let mut props = props(&team, &state);
        props.separator = separator;
        props.trouble = typing.then_some("trouble");
        confined(cols, rows, |area, buf, theme| _ = render(area, buf, &props, theme));
    }
}

#[test]
fn the_listed_sizes_are_drawn_with_every_theme() {
    let team = team();
    let state = panel(Section::Groups);
    for theme in ["dark", "light", "high-contrast", "plain"] {
        let theme = Theme::named(theme).unwrap();
        for (cols, rows) in SIZES {
            let mut buf = Buffer::empty(Area::new(0, 0, cols, rows));
            render(
                Rect::new(0, 0, cols, rows),
                &mut buf,
                &props(&team, &state),
                &theme,
            );
            assert!(!text(&buf).trim().is_empty());
        }
    }
}
