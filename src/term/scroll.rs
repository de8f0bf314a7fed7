//! What leaves the screen at its top, and what a new size brings back.
//!
//! The engine's grid keeps no history of its own. Whatever is about to scroll it is announced
//! here, so that the rows are packed away first; before a resize the newest of them are put
//! back, because the engine wraps only what it has.

use alacritty_terminal::grid::{Dimensions, Grid, Row};
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::vte::ansi::{ClearMode, Color, Handler};

use super::cursor::default_tabs;
use super::edit::{Area, blank_half};
use super::engine::{Engine, GridSize};
use super::history::Pulled;
use super::marks::Marks;

/// What a wide character leaves in cells beside it.
const SPACERS: Flags = Flags::WIDE_CHAR_SPACER.union(Flags::LEADING_WIDE_CHAR_SPACER);
/// The most rows the engine holds while it wraps them anew.
const MAX_REWRAPPED: usize = 50_000;

impl Engine {
    /// Packs away the first `count` rows, which are about to leave.
    fn save_rows(&mut self, count: usize) {
        if self.has(TermMode::ALT_SCREEN) {
            return;
        }
        if self.history.is_off() {
            self.marks.clear();
            return;
        }
        let grid = self.term.grid();
        for line in 0..count.min(grid.screen_lines()) {
            let marks = self.marks.take(self.history.pushed());
            self.history.push(all(&grid[Line(line as i32)]), marks);
        }
    }

    /// A line feed, with a carriage return where the program asked for that.
    pub(super) fn new_line(&mut self) {
        self.index();
        if self.has(TermMode::LINE_FEED_NEW_LINE) {
            self.carriage_return();
        }
    }

    /// Scrolls what is within the margins up. What leaves at the top of the screen goes to the
    /// history; below a fixed top, or between columns, nothing does.
    pub(super) fn scroll_up(&mut self, count: usize) {
        let count = count.min(self.region.len());
        if self.region.start == 0 && self.full_width() {
            self.save_rows(count);
        }
        let area = Area {
            rows: self.region.clone(),
            columns: self.margins.clone(),
        };
        self.shift_rows(&area, count as isize);
    }

    /// Clears the screen; what the main screen showed goes to its history.
    pub(super) fn clear_screen(&mut self) {
        let grid = self.term.grid();
        let used = (0..grid.screen_lines())
            .rev()
            .find(|line| !grid[Line(*line as i32)].is_clear());
        self.save_rows(used.map_or(0, |line| line + 1));
        if !self.has(TermMode::ALT_SCREEN) {
            self.marks.clear();
        }
        self.work += self.rows() * self.columns();
        self.term.clear_screen(ClearMode::All);
    }

    /// Gives the screens another size, wrapping the main one's lines anew.
    pub(super) fn resize(&mut self, size: GridSize) {
        // Wrapping happens on the main screen, so that one must be the active one.
        let alternate = self
            .has(TermMode::ALT_SCREEN)
            .then(|| self.term.grid().clone());
        if alternate.is_some() {
            self.term.swap_alt();
        }
        let marks = self.put_rows_back(size);
        let place = self.place_in_line();
        self.term.resize(size);
        if let Some(place) = place {
            self.find_place(place);
        }
        // Where a line fits into the history but for its cursor, the engine has that wait to wrap at the
        // beginning of a row, and the next character would leave a hole in the line.
        let cursor = &mut self.term.grid_mut().cursor;
        cursor.input_needs_wrap &= cursor.point.column.0 + 1 == size.columns();
        self.take_rows_away(size, marks);
        match alternate {
            Some(mut grid) => {
                self.term.swap_alt();
                grid.resize::<Color>(false, size.screen_lines(), size.columns());
                grid.truncate();
                // Rows are cut there, not wrapped, and a wide character may have lost its second half.
                for line in 0..size.screen_lines() {
                    let last = &mut grid[Line(line as i32)][Column(size.columns() - 1)];
                    if last.flags.contains(Flags::WIDE_CHAR) {
                        blank_half(last);
                    }
                }
                *self.term.grid_mut() = grid;
            }
            None => self.trim_alternate(),
        }
        self.forget_margins();
        let columns = size.columns();
        let known = self.tabs.len().min(columns);
        self.tabs.truncate(columns);
        self.tabs
            .extend(default_tabs(columns).into_iter().skip(known));
        self.left_alternate = None;
        self.dirty.all = true;
        self.acted = true;
    }

    /// Which line the cursor is in and how many of its characters come before it, if that line has
    /// wide ones: the engine would lose the cursor where one of these is wrapped early.
    fn place_in_line(&self) -> Option<(usize, usize)> {
        let grid = self.term.grid();
        let cursor = &grid.cursor;
        let first = self.line_start(cursor.point.line);
        let end = cursor.point.column.0 + usize::from(cursor.input_needs_wrap);
        let (mut wide, mut count) = (false, 0);
        for line in first.0..=cursor.point.line.0 {
            let row = all(&grid[Line(line)]);
            let row = match line == cursor.point.line.0 {
                true => row.get(..end)?,
                false => row,
            };
            wide |= row.iter().any(|cell| cell.flags.contains(Flags::WIDE_CHAR));
            count += row
                .iter()
                .filter(|cell| !cell.flags.intersects(SPACERS))
                .count();
        }
        let above = (grid.topmost_line().0..first.0).filter(|line| !wraps(all(&grid[Line(*line)])));
        wide.then(|| (above.count(), count))
    }

