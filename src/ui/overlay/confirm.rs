//! A question before something that cannot be undone.

use ratatui::buffer::Buffer;

use super::{Drawn, Frame, Place};
use crate::model::geometry::Rect;
use crate::ui::Region;
use crate::ui::paint::{Row, columns, wrap};
use crate::ui::theme::Theme;

/// The widest question before it is broken into lines.
const MAX_COLS: u16 = 64;

/// Draws the question over the middle of `area`, below it `detail` (the command that would run). A
/// click answers yes or no.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    question: &str,
    detail: &str,
    theme: &Theme,
) -> Drawn<bool> {
    let room = area.cols.saturating_sub(6).clamp(1, MAX_COLS);
    let lines = wrap(
        question,
        room,
        usize::from(area.rows.saturating_sub(4)).clamp(1, 6),
    );
    let detail_rows = u16::from(!detail.is_empty() && area.rows >= 7);
    let cols = lines
        .iter()
        .map(|line| columns(line))
        .max()
        .unwrap_or(0)
        .max(20);
    let cols = if detail_rows > 0 {
        cols.max(columns(detail).min(room))
    } else {
        cols
    };
    let rows = u16::try_from(lines.len()).unwrap_or(1) + detail_rows;
    let frame = Frame {
        title: "",
        note: "",
        cols: cols + 2,
        rows: rows + 1,
        place: Place::Middle,
    };
    let (outer, inner) = frame.draw(area, buf, theme);
    let mut drawn = Drawn::new(outer);
    if inner.is_empty() {
        return drawn;
    }
    let line = |y| Rect::new(inner.x, y, inner.cols, 1);
    let answer = inner.bottom() - 1;
    let mut y = inner.y;
    for text in lines.iter().take(usize::from(inner.rows - 1)) {
        let mut row = Row::new(line(y), buf);
        row.skip(1);
        row.put(text, theme.text);
        y += 1;
    }
    if detail_rows > 0 && y < answer {
        let mut row = Row::new(line(y), buf);
        row.skip(1);
        row.put(detail, theme.muted);
    }
    let mut row = Row::new(line(answer), buf);
    // In one row there is no room for the question as well: what matters is that it is asked.
    if inner.rows == 1 {
        row.put_within(question, row.room().saturating_sub(6), theme.text);
    }
    row.skip(1);
    for (key, word, yes) in [("y", "yes", true), ("n", "no", false)] {
        let key = row.put(key, theme.key);
        let word = if row.room() >= 5 {
            row.skip(1);
            row.put(word, theme.text)
        } else {
            key
        };
        row.skip(if row.room() > 6 { 3 } else { 1 });
        let rect = Rect::new(key.x, answer, word.right() - key.x, 1);
        drawn.regions.push(Region { rect, action: yes });
    }
    drawn
}
