//! Images a program draws: swallowed, with a word in their place.
//!
//! No image reaches the outer terminal. What is said of it in its head is enough for a placeholder;
//! its data is dropped as it comes, so that an image of any size costs nothing. A program that asks
//! is told the truth: no sixel among the device attributes, no `OK` to a query in kitty's protocol.

use super::engine::Engine;
use super::parser::Actions;

impl Engine {
    /// A sixel image, of which `data` is the beginning: `"ratio;ratio;width;height`, if it says so.
    pub(super) fn sixel(&mut self, data: &[u8]) {
        let size = data.strip_prefix(b"\"").map(|rest| {
            let end = rest
                .iter()
                .position(|byte| !matches!(byte, b'0'..=b'9' | b';'));
            let head = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let mut numbers = head.split(|byte| *byte == b';').skip(2).map(number);
            (numbers.next().flatten(), numbers.next().flatten())
        });
        let (width, height) = size.unwrap_or_default();
        self.placeholder(width, height);
    }

    /// A command of kitty's graphics protocol, of which `data` is the beginning: `Gkey=value,…;…`.
    pub(super) fn graphics(&mut self, data: &[u8]) {
        let Some(rest) = data.strip_prefix(b"G") else {
            return;
        };
        let keys = rest.split(|byte| *byte == b';').next().unwrap_or_default();
        let value = |name: u8| {
            let mut pairs = keys.split(|byte| *byte == b',');
            pairs.find_map(|pair| pair.strip_prefix(&[name, b'=']))
        };
        // Transmitting and displaying, or displaying what was transmitted; unless by text of its
        // own (U+10EEEE), which is drawn like any other.
        if matches!(value(b'a'), Some(b"T" | b"p")) && value(b'U') != Some(b"1") {
            let number = |name| value(name).and_then(number);
            self.placeholder(number(b's'), number(b'v'));
        }
    }

    fn placeholder(&mut self, width: Option<u32>, height: Option<u32>) {
        let text = match (width, height) {
            (Some(width), Some(height)) => format!("[image {width}x{height}]"),
            _ => "[image]".to_owned(),
        };
        self.text(&text);
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (number > 0).then_some(number)
}
