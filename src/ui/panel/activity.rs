//! Rows of what was attempted: when, who, what, and whether it was refused.

use super::Context;
use crate::coord::audit::AuditEntry;
use crate::ui::paint::Row;

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, entry: &AuditEntry) {
    let theme = cx.theme;
    if row.room() >= 20 {
        row.put_number(&cx.since(entry.timestamp), 4, theme.muted);
        row.skip_right(1);
    }
    let (sign, style) = match entry.success {
        true => ("·", theme.muted),
        false => ("✗", theme.error),
    };
    row.put_padded(sign, 2, style);
    if row.room() >= 16 {
        let who = entry.agent.as_deref().unwrap_or("-");
        row.put_padded(who, cx.name_cols.min(row.room()), theme.text);
        row.skip(1);
    }
    row.put(
        &entry.action,
        if entry.success {
            theme.text
        } else {
            theme.error
        },
    );
    row.skip(1);
    if row.room() >= 3 {
        row.put(&entry.subject, theme.muted);
    }
}

/// The whole record, line by line.
pub fn detail(cx: &Context<'_>, entry: &AuditEntry) -> Vec<(&'static str, String)> {
    let mut lines = vec![("what", format!("{} {}", entry.action, entry.subject))];
    lines.extend(entry.agent.clone().map(|who| ("who", who)));
    let outcome = match (&entry.kind, entry.success) {
        (_, true) => "done".to_owned(),
        (Some(kind), false) => format!("refused: {kind}"),
        (None, false) => "refused".to_owned(),
    };
    lines.push(("outcome", outcome));
    lines.extend(entry.message.clone().map(|text| ("why", text)));
    let about = [("issue", &entry.issue), ("fix", &entry.fix)];
    lines.extend(
        about
            .into_iter()
            .filter_map(|(label, id)| Some((label, id.clone()?))),
    );
    lines.push((
        "when",
        format!("{} ago, at {}", cx.since(entry.timestamp), entry.timestamp),
    ));
    lines
}

pub fn empty() -> Vec<String> {
    vec!["nothing has happened yet".to_owned()]
}
