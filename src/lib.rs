//! Stoa, a terminal multiplexer for teams of coding agents.

pub mod clock;
pub mod error;
pub mod model;
