//! A row of a picture as text with escape sequences, for programs that read rather than show it.

use super::caps::Caps;
use super::pen::Pen;
use super::style::Style;
use super::surface::Surface;

/// A row with its looks and links, which are closed at its end. Plain blanks at the end are left out.
pub fn escaped_row(surface: &Surface, y: u16) -> String {
    let caps = Caps::FULL;
    let row = surface.row(y);
    let blank = |cell: &super::Cell| cell.is_blank() && cell.style().bg == Style::PLAIN.bg;
    let last = row.iter().rposition(|cell| !blank(cell));
    let end = last.map_or(0, |last| last + 1);
    let mut pen = Pen::default();
    let mut out = Vec::new();
    for (x, cell) in (0..).zip(row.iter().take(end)) {
        if cell.is_tail() {
            continue;
        }
        pen.set_link(surface.link(x, y), &caps, &mut out);
        pen.set(cell.style(), &caps, &mut out);
        out.extend_from_slice(surface.glyph(x, y).as_bytes());
    }
    pen.set_link(None, &caps, &mut out);
    pen.set(Style::PLAIN, &caps, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
