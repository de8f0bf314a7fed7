//! Control sequences: which of them means what.

use super::engine::{Engine, LEVEL};
use super::parser::Sequence;
use super::sgr::{self, PROTECTED};
use super::switches::mode;
use crate::draw::CursorShape;

impl Engine {
    /// Does what one control sequence says.
    #[inline]
    pub(super) fn run_csi(&mut self, csi: &Sequence) {
        match csi.intermediates() {
            [] => self.csi_plain(csi),
            b"?" => self.csi_private(csi),
            b">" => self.csi_greater(csi),
            b"=" => self.csi_equals(csi),
            b"$" => self.csi_dollar(csi),
            b"*" => match csi.action() {
                b'x' => self.exact_rectangles = csi.number(0, 0) == 2,
                b'y' => self.report_checksum(csi),
                _ => {}
            },
            other => match (other, csi.action()) {
                (b"<", b'u') => self.keyboard_mut().pop(csi.number(0, 1)),
                (b"!", b'p') => self.soft_reset(),
                (b"#", b'{' | b'p') => self.push_pen(csi),
                (b"#", b'}' | b'q') => self.pop_pen(),
                (b"#", b'|') => self.report_pens(csi),
                (b"#", b'y') => self.checksum = csi.number(0, 0),
                (b" ", b'q') => self.set_cursor_style(csi.number(0, 0)),
                (b" ", b'@') => self.scroll_sideways(-(csi.number(0, 1) as isize)),
                (b" ", b'A') => self.scroll_sideways(csi.number(0, 1) as isize),
                (b"?$", b'p') => self.report_private_mode(csi.number(0, 0)),
                (b"\"", b'p') => self.set_level(csi.number(0, LEVEL)),
                (b"\"", b'q') => self.protect(csi.number(0, 0)),
                (b"'", b'}') if self.inside_margins() => {
                    self.insert_columns(csi.number(0, 1) as isize);
                }
                (b"'", b'~') if self.inside_margins() => {
                    self.insert_columns(-(csi.number(0, 1) as isize));
                }
                _ => {}
            },
        }
    }

    fn csi_plain(&mut self, csi: &Sequence) {
        let first = csi.number(0, 1);
        let count = usize::from(first);
        match csi.action() {
            b'm' => sgr::apply(self.pen_mut(), csi),
            b'H' | b'f' => self.goto(count - 1, usize::from(csi.number(1, 1)) - 1),
            b'A' => self.up(count),
            b'B' => self.down(count),
            b'C' => self.forward(count),
            b'D' => self.back(count),
            b'E' => {
                self.down(count);
                self.carriage_return();
            }
            b'F' => {
                self.up(count);
                self.carriage_return();
            }
            b'G' | b'`' => self.goto_column(count - 1),
            b'a' => self.skip_columns(count),
            b'd' => self.goto_row(count - 1),
            b'e' => self.skip_rows(count),
            b'I' => self.tab_forward(count),
            b'Z' => self.tab_back(count),
            b'J' => self.erase_display(csi.number(0, 0), false),
            b'K' => self.erase_line(csi.number(0, 0), false),
            b'X' => self.erase_characters(count),
            b'@' => self.shift_line(count as isize),
            b'P' => self.shift_line(-(count as isize)),
            b'L' => self.insert_lines(count as isize),
            b'M' => self.insert_lines(-(count as isize)),
            b'S' => self.scroll_up(count),
            b'T' if csi.len() <= 1 => self.scroll_down(count),
            b'^' => self.scroll_down(count),
            b'b' => self.repeat(count),
            b'g' => self.clear_tabs(csi.number(0, 0)),
            b'h' => each(csi, |mode| self.set_mode(mode, true)),
            b'l' => each(csi, |mode| self.set_mode(mode, false)),
            b'r' => self.set_region(count, usize::from(csi.number(1, 0))),
            b's' if self.own.is(mode::MARGINS) => {
                self.set_margins(count, usize::from(csi.number(1, 0)));
            }
            b's' => self.save_cursor(),
            b'u' => self.restore_cursor(),
            b'c' if csi.number(0, 0) == 0 => self.identify(),
            b'n' => self.report_status(csi.number(0, 0)),
            b't' => self.window_operation(csi),
            b'x' => self.report_parameters(csi.number(0, 0)),
            _ => {}
        }
    }

    fn csi_private(&mut self, csi: &Sequence) {
        match csi.action() {
            b'h' => each(csi, |mode| self.set_private_mode(mode, true)),
            b'l' => each(csi, |mode| self.set_private_mode(mode, false)),
            b's' => each(csi, |mode| self.keep_private_mode(mode)),
            b'r' => each(csi, |mode| self.put_back_private_mode(mode)),
            b'J' => self.erase_display(csi.number(0, 0), true),
            b'K' => self.erase_line(csi.number(0, 0), true),
            b'u' => {
                let flags = self.keyboard().current;
                self.reply(&format!("\x1b[?{flags}u"));
            }
            b'm' if csi.number(0, 0) == 4 => {
                let level = self.other_keys;
                self.reply(&format!("\x1b[>4;{level}m"));
            }
            b'n' => self.report_private_status(csi),
            b'S' if self.palette.images => self.report_graphics(csi),
            b'W' if csi.number(0, 0) == 5 => {
                self.tabs = super::cursor::default_tabs(self.columns());
            }
            _ => {}
        }
    }

    fn csi_greater(&mut self, csi: &Sequence) {
        match csi.action() {
            b'u' => {
                let flags = keyboard_flags(csi.number(0, 0));
                self.keyboard_mut().push(flags);
            }
            // XTMODKEYS: of the four kinds of keys only the other ones matter here.
            b'm' if matches!(csi.number(0, 4), 4) => {
                self.other_keys = csi.number(1, 0).min(2) as u8;
            }
            b'n' if csi.number(0, 0) == 4 => self.other_keys = 0,
            b'c' if csi.number(0, 0) == 0 => self.identify_version(),
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
            b'c' if csi.number(0, 0) == 0 => self.identify_unit(),
            _ => {}
        }
    }

    fn csi_dollar(&mut self, csi: &Sequence) {
        match csi.action() {
            b'p' => self.report_mode(csi.number(0, 0)),
            _ => self.run_rectangle(csi),
        }
    }

    /// DECSCL: a soft reset. A lower level has no margins at the sides (below 4) and tells no modes
    /// (below 3), which is what programs try it by; the rest stays available.
    fn set_level(&mut self, level: u16) {
        if (61..=65).contains(&level) {
            self.soft_reset();
            self.level = level.min(LEVEL);
        }
    }

    /// DECSCA.
    fn protect(&mut self, what: u16) {
        self.iso_protection = false;
        self.pen_mut().flags.set(PROTECTED, what == 1);
    }

    fn set_cursor_style(&mut self, style: u16) {
        let shape = match style {
            1 | 2 => CursorShape::Block,
            3 | 4 => CursorShape::Underline,
            5 | 6 => CursorShape::Bar,
            0 => {
                self.cursor_style = None;
                return;
            }
            _ => return,
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
