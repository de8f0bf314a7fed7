//! Commands on tabs.

pub mod close;
pub mod layout;
pub mod list;
pub mod new;
pub mod rename;
pub mod reorder;
