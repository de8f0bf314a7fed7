//! A menu beside the cell it belongs to.

use ratatui::buffer::Buffer;

use super::{Drawn, Frame, Place};
use crate::model::geometry::Rect;
use crate::ui::Region;
use crate::ui::paint::{Row, columns, page, tint};
use crate::ui::theme::Theme;

/// A row: what one can do, and its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuRow<'a> {
    /// What it does.
    pub label: &'a str,
    /// The chord that does the same, or empty.
    pub key: &'a str,
    /// Whether it can be chosen; one without a label is a line between others.
    pub acts: bool,
}

/// Draws the menu into `area`, its corner at `at` as far as there is room. A click answers the row's
/// place.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    title: &str,
    rows: &[MenuRow<'_>],
    (at, selected): (Option<(u16, u16)>, usize),
    theme: &Theme,
) -> Drawn<usize> {
    let labels = rows.iter().map(|row| columns(row.label)).max().unwrap_or(0);
    let keys = rows.iter().map(|row| columns(row.key)).max().unwrap_or(0);
    let len = u16::try_from(rows.len()).unwrap_or(u16::MAX).max(1);
    let shown = page(
        rows.len(),
        len.min(area.rows.saturating_sub(2).max(1)),
        selected,
    );
    let of = match shown.len() < rows.len() {
        true => format!("{} of {}", selected + 1, rows.len()),
        false => String::new(),
    };
    let frame = Frame {
        title,
        note: &of,
        cols: labels + keys + 5,
        rows: u16::try_from(shown.len()).unwrap_or(u16::MAX).max(1),
        place: at.map_or(Place::Middle, |(x, y)| Place::At(x, y)),
    };
    let (outer, inner) = frame.draw(area, buf, theme);
    let mut drawn = Drawn::new(outer);
    for (y, at) in (inner.y..inner.bottom()).zip(shown) {
        let Some(item) = rows.get(at) else {
            break;
        };
        let rect = Rect::new(inner.x, y, inner.cols, 1);
        let mut row = Row::new(rect, buf);
        if item.label.is_empty() && !item.acts {
            let line = "─".repeat(usize::from(rect.cols));
            row.put(&line, theme.overlay_border);
            continue;
        }
        row.skip(1);
        row.skip_right(1);
        if columns(item.label) + columns(item.key) + 2 <= row.room() {
            row.put_right(item.key, theme.key);
        }
        if !item.acts {
            row.put(item.label, theme.muted);
            continue;
        }
        row.put(item.label, theme.text);
        if at == selected {
            tint(rect, buf, theme.selected);
        }
        drawn.regions.push(Region { rect, action: at });
    }
    drawn
}
