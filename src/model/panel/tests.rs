//! Order, filter and selection on a small team.

use serde_json::json;

use super::*;
use crate::coord::audit::AuditEntry;
use crate::coord::fix::{FixInfo, State};
use crate::coord::issue::{IssueInfo, Severity};
use crate::coord::snapshot::{
    ClaimInfo, ContextInfo, GroupInfo, Life, MessageInfo, SessionInfo, Snapshot,
};
use crate::coord::task::{Status, TaskInfo};

fn session(name: &str, group: Option<&str>, life: Life) -> SessionInfo {
    SessionInfo {
        life,
        group: group.map(str::to_owned),
        ..SessionInfo::sample(name)
    }
}

fn group(name: &str, keys: &[&str]) -> GroupInfo {
    let entry = |key: &&str| ContextInfo {
        key: (*key).to_owned(),
        value: json!("Value"),
        version: 1,
        revision: 1,
        author: "Ada".to_owned(),
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        expires_in_ms: None,
    };
    GroupInfo {
        name: name.to_owned(),
        coordinator: None,
        access: Default::default(),
        invited: Vec::new(),
        full: false,
        members: Vec::new(),
        context: keys.iter().map(entry).collect(),
        last_coordination: String::new(),
    }
}

fn with_unread(mut session: SessionInfo, id: u64) -> SessionInfo {
    session.unread = 1;
    session.mail.unread.push(id);
    session
}

fn team() -> Snapshot {
    use crate::clock::{Clock, ManualClock};
    Snapshot {
        damaged: Vec::new(),
        revision: 1,
        sessions: vec![
            session("Ada", Some("api"), Life::Alive),
            session("Bob", None, Life::Alive),
            session("Cyd", Some("web"), Life::Lost),
            session("Dan", Some("web"), Life::Alive),
            with_unread(session("Eve", Some("web"), Life::Stalled), 2),
        ],
        groups: vec![group("api", &["port"]), group("web", &["css", "js"])],
        claims: vec![
            ClaimInfo::sample("file/a", "Ada"),
            ClaimInfo::sample("file/b", "Dan"),
            ClaimInfo::sample("file/c", "Eve"),
        ],
        messages: vec![
            MessageInfo::sample(3, "Ada", None),
            MessageInfo::sample(2, "Bob", Some("Eve")),
        ],
        issues: vec![IssueInfo::sample("ISSUE-1", Severity::High, None)],
        fixes: vec![
            FixInfo::sample("FIX-1", "ISSUE-1", State::Proposed),
            FixInfo::sample("FIX-2", "ISSUE-2", State::Applied),
        ],
        activity: vec![
            AuditEntry::sample(9, "Ada", "claim", None),
            AuditEntry::sample(9, "Ada", "release", None),
            AuditEntry::sample(8, "Dan", "claim", Some("held by Ada")),
        ],
        tasks: vec![
            TaskInfo::sample("T1", Status::InProgress, Some("Dan")),
            TaskInfo::sample("T2", Status::Pending, None),
        ],
        ..Snapshot::empty(ManualClock::new("boot", 0).now())
    }
}

/// Every row in short.
fn listed(rows: &Rows<'_>) -> Vec<Vec<String>> {
    let short = |target: RowTarget| match target {
        RowTarget::Group { name } => name,
        RowTarget::Session { id } => id.replace("id-", ""),
        RowTarget::Context { group, key } => format!("{group}:{key}"),
        RowTarget::Claim { key, .. } => key,
        RowTarget::Message { id } => id.to_string(),
        RowTarget::Task { id } | RowTarget::Issue { id } | RowTarget::Fix { id } => id,
        RowTarget::Attempt { revision, index } => format!("{revision}.{index}"),
        RowTarget::Waiting(record) => format!("{record:?}"),
    };
    let section = |section| {
        let targets = (0..).map_while(|row| rows.target(section, row));
        targets.map(short).collect()
    };
    Section::ALL.into_iter().map(section).collect()
}

#[test]
fn the_own_groups_records_come_first() {
    let team = team();
    assert_eq!(
        listed(&Rows::of(&team, Some("id-Eve"), "")),
        [
            vec![
                "Session { id: \"id-Eve\" }",
                "Session { id: \"id-Cyd\" }",
                "Fix { id: \"FIX-1\" }",
                "Message { id: 2 }",
            ],
            vec!["web", "api"],
            vec!["Dan", "Eve", "Ada", "Bob", "Cyd"],
            vec!["web:css", "web:js", "api:port"],
            vec!["file/c", "file/b", "file/a"],
            vec!["2", "3"],
            vec!["T1", "T2"],
            vec!["FIX-1", "ISSUE-1"],
            vec!["9.1", "9.0", "8.0"],
        ]
    );
    assert_eq!(
        listed(&Rows::of(&team, None, "")),
        [
            vec![
                "Session { id: \"id-Eve\" }",
                "Session { id: \"id-Cyd\" }",
                "Fix { id: \"FIX-1\" }",
            ],
            vec!["api", "web"],
            vec!["Ada", "Dan", "Eve", "Bob", "Cyd"],
            vec!["api:port", "web:css", "web:js"],
            vec!["file/a", "file/b", "file/c"],
            vec!["3", "2"],
            vec!["T1", "T2"],
            vec!["FIX-1", "ISSUE-1"],
            vec!["9.1", "9.0", "8.0"],
        ]
    );
}

