//! The lines that scrolled off the top, packed.
//!
//! A grid row costs 24 bytes a column; here a line costs about a byte a character. What is kept
//! are the lines programs wrote, not the rows they were wrapped into: rows that continue each
//! other are joined as they arrive, and wrapped again at whatever width they are looked at, so
//! that a resize rewrites nothing. Lines lie in blocks of some tens of kilobytes, oldest first,
//! and leave from the front when there are more rows or bytes than allowed.

use std::collections::VecDeque;
use std::ops::Range;

use alacritty_terminal::term::cell::{Cell, Flags};

use super::pack;

/// A block is closed when it has so many bytes.
const BLOCK: usize = 48 * 1024;
/// A line is cut into several when it has so many bytes, so that drawing one row of it is cheap.
const MAX_LINE: usize = 8 * 1024;
/// Bytes allowed for each line of the limit; text with a colour for every letter gets fewer lines.
const BYTES_PER_LINE: usize = 1024;

/// One line: its bytes end where the next begin.
#[derive(Debug, Clone, Copy)]
struct Line {
    end: u32,
    /// Columns of its text on a screen without edges.
    columns: u32,
    /// Whether it has characters of two columns, which may wrap early.
    wide: bool,
    /// Whether the row that comes next continues it.
    open: bool,
    /// Whether its last row ended a column early because a wide character comes next.
    padded: bool,
}

#[derive(Debug, Default)]
struct Block {
    bytes: Vec<u8>,
    lines: Vec<Line>,
    /// So many lines at the front are gone.
    gone: usize,
    /// Rows of the others at the history's width.
    rows: usize,
}

impl Block {
    fn range(&self, index: usize) -> Range<usize> {
        let before = index
            .checked_sub(1)
            .and_then(|before| self.lines.get(before));
        let start = before.map_or(0, |line| line.end as usize);
        let end = self
            .lines
            .get(index)
            .map_or(start, |line| line.end as usize);
        start..end
    }

    /// Adds a row, to the line `continued` if it can be joined to that; returns how many rows
    /// more there are.
    fn append(
        &mut self,
        row: &[Cell],
        open: bool,
        continued: Option<usize>,
        width: usize,
    ) -> usize {
        let last = continued.and_then(|line| self.lines.get(line).copied());
        let before = continued.map_or(0, |line| self.rows_of(line, width));
        let packed = pack::encode(row, open, last.map(|last| last.padded), &mut self.bytes);
        let mut line = Line {
            end: self.bytes.len() as u32,
            columns: packed.columns as u32,
            wide: packed.wide,
            open,
            padded: packed.padded,
        };
        match self.lines.last_mut().filter(|_| last.is_some()) {
            // Nothing to join, and yet there is a row.
            Some(_) if packed.columns == 0 => {
                self.lines.push(line);
                1
            }
            Some(last) => {
                line.columns += last.columns;
                line.wide |= last.wide;
                *last = line;
                self.rows_of(self.lines.len() - 1, width)
                    .saturating_sub(before)
            }
            None => {
                self.lines.push(line);
                self.rows_of(self.lines.len() - 1, width)
            }
        }
    }

    fn bytes_of(&self, index: usize) -> &[u8] {
        self.bytes.get(self.range(index)).unwrap_or_default()
    }

    fn rows_of(&self, index: usize, width: usize) -> usize {
        match self.lines.get(index) {
            None => 0,
            Some(line) if line.columns as usize <= width => 1,
            Some(line) if line.wide => wraps(&pack::decode(self.bytes_of(index)), width).count(),
            Some(line) => (line.columns as usize).div_ceil(width),
        }
    }
}

/// A row of the history, wrapped out of its line.
pub(super) struct Found {
    /// Its cells, as many as it has.
    pub(super) cells: Vec<Cell>,
    /// Whether the next row continues it.
    pub(super) wraps: bool,
}

/// Packed lines, newest last.
#[derive(Debug)]
pub(super) struct History {
    blocks: VecDeque<Block>,
    limit: usize,
    width: usize,
    rows: usize,
    pushed: u64,
}

