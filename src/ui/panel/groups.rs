//! Rows of groups: name, coordinator, members, entries.

use super::Context;
use crate::coord::discovery;
use crate::coord::snapshot::GroupInfo;
use crate::ui::paint::{Row, count};

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, group: &GroupInfo) {
    let theme = cx.theme;
    let own = cx.own_group() == Some(group.name.as_str());
    let (mark, style) = if own {
        ("●", theme.accent)
    } else {
        ("○", theme.text)
    };
    if row.room() >= 34 {
        row.put_column(&count(group.context.len(), "key"), 7, theme.muted);
        row.skip_right(1);
        row.put_column(&count(group.members.len(), "member"), 10, theme.muted);
    } else {
        row.put_right(&group.members.len().to_string(), theme.muted);
    }
    row.skip_right(1);
    row.put_padded(mark, 2, style);
    let room = row.room();
    let name = crate::ui::paint::columns(&group.name).min(room);
    row.put_within(&group.name, room, style);
    if let Some(coordinator) = &group.coordinator
        && room.saturating_sub(name) >= 6
    {
        row.skip(1);
        row.put("★", theme.warn);
        row.put(cx.name(coordinator), theme.muted);
    }
}

/// The whole record, line by line.
pub fn detail(cx: &Context<'_>, group: &GroupInfo) -> Vec<(&'static str, String)> {
    let members: Vec<&str> = group.members.iter().map(|id| cx.name_or_id(id)).collect();
    let mut lines = vec![("members", members.join(", "))];
    if let Some(coordinator) = &group.coordinator {
        lines.push(("coordinator", cx.name_or_id(coordinator).to_owned()));
    }
    let keys: Vec<&str> = group
        .context
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    lines.push(("keys", keys.join(", ")));
    lines
}

pub fn empty(cx: &Context<'_>) -> Vec<String> {
    let how = match cx.props.join_key {
        Some(key) => format!("{key}, or stoa join-group NAME"),
        None => "stoa join-group NAME".to_owned(),
    };
    let mut lines = vec!["no groups yet".to_owned(), how];
    // Others who work alone beside this session.
    let alone = discovery::suggest(cx.props.snapshot, cx.props.acting);
    lines.extend(alone.and_then(|told| told.split_once(';').map(|(who, _)| who.to_owned())));
    lines
}
