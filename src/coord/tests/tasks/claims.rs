//! A task in hand is a claim.

use super::*;

/// S1-42, first test of the seed: the second claim is blocked, and says by whom. S1-2, S1-5, S1-25,
/// S1-31, S1-43: the first made the task, and who is who is never in doubt.
#[test]
fn seed_test_1_a_second_claim_is_blocked() {
    on_each(|w| {
        let (two, three) = (w.session("Architect"), w.session("Thief"));
        let request = |text: &str| ClaimTask {
            id: "TEST1".into(),
            description: Some(text.into()),
            ..ClaimTask::default()
        };
        let done = w
            .coord
            .claim_task(&(&two).into(), &request("Test atomic locking"))
            .unwrap();
        assert!(done.created && !done.renewed);
        let stolen = w
            .coord
            .claim_task(&(&three).into(), &request("Try to steal task"));
        let error = stolen.unwrap_err();
        assert_eq!(error.kind, Kind::Held);
        assert!(
            error.message.contains("Architect (session 1)"),
            "{}",
            error.message
        );
        assert_eq!(error.holder.unwrap()["name"], "Architect");
        assert_eq!(w.look("TEST1").description, "Test atomic locking");
        // Claiming again is no harm to who has it.
        let again = w.take(&two, "TEST1").unwrap();
        assert!(again.renewed && again.token == done.token);
    });
}

/// S1-42, second test of the seed: update, then complete with the time it took. S1-6, S1-7, S1-12,
/// S1-14, S1-15: every field of the seed's record.
#[test]
fn seed_test_2_updates_and_a_duration() {
    on_each(|w| {
        let me = w.session("Architect");
        w.task(&me, "TEST1");
        w.take(&me, "TEST1").unwrap();
        w.advance(24);
        let task = w
            .coord
            .advance_task(&(&me).into(), "TEST1", Step::Start)
            .unwrap();
        assert_eq!(task.status, Status::InProgress);
        w.advance(21);
        let done = w
            .coord
            .complete_task(&(&me).into(), "TEST1", Some("All tests passed"))
            .unwrap();
        assert_eq!(done.task.duration_seconds, Some(21));
        let json = serde_json::to_value(&done.task).unwrap();
        assert_eq!(json["task_id"], "TEST1");
        assert_eq!(json["status"], "completed");
        assert_eq!(json["claimed_by"]["session_id"], me.id.as_str());
        assert_eq!(json["claimed_by"]["session_number"], 1);
        assert_eq!(json["claimed_by"]["session_name"], "Architect");
        assert_eq!(json["claimed_by"]["pid"], me.fingerprint.pid);
        assert_eq!(json["claimed_by"]["terminal"], "/dev/pts/9");
        assert_eq!(json["claimed_at"], "1970-01-01T00:00:00Z");
        assert_eq!(json["started_at"], "1970-01-01T00:00:24Z");
        assert_eq!(json["completed_at"], "1970-01-01T00:00:45Z");
        assert_eq!(json["result"], "All tests passed");
        assert_eq!(w.holders("task/TEST1"), Vec::<String>::new());
    });
}

/// S1-42, third test of the seed: a completed task is shown and refused, unless it is reopened. S1-11.
#[test]
fn seed_test_3_a_completed_task_warns() {
    on_each(|w| {
        let me = w.session("Architect");
        w.task(&me, "TEST1");
        w.finish(&me, "TEST1");
        w.advance(60);
        let error = w.take(&me, "TEST1").unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
        for part in [
            "completed already",
            "by Architect",
            "60s ago",
            "work on TEST1",
            "result: done",
        ] {
            assert!(error.message.contains(part), "{part}: {}", error.message);
        }
        assert!(error.hint.unwrap().contains("--reopen"));
        assert_eq!(error.holder.unwrap()["result"], "done");
        let request = ClaimTask {
            id: "TEST1".into(),
            reopen: true,
            ..ClaimTask::default()
        };
        let again = w.coord.claim_task(&(&me).into(), &request).unwrap();
        assert_eq!(again.task.status, Status::Claimed);
        assert_eq!(again.task.result, None);
    });
}

/// S1-42, fourth test of the seed: a number that a living session has is not given away. S1-1, S1-4.
#[test]
fn seed_test_4_a_fingerprint_collision_is_blocked() {
    on_each(|w| {
        let mut first = w.request("Forge");
        first.number = Some(1);
        w.coord.register(&first).unwrap();
        let mut second = w.request("Test");
        second.number = Some(1);
        check_kind(
            w.coord.register(&second),
            Kind::Refused,
            "the number 1 is taken by Forge",
        );
    });
}

