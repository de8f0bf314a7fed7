//! Stoa, a terminal multiplexer for teams of coding agents.

pub mod clock;
pub mod config;
pub mod coord;
pub mod error;
pub mod keys;
pub mod model;
pub mod pty;
pub mod store;
