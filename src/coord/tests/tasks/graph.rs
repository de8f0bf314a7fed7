//! What waits for what, and splitting.

use super::*;

fn ids(list: &[task::Related]) -> Vec<&str> {
    list.iter().map(|task| task.task_id.as_str()).collect()
}

/// S1-34: a task waits for others, and is free in the transaction that completes the last of them. S1-33:
/// which ones, and whom it concerns, is told.
#[test]
fn completing_unblocks() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        for id in ["A", "B"] {
            w.task(&a, id);
        }
        let new = NewTask {
            id: Some("C".into()),
            depends_on: vec!["A".into(), "B".into()],
            ..NewTask::of("the third thing")
        };
        w.add(&b, new);
        assert_eq!(w.status("C"), Status::Blocked);
        check_kind(
            w.take(&a, "C"),
            Kind::Refused,
            "waits for A (not begun), B (not begun)",
        );
        assert_eq!(w.finish(&a, "A").news.unblocked, []);
        let done = w.finish(&a, "B");
        assert_eq!(ids(&done.news.unblocked), ["C"]);
        assert_eq!(done.news.unblocked[0].sessions, [b.id.to_string()]);
        assert_eq!(w.status("C"), Status::Pending);
        // Opening one again blocks it once more.
        let open = w.coord.reopen_task(&(&a).into(), "A", None).unwrap();
        assert_eq!(ids(&open.blocked), ["C"]);
        assert_eq!(w.status("C"), Status::Blocked);
    });
}

/// S1-34: circles are refused, and shown.
#[test]
fn circles_are_refused_and_shown() {
    on_each(|w| {
        let a = w.session("a");
        for id in ["A", "B", "C"] {
            w.task(&a, id);
        }
        let on = |id: &str, other: &str| {
            let change = Depend::On(vec![other.to_owned()]);
            w.coord.depend_task(&(&a).into(), id, &change)
        };
        on("A", "B").unwrap();
        on("B", "C").unwrap();
        check_kind(on("C", "A"), Kind::Refused, "C → A → B → C");
        check_kind(on("C", "C"), Kind::Refused, "C → C");
        check_kind(on("C", "nothing"), Kind::NotFound, "no task nothing");
        assert_eq!(w.status("C"), Status::Pending);
        let drop = Depend::Drop(vec!["B".to_owned()]);
        w.coord.depend_task(&(&a).into(), "A", &drop).unwrap();
        assert_eq!(w.status("A"), Status::Pending);
        on("C", "A").unwrap();
    });
}

#[test]
fn what_fails_keeps_others_waiting_and_says_so() {
    on_each(|w| {
        let a = w.session("a");
        w.task(&a, "A");
        w.task(&a, "B");
        let change = Depend::On(vec!["A".to_owned()]);
        w.coord.depend_task(&(&a).into(), "B", &change).unwrap();
        w.take(&a, "A").unwrap();
        let failed = w.coord.fail_task(&(&a).into(), "A", Some("no")).unwrap();
        assert_eq!(ids(&failed.news.stuck), ["B"]);
        assert_eq!(failed.task.attempts, 1);
        assert_eq!(w.status("B"), Status::Blocked);
        let off = w.coord.cancel_task(&(&a).into(), "A", None).unwrap();
        assert_eq!(ids(&off.news.stuck), ["B"]);
        w.coord.reopen_task(&(&a).into(), "A", None).unwrap();
        assert_eq!(ids(&w.finish(&a, "A").news.unblocked), ["B"]);
    });
}

/// A task that gets a dependency while it is in hand stays there, and is blocked when it is let go.
#[test]
fn a_dependency_found_on_the_way() {
    on_each(|w| {
        let a = w.session("a");
        w.task(&a, "A");
        w.task(&a, "B");
        w.take(&a, "A").unwrap();
        let change = Depend::On(vec!["B".to_owned()]);
        w.coord.depend_task(&(&a).into(), "A", &change).unwrap();
        assert_eq!(w.status("A"), Status::Claimed);
        w.coord.release_task(&(&a).into(), "A", None).unwrap();
        assert_eq!(w.status("A"), Status::Blocked);
        assert_eq!(ids(&w.finish(&a, "B").news.unblocked), ["A"]);
    });
}

