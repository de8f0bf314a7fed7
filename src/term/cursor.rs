//! Where the cursor is and where it may go: margins, origin, tab stops, saving and restoring.
//!
//! Rows and columns count from 0. The scroll region and the left and right margins are kept here
//! and not in the engine, which knows no columns. Every move between rows says which row it left,
//! for that row may have been written to.

use std::ops::Range;

use alacritty_terminal::grid::{Cursor, Dimensions};
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, Flags};

use super::charset::Charsets;
use super::engine::Engine;
use super::switches::mode;

/// The columns between two default tab stops.
const TAB: usize = 8;

/// What DECSC keeps.
#[derive(Debug, Clone)]
pub(super) struct Saved {
    pub(super) cursor: Cursor<Cell>,
    pub(super) charsets: Charsets,
    pub(super) origin: bool,
}

/// Rows changed since damage was collected last.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    pub(super) all: bool,
    rows: Vec<u64>,
}

impl Dirty {
    #[inline]
    pub(super) fn mark(&mut self, row: usize) {
        if self.all {
            return;
        }
        let word = row / 64;
        if word >= self.rows.len() {
            self.rows.resize(word + 1, 0);
        }
        self.rows[word] |= 1 << (row % 64);
    }

    /// Takes the rows marked; meaningless if all are.
    pub(super) fn take(&mut self) -> impl Iterator<Item = usize> + '_ {
        self.all = false;
        self.rows.iter_mut().enumerate().flat_map(|(word, bits)| {
            let mut bits = std::mem::take(bits);
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(word * 64 + bit)
            })
        })
    }
}

/// Tab stops at every eighth column.
pub(super) fn default_tabs(columns: usize) -> Vec<bool> {
    (0..columns).map(|column| column % TAB == 0).collect()
}

impl Engine {
    #[inline]
    pub(super) fn columns(&self) -> usize {
        self.term.columns()
    }

    #[inline]
    pub(super) fn rows(&self) -> usize {
        self.term.screen_lines()
    }

    #[inline]
    pub(super) fn row(&self) -> usize {
        self.term.grid().cursor.point.line.0.max(0) as usize
    }

    #[inline]
    pub(super) fn column(&self) -> usize {
        self.term.grid().cursor.point.column.0
    }

    /// Whether the cursor is past the last column it printed to.
    #[inline]
    pub(super) fn waits_to_wrap(&self) -> bool {
        self.term.grid().cursor.input_needs_wrap
    }

    /// The end of the columns that what is printed at `column` may fill.
    #[inline]
    pub(super) fn right_edge(&self, column: usize) -> usize {
        match column < self.margins.end {
            true => self.margins.end,
            false => self.columns(),
        }
    }

    /// The first column of a line for a cursor in `column`.
    pub(super) fn left_edge(&self, column: usize) -> usize {
        match column >= self.margins.start {
            true => self.margins.start,
            false => 0,
        }
    }

    pub(super) fn full_width(&self) -> bool {
        self.margins == (0..self.columns())
    }

    /// Whether the cursor is within all four margins.
    pub(super) fn inside_margins(&self) -> bool {
        self.region.contains(&self.row()) && self.margins.contains(&self.column())
    }

    /// Puts the cursor on a cell of the screen, whatever the margins.
    pub(super) fn place(&mut self, row: usize, column: usize) {
        let (rows, columns) = (self.rows(), self.columns());
        self.dirty.mark(self.row());
        let cursor = &mut self.term.grid_mut().cursor;
        cursor.point = Point::new(
            Line(row.min(rows - 1) as i32),
            Column(column.min(columns - 1)),
        );
        cursor.input_needs_wrap = false;
    }

    /// Where absolute positions may lie: rows and columns.
    pub(super) fn reach(&self) -> (Range<usize>, Range<usize>) {
        match self.has(TermMode::ORIGIN) {
            true => (self.region.clone(), self.margins.clone()),
            false => (0..self.rows(), 0..self.columns()),
        }
    }

    /// Puts the cursor where a program says, counted from the origin.
    pub(super) fn goto(&mut self, row: usize, column: usize) {
        let (rows, columns) = self.reach();
        let row = rows.start.saturating_add(row).min(rows.end - 1);
        let column = columns.start.saturating_add(column).min(columns.end - 1);
        self.place(row, column);
    }

    /// The cursor as absolute positions count it.
    pub(super) fn relative(&self) -> (usize, usize) {
        let (rows, columns) = self.reach();
        (
            self.row().saturating_sub(rows.start),
            self.column().saturating_sub(columns.start),
        )
    }