    /// Puts the cursor into that line, behind so many characters.
    fn find_place(&mut self, (above, mut count): (usize, usize)) {
        let grid = self.term.grid();
        let (columns, lines) = (grid.columns(), grid.screen_lines() as i32);
        let mut line = grid.topmost_line();
        let mut before = above;
        while before > 0 && line.0 + 1 < lines {
            before -= usize::from(!wraps(all(&grid[line])));
            line += 1;
        }
        let found = loop {
            let row = all(&grid[line]);
            let mut characters = (0..columns).filter(|at| !row[*at].flags.intersects(SPACERS));
            match characters.nth(count) {
                Some(column) => break Some((column, false)),
                None if !wraps(row) || line.0 + 1 == lines => break None,
                None => {
                    count -= row
                        .iter()
                        .filter(|cell| !cell.flags.intersects(SPACERS))
                        .count();
                    line += 1;
                }
            }
        };
        let (column, waits) = found.unwrap_or((columns - 1, true));
        line += self.pull_down((-line.0).max(0));
        if line.0 >= 0 {
            let cursor = &mut self.term.grid_mut().cursor;
            cursor.point.line = line;
            cursor.point.column = Column(column);
            cursor.input_needs_wrap = waits;
        }
    }

    /// Brings rows back that left the screen, in the place of blank ones at its bottom; says how many.
    fn pull_down(&mut self, wanted: i32) -> i32 {
        let grid = self.term.grid_mut();
        let (columns, lines) = (grid.columns(), grid.screen_lines());
        let fewer = lines - (wanted.max(0) as usize).min(lines - 1);
        let blank = (fewer..lines).all(|line| grid[Line(line as i32)].is_clear());
        if fewer == lines || !blank {
            return 0;
        }
        grid.cursor.point.line = Line(0);
        grid.resize::<Color>(false, fewer, columns);
        grid.resize::<Color>(false, lines, columns);
        (lines - fewer) as i32
    }

    /// The first row of the line that goes through this one.
    fn line_start(&self, line: Line) -> Line {
        let grid = self.term.grid();
        let mut first = line;
        while first > grid.topmost_line() && wraps(all(&grid[first - 1])) {
            first -= 1;
        }
        first
    }

    /// Puts as much history back into the grid as the new size can show; returns the marks of the
    /// grid's lines then, each with the line's place among them.
    fn put_rows_back(&mut self, size: GridSize) -> Vec<(usize, Marks)> {
        let (columns, lines) = (self.term.columns(), self.term.screen_lines());
        let wanted = size.screen_lines() * size.columns().div_ceil(columns) + lines;
        let pulled = self.history.pull(wanted);
        let marks = self.marks_by_line(&pulled);
        let grid = self.term.grid_mut();
        grid.update_history(MAX_REWRAPPED);
        let count = pulled.len();
        if count == 0 {
            return marks;
        }
        let rows = |grid: &Grid<Cell>, line: usize| grid[Line(line as i32)].clone();
        let visible: Vec<Row<Cell>> = (0..lines).map(|line| rows(grid, line)).collect();
        let region = Line(0)..Line(lines as i32);
        grid.scroll_up::<Color>(&region, count);
        let pulled = pulled
            .into_iter()
            .map(|row| Row::from_vec(row.cells, columns));
        for (line, row) in (-(count as i32)..).zip(pulled.chain(visible)) {
            grid[Line(line)] = row;
        }
        marks
    }

    /// The marks of lines about to be wrapped anew: rows pulled out of the history, then the screen.
    fn marks_by_line(&self, pulled: &[Pulled]) -> Vec<(usize, Marks)> {
        let grid = self.term.grid();
        let pushed = self.history.pushed();
        let screen = (0..grid.screen_lines()).map(|line| {
            let row = all(&grid[Line(line as i32)]);
            (row, self.marks.of(pushed + line as u64))
        });
        let rows = pulled.iter().map(|row| (row.cells.as_slice(), row.marks));
        let mut marks = Vec::new();
        let mut lines = 0;
        for (row, marked) in rows.chain(screen) {
            if marked != Marks::NONE {
                marks.push((lines, marked));
            }
            lines += usize::from(!wraps(row));
        }
        marks
    }

    /// Packs what the engine keeps beyond the screen after wrapping.
    fn take_rows_away(&mut self, size: GridSize, marks: Vec<(usize, Marks)>) {
        self.history.set_width(size.columns());
        self.marks.clear();
        let grid = self.term.grid_mut();
        let kept = grid.history_size() as i32;
        let mut marks = marks.into_iter().peekable();
        let mut lines = 0;
        for line in -kept..grid.screen_lines() as i32 {
            let row = all(&grid[Line(line)]);
            let mut marked = Marks::NONE;
            while let Some((_, more)) = marks.next_if(|(at, _)| *at <= lines) {
                marked = marked.with(more);
            }
            match u64::try_from(line) {
                Err(_) => self.history.put_back(row, marked),
                Ok(_) if marked == Marks::NONE => {}
                Ok(line) => self.marks.add(self.history.pushed() + line, marked),
            }
            lines += usize::from(!wraps(row));
        }
        grid.update_history(0);
        grid.truncate();
    }

    /// Growing leaves a thousand spare rows in the hidden grid, which it will never need.
    fn trim_alternate(&mut self) {
        let saved = self.term.grid().saved_cursor.clone();
        self.term.swap_alt();
        self.term.grid_mut().truncate();
        self.term.swap_alt();
        self.term.grid_mut().saved_cursor = saved;
    }
}

/// Whether the next row continues this one.
fn wraps(row: &[Cell]) -> bool {
    row.last()
        .is_some_and(|cell| cell.flags.contains(Flags::WRAPLINE))
}

fn all(row: &Row<Cell>) -> &[Cell] {
    &row[Column(0)..Column(row.len())]
}
