//! What a person sets and where things are: files of settings and keys, the workspace, its socket.
//!
//! Nothing in here fails a start because of what a file says: a mistake becomes one line to show,
//! and the default counts instead. Finding the workspace reads files and starts no process.

pub mod adjust;
pub mod bindings;
pub mod changes;
mod doc;
pub mod layouts;
pub mod load;
pub mod paths;
pub mod settings;
pub mod themes;
pub mod workspace;
