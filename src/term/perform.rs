//! What the parser finds other than control sequences: text, controls, escapes, strings.

use alacritty_terminal::vte::ansi::Handler;

use super::charset::Charset;
use super::engine::Engine;
use super::event::Event;
use super::parser::{Actions, Sequence};
use super::screen::MAX_WORK;
use super::sgr::PROTECTED;
use super::switches::mode;

impl Actions for Engine {
    fn text(&mut self, text: &str) {
        self.acted = true;
        self.print_text(text);
    }

    fn control(&mut self, byte: u8) {
        self.acted = true;
        self.just_printed = false;
        match byte {
            0x07 => self.events.push(Event::Bell),
            0x08 => self.back(1),
            b'\t' => self.tab(),
            b'\n' | 0x0b | 0x0c => self.new_line(),
            b'\r' => self.carriage_return(),
            0x0e => self.charsets.lock(1),
            0x0f => self.charsets.lock(0),
            0x1a => self.print('\u{fffd}'),
            // The 8-bit forms of IND, NEL, HTS, RI, SS2, SS3, SPA, EPA and DECID.
            0x84 => self.index(),
            0x85 => self.next_line(),
            0x88 => self.set_tab(),
            0x8d => self.reverse_index(),
            0x8e => self.charsets.shift_once(2),
            0x8f => self.charsets.shift_once(3),
            0x96 => self.protect_iso(true),
            0x97 => self.protect_iso(false),
            0x9a => self.identify(),
            _ => {}
        }
    }

    fn escape(&mut self, intermediates: &[u8], action: u8) {
        self.acted = true;
        self.just_printed = false;
        match (intermediates, action) {
            ([], b'6') => self.back_index(),
            ([], b'7') => self.save_cursor(),
            ([], b'8') => self.restore_cursor(),
            ([], b'9') => self.forward_index(),
            ([], b'=') => self.term.set_keypad_application_mode(),
            ([], b'>') => self.term.unset_keypad_application_mode(),
            ([], b'D') => self.index(),
            ([], b'E') => self.next_line(),
            ([], b'H') => self.set_tab(),
            ([], b'M') => self.reverse_index(),
            ([], b'N') => self.charsets.shift_once(2),
            ([], b'O') => self.charsets.shift_once(3),
            ([], b'V') => self.protect_iso(true),
            ([], b'W') => self.protect_iso(false),
            ([], b'Z') => self.identify(),
            ([], b'c') => self.reset(),
            ([], b'n') => self.charsets.lock(2),
            ([], b'o') => self.charsets.lock(3),
            (b"#", b'8') => self.align(),
            (b"(", set) => self.charsets.designate(0, Charset::named(set)),
            (b")", set) => self.charsets.designate(1, Charset::named(set)),
            (b"*", set) => self.charsets.designate(2, Charset::named(set)),
            (b"+", set) => self.charsets.designate(3, Charset::named(set)),
            _ => {}
        }
    }

    #[inline]
    fn csi(&mut self, sequence: &Sequence) -> bool {
        self.acted = true;
        self.just_printed = false;
        self.run_csi(sequence);
        self.sync_began || self.work > MAX_WORK
    }

    fn osc(&mut self, command: &[u8], bell_terminated: bool) {
        self.run_osc(command, bell_terminated);
    }

    fn apc(&mut self, data: &[u8]) {
        self.graphics(data);
    }

    fn dcs(&mut self, sequence: &Sequence, data: &[u8]) {
        self.run_dcs(sequence, data);
    }
}

impl Engine {
    fn next_line(&mut self) {
        self.index();
        self.carriage_return();
    }

    fn tab(&mut self) {
        if self.waits_to_wrap() && self.own.is(mode::MORE_FIX) {
            self.next_line();
        }
        if !self.waits_to_wrap() {
            self.tab_forward(1);
        }
    }

    /// SPA and EPA: protection that plain erasing minds as well.
    fn protect_iso(&mut self, on: bool) {
        self.iso_protection = true;
        self.pen_mut().flags.set(PROTECTED, on);
    }
}