    pub(super) fn goto_row(&mut self, row: usize) {
        let (_, column) = self.relative();
        self.goto(row, column);
    }

    pub(super) fn goto_column(&mut self, column: usize) {
        let (row, _) = self.relative();
        self.goto(row, column);
    }

    /// Moves down on the screen, margins or not (VPR).
    pub(super) fn skip_rows(&mut self, count: usize) {
        let (rows, _) = self.reach();
        let row = (self.row() + count).min(rows.end.max(self.row() + 1) - 1);
        self.place(row, self.column());
    }

    /// Moves right on the screen, margins or not (HPR).
    pub(super) fn skip_columns(&mut self, count: usize) {
        let (_, columns) = self.reach();
        let column = (self.column() + count).min(columns.end.max(self.column() + 1) - 1);
        self.place(self.row(), column);
    }

    /// Moves up, not across the top margin if the cursor is below it.
    pub(super) fn up(&mut self, count: usize) {
        let row = self.row();
        let top = match row >= self.region.start {
            true => self.region.start,
            false => 0,
        };
        self.place(row.saturating_sub(count).max(top), self.column());
    }

    /// Moves down, not across the bottom margin if the cursor is above it.
    pub(super) fn down(&mut self, count: usize) {
        let row = self.row();
        let end = match row < self.region.end {
            true => self.region.end,
            false => self.rows(),
        };
        self.place((row + count).min(end - 1), self.column());
    }

    pub(super) fn forward(&mut self, count: usize) {
        let column = self.column();
        let column = (column + count).min(self.right_edge(column) - 1);
        self.place(self.row(), column);
    }

    /// Moves left; beyond the left edge to the end of the row above, if the program wants that: with
    /// mode 45 within a line that was wrapped, with 1045 always, and from the first row to the last.
    pub(super) fn back(&mut self, count: usize) {
        let always = self.own.is(mode::REVERSE_WRAP_EXTENDED);
        let wraps = self.has(TermMode::LINE_WRAP) && (always || self.own.is(mode::REVERSE_WRAP));
        if !wraps {
            let column = self.column();
            let column = column.saturating_sub(count).max(self.left_edge(column));
            self.place(self.row(), column);
            return;
        }
        // Waiting to wrap is a column of its own then.
        let most = self.rows() * self.columns();
        let mut left = count.min(most) - usize::from(self.waits_to_wrap() && count > 0);
        let (mut row, mut column) = (self.row(), self.column());
        let rows = match self.region.contains(&row) {
            true => self.region.clone(),
            false => 0..self.rows(),
        };
        for _ in 0..=rows.len() + 1 {
            let room = column - self.left_edge(column);
            if left <= room || !(always || row > rows.start && self.continues(row)) {
                column -= left.min(room);
                break;
            }
            left -= room + 1;
            column = self.margins.end - 1;
            row = if row == rows.start {
                rows.end - 1
            } else {
                row - 1
            };
        }
        self.place(row, column);
    }

    /// Whether a row goes on with the line of the one above.
    fn continues(&self, row: usize) -> bool {
        let last = self.columns() - 1;
        let ended = row
            .checked_sub(1)
            .map(|above| self.cells(above, last..last + 1));
        ended.is_some_and(|cells| {
            cells
                .iter()
                .any(|cell| cell.flags.contains(Flags::WRAPLINE))
        })
    }

    pub(super) fn carriage_return(&mut self) {
        let column = match self.has(TermMode::ORIGIN) {
            true => self.margins.start,
            false => self.left_edge(self.column()),
        };
        self.place(self.row(), column);
    }

    /// To the next tab stop, not past the right margin.
    pub(super) fn tab_forward(&mut self, count: usize) {
        let last = self.right_edge(self.column()) - 1;
        let mut column = self.column();
        for _ in 0..count.min(last + 1) {
            let next = (column + 1..last).find(|at| self.tabs.get(*at) == Some(&true));
            column = next.unwrap_or(last).max(column);
        }
        if column != self.column() {
            self.place(self.row(), column);
        }
    }

    pub(super) fn tab_back(&mut self, count: usize) {
        let first = match self.has(TermMode::ORIGIN) {
            true => self.left_edge(self.column()),
            false => 0,
        };
        let mut column = self.column();
        for _ in 0..count.min(column + 1) {
            let stops = (first..column).rev();
            let next = stops
                .into_iter()
                .find(|at| self.tabs.get(*at) == Some(&true));
            column = next.unwrap_or(first).min(column);
        }
        self.place(self.row(), column);
    }

