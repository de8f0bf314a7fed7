//! Running the shell commands in formats of the status line: see [`crate::model::outputs`].

use super::event::{ShellEnd, Then};
use super::{Effect, shell};
use crate::model::format::Script;
use crate::model::state::State;

/// How long lies between two runs if nothing else is set, in seconds.
const INTERVAL: u64 = 15;

/// How long lies between two runs, in milliseconds; none to run once.
fn interval(state: &State) -> Option<u64> {
    let set = state.options.get("status-interval");
    let seconds = set.and_then(|set| set.parse().ok()).unwrap_or(INTERVAL);
    (seconds > 0).then(|| seconds.saturating_mul(1000))
}

/// When the next one is to be run (loop time, ms).
pub fn next(state: &State) -> Option<u64> {
    state.outputs.due(interval(state))
}

/// Takes up what drawing has wished for, and runs what is due.
pub fn run(state: &mut State, effects: &mut Vec<Effect>) {
    state.outputs.take_up();
    for (script, pane) in state.outputs.take_due(state.now_ms, interval(state)) {
        let begun = shell::begin(state, pane, script.clone(), Vec::new(), Then::Draw, effects);
        if begun.is_err() {
            // Too many run; its turn comes again.
            state.outputs.ended(&script, None, state.now_ms);
        }
    }
}

/// One has ended, or could not begin.
pub fn ended(state: &mut State, script: &Script, end: &Result<ShellEnd, String>) {
    let said = end.as_ref().ok().map(|end| end.text.as_str());
    state.outputs.ended(script, said, state.now_ms);
}
