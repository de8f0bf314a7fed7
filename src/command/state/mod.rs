//! Commands on what a session keeps for others to read.

pub mod clear;
pub mod set;
pub mod show;
