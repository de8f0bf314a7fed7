//! Rows of shared entries: key, value on one line, version, author.

use serde_json::Value;

use super::Context;
use crate::coord::discovery;
use crate::coord::moment::shown;
use crate::coord::snapshot::{ContextInfo, GroupInfo};
use crate::ui::paint::{Row, columns};

/// A value as people read it: a text as it is, everything else as JSON.
fn value(entry: &ContextInfo) -> String {
    match &entry.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, group: &GroupInfo, entry: &ContextInfo) {
    let theme = cx.theme;
    let own = cx.own_group() == Some(group.name.as_str());
    let room = row.room();
    if room >= 30 {
        row.put_right(&entry.author, theme.muted);
        row.skip_right(1);
    }
    if room >= 22 {
        row.put_right(&format!("v{}", entry.version), theme.muted);
        row.skip_right(2);
    }
    let mut key_room = (room * 2 / 5).max(8);
    if !own {
        let prefix = format!("{}/", group.name);
        let used = row.put_within(&prefix, key_room / 2, theme.muted);
        key_room -= used.cols.min(key_room);
    }
    let style = if own { theme.accent } else { theme.text };
    let cols = columns(&entry.key).min(key_room);
    row.put_within(&entry.key, cols, style);
    row.put_padded(" =", 3, theme.muted);
    row.put(&value(entry), theme.text);
}

/// The whole record, line by line.
pub fn detail(group: &GroupInfo, entry: &ContextInfo) -> Vec<(&'static str, String)> {
    let who = format!("{} by {}", entry.version, entry.author);
    vec![
        ("value", value(entry)),
        ("group", group.name.clone()),
        ("version", who),
        ("written", shown(entry.updated_at)),
    ]
}

pub fn empty(cx: &Context<'_>) -> Vec<String> {
    let joinable = discovery::joinable(cx.props.snapshot, cx.props.acting);
    let how = match (cx.own_group(), joinable.first()) {
        (Some(_), _) => "stoa share KEY=VALUE".to_owned(),
        (None, Some(group)) => format!("stoa join-group {}", group.name),
        (None, None) => "join a group, then stoa share KEY=VALUE".to_owned(),
    };
    vec!["nothing is shared yet".to_owned(), how]
}
