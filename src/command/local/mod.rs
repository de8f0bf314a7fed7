//! Commands that run in the process they were typed in.

pub mod attach;
pub mod guide;
pub mod kill_server;
pub mod list_commands;
pub mod ls;
pub mod once;
pub mod serve;
mod ssh;
pub mod start_server;
pub mod upgrade;
pub mod watch;

use super::parse::Global;

/// What a local command gets: the options around it.
#[derive(Debug, Clone)]
pub struct LocalCx {
    /// Options common to all commands.
    pub global: Global,
}
