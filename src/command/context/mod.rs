//! Commands on a group's shared context.

pub mod get;
pub mod share;
pub mod unshare;
pub mod value;
