//! Commands on sessions.

pub mod heartbeat;
pub mod register;
pub mod sessions;
pub mod whoami;
