//! Issues: who may do what, who owns them, and what is shown when an owner is gone.

use super::*;
use crate::coord::issue::{Claimed, Issue, IssueInfo, List, NewIssue, Severity, Status};

pub(super) fn new_issue(title: &str, severity: Severity) -> NewIssue {
    NewIssue {
        title: title.to_owned(),
        severity: Some(severity),
        ..NewIssue::default()
    }
}

impl World {
    pub(super) fn issue(&self, by: &Session, title: &str, severity: Severity) -> String {
        let new = new_issue(title, severity);
        self.coord.issue_new(&by.into(), &new).unwrap().id
    }

    pub(super) fn take_issue(&self, by: &Session, id: &str) -> Result<Claimed> {
        let request = ClaimRequest::of(Vec::new());
        self.coord
            .issue_claim(&by.into(), id, &request, Duration::ZERO, |_| {})
    }

    pub(super) fn shown(&self, id: &str) -> (Issue, IssueInfo) {
        self.coord.issue(id).unwrap()
    }

    fn listed(&self, wanted: List) -> Vec<String> {
        let listed = self.coord.issues(&wanted).unwrap();
        listed.issues.into_iter().map(|issue| issue.id).collect()
    }
}

/// S3-8, S3-24, S3-45: claiming makes one the owner, in one step, and says so in the audit trail.
#[test]
fn claiming_an_issue() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let id = w.issue(&a, "Tabs are lost", Severity::High);
        assert_eq!(id, "ISSUE-1");
        let claimed = w.take_issue(&a, &id).unwrap();
        assert_eq!(claimed.issue.status, Status::InProgress);
        assert_eq!(w.holders("issue/ISSUE-1"), ["a"]);
        let entry = w.last_audit();
        assert_eq!(
            (entry.action.as_str(), entry.issue.as_deref()),
            ("issue-claim", Some("ISSUE-1"))
        );
        assert_eq!((entry.agent.as_deref(), entry.success), (Some("a"), true));
        // S3-25: claimed by another, and unknown, are told apart.
        check_kind(w.take_issue(&b, &id), Kind::Held, "held by a");
        let entry = w.last_audit();
        assert_eq!(
            (entry.success, entry.kind.as_deref()),
            (false, Some("held"))
        );
        assert_eq!(entry.issue.as_deref(), Some("ISSUE-1"));
        check_kind(
            w.take_issue(&b, "ISSUE-9"),
            Kind::NotFound,
            "no issue \"ISSUE-9\"",
        );
        // Taking it again renews it under the same token.
        let again = w.take_issue(&a, &id).unwrap();
        assert!(again.claim.renewed);
        assert_eq!(again.claim.token, claimed.claim.token);
        assert_eq!(again.issue.version, claimed.issue.version);
    });
}

/// S3-9, S3-31, S3-32, S3-42: only the owner releases, the reason is kept, another can take it.
#[test]
fn releasing_an_issue() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let id = w.issue(&a, "Tabs", Severity::Low);
        let release = |by: &Session| w.coord.issue_release(&by.into(), &id, Some("blocked"));
        check_kind(release(&a), Kind::Refused, "not claimed");
        w.take_issue(&a, &id).unwrap();
        check_kind(release(&b), Kind::Held, "belongs to a");
        let issue = release(&a).unwrap();
        assert_eq!((issue.status, issue.owner), (Status::New, None));
        assert_eq!(
            (
                issue.attempts,
                issue.history.last().unwrap().note.as_deref()
            ),
            (1, Some("blocked"))
        );
        assert!(w.holders("issue/ISSUE-1").is_empty());
        assert!(w.coord.in_hand(&a.id).unwrap().issues.is_empty());
        w.take_issue(&b, &id).unwrap();
        assert_eq!(w.coord.in_hand(&b.id).unwrap().issues[0].id, id);
    });
}

/// S3-7, S3-21: an owner that dies, leaves or is silent too long owns nothing: seen at once, written
/// down by whoever changes something next.
#[test]
fn a_lost_owner_gives_its_issue_back() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        let id = w.issue(&a, "Tabs", Severity::Critical);
        w.take_issue(&a, &id).unwrap();
        w.probe.set(&a, Vital::Dead);
        let (written, shown) = w.shown(&id);
        assert_eq!(written.status, Status::InProgress, "nobody has written");
        assert_eq!(
            (shown.status, shown.owner, shown.attempts),
            (Status::New, None, 1)
        );
        let snapshot = w.coord.snapshot().unwrap();
        assert_eq!(snapshot.issues[0].status, Status::New);
        assert_eq!(snapshot.issue_totals.of(Status::New, Severity::Critical), 1);
        assert_eq!(snapshot.issue_totals.status(Status::InProgress), 0);
        let available = List {
            available: true,
            ..List::default()
        };
        assert_eq!(w.listed(available), [id.as_str()]);
        // Taken over: the attempt is in the history.
        let issue = w.take_issue(&b, &id).unwrap().issue;
        assert_eq!(issue.attempts, 1);
        let what: Vec<&str> = issue
            .history
            .iter()
            .map(|step| step.what.as_str())
            .collect();
        assert_eq!(what, ["reported", "claimed", "lost", "claimed"]);
        // A lease that runs out does the same.
        w.advance(3_600 + 60);
        assert_eq!(w.shown(&id).1.status, Status::New);
        w.take_issue(&c, &id).unwrap();
        // Whoever looks after the dead writes it down.
        w.probe.set(&c, Vital::Dead);
        w.coord.reap().unwrap();
        let (written, _) = w.shown(&id);
        assert_eq!(
            (written.status, written.owner, written.attempts),
            (Status::New, None, 3)
        );
        w.take_issue(&b, &id).unwrap();
        w.coord.end(&b.id).unwrap();
        assert_eq!(w.shown(&id).0.status, Status::New);
    });
}

