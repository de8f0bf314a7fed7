//! Control sequences: moving, erasing, scrolling, modes, and the questions programs ask.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::TermMode;
use alacritty_terminal::vte::ansi::{ClearMode, Handler, TabulationClearMode};

use super::engine::Engine;
use super::parser::Sequence;
use super::sgr;
use crate::draw::CursorShape;

/// What the secondary device attributes claim as a version; some programs turn features on from
/// the patch level of xterm that had SGR mouse reports (277) upwards.
const DA2_VERSION: u16 = 300;

impl Engine {
    /// Does what one control sequence says.
    #[inline]
    pub(super) fn run_csi(&mut self, csi: &Sequence) {
        match csi.intermediates() {
            [] => self.csi_plain(csi),
            b"?" => self.csi_private(csi),
            b">" => self.csi_greater(csi),
            b"=" => self.csi_equals(csi),
            other => match (other, csi.action()) {
                (b"<", b'u') => self.keyboard_mut().pop(csi.number(0, 1)),
                (b"!", b'p') => self.soft_reset(),
                (b" ", b'q') => self.set_cursor_style(csi.number(0, 0)),
                (b"$", b'p') => self.report_mode(csi.number(0, 0)),
                (b"?$", b'p') => self.report_private_mode(csi.number(0, 0)),
                _ => {}
            },
        }
    }

    fn csi_plain(&mut self, csi: &Sequence) {
        let first = csi.number(0, 1);
        let count = usize::from(first);
        let term = &mut self.term;
        match csi.action() {
            b'm' => sgr::apply(self.pen_mut(), csi),
            b'H' | b'f' => {
                let column = usize::from(csi.number(1, 1));
                term.goto(i32::from(first) - 1, column - 1);
            }
            b'A' => self.move_rows(-i32::from(first), false),
            b'B' | b'e' => self.move_rows(i32::from(first), false),
            b'C' | b'a' => term.move_forward(count),
            b'D' => term.move_backward(count),
            b'E' => self.move_rows(i32::from(first), true),
            b'F' => self.move_rows(-i32::from(first), true),
            b'G' | b'`' => {
                let row = self.relative_row();
                self.term.goto(row, count - 1);
            }
            b'd' => {
                let column = term.grid().cursor.point.column.0;
                term.goto(i32::from(first) - 1, column);
            }
            b'I' => term.move_forward_tabs(first),
            b'Z' => term.move_backward_tabs(first),
            b'J' => self.erase_display(csi.number(0, 0)),
            b'K' => self.erase_line(csi.number(0, 0)),
            b'X' => {
                let column = term.grid().cursor.point.column.0;
                self.blank_columns(column, column + count);
            }
            b'@' => term.insert_blank(count),
            b'P' => term.delete_chars(count),
            b'L' => term.insert_blank_lines(count),
            b'M' => term.delete_lines(count),
            b'S' => self.scroll_up(count),
            b'T' => term.scroll_down(count),
            b'b' => self.repeat(count),
            b'g' => match csi.number(0, 0) {
                0 => term.clear_tabs(TabulationClearMode::Current),
                3 => term.clear_tabs(TabulationClearMode::All),
                _ => {}
            },
            b'h' => each(csi, |mode| self.set_mode(mode, true)),
            b'l' => each(csi, |mode| self.set_mode(mode, false)),
            b'r' => self.set_region(count, usize::from(csi.number(1, 0))),
            b's' => term.save_cursor_position(),
            b'u' => term.restore_cursor_position(),
            b'c' if csi.number(0, 0) == 0 => self.identify(),
            b'n' => self.report_status(csi.number(0, 0)),
            b't' => self.window_operation(csi.number(0, 0)),
            _ => {}
        }
    }

    fn csi_private(&mut self, csi: &Sequence) {
        match csi.action() {
            b'h' => each(csi, |mode| self.set_private_mode(mode, true)),
            b'l' => each(csi, |mode| self.set_private_mode(mode, false)),
            b'J' => self.erase_display(csi.number(0, 0)),
            b'K' => self.erase_line(csi.number(0, 0)),
            b'u' => {
                let flags = self.keyboard().current;
                self.reply(&format!("\x1b[?{flags}u"));
            }
            b'n' => match csi.number(0, 0) {
                6 => self.report_cursor("?", ";1"),
                996 => self.report_color_scheme(),
                _ => {}
            },
            b'W' if csi.number(0, 0) == 5 => self.term.set_tabs(8),
            _ => {}
        }
    }

    fn csi_greater(&mut self, csi: &Sequence) {
        match csi.action() {
            b'u' => {
                let flags = keyboard_flags(csi.number(0, 0));
                self.keyboard_mut().push(flags);
            }
            b'c' if csi.number(0, 0) == 0 => self.reply(&format!("\x1b[>1;{DA2_VERSION};0c")),
            b'q' if csi.number(0, 0) == 0 => {
                self.reply(concat!("\x1bP>|stoa ", env!("CARGO_PKG_VERSION"), "\x1b\\"));
            }
            _ => {}
        }
    }

