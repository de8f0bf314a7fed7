//! Writing into a buffer: clipped, measured in cells, and safe against what the text contains.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::format::Span;
use crate::draw::text::{sanitize, width};
use crate::model::geometry::Rect;

/// Columns of a text as it will be shown: cleaned, on one line.
pub fn columns(text: &str) -> u16 {
    let clean = sanitize(text, usize::from(u16::MAX));
    u16::try_from(width(&clean)).unwrap_or(u16::MAX)
}

/// The same for a line of a table, whose runs of spaces count ([`Row::put_aligned`]).
pub fn aligned_columns(text: &str) -> u16 {
    let words = text.split(' ').map(columns);
    let spaces = text.matches(' ').count();
    let spaces = u16::try_from(spaces).unwrap_or(u16::MAX);
    words.fold(spaces, u16::saturating_add)
}

/// The text as it will be shown in at most `room` columns; cut with `…`.
pub fn clip(text: &str, room: u16) -> String {
    sanitize(text, usize::from(room))
}

/// What of `area` the buffer has.
pub fn within(area: Rect, buf: &Buffer) -> Rect {
    let has = buf.area();
    let x = area.x.clamp(has.left(), has.right());
    let y = area.y.clamp(has.top(), has.bottom());
    let right = area.x.saturating_add(area.cols).clamp(x, has.right());
    let bottom = area.y.saturating_add(area.rows).clamp(y, has.bottom());
    Rect::new(x, y, right - x, bottom - y)
}

/// Empties an area and gives it a style.
pub fn fill(area: Rect, buf: &mut Buffer, style: Style) {
    let area = within(area, buf);
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
}

/// Gives the cells of an area a style and leaves their text.
pub fn tint(area: Rect, buf: &mut Buffer, style: Style) {
    let area = within(area, buf);
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.set_style(style);
            }
        }
    }
}

/// One row being written from both ends: what is put right takes room from what is put left after it.
#[derive(Debug)]
pub struct Row<'b> {
    buf: &'b mut Buffer,
    y: u16,
    left: u16,
    right: u16,
}

