//! A message for the person at this terminal, from the bottom row upwards.

use ratatui::buffer::Buffer;

use super::Drawn;
use crate::model::geometry::Rect;
use crate::ui::paint::{Row, fill, within, wrap};
use crate::ui::theme::{Theme, Tone};

/// Draws the message over the last rows of `area`, at most half of them; a line end in it begins a
/// new row.
pub fn render(area: Rect, buf: &mut Buffer, tone: Tone, text: &str, theme: &Theme) -> Drawn<()> {
    let area = within(area, buf);
    let most = usize::from((area.rows / 2).max(1).min(area.rows));
    let room = area.cols.saturating_sub(if area.cols > 8 { 4 } else { 0 });
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let left = most.saturating_sub(lines.len());
        lines.extend(wrap(line, room, left));
    }
    let rows = u16::try_from(lines.len())
        .unwrap_or(area.rows)
        .min(area.rows);
    let rect = Rect::new(area.x, area.bottom() - rows, area.cols, rows);
    fill(rect, buf, theme.overlay);
    let sign = match tone {
        Tone::Info => "›",
        Tone::Ok => "✓",
        Tone::Warn => "▲",
        Tone::Error => "✗",
    };
    for (y, line) in (rect.y..).zip(&lines) {
        let mut row = Row::new(Rect::new(rect.x, y, rect.cols, 1), buf);
        if area.cols > 8 {
            row.skip(1);
            row.put_padded(if y == rect.y { sign } else { "" }, 2, theme.tone(tone));
        }
        row.put(line, theme.tone(tone));
    }
    Drawn::new(rect)
}
