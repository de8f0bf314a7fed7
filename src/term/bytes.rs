//! The parser, fed whole characters only.
//!
//! vte keeps a character that was cut between two reads, but drops an ASCII character that
//! follows it if another long one begins within the same four bytes. So the beginning of a
//! character waits here for its end instead.

use super::engine::Engine;

/// The state machine that finds controls, sequences and text in a program's output.
#[derive(Default)]
pub(super) struct Parser {
    vte: vte::Parser,
    /// The first bytes of a character whose rest has not come.
    begun: [u8; 4],
    len: usize,
}

impl Parser {
    /// Parses `bytes` until a synchronized update begins; returns how many were taken.
    pub(super) fn advance(&mut self, engine: &mut Engine, bytes: &[u8]) -> usize {
        let start = self.complete(engine, bytes);
        let rest = bytes.get(start..).unwrap_or_default();
        let (whole, cut) = rest.split_at(rest.len() - cut_character(rest));
        let taken = self.vte.advance_until_terminated(engine, whole);
        if taken < whole.len() || engine.sync_began {
            return start + taken;
        }
        for (slot, byte) in self.begun.iter_mut().zip(cut) {
            *slot = *byte;
            self.len += 1;
        }
        bytes.len()
    }

    /// Finishes the character begun before; returns how many of `bytes` it took.
    fn complete(&mut self, engine: &mut Engine, bytes: &[u8]) -> usize {
        if self.len == 0 {
            return 0;
        }
        let missing = length(self.begun[0]).saturating_sub(self.len);
        let more = bytes
            .iter()
            .take(missing)
            .take_while(|byte| is_continuation(**byte))
            .count();
        for byte in &bytes[..more] {
            self.begun[self.len] = *byte;
            self.len += 1;
        }
        if more == missing || more < bytes.len() {
            let len = std::mem::take(&mut self.len);
            self.vte.advance(engine, &self.begun[..len]);
        }
        more
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// Bytes of the character that begins with `byte`; 0 if none begins with it.
fn length(byte: u8) -> usize {
    match byte {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 0,
    }
}

/// How many bytes at the end of `bytes` begin a character that goes on.
fn cut_character(bytes: &[u8]) -> usize {
    for (back, byte) in (1..=3).zip(bytes.iter().rev()) {
        if !is_continuation(*byte) {
            return if length(*byte) > back { back } else { 0 };
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_characters_are_found() {
        let check = |bytes: &[u8], expected| assert_eq!(cut_character(bytes), expected);
        check(b"", 0);
        check(b"abc", 0);
        check("é".as_bytes(), 0);
        check(b"a\xc3", 1);
        check(b"a\xe2\x82", 2);
        check(b"a\xe2\x82\xac", 0);
        check(b"\xf0\x9f\x91", 3);
        check("a👩".as_bytes(), 0);
        check(b"\x80\x80\x80\x80", 0);
        check(b"\xff", 0);
    }
}
