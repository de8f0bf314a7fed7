//! Modes a program sets, resets, puts aside and asks for by number.

use alacritty_terminal::term::TermMode;
use alacritty_terminal::vte::ansi::{Handler, Mode, NamedMode, NamedPrivateMode as Private};

use super::engine::Engine;
use super::modes::MouseEncoding;
use crate::draw::CursorShape;

/// The private modes the grid keeps, with the flag that shows each.
const PRIVATE: [(u16, Private, TermMode); 9] = [
    (1, Private::CursorKeys, TermMode::APP_CURSOR),
    (7, Private::LineWrap, TermMode::LINE_WRAP),
    (25, Private::ShowCursor, TermMode::SHOW_CURSOR),
    (
        1000,
        Private::ReportMouseClicks,
        TermMode::MOUSE_REPORT_CLICK,
    ),
    (1002, Private::ReportCellMouseMotion, TermMode::MOUSE_DRAG),
    (1003, Private::ReportAllMouseMotion, TermMode::MOUSE_MOTION),
    (1004, Private::ReportFocusInOut, TermMode::FOCUS_IN_OUT),
    (1007, Private::AlternateScroll, TermMode::ALTERNATE_SCROLL),
    (2004, Private::BracketedPaste, TermMode::BRACKETED_PASTE),
];

/// The ANSI modes, likewise.
const PUBLIC: [(u16, NamedMode, TermMode); 2] = [
    (4, NamedMode::Insert, TermMode::INSERT),
    (20, NamedMode::LineFeedNewLine, TermMode::LINE_FEED_NEW_LINE),
];

/// Numbers of private modes that are asked for elsewhere.
pub(super) mod mode {
    pub(in crate::term) const COLUMNS: u16 = 3;
    pub(in crate::term) const REVERSE_VIDEO: u16 = 5;
    pub(in crate::term) const PRESS_ONLY_MOUSE: u16 = 9;
    pub(in crate::term) const ALLOW_COLUMNS: u16 = 40;
    pub(in crate::term) const MORE_FIX: u16 = 41;
    pub(in crate::term) const REVERSE_WRAP: u16 = 45;
    pub(in crate::term) const BACKSPACE: u16 = 67;
    pub(in crate::term) const MARGINS: u16 = 69;
    pub(in crate::term) const KEEP_ON_COLUMNS: u16 = 95;
    pub(in crate::term) const REVERSE_WRAP_EXTENDED: u16 = 1045;
    pub(in crate::term) const CLUSTERS: u16 = 2027;
    pub(in crate::term) const COLOR_SCHEME: u16 = 2031;
    pub(in crate::term) const SIZE_REPORTS: u16 = 2048;
}

/// Private modes the grid does not know, and whether each is on in the beginning. Some have no
/// effect here (smooth scrolling, key repeat, printing) and are only remembered.
const OWN: [(u16, bool); 20] = [
    (mode::COLUMNS, false),
    (4, false),
    (mode::REVERSE_VIDEO, false),
    (8, true),
    (mode::PRESS_ONLY_MOUSE, false),
    (18, false),
    (19, true),
    (mode::ALLOW_COLUMNS, false),
    (mode::MORE_FIX, false),
    (42, false),
    (44, false),
    (mode::REVERSE_WRAP, false),
    (mode::BACKSPACE, false),
    (mode::MARGINS, false),
    (mode::KEEP_ON_COLUMNS, false),
    (1042, false),
    (mode::REVERSE_WRAP_EXTENDED, false),
    (mode::CLUSTERS, true),
    (mode::COLOR_SCHEME, false),
    (mode::SIZE_REPORTS, false),
];

/// ANSI modes that are only remembered: a locked keyboard, local echo off.
const REMEMBERED: [(u16, bool); 2] = [(2, false), (12, true)];

/// ANSI modes that every terminal of today has off for ever.
const NEVER: [u16; 12] = [1, 5, 7, 10, 11, 13, 14, 15, 16, 17, 18, 19];

/// The modes of [`OWN`] and [`REMEMBERED`] as one bit each.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnModes(u32);

impl Default for OwnModes {
    fn default() -> OwnModes {
        let bits = OWN.iter().chain(&REMEMBERED).enumerate();
        OwnModes(bits.fold(0, |all, (bit, (_, on))| all | (u32::from(*on) << bit)))
    }
}

impl OwnModes {
    fn bit(number: u16) -> Option<u32> {
        let bit = OWN.iter().position(|(of, _)| *of == number)?;
        Some(1 << bit)
    }

