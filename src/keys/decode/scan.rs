//! Where an item of input ends. Knows the shape of sequences and nothing of their meaning.

use crate::keys::key::{Code, Key, Mods};
use crate::keys::legacy;

/// The most bytes of a control sequence that are kept.
const MAX_CSI: usize = 256;
/// The most bytes of a control string that are kept.
const MAX_TEXT: usize = 4096;
/// The same where it is the clipboard's content.
const MAX_CLIPBOARD: usize = 1 << 20;
/// The most bytes of a single-shift sequence: the modifiers in it are two short numbers.
const MAX_SS3: usize = 8;

/// What stands for bytes that are no character.
pub(super) const BROKEN: char = '\u{fffd}';

/// The outcome of looking at the front of the input.
pub(super) enum Scan<'a> {
    /// More bytes decide.
    More,
    /// An item and how many bytes it took, at least one.
    Item(usize, Token<'a>),
}

/// One item.
pub(super) enum Token<'a> {
    /// A key told by a single character, perhaps after Escape.
    Key(Key),
    /// `ESC [`, parameters and intermediates, the final byte.
    Csi(&'a [u8], u8),
    /// `ESC O`, parameters, the final byte.
    Ss3(&'a [u8], u8),
    /// `ESC [ [` and a letter: the Linux console's first function keys.
    Console(u8),
    /// `ESC [ M` and three bytes.
    OldMouse([u8; 3]),
    /// A control string: the byte that introduces it, and its body.
    Text(u8, &'a [u8]),
    /// A sequence that something else interrupted.
    Broken,
    /// A control sequence too long to keep; its rest follows.
    LongCsi,
    /// A control string too long to keep; its rest follows.
    LongText,
}

/// Whether these unfinished bytes could as well be keys that were typed: Escape alone, or before
/// one character that begins a sequence.
pub(super) fn may_be_typed(held: &[u8]) -> bool {
    match held {
        [0x1b] | [0x1b, 0x1b] => true,
        [0x1b, 0x1b, b'[' | b'O'] => true,
        [0x1b, b'[' | b'O' | b']' | b'P' | b'_'] => true,
        [0x1b, b'O', rest @ ..] | [0x1b, 0x1b, b'O', rest @ ..] => !rest.is_empty(),
        _ => false,
    }
}

/// Reads one item off the front. Escape before Escape is the caller's to decide.
pub(super) fn scan(bytes: &[u8]) -> Scan<'_> {
    match bytes {
        [] | [0x1b] => Scan::More,
        [0x1b, b'[', ..] => csi(bytes),
        [0x1b, b'O', ..] => ss3(bytes),
        [0x1b, b']' | b'P' | b'_'] => Scan::More,
        [0x1b, introducer, next, ..] if begins_text(*introducer, *next) => text(bytes, *introducer),
        [0x1b, rest @ ..] => match character(rest) {
            None => Scan::More,
            Some((used, key)) => {
                let mods = key.mods.with(Mods::ALT);
                Scan::Item(used + 1, Token::Key(Key::new(key.code, mods)))
            }
        },
        _ => match character(bytes) {
            None => Scan::More,
            Some((used, key)) => Scan::Item(used, Token::Key(key)),
        },
    }
}

/// Whether terminals send control strings that begin so. Anything else after these bytes is Alt
/// with a bracket, a P or an underscore, and typing went on.
fn begins_text(introducer: u8, next: u8) -> bool {
    match introducer {
        b']' => next.is_ascii_digit(),
        b'P' => next.is_ascii_digit() || matches!(next, b'>' | b'!' | b'$' | b'+'),
        b'_' => next == b'G',
        _ => false,
    }
}

/// One character and the key it stands for; `None` while its bytes are not all there.
fn character(bytes: &[u8]) -> Option<(usize, Key)> {
    let first = *bytes.first()?;
    if first.is_ascii() {
        return Some((1, control_or_ascii(first)));
    }
    let head = bytes.get(..bytes.len().min(4))?;
    let (used, found) = match std::str::from_utf8(head) {
        Ok(text) => first_char(text),
        Err(error) if error.valid_up_to() > 0 => {
            let valid = head.get(..error.valid_up_to())?;
            first_char(std::str::from_utf8(valid).unwrap_or_default())
        }
        Err(error) => (error.error_len()?, BROKEN),
    };
    // C1 controls are no keys; programs would take them for the start of a sequence.
    let found = if found.is_control() { BROKEN } else { found };
    Some((used, Key::char(found)))
}

fn first_char(text: &str) -> (usize, char) {
    match text.chars().next() {
        Some(c) => (c.len_utf8(), c),
        None => (1, BROKEN),
    }
}

/// The key an ASCII byte stands for.
pub(super) fn control_or_ascii(byte: u8) -> Key {
    match byte {
        0 => Key::ctrl(' '),
        b'\t' => Key::plain(Code::Tab),
        b'\r' => Key::plain(Code::Enter),
        0x1b => Key::plain(Code::Esc),
        1..=26 => Key::ctrl(char::from(byte + b'a' - 1)),
        0x1c..=0x1f => Key::ctrl(char::from(byte + 0x40)),
        0x7f => Key::plain(Code::Backspace),
        _ if byte.is_ascii() => Key::char(char::from(byte)),
        _ => Key::char(BROKEN),
    }
}

fn csi(bytes: &[u8]) -> Scan<'_> {
    match bytes {
        [_, _, b'[', last, ..] => {
            return match last {
                b'A'..=b'E' => Scan::Item(4, Token::Console(*last)),
                0x40..=0x7e => Scan::Item(4, Token::Broken),
                _ => Scan::Item(3, Token::Broken),
            };
        }
        [_, _, b'['] => return Scan::More,
        [_, _, b'M', rest @ ..] => return old_mouse(rest),
        _ => {}
    }
    let body = bytes.get(2..).unwrap_or_default();
    for (at, byte) in body.iter().enumerate() {
        let so_far = body.get(..at).unwrap_or_default();
        match byte {
            _ if at >= MAX_CSI => return Scan::Item(at + 2, Token::LongCsi),
            // rxvt ends Shift with a key in this byte, which elsewhere comes before the end.
            b'$' if !so_far.is_empty() && so_far.iter().all(u8::is_ascii_digit) => {
                return Scan::Item(at + 3, Token::Csi(so_far, *byte));
            }
            0x20..=0x3f => {}
            0x40..=0x7e => return Scan::Item(at + 3, Token::Csi(so_far, *byte)),
            _ => return Scan::Item(at + 2, Token::Broken),
        }
    }
    Scan::More
}

