//! Stoa, a terminal multiplexer for teams of coding agents.

pub mod clock;
pub mod coord;
pub mod draw;
pub mod error;
pub mod model;
pub mod pty;
pub mod ui;
