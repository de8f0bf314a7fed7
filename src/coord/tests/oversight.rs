//! Looking at the whole: the trail, the doctor, cleaning up.

use super::*;
use crate::coord::audit::Wanted;
use crate::coord::cleanup::Cleanup;
use crate::coord::doctor::{Finding, Level};
use crate::store::project::Compared;
use crate::store::put_json;

fn problems(world: &World) -> Vec<Finding> {
    let mut findings = world.coord.examine().unwrap();
    findings.retain(|finding| finding.level == Level::Problem);
    findings
}

/// S1-32, S3-15, S3-45, S3-47: who did what, refused attempts too, by agent and by action.
#[test]
fn the_trail_is_asked_by_agent_action_and_subject() {
    on_each(|w| {
        let (a, b) = (w.session("Forge"), w.session("Architect"));
        w.claim(&a, &["file/src/a.rs"]).unwrap();
        w.claim(&b, &["file/src/a.rs"]).unwrap_err();
        let ask = |wanted: Wanted, count| {
            let entries = w.coord.audit_of(&wanted, count).unwrap();
            let told = entries.iter().map(|entry| {
                let by = entry.agent.clone().unwrap_or_default();
                format!("{by} {} {}", entry.action, entry.success)
            });
            told.collect::<Vec<String>>()
        };
        let all = [
            "Forge register true",
            "Architect register true",
            "Forge claim true",
            "Architect claim false",
        ];
        assert_eq!(ask(Wanted::default(), 10), all);
        assert_eq!(ask(Wanted::default(), 1), all[3..]);
        let by = Wanted {
            by: Some(("Forge".into(), Some(a.id.clone()))),
            ..Wanted::default()
        };
        assert_eq!(ask(by, 10), [all[0], all[2]]);
        let gone = Wanted {
            by: Some(("Architect".into(), None)),
            ..Wanted::default()
        };
        assert_eq!(ask(gone, 10), [all[1], all[3]]);
        let failed = Wanted {
            failed: true,
            ..Wanted::default()
        };
        assert_eq!(ask(failed, 10), all[3..]);
        let about = Wanted {
            about: Some("a.rs".into()),
            action: Some("claim".into()),
            ..Wanted::default()
        };
        assert_eq!(ask(about, 10), all[2..]);
    });
}

/// S3-38: a healthy workspace has no problems, whatever was done in it.
#[test]
fn a_healthy_store_has_no_findings() {
    on_each(|w| {
        let a = w.member("Forge", "core");
        w.claim(&a, &["file/src/**"]).unwrap();
        w.claim(&a, &["task/T1"]).unwrap();
        assert_eq!(problems(w), []);
        w.coord.leave_group(&Actor::from(&a)).unwrap();
        w.coord.end(&a.id).unwrap();
        assert_eq!(problems(w), []);
        assert_eq!(w.coord.mend().unwrap(), Vec::<String>::new());
    });
}

/// S3-38, S3-41, S3-55: damage is found, named, set aside, and the rest works on.
#[test]
fn damage_is_found_and_mended() {
    on_each(|w| {
        let a = w.member("Forge", "core");
        w.claim(&a, &["task/T1"]).unwrap();
        let damage = |tx: &mut dyn crate::store::Tx| {
            tx.put("session/01ARZ3NDEKTSV4RRFFQ69G5FAV", "{\"half\":".into())?;
            tx.delete(&schema::held_key(
                &a.id,
                &ClaimKey::canonical("task/T1").unwrap(),
            ))?;
            put_json(tx, &format!("held/{}/task/never", a.id), &())?;
            let mut group = schema::group(tx.view(), "core")?.unwrap();
            group.members[0].session = SessionId::mint();
            put_json(tx, &schema::group_key("core"), &group)
        };
        w.store.transact(&mut |tx| damage(tx)).unwrap();
        assert!(!problems(w).is_empty());
        let done = w.coord.mend().unwrap();
        assert!(
            done.iter().any(|line| line.contains("set aside")),
            "{done:?}"
        );
        assert!(
            done.iter()
                .any(|line| line.contains("2 lines of the index")),
            "{done:?}"
        );
        assert!(
            done.iter().any(|line| line.contains("in no group now")),
            "{done:?}"
        );
        assert_eq!(problems(w), []);
        let aside = w.range("damaged/");
        assert_eq!(aside.len(), 1);
        assert_eq!(aside[0].decode::<String>().unwrap(), "{\"half\":");
        // The claim is still held, and can be given back.
        w.coord.release(&Actor::from(&a), &Which::All).unwrap();
        assert_eq!(problems(w), []);
    });
}

