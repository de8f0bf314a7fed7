//! Erasing, inserting, deleting and moving cells, within margins where margins count.
//!
//! Half a wide character is never left behind: whatever cuts one blanks its other half. What
//! touches many cells says so in `work`, by which the host bounds what one read may cost.

use std::ops::Range;

use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::vte::ansi::Color;

use super::engine::Engine;
use super::sgr::PROTECTED;

/// Rows and columns, each up to but without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) rows: Range<usize>,
    pub(super) columns: Range<usize>,
}

impl Area {
    pub(super) fn cells(&self) -> usize {
        self.rows.len() * self.columns.len()
    }
}

/// What erasing spares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spare {
    Nothing,
    /// Cells printed under protection (DECSCA).
    Protected,
}

/// Makes half a character a blank that looks the same otherwise.
pub(super) fn blank_half(half: &mut Cell) {
    half.c = ' ';
    half.flags
        .remove(Flags::WIDE_CHAR | Flags::WIDE_CHAR_SPACER);
    if half.extra.is_some() {
        let (underline, link) = (half.underline_color(), half.hyperlink());
        half.extra = None;
        half.set_underline_color(underline);
        half.set_hyperlink(link);
    }
}

impl Engine {
    pub(super) fn cells_mut(&mut self, row: usize, columns: Range<usize>) -> &mut [Cell] {
        &mut self.term.grid_mut()[Line(row as i32)][Column(columns.start)..Column(columns.end)]
    }

    pub(super) fn cells(&self, row: usize, columns: Range<usize>) -> &[Cell] {
        &self.term.grid()[Line(row as i32)][Column(columns.start)..Column(columns.end)]
    }

    /// A blank with the pen's background.
    pub(super) fn blank(&self) -> Cell {
        Cell {
            bg: self.pen().bg,
            ..Cell::default()
        }
    }

    /// Blanks the wide character that lies across the left edge of `column`, if one does.
    pub(super) fn cut_before(&mut self, row: usize, column: usize) {
        if column == 0 || column >= self.columns() {
            return;
        }
        if let [head, tail] = self.cells_mut(row, column - 1..column + 1)
            && tail.flags.contains(Flags::WIDE_CHAR_SPACER)
        {
            for half in [head, tail] {
                blank_half(half);
            }
            if column == 1 && row > 0 {
                // The row above ended early for this character, and now has a blank of its own.
                let last = self.columns() - 1;
                for cell in self.cells_mut(row - 1, last..last + 1) {
                    cell.flags.remove(Flags::LEADING_WIDE_CHAR_SPACER);
                }
            }
        }
    }

    /// Blanks columns of a row.
    pub(super) fn erase_cells(&mut self, row: usize, columns: Range<usize>, spare: Spare) {
        let columns = columns.start..columns.end.min(self.columns());
        if columns.is_empty() {
            return;
        }
        self.cut_before(row, columns.start);
        self.cut_before(row, columns.end);
        self.work += columns.len();
        self.dirty.mark(row);
        let blank = self.blank();
        for cell in self.cells_mut(row, columns) {
            if spare == Spare::Nothing || !cell.flags.contains(PROTECTED) {
                cell.clone_from(&blank);
            }
        }
    }

    fn erase_rows(&mut self, rows: Range<usize>, spare: Spare) {
        let columns = self.columns();
        for row in rows {
            self.erase_cells(row, 0..columns, spare);
        }
    }

    /// What plain erasing spares: protected cells, after ISO's SPA.
    fn plain_spare(&self) -> Spare {
        match self.iso_protection {
            true => Spare::Protected,
            false => Spare::Nothing,
        }
    }

    /// ED and, `selective`, DECSED.
    pub(super) fn erase_display(&mut self, what: u16, selective: bool) {
        let spare = match selective {
            true => Spare::Protected,
            false => self.plain_spare(),
        };
        let (row, rows) = (self.row(), self.rows());
        match what {
            0 => {
                self.erase_line_part(0, spare);
                self.erase_rows(row + 1..rows, spare);
            }
            1 => {
                self.erase_rows(0..row, spare);
                self.erase_line_part(1, spare);
            }
            2 if spare == Spare::Nothing => self.clear_screen(),
            2 => self.erase_rows(0..rows, spare),
            3 if !selective => self.history.clear(),
            _ => {}
        }
    }

    /// EL and, `selective`, DECSEL.
    pub(super) fn erase_line(&mut self, what: u16, selective: bool) {
        let spare = match selective {
            true => Spare::Protected,
            false => self.plain_spare(),
        };
        self.erase_line_part(what, spare);
    }

    fn erase_line_part(&mut self, what: u16, spare: Spare) {
        let (row, column, columns) = (self.row(), self.column(), self.columns());
        match what {
            // Waiting to wrap, the cursor is beyond the last column.
            0 if self.waits_to_wrap() => {}
            0 => self.erase_cells(row, column..columns, spare),
            1 => self.erase_cells(row, 0..column + 1, spare),
            2 => self.erase_cells(row, 0..columns, spare),
            _ => {}
        }
    }