/// S3-10, S3-11, S3-23: lists by severity, then age; what is free; what is mine.
#[test]
fn lists_are_in_order() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        for (title, severity) in [
            ("one", Severity::Low),
            ("two", Severity::Critical),
            ("three", Severity::High),
            ("four", Severity::Critical),
            ("five", Severity::Medium),
        ] {
            w.issue(&a, title, severity);
        }
        let all = ["ISSUE-2", "ISSUE-4", "ISSUE-3", "ISSUE-5", "ISSUE-1"];
        assert_eq!(w.listed(List::default()), all);
        w.take_issue(&a, "ISSUE-4").unwrap();
        w.take_issue(&b, "ISSUE-3").unwrap();
        assert_eq!(w.listed(List::default()), all);
        let available = List {
            available: true,
            ..List::default()
        };
        assert_eq!(
            w.listed(available.clone()),
            ["ISSUE-2", "ISSUE-5", "ISSUE-1"]
        );
        let critical = List {
            severity: Some(Severity::Critical),
            ..available
        };
        assert_eq!(w.listed(critical), ["ISSUE-2"]);
        let mine = List {
            mine: Some(a.id.clone()),
            ..List::default()
        };
        assert_eq!(w.listed(mine), ["ISSUE-4"]);
        let busy = List {
            status: vec![Status::InProgress],
            ..List::default()
        };
        assert_eq!(w.listed(busy.clone()), ["ISSUE-4", "ISSUE-3"]);
        w.probe.set(&a, Vital::Dead);
        assert_eq!(w.listed(busy), ["ISSUE-3"]);
        for limit in 0..7 {
            let some = List {
                limit,
                ..List::default()
            };
            let listed = w.coord.issues(&some).unwrap();
            let ids: Vec<_> = listed
                .issues
                .iter()
                .map(|issue| issue.id.as_str())
                .collect();
            assert_eq!(ids, all[..limit.min(5)]);
            assert_eq!(listed.more, limit < 5);
            // The same although most of what was written is not wanted.
            let new = List {
                status: vec![Status::New],
                limit,
                ..List::default()
            };
            let ids = w.listed(new);
            let free = ["ISSUE-2", "ISSUE-4", "ISSUE-5", "ISSUE-1"];
            assert_eq!(ids, free[..limit.min(4)]);
        }
        // Somebody holds the bare key: it is not free, and nobody's issue.
        w.claim(&b, &["issue/ISSUE-2"]).unwrap();
        let free = List {
            available: true,
            limit: 1,
            ..List::default()
        };
        assert_eq!(w.listed(free), ["ISSUE-4"]);
    });
}

#[test]
fn ending_and_reopening() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let id = w.issue(&a, "Tabs", Severity::Low);
        let resolve = |by: &Session, closed| {
            w.coord
                .issue_resolve(&by.into(), &id, Some("a duplicate"), closed)
        };
        w.take_issue(&a, &id).unwrap();
        check_kind(resolve(&b, false), Kind::Held, "a works on");
        let issue = resolve(&a, false).unwrap();
        let end = issue.resolution.unwrap();
        assert_eq!(
            (end.resolved_by.name.as_str(), end.note.as_deref()),
            ("a", Some("a duplicate"))
        );
        assert!(w.holders("issue/ISSUE-1").is_empty());
        check_kind(w.take_issue(&b, &id), Kind::Refused, "was resolved by a");
        check_kind(resolve(&b, false), Kind::Refused, "was resolved");
        assert_eq!(resolve(&b, true).unwrap().status, Status::Closed);
        check_kind(resolve(&b, true), Kind::Refused, "was closed");
        assert!(w.listed(List::default()).is_empty());
        let over = List {
            status: vec![Status::Closed],
            ..List::default()
        };
        assert_eq!(w.listed(over.clone()), [id.as_str()]);
        let issue = w
            .coord
            .issue_reopen(&(&b).into(), &id, Some("it is back"))
            .unwrap();
        assert_eq!((issue.status, issue.resolution), (Status::New, None));
        let again = w.coord.issue_reopen(&(&b).into(), &id, None);
        check_kind(again, Kind::Refused, "is open");
        assert!(w.listed(over).is_empty());
        let totals = w.coord.snapshot().unwrap().issue_totals;
        assert_eq!((totals.open(), totals.all()), (1, 1));
    });
}

