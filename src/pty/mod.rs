//! Programs in pseudo-terminals: starting them, moving bytes, telling how they ended.
//!
//! A [`Pty`] is the master side of one terminal and the program that leads its session. Every call
//! returns at once: reading and writing never block, what the program does not take is kept in a
//! bounded queue, and the end is learned from the pidfd becoming readable, never from a signal
//! handler. All descriptors are close-on-exec, so no program sees another one's terminal. Dropping
//! a `Pty` hangs the program up and leaves no zombie behind. Nothing here interprets the bytes.

mod child;
mod io;
mod spawn;
#[cfg(test)]
mod tests;

pub use child::{ExitStatus, adopt_orphan, adopt_orphans, orphans, reap_orphans};
pub use io::{Handed, Pty, Read, WriteError};
pub use spawn::{SpawnError, SpawnSpec, spawn};
