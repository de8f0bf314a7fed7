//! What the parser finds other than control sequences: text, controls, escapes, strings.

use alacritty_terminal::vte::ansi::{CharsetIndex, Handler, StandardCharset};

use super::engine::Engine;
use super::event::Event;
use super::parser::{Actions, Sequence};

impl Actions for Engine {
    fn text(&mut self, text: &str) {
        self.acted = true;
        self.print_text(text);
    }

    fn control(&mut self, byte: u8) {
        self.acted = true;
        match byte {
            0x07 => self.events.push(Event::Bell),
            0x08 => self.term.backspace(),
            b'\t' => self.tab(),
            b'\n' | 0x0b | 0x0c => self.new_line(),
            b'\r' => self.term.carriage_return(),
            0x0e => self.shift_to(CharsetIndex::G1),
            0x0f => self.shift_to(CharsetIndex::G0),
            0x1a => self.print('\u{fffd}'),
            // The 8-bit forms of IND, NEL, HTS and RI.
            0x84 => self.line_feed(),
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
            ([], b'D') => self.line_feed(),
            ([], b'E') => self.next_line(),
            ([], b'H') => self.term.set_horizontal_tabstop(),
            ([], b'M') => self.term.reverse_index(),
            ([], b'Z') => self.identify(),
            ([], b'c') => self.reset(),
            ([], b'n') => self.shift_to(CharsetIndex::G2),
            ([], b'o') => self.shift_to(CharsetIndex::G3),
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
    fn next_line(&mut self) {
        self.line_feed();
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