/// S3-19: names become files by escaping, and are compared as they are.
#[test]
fn ids_are_checked_and_kept_apart() {
    on_each(|w| {
        let a = w.session("a");
        let with = |id: &str| NewIssue {
            id: Some(id.to_owned()),
            ..new_issue("T", Severity::Low)
        };
        for id in [
            "issue_007",
            "Issue_007",
            "ISSUE-1",
            "ä%2F",
            "x".repeat(200).as_str(),
        ] {
            let issue = w.coord.issue_new(&(&a).into(), &with(id)).unwrap();
            assert_eq!(issue.id, id);
            w.take_issue(&a, id).unwrap();
            assert_eq!(w.shown(id).1.owner_name.as_deref(), Some("a"));
        }
        // The first free number: ISSUE-1 was chosen by hand.
        assert_eq!(w.issue(&a, "T", Severity::Low), "ISSUE-2");
        check_kind(
            w.coord.issue_new(&(&a).into(), &with("ISSUE-2")),
            Kind::Refused,
            "already",
        );
        let long = "x".repeat(201);
        for id in ["", "a/b", "..", "a b", "*", "-x", "a\u{1b}b", "a\nb", &long] {
            let refused = w.coord.issue_new(&(&a).into(), &with(id));
            assert_eq!(refused.unwrap_err().kind, Kind::Usage, "{id:?}");
        }
        let mut bad = new_issue("", Severity::Low);
        check_kind(
            w.coord.issue_new(&(&a).into(), &bad),
            Kind::Usage,
            "title is empty",
        );
        bad.title = "a\u{1b}]0;x\u{7}".to_owned();
        check_kind(w.coord.issue_new(&(&a).into(), &bad), Kind::Usage, "U+001B");
    });
}

/// C10: a retry under the same operation id reports nothing twice.
#[test]
fn a_retry_reports_once() {
    on_each(|w| {
        let a = w.session("a");
        let new = new_issue("Tabs", Severity::Low);
        let actor = Actor::from(&a).once("op-1");
        let first = w.coord.issue_new(&actor, &new).unwrap();
        let second = w.coord.issue_new(&actor, &new).unwrap();
        assert_eq!(first, second);
        assert_eq!(w.listed(List::default()).len(), 1);
    });
}

/// C3: what is done under a stale token is fenced.
#[test]
fn a_stale_token_is_fenced() {
    on_each(|w| {
        let a = w.session("a");
        let id = w.issue(&a, "Tabs", Severity::Low);
        let token = w.take_issue(&a, &id).unwrap().claim.token;
        w.coord.issue_release(&(&a).into(), &id, None).unwrap();
        w.take_issue(&a, &id).unwrap();
        let under = Actor::from(&a).under(key("issue/ISSUE-1"), token);
        let late = w.coord.issue_release(&under, &id, None);
        check_kind(late, Kind::Fenced, "stale");
        assert_eq!(w.shown(&id).1.status, Status::InProgress);
    });
}

/// S3-25: who waits in vain is told so, and by whom.
#[test]
fn waiting_in_vain() {
    let temp = tempfile::tempdir().unwrap();
    let coord = Coord::open(&temp.path().join(".stoa")).unwrap();
    let me = |name: &str| {
        let mut request = Register::of(fingerprint::of_pid(std::process::id()).unwrap());
        request.name = Some(name.to_owned());
        coord.register(&request).unwrap()
    };
    let (a, b) = (me("a"), me("b"));
    let id = coord
        .issue_new(&(&a).into(), &new_issue("T", Severity::Low))
        .unwrap()
        .id;
    let request = ClaimRequest::of(Vec::new());
    let take = |by: &Session, ms: u64| {
        coord.issue_claim(&by.into(), &id, &request, Duration::from_millis(ms), |_| {})
    };
    take(&a, 0).unwrap();
    check_kind(
        take(&b, 20),
        Kind::Held,
        "in vain: issue/ISSUE-1 is held by a",
    );
    // Who waits long enough gets it as soon as it is given back.
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| take(&b, 60_000));
        while coord.snapshot().unwrap().claims[0].waiting.is_empty() {
            std::thread::yield_now();
        }
        coord.issue_release(&(&a).into(), &id, None).unwrap();
        let claimed = waiter.join().unwrap().unwrap();
        assert_eq!(claimed.issue.owner.unwrap().name, "b");
    });
}
