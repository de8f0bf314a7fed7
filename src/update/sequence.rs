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
    let mut said = line::understand(commands)?;
    if said.len() == 1
        && let Some(Said { command, .. }) = said.pop()
    {
        return request::dispatched(state, command, requester, reply, effects);
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
            state.journal.by_hook = matches!(reply, ReplyTo::Hook(_));
            let done = line::understand(rest)
                .and_then(|rest| go_on(state, rest.into(), sequence, effects));
            state.journal.by_hook = false;
            done
        }
        other => other.map(Some),
    };
    answer(state, reply, done, effects);
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
    while let Some(Said { command, .. }) = rest.pop_front() {
        let number = state.sequences.mint();
        let reply = match sequence.reply {
            // Nothing of the sequence is left to go on, and nobody takes the answer.
            hook @ ReplyTo::Hook(_) if rest.is_empty() => hook,
            asker => ReplyTo::Sequence {
                number,
                client: asker.person(),
            },
        };
        let requester = sequence.requester.clone();
        sequence.rest = rest.iter().map(|said| said.words.clone()).collect();
        // Kept before it runs: a wait may be over as soon as it begins.
        state.sequences.keep(number, sequence);
        let done = request::dispatched(state, command, requester, reply, effects);
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