    /// ECH.
    pub(super) fn erase_characters(&mut self, count: usize) {
        let (row, column) = (self.row(), self.column());
        let spare = self.plain_spare();
        self.erase_cells(row, column..column + count, spare);
        self.term.grid_mut().cursor.input_needs_wrap = false;
    }

    /// Moves the cells of a row's columns by `by` columns, left if negative, and blanks what that
    /// leaves behind.
    pub(super) fn shift_cells(&mut self, row: usize, columns: Range<usize>, by: isize) {
        let count = by.unsigned_abs().min(columns.len());
        if count == 0 {
            return;
        }
        self.cut_before(row, columns.start);
        self.cut_before(row, columns.end);
        // The one that leaves may be cut in two at the end where it leaves.
        let cut = match by > 0 {
            true => columns.end - count,
            false => columns.start + count,
        };
        self.cut_before(row, cut);
        self.work += columns.len();
        self.dirty.mark(row);
        let blank = self.blank();
        let cells = self.cells_mut(row, columns);
        let gone = match by > 0 {
            true => {
                cells.rotate_right(count);
                &mut cells[..count]
            }
            false => {
                cells.rotate_left(count);
                let kept = cells.len() - count;
                &mut cells[kept..]
            }
        };
        gone.fill(blank);
    }

    /// ICH and DCH (negative).
    pub(super) fn shift_line(&mut self, by: isize) {
        let (row, column) = (self.row(), self.column());
        if !self.margins.contains(&column) {
            return;
        }
        if self.waits_to_wrap() {
            self.term.grid_mut().cursor.input_needs_wrap = false;
        }
        if by > 0 {
            self.cut_before(row, column);
        }
        self.shift_cells(row, column..self.margins.end, by);
    }

    /// DECIC at the cursor's column.
    pub(super) fn insert_columns(&mut self, count: isize) {
        let column = self.column();
        self.shift_columns(column, count);
    }

    /// SR and SL (negative): what is within the margins moves right or left, wherever the cursor is.
    pub(super) fn scroll_sideways(&mut self, by: isize) {
        self.shift_columns(self.margins.start, by);
    }

    /// Moves the columns from `first` to the right margin, in all rows of the region.
    pub(super) fn shift_columns(&mut self, first: usize, by: isize) {
        let columns = first..self.margins.end;
        if columns.is_empty() {
            return;
        }
        for row in self.region.clone() {
            self.shift_cells(row, columns.clone(), by);
        }
    }

    /// Moves the rows of an area by `by` rows, up if positive, and blanks what that leaves behind.
    pub(super) fn shift_rows(&mut self, area: &Area, by: isize) {
        let count = by.unsigned_abs().min(area.rows.len());
        if count == 0 {
            return;
        }
        self.dirty.all = true;
        if area.columns == (0..self.columns()) {
            let rows = Line(area.rows.start as i32)..Line(area.rows.end as i32);
            // Rows are exchanged, not copied; one new row is as cheap as the text that fills it.
            self.work += (count - 1) * area.columns.len() + area.rows.len() / 8;
            let grid = self.term.grid_mut();
            match by > 0 {
                true => grid.scroll_up::<Color>(&rows, count),
                false => grid.scroll_down::<Color>(&rows, count),
            }
            return;
        }
        self.work += area.cells();
        for row in area.rows.clone() {
            self.cut_before(row, area.columns.start);
            self.cut_before(row, area.columns.end);
        }
        let kept = area.rows.len() - count;
        for step in 0..kept {
            let (from, to) = match by > 0 {
                true => (area.rows.start + count + step, area.rows.start + step),
                false => (area.rows.end - 1 - count - step, area.rows.end - 1 - step),
            };
            let moved = self.cells(from, area.columns.clone()).to_vec();
            self.cells_mut(to, area.columns.clone())
                .clone_from_slice(&moved);
        }
        let gone = match by > 0 {
            true => area.rows.end - count..area.rows.end,
            false => area.rows.start..area.rows.start + count,
        };
        for row in gone {
            self.erase_cells(row, area.columns.clone(), Spare::Nothing);
        }
    }

    /// IL (positive) and DL.
    pub(super) fn insert_lines(&mut self, count: isize) {
        if !self.inside_margins() {
            return;
        }
        let row = self.row();
        let area = Area {
            rows: row..self.region.end,
            columns: self.margins.clone(),
        };
        self.shift_rows(&area, -count);
        self.place(row, self.margins.start);
    }

    /// SD and RI at the top margin.
    pub(super) fn scroll_down(&mut self, count: usize) {
        let area = Area {
            rows: self.region.clone(),
            columns: self.margins.clone(),
        };
        self.shift_rows(&area, -(count.min(area.rows.len()) as isize));
    }

    /// DECALN: the screen full of E, for whoever adjusts a tube.
    pub(super) fn align(&mut self) {
        let (rows, columns) = (self.rows(), self.columns());
        self.forget_margins();
        self.set_origin(false);
        self.work += rows * columns;
        self.dirty.all = true;
        let cell = Cell {
            c: 'E',
            ..Cell::default()
        };
        for row in 0..rows {
            self.cells_mut(row, 0..columns).fill(cell.clone());
        }
        self.place(0, 0);
    }
}
