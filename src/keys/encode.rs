//! Input turned back into the bytes a pane's program expects, given the modes it has set.
//!
//! A program that asked for nothing gets what a plain xterm sends. One that pushed kitty keyboard
//! flags gets that protocol, whatever the outer terminal speaks: what the outer terminal could
//! not tell (releases, other layouts) is left out, never invented. Every function appends to the
//! caller's buffer and appends nothing for what the program did not ask for.

mod kitty;
mod mouse;
mod paste;
#[cfg(test)]
mod tests;

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::key::{Code, Key, KeyEvent, Keypad, Mods, Phase};
use super::legacy;

pub use mouse::mouse;
pub use paste::paste;

/// The flags of the kitty keyboard protocol a program has pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KittyFlags(u8);

impl KittyFlags {
    /// The legacy encoding.
    pub const NONE: KittyFlags = KittyFlags(0);
    /// Keys that legacy codes confuse get codes of their own.
    pub const DISAMBIGUATE: KittyFlags = KittyFlags(1);
    /// Repeats and releases are told.
    pub const EVENTS: KittyFlags = KittyFlags(2);
    /// The shifted and the US character of a key are told.
    pub const ALTERNATES: KittyFlags = KittyFlags(4);
    /// Keys that type text come as codes too.
    pub const ALL: KittyFlags = KittyFlags(8);
    /// The text comes with the code.
    pub const TEXT: KittyFlags = KittyFlags(16);

    /// The flags in these bits; unknown ones are dropped.
    pub const fn from_bits(bits: u8) -> KittyFlags {
        KittyFlags(bits & 31)
    }

    /// The bits as on the wire.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether any flag of `other` is set.
    pub const fn has(self, other: KittyFlags) -> bool {
        self.0 & other.0 != 0
    }
}

/// xterm's modifyOtherKeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OtherKeys {
    /// Level 0.
    #[default]
    Off,
    /// Level 1: keys that have no legacy code.
    Ambiguous,
    /// Level 2: all keys with Control or Alt.
    All,
}

/// Which mouse events a program wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Tracking {
    /// None: the mouse is the multiplexer's.
    #[default]
    Off,
    /// Mode 9: presses alone.
    Presses,
    /// Mode 1000: presses, releases and the wheel.
    Buttons,
    /// Mode 1002: drags too.
    Drags,
    /// Mode 1003: every move.
    Moves,
}

/// How a program wants mouse events written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MouseFormat {
    /// Three bytes; columns and rows past 223 cannot be told and are not.
    #[default]
    Bytes,
    /// Mode 1005: three characters, up to 2015.
    Utf8,
    /// Mode 1015: decimal numbers.
    Urxvt,
    /// Mode 1006: decimal numbers, and releases say which button.
    Sgr,
}

/// The modes of a pane that decide how input reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PaneModes {
    /// DECCKM: arrows without modifiers begin with `SS3`.
    pub app_cursor: bool,
    /// DECKPAM: the number block sends codes of its own.
    pub app_keypad: bool,
    /// DECBKM: Backspace is BS, and DEL with Control.
    pub swapped_backspace: bool,
    /// LNM: Enter is followed by a line feed.
    pub line_feed_new_line: bool,
    /// The kitty keyboard flags in force.
    pub kitty: KittyFlags,
    /// The level of modifyOtherKeys; kitty flags go before it.
    pub other_keys: OtherKeys,
    /// Mode 2004.
    pub bracketed_paste: bool,
    /// Mode 1004.
    pub focus_events: bool,
    /// Modes 9, 1000, 1002, 1003.
    pub mouse: Tracking,
    /// Modes 1005, 1006, 1015.
    pub mouse_format: MouseFormat,
}

/// Appends what the pane's program gets for a key.
pub fn key(event: &KeyEvent, modes: &PaneModes, out: &mut Vec<u8>) {
    if modes.kitty != KittyFlags::NONE {
        kitty::key(event, modes, out);
    } else {
        plain(event, modes, out);
    }
}

/// Appends the focus event, if the program asked for it.
pub fn focus(gained: bool, modes: &PaneModes, out: &mut Vec<u8>) {
    if modes.focus_events {
        out.extend_from_slice(if gained { b"\x1b[I" } else { b"\x1b[O" });
    }
}

/// The xterm encoding.
fn plain(event: &KeyEvent, modes: &PaneModes, out: &mut Vec<u8>) {
    if event.phase == Phase::Release {
        return;
    }
    let mods = event.key.mods.held();
    if other_key(event, mods, modes.other_keys, out) {
        return;
    }
    match event.key.code {
        Code::Char(_) => character(event, mods, out),
        Code::Enter => {
            control(b'\r', mods, out);
            if modes.line_feed_new_line && mods.is_empty() {
                out.push(b'\n');
            }
        }
        Code::Esc => control(0x1b, mods, out),
        Code::Backspace => {
            let back = mods.has(Mods::CTRL) != modes.swapped_backspace;
            control(if back { 0x08 } else { 0x7f }, mods, out);
        }
        Code::Tab if mods.has(Mods::SHIFT) => {
            prefix_alt(mods, out);
            out.extend_from_slice(b"\x1b[Z");
        }
        Code::Tab => control(b'\t', mods, out),
        Code::Keypad(pad) => number_block(pad, mods, modes, out),
        code => functional(code, mods, modes, out),
    }
}

