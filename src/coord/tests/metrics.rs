//! Metrics: what was done, how fast, how well, and in whose way.

use super::issues::new_issue;
use super::*;
use crate::coord::fix::{Judged, Proposal, Verdict};
use crate::coord::issue::Severity;
use crate::coord::message::{Address, Draft, Voice};
use crate::coord::metrics::{Metrics, Question, Spread, Unit};
use crate::coord::task::{ClaimTask, NewTask};

fn all(w: &World) -> Metrics {
    w.coord.metrics(&Question::default()).unwrap()
}

fn by(w: &World, name: &str) -> Metrics {
    let question = Question {
        by: Some(name.to_owned()),
        ..Question::default()
    };
    w.coord.metrics(&question).unwrap()
}

fn spread(count: u64, median: u64, p90: u64) -> Spread {
    Spread {
        count,
        median: Some(median),
        p90: Some(p90),
    }
}

fn add(w: &World, by: &Session, id: &str) {
    let new = NewTask {
        id: Some(id.to_owned()),
        force: true,
        ..NewTask::of(&format!("work on {id}"))
    };
    w.coord.add_task(&by.into(), &new).unwrap();
}

fn take(w: &World, by: &Session, id: &str) -> Result<task::Claimed> {
    let request = ClaimTask {
        id: id.to_owned(),
        ttl: Some(Duration::from_secs(86_400)),
        ..ClaimTask::default()
    };
    w.coord.claim_task(&by.into(), &request)
}

#[test]
fn nothing_has_no_metrics() {
    on_each(|w| {
        let made = all(w);
        assert!(made.is_empty());
        assert_eq!(made.since, None);
        assert_eq!(made.velocity.tasks_completed, 0);
        assert_eq!(made.times.task_to_claim, Spread::default());
        assert!(made.over_time.is_empty() && made.sessions.is_empty());
    });
}

/// S1-37: velocity and quality of tasks, of all and of each session.
#[test]
fn tasks_are_measured() {
    on_each(|w| {
        let (a, b) = (w.session("Forge"), w.session("Architect"));
        for id in ["T1", "T2", "T3", "T4"] {
            add(w, &a, id);
        }
        // Claimed after 60, 120 and 180 s; done 100, 200 and 300 s after its beginning.
        for (id, who, work) in [("T1", &a, 100), ("T2", &b, 200)] {
            w.advance(60);
            take(w, who, id).unwrap();
            w.advance(10);
            w.coord.start_task(&who.into(), id).unwrap();
            w.advance(work);
            w.coord
                .complete_task(&who.into(), id, Some("done"))
                .unwrap();
        }
        let made = all(w);
        assert_eq!(made.times.task_to_claim, spread(2, 230, 230));
        assert_eq!(made.times.task_to_complete, spread(2, 200, 200));
        assert_eq!(made.velocity.per, Unit::Hour);
        assert_eq!(made.velocity.tasks_completed, 2);
        // Of the first hour, which is not over: no rate is made up from a few minutes.
        assert_eq!(made.velocity.tasks_rate, 2.0);
        assert_eq!(made.quality.first_try, 2);
        // One fails, one is given back and taken again.
        take(w, &a, "T3").unwrap();
        w.coord
            .fail_task(&Actor::from(&a), "T3", Some("no way"))
            .unwrap();
        take(w, &b, "T4").unwrap();
        take(w, &a, "T4").unwrap_err();
        w.coord.release_task(&Actor::from(&b), "T4", None).unwrap();
        take(w, &a, "T4").unwrap();
        w.advance(3 * 3600);
        w.coord.complete_task(&(&a).into(), "T4", None).unwrap();
        let made = all(w);
        assert_eq!(made.velocity.tasks_completed, 3);
        assert_eq!(made.velocity.tasks_rate, 0.96);
        assert_eq!((made.quality.tasks_failed, made.quality.attempts), (1, 2));
        assert_eq!(made.quality.first_try, 2);
        let told: Vec<(&str, u64, u64, u64, u64)> = made
            .sessions
            .iter()
            .map(|one| {
                let name = one.name.as_str();
                (
                    name,
                    one.tasks_completed,
                    one.failed,
                    one.claims,
                    one.refused,
                )
            })
            .collect();
        assert_eq!(told, [("Forge", 2, 1, 3, 1), ("Architect", 1, 1, 2, 0)]);
        assert_eq!(made.sessions[0].task_time, spread(2, 10_800, 10_800));
        let hours: Vec<u64> = made.over_time.iter().map(|p| p.tasks_completed).collect();
        assert_eq!(hours, [2, 0, 0, 1]);
        assert_eq!(made.over_time[0].failed, 2);
        assert_eq!(made.over_time[0].refused, 1);
        // One session alone, and only the last hour.
        let forge = by(w, "Forge");
        assert_eq!(forge.velocity.tasks_completed, 2);
        assert_eq!(forge.sessions.len(), 1);
        assert_eq!(forge.contention.refused, 1);
        let question = Question {
            since: Some(made.generated_at),
            by: None,
        };
        let late = w.coord.metrics(&question).unwrap();
        assert_eq!(late.velocity.tasks_completed, 1);
        assert_eq!(late.contention.refused, 0);
        // What is opened again is not done any more.
        w.coord.reopen_task(&(&b).into(), "T4", None).unwrap();
        let made = all(w);
        assert_eq!(made.velocity.tasks_completed, 2);
        assert_eq!(made.over_time[3].reopened, 1);
    });
}