impl History {
    /// Keeps up to `limit` rows of `width` columns.
    pub(super) fn new(limit: usize, width: usize) -> History {
        History {
            blocks: VecDeque::new(),
            limit,
            width: width.max(1),
            rows: 0,
            pushed: 0,
        }
    }

    /// Rows that can be looked at.
    pub(super) fn len(&self) -> usize {
        self.rows.min(self.limit)
    }

    /// Rows ever pushed.
    pub(super) fn pushed(&self) -> u64 {
        self.pushed
    }

    /// Whether nothing is kept at all.
    pub(super) fn is_off(&self) -> bool {
        self.limit == 0
    }

    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.rows = 0;
    }

    /// Looks at the lines with another width from now on.
    pub(super) fn set_width(&mut self, width: usize) {
        if self.width == width {
            return;
        }
        self.width = width.max(1);
        self.rows = 0;
        for block in &mut self.blocks {
            block.rows = (block.gone..block.lines.len())
                .map(|index| block.rows_of(index, self.width))
                .sum();
            self.rows += block.rows;
        }
        self.evict();
    }

    /// Appends a row that leaves the screen.
    pub(super) fn push(&mut self, row: &[Cell]) {
        self.pushed += 1;
        self.put_back(row);
    }

    /// Appends a row that was here before.
    pub(super) fn put_back(&mut self, row: &[Cell]) {
        if self.limit == 0 {
            return;
        }
        let open = row
            .last()
            .is_some_and(|cell| cell.flags.contains(Flags::WRAPLINE));
        match self.blocks.back_mut() {
            Some(block) if block.bytes.len() < BLOCK => {}
            full => {
                if let Some(block) = full {
                    block.bytes.shrink_to_fit();
                    block.lines.shrink_to_fit();
                }
                self.blocks.push_back(Block::default());
            }
        }
        let continued = self.continued();
        let width = self.width;
        if let Some(block) = self.blocks.back_mut() {
            let added = block.append(row, open, continued, width);
            block.rows += added;
            self.rows += added;
            self.evict();
        }
    }

    /// The index in the last block of the line that the next row continues.
    fn continued(&self) -> Option<usize> {
        let block = self.blocks.back()?;
        let index = block.lines.len().checked_sub(1)?;
        let line = block.lines.get(index).filter(|line| line.open)?;
        (index >= block.gone && line.end as usize - block.range(index).start < MAX_LINE)
            .then_some(index)
    }

    /// Lets lines go from the front while the rest is enough, or while it is too large.
    fn evict(&mut self) {
        let most = self.limit.saturating_mul(BYTES_PER_LINE).max(BLOCK * 4);
        while let Some(block) = self.blocks.front_mut() {
            let oldest = block.rows_of(block.gone, self.width);
            if block.gone < block.lines.len() && self.rows - oldest < self.limit {
                break;
            }
            if block.gone < block.lines.len() {
                block.gone += 1;
                block.rows -= oldest;
                self.rows -= oldest;
            }
            if block.gone == block.lines.len() {
                self.blocks.pop_front();
            }
        }
        while self.blocks.len() > 1 && self.blocks.len() * BLOCK > most {
            if let Some(block) = self.blocks.pop_front() {
                self.rows -= block.rows;
            }
        }
    }

    /// The row `back` rows from the end; 0 is the newest.
    pub(super) fn row(&self, back: usize) -> Option<Found> {
        if back >= self.len() {
            return None;
        }
        let mut left = back;
        for block in self.blocks.iter().rev() {
            if left >= block.rows {
                left -= block.rows;
                continue;
            }
            for index in (block.gone..block.lines.len()).rev() {
                let rows = block.rows_of(index, self.width);
                if left >= rows {
                    left -= rows;
                    continue;
                }
                return Some(self.wrapped(block, index, rows - 1 - left));
            }
        }
        None
    }

    /// Row `nth` of a line.
    fn wrapped(&self, block: &Block, index: usize, nth: usize) -> Found {
        let mut cells = pack::decode(block.bytes_of(index));
        let mut rows = wraps(&cells, self.width);
        let range = rows.nth(nth).unwrap_or_default();
        let more = rows.next().is_some();
        drop(rows);
        cells.truncate(range.end);
        cells.drain(..range.start.min(cells.len()));
        Found {
            cells,
            wraps: more || block.lines.get(index).is_some_and(|line| line.open),
        }
    }

    /// Takes at least `wanted` of the newest rows out again (all, if there are fewer), whole lines
    /// each, as rows of exactly the history's width, oldest first.
    pub(super) fn pull(&mut self, wanted: usize) -> Vec<Vec<Cell>> {
        // Rows beyond the limit are not seen any more; they must not come back either.
        let wanted = wanted.min(self.len());
        let mut pulled: Vec<Vec<Cell>> = Vec::new();
        while pulled.len() < wanted {
            let Some(block) = self.blocks.back_mut() else {
                break;
            };
            if block.gone < block.lines.len() {
                let index = block.lines.len() - 1;
                let rows = block.rows_of(index, self.width);
                let range = block.range(index);
                let cells = pack::decode(block.bytes_of(index));
                block.bytes.truncate(range.start);
                block.rows -= rows;
                self.rows -= rows;
                let open = block.lines.pop().is_some_and(|line| line.open);
                pulled.extend(full_rows(&cells, self.width, open).into_iter().rev());
            }
            if block.gone >= block.lines.len() {
                self.blocks.pop_back();
            }
        }
        pulled.reverse();
        pulled
    }
}