    fn public_bit(number: u16) -> Option<u32> {
        let bit = REMEMBERED.iter().position(|(of, _)| *of == number)?;
        Some(1 << (bit + OWN.len()))
    }

    fn get(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    fn put(&mut self, bit: u32, on: bool) {
        match on {
            true => self.0 |= bit,
            false => self.0 &= !bit,
        }
    }

    /// Whether a private mode is on; one that is not kept here is not.
    pub(super) fn is(self, number: u16) -> bool {
        OwnModes::bit(number).is_some_and(|bit| self.get(bit))
    }

    /// What DECSTR puts back.
    pub(super) fn soft_reset(&mut self) {
        for number in [
            mode::MARGINS,
            mode::REVERSE_WRAP,
            mode::REVERSE_WRAP_EXTENDED,
        ] {
            if let Some(bit) = OwnModes::bit(number) {
                self.put(bit, false);
            }
        }
    }
}

impl Engine {
    pub(super) fn set_mode(&mut self, number: u16, on: bool) {
        if let Some(bit) = OwnModes::public_bit(number) {
            self.own.put(bit, on);
        }
        let Some((_, mode, _)) = PUBLIC.into_iter().find(|(of, ..)| *of == number) else {
            return;
        };
        match on {
            true => self.term.set_mode(Mode::Named(mode)),
            false => self.term.unset_mode(Mode::Named(mode)),
        }
    }

    pub(super) fn set_private_mode(&mut self, number: u16, on: bool) {
        match number {
            mode::COLUMNS => self.change_columns(on),
            mode::MARGINS if self.level < 64 => {}
            6 => {
                self.set_origin(on);
                self.goto(0, 0);
            }
            12 => {
                let shape = self.cursor_style.map(|(shape, _)| shape);
                self.cursor_style = Some((shape.unwrap_or(CursorShape::Block), on));
            }
            47 | 1047 | 1049 => self.switch_screen(number, on),
            66 if on => self.term.set_keypad_application_mode(),
            66 => self.term.unset_keypad_application_mode(),
            1005 => self.set_mouse_encoding(MouseEncoding::Utf8, on),
            1006 => self.set_mouse_encoding(MouseEncoding::Sgr, on),
            1015 => self.set_mouse_encoding(MouseEncoding::Urxvt, on),
            1048 if on => self.save_cursor(),
            1048 => self.restore_cursor(),
            2026 => self.sync_began |= on && !self.in_sync,
            _ => {
                if let Some((_, mode, _)) = PRIVATE.into_iter().find(|(of, ..)| *of == number) {
                    match on {
                        true => self.term.set_private_mode(mode.into()),
                        false => self.term.unset_private_mode(mode.into()),
                    }
                } else if let Some(bit) = OwnModes::bit(number) {
                    self.own.put(bit, on);
                    self.switched(number, on);
                }
            }
        }
    }

    /// What else happens when a mode of our own is set or reset.
    fn switched(&mut self, number: u16, on: bool) {
        match number {
            mode::MARGINS => self.margins = 0..self.columns(),
            mode::REVERSE_VIDEO => self.dirty.all = true,
            mode::SIZE_REPORTS if on => self.report_size(),
            _ => {}
        }
    }

    fn set_mouse_encoding(&mut self, encoding: MouseEncoding, on: bool) {
        if on {
            self.mouse_encoding = encoding;
        } else if self.mouse_encoding == encoding {
            self.mouse_encoding = MouseEncoding::default();
        }
    }

    /// DECCOLM: a pane has the columns it has, but the rest of what it does is done.
    fn change_columns(&mut self, on: bool) {
        if !self.own.is(mode::ALLOW_COLUMNS) {
            return;
        }
        if let Some(bit) = OwnModes::bit(mode::COLUMNS) {
            self.own.put(bit, on);
        }
        self.forget_margins();
        if !self.own.is(mode::KEEP_ON_COLUMNS) {
            self.erase_display(2, false);
        }
        self.goto(0, 0);
    }

    /// The three ways to the alternate screen: with 47 it keeps what it showed, with 1047 the
    /// cursor is not saved, with 1049 it is.
    fn switch_screen(&mut self, number: u16, on: bool) {
        if on == self.has(TermMode::ALT_SCREEN) {
            return;
        }
        self.dirty.all = true;
        self.work += self.rows() * self.columns();
        if on {
            if number == 1049 {
                self.save_cursor();
            }
            let cursor = self.term.grid().cursor.clone();
            self.term.swap_alt();
            if let Some(kept) = self.left_alternate.take()
                && number == 47
            {
                *self.term.grid_mut() = kept;
                self.term.grid_mut().cursor = cursor;
            }
            return;
        }
        let cursor = self.term.grid().cursor.clone();
        self.left_alternate = (number == 47).then(|| self.term.grid().clone());
        self.term.swap_alt();
        match number {
            1049 => self.restore_cursor(),
            _ => self.term.grid_mut().cursor = cursor,
        }
    }

