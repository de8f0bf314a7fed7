//! Moments somebody waits for. There are few: a message that goes away, a claim to be renewed, the
//! next piece of a search.
//! With none of them pending the server has no timer at all.

use super::{Effect, waits};
use crate::model::state::State;
use crate::model::view::View;

/// The next moment (loop time, ms) at which [`fire`] has something to do.
pub fn next(state: &State) -> Option<u64> {
    let messages = state
        .views
        .values()
        .filter_map(|view| view.message.as_ref().map(|message| message.until_ms));
    let hints = state.views.values().filter_map(View::hints_at_ms);
    let others = [
        super::copy::next(state),
        super::mouse_select::next(state),
        waits::due(state),
        super::restore::next(state),
        super::outputs::next(state),
        state.sizes_held_ms,
    ];
    let others = others.into_iter().flatten();
    messages
        .chain(hints)
        .chain(renewal_due(state))
        .chain(others)
        .min()
}

/// Does what is due.
pub fn fire(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now_ms;
    for view in state.views.values_mut() {
        view.hints |= view.hints_at_ms().is_some_and(|at| at <= now);
        if view
            .message
            .as_ref()
            .is_some_and(|message| message.until_ms <= now)
        {
            view.message = None;
        }
    }
    state.sizes_held_ms = state.sizes_held_ms.filter(|until| *until > now);
    super::copy::work(state);
    super::restore::offer(state, effects);
    super::outputs::run(state, effects);
    let clients: Vec<_> = state.views.keys().copied().collect();
    for client in clients {
        super::mouse_select::at_edge(state, client);
    }
    renew(state, effects);
    waits::after(state, effects);
    waits::give_up(state, effects);
}

/// Half of a claim's time must have passed before activity renews it: rarely enough to cost
/// nothing, early enough that the holder is never warned while it works.
fn renew_at(state: &State, expires_in_ms: u64, ttl_ms: u64) -> u64 {
    state.snapshot_at_ms + expires_in_ms.saturating_sub(ttl_ms / 2)
}

/// When the next claim of an active pane is due for renewal. A claim whose pane has been quiet
/// since the snapshot is left to run out; its next output brings the timer back.
fn renewal_due(state: &State) -> Option<u64> {
    candidates(state).map(|(due, _)| due).min()
}

fn candidates(state: &State) -> impl Iterator<Item = (u64, String)> + '_ {
    state.panes.values().flat_map(move |pane| {
        let active = !pane.exited() && pane.last_active_ms > state.snapshot_at_ms;
        state
            .snapshot
            .claims
            .iter()
            .filter(move |claim| active && claim.follows_activity && claim.holder == pane.session)
            .map(move |claim| {
                let due = renew_at(state, claim.expires_in_ms, claim.ttl_ms);
                (due, pane.session.clone())
            })
    })
}

fn renew(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now_ms;
    let mut due: Vec<String> = candidates(state)
        .filter(|(at, _)| *at <= now)
        .map(|(_, session)| session)
        .collect();
    due.sort();
    due.dedup();
    // The renewal's own snapshot moves the due time on; until it comes the pane counts as quiet.
    for pane in state.panes.values_mut() {
        if due.contains(&pane.session) {
            pane.last_active_ms = state.snapshot_at_ms;
        }
    }
    effects.extend(
        due.into_iter()
            .map(|session| Effect::RenewClaims { session }),
    );
}