    fn csi_equals(&mut self, csi: &Sequence) {
        match csi.action() {
            b'u' => {
                let flags = keyboard_flags(csi.number(0, 0));
                let current = &mut self.keyboard_mut().current;
                *current = match csi.number(1, 1) {
                    2 => *current | flags,
                    3 => *current & !flags,
                    _ => flags,
                };
            }
            // "STOA" in hexadecimal.
            b'c' if csi.number(0, 0) == 0 => self.reply("\x1bP!|53544F41\x1b\\"),
            _ => {}
        }
    }

    /// Primary device attributes: a VT220 with colours and a clipboard.
    pub(super) fn identify(&mut self) {
        self.reply("\x1b[?62;22;52c");
    }

    fn report_status(&mut self, what: u16) {
        match what {
            5 => self.reply("\x1b[0n"),
            6 => self.report_cursor("", ""),
            _ => {}
        }
    }

    /// The first row that absolute positions count from.
    fn origin(&self) -> i32 {
        match self.has(TermMode::ORIGIN) {
            true => self.region.start as i32,
            false => 0,
        }
    }

    /// The cursor's row as absolute positions count it.
    fn relative_row(&self) -> i32 {
        self.term.grid().cursor.point.line.0 - self.origin()
    }

    /// Moves the cursor up or down, not across the margin of the scroll region it is in.
    fn move_rows(&mut self, by: i32, to_first_column: bool) {
        let point = self.term.grid().cursor.point;
        let row = point.line.0;
        let (top, bottom) = (self.region.start as i32, self.region.end as i32 - 1);
        let last = self.term.screen_lines() as i32 - 1;
        let row = match by < 0 {
            true => (row + by).max(if row >= top { top } else { 0 }),
            false => (row + by).min(if row <= bottom { bottom } else { last }),
        };
        let column = if to_first_column { 0 } else { point.column.0 };
        let origin = self.origin();
        self.term.goto(row - origin, column);
    }

    fn report_cursor(&mut self, prefix: &str, suffix: &str) {
        let column = self.term.grid().cursor.point.column.0 + 1;
        let row = self.relative_row().max(0) + 1;
        self.reply(&format!("\x1b[{prefix}{row};{column}{suffix}R"));
    }

    pub(super) fn report_color_scheme(&mut self) {
        let scheme = if self.palette.is_dark() { 1 } else { 2 };
        self.reply(&format!("\x1b[?997;{scheme}n"));
    }

    /// Sizes in characters and the stack of titles; titles are never reported, since a program
    /// could have one "typed" by whoever reads its answer.
    fn window_operation(&mut self, operation: u16) {
        let (rows, columns) = (self.term.screen_lines(), self.term.columns());
        match operation {
            18 => self.reply(&format!("\x1b[8;{rows};{columns}t")),
            19 => self.reply(&format!("\x1b[9;{rows};{columns}t")),
            22 => self.push_title(),
            23 => self.pop_title(),
            _ => {}
        }
    }

    fn erase_display(&mut self, what: u16) {
        match what {
            0 => self.term.clear_screen(ClearMode::Below),
            1 => self.term.clear_screen(ClearMode::Above),
            2 => self.clear_screen(),
            3 => self.history.clear(),
            _ => {}
        }
    }

    fn erase_line(&mut self, what: u16) {
        let cursor = &self.term.grid().cursor;
        let column = cursor.point.column.0;
        match what {
            // Waiting to wrap, the cursor is beyond the last column.
            0 if cursor.input_needs_wrap => {}
            0 => self.blank_columns(column, usize::MAX),
            1 => self.blank_columns(0, column + 1),
            2 => self.blank_columns(0, usize::MAX),
            _ => {}
        }
    }

    /// `top` counts from 1; `bottom` is included, and 0 is the last row.
    fn set_region(&mut self, top: usize, bottom: usize) {
        let rows = self.term.screen_lines();
        let bottom = if bottom == 0 { rows } else { bottom.min(rows) };
        if top < bottom {
            self.term.set_scrolling_region(top, Some(bottom));
            self.region = top - 1..bottom;
        }
    }

    fn set_cursor_style(&mut self, style: u16) {
        let shape = match style {
            1 | 2 => CursorShape::Block,
            3 | 4 => CursorShape::Underline,
            5 | 6 => CursorShape::Bar,
            _ => {
                self.cursor_style = None;
                return;
            }
        };
        self.cursor_style = Some((shape, style % 2 == 1));
    }
}

fn keyboard_flags(value: u16) -> u8 {
    (value & 0b1_1111) as u8
}

fn each(csi: &Sequence, mut action: impl FnMut(u16)) {
    for value in csi.params().filter_map(|param| param.first()) {
        action(*value);
    }
}
