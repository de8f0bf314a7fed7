//! Pasted text on its way into a pane, made harmless.
//!
//! A paste is text someone else wrote. It must not end its own brackets and go on as typing, nor
//! steer the program by control characters: of those only tab and line ends pass.

use super::PaneModes;
use crate::keys::input::Paste;

const BEGIN: &[u8] = b"\x1b[200~";
const END: &[u8] = b"\x1b[201~";

/// Appends one piece of a paste, bracketed if the program asked for brackets; if not, line ends
/// become the Enter key, as if typed.
pub fn paste(piece: &Paste, modes: &PaneModes, out: &mut Vec<u8>) {
    out.reserve(piece.data.len() + BEGIN.len() + END.len());
    if modes.bracketed_paste && piece.part.begins() {
        out.extend_from_slice(BEGIN);
    }
    let mut rest = piece.data.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        if let Some(tail) = rest.strip_prefix(BEGIN).or(rest.strip_prefix(END)) {
            rest = tail;
            continue;
        }
        rest = tail;
        match first {
            b'\r' if !modes.bracketed_paste => {
                out.push(b'\r');
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            b'\n' if !modes.bracketed_paste => out.push(b'\r'),
            b'\t' | b'\n' | b'\r' => out.push(*first),
            0..0x20 | 0x7f => {}
            // The C1 controls, which in UTF-8 are these two bytes.
            0xc2 if matches!(rest.first(), Some(0x80..=0x9f)) => {
                rest = rest.get(1..).unwrap_or_default();
            }
            _ => out.push(*first),
        }
    }
    if modes.bracketed_paste && piece.part.ends() {
        out.extend_from_slice(END);
    }
}