/// S4-11, S4-12, S4-13: parts are tasks like others, with a parent; the last one completes the whole,
/// and what waits for the whole.
#[test]
fn a_split_task_is_done_when_its_parts_are() {
    on_each(|w| {
        let a = w.session("a");
        let new = NewTask {
            id: Some("P".into()),
            priority: Priority::High,
            estimate_minutes: Some(60),
            ..NewTask::of("# Site\n## Server\nport it\n## Client\ndraw it")
        };
        w.add(&a, new);
        w.task(&a, "after");
        let change = Depend::On(vec!["P".to_owned()]);
        w.coord.depend_task(&(&a).into(), "after", &change).unwrap();
        w.take(&a, "P").unwrap();
        let request = SplitTask {
            id: "P".into(),
            ..SplitTask::default()
        };
        let split = w.coord.split_task(&(&a).into(), &request).unwrap();
        assert!(split.analysis.can_parallelize);
        assert_eq!(split.task.parts, ["P.1", "P.2"]);
        let part = w.look("P.1");
        assert_eq!(
            (part.parent.as_deref(), part.description.as_str()),
            (Some("P"), "Server")
        );
        assert_eq!(
            (part.priority, part.estimate_minutes),
            (Priority::High, Some(30))
        );
        assert_eq!((w.status("P"), w.look("P").attempts), (Status::Blocked, 0));
        check_kind(w.take(&a, "P"), Kind::Refused, "was split");
        assert_eq!(w.finish(&a, "P.1").news.completed, []);
        let last = w.finish(&a, "P.2");
        assert_eq!(ids(&last.news.completed), ["P"]);
        assert_eq!(ids(&last.news.unblocked), ["after"]);
        assert_eq!(w.status("P"), Status::Completed);
        assert_eq!(w.look("P").result.as_deref(), Some("all 2 parts are done"));
        // A part that is opened again opens the whole.
        w.coord.reopen_task(&(&a).into(), "P.2", None).unwrap();
        assert_eq!(w.status("P"), Status::Blocked);
        assert_eq!(w.status("after"), Status::Blocked);
        w.coord.cancel_task(&(&a).into(), "P.2", None).unwrap();
        assert_eq!(w.status("P"), Status::Completed);
    });
}

/// S4-10: steps wait for one another; given parts do not, unless it is asked for.
#[test]
fn steps_come_one_after_another() {
    on_each(|w| {
        let a = w.session("a");
        w.add(
            &a,
            NewTask::of("Move it:\n1. copy it\n2. switch over\n3. delete it"),
        );
        let split_again = |into: &[&str], force| {
            let request = SplitTask {
                id: "T1".into(),
                into: into.iter().map(|text| (*text).to_owned()).collect(),
                in_order: None,
                force,
            };
            w.coord.split_task(&(&a).into(), &request)
        };
        let split = |into: &[&str]| split_again(into, true);
        split_again(&[], false).unwrap();
        // Who tries again does not double the work.
        check_kind(split_again(&[], false), Kind::Refused, "T1.1, T1.2, T1.3");
        assert_eq!(w.status("T1.1"), Status::Pending);
        assert_eq!(w.look("T1.2").blocked_by, ["T1.1"]);
        assert_eq!(w.look("T1.3").blocked_by, ["T1.2"]);
        let more = split(&["tell everybody", "write it down"]).unwrap();
        assert_eq!(more.parts[0].task_id, "T1.4");
        assert!(more.parts.iter().all(|part| part.blocked_by.is_empty()));
        assert_eq!(split(&["alone"]).unwrap().parts[0].task_id, "T1.6");
        w.task(&a, "plain");
        let request = SplitTask {
            id: "plain".into(),
            ..SplitTask::default()
        };
        let refused = w.coord.split_task(&(&a).into(), &request);
        check_kind(refused, Kind::Refused, "neither sections");
    });
}

/// What was completed waits for nothing, also if what it waited for is opened again meanwhile.
#[test]
fn what_is_over_waits_for_nothing() {
    on_each(|w| {
        let (a, b) = (w.session("Forge"), w.session("Anvil"));
        w.task(&a, "A");
        let after = NewTask {
            id: Some("B".to_owned()),
            depends_on: vec!["A".to_owned()],
            ..NewTask::of("print the book")
        };
        w.add(&a, after);
        w.finish(&a, "A");
        w.take(&b, "B").unwrap();
        w.coord.reopen_task(&(&a).into(), "A", None).unwrap();
        assert_eq!(w.look("B").blocked_by, ["A"]);
        w.coord.complete_task(&(&b).into(), "B", None).unwrap();
        assert_eq!(w.look("B").blocked_by, Vec::<String>::new());
        let board = w.coord.snapshot().unwrap();
        let listed = board.tasks.iter().find(|task| task.task_id == "B").unwrap();
        assert_eq!(listed.blocked_by, Vec::<String>::new());
        // It is known still, for when the work is to be done again.
        w.coord.reopen_task(&(&b).into(), "B", None).unwrap();
        assert_eq!(w.look("B").blocked_by, ["A"]);
    });
}

/// A task that was split gets one part more; two parts of one name are a mistake.
#[test]
fn parts_are_given_once() {
    on_each(|w| {
        let a = w.session("Forge");
        w.task(&a, "A");
        let split = |into: &[&str], force| {
            let request = SplitTask {
                id: "A".to_owned(),
                into: into.iter().map(|part| (*part).to_owned()).collect(),
                force,
                ..SplitTask::default()
            };
            w.coord.split_task(&(&a).into(), &request)
        };
        check_kind(
            split(&["P one"], false),
            Kind::Refused,
            "one part was given",
        );
        check_kind(split(&["P one"], true), Kind::Refused, "one part was given");
        check_kind(split(&["P one", " P one"], false), Kind::Usage, "twice");
        split(&["P one", "P two"], false).unwrap();
        check_kind(split(&["P three"], false), Kind::Refused, "parts already");
        let more = split(&["P three"], true).unwrap();
        assert_eq!(more.task.parts, ["A.1", "A.2", "A.3"]);
        assert_eq!(more.parts.len(), 1);
    });
}
