//! `wait-for`, in tmux's words.

use std::time::Duration;

use clap::Args;

use super::ServerCx;
use crate::command::pane::wait::patience;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::channel::Turn;
use crate::model::wait::Waiting;
use crate::update::waits;

/// The longest name of a channel, in bytes.
const LONGEST: usize = 256;

/// Wait until another command wakes a channel; scripts agree on its name
///
/// A channel that was woken while nobody waited lets the next who waits pass at once. For what happens in
/// a pane itself, `wait` needs no such signal.
///
/// stoa send-keys -t 1 'make; stoa wait-for -S built' Enter ; stoa wait-for built
#[derive(Debug, Clone, Args)]
pub struct WaitFor {
    /// Wake everybody who waits on the channel
    #[arg(short = 'S', long = "signal", group = "what")]
    pub signal: bool,
    /// Wait until the channel can be locked, and lock it; it stays so until somebody unlocks it
    #[arg(short = 'L', long = "lock", group = "what")]
    pub lock: bool,
    /// Unlock the channel: whoever has waited longest for that has it next
    #[arg(short = 'U', long = "unlock", group = "what")]
    pub unlock: bool,
    /// Give up after so long (30s, 10m), with exit code 1; without it wait for ever
    #[arg(long, value_name = "TIME", value_parser = patience)]
    pub timeout: Option<Duration>,
    /// The channel's name
    pub channel: String,
}

impl Run<ServerCx<'_>> for WaitFor {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let name = self.channel;
        if name.is_empty() || name.len() > LONGEST {
            return Err(Error::usage(format!(
                "the name of a channel has 1 to {LONGEST} bytes"
            )));
        }
        if self.signal {
            if waits::wake(cx.state, &name, cx.effects) || cx.state.channels.keep_signal(&name) {
                return Ok(Reply::none());
            }
            return Err(too_many());
        }
        if self.unlock {
            let locked = cx.state.channels.is_locked(&name);
            if !locked {
                return Err(Error::refused(format!("channel {name:?} is not locked"))
                    .with_hint("stoa wait-for -L NAME locks one"));
            }
            if !waits::hand_on(cx.state, &name, cx.effects) {
                let _ = cx.state.channels.unlock(&name);
            }
            return Ok(Reply::none());
        }
        let turn = match self.lock {
            true if !cx.state.channels.has_room() && !cx.state.channels.is_locked(&name) => {
                return Err(too_many());
            }
            true => Turn::Lock(name),
            false => Turn::Signal(name),
        };
        match cx.state.channels.take(&turn) {
            true => Ok(Reply::none()),
            false => cx.wait(Waiting::Channel(turn), self.timeout),
        }
    }
}

fn too_many() -> Error {
    Error::refused("too many channels are woken or locked already")
        .with_hint("wait on those that are woken, unlock those that are locked")
}
