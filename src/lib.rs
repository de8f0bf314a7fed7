//! Stoa, a terminal multiplexer for teams of coding agents.

pub mod clock;
pub mod config;
pub mod coord;
pub mod draw;
pub mod error;
pub mod keys;
pub mod model;
pub mod pty;
pub mod store;
pub mod term;
pub mod ui;
