//! Fixes: proposed by one, judged by another, applied whole or not at all.

use super::*;
use crate::coord::fix::{Done, FixList, Judged, Proposal, State, TestResults, Verdict};
use crate::coord::issue::{Severity, Status};

fn proposal(issue: &str) -> Proposal {
    Proposal {
        issue: issue.to_owned(),
        title: "Keep tabs".to_owned(),
        approach: Some("Tabs are cells.".to_owned()),
        files: vec!["src/a.rs".to_owned()],
        lines: Some("100-150".to_owned()),
        test_results: TestResults {
            tested: true,
            notes: Some("all of them".to_owned()),
            ..TestResults::default()
        },
        ..Proposal::default()
    }
}

const ANY: Judged = Judged {
    version: None,
    self_review: false,
};

impl World {
    fn propose(&self, by: &Session, issue: &str) -> Result<Done> {
        self.coord.fix_propose(&by.into(), &proposal(issue))
    }

    fn judge(&self, by: &Session, fix: &str, verdict: Verdict) -> Result<Done> {
        self.coord
            .fix_review(&by.into(), fix, verdict, Some("why"), ANY)
    }

    fn apply(&self, by: &Session, fix: &str) -> Result<Done> {
        self.coord.fix_apply(&by.into(), fix, ANY)
    }

    fn reject(&self, by: &Session, fix: &str) -> Result<Done> {
        self.coord.fix_reject(&by.into(), fix, "no good", ANY)
    }
}

/// S3-12, S3-27, S3-29, S3-30: proposed by one, applied by another; fix, issue, claim, indexes and
/// audit change at one revision.
#[test]
fn a_fix_goes_its_way() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        check_kind(w.propose(&a, "ISSUE-1"), Kind::NotFound, "no issue");
        let issue = w.issue(&b, "Tabs", Severity::High);
        w.take_issue(&a, &issue).unwrap();
        check_kind(w.propose(&b, &issue), Kind::Held, "held by a");
        let done = w.propose(&a, &issue).unwrap();
        assert_eq!(
            (done.fix.id.as_str(), done.fix.state),
            ("FIX-1", State::Proposed)
        );
        assert_eq!(done.fix.implementer.name, "a");
        assert_eq!(done.issue.unwrap().status, Status::Review);
        assert_eq!(
            w.shown(&issue).1.owner_name.as_deref(),
            Some("a"),
            "the owner stays"
        );
        let entry = w.last_audit();
        assert_eq!(
            (entry.fix.as_deref(), entry.issue.as_deref()),
            (Some("FIX-1"), Some("ISSUE-1"))
        );
        // In review, nobody else can take it, and it cannot be ended past its fix.
        check_kind(w.take_issue(&b, &issue), Kind::Refused, "in review: FIX-1");
        let past = w.coord.issue_resolve(&(&b).into(), &issue, None, false);
        check_kind(past, Kind::Refused, "in review");

        let before = w.coord.snapshot().unwrap().revision;
        let done = w.apply(&b, "FIX-1").unwrap();
        let after = w.coord.snapshot().unwrap();
        assert_eq!(after.revision, before + 1, "one transaction");
        assert_eq!(done.fix.verified_by[0].name, "b");
        let ended = done.issue.unwrap();
        let end = ended.resolution.unwrap();
        assert_eq!(
            (ended.status, end.resolved_by.name.as_str()),
            (Status::Resolved, "b")
        );
        assert_eq!(
            (end.fix.as_deref(), end.revision),
            (Some("FIX-1"), after.revision)
        );
        assert_eq!(end.resolved_at, done.fix.applied.unwrap().at);
        assert!(w.holders("issue/ISSUE-1").is_empty(), "the claim is free");
        assert_eq!(after.issue_totals.of(Status::Resolved, Severity::High), 1);
        assert_eq!(after.fix_totals.of(State::Applied), 1);
        assert_eq!(after.fix_totals.all(), 1);
        let entry = w.last_audit();
        assert_eq!(
            (entry.action.as_str(), entry.revision),
            ("fix-apply", after.revision)
        );
        assert_eq!(entry.issue.as_deref(), Some("ISSUE-1"));
        check_kind(w.apply(&b, "FIX-1"), Kind::Refused, "is applied by b");
        check_kind(w.reject(&b, "FIX-1"), Kind::Refused, "is applied by b");
    });
}

