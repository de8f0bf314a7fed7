//! From a shell's words to an exit code.

pub mod output;
pub mod remote;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::command::local::LocalCx;
use crate::command::parse::{self, Invocation, Parsed};
use crate::command::spec::{Reply, Run};
use crate::command::{Command, ServerCommand, local};
use crate::error::Result;

/// Runs one command line and returns the process's exit code.
pub fn main(words: Vec<OsString>) -> ExitCode {
    // Errors about the command line itself honour --json too, before it could be parsed.
    let json = words.iter().any(|word| word == "--json");
    let text: Vec<OsString> = words.clone();
    match parse::parse(words) {
        Ok(Parsed::Show(text)) => output::show(&text),
        Ok(Parsed::Run(invocation)) => {
            let json = invocation.global.json;
            output::finish(run(*invocation, &text), json)
        }
        Err(error) => output::finish(Err(error), json),
    }
}

fn run(invocation: Invocation, words: &[OsString]) -> Result<Reply> {
    let Invocation { command, global } = invocation;
    match command {
        None => local::attach::Attach::default().run(&mut LocalCx { global }),
        Some(Command::Local(command)) => command.run(&mut LocalCx { global }),
        Some(Command::Store(command)) => {
            let mut cx = crate::command::store::open(&global)?;
            let reply = command.run(&mut cx);
            // What the session that acted has to hear does not wait for a command that asks for it.
            match cx.notices() {
                Ok(notices) => output::notify(&notices, global.json),
                Err(error) => output::say(&format!("cannot read notices: {}", error.message)),
            }
            reply
        }
        Some(Command::Server(ServerCommand::Events(events))) if events.follow => {
            remote::follow(&global, events.since)
        }
        Some(Command::Server(ServerCommand::WaitPane(wait))) => {
            remote::wait(&global, words, wait.timeout)
        }
        Some(Command::Server(ServerCommand::LoadBuffer(load))) if load.takes_input() => {
            remote::fed(&global, words)
        }
        Some(Command::Server(_) | Command::View(_)) => remote::run(&global, words),
    }
}
