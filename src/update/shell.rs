//! What becomes of shell commands that have ended: `run-shell`, `if-shell` and copy mode's pipes.

use super::event::{Choice, Shell, ShellEnd, Then};
use super::{Effect, request, sequence};
use crate::command::line;
use crate::command::spec::Reply;
use crate::error::{Error, Result};
use crate::model::state::State;
use crate::model::wait::ReplyTo;

/// A command has ended, or could not begin.
pub fn ended(
    state: &mut State,
    job: Shell,
    end: Result<ShellEnd, String>,
    effects: &mut Vec<Effect>,
) {
    let failed = |why: String| Error::refused(format!("{}: {why}", job.command));
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
                // An exit code is nothing that a person sees.
                Ok(end) if reply.person().is_some() && !end.status.success() => {
                    Err(failed(format!("{}{}", end.text, end.status)))
                }
                Ok(end) => Ok(shown(&end)),
                Err(why) => Err(failed(why)),
            };
            request::answered(state, reply, result, effects);
        }
        Then::Choose(choice) => match end {
            Ok(end) => choose(state, *choice, end.status.success(), effects),
            Err(why) => request::answered(state, choice.reply, Err(failed(why)), effects),
        },
    }
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
    let by_hook = std::mem::replace(&mut state.journal.by_hook, false);
    state.journal.by_hook = by_hook || is_hooks(reply);
    match line::commands(&chosen) {
        Ok(commands) => sequence::run(state, commands, requester, reply, effects),
        Err(error) => request::answered(state, reply, Err(error), effects),
    }
    state.journal.by_hook = by_hook;
}

/// Whether a hook asked, itself or by a sequence of its own.
fn is_hooks(reply: ReplyTo) -> bool {
    matches!(
        reply,
        ReplyTo::Hook(_) | ReplyTo::Sequence { client: None, .. }
    )
}

/// What a command said, and as the answer's exit code its own.
fn shown(end: &ShellEnd) -> Reply {
    let code = end.status.shell_code();
    let text = end.text.trim_end_matches('\n');
    let data = serde_json::json!({ "text": text, "code": code });
    Reply::new(text, data).exits(u8::try_from(code).unwrap_or(1))
}