/// Where a line breaks on a screen of `width` columns; at least one row, which may be empty.
fn wraps(cells: &[Cell], width: usize) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let mut end = (start + width).min(cells.len());
        let cut = cells
            .get(end)
            .is_some_and(|cell| cell.flags.contains(Flags::WIDE_CHAR_SPACER));
        if cut && end > start + 1 {
            end -= 1;
        }
        next = (end < cells.len()).then_some(end);
        Some(start..end)
    })
}

/// A line as rows of the grid, with the marks the grid puts at their ends.
fn full_rows(cells: &[Cell], width: usize, open: bool) -> Vec<Vec<Cell>> {
    let ranges: Vec<Range<usize>> = wraps(cells, width).collect();
    let last = ranges.len() - 1;
    let row = |(nth, range): (usize, Range<usize>)| {
        let mut row = cells.get(range).unwrap_or_default().to_vec();
        let short = row.len() < width;
        row.resize(width, Cell::default());
        if (nth < last || open)
            && let Some(end) = row.last_mut()
        {
            end.flags.insert(Flags::WRAPLINE);
            if short {
                end.flags.insert(Flags::LEADING_WIDE_CHAR_SPACER);
            }
        }
        row
    };
    ranges.into_iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row as a screen of `width` columns would have it; `>` at its end means that it wraps.
    fn row(text: &str, width: usize) -> Vec<Cell> {
        let mut cells = Vec::new();
        for c in text.trim_end_matches('>').chars() {
            let wide = crate::draw::text::char_width(c) == Some(2);
            let mut cell = Cell {
                c,
                ..Cell::default()
            };
            cell.flags.set(Flags::WIDE_CHAR, wide);
            cells.push(cell);
            if wide {
                let flags = Flags::WIDE_CHAR_SPACER;
                cells.push(Cell {
                    flags,
                    ..Cell::default()
                });
            }
        }
        let short = cells.len() < width;
        cells.resize(width, Cell::default());
        if text.ends_with('>') {
            cells[width - 1].flags.insert(Flags::WRAPLINE);
            cells[width - 1]
                .flags
                .set(Flags::LEADING_WIDE_CHAR_SPACER, short);
        }
        cells
    }

    fn show(cells: &[Cell], wraps: bool) -> String {
        let visible = cells.iter().filter(|cell| {
            let half = Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
            !cell.flags.intersects(half)
        });
        let text: String = visible.map(|cell| cell.c).collect();
        format!("{}{}", text.trim_end(), if wraps { ">" } else { "" })
    }

    fn all(history: &History) -> Vec<String> {
        let rows = (0..history.len())
            .rev()
            .map(|back| history.row(back).expect("a row"));
        rows.map(|row| show(&row.cells, row.wraps)).collect()
    }

    fn filled(limit: usize, width: usize, rows: &[&str]) -> History {
        let mut history = History::new(limit, width);
        rows.iter().for_each(|text| history.push(&row(text, width)));
        history
    }

    #[test]
    fn rows_are_joined_and_wrapped_at_any_width() {
        let mut history = filled(99, 4, &["abcd>", "efgh>", "ij", "", "xyz"]);
        assert_eq!(all(&history), ["abcd>", "efgh>", "ij", "", "xyz"]);
        history.set_width(8);
        assert_eq!(all(&history), ["abcdefgh>", "ij", "", "xyz"]);
        history.set_width(3);
        assert_eq!(all(&history), ["abc>", "def>", "ghi>", "j", "", "xyz"]);
        history.set_width(99);
        assert_eq!(all(&history), ["abcdefghij", "", "xyz"]);
    }

    #[test]
    fn wide_characters_wrap_whole() {
        let mut history = filled(99, 5, &["日本>", "語a"]);
        assert_eq!(all(&history), ["日本>", "語a"]);
        history.set_width(3);
        assert_eq!(all(&history), ["日>", "本>", "語a"]);
        history.set_width(7);
        assert_eq!(all(&history), ["日本語a"]);
    }

    #[test]
    fn the_oldest_rows_leave() {
        let mut history = filled(3, 4, &["1", "2", "abcd>", "efgh>", "ij"]);
        assert_eq!(all(&history), ["abcd>", "efgh>", "ij"]);
        history.push(&row("k", 4));
        assert_eq!(
            all(&history),
            ["efgh>", "ij", "k"],
            "a line may be seen in part"
        );
        history.push(&row("l", 4));
        history.push(&row("m", 4));
        assert_eq!(all(&history), ["k", "l", "m"]);
        assert_eq!(history.pushed(), 8);
        assert_eq!(filled(0, 4, &["1"]).len(), 0);
    }

    #[test]
    fn pulled_rows_are_gone_and_pushed_ones_the_same() {
        let rows = ["1", "abcd>", "efgh>", "ij", "日>", "本", "z>"];
        let mut history = filled(99, 4, &rows);
        let pulled = history.pull(4);
        assert_eq!(all(&history), ["1", "abcd>", "efgh>", "ij"][..1]);
        assert_eq!(pulled.len(), 6);
        assert!(pulled.iter().all(|row| row.len() == 4));
        pulled.iter().for_each(|row| history.put_back(row));
        assert_eq!(all(&history), rows);
        assert_eq!(history.pull(999).len(), 7);
        assert_eq!((history.len(), history.blocks.len()), (0, 0));
    }

    #[test]
    fn memory_is_about_a_byte_a_character() {
        let mut history = History::new(10_000, 200);
        let line = row(&"some words of a line of text ".repeat(4), 200);
        (0..20_000).for_each(|_| history.push(&line));
        assert_eq!(history.len(), 10_000);
        let bytes: usize = history.blocks.iter().map(|block| block.bytes.len()).sum();
        assert!(bytes < 10_000 * 125, "{bytes} bytes");
    }

    #[test]
    fn an_endless_line_is_cut_and_large_lines_are_bounded() {
        let mut history = History::new(100_000, 100);
        (0..1000).for_each(|_| history.push(&row(&format!("{}>", "x".repeat(100)), 100)));
        assert_eq!(history.len(), 1000);
        assert!(
            history
                .blocks
                .iter()
                .all(|block| block.bytes.len() < 2 * BLOCK)
        );
        assert_eq!(history.row(500).map(|row| row.cells.len()), Some(100));
        let mut history = History::new(10, 100);
        let mut gaudy = row(&"x".repeat(100), 100);
        for (n, cell) in gaudy.iter_mut().enumerate() {
            cell.fg = alacritty_terminal::vte::ansi::Color::Indexed(n as u8);
        }
        (0..5000).for_each(|_| history.push(&gaudy));
        let bytes: usize = history.blocks.iter().map(|block| block.bytes.len()).sum();
        assert!(bytes <= BLOCK * 5, "{bytes} bytes");
    }
}
