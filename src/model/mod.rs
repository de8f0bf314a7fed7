//! What the server knows: tabs, panes, views. Plain data; no I/O, no clock, no threads.

pub mod buffers;
pub mod channel;
pub mod copy;
pub mod float;
pub mod format;
pub mod geometry;
pub mod id;
pub mod journal;
pub mod layout;
pub mod line_edit;
pub mod menu;
pub mod messages;
pub mod outputs;
pub mod overlay;
pub mod pane;
pub mod panel;
pub mod program;
pub mod saved;
pub mod sequence;
pub mod state;
pub mod tab;
pub mod undo;
pub mod variables;
pub mod view;
pub mod wait;
pub mod wall;
