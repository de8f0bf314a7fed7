//! What can follow the keys typed so far.

use ratatui::buffer::Buffer;

use super::{Drawn, Frame, Place};
use crate::model::geometry::Rect;
use crate::ui::Region;
use crate::ui::paint::{Row, columns};
use crate::ui::theme::Theme;

/// A key that can be pressed next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextKey<'a> {
    /// As people read it.
    pub key: &'a str,
    /// What it does, or the name of the group of keys it leads to.
    pub label: &'a str,
    /// Whether more keys follow.
    pub group: bool,
}

/// Draws the box at the bottom of `area`. A click answers the place of the key in `next`.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    typed: &str,
    next: &[NextKey<'_>],
    theme: &Theme,
) -> Drawn<usize> {
    let key_cols = next
        .iter()
        .map(|next| columns(next.key))
        .max()
        .unwrap_or(0)
        .clamp(1, 10);
    let label_cols = next
        .iter()
        .map(|next| columns(next.label))
        .max()
        .unwrap_or(0);
    let cell = key_cols + 1 + label_cols.clamp(6, 26) + 3;
    let room = area.cols.saturating_sub(2).max(1);
    let many = (room / cell).clamp(1, 6);
    let count = u16::try_from(next.len()).unwrap_or(u16::MAX);
    let rows = count.div_ceil(many).min((area.rows / 2).max(1));
    let more = next
        .len()
        .saturating_sub(usize::from(rows) * usize::from(many));
    let note = match more {
        0 => String::new(),
        more => format!("{more} more"),
    };
    let frame = Frame {
        title: typed,
        note: &note,
        cols: room,
        rows,
        place: Place::Bottom,
    };
    let (outer, inner) = frame.draw(area, buf, theme);
    let mut drawn = Drawn::new(outer);
    let rows = rows.min(inner.rows);
    for (at, next) in next
        .iter()
        .enumerate()
        .take(usize::from(rows) * usize::from(many))
    {
        // Down the columns: neighbours in the list stand below each other.
        let at16 = u16::try_from(at).unwrap_or(u16::MAX);
        let (column, line) = (at16 / rows, at16 % rows);
        let width = inner.cols / many;
        let rect = Rect::new(inner.x + width * column, inner.y + line, width, 1);
        let mut row = Row::new(rect, buf);
        row.skip(u16::from(width > 8));
        row.put_padded(next.key, key_cols.min(row.room()), theme.key);
        row.skip(1);
        row.skip_right(1);
        if next.group {
            row.put("+", theme.accent);
        }
        row.put(
            next.label,
            if next.group { theme.accent } else { theme.text },
        );
        drawn.regions.push(Region { rect, action: at });
    }
    drawn
}
