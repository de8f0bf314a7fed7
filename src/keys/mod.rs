//! Keyboards, mice and what terminals answer: bytes to input, input to bytes, and the key map.
//!
//! The model: an outer terminal sends bytes; [`decode::Decoder`] turns them into [`input::Input`]
//! events; a key is looked up in a [`keymap::Keymap`] by its [`key::KeyEvent::chord`], or is
//! written to a pane in that pane's own encoding by [`encode`]. Legacy and kitty encodings meet
//! in one key type, so that the rest of the program never asks which protocol a terminal speaks.
//!
//! The invariant: no sequence of bytes panics, holds unbounded memory, or leaks the inside of an
//! escape sequence as typed keys; cutting the bytes anywhere changes nothing. Nothing in here reads
//! a clock, a file or the environment: the caller owns the timer that ends a lone Escape.

pub mod chord;
pub mod decode;
pub mod encode;
pub mod input;
pub mod key;
pub mod keymap;
mod legacy;
pub mod nearest;
