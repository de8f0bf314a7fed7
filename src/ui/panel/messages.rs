//! Rows of messages: whether one has to read them, who wrote them, what about.

use super::Context;
use crate::coord::snapshot::{MessageInfo, MessageKind};
use crate::ui::paint::Row;

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, message: &MessageInfo) {
    let theme = cx.theme;
    let before = |ids: &[u64]| ids.contains(&message.id);
    let (sign, style) = match cx.own {
        Some(own) if before(&own.mail.unread) => ("●", theme.accent),
        Some(own) if before(&own.mail.read) => ("○", theme.text),
        _ => (" ", theme.muted),
    };
    if row.room() >= 30 {
        row.put_number(&message.id.to_string(), 4, theme.muted);
        row.skip_right(1);
    }
    row.put_padded(sign, 2, style);
    let from = match &message.from_id {
        Some(id) if cx.props.acting == Some(id.as_str()) => "you",
        _ => &message.from,
    };
    if row.room() >= 16 {
        row.put_padded(from, cx.name_cols.min(row.room()), style);
        row.skip(1);
    }
    if row.room() >= 20 {
        let to = match (message.kind, &message.to_id) {
            (MessageKind::Direct, Some(id)) if cx.props.acting == Some(id.as_str()) => None,
            (MessageKind::Broadcast, _) => Some("→ all ".to_owned()),
            _ => Some(format!("→ {} ", message.to)),
        };
        if let Some(to) = to {
            row.put(&to, theme.muted);
        }
    }
    row.put(&message.subject, style);
}

/// The whole record, line by line. The body comes in pieces of its own lines, behind a bar.
pub fn detail(cx: &Context<'_>, message: &MessageInfo) -> Vec<(&'static str, String)> {
    let mut lines = vec![(
        "from",
        format!("{} [{}] to {}", message.from, message.trust, message.to),
    )];
    let body = message.begins.split('\n').collect::<Vec<_>>().join(" ⏎ ");
    let more = match message.begins.len() as u64 == message.bytes {
        true => "",
        false => " …",
    };
    if !body.is_empty() {
        lines.push(("says", format!("{body}{more}")));
    }
    let re = message.re.map_or(String::new(), |re| format!(", re {re}"));
    lines.push(("sent", format!("{}, number {}{re}", message.at, message.id)));
    if cx
        .own
        .is_some_and(|own| own.mail.unread.contains(&message.id))
    {
        lines.push(("state", "unread: Enter reads it".to_owned()));
    }
    lines
}

pub fn empty() -> Vec<String> {
    vec![
        "nothing has been sent".to_owned(),
        "stoa send NAME SUBJECT TEXT".to_owned(),
    ]
}
