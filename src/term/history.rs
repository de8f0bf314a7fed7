//! The lines that scrolled off the top, packed.
//!
//! A grid row costs 24 bytes a column; here a line costs about a byte a character. What is kept
//! are the lines programs wrote, not the rows they were wrapped into: rows that continue each
//! other are joined as they arrive, and wrapped again at whatever width they are looked at, so
//! that a resize rewrites nothing. Lines lie in blocks of some tens of kilobytes, oldest first,
//! and leave from the front when there are more rows or bytes than allowed. Only the newest block
//! is ever written; the others are sealed and shared, so that a copy of a history, for somebody who
//! reads it while it goes on, costs next to nothing.

use std::collections::VecDeque;
use std::ops::{Deref, Range};
use std::sync::Arc;

use alacritty_terminal::term::cell::{Cell, Flags};

use super::marks::Marks;
use super::pack;

/// A block is closed when it has so many bytes, what is known of each line included.
const BLOCK: usize = 48 * 1024;
/// A line is cut into several when it has so many bytes, so that drawing one row of it is cheap.
const MAX_LINE: usize = 8 * 1024;
/// Bytes allowed for each line of the limit; text with a colour for every letter gets fewer lines.
const BYTES_PER_LINE: usize = 1024;

/// One line: its bytes end where the next begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    end: u32,
    /// Columns of its text on a screen without edges.
    pub(super) columns: u32,
    /// Rows it takes at the history's width.
    pub(super) rows: u32,
    /// Whether it has characters of two columns, which may wrap early.
    wide: bool,
    /// Whether the row that comes next continues it.
    pub(super) open: bool,
    /// Whether its last row ended a column early because a wide character comes next.
    pub(super) padded: bool,
    /// What a shell marked in it.
    pub(super) marks: Marks,
}

impl Line {
    /// The rows it takes at a width.
    fn rows_at(&self, bytes: &[u8], width: usize) -> usize {
        match *self {
            Line { columns, .. } if columns as usize <= width => 1,
            Line { wide: true, .. } => wraps(&pack::decode(bytes), width).count(),
            Line { columns, .. } => (columns as usize).div_ceil(width),
        }
    }
}

/// Lines one after the other, in memory of their own or shared.
#[derive(Debug, Clone, Default)]
struct Block<B, L> {
    bytes: B,
    lines: L,
    /// So many lines at the front are gone.
    gone: usize,
    /// Rows of the others at the history's width.
    rows: usize,
}

/// The block being written.
type Open = Block<Vec<u8>, Vec<Line>>;
/// A block that is full.
type Sealed = Block<Arc<[u8]>, Arc<[Line]>>;

/// A block as it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    all: &'a [Line],
    gone: usize,
    /// Rows of all its lines.
    pub(super) rows: usize,
}

impl<'a> Lines<'a> {
    /// The places of the lines that are still there.
    pub(super) fn places(self) -> Range<usize> {
        self.gone..self.all.len()
    }

    pub(super) fn get(self, index: usize) -> Option<&'a Line> {
        self.all.get(index).filter(|_| index >= self.gone)
    }

    fn range(self, index: usize) -> Range<usize> {
        let before = index.checked_sub(1).and_then(|before| self.all.get(before));
        let start = before.map_or(0, |line| line.end as usize);
        let end = self.all.get(index).map_or(start, |line| line.end as usize);
        start..end
    }

    /// A line's packed cells.
    pub(super) fn bytes_of(self, index: usize) -> &'a [u8] {
        self.bytes.get(self.range(index)).unwrap_or_default()
    }

    fn rows_of(self, index: usize) -> usize {
        self.all.get(index).map_or(0, |line| line.rows as usize)
    }

    /// The bytes of all lines, for telling how much work they are.
    pub(super) fn size(self) -> usize {
        self.bytes.len()
    }
}

impl<B: Deref<Target = [u8]>, L: Deref<Target = [Line]>> Block<B, L> {
    fn lines(&self) -> Lines<'_> {
        Lines {
            bytes: &self.bytes,
            all: &self.lines,
            gone: self.gone,
            rows: self.rows,
        }
    }

    /// Lets the oldest line go, which has so many rows; whether it was the last.
    fn let_go(&mut self, rows: usize) -> bool {
        self.gone += 1;
        self.rows = self.rows.saturating_sub(rows);
        self.gone >= self.lines.len()
    }
}