/// S1-10: only the claimer changes a task, and is named to the others.
#[test]
fn only_the_claimer_may() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.task(&a, "T1");
        let by_b = || (&b).into();
        check_kind(
            w.coord.complete_task(&by_b(), "T1", None),
            Kind::Refused,
            "does not have it",
        );
        w.take(&a, "T1").unwrap();
        let outcomes = [
            w.coord.complete_task(&by_b(), "T1", None).map(drop),
            w.coord.fail_task(&by_b(), "T1", None).map(drop),
            w.coord.cancel_task(&by_b(), "T1", None).map(drop),
            w.coord.release_task(&by_b(), "T1", None).map(drop),
            w.coord.start_task(&by_b(), "T1").map(drop),
            w.coord.advance_task(&by_b(), "T1", Step::Review).map(drop),
        ];
        for outcome in outcomes {
            check_kind(outcome, Kind::Held, "claimed by a (session 1)");
        }
        assert_eq!(w.status("T1"), Status::Claimed);
    });
}

/// S1-45: `claim task/T1` and `task claim T1` are one and the same.
#[test]
fn a_plain_claim_takes_the_task_in_hand_and_lets_go_of_it() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.task(&a, "T1");
        let token = w.token(&a, "task/T1");
        assert_eq!(w.status("T1"), Status::Claimed);
        assert_eq!(w.look("T1").token, Some(token));
        check_kind(w.take(&b, "T1"), Kind::Held, "held by a");
        w.coord.start_task(&(&a).into(), "T1").unwrap();
        w.coord
            .release(&(&a).into(), &Which::keys([key("task/T1")]))
            .unwrap();
        assert_eq!(w.status("T1"), Status::Pending);
        assert_eq!(w.look("T1").attempts, 1);
        w.take(&b, "T1").unwrap();
        check_kind(w.claim(&a, &["task/T1"]), Kind::Held, "held by b");
        check_kind(w.claim(&a, &["task/**"]), Kind::Held, "held by b");
        assert_eq!(w.holders("task/T1"), ["b"]);
    });
}

#[test]
fn shared_claims_and_patterns_take_no_task_in_hand() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.task(&a, "T1");
        let mut ask = request(&["task/T1"]);
        ask.shared = true;
        w.coord.claim(&(&a).into(), &ask).unwrap();
        assert_eq!(w.status("T1"), Status::Pending);
        check_kind(w.take(&b, "T1"), Kind::Held, "held by a");
        w.take(&a, "T1").unwrap();
        assert_eq!(w.status("T1"), Status::Claimed);
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        w.claim(&a, &["task/**"]).unwrap();
        assert_eq!(w.status("T1"), Status::Pending);
        check_kind(
            w.coord.claim_next_task(&(&b).into()),
            Kind::NotFound,
            "no task is ready",
        );
    });
}

/// C4: a dead holder's task is available at once, whoever looks, and counts an attempt.
#[test]
fn a_dead_holders_task_is_free_at_once() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.task(&b, "T1");
        w.coord.start_task(&(&a).into(), "T1").unwrap();
        w.probe.set(&a, Vital::Dead);
        // Nobody has written anything down yet.
        assert_eq!(w.status("T1"), Status::Pending);
        let seen = w.look("T1");
        assert_eq!((seen.attempts, seen.claimed_by), (1, None));
        assert_eq!(w.coord.next_task(&(&b).into()).unwrap().task_id, "T1");
        let got = w.coord.claim_next_task(&(&b).into()).unwrap();
        assert_eq!((got.task.task_id.as_str(), got.task.attempts), ("T1", 1));
        w.coord.reap().unwrap();
        assert_eq!(w.status("T1"), Status::Claimed);
        assert_eq!(w.holders("task/T1"), ["b"]);
    });
}

/// C5, C7: a lease that is over gives the task back; who had it is fenced.
#[test]
fn a_lost_lease_gives_the_task_back() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.task(&b, "T1");
        let request = ClaimTask {
            id: "T1".into(),
            ttl: Some(Duration::from_secs(60)),
            ..ClaimTask::default()
        };
        w.coord.claim_task(&(&a).into(), &request).unwrap();
        w.advance(61);
        // In its grace it is kept for a, who must renew before going on.
        assert_eq!(w.status("T1"), Status::Claimed);
        check_kind(
            w.coord.complete_task(&(&a).into(), "T1", None),
            Kind::Fenced,
            "run out",
        );
        w.advance(15);
        assert_eq!(w.status("T1"), Status::Pending);
        check_kind(
            w.coord.complete_task(&(&a).into(), "T1", None),
            Kind::Fenced,
            "no longer has",
        );
        let taken = w.take(&b, "T1").unwrap();
        assert_eq!(taken.task.attempts, 1);
        check_kind(
            w.coord.complete_task(&(&a).into(), "T1", None),
            Kind::Fenced,
            "claimed by b",
        );
    });
}

/// Who lost it to another is fenced, whatever it tries.
#[test]
fn letting_go_of_what_was_lost_is_fenced_as_finishing_it_is() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        w.task(&b, "T1");
        w.take(&a, "T1").unwrap();
        w.coord.release_task(&(&a).into(), "T1", None).unwrap();
        w.take(&b, "T1").unwrap();
        for (who, kind) in [(&a, Kind::Fenced), (&c, Kind::Held)] {
            let release = w.coord.release_task(&who.into(), "T1", None);
            check_kind(release, kind, "only its claimer");
            let complete = w.coord.complete_task(&who.into(), "T1", None);
            check_kind(complete, kind, "only its claimer");
        }
    });
}

