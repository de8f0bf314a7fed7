//! Modes a program sets, resets and asks for by number.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::TermMode;
use alacritty_terminal::vte::ansi::{Handler, Mode, NamedMode, NamedPrivateMode as Private};

use super::engine::Engine;
use crate::draw::CursorShape;

/// The private modes the grid keeps, with the flag that shows each.
const PRIVATE: [(u16, Private, TermMode); 14] = [
    (1, Private::CursorKeys, TermMode::APP_CURSOR),
    (6, Private::Origin, TermMode::ORIGIN),
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
    (1005, Private::Utf8Mouse, TermMode::UTF8_MOUSE),
    (1006, Private::SgrMouse, TermMode::SGR_MOUSE),
    (1007, Private::AlternateScroll, TermMode::ALTERNATE_SCROLL),
    (1042, Private::UrgencyHints, TermMode::URGENCY_HINTS),
    (
        1049,
        Private::SwapScreenAndSetRestoreCursor,
        TermMode::ALT_SCREEN,
    ),
    (2004, Private::BracketedPaste, TermMode::BRACKETED_PASTE),
];

/// The public modes, likewise.
const PUBLIC: [(u16, NamedMode, TermMode); 2] = [
    (4, NamedMode::Insert, TermMode::INSERT),
    (20, NamedMode::LineFeedNewLine, TermMode::LINE_FEED_NEW_LINE),
];

impl Engine {
    pub(super) fn set_mode(&mut self, number: u16, on: bool) {
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
            3 => {
                // Nobody wants 132 columns, but the screen is cleared all the same.
                self.region = 0..self.term.screen_lines();
                self.term.set_private_mode(Private::ColumnMode.into());
            }
            9 => self.own.press_only_mouse = on,
            12 => {
                let shape = self.cursor_style.map(|(shape, _)| shape);
                self.cursor_style = Some((shape.unwrap_or(CursorShape::Block), on));
            }
            47 | 1047 => {
                if on != self.has(TermMode::ALT_SCREEN) {
                    self.term.swap_alt();
                }
            }
            1048 if on => self.term.save_cursor_position(),
            1048 => self.term.restore_cursor_position(),
            2026 => self.sync_began |= on && !self.in_sync,
            2031 => self.own.color_scheme_reports = on,
            _ => {
                if let Some((_, mode, _)) = PRIVATE.into_iter().find(|(of, ..)| *of == number) {
                    match on {
                        true => self.term.set_private_mode(mode.into()),
                        false => self.term.unset_private_mode(mode.into()),
                    }
                }
            }
        }
    }

    /// DECRQM for a public mode.
    pub(super) fn report_mode(&mut self, number: u16) {
        let known = PUBLIC.into_iter().find(|(of, ..)| *of == number);
        let on = known.map(|(_, _, flag)| self.has(flag));
        self.reply(&format!("\x1b[{number};{}$y", state(on)));
    }

    /// DECRQM for a private mode.
    pub(super) fn report_private_mode(&mut self, number: u16) {
        let on = match number {
            9 => Some(self.own.press_only_mouse),
            12 => Some(self.cursor_style.is_some_and(|(_, blinking)| blinking)),
            47 | 1047 => Some(self.has(TermMode::ALT_SCREEN)),
            66 => Some(self.has(TermMode::APP_KEYPAD)),
            2026 => Some(self.in_sync),
            2031 => Some(self.own.color_scheme_reports),
            _ => {
                let known = PRIVATE.into_iter().find(|(of, ..)| *of == number);
                known.map(|(_, _, flag)| self.has(flag))
            }
        };
        self.reply(&format!("\x1b[?{number};{}$y", state(on)));
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
    private
        .chain(public)
        .filter(|(.., flag)| engine.has(*flag) != fresh.contains(*flag))
        .map(|(prefix, number, flag)| {
            let action = if engine.has(flag) { 'h' } else { 'l' };
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