/// Of two fixes the one that is still to be looked at is named, not the latest.
#[test]
fn an_issue_names_the_fix_it_waits_for() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let issue = w.issue(&a, "Tabs", Severity::High);
        w.propose(&a, &issue).unwrap();
        w.propose(&a, &issue).unwrap();
        w.reject(&b, "FIX-2").unwrap();
        let ended = w
            .coord
            .issue_resolve(&(&b).into(), &issue, None, false)
            .map(drop);
        check_kind(ended, Kind::Refused, "FIX-1 is proposed");
        let shown = |w: &World| w.coord.snapshot().unwrap().issues[0].waiting_fix.clone();
        assert_eq!(shown(w).as_deref(), Some("FIX-1"));
        w.reject(&b, "FIX-1").unwrap();
        assert_eq!(shown(w), None);
    });
}

/// S3-30, DESIGN 6: who wrote a fix judges it only if the settings and the session say so.
#[test]
fn the_author_does_not_judge() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let issue = w.issue(&a, "Tabs", Severity::High);
        w.propose(&a, &issue).unwrap();
        check_kind(w.apply(&a, "FIX-1"), Kind::Refused, "a wrote fix FIX-1");
        check_kind(
            w.judge(&a, "FIX-1", Verdict::Approve),
            Kind::Refused,
            "another session",
        );
        let entry = w.last_audit();
        assert_eq!(
            (entry.success, entry.fix.as_deref()),
            (false, Some("FIX-1"))
        );
        // Talking about it is no judgement.
        w.judge(&a, "FIX-1", Verdict::Comment).unwrap();
        let own = Judged {
            self_review: true,
            ..ANY
        };
        let apply = |coord: &Coord| coord.fix_apply(&(&a).into(), "FIX-1", own);
        check_kind(apply(&w.coord), Kind::Refused, "settings");
        // The same name after a new start is the same author.
        w.coord.end(&a.id).unwrap();
        let again = w.session("a");
        check_kind(w.apply(&again, "FIX-1"), Kind::Refused, "wrote");
        let lax = w.coord.clone().with_settings(Settings {
            self_review: true,
            ..Settings::default()
        });
        check_kind(
            lax.fix_apply(&(&again).into(), "FIX-1", ANY),
            Kind::Refused,
            "wrote",
        );
        let done = lax.fix_apply(&(&again).into(), "FIX-1", own).unwrap();
        assert_eq!(done.fix.verified_by[0].name, "a");
        drop(b);
    });
}