#[test]
fn a_stale_token_is_fenced_also_for_tasks() {
    on_each(|w| {
        let a = w.session("a");
        w.task(&a, "T1");
        let old = w.take(&a, "T1").unwrap().token;
        w.coord.release_task(&(&a).into(), "T1", None).unwrap();
        let new = w.take(&a, "T1").unwrap().token;
        assert!(new > old);
        let with = |token| Actor::from(&a).under(key("task/T1"), token);
        check_kind(
            w.coord.complete_task(&with(old), "T1", None),
            Kind::Fenced,
            "stale",
        );
        w.coord.complete_task(&with(new), "T1", None).unwrap();
    });
}

#[test]
fn the_end_of_a_session_and_a_reboot_free_its_tasks() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.task(&b, "T1");
        w.task(&b, "T2");
        w.take(&a, "T1").unwrap();
        w.take(&b, "T2").unwrap();
        w.coord.end(&a.id).unwrap();
        assert_eq!(w.status("T1"), Status::Pending);
        assert_eq!(w.look("T1").attempts, 1);
        let rebooted = w.rebooted();
        let tasks = rebooted.snapshot().unwrap().tasks;
        assert!(
            tasks.iter().all(|task| task.status == Status::Pending),
            "{tasks:?}"
        );
    });
}

/// Registering again from the same process keeps the task, from another one loses it.
#[test]
fn a_new_generation() {
    on_each(|w| {
        let a = w.session("a");
        w.task(&a, "T1");
        w.take(&a, "T1").unwrap();
        let again = Register {
            id: Some(a.id.clone()),
            ..Register::of(a.fingerprint.clone())
        };
        w.coord.register(&again).unwrap();
        assert_eq!(w.status("T1"), Status::Claimed);
        let moved = Register {
            fingerprint: print(999),
            ..again
        };
        w.coord.register(&moved).unwrap();
        assert_eq!(w.status("T1"), Status::Pending);
    });
}

/// S1-40: the task in hand is the session's current one. S1-3, S1-44: all of it is seen before claiming.
#[test]
fn a_session_shows_its_current_task() {
    on_each(|w| {
        let a = w.session("a");
        let current = || w.coord.snapshot().unwrap().sessions[0].task.clone();
        w.task(&a, "T1");
        w.task(&a, "T2");
        assert_eq!(current(), None);
        w.coord.start_task(&(&a).into(), "T1").unwrap();
        assert_eq!(current().as_deref(), Some("T1"));
        w.advance(1);
        w.take(&a, "T2").unwrap();
        assert_eq!(current().as_deref(), Some("T2"));
        w.coord.complete_task(&(&a).into(), "T2", None).unwrap();
        assert_eq!(current().as_deref(), Some("T1"));
    });
}

/// S4-21, C10: a retry under the same operation id is done once.
#[test]
fn retrying_an_operation() {
    on_each(|w| {
        let a = w.session("a");
        let once = || Actor::from(&a).once("op-1");
        let first = w
            .coord
            .add_task(&once(), &NewTask::of("Write it down"))
            .unwrap();
        let second = w
            .coord
            .add_task(&once(), &NewTask::of("Write it down"))
            .unwrap();
        assert_eq!(first, second);
        assert_eq!(w.coord.tasks().unwrap().tasks.len(), 1);
        let next = || Actor::from(&a).once("op-2");
        let got = w.coord.claim_next_task(&next()).unwrap();
        w.task(&a, "T9");
        assert_eq!(w.coord.claim_next_task(&next()).unwrap(), got);
    });
}

/// S1-32: who did what, the refused attempts too.
#[test]
fn every_attempt_is_on_the_trail() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.task(&a, "T1");
        w.take(&a, "T1").unwrap();
        w.take(&b, "T1").unwrap_err();
        let last = w.last_audit();
        assert_eq!((last.action.as_str(), last.success), ("task-claim", false));
        assert_eq!(last.agent.as_deref(), Some("b"));
        w.coord
            .complete_task(&(&a).into(), "T1", Some("fine"))
            .unwrap();
        let last = w.last_audit();
        assert_eq!(last.action, "task-complete");
        assert_eq!(last.message.as_deref(), Some("fine"));
    });
}

/// One damaged record stops nobody who is about something else.
#[test]
fn a_damaged_task_is_passed_over() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.task(&a, "T1");
        w.task(&a, "T2");
        w.take(&a, "T1").unwrap();
        w.store
            .transact(&mut |tx| tx.put("task/T1", "{\"no\": 1}".to_owned()))
            .unwrap();
        check_kind(w.coord.task("T1"), Kind::Corrupt, "task/T1");
        assert_eq!(w.status("T2"), Status::Pending);
        let got = w.coord.claim_next_task(&(&b).into()).unwrap();
        assert_eq!(got.task.task_id, "T2");
        w.coord.end(&a.id).unwrap();
        w.coord.complete_task(&(&b).into(), "T2", None).unwrap();
        assert_eq!(w.holders("task/T1"), Vec::<String>::new());
    });
}