/// Where a control sequence that is being skipped ends: after its final byte, or before a control.
pub(super) fn csi_end(bytes: &[u8]) -> Option<usize> {
    let at = bytes.iter().position(|byte| !matches!(byte, 0x20..=0x3f))?;
    let is_final = bytes.get(at).is_some_and(|b| matches!(b, 0x40..=0x7e));
    Some(at + usize::from(is_final))
}

fn old_mouse(rest: &[u8]) -> Scan<'_> {
    if rest.iter().take(3).any(|byte| *byte < 0x20) {
        return Scan::Item(3, Token::Broken);
    }
    match rest {
        [button, x, y, ..] => Scan::Item(6, Token::OldMouse([*button, *x, *y])),
        _ => Scan::More,
    }
}

fn ss3(bytes: &[u8]) -> Scan<'_> {
    let typed = Scan::Item(2, Token::Key(Key::new(Code::Char('O'), Mods::ALT)));
    let body = bytes.get(2..).unwrap_or_default();
    for (at, byte) in body.iter().enumerate() {
        match byte {
            _ if at >= MAX_SS3 => return typed,
            b'0'..=b'9' | b';' => {}
            b'a'..=b'd' | b'I' => return ss3_item(body, at),
            _ if legacy::from_letter(*byte).is_some() => return ss3_item(body, at),
            _ if legacy::from_pad(*byte).is_some() => return ss3_item(body, at),
            _ => return typed,
        }
    }
    Scan::More
}

fn ss3_item(body: &[u8], at: usize) -> Scan<'_> {
    let params = body.get(..at).unwrap_or_default();
    let last = body.get(at).copied().unwrap_or_default();
    Scan::Item(at + 3, Token::Ss3(params, last))
}

fn text(bytes: &[u8], introducer: u8) -> Scan<'_> {
    let body = bytes.get(2..).unwrap_or_default();
    let most = match body.starts_with(b"52;") {
        true => MAX_CLIPBOARD,
        false => MAX_TEXT,
    };
    let kept = body.get(..body.len().min(most)).unwrap_or_default();
    let looked = match string_end(kept) {
        // Whether an Escape at the very edge ends the string is told by the byte after it.
        End::Unsure(used) if used < kept.len() => {
            let edge = body.get(..body.len().min(most + 1)).unwrap_or_default();
            string_end(edge)
        }
        other => other,
    };
    match looked {
        End::At(Some(len), used) => {
            let body = body.get(..len).unwrap_or_default();
            Scan::Item(used + 2, Token::Text(introducer, body))
        }
        End::At(None, used) => Scan::Item(used + 2, Token::Broken),
        End::Unsure(used) if used >= most => Scan::Item(used + 2, Token::LongText),
        End::Unsure(_) => Scan::More,
    }
}

/// Where a control string ends.
pub(super) enum End {
    /// The length of its body (`None` if something else interrupted it), and the bytes used.
    At(Option<usize>, usize),
    /// Not in these bytes; so many of them surely belong to it.
    Unsure(usize),
}

/// Looks for the end of a control string: BEL, `ESC \`, or before any other control.
pub(super) fn string_end(bytes: &[u8]) -> End {
    let Some(at) = bytes.iter().position(|byte| *byte < 0x20) else {
        return End::Unsure(bytes.len());
    };
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(0x07), _) => End::At(Some(at), at + 1),
        (Some(0x1b), Some(b'\\')) => End::At(Some(at), at + 2),
        (Some(0x1b), None) => End::Unsure(at),
        _ => End::At(None, at),
    }
}