impl<'b> Row<'b> {
    /// The first row of `area`; without cells if the area has none.
    pub fn new(area: Rect, buf: &'b mut Buffer) -> Row<'b> {
        let area = within(area, buf);
        let cols = if area.rows == 0 { 0 } else { area.cols };
        Row {
            buf,
            y: area.y,
            left: area.x,
            right: area.x + cols,
        }
    }

    /// Columns not written yet.
    pub fn room(&self) -> u16 {
        self.right - self.left
    }

    /// Writes at the left, cut with `…` where room ends. Answers the cells written.
    pub fn put(&mut self, text: &str, style: Style) -> Rect {
        self.put_within(text, self.room(), style)
    }

    /// Writes at the left, in at most `room` columns.
    pub fn put_within(&mut self, text: &str, room: u16, style: Style) -> Rect {
        let text = clip(text, room.min(self.room()));
        let start = self.left;
        self.left = self.write(start, &text, style);
        Rect::new(start, self.y, self.left - start, 1)
    }

    /// Writes at the left and fills up to `room` columns with spaces, for columns of a table.
    pub fn put_padded(&mut self, text: &str, room: u16, style: Style) {
        let room = room.min(self.room());
        let end = self.left + room;
        self.put_within(text, room, style);
        self.left = end;
    }

    /// Writes a line of a table at the left: every space stays, as columns hang on them.
    pub fn put_aligned(&mut self, text: &str, style: Style) {
        for (at, word) in text.split(' ').enumerate() {
            self.skip(u16::from(at > 0));
            self.put(word, style);
        }
    }

    /// Writes spans at the left in at most `room` columns; runs of spaces stay, and what has no room is
    /// cut with `…`.
    pub fn put_spans(&mut self, spans: &[Span], room: u16) -> Rect {
        let right = self.right;
        let start = self.left;
        self.right = self.right.min(start.saturating_add(room));
        for span in spans {
            self.put_aligned_in(&span.text, span.style);
        }
        self.right = right;
        Rect::new(start, self.y, self.left - start, 1)
    }

    /// As [`Row::put_aligned`], with the spaces in the style as well.
    fn put_aligned_in(&mut self, text: &str, style: Style) {
        for (at, word) in text.split(' ').enumerate() {
            if at > 0 {
                self.put(" ", style);
            }
            self.put(word, style);
        }
    }

    /// Leaves `cells` empty at the left.
    pub fn skip(&mut self, cells: u16) {
        self.left = self.left.saturating_add(cells).min(self.right);
    }

    /// Writes at the right if it fits whole; answers the cells written, none if it does not.
    pub fn put_right(&mut self, text: &str, style: Style) -> Rect {
        let text = clip(text, u16::MAX);
        let cols = columns(&text);
        if cols > self.room() {
            return Rect::new(self.right, self.y, 0, 0);
        }
        self.right -= cols;
        self.write(self.right, &text, style);
        Rect::new(self.right, self.y, cols, 1)
    }

    /// Takes a column of `cols` at the right and writes at its left edge, cut with `…`. Nothing is
    /// written where the column has no room.
    pub fn put_column(&mut self, text: &str, cols: u16, style: Style) {
        if cols <= self.room() {
            self.right -= cols;
            let text = clip(text, cols);
            let (x, right) = (self.right, self.right + cols);
            self.write_until(x, right, &text, style);
        }
    }

    /// The same, written at the column's right edge.
    pub fn put_number(&mut self, text: &str, cols: u16, style: Style) {
        if cols <= self.room() {
            self.right -= cols;
            let text = clip(text, cols);
            let (x, right) = (self.right + cols - columns(&text), self.right + cols);
            self.write_until(x, right, &text, style);
        }
    }

    /// Leaves `cells` empty at the right.
    pub fn skip_right(&mut self, cells: u16) {
        self.right = self.right.saturating_sub(cells).max(self.left);
    }

    fn write(&mut self, x: u16, text: &str, style: Style) -> u16 {
        let right = self.right.max(x.saturating_add(columns(text)));
        self.write_until(x, right, text, style)
    }

    fn write_until(&mut self, x: u16, right: u16, text: &str, style: Style) -> u16 {
        if text.is_empty() || self.buf.cell((x, self.y)).is_none() {
            return x;
        }
        let room = usize::from(right.saturating_sub(x));
        self.buf.set_stringn(x, self.y, text, room, style).0
    }
}

/// The text on at most `lines` lines of `room` columns, broken between words where that is possible;
/// the last line ends in `…` if there was more.
pub fn wrap(text: &str, room: u16, lines: usize) -> Vec<String> {
    let clean = sanitize(text, usize::from(u16::MAX));
    let mut out: Vec<String> = Vec::new();
    let mut rest = clean.trim();
    while !rest.is_empty() && out.len() < lines && room > 0 {
        if out.len() + 1 == lines || columns(rest) <= room {
            out.push(clip(rest, room));
            break;
        }
        let end = line_end(rest, room);
        let (line, more) = rest.split_at(end);
        out.push(line.trim_end().to_owned());
        rest = more.trim_start();
    }
    out
}

/// Where a line of `room` columns ends: after the last space that fits, else between two letters.
fn line_end(text: &str, room: u16) -> usize {
    let mut used = 0;
    let mut space = None;
    for (at, c) in text.char_indices() {
        used += crate::draw::text::char_width(c).unwrap_or(0);
        if used > usize::from(room) {
            // At least one character, or a wide one in a single column would never end.
            return space
                .unwrap_or(at)
                .max(text.chars().next().map_or(0, char::len_utf8));
        }
        if c == ' ' {
            space = Some(at + 1);
        }
    }
    text.len()
}

/// A length of time in two or three characters: `45s`, `12m`, `3h`, `2d`; an hour and something
/// is `1h20`.
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match hours {
        _ if seconds < 60 => format!("{seconds}s"),
        0 => format!("{minutes}m"),
        1..10 if minutes % 60 > 0 => format!("{hours}h{:02}", minutes % 60),
        1..48 => format!("{hours}h"),
        _ => format!("{}d", hours / 24),
    }
}

/// `1 claim`, `2 claims`.
pub fn count(n: usize, one: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    }
}

