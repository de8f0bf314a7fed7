//! Commands on groups.

pub mod groups;
pub mod join;
pub mod leave;
pub mod peers;
