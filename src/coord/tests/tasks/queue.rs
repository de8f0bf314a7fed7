//! The next task, duplicates, and who gets what.

use super::*;

/// Priority, then age; what one is not capable of, others were given, or waits is passed over.
#[test]
fn next_goes_by_urgency_then_age_then_ability() {
    on_each(|w| {
        let me = w.role("me", "rust builder");
        let new = |id: &str, priority, needs: &[&str]| NewTask {
            id: Some(id.into()),
            priority,
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            force: true,
            ..NewTask::of(id)
        };
        w.add(&me, new("low", Priority::Low, &[]));
        w.add(&me, new("old", Priority::Medium, &["build"]));
        w.add(&me, new("young", Priority::Medium, &["rust"]));
        w.add(&me, new("sql", Priority::Critical, &["sql"]));
        w.add(&me, new("urgent", Priority::High, &[]));
        let next = || {
            w.coord
                .claim_next_task(&(&me).into())
                .map(|done| done.task.task_id)
        };
        assert_eq!(w.coord.next_task(&(&me).into()).unwrap().task_id, "urgent");
        for expected in ["urgent", "old", "young", "low"] {
            assert_eq!(next().unwrap(), expected);
        }
        check_kind(next(), Kind::NotFound, "1 ready for others");
    });
}

/// S4-22: what is there already is not added again, by whatever way.
#[test]
fn duplicates_are_refused() {
    on_each(|w| {
        let a = w.session("a");
        let id = w.add(&a, NewTask::of("Fix the login page"));
        let again = NewTask::of("fix login page");
        check_kind(w.coord.add_task(&(&a).into(), &again), Kind::Refused, &id);
        let claim = ClaimTask {
            id: "OTHER".into(),
            description: Some("Login page: FIX".into()),
            ..ClaimTask::default()
        };
        check_kind(w.coord.claim_task(&(&a).into(), &claim), Kind::Refused, &id);
        let forced = NewTask {
            force: true,
            ..again.clone()
        };
        w.add(&a, forced);
        for id in ["T1", "T2"] {
            w.finish(&a, id);
        }
        // Finished ones are not in the way.
        assert_eq!(w.add(&a, again), "T3");
        let taken = NewTask {
            id: Some("T3".into()),
            ..NewTask::of("something else entirely")
        };
        check_kind(
            w.coord.add_task(&(&a).into(), &taken),
            Kind::Refused,
            "T3 already",
        );
    });
}

/// S1-30: small tasks come with a hint.
#[test]
fn small_tasks_are_better_done_alone() {
    on_each(|w| {
        let a = w.session("a");
        let add = |text: &str, minutes| {
            let new = NewTask {
                estimate_minutes: minutes,
                ..NewTask::of(text)
            };
            w.coord.add_task(&(&a).into(), &new).unwrap().hint
        };
        assert!(
            add("rename a variable", Some(5))
                .unwrap()
                .contains("10 min")
        );
        assert_eq!(add("build the server", Some(180)), None);
        assert_eq!(add("whatever it takes", None), None);
    });
}

/// S1-36: what a session says it can do counts like a word of its role.
#[test]
fn capabilities_count() {
    on_each(|w| {
        let mut ask = w.request("Ada");
        ask.capabilities = vec!["rust".into(), "C".into()];
        let ada = w.coord.register(&ask).unwrap();
        let lead = w.session("lead");
        for (id, need) in [("T1", "rust"), ("T2", "C++"), ("T3", "sql")] {
            let new = NewTask {
                id: Some(id.into()),
                needs: vec![need.into()],
                force: true,
                ..NewTask::of(id)
            };
            w.add(&lead, new);
        }
        let assigned = w.coord.assign_tasks(&(&lead).into(), &Assign::default());
        let assigned = assigned.unwrap().assigned;
        let given = assigned.iter().map(|given| given.task_id.as_str());
        assert_eq!(given.collect::<Vec<_>>(), ["T1", "T2"]);
        let next = w.coord.claim_next_task(&(&ada).into()).unwrap();
        assert_eq!(next.task.task_id, "T1");
    });
}