/// The rows of a list of `len` that a window of `height` shows so that `selected` is among them.
///
/// The list is turned by whole windows: rows keep still while the selection moves within one, so that a
/// second click meets the same row as the first.
pub fn page(len: usize, height: u16, selected: usize) -> std::ops::Range<usize> {
    let height = usize::from(height);
    if height == 0 {
        return 0..0;
    }
    let start = selected.min(len.saturating_sub(1)) / height * height;
    start..(start + height).min(len)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect as Area;

    use super::*;

    fn row(cols: u16, draw: impl Fn(&mut Row<'_>)) -> String {
        let mut buf = Buffer::empty(Area::new(0, 0, cols, 1));
        draw(&mut Row::new(Rect::new(0, 0, cols, 1), &mut buf));
        crate::ui::testing::text(&buf)
    }

    #[test]
    fn a_row_is_written_from_both_ends() {
        let style = Style::new();
        let both = |row: &mut Row<'_>| {
            row.put_right("right", style);
            row.put("a long text", style);
        };
        assert_eq!(row(20, both), "a long text    right\n");
        assert_eq!(row(12, both), "a long…right\n");
        assert_eq!(row(5, both), "right\n");
        assert_eq!(row(4, both), "a l…\n");
        assert_eq!(row(0, both), "");
    }

    #[test]
    fn foreign_text_cannot_leave_its_cells() {
        let draw = |row: &mut Row<'_>| {
            row.put("a\x1b[2J\u{202e}b\n漢", Style::new());
            row.put("|", Style::new());
        };
        assert_eq!(row(20, draw), "a[2Jb 漢|\n");
    }

    #[test]
    fn tables_keep_their_spaces() {
        let line = "  id    name\u{1b}[m  x";
        assert_eq!(
            row(30, |row| row.put_aligned(line, Style::new())),
            "  id    name[m  x\n"
        );
        assert_eq!(aligned_columns(line), 17);
        assert_eq!(
            row(9, |row| row.put_aligned(line, Style::new())),
            "  id    …\n"
        );
    }

    #[test]
    fn an_area_outside_the_buffer_has_no_cells() {
        let mut buf = Buffer::empty(Area::new(2, 2, 4, 2));
        let mut row = Row::new(Rect::new(0, 9, 80, 1), &mut buf);
        assert_eq!(row.room(), 0);
        row.put("x", Style::new());
        row.put_right("x", Style::new());
        fill(Rect::new(0, 0, u16::MAX, u16::MAX), &mut buf, Style::new());
        assert_eq!(within(Rect::new(0, 0, 4, 9), &buf), Rect::new(2, 2, 2, 2));
    }

    #[test]
    fn durations_are_short() {
        let times = [
            0,
            59_999,
            60_000,
            3_599_000,
            3_600_000,
            4_800_000,
            36_000_000,
            200_000_000,
        ];
        let shown = times.map(duration);
        assert_eq!(shown, ["0s", "59s", "1m", "59m", "1h", "1h20", "10h", "2d"]);
        assert_eq!(
            [count(0, "claim"), count(1, "claim")],
            ["0 claims", "1 claim"]
        );
    }

    #[test]
    fn long_text_is_broken_between_words() {
        let lines = |text, room, lines| wrap(text, room, lines).join("|");
        assert_eq!(lines("one two  three\nfour", 9, 9), "one two|three|four");
        assert_eq!(lines("one two three four", 9, 2), "one two|three fo…");
        assert_eq!(lines("unbreakable", 4, 9), "unbr|eaka|ble");
        assert_eq!(lines("漢字", 1, 9), "漢|字");
        assert_eq!(lines("", 4, 9), "");
        assert_eq!(lines("x", 0, 9), "");
        assert_eq!(lines("x", 4, 0), "");
    }

    #[test]
    fn lists_turn_by_whole_windows() {
        assert_eq!(page(10, 4, 3), 0..4);
        assert_eq!(page(10, 4, 4), 4..8);
        assert_eq!(page(10, 4, 9), 8..10);
        assert_eq!(page(10, 4, 99), 8..10);
        assert_eq!(page(0, 4, 0), 0..0);
        assert_eq!(page(5, 0, 0), 0..0);
    }
}
