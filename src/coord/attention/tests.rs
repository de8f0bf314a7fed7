//! Who needs somebody, and what comes first.

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::coord::fix::FixInfo;
use crate::coord::issue::IssueInfo;
use crate::coord::snapshot::MessageInfo;
use crate::coord::task::TaskInfo;

fn empty() -> Snapshot {
    Snapshot::empty(ManualClock::new("boot", 0).now())
}

fn told(snapshot: &Snapshot, acting: Option<&str>) -> Vec<String> {
    let line = |one: &Attention| format!("{} {}", one.what, one.says);
    of(snapshot, acting).iter().map(line).collect()
}

fn check(change: impl FnOnce(&mut Snapshot), expected: &[&str]) {
    let mut snapshot = empty();
    change(&mut snapshot);
    assert_eq!(told(&snapshot, Some("id-Ada")), expected);
}

#[test]
fn a_team_at_work_needs_nobody() {
    check(
        |s| {
            s.sessions = vec![SessionInfo::sample("Ada"), SessionInfo::sample("Bob")];
            s.claims = vec![ClaimInfo::sample("file/a", "Ada")];
            s.tasks = vec![TaskInfo::sample("T1", Status::InProgress, Some("Ada"))];
            s.issues = vec![IssueInfo::sample(
                "ISSUE-1",
                Severity::Critical,
                Some("Ada"),
            )];
            s.fixes = vec![FixInfo::sample("FIX-1", "ISSUE-1", State::Applied)];
            s.messages = vec![MessageInfo::sample(3, "Bob", Some("Ada"))];
        },
        &[],
    );
}

#[test]
fn who_is_blocked_says_at_what() {
    check(
        |s| {
            let mut bob = SessionInfo::sample("Bob");
            bob.state = Some("blocked".to_owned());
            bob.working_on = Some("which tests?".to_owned());
            s.sessions = vec![bob];
        },
        &["Bob is blocked: which tests?"],
    );
}

#[test]
fn silence_counts_with_a_claim_only() {
    check(
        |s| {
            let mut bob = SessionInfo::sample("Bob");
            bob.life = Life::Stalled;
            let mut cyd = SessionInfo::sample("Cyd");
            cyd.life = Life::Stalled;
            s.sessions = vec![bob, cyd];
            s.claims = vec![
                ClaimInfo::sample("file/a", "Cyd"),
                ClaimInfo::sample("file/b", "Cyd"),
            ];
        },
        &["Cyd has been silent and holds 2 claims"],
    );
}

#[test]
fn who_is_gone_counts_if_it_was_at_something() {
    check(
        |s| {
            let mut shell = SessionInfo::sample("shell-1");
            shell.life = Life::Lost;
            shell.agent = Some("shell".to_owned());
            let mut agent = SessionInfo::sample("Bob");
            agent.life = Life::Lost;
            agent.task = Some("T1".to_owned());
            s.sessions = vec![shell, agent];
        },
        &["Bob is gone; it was at T1"],
    );
}

#[test]
fn claims_that_end_or_are_waited_for() {
    check(
        |s| {
            s.sessions = vec![SessionInfo::sample("Ada"), SessionInfo::sample("Bob")];
            let mut follows = ClaimInfo::sample("file/a", "Ada");
            follows.ends_soon = true;
            let mut ends = ClaimInfo::sample("file/b", "Ada");
            (ends.ends_soon, ends.follows_activity) = (true, false);
            let mut waited = ClaimInfo::sample("file/c", "Ada");
            waited.waiting = vec!["id-Bob".to_owned(), "id-Cyd".to_owned()];
            s.claims = vec![waited, follows, ends];
        },
        &[
            "file/b ends soon; Ada holds it",
            "file/c is held by Ada; Bob and 1 more wait",
        ],
    );
}

#[test]
fn issues_fixes_tasks_and_messages_in_order() {
    check(
        |s| {
            let mut ada = SessionInfo::sample("Ada");
            ada.unread = 2;
            ada.mail.unread = vec![7, 3];
            s.sessions = vec![ada];
            s.messages = vec![
                MessageInfo::sample(7, "Bob", Some("Ada")),
                MessageInfo::sample(3, "Bob", Some("Ada")),
            ];
            let mut failed = TaskInfo::sample("T1", Status::Failed, Some("Bob"));
            failed.result = Some("no compiler".to_owned());
            s.tasks = vec![failed];
            s.fixes = vec![
                FixInfo::sample("FIX-2", "ISSUE-2", State::Approved),
                FixInfo::sample("FIX-1", "ISSUE-1", State::Proposed),
            ];
            s.issues = vec![
                IssueInfo::sample("ISSUE-1", Severity::Critical, None),
                IssueInfo::sample("ISSUE-2", Severity::High, None),
            ];
        },
        &[
            "ISSUE-1 is critical and nobody is at it: what is wrong in ISSUE-1",
            "FIX-1 by Quill waits for review: what FIX-1 does",
            "FIX-2 by Quill waits to be applied: what FIX-2 does",
            "T1 failed: no compiler",
            "Bob wrote: subject 7 (and 1 more)",
        ],
    );
}

#[test]
fn unread_messages_are_the_acting_sessions_affair() {
    let mut snapshot = empty();
    let mut ada = SessionInfo::sample("Ada");
    (ada.unread, ada.mail.unread) = (1, vec![7]);
    snapshot.sessions = vec![ada];
    snapshot.messages = vec![MessageInfo::sample(7, "Bob", Some("Ada"))];
    assert_eq!(told(&snapshot, Some("id-Ada")), ["Bob wrote: subject 7"]);
    assert!(told(&snapshot, None).is_empty());
    assert!(told(&snapshot, Some("id-Bob")).is_empty());
}