/// S3-17, S3-18: the indexes of issues, fixes and tasks are compared with the records and made again.
#[test]
fn indexes_are_made_again() {
    use crate::coord::fix::Proposal;
    use crate::coord::issue::{List, Severity};
    use crate::coord::task::NewTask;
    on_each(|w| {
        let a = w.session("Forge");
        let issue = w.issue(&a, "Tabs", Severity::High);
        w.issue(&a, "Keys", Severity::Low);
        let proposal = Proposal {
            issue,
            title: "mend".to_owned(),
            ..Proposal::default()
        };
        w.coord.fix_propose(&(&a).into(), &proposal).unwrap();
        w.coord
            .add_task(&(&a).into(), &NewTask::of("write it"))
            .unwrap();
        assert_eq!(problems(w), []);
        let index = |prefix| w.range(prefix);
        let whole = ["issue-by/", "fix-by/", "task-state/"].map(index);
        let damage = |tx: &mut dyn crate::store::Tx| {
            for lines in &whole {
                tx.delete(&lines[0].key)?;
            }
            put_json(tx, "issue-by/new/1/00000000000000000009/none", &())?;
            put_json(tx, "fix-by/applied/00000000000000000009/none", &())
        };
        w.store.transact(&mut |tx| damage(tx)).unwrap();
        assert_eq!(problems(w).len(), 3);
        let done = w.coord.mend().unwrap();
        assert_eq!(
            done,
            [
                "corrected 2 lines of the index of issues",
                "corrected 2 lines of the index of fixes",
                "corrected 1 lines of the index of tasks",
            ]
        );
        assert_eq!(problems(w), []);
        let again = ["issue-by/", "fix-by/", "task-state/"].map(index);
        for (before, after) in whole.iter().zip(&again) {
            let lines = |records: &[crate::store::Record]| -> Vec<(String, String)> {
                let line = |r: &crate::store::Record| (r.key.clone(), r.value.clone());
                records.iter().map(line).collect()
            };
            assert_eq!(lines(before), lines(after));
        }
        assert_eq!(w.coord.issues(&List::default()).unwrap().issues.len(), 2);
    });
}