    pub(super) fn set_tab(&mut self) {
        let column = self.column();
        if let Some(stop) = self.tabs.get_mut(column) {
            *stop = true;
        }
    }

    /// TBC: the stop here, or all of them.
    pub(super) fn clear_tabs(&mut self, which: u16) {
        let column = self.column();
        match which {
            0 => {
                if let Some(stop) = self.tabs.get_mut(column) {
                    *stop = false;
                }
            }
            3 => self.tabs.fill(false),
            _ => {}
        }
    }

    /// `top` counts from 1; `bottom` is included, and 0 is the last row.
    pub(super) fn set_region(&mut self, top: usize, bottom: usize) {
        let rows = self.rows();
        let bottom = if bottom == 0 { rows } else { bottom.min(rows) };
        if top < bottom {
            self.region = top - 1..bottom;
            self.goto(0, 0);
        }
    }

    /// The same for columns, if the program turned them on.
    pub(super) fn set_margins(&mut self, left: usize, right: usize) {
        let columns = self.columns();
        let right = if right == 0 {
            columns
        } else {
            right.min(columns)
        };
        if left < right {
            self.margins = left - 1..right;
            self.goto(0, 0);
        }
    }

    pub(super) fn forget_margins(&mut self) {
        self.region = 0..self.rows();
        self.margins = 0..self.columns();
    }

    fn saved_slot(&mut self) -> &mut Option<Saved> {
        let slot = usize::from(self.has(TermMode::ALT_SCREEN));
        &mut self.saved[slot]
    }

    pub(super) fn save_cursor(&mut self) {
        let saved = Saved {
            cursor: self.term.grid().cursor.clone(),
            charsets: self.charsets,
            origin: self.has(TermMode::ORIGIN),
        };
        *self.saved_slot() = Some(saved);
    }

    /// Back to where the cursor was saved; home, with a plain pen, if it never was.
    pub(super) fn restore_cursor(&mut self) {
        match self.saved_slot().clone() {
            Some(saved) => {
                self.set_origin(saved.origin);
                let point = saved.cursor.point;
                self.place(point.line.0.max(0) as usize, point.column.0);
                let waits = saved.cursor.input_needs_wrap && point.column.0 + 1 == self.columns();
                let cursor = &mut self.term.grid_mut().cursor;
                cursor.template = saved.cursor.template;
                cursor.input_needs_wrap = waits;
                self.charsets = saved.charsets;
            }
            None => {
                self.set_origin(false);
                self.place(0, 0);
                *self.pen_mut() = Cell::default();
                self.charsets = Charsets::default();
            }
        }
    }

    /// Sets the mode without moving the cursor.
    pub(super) fn set_origin(&mut self, on: bool) {
        use alacritty_terminal::vte::ansi::{Handler, NamedPrivateMode};
        if on != self.has(TermMode::ORIGIN) {
            let cursor = self.term.grid().cursor.clone();
            match on {
                true => self.term.set_private_mode(NamedPrivateMode::Origin.into()),
                false => self
                    .term
                    .unset_private_mode(NamedPrivateMode::Origin.into()),
            }
            self.term.grid_mut().cursor = cursor;
        }
    }

    /// A step down; at the bottom margin what is within the margins scrolls.
    pub(super) fn index(&mut self) {
        let row = self.row();
        if row + 1 == self.region.end {
            if self.margins.contains(&self.column()) {
                self.scroll_up(1);
            }
        } else if row + 1 < self.rows() {
            self.dirty.mark(row);
            self.term.grid_mut().cursor.point.line += 1;
        }
    }

    /// A step up, likewise.
    pub(super) fn reverse_index(&mut self) {
        let row = self.row();
        if row == self.region.start {
            if self.margins.contains(&self.column()) {
                self.scroll_down(1);
            }
        } else if row > 0 {
            self.dirty.mark(row);
            self.term.grid_mut().cursor.point.line -= 1;
        }
    }

    /// A step left, or what is within the margins moves right (DECBI).
    pub(super) fn back_index(&mut self) {
        if self.column() != self.margins.start {
            let column = self.column();
            self.place(self.row(), column.saturating_sub(1));
        } else if self.region.contains(&self.row()) {
            self.insert_columns(1);
        }
    }

    /// A step right, or what is within the margins moves left (DECFI).
    pub(super) fn forward_index(&mut self) {
        if self.column() + 1 != self.margins.end {
            let column = self.column();
            self.place(self.row(), column + 1);
        } else if self.region.contains(&self.row()) {
            let start = self.margins.start;
            self.shift_columns(start, -1);
        }
    }
}