/// S3-30: once another has approved it, its author may apply it; a new version needs a new approval.
#[test]
fn approvals_are_about_versions() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let issue = w.issue(&a, "Tabs", Severity::High);
        w.propose(&a, &issue).unwrap();
        w.judge(&b, "FIX-1", Verdict::Approve).unwrap();
        let mut better = proposal(&issue);
        better.id = Some("FIX-1".to_owned());
        better.title = "Keep all tabs".to_owned();
        let done = w.coord.fix_propose(&(&a).into(), &better).unwrap();
        assert_eq!((done.fix.version, done.fix.state), (2, State::Proposed));
        assert_eq!(done.fix.reviews.len(), 1, "what was said is kept");
        check_kind(w.apply(&a, "FIX-1"), Kind::Refused, "wrote");
        // Nobody approves what they have not read.
        let stale = Judged {
            version: Some(1),
            ..ANY
        };
        let late = w
            .coord
            .fix_review(&(&b).into(), "FIX-1", Verdict::Approve, None, stale);
        let proposed = crate::coord::moment::shown(done.fix.proposed);
        check_kind(
            late,
            Kind::Refused,
            &format!("version 2 now, proposed at {proposed}"),
        );
        check_kind(
            w.coord.fix_apply(&(&b).into(), "FIX-1", stale),
            Kind::Refused,
            "version 2",
        );
        assert_eq!(
            w.judge(&b, "FIX-1", Verdict::Approve).unwrap().fix.state,
            State::Approved
        );
        // Taken back, given again.
        assert_eq!(
            w.judge(&b, "FIX-1", Verdict::Changes).unwrap().fix.state,
            State::Proposed
        );
        check_kind(w.apply(&a, "FIX-1"), Kind::Refused, "wrote");
        w.judge(&b, "FIX-1", Verdict::Approve).unwrap();
        let done = w.apply(&a, "FIX-1").unwrap();
        let names: Vec<_> = done
            .fix
            .verified_by
            .iter()
            .map(|who| who.name.as_str())
            .collect();
        assert_eq!(names, ["b"], "the author does not vouch for itself");
        // An id is one author's and one issue's.
        let mut stolen = proposal(&w.issue(&b, "Other", Severity::Low));
        stolen.id = Some("FIX-1".to_owned());
        check_kind(
            w.coord.fix_propose(&(&b).into(), &stolen),
            Kind::Refused,
            "already, by a",
        );
    });
}

/// A rejected fix sends its issue back: to its owner if that lives, else to everybody.
#[test]
fn a_rejected_fix_sends_the_issue_back() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let issue = w.issue(&a, "Tabs", Severity::High);
        w.take_issue(&a, &issue).unwrap();
        w.propose(&a, &issue).unwrap();
        let done = w.reject(&b, "FIX-1").unwrap();
        assert_eq!(done.fix.rejected.unwrap().reason, "no good");
        let issue_now = done.issue.unwrap();
        assert_eq!(
            (issue_now.status, issue_now.owner.unwrap().name),
            (Status::InProgress, "a".into())
        );
        check_kind(
            w.apply(&b, "FIX-1"),
            Kind::Refused,
            "rejected by b: no good",
        );
        // Two proposals: while one waits, the issue stays in review.
        w.propose(&a, &issue).unwrap();
        w.propose(&a, &issue).unwrap();
        w.reject(&b, "FIX-2").unwrap();
        assert_eq!(w.shown(&issue).1.status, Status::Review);
        w.probe.set(&a, Vital::Dead);
        assert_eq!(
            w.shown(&issue).1.status,
            Status::Review,
            "a fix waits, owner or not"
        );
        let done = w.reject(&b, "FIX-3").unwrap();
        let issue_now = done.issue.unwrap();
        assert_eq!((issue_now.status, issue_now.owner), (Status::New, None));
        assert!(w.holders("issue/ISSUE-1").is_empty());
        check_kind(
            w.coord.fix_reject(&(&b).into(), "FIX-3", " ", ANY),
            Kind::Usage,
            "reason",
        );
    });
}

/// The author is gone, its fix is not: another applies it. Other fixes for the issue are over then.
#[test]
fn applying_ends_the_others() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let issue = w.issue(&a, "Tabs", Severity::High);
        w.propose(&a, &issue).unwrap();
        w.propose(&a, &issue).unwrap();
        w.probe.set(&a, Vital::Dead);
        w.coord.reap().unwrap();
        assert_eq!(w.shown(&issue).1.status, Status::Review);
        let done = w.apply(&b, "FIX-2").unwrap();
        assert_eq!(done.superseded, ["FIX-1"]);
        let first = w.coord.fix("FIX-1").unwrap();
        assert_eq!(first.state, State::Rejected);
        assert_eq!(first.rejected.unwrap().reason, "FIX-2 was applied instead");
        check_kind(
            w.propose(&b, &issue),
            Kind::Refused,
            "resolved by b with FIX-2",
        );
        let all = FixList {
            states: State::ALL.to_vec(),
            ..FixList::default()
        };
        let states: Vec<_> = w
            .coord
            .fixes(&all)
            .unwrap()
            .into_iter()
            .map(|fix| fix.state)
            .collect();
        assert_eq!(states, [State::Applied, State::Rejected]);
        assert!(w.coord.fixes(&FixList::default()).unwrap().is_empty());
    });
}

