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
    /// Rows it takes at the history's width.
    rows: u32,
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

    /// Adds a row, to the line `continued` if there is one; returns how many more rows there are.
    fn append(
        &mut self,
        row: &[Cell],
        open: bool,
        continued: Option<usize>,
        width: usize,
    ) -> isize {
        let last = continued.and_then(|line| self.lines.get(line).copied());
        let packed = pack::encode(row, open, last.map(|last| last.padded), &mut self.bytes);
        let mut line = Line {
            end: self.bytes.len() as u32,
            columns: packed.columns as u32,
            rows: 0,
            wide: packed.wide,
            open,
            padded: packed.padded,
        };
        match self.lines.last_mut() {
            // A continuation that is empty is a row all the same, and stays one.
            Some(last) if continued.is_some() && packed.columns > 0 => {
                line.columns += last.columns;
                line.wide |= last.wide;
                line.rows = last.rows;
                *last = line;
            }
            _ => self.lines.push(line),
        }
        let added = self.count_rows(self.lines.len() - 1, width);
        self.rows = self.rows.saturating_add_signed(added);
        added
    }

    fn bytes_of(&self, index: usize) -> &[u8] {
        self.bytes.get(self.range(index)).unwrap_or_default()
    }

    fn rows_of(&self, index: usize) -> usize {
        self.lines.get(index).map_or(0, |line| line.rows as usize)
    }

    /// Counts the rows of a line at a width; returns how many more there are than before.
    fn count_rows(&mut self, index: usize, width: usize) -> isize {
        let rows = match self.lines.get(index) {
            None => 0,
            Some(line) if line.columns as usize <= width => 1,
            Some(line) if line.wide => wraps(&pack::decode(self.bytes_of(index)), width).count(),
            Some(line) => (line.columns as usize).div_ceil(width),
        };
        match self.lines.get_mut(index) {
            None => 0,
            Some(line) => rows as isize - std::mem::replace(&mut line.rows, rows as u32) as isize,
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
            block.rows = 0;
            for index in block.gone..block.lines.len() {
                block.count_rows(index, self.width);
                block.rows += block.rows_of(index);
            }
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
            self.rows = self.rows.saturating_add_signed(added);
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
            let oldest = block.rows_of(block.gone);
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
                let rows = block.rows_of(index);
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
                let rows = block.rows_of(index);
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
mod tests;