/// Records that name what is not there, and counts that are wrong, are problems; what follows from the other
/// records is put right.
#[test]
fn records_that_disagree_are_found() {
    use crate::coord::fix::Proposal;
    use crate::coord::issue::Severity;
    use crate::coord::message::{Address, Voice, post::Draft};
    use crate::coord::task::{ClaimTask, NewTask};
    on_each(|w| {
        let (a, b) = (w.session("Forge"), w.session("Anvil"));
        let add = |what: &str, depends_on: &[&str]| {
            let new = NewTask {
                depends_on: depends_on.iter().map(|id| (*id).to_owned()).collect(),
                force: true,
                ..NewTask::of(what)
            };
            w.coord.add_task(&(&a).into(), &new).unwrap().task.task_id
        };
        let first = add("write the parser", &[]);
        let second = add("test what it reads", &[&first]);
        let third = add("print the book", &[&second]);
        for body in ["one", "two"] {
            let draft = Draft {
                to: Address::Session(b.id.clone()),
                subject: "for you".to_owned(),
                body: body.to_owned(),
            };
            w.coord.send(&(&a).into(), &Voice::Unknown, &draft).unwrap();
        }
        let issue = w.issue(&a, "Tabs", Severity::High);
        let proposal = Proposal {
            issue: issue.clone(),
            title: "mend".to_owned(),
            ..Proposal::default()
        };
        w.coord.fix_propose(&(&a).into(), &proposal).unwrap();
        assert_eq!(problems(w), []);

        let damage = |tx: &mut dyn crate::store::Tx| {
            for record in tx.range("task-wait/")? {
                tx.delete(&record.key)?;
            }
            let key = format!("mailbox/{}", b.id);
            let mut mailbox: serde_json::Value = tx.get(&key)?.unwrap().decode()?;
            mailbox["unread"] = 80.into();
            put_json(tx, &key, &mailbox)?;
            tx.delete(&format!("mailbox/{}", a.id))?;
            put_json(tx, "messages", &1)
        };
        w.store.transact(&mut |tx| damage(tx)).unwrap();
        // The first is done while nobody knows who waits for it.
        let claim = ClaimTask {
            id: first.clone(),
            ..ClaimTask::default()
        };
        w.coord.claim_task(&(&a).into(), &claim).unwrap();
        w.coord.complete_task(&(&a).into(), &first, None).unwrap();
        let found = problems(w);
        for part in [
            "2 lines of the index of what waits for tasks",
            &format!("{second} waits for {first}, which is over"),
            "Anvil says 80 unread",
            "the mailbox of Forge is gone",
            "said to be 1 and is 2",
        ] {
            let told = found.iter().any(|finding| finding.message.contains(part));
            assert!(told, "{part}: {found:?}");
        }
        w.coord.mend().unwrap();
        assert_eq!(problems(w), []);
        let (task, _) = w.coord.task(&second).unwrap();
        assert_eq!(task.blocked_by, Vec::<String>::new());

        // What cannot be put right without guessing is told with what to do.
        let damage = |tx: &mut dyn crate::store::Tx| {
            tx.delete(&format!("issue/{issue}"))?;
            for (id, other) in [(&second, &third), (&first, &"T99".to_owned())] {
                let key = format!("task/{id}");
                let mut task: serde_json::Value = tx.get(&key)?.unwrap().decode()?;
                task["depends_on"] = serde_json::json!([other]);
                put_json(tx, &key, &task)?;
            }
            Ok(())
        };
        w.store.transact(&mut |tx| damage(tx)).unwrap();
        w.coord.mend().unwrap();
        let found = problems(w);
        for part in [
            format!("{first} depends on T99, which is not there"),
            format!("tasks wait for each other: {second} → {third} → {second}"),
            format!("is for {issue}, which is not there"),
        ] {
            let told = |finding: &&Finding| finding.message.contains(&part);
            let told = found.iter().find(told);
            assert!(
                told.is_some_and(|it| it.hint.is_some()),
                "{part}: {found:?}"
            );
        }
        assert_eq!(found.len(), 3, "{found:?}");
    });
}

/// S2-21, S3-39: heartbeats and ended sessions older than a day go, what the dead held is freed; a
/// dry run promises just that and changes nothing.
#[test]
fn cleaning_up_removes_the_old_and_the_dead() {
    on_each(|w| {
        let (a, b, c) = (
            w.session("Forge"),
            w.session("Architect"),
            w.session("Gone"),
        );
        let beat = Heartbeat {
            working_on: Some("parser".into()),
            ..Heartbeat::default()
        };
        w.coord.heartbeat(&Actor::from(&a), &beat).unwrap();
        w.claim(&b, &["task/T1"]).unwrap();
        w.coord.end(&c.id).unwrap();
        w.probe.set(&b, Vital::Dead);
        w.advance(25 * 3600);
        let day = jiff::SignedDuration::from_hours(24);
        let work = |dry_run| Cleanup {
            older_than: day,
            audit_older_than: day,
            dry_run,
        };
        let before = w.coord.store.revision().unwrap();
        let promised = w.coord.cleanup(&work(true)).unwrap();
        assert_eq!(w.coord.store.revision().unwrap(), before);
        let done = w.coord.cleanup(&work(false)).unwrap();
        assert_eq!(promised, done);
        assert_eq!(done.ended, ["Architect"]);
        assert_eq!(done.forgotten, ["Gone"]);
        assert_eq!(done.heartbeats, 1);
        assert!(w.coord.cleanup(&work(false)).unwrap().is_nothing());
        assert_eq!(w.coord.whoami(&a.id).unwrap().activity, []);
    });
}