    /// DECRQM for an ANSI mode.
    pub(super) fn report_mode(&mut self, number: u16) {
        if self.level < 63 {
            return;
        }
        let known = PUBLIC.into_iter().find(|(of, ..)| *of == number);
        let kept = OwnModes::public_bit(number).map(|bit| self.own.get(bit));
        let on = known.map(|(_, _, flag)| self.has(flag)).or(kept);
        let state = match NEVER.contains(&number) {
            true => 4,
            false => state(on),
        };
        self.reply(&format!("\x1b[{number};{state}$y"));
    }

    /// Whether a private mode is on; `None` if there is none of that number.
    fn private_mode(&self, number: u16) -> Option<bool> {
        match number {
            6 => Some(self.has(TermMode::ORIGIN)),
            12 => Some(self.cursor_style.is_some_and(|(_, blinking)| blinking)),
            47 | 1047 | 1049 => Some(self.has(TermMode::ALT_SCREEN)),
            66 => Some(self.has(TermMode::APP_KEYPAD)),
            1005 => Some(self.mouse_encoding == MouseEncoding::Utf8),
            1006 => Some(self.mouse_encoding == MouseEncoding::Sgr),
            1015 => Some(self.mouse_encoding == MouseEncoding::Urxvt),
            1048 => Some(true),
            2026 => Some(self.in_sync),
            _ => {
                let known = PRIVATE.into_iter().find(|(of, ..)| *of == number);
                let own = || OwnModes::bit(number).map(|bit| self.own.get(bit));
                known.map(|(_, _, flag)| self.has(flag)).or_else(own)
            }
        }
    }

    /// DECRQM for a private mode.
    pub(super) fn report_private_mode(&mut self, number: u16) {
        if self.level < 63 {
            return;
        }
        let state = state(self.private_mode(number));
        self.reply(&format!("\x1b[?{number};{state}$y"));
    }

    /// XTSAVE: remembers a mode. There are only as many as there are modes.
    pub(super) fn keep_private_mode(&mut self, number: u16) {
        if let Some(on) = self.private_mode(number) {
            self.kept_modes.retain(|(of, _)| *of != number);
            self.kept_modes.push((number, on));
        }
    }

    /// XTRESTORE: puts it back, if it was remembered.
    pub(super) fn put_back_private_mode(&mut self, number: u16) {
        let kept = self
            .kept_modes
            .iter()
            .find(|(of, _)| *of == number)
            .copied();
        if let Some((_, on)) = kept {
            self.set_private_mode(number, on);
        }
    }
}

/// The sequences that set what differs from a new screen, but for the alternate screen, and insert
/// mode, which would be in the way of whoever goes on writing.
pub(super) fn changed(engine: &Engine) -> String {
    let fresh = TermMode::default();
    let private = PRIVATE
        .into_iter()
        .filter(|(number, ..)| *number != 1049)
        .map(|(number, _, flag)| ("?", number, flag));
    let public = PUBLIC
        .into_iter()
        .filter(|(number, ..)| *number != 4)
        .map(|(number, _, flag)| ("", number, flag));
    let named = private
        .chain(public)
        .filter(|(.., flag)| engine.has(*flag) != fresh.contains(*flag))
        .map(|(prefix, number, flag)| (prefix, number, engine.has(flag)));
    // Changing the number of columns clears the screen, and they are what they are already.
    let own = OWN.iter().map(|(number, on)| ("?", *number, *on));
    let own = own.filter(|(_, number, _)| *number != mode::COLUMNS);
    let remembered = REMEMBERED.iter().map(|(number, on)| ("", *number, *on));
    let kept = own.chain(remembered).filter_map(|(prefix, number, fresh)| {
        let bit = match prefix {
            "" => OwnModes::public_bit(number),
            _ => OwnModes::bit(number),
        };
        let on = engine.own.get(bit?);
        (on != fresh).then_some((prefix, number, on))
    });
    named
        .chain(kept)
        .map(|(prefix, number, on)| {
            let action = if on { 'h' } else { 'l' };
            format!("\x1b[{prefix}{number}{action}")
        })
        .collect()
}

/// DECRPM's word: 0 unknown, 1 set, 2 reset.
fn state(on: Option<bool>) -> u8 {
    match on {
        None => 0,
        Some(true) => 1,
        Some(false) => 2,
    }
}