/// S1-36, S4-32, S4-24: by ability, then by load, with the reasons; planner and executor are roles.
#[test]
fn tasks_are_given_to_those_who_can() {
    on_each(|w| {
        let coordinator = w.session("lead");
        let planner = w.role("Ada", "planner");
        let (one, two) = (
            w.role("One", "executor, rust"),
            w.role("Two", "executor, rust"),
        );
        let add = |id: &str, needs: &[&str]| {
            let new = NewTask {
                id: Some(id.into()),
                needs: needs.iter().map(|need| (*need).to_owned()).collect(),
                force: true,
                ..NewTask::of(id)
            };
            w.add(&coordinator, new)
        };
        add("plan", &["planner"]);
        add("r1", &["rust"]);
        add("r2", &["rust"]);
        add("r3", &["execute", "sql"]);
        let done = w
            .coord
            .assign_tasks(&(&coordinator).into(), &Assign::default())
            .unwrap();
        let given: Vec<(&str, &str, u8)> = (done.assigned.iter())
            .map(|given| {
                (
                    given.task_id.as_str(),
                    given.session_name.as_str(),
                    given.confidence,
                )
            })
            .collect();
        assert_eq!(
            given,
            [("plan", "Ada", 100), ("r1", "One", 100), ("r2", "Two", 100)]
        );
        assert!(
            done.assigned[1].reason.contains("has rust"),
            "{:?}",
            done.assigned[1]
        );
        assert_eq!(done.left[0].task_id, "r3");
        assert!(
            done.left[0].reason.contains("nobody has sql"),
            "{:?}",
            done.left[0]
        );
        assert!(done.left[0].reason.contains("50 %"), "{:?}", done.left[0]);
        // What was given comes first, and nobody else takes it by mistake.
        check_kind(w.take(&one, "r2"), Kind::Refused, "given to Two");
        let next = |who: &Session| w.coord.claim_next_task(&who.into()).unwrap().task.task_id;
        assert_eq!(next(&two), "r2");
        assert_eq!(next(&one), "r1");
        let named = Assign {
            ids: vec!["r3".into()],
            to: Some(planner.id.clone()),
        };
        let done = w
            .coord
            .assign_tasks(&(&coordinator).into(), &named)
            .unwrap();
        assert!(
            done.assigned[0].reason.contains("without execute, sql"),
            "{done:?}"
        );
        // Who is gone keeps nothing.
        w.probe.set(&planner, Vital::Dead);
        w.take(&one, "plan").unwrap();
    });
}

/// S1-24: the coordinator lays out the work before anybody comes.
#[test]
fn tasks_are_there_before_the_sessions() {
    on_each(|w| {
        let coordinator = w.session("lead");
        w.task(&coordinator, "T1");
        let worker = w.session("worker");
        assert_eq!(
            w.coord
                .claim_next_task(&(&worker).into())
                .unwrap()
                .task
                .task_id,
            "T1"
        );
    });
}

#[test]
fn wrong_names_and_texts_are_refused() {
    on_each(|w| {
        let a = w.session("a");
        for id in [
            "",
            "a b",
            "-x",
            "..",
            "a/b",
            "a*",
            "a\u{1b}[2J",
            "x\u{202e}",
            &"x".repeat(65),
        ] {
            let new = NewTask {
                id: Some(id.to_owned()),
                ..NewTask::of("anything")
            };
            check_kind(w.coord.add_task(&(&a).into(), &new), Kind::Usage, "task id");
        }
        for text in ["", "  ", "a\u{1b}[2J", &"x".repeat(4097)] {
            let outcome = w.coord.add_task(&(&a).into(), &NewTask::of(text));
            assert_eq!(outcome.unwrap_err().kind, Kind::Usage, "{text:?}");
        }
        assert_eq!(w.coord.tasks().unwrap().tasks, []);
        assert!(w.store.changes_since(0).is_ok());
    });
}

/// S4-27, S4-28: sixteen threads on the real store; every task is done once, by one.
#[test]
fn sixteen_share_a_queue() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let coord = Coord::open(&path).unwrap();
    let register = |coord: &Coord, name: &str| {
        let mut request = Register::of(fingerprint::of_pid(std::process::id()).unwrap());
        request.name = Some(name.to_owned());
        coord.register(&request).unwrap()
    };
    let lead = register(&coord, "lead");
    for n in 0..48 {
        let new = NewTask {
            force: true,
            ..NewTask::of(&format!("piece number {n}"))
        };
        coord.add_task(&(&lead).into(), &new).unwrap();
    }
    let done: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|n| {
                let path = &path;
                scope.spawn(move || {
                    let coord = Coord::open(path).unwrap();
                    let me = register(&coord, &format!("worker-{n}"));
                    let mut mine = Vec::new();
                    while let Ok(got) = coord.claim_next_task(&(&me).into()) {
                        let id = got.task.task_id;
                        coord.complete_task(&(&me).into(), &id, None).unwrap();
                        mine.push(id);
                    }
                    mine
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    let mut once = done.clone();
    once.sort();
    once.dedup();
    assert_eq!((done.len(), once.len()), (48, 48));
    let snapshot = coord.snapshot().unwrap();
    assert_eq!(snapshot.task_totals.completed, 48);
    assert!(snapshot.claims.is_empty());
}