/// S3-39: old lines of the trail go to an archive, none is lost.
#[test]
fn old_audit_lines_are_archived() {
    let temp = tempfile::tempdir().unwrap();
    let state = temp.path().join(".stoa");
    let coord = Coord::open(&state).unwrap();
    let me = coord
        .register(&Register::of(
            fingerprint::of_pid(std::process::id()).unwrap(),
        ))
        .unwrap();
    for n in 0..1010 {
        coord
            .claim(&Actor::from(&me), &request(&[&format!("task/{n}")]))
            .unwrap();
    }
    let work = Cleanup {
        older_than: jiff::SignedDuration::from_hours(24),
        audit_older_than: jiff::SignedDuration::ZERO,
        dry_run: false,
    };
    coord.rebuild_files().unwrap();
    let lines = |path: &Path| std::fs::read_to_string(path).unwrap().lines().count();
    let all = lines(&state.join("audit.jsonl"));
    let done = coord.cleanup(&work).unwrap();
    assert_eq!(done.archived, 11);
    let archives: Vec<_> = std::fs::read_dir(state.join("archive")).unwrap().collect();
    assert_eq!(archives.len(), 1);
    let archived = lines(&archives[0].as_ref().unwrap().path());
    assert_eq!(archived, 11);
    assert_eq!(lines(&state.join("audit.jsonl")) + archived, all);
    assert_eq!(stale(&coord), Vec::<String>::new());
}

/// The files that are not as they should be: comparing lets them catch up first.
fn stale(coord: &Coord) -> Vec<String> {
    match coord.compare_files().unwrap().unwrap() {
        Compared::Differing(mut files) => {
            files.sort();
            files
        }
        behind => panic!("{behind:?}"),
    }
}

/// S3-41: files that do not show what the store holds are named, and made again.
#[test]
fn readable_files_are_compared_with_the_store() {
    let temp = tempfile::tempdir().unwrap();
    let state = temp.path().join(".stoa");
    let coord = Coord::open(&state).unwrap();
    let me = coord.register(&Register {
        name: Some("Forge".into()),
        ..Register::of(fingerprint::of_pid(std::process::id()).unwrap())
    });
    me.unwrap();
    assert_eq!(stale(&coord), Vec::<String>::new());
    std::fs::write(state.join("sessions/1-Forge.json"), "{}").unwrap();
    std::fs::write(state.join("sessions/9-Mallory.json"), "{}").unwrap();
    std::fs::write(state.join("STATUS_BOARD.md"), "rubbish").unwrap();
    std::fs::write(state.join("audit.jsonl"), "").unwrap();
    assert_eq!(
        stale(&coord),
        [
            "STATUS_BOARD.md",
            "audit.jsonl",
            "sessions/1-Forge.json",
            "sessions/9-Mallory.json"
        ]
    );
    coord.rebuild_files().unwrap();
    assert_eq!(stale(&coord), Vec::<String>::new());
    // What somebody added to a file that is right otherwise.
    for name in ["STATUS_BOARD.md", "audit.jsonl"] {
        let path = state.join(name);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{whole}junk\n")).unwrap();
        assert_eq!(stale(&coord), [name]);
        coord.rebuild_files().unwrap();
        assert_eq!(stale(&coord), Vec::<String>::new());
    }
}
