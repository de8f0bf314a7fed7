//! Commands on paste buffers: what was copied, newest first.

pub mod delete;
pub mod list;
pub mod load;
pub mod paste;
pub mod save;
pub mod set;
pub mod show;
