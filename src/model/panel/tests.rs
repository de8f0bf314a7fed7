//! Order, filter and selection on a small team.

use serde_json::json;

use super::*;
use crate::coord::snapshot::{
    ClaimInfo, ContextInfo, GroupInfo, Life, MessageInfo, MessageKind, SessionInfo, Snapshot,
};
use crate::coord::task::{Status, TaskInfo};

fn session(name: &str, group: Option<&str>, life: Life) -> SessionInfo {
    SessionInfo {
        id: format!("id-{name}"),
        name: name.to_owned(),
        number: 1,
        generation: 1,
        role: None,
        goal: None,
        working_on: None,
        phase: None,
        progress: None,
        next_action: None,
        task: None,
        capabilities: Vec::new(),
        life,
        state: None,
        pane: None,
        agent: None,
        pid: 1,
        host: "host".to_owned(),
        tty: "not_a_tty".to_owned(),
        group: group.map(str::to_owned),
        heartbeat_age_ms: 0,
        registered_at: String::new(),
        unread: 0,
        unacknowledged: 0,
        mail: Default::default(),
    }
}

fn group(name: &str, keys: &[&str]) -> GroupInfo {
    let entry = |key: &&str| ContextInfo {
        key: (*key).to_owned(),
        value: json!("Value"),
        version: 1,
        revision: 1,
        author: "Ada".to_owned(),
        updated_at: String::new(),
        expires_in_ms: None,
    };
    GroupInfo {
        name: name.to_owned(),
        coordinator: None,
        access: Default::default(),
        invited: Vec::new(),
        members: Vec::new(),
        context: keys.iter().map(entry).collect(),
        last_coordination: String::new(),
    }
}

fn claim(key: &str, holder: &str) -> ClaimInfo {
    ClaimInfo {
        ttl_ms: 3_600_000,
        follows_activity: true,
        key: key.to_owned(),
        token: 1,
        shared: false,
        holder: format!("id-{holder}"),
        holder_name: holder.to_owned(),
        reason: None,
        expires_in_ms: 1000,
        granted_at: String::new(),
        ends_soon: false,
        waiting: Vec::new(),
    }
}

fn with_unread(mut session: SessionInfo, id: u64) -> SessionInfo {
    session.unread = 1;
    session.mail.unread.push(id);
    session
}

fn message(id: u64, from: &str, to: Option<&str>) -> MessageInfo {
    MessageInfo {
        id,
        thread: id,
        re: None,
        at: String::new(),
        from: from.to_owned(),
        from_id: Some(format!("id-{from}")),
        trust: "outside".to_owned(),
        kind: match to {
            Some(_) => MessageKind::Direct,
            None => MessageKind::Broadcast,
        },
        to: to.unwrap_or("--all").to_owned(),
        to_id: to.map(|name| format!("id-{name}")),
        subject: format!("subject {id}"),
        begins: "body".to_owned(),
        bytes: 4,
    }
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
            claim("file/a", "Ada"),
            claim("file/b", "Dan"),
            claim("file/c", "Eve"),
        ],
        messages: vec![message(3, "Ada", None), message(2, "Bob", Some("Eve"))],
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
        RowTarget::Task { id } => id,
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
            vec!["web", "api"],
            vec!["Dan", "Eve", "Ada", "Bob", "Cyd"],
            vec!["web:css", "web:js", "api:port"],
            vec!["file/c", "file/b", "file/a"],
            vec!["2", "3"],
            vec!["T1", "T2"],
        ]
    );
    assert_eq!(
        listed(&Rows::of(&team, None, "")),
        [
            vec!["api", "web"],
            vec!["Ada", "Dan", "Eve", "Bob", "Cyd"],
            vec!["api:port", "web:css", "web:js"],
            vec!["file/a", "file/b", "file/c"],
            vec!["3", "2"],
            vec!["T1", "T2"],
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
    assert_eq!(count("value"), [0, 0, 3, 0, 0, 0]);
    assert_eq!(count("Value"), [0, 0, 3, 0, 0, 0]);
    assert_eq!(count("VALUE"), [0, 0, 0, 0, 0, 0]);
    assert_eq!(count("web"), [1, 3, 2, 0, 0, 0]);
    assert_eq!(count("subject 2"), [0, 0, 0, 0, 1, 0]);
    assert_eq!(count("t2"), [0, 0, 0, 0, 0, 1]);
    assert_eq!(count("available"), [0, 0, 0, 0, 0, 1]);
    assert_eq!(count(" dan "), [0, 1, 0, 1, 0, 1]);
    assert_eq!(
        Rows::of(&team, None, "dan").hidden,
        (2 + 5 + 3 + 3 + 2 + 2) - 3
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
    for _ in 0..20 {
        seen.push(panel.selected(&rows));
        panel.next_row(&rows);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1 + 5 + 3 + 2 + 2);
    for _ in 0..20 {
        panel.previous_row(&rows);
    }
    assert_eq!(
        panel.selected(&rows),
        Some(RowTarget::Group {
            name: "api".to_owned()
        })
    );
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
    assert_eq!(Section::Tasks.next(), Section::Groups);
    assert_eq!(Section::Groups.previous(), Section::Tasks);
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
