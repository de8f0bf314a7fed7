//! Commands on groups.

pub mod access;
pub mod ask;
pub mod groups;
pub mod join;
pub mod leave;
pub mod manage;
pub mod peers;
pub mod sync;
