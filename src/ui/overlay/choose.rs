//! A list to choose from: tabs, and whatever else has names.

use ratatui::buffer::Buffer;

use super::{Drawn, Frame, Place};
use crate::model::geometry::Rect;
use crate::ui::Region;
use crate::ui::paint::{Row, columns, page, tint};
use crate::ui::theme::Theme;

/// One thing to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Item<'a> {
    /// What stands before the name: a number, a sign.
    pub mark: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What else there is to say: `3 panes`.
    pub note: &'a str,
    /// Whether somebody waits there.
    pub attention: bool,
}

/// Draws the list over the middle of `area`; `hint` tells the keys. A click answers the item's place.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    title: &str,
    items: &[Item<'_>],
    selected: usize,
    hint: &str,
    theme: &Theme,
) -> Drawn<usize> {
    let mark = items
        .iter()
        .map(|item| columns(item.mark))
        .max()
        .unwrap_or(0)
        .min(6);
    let name = items
        .iter()
        .map(|item| columns(item.name))
        .max()
        .unwrap_or(0);
    let name = name.clamp(8, (area.cols / 2).max(8));
    let note = items
        .iter()
        .map(|item| columns(item.note))
        .max()
        .unwrap_or(0)
        .min(40);
    let hint_rows = u16::from(!hint.is_empty() && area.rows >= 6);
    let len = u16::try_from(items.len()).unwrap_or(u16::MAX).max(1);
    // Where there is little room, the list takes all of it.
    let spare = if area.rows < 8 { 2 } else { 4 };
    let rows = len.min(area.rows.saturating_sub(spare + hint_rows).max(1));
    let shown = page(items.len(), rows, selected);
    let of = match shown.len() < items.len() {
        true => format!("{}–{} of {}", shown.start + 1, shown.end, items.len()),
        false => String::new(),
    };
    let frame = Frame {
        title,
        note: &of,
        cols: (mark + name + note + 8).max(columns(hint).saturating_add(2)),
        rows: rows + hint_rows,
        place: Place::Middle,
    };
    let (outer, inner) = frame.draw(area, buf, theme);
    let mut drawn = Drawn::new(outer);
    let bottom = inner.bottom() - hint_rows.min(inner.rows);
    for (y, at) in (inner.y..bottom).zip(shown) {
        let Some(item) = items.get(at) else {
            break;
        };
        let rect = Rect::new(inner.x, y, inner.cols, 1);
        let mut row = Row::new(rect, buf);
        row.skip(1);
        row.skip_right(1);
        row.put_padded(item.mark, mark, theme.muted);
        row.skip(1);
        let warn = if item.attention {
            theme.warn
        } else {
            theme.text
        };
        row.put_padded(item.name, name.min(row.room()), warn);
        row.skip(2);
        if item.attention {
            row.put("▲ ", theme.warn);
        }
        row.put(item.note, theme.muted);
        if at == selected {
            tint(rect, buf, theme.selected);
        }
        drawn.regions.push(Region { rect, action: at });
    }
    if hint_rows > 0 && bottom < inner.bottom() {
        let mut row = Row::new(Rect::new(inner.x, bottom, inner.cols, 1), buf);
        row.skip(1);
        row.put(hint, theme.muted);
    }
    drawn
}
