//! Commands on tabs.

pub mod close;
pub mod layout;
pub mod list;
pub mod new;
pub mod rename;
pub mod reorder;
pub mod resize;
pub mod rotate;
pub mod saved;
pub mod sync;
pub mod undo;