/// S3-59: productivity, time to resolution, and who works with whom.
#[test]
fn issues_fixes_and_collaboration_are_measured() {
    on_each(|w| {
        let (a, b) = (w.session("Forge"), w.session("Architect"));
        let issue = |title| {
            let new = new_issue(title, Severity::High);
            w.coord.issue_new(&(&b).into(), &new).unwrap().id
        };
        let (first, second) = (issue("Tabs are lost"), issue("Keys are lost"));
        w.advance(100);
        w.take_issue(&a, &first).unwrap();
        w.advance(500);
        let propose = |issue: &str| {
            let proposal = Proposal {
                issue: issue.to_owned(),
                title: format!("mend {issue}"),
                ..Proposal::default()
            };
            w.coord.fix_propose(&(&a).into(), &proposal).unwrap().fix.id
        };
        let fix = propose(&first);
        w.advance(30);
        let any = Judged::default();
        let approve = Verdict::Approve;
        w.coord
            .fix_review(&(&b).into(), &fix, approve, None, any)
            .unwrap();
        w.advance(30);
        w.coord.fix_apply(&(&b).into(), &fix, any).unwrap();
        let fix = propose(&second);
        w.advance(90);
        w.coord
            .fix_reject(&(&b).into(), &fix, "no good", any)
            .unwrap();
        let send = |from: &Session, to: Address| {
            let draft = Draft {
                to,
                subject: "hello".to_owned(),
                body: String::new(),
            };
            w.coord.send(&from.into(), &Voice::Unknown, &draft).unwrap();
        };
        send(&a, Address::Session(b.id.clone()));
        send(&a, Address::Session(b.id.clone()));
        send(&b, Address::All);
        let made = all(w);
        assert_eq!(made.times.issue_to_claim, spread(2, 660, 660));
        assert_eq!(made.times.issue_to_resolve, spread(1, 660, 660));
        assert_eq!(made.times.fix_to_review, spread(2, 90, 90));
        assert_eq!(made.velocity.issues_resolved, 1);
        assert_eq!(made.velocity.fixes_applied, 1);
        assert_eq!(made.quality.fixes_rejected, 1);
        let pair = &made.reviews[..];
        assert_eq!(pair.len(), 1);
        assert_eq!(
            (pair[0].reviewer.as_str(), pair[0].author.as_str()),
            ("Architect", "Forge")
        );
        assert_eq!(
            (pair[0].reviewed, pair[0].applied, pair[0].rejected),
            (1, 1, 1)
        );
        // What Stoa writes itself, to tell of fixes, is nobody's message.
        let letters: Vec<String> = made
            .messages
            .iter()
            .map(|pair| format!("{} {} {}", pair.from, pair.to, pair.count))
            .collect();
        assert_eq!(letters, ["Forge Architect 2", "Architect --all 1"]);
        let of = |name: &str| {
            let one = made.sessions.iter().find(|one| one.name == name).unwrap();
            (
                one.issues_resolved,
                one.fixes_proposed,
                one.reviews,
                one.messages,
            )
        };
        assert_eq!(of("Forge"), (0, 2, 0, 2));
        assert_eq!(of("Architect").0, 1);
        assert_eq!(by(w, "Architect").messages.len(), 2);
    });
}

