//! A big clock over a pane.

use ratatui::buffer::Buffer;

use super::Drawn;
use crate::model::geometry::Rect;
use crate::ui::paint::{Row, columns, fill, within};
use crate::ui::theme::Theme;

/// Rows of a figure.
const ROWS: u16 = 5;
/// Columns of a figure, and the blank one after it.
const COLS: u16 = 6;

/// A figure's rows, as `#` and blanks.
fn figure(c: char) -> [&'static str; ROWS as usize] {
    match c {
        '0' => ["#####", "#   #", "#   #", "#   #", "#####"],
        '1' => ["    #", "    #", "    #", "    #", "    #"],
        '2' => ["#####", "    #", "#####", "#    ", "#####"],
        '3' => ["#####", "    #", "#####", "    #", "#####"],
        '4' => ["#   #", "#   #", "#####", "    #", "    #"],
        '5' => ["#####", "#    ", "#####", "    #", "#####"],
        '6' => ["#####", "#    ", "#####", "#   #", "#####"],
        '7' => ["#####", "    #", "    #", "    #", "    #"],
        '8' => ["#####", "#   #", "#####", "#   #", "#####"],
        '9' => ["#####", "#   #", "#####", "    #", "#####"],
        ':' => ["     ", "  #  ", "     ", "  #  ", "     "],
        _ => ["     "; ROWS as usize],
    }
}

/// Draws a time such as `12:34` in the middle of `area`, which it covers; in small letters where there is no
/// room for large ones.
pub fn render(area: Rect, buf: &mut Buffer, time: &str, theme: &Theme) -> Drawn<()> {
    let area = within(area, buf);
    fill(area, buf, theme.overlay);
    let drawn = Drawn::new(area);
    let count = u16::try_from(time.chars().count()).unwrap_or(u16::MAX);
    let cols = count.saturating_mul(COLS).saturating_sub(1);
    let rows: Vec<String> = match area.cols >= cols && area.rows >= ROWS {
        true => (0..usize::from(ROWS))
            .map(|row| {
                let parts: Vec<&str> = time.chars().map(|c| figure(c)[row]).collect();
                parts.join(" ")
            })
            .collect(),
        false => vec![time.to_owned()],
    };
    let height = u16::try_from(rows.len()).unwrap_or(1);
    let top = area.y + area.rows.saturating_sub(height) / 2;
    for (y, text) in (top..area.bottom()).zip(&rows) {
        let mut row = Row::new(Rect::new(area.x, y, area.cols, 1), buf);
        // Every row is as wide, whatever blanks are in it.
        let wide = if rows.len() == 1 { columns(text) } else { cols };
        row.skip(area.cols.saturating_sub(wide) / 2);
        if rows.len() == 1 {
            row.put(text, theme.key);
            continue;
        }
        for c in text.chars() {
            match c {
                '#' => _ = row.put("█", theme.key),
                _ => row.skip(1),
            }
        }
    }
    drawn
}
