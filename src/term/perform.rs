//! What the parser finds other than control sequences: text, controls, escapes, strings.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::vte::ansi::{CharsetIndex, Handler, StandardCharset};

use super::engine::Engine;
use super::event::Event;
use super::parser::{Actions, Sequence};
use crate::draw::text;

/// The most combining marks kept on one cell.
const MAX_MARKS: usize = 16;

impl Actions for Engine {
    fn text(&mut self, text: &str) {
        self.acted = true;
        for character in text.chars() {
            match character {
                '\u{80}'..='\u{9f}' => self.control(character as u8),
                _ => self.print(character),
            }
        }
        self.last_printed = text.chars().next_back();
    }

    fn control(&mut self, byte: u8) {
        self.acted = true;
        match byte {
            0x07 => self.events.push(Event::Bell),
            0x08 => self.term.backspace(),
            b'\t' => self.term.put_tab(1),
            b'\n' | 0x0b | 0x0c => self.term.newline(),
            b'\r' => self.term.carriage_return(),
            0x0e => self.term.set_active_charset(CharsetIndex::G1),
            0x0f => self.term.set_active_charset(CharsetIndex::G0),
            0x1a => self.print('\u{fffd}'),
            // The 8-bit forms of IND, NEL, HTS and RI.
            0x84 => self.term.linefeed(),
            0x85 => self.next_line(),
            0x88 => self.term.set_horizontal_tabstop(),
            0x8d => self.term.reverse_index(),
            _ => {}
        }
    }

    fn escape(&mut self, intermediates: &[u8], action: u8) {
        self.acted = true;
        match (intermediates, action) {
            ([], b'7') => self.term.save_cursor_position(),
            ([], b'8') => self.term.restore_cursor_position(),
            ([], b'=') => self.term.set_keypad_application_mode(),
            ([], b'>') => self.term.unset_keypad_application_mode(),
            ([], b'D') => self.term.linefeed(),
            ([], b'E') => self.next_line(),
            ([], b'H') => self.term.set_horizontal_tabstop(),
            ([], b'M') => self.term.reverse_index(),
            ([], b'Z') => self.identify(),
            ([], b'c') => self.reset(),
            ([], b'n') => self.term.set_active_charset(CharsetIndex::G2),
            ([], b'o') => self.term.set_active_charset(CharsetIndex::G3),
            (b"#", b'8') => self.term.decaln(),
            ([slot @ (b'(' | b')' | b'*' | b'+')], charset) => self.designate(*slot, charset),
            _ => {}
        }
    }

    #[inline]
    fn csi(&mut self, sequence: &Sequence) -> bool {
        self.acted = true;
        self.run_csi(sequence);
        self.sync_began
    }

    fn osc(&mut self, command: &[u8], bell_terminated: bool) {
        self.run_osc(command, bell_terminated);
    }

    fn dcs(&mut self, sequence: &Sequence, data: &[u8]) {
        self.run_dcs(sequence, data);
    }
}

impl Engine {
    /// Prints a character that is no control character.
    pub(super) fn print(&mut self, character: char) {
        // Nothing below U+0300 joins its predecessor, and nearly everything is below.
        if character >= '\u{300}' && text::char_width(character) == Some(0) {
            if text::is_mark(character) && self.marks_at_cursor() < MAX_MARKS {
                self.term.input(character);
            }
            return;
        }
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

    fn next_line(&mut self) {
        self.term.linefeed();
        self.term.carriage_return();
    }

    fn designate(&mut self, slot: u8, charset: u8) {
        let index = match slot {
            b'(' => CharsetIndex::G0,
            b')' => CharsetIndex::G1,
            b'*' => CharsetIndex::G2,
            _ => CharsetIndex::G3,
        };
        let charset = match charset {
            b'0' => StandardCharset::SpecialCharacterAndLineDrawing,
            _ => StandardCharset::Ascii,
        };
        self.term.configure_charset(index, charset);
    }
}