#[test]
fn the_filter_ignores_case_until_a_capital_is_typed() {
    let team = team();
    let count = |filter: &str| {
        let rows = Rows::of(&team, None, filter);
        Section::ALL.map(|section| rows.len(section))
    };
    // What needs somebody, groups, peers, context, claims, messages, tasks, issues, activity.
    assert_eq!(count("value"), [0, 0, 0, 3, 0, 0, 0, 0, 0]);
    assert_eq!(count("Value"), [0, 0, 0, 3, 0, 0, 0, 0, 0]);
    assert_eq!(count("VALUE"), [0; 9]);
    assert_eq!(count("web"), [0, 1, 3, 2, 0, 0, 0, 0, 0]);
    assert_eq!(count("subject 2"), [0, 0, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(count("t2"), [0, 0, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(count("available"), [0, 0, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(count("quill"), [1, 0, 0, 0, 0, 0, 0, 1, 0]);
    assert_eq!(count("held by"), [0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(count(" dan "), [0, 0, 1, 0, 1, 0, 1, 0, 1]);
    assert_eq!(
        Rows::of(&team, None, "dan").hidden,
        (3 + 2 + 5 + 3 + 3 + 2 + 2 + 2 + 3) - 4
    );
}

#[test]
fn the_selection_stays_with_its_record() {
    let mut team = team();
    let mut panel = PanelState::new(Side::Right, 40);
    let target = RowTarget::Session {
        id: "id-Dan".to_owned(),
    };
    assert!(panel.select(&Rows::of(&team, None, ""), &target));
    assert_eq!(panel.section, Section::Peers);

    team.sessions.remove(0);
    let rows = Rows::of(&team, None, "");
    panel.reconcile(&rows);
    assert_eq!(panel.selected(&rows), Some(target.clone()));
    assert_eq!(panel.row(&rows, Section::Peers), Some(0));

    // Gone for a filter, it comes back with the filter.
    let rows = Rows::of(&team, None, "nobody");
    panel.reconcile(&rows);
    assert_eq!(panel.selected(&rows), None);
    let rows = Rows::of(&team, None, "");
    panel.reconcile(&rows);
    assert_eq!(panel.selected(&rows), Some(target));

    // Gone for good, whoever took its row is selected, and stays so.
    team.sessions.retain(|session| session.name != "Dan");
    let rows = Rows::of(&team, None, "");
    panel.reconcile(&rows);
    assert_eq!(
        panel.selected(&rows),
        Some(RowTarget::Session {
            id: "id-Eve".to_owned()
        })
    );
    team.sessions
        .insert(0, session("Abe", Some("api"), Life::Alive));
    let rows = Rows::of(&team, None, "");
    assert_eq!(
        panel.selected(&rows),
        Some(RowTarget::Session {
            id: "id-Eve".to_owned()
        })
    );
}

#[test]
fn rows_run_through_the_sections() {
    let mut team = team();
    team.groups.truncate(1);
    team.groups[0].context.clear();
    let rows = Rows::of(&team, None, "");
    let mut panel = PanelState::new(Side::Right, 40);
    panel.reconcile(&rows);
    let mut seen = Vec::new();
    for _ in 0..30 {
        seen.push(panel.selected(&rows));
        panel.next_row(&rows);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1 + 5 + 3 + 2 + 2 + 2 + 3);
    for _ in 0..30 {
        panel.previous_row(&rows);
    }
    let eve = RowTarget::Session {
        id: "id-Eve".to_owned(),
    };
    let waiting = panel.selected(&rows).expect("the first row of all");
    assert_eq!(waiting, RowTarget::Waiting(Box::new(eve.clone())));
    assert_eq!(waiting.record(), eve);
    panel.section = Section::Context;
    assert_eq!(panel.selected(&rows), None);
    panel.previous_row(&rows);
    assert_eq!(panel.selected(&rows), rows.target(Section::Peers, 4));
    panel.first_row(&rows);
    assert_eq!(panel.selected(&rows), rows.target(Section::Peers, 0));
    panel.last_row(&rows);
    panel.next_row(&rows);
    assert_eq!(panel.section, Section::Claims);
    assert_eq!(panel.section.next(), Section::Messages);
}

#[test]
fn sections_are_a_ring_without_what_is_not_shown() {
    let mut team = team();
    let mut panel = PanelState::new(Side::Right, 40);
    let rows = Rows::of(&team, None, "");
    panel.previous_section(&rows);
    assert_eq!(panel.section, Section::Attention);
    panel.previous_section(&rows);
    assert_eq!(panel.section, Section::Activity);
    // Nothing waits any more.
    team.fixes.clear();
    team.sessions.clear();
    let rows = Rows::of(&team, None, "");
    panel.next_section(&rows);
    assert_eq!(panel.section, Section::Groups);
    panel.previous_section(&rows);
    assert_eq!(panel.section, Section::Activity);
    assert!(!panel.shows(&rows, Section::Attention));
}

#[test]
fn the_width_fits_the_terminal() {
    let mut panel = PanelState::new(Side::Right, 44);
    let widths = [200, 100, 80, 60, 30, 3].map(|cols| panel.width_in(cols));
    assert_eq!(widths, [44, 44, 40, 40, 30, 3]);
    panel.resize(-100, 200);
    assert_eq!(panel.width, MIN_WIDTH);
    panel.resize(100, 100);
    assert_eq!(panel.width, 50);
    panel.flip();
    assert!(panel.on_left());
    panel.focused = true;
    panel.toggle();
    assert!(!panel.open && !panel.focused);
}
