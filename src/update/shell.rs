//! Shell commands outside of panes, `run-shell`, `if-shell` and copy mode's pipes: how they begin, and what
//! becomes of those that have ended.

use std::path::PathBuf;

use super::event::{Choice, Shell, ShellEnd, Then};
use super::{Effect, outputs, request, sequence};
use crate::command::line;
use crate::command::spec::Reply;
use crate::error::{Error, Result};
use crate::model::format::Script;
use crate::model::id::PaneId;
use crate::model::pane::Pane;
use crate::model::state::State;
use crate::model::wait::Asker;

/// More at once are somebody's loop.
const MOST: usize = 64;

/// A command has ended, or could not begin.
pub fn ended(
    state: &mut State,
    job: Shell,
    end: Result<ShellEnd, String>,
    effects: &mut Vec<Effect>,
) {
    let failed = |why: String| Error::refused(format!("{}: {why}", job.script.written));
    match job.after {
        Then::Tell(reply) => {
            let why = match end {
                Ok(end) if end.status.success() => return,
                Ok(end) => end.status.to_string(),
                Err(why) => why,
            };
            request::answered(state, reply, Err(failed(why)), effects);
        }
        Then::Show(reply) => {
            let result = match end {
                // An exit code is nothing that a person sees, or that a hook could tell.
                Ok(end)
                    if !matches!(reply.asker(), Asker::Connection(_)) && !end.status.success() =>
                {
                    Err(failed(format!("{}{}", end.text, end.status)))
                }
                Ok(end) => Ok(shown(&end)),
                Err(why) => Err(failed(why)),
            };
            request::answered(state, reply, result, effects);
        }
        Then::Draw => outputs::ended(state, &job.script, &end),
        Then::Choose(choice) => match end {
            Ok(end) => choose(state, *choice, end.status.success(), effects),
            Err(why) => request::answered(state, choice.reply, Err(failed(why)), effects),
        },
    }
}

/// Asks for a shell command about a pane to be run where the pane is.
///
/// # Errors
/// Too many run already.
pub fn begin(
    state: &mut State,
    pane: PaneId,
    script: Script,
    input: Vec<u8>,
    after: Then,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    if state.shells >= MOST {
        return Err(
            Error::refused(format!("{MOST} shell commands run already")).with_hint("wait for them")
        );
    }
    state.shells += 1;
    let cwd = directory(state, pane);
    effects.push(Effect::Shell(Box::new(Shell {
        script,
        pane,
        cwd,
        input,
        after,
    })));
    Ok(())
}

/// Where a shell command about a pane runs.
pub fn directory(state: &State, pane: PaneId) -> PathBuf {
    let pane = state.panes.get(&pane);
    pane.map_or(state.root.as_path(), Pane::directory)
        .to_owned()
}

/// Runs one of two command lines.
pub fn choose(state: &mut State, choice: Choice, yes: bool, effects: &mut Vec<Effect>) {
    let Choice {
        then,
        otherwise,
        requester,
        reply,
    } = choice;
    let Some(chosen) = (if yes { Some(then) } else { otherwise }) else {
        return request::answered(state, reply, Ok(Reply::none()), effects);
    };
    sequence::on_behalf(state, reply, |state| match line::commands(&chosen) {
        Ok(commands) => sequence::run(state, commands, requester, reply, effects),
        Err(error) => request::answered(state, reply, Err(error), effects),
    });
}

/// What a command said, and as the answer's exit code its own.
fn shown(end: &ShellEnd) -> Reply {
    let code = end.status.shell_code();
    let text = end.text.trim_end_matches('\n');
    let data = serde_json::json!({ "text": text, "code": code });
    Reply::new(text, data).exits(u8::try_from(code).unwrap_or(1))
}
