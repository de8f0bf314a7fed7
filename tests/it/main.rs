//! The whole program, driven as people and scripts drive it: the real binary in a real terminal.
//! A file for each thing one can see it do; the names of the features of older tools that a test
//! covers (`S0-17`) stand with the test.

#[path = "../support/mod.rs"]
mod support;

mod attach;
mod bad_input;
mod coordination;
mod disks;
mod help;
mod keys;
mod once;
mod oversight;
mod panel;
mod panes;
mod programs;
mod tabs;
