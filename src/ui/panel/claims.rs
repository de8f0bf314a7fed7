//! Rows of claims: what, who, how long, how many wait.

use super::Context;
use crate::coord::snapshot::ClaimInfo;
use crate::ui::paint::{Row, duration};

fn left(cx: &Context<'_>, claim: &ClaimInfo) -> u64 {
    claim.expires_in_ms.saturating_sub(cx.props.elapsed_ms)
}

pub fn row(row: &mut Row<'_>, cx: &Context<'_>, claim: &ClaimInfo) {
    let theme = cx.theme;
    let own = cx.props.acting == Some(claim.holder.as_str());
    let left = left(cx, claim);
    let room = row.room();
    if room >= 14 {
        let (text, style) = match left {
            0 => ("over".to_owned(), theme.warn),
            left if left <= claim.ttl_ms / 5 => (duration(left), theme.warn),
            left => (duration(left), theme.muted),
        };
        row.put_number(&text, 4, style);
        row.skip_right(1);
    }
    if room >= 24 {
        let (name, style) = match own {
            true => ("you", theme.accent),
            false => (claim.holder_name.as_str(), theme.text),
        };
        row.put_column(name, cx.name_cols, style);
        row.skip_right(2);
    }
    if !claim.waiting.is_empty() {
        row.put_right(&format!("+{}", claim.waiting.len()), theme.warn);
        row.skip_right(1);
    }
    let (mark, style) = match (own, claim.shared) {
        (true, false) => ("■", theme.accent),
        (true, true) => ("□", theme.accent),
        (false, false) => ("■", theme.muted),
        (false, true) => ("□", theme.muted),
    };
    row.put_padded(mark, 2, style);
    row.put(&claim.key, if own { theme.accent } else { theme.text });
}

/// The whole record, line by line.
pub fn detail(cx: &Context<'_>, claim: &ClaimInfo) -> Vec<(&'static str, String)> {
    let how = if claim.shared { "shared" } else { "exclusive" };
    let left = match left(cx, claim) {
        0 => "its lease is over".to_owned(),
        left => format!("{} left", duration(left)),
    };
    let holder = cx
        .session(&claim.holder)
        .map_or(&claim.holder_name, |session| &session.name);
    let mut lines = vec![("held", format!("by {holder}, {how}, {left}"))];
    lines.extend(claim.reason.clone().map(|reason| ("reason", reason)));
    if !claim.waiting.is_empty() {
        let waiting: Vec<&str> = claim.waiting.iter().map(|id| cx.name_or_id(id)).collect();
        lines.push(("waiting", waiting.join(", ")));
    }
    lines.push((
        "token",
        format!("{}, granted {}", claim.token, claim.granted_at),
    ));
    lines
}

pub fn empty() -> Vec<String> {
    vec![
        "nothing is claimed".to_owned(),
        "stoa claim PATH, or KIND/NAME".to_owned(),
    ]
}
