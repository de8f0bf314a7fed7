//! Commands on sessions.

pub mod activity;
pub mod discover;
pub mod fingerprint;
pub mod heartbeat;
pub mod register;
pub mod roles;
pub mod sessions;
pub mod status;
pub mod whoami;
