//! The whole program, driven as people and scripts drive it: the real binary in a real terminal.
//! A file for each thing one can see it do; the names of the features of older tools that a test
//! covers (`S0-17`) stand with the test.

#[path = "../support/mod.rs"]
mod support;

mod attach;
mod attached;
mod bad_input;
mod comfort;
mod control;
mod coordination;
mod copy_mode;
mod disks;
mod events;
mod flows;
mod formats;
mod help;
mod import;
mod issues;
mod keys;
mod layouts;
mod messages;
mod once;
mod oversight;
mod panel;
mod panes;
mod programs;
mod readme;
mod remote;
mod restore;
mod seed_groups;
mod seed_issues;
mod seed_words;
mod soak;
mod tabs;
mod tasks;
mod tmux;
mod torture;
mod upgrade;
