//! Going to what waits for somebody, one after the other.

use super::open::jump;
use super::with_rows;
use crate::error::{Error, Result};
use crate::model::id::ClientId;
use crate::model::panel::{RowTarget, Section};
use crate::model::state::State;

/// Turns the view to the next pane whose session waits for somebody. Where none is in a pane, the
/// panel is given the keys, on the next line of what waits.
///
/// # Errors
/// Nothing waits.
pub fn next(state: &mut State, client: ClientId) -> Result<()> {
    let targets = with_rows(state, client, |_, rows| {
        let rows = (0..).map_while(|row| rows.target(Section::Attention, row));
        rows.collect::<Vec<RowTarget>>()
    });
    let targets = targets.unwrap_or_default();
    if targets.is_empty() {
        return Err(Error::refused("nobody needs you"));
    }
    let mut sessions: Vec<String> = targets.into_iter().filter_map(in_pane(state)).collect();
    sessions.dedup();
    let here = state
        .views
        .get(&client)
        .and_then(|view| super::acting(state, view));
    let at = sessions
        .iter()
        .position(|session| Some(session) == here.as_ref());
    let next = at.map_or(0, |at| (at + 1) % sessions.len());
    match sessions.get(next) {
        // Whoever is there already looks at what else waits.
        Some(session) if Some(session) != here.as_ref() => jump(state, client, session),
        _ => {
            with_rows(state, client, |panel, rows| {
                let again = panel.focused && panel.section == Section::Attention;
                (panel.open, panel.focused) = (true, true);
                let last = rows.len(Section::Attention).saturating_sub(1);
                match panel.row(rows, Section::Attention) {
                    Some(row) if again && row < last => panel.next_row(rows),
                    _ => {
                        panel.section = Section::Attention;
                        panel.first_row(rows);
                    }
                }
            });
            Ok(())
        }
    }
}

/// The session a line is about, if it runs in one of the panes.
fn in_pane(state: &State) -> impl Fn(RowTarget) -> Option<String> {
    |target| match target.record() {
        RowTarget::Session { id } => {
            let mut panes = state.panes.values();
            panes.any(|pane| pane.session == id).then_some(id)
        }
        _ => None,
    }
}
