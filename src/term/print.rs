//! Putting text on the screen.
//!
//! Most of what programs write is plain text on plain cells. That goes straight into the row, a
//! run at a time; whatever is out of the ordinary (the right margin, insert mode, a wide character
//! in the way) goes the slow way, character by character. What belongs to the character before is
//! kept in its cell, see [`super::cluster`].

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::Column;
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, Flags};

use super::engine::Engine;
use super::parser::Actions;
use crate::draw::{PLACEHOLDER, text};

/// Either half of a wide character.
const WIDE: Flags = Flags::WIDE_CHAR.union(Flags::WIDE_CHAR_SPACER);

impl Engine {
    /// Prints text without C0 controls, and does what C1 controls in it say.
    pub(super) fn print_text(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let ascii = rest.bytes().take_while(u8::is_ascii).count();
            let (run, after) = rest.split_at(ascii);
            if !run.is_empty() {
                self.print_ascii(run.as_bytes());
                self.just_printed = true;
            }
            rest = after;
            let mut characters = rest.chars();
            match characters.next() {
                Some(control @ '\u{80}'..='\u{9f}') => self.control(control as u8),
                Some(character) => {
                    self.print(character);
                    self.just_printed = true;
                }
                None => {}
            }
            rest = characters.as_str();
        }
        self.last_printed = text.chars().next_back();
    }

    fn print_ascii(&mut self, run: &[u8]) {
        let mut rest = run;
        while let Some((first, after)) = rest.split_first() {
            let count = self.plain_columns(rest.len());
            if count == 0 {
                self.print(char::from(*first));
                rest = after;
                continue;
            }
            let (plain, after) = rest.split_at(count);
            rest = after;
            let grid = self.term.grid_mut();
            let point = grid.cursor.point;
            let pen = grid.cursor.template.clone();
            let end = Column(point.column.0 + count);
            for (cell, byte) in grid[point.line][point.column..end].iter_mut().zip(plain) {
                write(cell, char::from(*byte), &pen, pen.flags);
            }
            self.advance_cursor(count);
        }
    }

    /// How many columns from the cursor on, at most `wanted`, can be written without a look at
    /// what is there: no mode is in the way, and no wide character would lose a half.
    fn plain_columns(&self, wanted: usize) -> usize {
        let grid = self.term.grid();
        let cursor = &grid.cursor;
        let plain =
            !cursor.input_needs_wrap && !self.has(TermMode::INSERT) && self.charsets.is_plain();
        if !plain {
            return 0;
        }
        let row = &grid[cursor.point.line];
        let start = cursor.point.column.0;
        let count = wanted.min(self.right_edge(start) - start);
        if row[Column(start)].flags.intersects(WIDE) {
            return 0;
        }
        let cut = row[Column(start + count - 1)]
            .flags
            .contains(Flags::WIDE_CHAR);
        if cut { count - 1 } else { count }
    }

    /// Moves past `count` columns just printed.
    pub(super) fn advance_cursor(&mut self, count: usize) {
        let edge = self.right_edge(self.column());
        let cursor = &mut self.term.grid_mut().cursor;
        let column = cursor.point.column.0 + count;
        cursor.input_needs_wrap = column >= edge;
        cursor.point.column.0 = column.min(edge - 1);
    }

    /// Prints one character; one that joins the character before does that instead.
    pub(super) fn print(&mut self, character: char) {
        let character = match self.charsets.is_plain() {
            true => character,
            false => self.charsets.show(character),
        };
        if character < '\u{300}' {
            // Nothing below U+0300 joins its predecessor or is wide.
            self.put(character, 1);
            return;
        }
        if character == PLACEHOLDER {
            self.print_placeholder();
            return;
        }
        match text::char_width(character) {
            Some(0) => self.join_mark(character),
            Some(columns) if !self.join_cluster(character) => self.put(character, columns),
            _ => {}
        }
    }

    /// Puts a character of one or two columns where the cursor is.
    pub(super) fn put(&mut self, character: char, columns: usize) {
        if self.plain_columns(columns) < columns && !self.make_room(columns) {
            return;
        }
        let grid = self.term.grid_mut();
        let point = grid.cursor.point;
        let pen = grid.cursor.template.clone();
        let end = Column(point.column.0 + columns);
        match &mut grid[point.line][point.column..end] {
            [head, tail] => {
                write(head, character, &pen, pen.flags | Flags::WIDE_CHAR);
                write(tail, ' ', &pen, pen.flags | Flags::WIDE_CHAR_SPACER);
            }
            [cell] => write(cell, character, &pen, pen.flags),
            _ => {}
        }
        self.advance_cursor(columns);
    }

    /// Wraps, shifts and cuts what is in the way of a character. False if it cannot be printed.
    fn make_room(&mut self, columns: usize) -> bool {
        let wraps = self.has(TermMode::LINE_WRAP);
        if self.waits_to_wrap() && wraps {
            self.wrap(Flags::empty());
        }
        let (row, column) = (self.row(), self.column());
        let edge = self.right_edge(column);
        if column + columns > edge {
            if !wraps || edge - self.left_edge(column) < columns {
                // Half a character is never printed.
                self.term.grid_mut().cursor.input_needs_wrap = true;
                return false;
            }
            self.cut_before(row, column);
            self.cut_before(row, column + 1);
            let pen = self.pen().clone();
            for cell in self.cells_mut(row, column..edge) {
                write(cell, ' ', &pen, pen.flags);
            }
            self.wrap(Flags::LEADING_WIDE_CHAR_SPACER);
        }
        let (row, column) = (self.row(), self.column());
        if self.has(TermMode::INSERT) {
            let edge = self.right_edge(column);
            self.cut_before(row, column);
            self.shift_cells(row, column..edge, columns as isize);
        }
        self.cut_before(row, column);
        self.cut_before(row, column + columns);
        self.term.grid_mut().cursor.input_needs_wrap = false;
        true
    }

    /// Goes on in the next line; the row's last cell says so, with `padding` if it is left blank.
    fn wrap(&mut self, padding: Flags) {
        if self.full_width() {
            let cell = self.term.grid_mut().cursor_cell();
            cell.flags.insert(Flags::WRAPLINE | padding);
        }
        self.index();
        let start = self.left_edge(self.column());
        let cursor = &mut self.term.grid_mut().cursor;
        cursor.point.column = Column(start);
        cursor.input_needs_wrap = false;
    }

    /// Prints the last character again, at most a screenful of times.
    pub(super) fn repeat(&mut self, count: usize) {
        let most = self.term.columns() * self.term.screen_lines();
        if let Some(character) = self.last_printed {
            let count = count.min(most);
            self.work += count;
            for _ in 0..count {
                self.just_printed = false;
                self.print(character);
            }
        }
    }
}

#[inline]
pub(super) fn write(cell: &mut Cell, character: char, pen: &Cell, flags: Flags) {
    cell.c = character;
    cell.fg = pen.fg;
    cell.bg = pen.bg;
    cell.flags = flags;
    if cell.extra.is_some() || pen.extra.is_some() {
        cell.extra.clone_from(&pen.extra);
    }
}
