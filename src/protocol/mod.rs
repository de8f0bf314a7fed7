//! How clients and commands talk to the server: length-prefixed frames on a Unix socket.
//!
//! Only control travels here. An attached terminal's bytes do not: its client hands the server the
//! terminal's descriptor itself, so a key press takes no detour through a second process.

pub mod bytes;
pub mod conn;
pub mod frame;
pub mod message;
