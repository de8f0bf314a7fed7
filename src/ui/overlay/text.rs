//! A text to read, such as what a command printed.

use ratatui::buffer::Buffer;

use super::{Drawn, Frame, Place, Scroll};
use crate::model::geometry::Rect;
use crate::ui::paint::{Row, aligned_columns};
use crate::ui::theme::{Theme, Tone};

/// The text.
#[derive(Debug, Clone, Copy)]
pub struct TextProps<'a> {
    /// Heading.
    pub title: &'a str,
    /// Its lines; longer ones are cut.
    pub lines: &'a [String],
    /// First line wanted.
    pub scroll: usize,
    /// How good the news is.
    pub tone: Tone,
}

/// Draws the text over the middle of `area`.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    props: &TextProps<'_>,
    theme: &Theme,
) -> (Drawn<()>, Scroll) {
    let cols = props
        .lines
        .iter()
        .map(|line| aligned_columns(line))
        .max()
        .unwrap_or(0);
    let len = u16::try_from(props.lines.len()).unwrap_or(u16::MAX).max(1);
    let framed = if area.cols >= 12 && area.rows >= 4 {
        2
    } else {
        0
    };
    let rows = len.min(area.rows.saturating_sub(framed).max(1));
    let scroll = Scroll::new(props.scroll, props.lines.len(), usize::from(rows));
    let note = match scroll.max {
        0 => "Esc closes".to_owned(),
        _ => scroll.note(props.lines.len()),
    };
    let frame = Frame {
        title: props.title,
        note: &note,
        cols: cols.saturating_add(2),
        rows,
        place: Place::Middle,
    };
    let (outer, inner) = frame.draw(area, buf, theme);
    let style = match props.tone {
        Tone::Error => theme.error,
        _ => theme.text,
    };
    for (y, line) in (inner.y..inner.bottom()).zip(props.lines.iter().skip(scroll.at)) {
        let mut row = Row::new(Rect::new(inner.x, y, inner.cols, 1), buf);
        row.skip(u16::from(inner.cols < outer.cols));
        row.skip_right(u16::from(inner.cols < outer.cols));
        row.put_aligned(line, style);
    }
    (Drawn::new(outer), scroll)
}
