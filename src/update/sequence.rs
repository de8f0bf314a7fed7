//! Several commands, one after the other: what keys, the prompt and hooks run.
//!
//! The first that fails, or whose answer is a no, ends the sequence. A command whose answer comes
//! later holds up those behind it, and nothing else.

use std::collections::VecDeque;

use super::{Effect, ReplyTo, Requester, request};
use crate::command::line::{self, Said};
use crate::command::spec::Reply;
use crate::error::{Error, Result};
use crate::model::sequence::{MAX_SEQUENCES, Sequence};
use crate::model::state::State;
use crate::model::variables;
use crate::model::wait::Formats;

/// Runs the commands of a line and sees that their answer gets to whoever asked.
pub fn run(
    state: &mut State,
    commands: Vec<Vec<String>>,
    requester: Requester,
    reply: ReplyTo,
    effects: &mut Vec<Effect>,
) {
    let done = dispatched(state, commands, requester, reply, effects);
    answer(state, reply, done, effects);
}

/// The same, but leaves the answer to the caller; `None` if it comes later.
///
/// # Errors
/// One of them is not understood, in which case none has run, or the first that failed did.
pub fn dispatched(
    state: &mut State,
    commands: Vec<Vec<String>>,
    requester: Requester,
    reply: ReplyTo,
    effects: &mut Vec<Effect>,
) -> Result<Option<Reply>> {
    let mut said = line::understand(filled_in(state, &requester.formats, commands))?;
    if said.len() == 1
        && let Some(said) = said.pop()
    {
        let requester = asking(&requester, &said);
        return request::dispatched(state, said.command, requester, reply, effects);
    }
    let begun = Sequence {
        rest: Vec::new(),
        texts: Vec::new(),
        requester,
        reply,
    };
    go_on(state, said.into(), begun, effects)
}

/// The command that a sequence waited for has answered.
pub fn answered(state: &mut State, number: u64, result: Result<Reply>, effects: &mut Vec<Effect>) {
    // It is gone if its person is.
    let Some(mut sequence) = state.sequences.take(number) else {
        return;
    };
    let reply = sequence.reply;
    let done = match result {
        Ok(done) if done.code == 0 => {
            sequence.heard(done);
            let rest = std::mem::take(&mut sequence.rest);
            on_behalf(state, reply, |state| {
                let rest = line::understand(rest)?;
                go_on(state, rest.into(), sequence, effects)
            })
        }
        other => other.map(Some),
    };
    answer(state, reply, done, effects);
}

/// Does something on somebody's behalf: what is done for a hook starts no hooks.
pub(super) fn on_behalf<T>(
    state: &mut State,
    reply: ReplyTo,
    work: impl FnOnce(&mut State) -> T,
) -> T {
    let before = state.journal.by_hook;
    state.journal.by_hook = before || reply.is_hooks();
    let done = work(state);
    state.journal.by_hook = before;
    done
}

/// The words of commands with a hook's formats filled in. They are words by now, so no title becomes
/// several of them or another command. A command that reads its words as commands, as shell commands or
/// as formats does so itself.
fn filled_in(state: &State, formats: &Formats, mut commands: Vec<Vec<String>>) -> Vec<Vec<String>> {
    if let Formats::Hook(hook) = formats {
        let own = commands.iter_mut().filter(|words| !line::fills_in(words));
        for word in own.flatten() {
            *word = variables::expand_for(state, hook.subject, formats, word);
        }
    }
    commands
}

/// Who asks for one of the commands.
fn asking(requester: &Requester, said: &Said) -> Requester {
    let mut asking = requester.clone();
    if matches!(asking.formats, Formats::Hook(_)) && !line::fills_in(&said.words) {
        asking.formats = Formats::Done;
    }
    asking
}

impl Sequence {
    /// Takes what a command had to say.
    fn heard(&mut self, done: Reply) {
        if let Some(here) = done.here {
            self.requester.moves(here);
        }
        if !done.text.is_empty() {
            self.texts.push(done.text);
        }
    }
}

fn answer(
    state: &mut State,
    reply: ReplyTo,
    done: Result<Option<Reply>>,
    effects: &mut Vec<Effect>,
) {
    if let Some(result) = done.transpose() {
        request::answered(state, reply, result, effects);
    }
}

/// Runs commands until one fails, answers later, or none is left.
fn go_on(
    state: &mut State,
    mut rest: VecDeque<Said>,
    mut sequence: Sequence,
    effects: &mut Vec<Effect>,
) -> Result<Option<Reply>> {
    while let Some(said) = rest.pop_front() {
        let number = state.sequences.mint();
        let reply = match sequence.reply {
            // Nothing of the sequence is left to go on, and nobody takes the answer.
            hook @ ReplyTo::Hook(_) if rest.is_empty() => hook,
            reply => ReplyTo::Sequence {
                number,
                asker: reply.asker(),
            },
        };
        let requester = asking(&sequence.requester, &said);
        sequence.rest = rest.iter().map(|said| said.words.clone()).collect();
        // Kept before it runs: a wait may be over as soon as it begins.
        state.sequences.keep(number, sequence);
        let done = request::dispatched(state, said.command, requester, reply, effects);
        if matches!(done, Ok(None)) {
            return match state.sequences.are_too_many() && state.sequences.take(number).is_some() {
                false => Ok(None),
                true => Err(Error::refused(format!(
                    "{MAX_SEQUENCES} sequences of commands wait already: this one ends here"
                ))),
            };
        }
        let Some((kept, done)) = state.sequences.take(number).zip(done?) else {
            return Ok(None);
        };
        if done.code != 0 {
            return Ok(Some(done));
        }
        sequence = kept;
        sequence.heard(done);
    }
    let text = sequence.texts.join("\n");
    Ok(Some(Reply::new(text, serde_json::Value::Null)))
}