/// Whether a modifier is held that no legacy code can tell beside a character.
fn beyond_legacy(mods: Mods) -> bool {
    mods.has(Mods::SUPER.with(Mods::HYPER).with(Mods::META))
}

fn prefix_alt(mods: Mods, out: &mut Vec<u8>) {
    if mods.has(Mods::ALT) {
        out.push(0x1b);
    }
}

fn control(byte: u8, mods: Mods, out: &mut Vec<u8>) {
    if !beyond_legacy(mods) {
        prefix_alt(mods, out);
        out.push(byte);
    }
}

fn character(event: &KeyEvent, mods: Mods, out: &mut Vec<u8>) {
    if beyond_legacy(mods) {
        return;
    }
    prefix_alt(mods, out);
    let typed = event.typed();
    if mods.has(Mods::CTRL) {
        let code = match event.key.code {
            Code::Char(c) => Some(c),
            _ => None,
        };
        let byte = [typed, code, event.base]
            .into_iter()
            .flatten()
            .find_map(control_byte);
        if let Some(byte) = byte {
            out.push(byte);
            return;
        }
    }
    match (&event.text, typed) {
        (Some(text), _) if !mods.has(Mods::CTRL.with(Mods::ALT)) => push_text(text, out),
        (_, Some(c)) => push_char(c, out),
        _ => {}
    }
}

fn push_char(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Text of a key event holds no control characters when the decoder made it; whoever else makes
/// one gets the same guarantee here.
fn push_text(text: &str, out: &mut Vec<u8>) {
    text.chars()
        .filter(|c| !c.is_control())
        .for_each(|c| push_char(c, out));
}

/// The byte Control makes of a character, as on a VT and in X11.
fn control_byte(c: char) -> Option<u8> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(c as u8 & 0x1f),
        ' ' | '@' | '2' => Some(0),
        '[' | '3' => Some(0x1b),
        '\\' | '4' => Some(0x1c),
        ']' | '5' => Some(0x1d),
        '^' | '~' | '6' => Some(0x1e),
        '_' | '/' | '7' => Some(0x1f),
        '?' | '8' => Some(0x7f),
        _ => None,
    }
}

/// Number-block keys: codes of their own in application mode, else what is printed on them.
fn number_block(pad: Keypad, mods: Mods, modes: &PaneModes, out: &mut Vec<u8>) {
    match legacy::to_pad(pad) {
        Some(letter) if modes.app_keypad && mods.is_empty() => {
            out.extend_from_slice(&[0x1b, b'O', letter]);
        }
        _ => {
            let twin = Key::new(Code::Keypad(pad), mods).normal();
            plain(&twin.into(), modes, out);
        }
    }
}

fn functional(code: Code, mods: Mods, modes: &PaneModes, out: &mut Vec<u8>) {
    if let Some(letter) = legacy::to_letter(code) {
        let shifted_in = matches!(code, Code::F(_)) || modes.app_cursor;
        if !mods.is_empty() {
            push(
                out,
                format_args!("\x1b[1;{}{}", wire(mods), char::from(letter)),
            );
        } else {
            out.extend_from_slice(&[0x1b, if shifted_in { b'O' } else { b'[' }, letter]);
        }
    } else if let Some(number) = legacy::to_tilde(code) {
        match mods.is_empty() {
            true => push(out, format_args!("\x1b[{number}~")),
            false => push(out, format_args!("\x1b[{number};{}~", wire(mods))),
        }
    }
}

/// Writes `CSI 27 ; mods ; character ~` if the level asks for it; whether it did.
fn other_key(event: &KeyEvent, mods: Mods, level: OtherKeys, out: &mut Vec<u8>) -> bool {
    let code = match event.key.code {
        Code::Char(c) => u32::from(event.typed().unwrap_or(c)),
        code @ (Code::Enter | Code::Tab | Code::Backspace | Code::Esc) => {
            legacy::to_kitty(code).unwrap_or_default()
        }
        _ => return false,
    };
    let is_char = matches!(event.key.code, Code::Char(_));
    let wanted = match level {
        OtherKeys::Off => false,
        // From most terminals Alt is told as an Escape before the character, and may have been the
        // Escape key: that is left as it came.
        OtherKeys::All if is_char => !mods.without(Mods::SHIFT.with(Mods::ALT)).is_empty(),
        OtherKeys::All => !mods.is_empty() && !back_tab(event.key.code, mods),
        OtherKeys::Ambiguous if is_char => {
            let plain_control =
                char::from_u32(code).and_then(control_byte).is_some() && !mods.has(Mods::SHIFT);
            mods.has(Mods::CTRL) && !plain_control
        }
        OtherKeys::Ambiguous => {
            mods.has(Mods::CTRL.with(Mods::SHIFT)) && !back_tab(event.key.code, mods)
        }
    };
    if wanted {
        push(out, format_args!("\x1b[27;{};{code}~", wire(mods)));
    }
    wanted
}

fn back_tab(code: Code, mods: Mods) -> bool {
    code == Code::Tab && mods == Mods::SHIFT
}

/// Modifiers as escape sequences count them.
fn wire(mods: Mods) -> u16 {
    u16::from(mods.bits()) + 1
}

fn push(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory cannot fail.
    let _ = out.write_fmt(text);
}
