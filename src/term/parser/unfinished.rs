//! The bytes that lead to the state between two reads.

use super::{Parser, State};

impl Parser {
    /// What has been taken of something unfinished: a new parser fed with it is where this one is.
    pub(in crate::term) fn unfinished(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self.state {
            State::Ground => out.extend_from_slice(&self.begun[..self.begun_len]),
            State::Escape | State::EscapeIntermediate => {
                out.push(0x1b);
                out.extend_from_slice(self.sequence.intermediates());
            }
            State::Csi | State::CsiIntermediate => self.head(b"\x1b[", &mut out),
            // Whatever it was, its end is all that matters.
            State::CsiIgnore => out.extend_from_slice(b"\x1b[0?"),
            State::Osc if self.string_overlong => out.extend_from_slice(b"\x1b]0000;"),
            State::Osc => {
                out.extend_from_slice(b"\x1b]");
                out.extend_from_slice(&self.string);
            }
            State::DcsHead | State::DcsIntermediate => self.head(b"\x1bP", &mut out),
            State::DcsData if !self.string_overlong => {
                self.head(b"\x1bP", &mut out);
                out.push(self.sequence.action());
                out.extend_from_slice(&self.string);
            }
            _ => out.extend_from_slice(b"\x1bX"),
        }
        out
    }

    /// Introducer, prefix, parameters and intermediates.
    fn head(&self, introducer: &[u8], out: &mut Vec<u8>) {
        let collected = self.sequence.intermediates();
        let is_prefix = |byte: &&u8| matches!(byte, b'<'..=b'?');
        out.extend_from_slice(introducer);
        out.extend(collected.iter().filter(is_prefix));
        self.sequence.write_params(out);
        // In a string the last parameter has been counted already.
        if self.state != State::DcsData && self.value != 0 {
            out.extend_from_slice(self.value.to_string().as_bytes());
        }
        out.extend(collected.iter().filter(|byte| !is_prefix(byte)));
        if self.sequence.overlong {
            out.extend_from_slice(b"   ");
        }
    }
}