/// S3-61: waiting in line is measured from the moment one stood in it.
#[test]
fn contention_is_measured() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.claim(&a, &["file/src/a.rs"]).unwrap();
        w.claim(&b, &["file/src/a.rs"]).unwrap_err();
        w.claim(&b, &["file/src/a.rs"]).unwrap_err();
        let asked = request(&["file/src/a.rs"]);
        let ticket = w
            .coord
            .join_line(
                &(&b).into(),
                &asked,
                Duration::from_secs(600),
                &b.fingerprint,
            )
            .unwrap();
        w.advance(45);
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        w.coord.claim_in_line(&(&b).into(), &asked, ticket).unwrap();
        let made = all(w);
        assert_eq!(made.contention.refused, 2);
        assert_eq!(made.contention.waits, 1);
        assert_eq!(made.contention.waited, spread(1, 45, 45));
        assert_eq!(made.contention.keys[0].key, "file/src/a.rs");
        assert_eq!(made.contention.keys[0].refused, 2);
        assert_eq!(made.sessions.iter().map(|one| one.waits).sum::<u64>(), 1);
    });
}

/// What has left the store for the readable trail or its archive still counts, and counts once.
#[test]
fn archived_attempts_count_once() {
    let temp = tempfile::tempdir().unwrap();
    let state = temp.path().join(".stoa");
    let coord = Coord::open(&state).unwrap();
    let pid = std::process::id();
    let process = crate::coord::fingerprint::of_pid(pid).unwrap();
    let session = coord.register(&Register::of(process)).unwrap();
    for _ in 0..600 {
        coord
            .claim(&(&session).into(), &request(&["task/x"]))
            .unwrap();
        coord.release(&(&session).into(), &Which::All).unwrap();
    }
    let before = coord.metrics(&Question::default()).unwrap();
    assert_eq!(before.attempts, 1201);
    let cleanup = cleanup::Cleanup {
        older_than: jiff::SignedDuration::from_hours(24),
        audit_older_than: jiff::SignedDuration::ZERO,
        dry_run: false,
    };
    assert!(coord.cleanup(&cleanup).unwrap().archived > 100);
    let name = &session.name;
    let told = |coord: &Coord| {
        let made = coord.metrics(&Question::default()).unwrap();
        let one = made.sessions.iter().find(|one| one.name == *name).unwrap();
        (made.attempts, one.claims, one.actions)
    };
    assert_eq!(told(&coord), (1201, 600, 1201));
    // Archived, and cut off before the trail itself was: the lines stand in both files.
    let archived = std::fs::read_dir(state.join("archive")).unwrap().next();
    let archived = std::fs::read_to_string(archived.unwrap().unwrap().path()).unwrap();
    let trail = std::fs::read_to_string(state.join("audit.jsonl")).unwrap();
    std::fs::write(state.join("audit.jsonl"), archived + "rubbish\n" + &trail).unwrap();
    let reader = Coord::open_existing(&state).unwrap().unwrap();
    assert_eq!(told(&reader), (1201, 600, 1201));
}

/// Thousands of entries of one revision (an import's), of which the store lets go of some, still count
/// once each, in a time that grows with their number and no faster.
#[test]
fn a_revision_with_many_attempts_is_cut_anywhere() {
    use crate::coord::import::{Batch, SourceFile};
    let temp = tempfile::tempdir().unwrap();
    let coord = Coord::open(&temp.path().join(".stoa")).unwrap();
    let line = |n: usize| {
        let at = 1_700_000_000 + n;
        format!("{{\"timestamp\":{at},\"agent\":\"old\",\"action\":\"claim_issue\"}}\n")
    };
    let file = SourceFile {
        path: "audit_log.jsonl".to_owned(),
        text: (0..6_000).map(line).collect(),
    };
    let batch = Batch::read(&[file], &Default::default());
    let outcome = coord.import(None, "old", &batch, false).unwrap();
    assert_eq!(outcome.imported(), 6_000);
    let attempts = || coord.metrics(&Question::default()).unwrap().attempts;
    // The import itself is on record as well.
    assert_eq!(attempts(), 6_001);
    let cleanup = cleanup::Cleanup {
        older_than: jiff::SignedDuration::from_hours(24),
        audit_older_than: jiff::SignedDuration::from_hours(24),
        dry_run: false,
    };
    let archived = coord.cleanup(&cleanup).unwrap().archived;
    assert!((1..6_000).contains(&archived), "{archived}");
    assert_eq!(attempts(), 6_001);
    coord.rebuild_files().unwrap();
    assert_eq!(attempts(), 6_001);
}
