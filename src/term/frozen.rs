//! A pane's text held still, to be read while the pane goes on.
//!
//! It is the history and the screen at one moment, in one row of lines. The packed history is shared
//! with the pane, so that holding still costs a copy of the screen and of one block, however long
//! the history is. Nothing that a program writes later changes it; wrapped at another width it is
//! the same text. A place in it is a [`Point`]: a row counted from the oldest, and a column.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::term::color::Colors;

use super::history::{self, History, Lines};
use super::marks::Marks;
use super::pack;
use super::rows::{Brush, draw_cells, printable};
use super::screen::Screen;
use crate::draw::Surface;
use crate::model::geometry::Rect;

/// A cell of a frozen text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Point {
    /// Row, 0 the oldest.
    pub row: usize,
    /// Column.
    pub col: usize,
}

impl Point {
    /// A point by row and column.
    pub const fn new(row: usize, col: usize) -> Point {
        Point { row, col }
    }
}

/// A cell by the line it is in: it stays the same when the text is wrapped at another width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    pub(super) block: usize,
    pub(super) line: usize,
    /// Columns from the line's beginning.
    pub(super) offset: usize,
}

/// One row of a frozen text.
#[derive(Debug, Clone, Default)]
pub struct FrozenRow {
    cells: Vec<Cell>,
    /// Whether the next row continues it.
    pub wraps: bool,
}

impl FrozenRow {
    /// Columns up to its last character that is not a blank.
    pub fn used(&self) -> usize {
        let last = self.cells.iter().rposition(|cell| {
            !matches!(cell.c, ' ' | '\t') || cell.flags.contains(Flags::WIDE_CHAR_SPACER)
        });
        last.map_or(0, |last| last + 1)
    }

    /// The character at a column; a space for what is not there and for a wide one's second half.
    pub fn character(&self, col: usize) -> char {
        self.cells.get(col).map_or(' ', |cell| printable(cell.c))
    }

    /// Whether a column is the second half of a wide character.
    pub fn is_tail(&self, col: usize) -> bool {
        let cell = self.cells.get(col);
        cell.is_some_and(|cell| cell.flags.contains(Flags::WIDE_CHAR_SPACER))
    }

    /// Whether a column is the first half of a wide character.
    pub fn is_wide(&self, col: usize) -> bool {
        let cell = self.cells.get(col);
        cell.is_some_and(|cell| cell.flags.contains(Flags::WIDE_CHAR))
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

/// A pane's history and screen at one moment.
#[derive(Clone)]
pub struct Frozen {
    history: History,
    /// Rows of the screen, which are the last ones.
    screen_rows: usize,
    cursor: Anchor,
    /// Colours the program redefined.
    colors: Option<Box<Colors>>,
    alternate: bool,
}

impl std::fmt::Debug for Frozen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frozen({} rows)", self.rows())
    }
}

impl Screen {
    /// Holds its text still. On the alternate screen that is the screen alone.
    pub fn freeze(&self) -> Frozen {
        let (x, y) = self.cursor_position();
        let alternate = self.engine.has(TermMode::ALT_SCREEN);
        self.freeze_grid(alternate, (x.into(), y.into()))
    }

    /// Holds the text of the main screen still while the alternate one is shown; `None` if it is not.
    ///
    /// Looking behind it takes turning to the main screen for a moment, hence the `&mut`.
    pub fn freeze_main(&mut self) -> Option<Frozen> {
        if !self.engine.has(TermMode::ALT_SCREEN) {
            return None;
        }
        let shown = self.engine.term.grid().clone();
        self.engine.term.swap_alt();
        let at = self.engine.term.grid().cursor.point;
        let line = usize::try_from(at.line.0).unwrap_or(0);
        let frozen = self.freeze_grid(false, (at.column.0, line));
        self.engine.term.swap_alt();
        *self.engine.term.grid_mut() = shown;
        Some(frozen)
    }

    fn freeze_grid(&self, alternate: bool, (x, y): (usize, usize)) -> Frozen {
        let engine = &self.engine;
        let grid = engine.term.grid();
        let mut history = match alternate {
            true => History::new(usize::MAX, grid.columns()),
            false => engine.history.clone(),
        };
        history.keep_all();
        let above = history.len();
        for line in 0..grid.screen_lines() {
            let row = &grid[Line(line as i32)];
            let marks = match alternate {
                true => Marks::NONE,
                false => engine.marks.of(engine.history.pushed() + line as u64),
            };
            history.put_back(&row[Column(0)..Column(row.len())], marks);
        }
        let mut frozen = Frozen {
            screen_rows: history.len() - above,
            history,
            cursor: Anchor {
                block: 0,
                line: 0,
                offset: 0,
            },
            colors: (engine.recolored).then(|| Box::new(*engine.term.colors())),
            alternate,
        };
        frozen.cursor = frozen.anchor(Point::new(above + y, x));
        frozen
    }
}

