//! The server: one background process per workspace that owns the panes and the attached
//! terminals.
//!
//! Two threads matter. The *loop* ([`event_loop`]) waits in one `epoll` for PTYs, terminals, ended
//! programs and its mailbox; it is the only one that touches the state, so there are no locks on
//! it. The *sockets* thread ([`sockets`], tokio) accepts connections, checks who they are and turns
//! their frames into posts to the mailbox. A third ([`coordinator`]) does what may take a while on
//! the store. Nobody waits for the loop while holding anything, and the loop waits for nobody.

pub mod carry;
mod config_watch;
pub mod coordinator;
pub mod effects;
mod errand;
pub mod event_loop;
pub mod files;
pub mod frames;
pub mod keeper;
pub mod lockfile;
pub mod mailbox;
mod posts;
mod programs;
mod shell;
pub mod sockets;
pub mod start;
mod tap;
pub mod terminal;
mod typing;
pub mod upgrade;
