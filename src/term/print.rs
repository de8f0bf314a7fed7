//! Putting text on the screen.
//!
//! Most of what programs write is plain text on plain cells. That goes straight into the row, a
//! run at a time; whatever is out of the ordinary (the last column, insert mode, line drawing, a
//! wide character in the way) is left to the engine, character by character. Both must leave the
//! same cells, which the tests check against the engine alone.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::Column;
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::vte::ansi::{Handler, StandardCharset};

use super::engine::Engine;
use super::parser::Actions;
use crate::draw::text;

/// The most combining marks kept on one cell.
const MAX_MARKS: usize = 16;

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
            }
            rest = after;
            let mut characters = rest.chars();
            match characters.next() {
                Some(control @ '\u{80}'..='\u{9f}') => self.control(control as u8),
                Some(character) => self.print(character),
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
        let plain = !cursor.input_needs_wrap
            && !self.has(TermMode::INSERT)
            && cursor.charsets[self.shift] == StandardCharset::Ascii;
        if !plain {
            return 0;
        }
        let row = &grid[cursor.point.line];
        let start = cursor.point.column.0;
        let count = wanted.min(grid.columns() - start);
        if row[Column(start)].flags.intersects(WIDE) {
            return 0;
        }
        let cut = row[Column(start + count - 1)]
            .flags
            .contains(Flags::WIDE_CHAR);
        if cut { count - 1 } else { count }
    }

    fn advance_cursor(&mut self, count: usize) {
        let cursor = &mut self.term.grid_mut().cursor;
        cursor.point.column.0 += count;
        if cursor.point.column.0 >= self.term.columns() {
            let cursor = &mut self.term.grid_mut().cursor;
            cursor.point.column.0 -= 1;
            cursor.input_needs_wrap = true;
        }
    }

    /// Prints one character; controls print nothing.
    pub(super) fn print(&mut self, character: char) {
        if character < '\u{300}' {
            // Nothing below U+0300 joins its predecessor or is wide.
            self.print_by_engine(character);
            return;
        }
        match text::char_width(character) {
            Some(0) => {
                if text::is_mark(character) && self.marks_at_cursor() < MAX_MARKS {
                    self.term.input(character);
                }
            }
            Some(columns) if self.plain_columns(columns) == columns => {
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
            _ => self.print_by_engine(character),
        }
    }

    fn print_by_engine(&mut self, character: char) {
        self.save_before_wrap(character);
        self.term.input(character);
    }

    /// How many marks the cell has that a zero-width character would join.
    fn marks_at_cursor(&self) -> usize {
        let grid = self.term.grid();
        let (line, mut column) = (grid.cursor.point.line, grid.cursor.point.column);
        if !grid.cursor.input_needs_wrap {
            column.0 = column.0.saturating_sub(1);
        }
        let row = &grid[line];
        if column.0 > 0 && row[column].flags.contains(Flags::WIDE_CHAR_SPACER) {
            column.0 -= 1;
        }
        row[column].zerowidth().map_or(0, <[char]>::len)
    }

    /// Prints the last character again, at most a screenful of times.
    pub(super) fn repeat(&mut self, count: usize) {
        let most = self.term.columns() * self.term.screen_lines();
        if let Some(character) = self.last_printed {
            for _ in 0..count.min(most) {
                self.print(character);
            }
        }
    }
}

impl Engine {
    /// Blanks columns of the cursor's row with the pen's background.
    pub(super) fn blank_columns(&mut self, start: usize, end: usize) {
        let grid = self.term.grid_mut();
        let line = grid.cursor.point.line;
        let blank = Cell {
            bg: grid.cursor.template.bg,
            ..Cell::default()
        };
        let end = end.min(grid.columns());
        let start = start.min(end);
        for cell in &mut grid[line][Column(start)..Column(end)] {
            write(cell, ' ', &blank, Flags::empty());
        }
    }
}

#[inline]
fn write(cell: &mut Cell, character: char, pen: &Cell, flags: Flags) {
    cell.c = character;
    cell.fg = pen.fg;
    cell.bg = pen.bg;
    cell.flags = flags;
    if cell.extra.is_some() || pen.extra.is_some() {
        cell.extra.clone_from(&pen.extra);
    }
}