/// Counts the rows of lines at another width; returns the rows of all that are not gone.
fn recount(bytes: &[u8], lines: &mut [Line], gone: usize, width: usize) -> usize {
    let (mut start, mut total) = (0, 0);
    for (index, line) in lines.iter_mut().enumerate() {
        let end = line.end as usize;
        if index >= gone {
            let rows = line.rows_at(bytes.get(start..end).unwrap_or_default(), width);
            line.rows = rows as u32;
            total += rows;
        }
        start = end;
    }
    total
}

impl Open {
    /// Adds a row, to the last line if that is `continued`; returns how many more rows there are.
    fn append(
        &mut self,
        row: &[Cell],
        open: bool,
        continued: bool,
        width: usize,
        marks: Marks,
    ) -> isize {
        let last = self.lines.last().copied().filter(|_| continued);
        let packed = pack::encode(row, open, last.map(|last| last.padded), &mut self.bytes);
        let mut line = Line {
            end: self.bytes.len() as u32,
            columns: packed.columns as u32,
            rows: 0,
            wide: packed.wide,
            open,
            padded: packed.padded,
            marks,
        };
        match self.lines.last_mut() {
            // A continuation that is empty is a row all the same, and stays one.
            Some(last) if continued && packed.columns > 0 => {
                line.columns += last.columns;
                line.wide |= last.wide;
                line.rows = last.rows;
                line.marks = last.marks.with(marks);
                *last = line;
            }
            _ => self.lines.push(line),
        }
        let added = self.count_last(width);
        self.rows = self.rows.saturating_add_signed(added);
        added
    }

    /// Counts the rows of the last line; returns how many more there are than before.
    fn count_last(&mut self, width: usize) -> isize {
        let index = self.lines.len().saturating_sub(1);
        let range = self.lines().range(index);
        let bytes = self.bytes.get(range).unwrap_or_default();
        match self.lines.last_mut() {
            None => 0,
            Some(line) => {
                let rows = line.rows_at(bytes, width);
                rows as isize - std::mem::replace(&mut line.rows, rows as u32) as isize
            }
        }
    }

    fn seal(self) -> Sealed {
        Sealed {
            bytes: self.bytes.into(),
            lines: self.lines.into(),
            gone: self.gone,
            rows: self.rows,
        }
    }
}