/// S3-33: a record with results in the old shape, and one without any, are read.
#[test]
fn old_records_are_read() {
    let w = world();
    let a = w.session("a");
    let issue = w.issue(&a, "Tabs", Severity::High);
    w.propose(&a, &issue).unwrap();
    let fix = w.coord.fix("FIX-1").unwrap();
    for (results, line) in [
        (
            Some(serde_json::json!({"nodes_tested": ["x"], "success_rate": "100%"})),
            "yes, 1 nodes, 100%",
        ),
        (None, "no"),
    ] {
        let mut record = serde_json::to_value(&fix).unwrap();
        let fields = record.as_object_mut().unwrap();
        fields.remove("test_results");
        fields.remove("reviews");
        if let Some(results) = results {
            fields.insert("test_results".into(), results);
        }
        fields.insert("future".into(), 7.into());
        w.store
            .transact(&mut |tx| tx.put("fix/FIX-1", record.to_string()))
            .unwrap();
        assert_eq!(w.coord.fix("FIX-1").unwrap().test_results.line(), line);
        let text = w
            .coord
            .report(crate::coord::report::Subject::Fixes)
            .unwrap()
            .markdown();
        assert!(text.contains(line), "{text}");
    }
    let b = w.session("b");
    assert_eq!(w.apply(&b, "FIX-1").unwrap().fix.extra["future"], 7);
}

/// S3-34, S3-35, S3-36, S3-37: the reports say what happened, refused attempts too, and when.
#[test]
fn reports() {
    use crate::coord::report::{Content, Subject};
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let issue = w.issue(&a, "Tabs", Severity::High);
        w.issue(&a, "Spaces", Severity::Low);
        w.advance(90);
        w.take_issue(&a, &issue).unwrap();
        w.propose(&a, &issue).unwrap();
        w.apply(&a, "FIX-1").unwrap_err();
        w.advance(210);
        w.apply(&b, "FIX-1").unwrap();
        let issues = w.coord.report(Subject::Issues).unwrap();
        let Content::Issues(content) = &issues.content else {
            panic!("{issues:?}")
        };
        assert_eq!(content.open[0].issue.title, "Spaces");
        assert_eq!(content.ended[0].resolved_with.as_deref(), Some("FIX-1"));
        assert_eq!(
            (content.seconds_to_claim, content.seconds_to_resolve),
            (Some(90), Some(300))
        );
        let activity = w.coord.report(Subject::Activity).unwrap();
        let Content::Activity(content) = &activity.content else {
            panic!("{activity:?}")
        };
        let agent = |name: &str| {
            content
                .agents
                .iter()
                .find(|agent| agent.name == name)
                .unwrap()
        };
        assert_eq!(
            (
                agent("a").fixes_proposed,
                agent("a").failed,
                agent("a").claims
            ),
            (1, 1, 1)
        );
        assert_eq!((agent("b").fixes_applied, agent("b").failed), (1, 0));
        assert_eq!(content.failures[0].action, "fix-apply");
        let fixes = w.coord.report(Subject::Fixes).unwrap();
        let text = fixes.markdown();
        for part in ["FIX-1", "Keep tabs", "yes, all of them", "| b |"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(w.coord.saved_reports().unwrap().is_empty());
        w.coord
            .save_reports(Some(&a), &[issues.clone(), activity, fixes])
            .unwrap();
        let saved = w.coord.saved_reports().unwrap();
        assert_eq!(saved.len(), 3);
        assert!(saved.contains(&issues.meta));
    });
}
