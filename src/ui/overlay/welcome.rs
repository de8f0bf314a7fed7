//! The keys one begins with, in the corner where they hide least.

use ratatui::buffer::Buffer;

use super::{Drawn, Frame, Place};
use crate::model::geometry::Rect;
use crate::ui::paint::{Row, columns};
use crate::ui::theme::Theme;

const GOES: &str = "Just type: this goes away.";

/// Draws the box into the lower right corner of `area`, in at most half of its rows.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    prefix: &str,
    keys: &[(String, &str)],
    theme: &Theme,
) -> Drawn<()> {
    let first = format!("{prefix} is the prefix: press it, then a key.");
    let key_cols = keys.iter().map(|(key, _)| columns(key)).max().unwrap_or(0);
    let widest = keys.iter().map(|(_, what)| columns(what)).max();
    let rows = u16::try_from(keys.len()).unwrap_or(u16::MAX);
    let whole = area.rows / 2 >= rows.saturating_add(4);
    let wanted = match whole {
        true => rows + 2,
        // Under its frame, or without one, as many keys as there is room for.
        false => rows.min(area.rows / 2),
    };
    let text = if whole { columns(&first) } else { 0 };
    let cols = (key_cols + widest.unwrap_or(0) + 4).max(text + 2);
    let frame = Frame {
        title: "Welcome to Stoa",
        note: "",
        cols,
        rows: wanted,
        place: Place::At(u16::MAX, u16::MAX),
    };
    // A small terminal has no room for a frame beside the keys.
    let shown = match area.rows < 8 {
        true => Rect::new(area.x, area.bottom() - wanted, area.cols, wanted),
        false => area,
    };
    let (outer, inner) = frame.draw(shown, buf, theme);
    let line = |y| Rect::new(inner.x, y, inner.cols, 1);
    let mut y = inner.y;
    if whole {
        let mut row = Row::new(line(y), buf);
        row.skip(1);
        row.put(&first, theme.text);
        y += 1;
    }
    for (at, (key, what)) in (y..inner.bottom()).zip(keys) {
        let mut row = Row::new(line(at), buf);
        row.skip(1);
        row.put_padded(key, key_cols, theme.key);
        row.skip(2);
        row.put(what, theme.text);
    }
    if whole {
        let mut row = Row::new(line(inner.bottom() - 1), buf);
        row.skip(1);
        row.put(GOES, theme.muted);
    }
    Drawn::new(outer)
}
