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

use super::engine::{Engine, GridSize};
use super::history::Pulled;
use super::marks::Marks;
use crate::draw::text;

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

    /// The same if they leave because the scroll region scrolls: below a fixed top nothing leaves.
    fn save_scrolled(&mut self, count: usize) {
        if self.region.start == 0 {
            self.save_rows(count);
        }
    }

    /// Whether one line down from the cursor is out of the scroll region.
    fn at_bottom(&self) -> bool {
        self.term.grid().cursor.point.line.0 + 1 == self.region.end as i32
    }

    /// To be called before a character is printed by the engine.
    pub(super) fn save_before_wrap(&mut self, character: char) {
        let cursor = &self.term.grid().cursor;
        let last_column = cursor.point.column.0 + 1 == self.term.columns();
        let no_room =
            last_column && character >= '\u{1100}' && text::char_width(character) == Some(2);
        if (cursor.input_needs_wrap || no_room)
            && self.at_bottom()
            && self.has(TermMode::LINE_WRAP)
            && text::char_width(character).is_some_and(|columns| columns > 0)
        {
            let padding = match cursor.input_needs_wrap {
                true => Flags::empty(),
                false => Flags::LEADING_WIDE_CHAR_SPACER,
            };
            self.mark_single_row(padding);
            self.save_scrolled(1);
        }
    }

    /// If the row that wraps is also the one that leaves, it leaves before the engine marks it.
    fn mark_single_row(&mut self, padding: Flags) {
        if self.region.len() == 1 {
            let cell = self.term.grid_mut().cursor_cell();
            cell.flags.insert(Flags::WRAPLINE | padding);
        }
    }

    pub(super) fn line_feed(&mut self) {
        if self.at_bottom() {
            self.save_scrolled(1);
        }
        self.term.linefeed();
    }

    /// A line feed, with a carriage return where the program asked for that.
    pub(super) fn new_line(&mut self) {
        if self.at_bottom() {
            self.save_scrolled(1);
        }
        self.term.newline();
    }

    pub(super) fn tab(&mut self) {
        // The engine takes a tab after the last column for a line break.
        if self.term.grid().cursor.input_needs_wrap
            && self.has(TermMode::LINE_WRAP)
            && self.at_bottom()
        {
            self.mark_single_row(Flags::empty());
            self.save_scrolled(1);
        }
        self.term.put_tab(1);
    }

    pub(super) fn scroll_up(&mut self, count: usize) {
        let count = count.min(self.region.len());
        self.save_scrolled(count);
        self.term.scroll_up(count);
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
        self.term.resize(size);
        self.take_rows_away(size, marks);
        match alternate {
            Some(mut grid) => {
                self.term.swap_alt();
                grid.resize::<Color>(false, size.screen_lines(), size.columns());
                grid.truncate();
                *self.term.grid_mut() = grid;
            }
            None => self.trim_alternate(),
        }
        self.region = 0..size.screen_lines();
        self.acted = true;
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
