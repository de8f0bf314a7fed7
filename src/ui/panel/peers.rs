//! Rows of sessions: how they are, who they are, where they run, what they do.

use ratatui::style::Style;

use super::Context;
use crate::coord::snapshot::{Life, SessionInfo};
use crate::ui::paint::{Row, columns, duration};
use crate::ui::theme::Theme;

/// A sign, a word and a style for how a session is: life first, then what its agent does.
fn state<'a>(session: &'a SessionInfo, theme: &Theme) -> (&'static str, &'a str, Style) {
    match (session.life, session.state.as_deref()) {
        (Life::Lost, _) => ("✗", "lost", theme.error),
        (Life::Stalled, _) => ("◌", "stalled", theme.warn),
        (Life::Alive, Some(state)) if state.starts_with("blocked") => ("▲", state, theme.warn),
        (Life::Alive, Some("error")) => ("✗", "error", theme.error),
        (Life::Alive, Some("working")) => ("●", "working", theme.ok),
        (Life::Alive, Some("done")) => ("✓", "done", theme.ok),
        (Life::Alive, Some(state)) => ("○", state, theme.muted),
        (Life::Alive, None) => ("●", "", theme.ok),
    }
}

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, session: &SessionInfo) {
    let theme = cx.theme;
    let (sign, word, style) = state(session, theme);
    row.put_padded(sign, 2, style);
    let you = cx.props.acting == Some(session.id.as_str());
    let same_group = session.group.is_some() && session.group.as_deref() == cx.own_group();
    let name = match (session.life, you, same_group) {
        (Life::Lost, ..) => theme.muted,
        (_, true, _) => theme.accent,
        _ => theme.text,
    };
    row.put_padded(&session.name, cx.name_cols.min(row.room()), name);
    row.skip(1);
    if row.room() >= 7 {
        row.put_padded(word, 8.min(row.room()), style);
        row.skip(1);
    }
    if session.unread > 0 && row.room() >= 12 {
        row.put_right(&format!("{} new", session.unread), theme.warn);
        row.skip_right(1);
    }
    if let Some(pane) = &session.pane
        && row.room() >= 3
    {
        row.put_padded(pane, 3.max(columns(pane)), theme.muted);
        row.skip(1);
    } else if row.room() >= 4 {
        row.skip(4);
    }
    let mut about = Vec::new();
    if let (Some(group), false) = (&session.group, same_group) {
        about.push(group.as_str());
    }
    about.extend(session.role.as_deref());
    about.extend(session.working_on.as_deref());
    if row.room() >= 4 {
        row.put(&about.join(" · "), theme.muted);
    }
}

/// The whole record, line by line.
pub fn detail(cx: &Context<'_>, session: &SessionInfo) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut add = |label, text: &Option<String>| {
        lines.extend(text.clone().map(|text| (label, text)));
    };
    add("task", &session.task);
    add("doing", &session.working_on);
    add("role", &session.role);
    add("goal", &session.goal);
    add("group", &session.group);
    let (_, word, _) = state(session, cx.theme);
    let heard = session.heartbeat_age_ms.saturating_add(cx.props.elapsed_ms);
    let word = if word.is_empty() { "alive" } else { word };
    lines.push((
        "state",
        format!("{word}, last heard {} ago", duration(heard)),
    ));
    if session.unread + session.unacknowledged > 0 {
        let (unread, open) = (session.unread, session.unacknowledged);
        let text = format!("{unread} unread, {open} to acknowledge");
        lines.push(("messages", text));
    }
    let mut runs = Vec::new();
    runs.extend(session.agent.clone());
    runs.push(format!("pid {} on {}", session.pid, session.host));
    runs.extend(session.pane.as_ref().map(|pane| format!("pane {pane}")));
    lines.push(("runs", runs.join(", ")));
    lines
}

pub fn empty() -> Vec<String> {
    vec![
        "nobody is registered yet".to_owned(),
        "stoa register --name NAME".to_owned(),
    ]
}
