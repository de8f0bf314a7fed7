//! What the tests of all parts share: buffers as text, and the sizes nothing may fail at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect as Area;
use ratatui::style::Style;

use super::theme::Theme;
use crate::model::geometry::Rect;

/// The sizes snapshots are taken at.
pub const SIZES: [(u16, u16); 5] = [(120, 40), (80, 24), (40, 12), (20, 5), (3, 2)];

/// A backdrop that no text can contain once it is cleaned.
pub const UNTOUCHED: &str = "\u{1}";

/// The buffer's rows, each with its line end, trailing spaces kept off.
pub fn text(buf: &Buffer) -> String {
    let area = *buf.area();
    let mut text = String::new();
    for y in area.top()..area.bottom() {
        let mut line = String::new();
        let mut covered = 0;
        for x in area.left()..area.right() {
            let symbol = buf[(x, y)].symbol();
            if covered == 0 {
                line.push_str(symbol);
                covered = crate::draw::text::width(symbol).max(1);
            }
            covered -= 1;
        }
        if !line.is_empty() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

/// Draws into an empty buffer and answers its text.
pub fn drawn(cols: u16, rows: u16, draw: impl FnOnce(Rect, &mut Buffer, &Theme)) -> String {
    text(&buffer(cols, rows, draw))
}

/// Draws into an empty buffer.
pub fn buffer(cols: u16, rows: u16, draw: impl FnOnce(Rect, &mut Buffer, &Theme)) -> Buffer {
    let mut buf = Buffer::empty(Area::new(0, 0, cols, rows));
    draw(Rect::new(0, 0, cols, rows), &mut buf, &Theme::plain());
    buf
}

/// The text whose cells have all of a style's attributes, row by row, other cells as `·`.
pub fn styled(buf: &Buffer, style: Style) -> String {
    let mut only = buf.clone();
    for cell in &mut only.content {
        if !cell.modifier.contains(style.add_modifier) || cell.symbol() == " " {
            cell.set_symbol("·");
        }
    }
    text(&only)
}

/// Draws in an area inside a larger buffer and checks that nothing around it changed.
pub fn confined(cols: u16, rows: u16, draw: impl FnOnce(Rect, &mut Buffer, &Theme)) {
    let mut buf = Buffer::empty(Area::new(0, 0, cols + 4, rows + 4));
    for cell in &mut buf.content {
        cell.set_symbol(UNTOUCHED);
    }
    let area = Rect::new(2, 2, cols, rows);
    draw(area, &mut buf, &Theme::plain());
    for y in 0..rows + 4 {
        for x in 0..cols + 4 {
            if !area.contains(x, y) {
                assert_eq!(buf[(x, y)].symbol(), UNTOUCHED, "drawn outside at {x}, {y}");
            }
        }
    }
}
