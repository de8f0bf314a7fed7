//! The numbers and letters that name keys on the wire, one table for both directions.

use super::key::{Code, Keypad, Nav};

/// Keys named by the last letter of `CSI 1 ; mods X` and, without modifiers, of `SS3 X`.
const LETTERS: [(u8, Code); 11] = [
    (b'A', Code::Up),
    (b'B', Code::Down),
    (b'C', Code::Right),
    (b'D', Code::Left),
    (b'E', Code::Begin),
    (b'F', Code::End),
    (b'H', Code::Home),
    (b'P', Code::F(1)),
    (b'Q', Code::F(2)),
    (b'R', Code::F(3)),
    (b'S', Code::F(4)),
];

/// Keys named by the number of `CSI n ; mods ~`. Where a key has several numbers, the first is
/// the one written; the others are read from rxvt and the Linux console.
const TILDES: [(u16, Code); 29] = [
    (2, Code::Insert),
    (3, Code::Delete),
    (5, Code::PageUp),
    (6, Code::PageDown),
    (1, Code::Home),
    (7, Code::Home),
    (4, Code::End),
    (8, Code::End),
    (11, Code::F(1)),
    (12, Code::F(2)),
    (13, Code::F(3)),
    (14, Code::F(4)),
    (15, Code::F(5)),
    (17, Code::F(6)),
    (18, Code::F(7)),
    (19, Code::F(8)),
    (20, Code::F(9)),
    (21, Code::F(10)),
    (23, Code::F(11)),
    (24, Code::F(12)),
    (25, Code::F(13)),
    (26, Code::F(14)),
    (28, Code::F(15)),
    (29, Code::MENU),
    (31, Code::F(17)),
    (32, Code::F(18)),
    (33, Code::F(19)),
    (34, Code::F(20)),
    (57427, Code::Keypad(Keypad::Begin)),
];

/// Keys of the number block as `SS3 x` while a program has application keypad mode on.
const PAD: [(u8, Keypad); 18] = [
    (b'M', Keypad::Enter),
    (b'X', Keypad::Equal),
    (b'j', Keypad::Multiply),
    (b'k', Keypad::Add),
    (b'l', Keypad::Separator),
    (b'm', Keypad::Subtract),
    (b'n', Keypad::Decimal),
    (b'o', Keypad::Divide),
    (b'p', Keypad::Digit(0)),
    (b'q', Keypad::Digit(1)),
    (b'r', Keypad::Digit(2)),
    (b's', Keypad::Digit(3)),
    (b't', Keypad::Digit(4)),
    (b'u', Keypad::Digit(5)),
    (b'v', Keypad::Digit(6)),
    (b'w', Keypad::Digit(7)),
    (b'x', Keypad::Digit(8)),
    (b'y', Keypad::Digit(9)),
];

/// Kitty's numbers for the number block from 57409 on (the digits are the ten before it).
const KITTY_PAD: [Keypad; 19] = [
    Keypad::Decimal,
    Keypad::Divide,
    Keypad::Multiply,
    Keypad::Subtract,
    Keypad::Add,
    Keypad::Enter,
    Keypad::Equal,
    Keypad::Separator,
    Keypad::Nav(Nav::Left),
    Keypad::Nav(Nav::Right),
    Keypad::Nav(Nav::Up),
    Keypad::Nav(Nav::Down),
    Keypad::Nav(Nav::PageUp),
    Keypad::Nav(Nav::PageDown),
    Keypad::Nav(Nav::Home),
    Keypad::Nav(Nav::End),
    Keypad::Nav(Nav::Insert),
    Keypad::Nav(Nav::Delete),
    Keypad::Begin,
];

const KITTY_F13: u32 = 57376;
const KITTY_DIGIT0: u32 = 57399;
const KITTY_DECIMAL: u32 = 57409;

pub(super) fn from_letter(letter: u8) -> Option<Code> {
    find(&LETTERS, letter)
}

pub(super) fn to_letter(code: Code) -> Option<u8> {
    find_back(&LETTERS, code)
}

pub(super) fn from_tilde(number: u32) -> Option<Code> {
    find(&TILDES, u16::try_from(number).ok()?)
}

pub(super) fn to_tilde(code: Code) -> Option<u16> {
    find_back(&TILDES, code)
}

pub(super) fn from_pad(letter: u8) -> Option<Keypad> {
    find(&PAD, letter)
}

pub(super) fn to_pad(pad: Keypad) -> Option<u8> {
    find_back(&PAD, pad)
}

fn find<A: PartialEq, B: Copy>(table: &[(A, B)], wanted: A) -> Option<B> {
    let (_, found) = table.iter().find(|(name, _)| *name == wanted)?;
    Some(*found)
}

fn find_back<A: Copy, B: PartialEq>(table: &[(A, B)], wanted: B) -> Option<A> {
    let (found, _) = table.iter().find(|(_, code)| *code == wanted)?;
    Some(*found)
}

/// The key behind a number of the kitty protocol; `None` for numbers that name no key.
pub(super) fn from_kitty(number: u32) -> Option<Code> {
    match number {
        9 => Some(Code::Tab),
        13 => Some(Code::Enter),
        27 => Some(Code::Esc),
        127 => Some(Code::Backspace),
        KITTY_F13..KITTY_DIGIT0 => Some(Code::F((number - KITTY_F13 + 13) as u8)),
        KITTY_DIGIT0..KITTY_DECIMAL => {
            Some(Code::Keypad(Keypad::Digit((number - KITTY_DIGIT0) as u8)))
        }
        KITTY_DECIMAL..=57427 => KITTY_PAD
            .get((number - KITTY_DECIMAL) as usize)
            .map(|pad| Code::Keypad(*pad)),
        57358..=57363 | 57428..=57454 => Some(Code::Special(number as u16)),
        // The rest of the private use area is kept for keys not yet invented.
        0xe000..=0xf8ff => None,
        _ => char::from_u32(number)
            .filter(|c| !c.is_control())
            .map(Code::Char),
    }
}

/// The number of a key in `CSI n u`; `None` for keys the protocol writes in their legacy form.
pub(super) fn to_kitty(code: Code) -> Option<u32> {
    match code {
        Code::Char(c) => Some(u32::from(c)),
        Code::Tab => Some(9),
        Code::Enter => Some(13),
        Code::Esc => Some(27),
        Code::Backspace => Some(127),
        Code::F(n @ 13..=35) => Some(KITTY_F13 + u32::from(n) - 13),
        Code::Keypad(Keypad::Digit(n)) => Some(KITTY_DIGIT0 + u32::from(n.min(9))),
        Code::Keypad(pad) => {
            let at = KITTY_PAD.iter().position(|other| *other == pad)?;
            Some(KITTY_DECIMAL + at as u32)
        }
        Code::Special(n) => Some(u32::from(n)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kitty_numbers_are_the_same_both_ways() {
        for number in 0..0x1_0000 {
            if let Some(code) = from_kitty(number) {
                assert_eq!(to_kitty(code), Some(number), "{code:?}");
            }
        }
    }

    #[test]
    fn every_name_on_the_wire_reads_back() {
        for (letter, code) in LETTERS {
            assert_eq!(to_letter(code), Some(letter));
        }
        for (letter, pad) in PAD {
            assert_eq!(to_pad(pad), Some(letter));
        }
        for (number, code) in TILDES {
            let written = to_tilde(code).expect("every key of the table has a number");
            assert_eq!(from_tilde(u32::from(written)), Some(code), "{number}");
        }
    }
}