impl Sealed {
    /// To be written again.
    fn unseal(self) -> Open {
        Open {
            bytes: self.bytes.to_vec(),
            lines: self.lines.to_vec(),
            gone: self.gone,
            rows: self.rows,
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

/// Packed lines, newest last. A clone shares all but the newest block.
#[derive(Debug, Clone)]
pub(super) struct History {
    sealed: VecDeque<Sealed>,
    open: Open,
    limit: usize,
    width: usize,
    rows: usize,
    pushed: u64,
}

impl History {
    /// Keeps up to `limit` rows of `width` columns.
    pub(super) fn new(limit: usize, width: usize) -> History {
        History {
            sealed: VecDeque::new(),
            open: Open::default(),
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

    /// Lets nothing go any more.
    pub(super) fn keep_all(&mut self) {
        self.limit = usize::MAX;
    }

    pub(super) fn clear(&mut self) {
        self.sealed.clear();
        self.open = Open::default();
        self.rows = 0;
    }

    /// The columns its lines are looked at with.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// How many blocks there are, the one being written included.
    pub(super) fn blocks(&self) -> usize {
        self.sealed.len() + 1
    }

    /// A block by its place, the oldest first.
    pub(super) fn block(&self, index: usize) -> Option<Lines<'_>> {
        match self.sealed.get(index) {
            Some(block) => Some(block.lines()),
            None if index == self.sealed.len() => Some(self.open.lines()),
            None => None,
        }
    }

    /// Looks at the lines with another width from now on.
    pub(super) fn set_width(&mut self, width: usize) {
        if self.width == width {
            return;
        }
        self.width = width.max(1);
        for block in &mut self.sealed {
            let lines = Arc::make_mut(&mut block.lines);
            block.rows = recount(&block.bytes, lines, block.gone, self.width);
        }
        let open = &mut self.open;
        open.rows = recount(&open.bytes, &mut open.lines, open.gone, self.width);
        self.rows = open.rows + self.sealed.iter().map(|block| block.rows).sum::<usize>();
        self.evict();
    }

    /// Appends a row that leaves the screen.
    pub(super) fn push(&mut self, row: &[Cell], marks: Marks) {
        self.pushed += 1;
        self.put_back(row, marks);
    }

    /// Appends a row that was here before.
    pub(super) fn put_back(&mut self, row: &[Cell], marks: Marks) {
        if self.limit == 0 {
            return;
        }
        let open = row
            .last()
            .is_some_and(|cell| cell.flags.contains(Flags::WRAPLINE));
        let continued = self.continues();
        let size = self.open.bytes.len() + self.open.lines.len() * size_of::<Line>();
        if !continued && size >= BLOCK {
            self.sealed.push_back(std::mem::take(&mut self.open).seal());
        }
        let added = self.open.append(row, open, continued, self.width, marks);
        self.rows = self.rows.saturating_add_signed(added);
        self.evict();
    }

    /// Whether the next row continues the last line of the newest block.
    fn continues(&self) -> bool {
        let lines = self.open.lines();
        let Some(index) = lines.all.len().checked_sub(1) else {
            return false;
        };
        lines.get(index).is_some_and(|line| line.open) && lines.range(index).len() < MAX_LINE
    }

    /// Lets lines go from the front while the rest is enough, or while it is too large.
    fn evict(&mut self) {
        let most = self.limit.saturating_mul(BYTES_PER_LINE).max(BLOCK * 4);
        while self.rows > self.limit {
            let first = match self.sealed.front() {
                Some(block) => block.lines(),
                None => self.open.lines(),
            };
            let oldest = first.rows_of(first.gone);
            if oldest == 0 || self.rows - oldest < self.limit {
                break;
            }
            self.rows -= oldest;
            let empty = match self.sealed.front_mut() {
                Some(block) => block.let_go(oldest),
                None => self.open.let_go(oldest),
            };
            if empty && self.sealed.pop_front().is_none() {
                self.open = Open::default();
            }
        }
        while !self.sealed.is_empty() && self.blocks() * BLOCK > most {
            if let Some(block) = self.sealed.pop_front() {
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
        for block in (0..self.blocks()).rev().filter_map(|at| self.block(at)) {
            if left >= block.rows {
                left -= block.rows;
                continue;
            }
            for index in block.places().rev() {
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
    fn wrapped(&self, block: Lines<'_>, index: usize, nth: usize) -> Found {
        let mut cells = pack::decode(block.bytes_of(index));
        let mut rows = wraps(&cells, self.width);
        let range = rows.nth(nth).unwrap_or_default();
        let more = rows.next().is_some();
        drop(rows);
        cells.truncate(range.end);
        cells.drain(..range.start.min(cells.len()));
        Found {
            cells,
            wraps: more || block.get(index).is_some_and(|line| line.open),
        }
    }

    /// Takes at least `wanted` of the newest rows out again (all, if there are fewer), whole lines
    /// each, as rows of exactly the history's width, oldest first.
    pub(super) fn pull(&mut self, wanted: usize) -> Vec<Pulled> {
        // Rows beyond the limit are not seen any more; they must not come back either.
        let wanted = wanted.min(self.len());
        let mut pulled: Vec<Pulled> = Vec::new();
        while pulled.len() < wanted {
            if self.open.lines().places().is_empty() {
                match self.sealed.pop_back() {
                    Some(block) => self.open = block.unseal(),
                    None => break,
                }
            }
            let lines = self.open.lines();
            let Some(index) = lines.places().next_back() else {
                break;
            };
            let (rows, range) = (lines.rows_of(index), lines.range(index));
            let cells = pack::decode(lines.bytes_of(index));
            self.open.bytes.truncate(range.start);
            self.open.rows -= rows;
            self.rows -= rows;
            let line = self.open.lines.pop();
            let open = line.is_some_and(|line| line.open);
            let marks = line.map_or(Marks::NONE, |line| line.marks);
            let first = pulled.len();
            let rows = full_rows(&cells, self.width, open).into_iter().rev();
            pulled.extend(rows.map(|cells| Pulled {
                cells,
                marks: Marks::NONE,
            }));
            // What a shell marked is the line's beginning.
            if let Some(row) = pulled.get_mut(first..).and_then(<[Pulled]>::last_mut) {
                row.marks = marks;
            }
        }
        if self.open.lines().places().is_empty() {
            self.open = Open::default();
        }
        pulled.reverse();
        pulled
    }
}

/// A row taken out of the history.
pub(super) struct Pulled {
    /// Exactly the history's width of cells.
    pub(super) cells: Vec<Cell>,
    /// What a shell marked in it.
    pub(super) marks: Marks,
}

/// Where a line breaks on a screen of `width` columns; at least one row, which may be empty.
pub(super) fn wraps(cells: &[Cell], width: usize) -> impl Iterator<Item = Range<usize>> {
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
