//! Frames: a 32-bit little-endian length, a 16-bit kind, then JSON.
//!
//! The length counts kind and payload and is capped, so a garbage peer costs a bounded read and
//! is told off. An unknown kind is skipped, since a newer peer may speak of things we do not know;
//! a malformed length or payload ends the connection.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// The largest frame accepted, in bytes.
pub const MAX_FRAME: usize = 16 << 20;
const HEADER: usize = 4;

/// One frame as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Which message it carries; see [`super::message`].
    pub kind: u16,
    /// Its JSON.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Decodes the payload.
    ///
    /// # Errors
    /// It is not the JSON this kind carries.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.payload).map_err(|error| {
            Error::unreachable(format!(
                "the other side sent a malformed message of kind {}: {error}",
                self.kind
            ))
        })
    }
}

/// Writes a message as a frame.
///
/// # Errors
/// The message is larger than a frame may be.
pub fn encode<T: Serialize>(kind: u16, message: &T) -> Result<Vec<u8>> {
    let payload = serde_json::to_vec(message)
        .map_err(|error| Error::internal(format!("cannot encode a message: {error}")))?;
    let length = payload.len() + 2;
    if length > MAX_FRAME {
        return Err(Error::refused(format!(
            "the message is too large for the socket ({length} bytes)"
        )));
    }
    let mut bytes = Vec::with_capacity(HEADER + length);
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
    bytes.extend_from_slice(&kind.to_le_bytes());
    bytes.extend_from_slice(&payload);
    Ok(bytes)
}

/// Collects bytes until frames are whole.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Takes bytes from the socket.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame, if there is one.
    ///
    /// # Errors
    /// The length cannot be right: too short for a kind, or over [`MAX_FRAME`].
    pub fn take(&mut self) -> Result<Option<Frame>> {
        let Some(head) = self.buffer.first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*head) as usize;
        if !(2..=MAX_FRAME).contains(&length) {
            return Err(Error::unreachable(format!(
                "the other side does not speak stoa's protocol (frame of {length} bytes)"
            )));
        }
        let Some(body) = self.buffer.get(HEADER..HEADER + length) else {
            return Ok(None);
        };
        let kind = u16::from_le_bytes([body[0], body[1]]);
        let payload = body[2..].to_vec();
        self.buffer.drain(..HEADER + length);
        Ok(Some(Frame { kind, payload }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        for length in [0u32, 1, u32::MAX, MAX_FRAME as u32 + 1] {
            let mut reader = Reader::default();
            reader.push(&length.to_le_bytes());
            assert!(reader.take().is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn frames_survive_any_split(
            texts in proptest::collection::vec(".{0,40}", 1..6),
            cuts in proptest::collection::vec(1usize..7, 1..200),
        ) {
            let mut bytes = Vec::new();
            for (kind, text) in texts.iter().enumerate() {
                bytes.extend(encode(kind as u16, text).expect("small enough"));
            }
            let mut reader = Reader::default();
            let mut got: Vec<String> = Vec::new();
            let mut rest = bytes.as_slice();
            let mut cuts = cuts.iter().cycle();
            while !rest.is_empty() {
                let at = (*cuts.next().expect("cycles")).min(rest.len());
                reader.push(&rest[..at]);
                rest = &rest[at..];
                while let Some(frame) = reader.take().expect("well formed") {
                    prop_assert_eq!(frame.kind as usize, got.len());
                    got.push(frame.decode().expect("a string"));
                }
            }
            prop_assert_eq!(got, texts);
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::default();
            reader.push(&bytes);
            while let Ok(Some(_)) = reader.take() {}
        }
    }
}
