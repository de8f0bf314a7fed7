//! Stoa, a terminal multiplexer for teams of coding agents.

pub mod cli;
pub mod client;
pub mod clock;
pub mod command;
pub mod config;
pub mod coord;
pub mod draw;
pub mod error;
pub mod keys;
pub mod model;
pub mod protocol;
pub mod pty;
pub mod server;
pub mod store;
pub mod term;
pub mod ui;
pub mod update;
