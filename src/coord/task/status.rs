//! The states of a task and the only ways from one to another.
//!
//! ```text
//!            block            claim            start                 review
//! pending ◄────────► blocked   pending ─► claimed ──► in_progress ◄────────► review
//!            unblock             ▲           └──────────┴───── return ──────────┘
//!                                │ reopen                      │ complete, fail
//!                completed, failed, cancelled ◄────────────────┘
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where in its life a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Anybody may claim it.
    Pending,
    /// It waits for other tasks.
    Blocked,
    /// A session has claimed it and has not begun.
    Claimed,
    /// A session works on it.
    InProgress,
    /// The work is done and is being looked at.
    Review,
    /// Done.
    Completed,
    /// Given up after an attempt.
    Failed,
    /// Not wanted any more.
    Cancelled,
}

/// What can happen to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A session claims it.
    Claim,
    /// Its claimer begins, or goes back to work after a review.
    Start,
    /// Its claimer asks for a review.
    Review,
    /// Its claimer is done.
    Complete,
    /// Its claimer gives it up for good.
    Fail,
    /// Its claimer lets go of it, or is gone.
    Return,
    /// Something it depends on is open again, or new.
    Block,
    /// The last thing it waited for is done.
    Unblock,
    /// The last of its parts is done, and with it the whole.
    PartsDone,
    /// It is not wanted any more.
    Cancel,
    /// It is wanted again.
    Reopen,
}

impl Status {
    /// All of them, in the order a board shows them.
    pub const ALL: [Status; 8] = [
        Status::InProgress,
        Status::Review,
        Status::Claimed,
        Status::Pending,
        Status::Blocked,
        Status::Completed,
        Status::Failed,
        Status::Cancelled,
    ];

    /// The state after a step; none where the step is not possible. A task that is free again is
    /// pending here; whether it has to wait for others is [`Step::Block`]'s.
    pub fn after(self, step: Step) -> Option<Status> {
        use Status::{Blocked, Cancelled, Claimed, Completed, Failed, InProgress, Pending, Review};
        match (step, self) {
            (Step::Claim, Pending) => Some(Claimed),
            (Step::Start, Claimed | InProgress | Review) => Some(InProgress),
            (Step::Review, Claimed | InProgress | Review) => Some(Review),
            (Step::Complete, Claimed | InProgress | Review) => Some(Completed),
            (Step::Fail, Claimed | InProgress | Review) => Some(Failed),
            (Step::Return, Claimed | InProgress | Review) => Some(Pending),
            (Step::Block, Pending) => Some(Blocked),
            (Step::Unblock, Blocked) => Some(Pending),
            (Step::PartsDone, Pending | Blocked) => Some(Completed),
            (Step::Cancel, Completed | Cancelled) => None,
            (Step::Cancel, _) => Some(Cancelled),
            (Step::Reopen, Completed | Failed | Cancelled) => Some(Pending),
            _ => None,
        }
    }

    /// Whether a session has it in hand, and holds the claim that goes with it.
    pub fn is_active(self) -> bool {
        matches!(self, Status::Claimed | Status::InProgress | Status::Review)
    }

    /// Whether nothing more is to be done.
    pub fn is_finished(self) -> bool {
        matches!(self, Status::Completed | Status::Failed | Status::Cancelled)
    }

    /// Its name, as in files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Blocked => "blocked",
            Status::Claimed => "claimed",
            Status::InProgress => "in_progress",
            Status::Review => "review",
            Status::Completed => "completed",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    /// A sign for it, one column wide, where there is no room for words.
    pub fn sign(self) -> &'static str {
        match self {
            Status::Pending => "○",
            Status::Blocked => "◌",
            Status::Claimed => "◐",
            Status::InProgress => "●",
            Status::Review => "◎",
            Status::Completed => "✓",
            Status::Failed => "✗",
            Status::Cancelled => "–",
        }
    }

    /// How a heading calls it.
    pub fn title(self) -> &'static str {
        match self {
            Status::Pending => "available",
            Status::Blocked => "blocked",
            Status::Claimed => "claimed",
            Status::InProgress => "in progress",
            Status::Review => "in review",
            Status::Completed => "completed",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// How much it matters. The first is the most urgent.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Everything else waits.
    Critical,
    /// Before the usual.
    High,
    /// The usual.
    #[default]
    Medium,
    /// When there is time.
    Low,
}

impl Priority {
    /// All of them, the most urgent first.
    pub const ALL: [Priority; 4] = [
        Priority::Critical,
        Priority::High,
        Priority::Medium,
        Priority::Low,
    ];

    /// Its name, as in files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Priority::Critical => "critical",
            Priority::High => "high",
            Priority::Medium => "medium",
            Priority::Low => "low",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 11] = [
        Step::Claim,
        Step::Start,
        Step::Review,
        Step::Complete,
        Step::Fail,
        Step::Return,
        Step::Block,
        Step::Unblock,
        Step::PartsDone,
        Step::Cancel,
        Step::Reopen,
    ];

    /// S1-6: claimed, in progress, completed; and what cannot follow.
    #[test]
    fn the_seeds_way_through_and_no_short_cuts() {
        let walk = |steps: &[Step]| {
            steps
                .iter()
                .try_fold(Status::Pending, |status, step| status.after(*step))
        };
        assert_eq!(
            walk(&[Step::Claim, Step::Start, Step::Complete]),
            Some(Status::Completed)
        );
        assert_eq!(walk(&[Step::Complete]), None);
        assert_eq!(walk(&[Step::Claim, Step::Claim]), None);
        assert_eq!(walk(&[Step::Block, Step::Claim]), None);
        assert_eq!(
            walk(&[Step::Claim, Step::Complete, Step::Reopen, Step::Claim]),
            Some(Status::Claimed)
        );
    }

    #[test]
    fn only_a_claim_makes_a_task_active_and_only_reopening_ends_the_end() {
        for status in Status::ALL {
            for step in STEPS {
                let Some(after) = status.after(step) else {
                    continue;
                };
                if after.is_active() && !status.is_active() {
                    assert_eq!(step, Step::Claim, "{status:?}");
                    assert_eq!(status, Status::Pending);
                }
                // A failed task may be struck off; what is done or struck off stays so.
                if status.is_finished() && !after.is_finished() {
                    assert_eq!(step, Step::Reopen, "{status:?}");
                }
            }
        }
    }

    #[test]
    fn names_are_those_of_the_json() {
        for status in Status::ALL {
            let json = serde_json::to_value(status).unwrap();
            assert_eq!(json, status.name());
        }
        for priority in Priority::ALL {
            assert_eq!(serde_json::to_value(priority).unwrap(), priority.name());
        }
    }
}