impl Frozen {
    /// How many rows there are; at least one.
    pub fn rows(&self) -> usize {
        self.history.len()
    }

    /// Columns of a row.
    pub fn columns(&self) -> usize {
        self.history.width()
    }

    /// Where the program's cursor was.
    pub fn cursor(&self) -> Point {
        self.point(self.cursor)
    }

    /// The first row of what was the screen.
    pub fn screen_top(&self) -> usize {
        self.rows().saturating_sub(self.screen_rows)
    }

    /// Whether it is the alternate screen, which has no history.
    pub fn is_alternate(&self) -> bool {
        self.alternate
    }

    /// Wraps it at another width. A full-screen program's picture is not wrapped: that would make
    /// nonsense of it.
    pub fn set_columns(&mut self, columns: usize) {
        if self.alternate || columns == self.columns() {
            return;
        }
        self.history.set_width(columns);
    }

    pub(super) fn block(&self, index: usize) -> Option<Lines<'_>> {
        self.history.block(index)
    }

    pub(super) fn blocks(&self) -> usize {
        self.history.blocks()
    }

    /// The line a row is in, and which of its rows it is; the last one beyond the end.
    fn line_of(&self, row: usize) -> (usize, usize, usize) {
        let mut left = row.min(self.rows().saturating_sub(1));
        for at in 0..self.blocks() {
            let Some(block) = self.block(at) else {
                break;
            };
            if left >= block.rows {
                left -= block.rows;
                continue;
            }
            for index in block.places() {
                let rows = block.get(index).map_or(0, |line| line.rows as usize);
                if left < rows {
                    return (at, index, left);
                }
                left -= rows;
            }
        }
        (0, 0, 0)
    }

    /// The first row of a line.
    fn first_row(&self, block: usize, line: usize) -> usize {
        let before: usize = (0..block)
            .filter_map(|at| self.block(at))
            .map(|block| block.rows)
            .sum();
        let Some(block) = self.block(block) else {
            return before;
        };
        let above = block.places().take_while(|index| *index < line);
        let above = above.filter_map(|index| block.get(index));
        before + above.map(|line| line.rows as usize).sum::<usize>()
    }

    /// The line after another.
    pub(super) fn after(&self, block: usize, line: usize) -> Option<(usize, usize)> {
        let places = self.block(block)?.places();
        if line + 1 < places.end {
            return Some((block, line + 1));
        }
        let mut later = (block + 1..self.blocks()).filter_map(|at| {
            let first = self.block(at)?.places().next()?;
            Some((at, first))
        });
        later.next()
    }

    /// The line before another.
    fn before(&self, block: usize, line: usize) -> Option<(usize, usize)> {
        let places = self.block(block)?.places();
        if line > places.start {
            return Some((block, line - 1));
        }
        let mut earlier = (0..block).rev().filter_map(|at| {
            let last = self.block(at)?.places().next_back()?;
            Some((at, last))
        });
        earlier.next()
    }

    fn is_open(&self, block: usize, line: usize) -> bool {
        let block = self.block(block);
        block
            .and_then(|block| block.get(line))
            .is_some_and(|line| line.open)
    }

    /// The columns where the rows of a line begin and end.
    fn wraps_of(&self, block: usize, line: usize) -> Vec<std::ops::Range<usize>> {
        let bytes = self
            .block(block)
            .map_or(&[][..], |block| block.bytes_of(line));
        history::wraps(&pack::decode(bytes), self.columns()).collect()
    }

    /// The same place, whatever the width.
    pub fn anchor(&self, point: Point) -> Anchor {
        let (block, line, nth) = self.line_of(point.row);
        let start = match nth {
            0 => 0,
            _ => self
                .wraps_of(block, line)
                .get(nth)
                .map_or(0, |row| row.start),
        };
        Anchor {
            block,
            line,
            offset: start + point.col,
        }
    }

    /// The block a cell is in, for a search to begin with.
    pub fn block_of(&self, point: Point) -> usize {
        self.line_of(point.row).0
    }

    /// Where an anchor is at the present width.
    pub fn point(&self, anchor: Anchor) -> Point {
        let Anchor {
            mut block,
            mut line,
            mut offset,
        } = anchor;
        // Past the end of a line that was cut it is in the next piece.
        while let Some(found) = self.block(block).and_then(|lines| lines.get(line)) {
            let next = self.after(block, line).filter(|_| found.open);
            match next {
                Some(next) if offset >= found.columns as usize => {
                    offset -= found.columns as usize;
                    (block, line) = next;
                }
                _ => break,
            }
        }
        let first = self.first_row(block, line);
        let rows = self.wraps_of(block, line);
        let last = rows.len().saturating_sub(1);
        let nth = rows.iter().position(|row| offset < row.end).unwrap_or(last);
        let start = rows.get(nth).map_or(0, |row| row.start);
        Point::new(first + nth, offset.saturating_sub(start))
    }

    /// A row; an empty one beyond the end.
    pub fn row(&self, row: usize) -> FrozenRow {
        self.rows_from(row, 1).pop().unwrap_or_default()
    }

    /// Up to `count` rows from `first` on.
    pub fn rows_from(&self, first: usize, count: usize) -> Vec<FrozenRow> {
        let mut rows = Vec::with_capacity(count.min(1024));
        if first >= self.rows() {
            return rows;
        }
        let (block, line, mut skip) = self.line_of(first);
        let mut at = Some((block, line));
        while let Some((block, line)) = at.filter(|_| rows.len() < count) {
            let next = self.after(block, line);
            let Some(lines) = self.block(block) else {
                break;
            };
            let open = self.is_open(block, line);
            let cells = pack::decode(lines.bytes_of(line));
            let mut ranges = history::wraps(&cells, self.columns()).skip(skip).peekable();
            skip = 0;
            while let Some(range) = ranges.next().filter(|_| rows.len() < count) {
                let wraps = ranges.peek().is_some() || (open && next.is_some());
                let cells = cells.get(range).unwrap_or_default().to_vec();
                rows.push(FrozenRow { cells, wraps });
            }
            at = next;
        }
        rows
    }

    /// The first row of the line that a row is part of.
    pub fn line_start(&self, row: usize) -> usize {
        let (mut block, mut line, _) = self.line_of(row);
        while let Some((earlier, last)) = self.before(block, line) {
            if !self.is_open(earlier, last) {
                break;
            }
            (block, line) = (earlier, last);
        }
        self.first_row(block, line)
    }

    /// The last row of the line that a row is part of.
    pub fn line_end(&self, row: usize) -> usize {
        let (mut block, mut line, _) = self.line_of(row);
        while self.is_open(block, line) {
            match self.after(block, line) {
                Some(next) => (block, line) = next,
                None => break,
            }
        }
        let rows = self.block(block).and_then(|block| block.get(line));
        let rows = rows.map_or(1, |line| line.rows as usize);
        self.first_row(block, line) + rows.max(1) - 1
    }

    /// The nearest row before (or after) a row in which a shell marked one of `marks`.
    pub fn marked(&self, row: usize, marks: Marks, forward: bool) -> Option<usize> {
        self.nearest(row, forward, |line| line.marks.intersects(marks))
    }

    /// The nearest row before (or after) a row that begins a line without text, or one with text.
    pub fn blank(&self, row: usize, blank: bool, forward: bool) -> Option<usize> {
        self.nearest(row, forward, |line| (line.columns == 0) == blank)
    }

    /// The first row of the nearest line before (or after) a row that is as wanted.
    fn nearest(
        &self,
        row: usize,
        forward: bool,
        wanted: impl Fn(&history::Line) -> bool,
    ) -> Option<usize> {
        let (mut block, mut line, nth) = self.line_of(row);
        let is_wanted = |block: usize, line: usize| {
            let block = self.block(block);
            block.and_then(|block| block.get(line)).is_some_and(&wanted)
        };
        if !forward && nth > 0 && is_wanted(block, line) {
            return Some(self.first_row(block, line));
        }
        loop {
            let next = match forward {
                true => self.after(block, line),
                false => self.before(block, line),
            };
            (block, line) = next?;
            if is_wanted(block, line) {
                return Some(self.first_row(block, line));
            }
        }
    }

    /// What a shell marked in the line of a row.
    pub fn marks_of(&self, row: usize) -> Marks {
        let (block, line, _) = self.line_of(row);
        self.marks(block, line)
    }

    fn marks(&self, block: usize, line: usize) -> Marks {
        let block = self.block(block);
        let line = block.and_then(|block| block.get(line));
        line.map_or(Marks::NONE, |line| line.marks)
    }

    /// Draws the rows from `first` on, without their first `left` columns, into a part of a surface.
    pub fn draw(&self, first: usize, left: usize, surface: &mut Surface, area: Rect) {
        let rows = self.rows_from(first, usize::from(area.rows));
        let mut brush = Brush::new(self.colors.as_deref());
        let mut rows = rows.iter();
        for y in area.y..area.bottom() {
            let mut span = surface.span(area.x, y, area.cols);
            let cells = rows.next().map_or(&[][..], |row| row.cells());
            draw_cells(cells.get(left..).unwrap_or_default(), &mut brush, &mut span);
        }
    }
}

#[cfg(test)]
mod tests;
