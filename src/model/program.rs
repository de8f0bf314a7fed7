//! What a pane's program says it is doing (OSC 7501), and what that comes to.
//!
//! A program reports under paths (`build/test`), so there may be several records; the one that most
//! wants a person stands for the pane. A record that says idle, working or blocked holds only as
//! long as the program could still take it back: the shell's next prompt ends it.

use std::collections::BTreeMap;

use crate::term::{BlockedOn, ProgramState, StatusReport};

/// The most records of one pane; the protocol wants at least this many.
const MAX_RECORDS: usize = 64;

/// The records of one pane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgramStatus(BTreeMap<String, StatusReport>);

impl ProgramStatus {
    /// Takes a report in; a surplus one is dropped.
    pub fn take(&mut self, report: StatusReport) {
        if report.state == ProgramState::Clear {
            let id = report.id;
            let below = format!("{id}/");
            self.0
                .retain(|path, _| !id.is_empty() && *path != id && !path.starts_with(&below));
        } else if self.0.len() < MAX_RECORDS || self.0.contains_key(&report.id) {
            self.0.insert(report.id.clone(), report);
        }
    }

    /// A shell shows its prompt, or the program is over: what only holds while it runs goes.
    pub fn settle(&mut self) {
        self.0
            .retain(|_, report| matches!(report.state, ProgramState::Done | ProgramState::Error));
    }

    /// Whether nothing is on record.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The record that stands for the pane.
    pub fn foremost(&self) -> Option<&StatusReport> {
        self.0.values().max_by_key(|report| urgency(report))
    }

    /// The record that stands for all of several panes.
    pub fn foremost_of<'a>(
        panes: impl Iterator<Item = &'a ProgramStatus>,
    ) -> Option<&'a StatusReport> {
        panes
            .filter_map(ProgramStatus::foremost)
            .max_by_key(|report| urgency(report))
    }

    /// The pane's state in a word or two: `working`, `blocked: permission`.
    pub fn word(&self) -> Option<&'static str> {
        Some(match self.foremost()?.state {
            ProgramState::Idle => "idle",
            ProgramState::Working => "working",
            ProgramState::Blocked(None) => "blocked",
            ProgramState::Blocked(Some(BlockedOn::Permission)) => "blocked: permission",
            ProgramState::Blocked(Some(BlockedOn::Question)) => "blocked: question",
            ProgramState::Blocked(Some(BlockedOn::Auth)) => "blocked: auth",
            ProgramState::Done => "done",
            ProgramState::Error => "error",
            ProgramState::Clear => return None,
        })
    }
}

/// How much a record wants a person.
fn urgency(report: &StatusReport) -> u8 {
    match report.state {
        ProgramState::Blocked(_) => 5,
        ProgramState::Error => 4,
        ProgramState::Working => 3,
        ProgramState::Done => 2,
        ProgramState::Idle => 1,
        ProgramState::Clear => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(id: &str, state: ProgramState) -> StatusReport {
        StatusReport {
            id: id.to_owned(),
            state,
            progress: None,
            app: String::new(),
            title: String::new(),
            message: String::new(),
        }
    }

    fn status(reports: &[(&str, ProgramState)]) -> ProgramStatus {
        let mut status = ProgramStatus::default();
        for (id, state) in reports {
            status.take(report(id, *state));
        }
        status
    }

    #[test]
    fn the_record_that_wants_a_person_counts() {
        use ProgramState::{Blocked, Clear, Done, Idle, Working};
        let check = |reports: &[(&str, ProgramState)], word| {
            assert_eq!(status(reports).word(), word, "{reports:?}");
        };
        check(&[], None);
        check(&[("", Working), ("a", Idle)], Some("working"));
        check(&[("", Working), ("", Done)], Some("done"));
        check(
            &[("a", Blocked(Some(BlockedOn::Permission))), ("b", Working)],
            Some("blocked: permission"),
        );
        check(
            &[("a", Working), ("a/b", Working), ("ab", Idle), ("a", Clear)],
            Some("idle"),
        );
        check(&[("a", Working), ("", Clear)], None);
    }

    #[test]
    fn a_prompt_ends_what_only_holds_while_it_runs() {
        let mut status = status(&[("a", ProgramState::Working), ("b", ProgramState::Done)]);
        status.settle();
        assert_eq!(status.word(), Some("done"));
    }

    #[test]
    fn records_are_bounded() {
        let mut status = ProgramStatus::default();
        for number in 0..1000 {
            status.take(report(&number.to_string(), ProgramState::Idle));
        }
        assert_eq!(status.0.len(), MAX_RECORDS);
    }
}
