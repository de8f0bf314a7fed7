//! Rows of what waits for somebody: who or what, and why.

use super::Context;
use crate::coord::attention::{Attention, Reason};
use crate::ui::paint::Row;

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, one: &Attention) {
    let theme = cx.theme;
    let (sign, style) = match one.reason {
        Reason::Blocked | Reason::Silent | Reason::EndsSoon | Reason::Contended => {
            ("▲", theme.warn)
        }
        Reason::Lost | Reason::CriticalIssue | Reason::FailedTask => ("✗", theme.error),
        Reason::Review | Reason::Apply | Reason::Unread => ("●", theme.accent),
    };
    row.put_padded(sign, 2, style);
    row.put(&one.what, theme.text);
    row.skip(1);
    if row.room() >= 4 {
        row.put(&one.says, theme.muted);
    }
}

/// The whole line, and what one can do.
pub fn detail(one: &Attention) -> Vec<(&'static str, String)> {
    let act = match one.reason {
        Reason::Blocked | Reason::Silent => "Enter goes to its pane, S sends a message",
        Reason::Lost => "its claims are free again",
        Reason::EndsSoon => "Enter goes to the holder's pane",
        Reason::Contended => "Enter goes to the holder's pane, c waits in line",
        Reason::CriticalIssue => "c takes it",
        Reason::Review => "Enter reads it, v reviews it",
        Reason::Apply => "Enter reads it, d applies it",
        Reason::FailedTask => "Enter reads it; stoa task reopen gives it another try",
        Reason::Unread => "Enter reads it",
    };
    vec![
        ("waits", format!("{} {}", one.what, one.says)),
        ("keys", act.to_owned()),
    ]
}

pub fn empty() -> Vec<String> {
    vec!["nobody needs you".to_owned()]
}
