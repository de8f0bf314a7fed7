//! From a shell's words to an exit code. Several commands in one line run one after the other.

pub mod output;
pub mod remote;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::command::local::LocalCx;
use crate::command::parse::{self, Global, Invocation, Parsed};
use crate::command::spec::{Reply, Run};
use crate::command::{Command, ServerCommand, line, local};
use crate::error::{Error, Result};
use crate::model::id::PaneId;

/// Runs one command line and returns the process's exit code.
pub fn main(words: Vec<OsString>) -> ExitCode {
    // Errors about the command line itself honour --json too, though it could not be parsed.
    let wants_json = words.iter().any(|word| word == "--json");
    match understand(words) {
        Ok(Understood::Show(text)) => output::show(&text),
        Ok(Understood::One(said)) => {
            let json = said.invocation.global.json;
            output::finish(run(*said, &mut Here::default()), json)
        }
        Ok(Understood::Sequence(sequence)) => in_turn(sequence),
        Err(error) => output::finish(Err(error), wants_json),
    }
}

/// A command and the words it was made of.
struct Said {
    invocation: Invocation,
    words: Vec<OsString>,
}

/// What a command line turned out to be.
enum Understood {
    Show(String),
    One(Box<Said>),
    Sequence(Vec<Said>),
}

/// The pane that the next command is asked in, if one before it moved there.
type Here = Option<PaneId>;

/// Takes a command line apart; every command is understood before the first of them runs.
fn understand(words: Vec<OsString>) -> Result<Understood> {
    let mut commands = line::separate(words);
    if let [words] = commands.as_mut_slice() {
        let words = std::mem::take(words);
        return Ok(match parse::parse(words.clone())? {
            Parsed::Show(text) => Understood::Show(text),
            Parsed::Run(invocation) => Understood::One(Box::new(Said {
                invocation: *invocation,
                words,
            })),
        });
    }
    // Options before the first command are said of them all.
    let common: Vec<OsString> = commands[0][..parse::command_at(&commands[0])].to_vec();
    let mut sequence = Vec::new();
    for (at, own) in commands.into_iter().enumerate() {
        let words = match at {
            0 => own,
            _ => common.iter().cloned().chain(own).collect(),
        };
        let invocation = line::invocation(&words)?;
        if invocation.global.op.is_some() {
            return Err(
                Error::usage("--op names one command, and there are several")
                    .with_hint("run that command by itself"),
            );
        }
        sequence.push(Said { invocation, words });
    }
    Ok(Understood::Sequence(sequence))
}

/// Runs commands one after the other, each in its place, until one fails or answers with a no.
fn in_turn(sequence: Vec<Said>) -> ExitCode {
    let json = sequence.iter().any(|said| said.invocation.global.json);
    let mut here = Here::default();
    let (mut data, mut code) = (Vec::new(), 0);
    for said in sequence {
        let outcome = run(said, &mut here);
        if json {
            code = output::gather(outcome, &mut data);
            if code != 0 {
                break;
            }
        } else {
            match output::finish(outcome, false) {
                ExitCode::SUCCESS => {}
                failed => return failed,
            }
        }
    }
    match json {
        true => output::finish(Ok(Reply::new("", data.into()).exits(code)), true),
        false => ExitCode::SUCCESS,
    }
}

fn run(said: Said, here: &mut Here) -> Result<Reply> {
    let Said { invocation, words } = said;
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
            output::notify(cx.files_are_behind().as_slice(), global.json);
            output::notify(cx.unreadable().as_slice(), global.json);
            reply
        }
        Some(Command::Server(ServerCommand::Events(events))) if events.follow => {
            remote::follow(&global, events.since)
        }
        Some(command) => {
            let reply = ask(&command, &global, &words, *here)?;
            *here = reply.here.or(*here);
            Ok(reply)
        }
    }
}

/// Has the server run a command, in the way that it needs.
fn ask(
    command: &Command,
    global: &Global,
    words: &[OsString],
    here: Option<PaneId>,
) -> Result<Reply> {
    match command {
        Command::Server(ServerCommand::WaitPane(wait)) => {
            remote::wait(global, words, here, wait.timeout)
        }
        Command::Server(ServerCommand::WaitFor(wait)) => {
            remote::wait(global, words, here, wait.timeout)
        }
        Command::Server(ServerCommand::RunProgram(program)) if program.wait => {
            remote::run_to_end(global, words, here, program.timeout)
        }
        Command::Server(ServerCommand::LoadBuffer(load)) if load.takes_input() => {
            remote::fed(global, words, here)
        }
        _ => remote::run(global, words, here),
    }
}
