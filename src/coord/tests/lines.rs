//! C8, S3-61: first come, first served.

use super::*;

fn wait(w: &World, session: &Session, ask: &ClaimRequest) -> u64 {
    let process = print(session.fingerprint.pid + 1000);
    w.coord
        .join_line(&session.into(), ask, Duration::from_secs(600), &process)
        .unwrap()
}

fn waiting(w: &World, key: &str) -> Vec<String> {
    let snapshot = w.coord.snapshot().unwrap();
    let claim = snapshot
        .claims
        .into_iter()
        .find(|claim| claim.key == key)
        .unwrap();
    let name = |id: &String| {
        snapshot
            .sessions
            .iter()
            .find(|s| s.id == *id)
            .unwrap()
            .name
            .clone()
    };
    claim.waiting.iter().map(name).collect()
}

#[test]
fn the_first_in_line_is_next() {
    on_each(|w| {
        let (a, b, c, d) = (
            w.session("a"),
            w.session("b"),
            w.session("c"),
            w.session("d"),
        );
        w.claim(&a, &["task/T1"]).unwrap();
        let ask = request(&["task/T1"]);
        let (second, third) = (wait(w, &b, &ask), wait(w, &c, &ask));
        assert_eq!(waiting(w, "task/T1"), ["b", "c"]);
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        check_kind(
            w.claim(&d, &["task/T1"]),
            Kind::Held,
            "b (session 2) is next in line",
        );
        check_kind(w.claim(&a, &["task/T1"]), Kind::Held, "next in line");
        check_kind(
            w.coord.claim_in_line(&(&c).into(), &ask, third),
            Kind::Held,
            "next in line",
        );
        w.coord.claim_in_line(&(&b).into(), &ask, second).unwrap();
        assert_eq!(waiting(w, "task/T1"), ["c"]);
        w.coord.release(&(&b).into(), &Which::All).unwrap();
        w.coord.claim_in_line(&(&c).into(), &ask, third).unwrap();
        assert!(waiting(w, "task/T1").is_empty());
    });
}

#[test]
fn the_dead_and_the_impatient_are_passed_over() {
    on_each(|w| {
        let (a, b, c, d) = (
            w.session("a"),
            w.session("b"),
            w.session("c"),
            w.session("d"),
        );
        w.claim(&a, &["task/T1"]).unwrap();
        let ask = request(&["task/T1"]);
        wait(w, &b, &ask);
        wait(w, &c, &ask);
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        // The waiting process dies, not its session.
        w.probe
            .0
            .lock()
            .unwrap()
            .insert(b.fingerprint.pid + 1000, Vital::Dead);
        check_kind(
            w.claim(&d, &["task/T1"]),
            Kind::Held,
            "c (session 3) is next",
        );
        w.advance(600);
        w.claim(&d, &["task/T1"]).unwrap();
        // The next in line removes what they left.
        wait(w, &a, &ask);
        assert_eq!(waiting(w, "task/T1"), ["a"]);
    });
}

#[test]
fn the_suspended_are_passed_over_until_they_go_on() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        w.claim(&a, &["task/T1"]).unwrap();
        let ask = request(&["task/T1"]);
        wait(w, &b, &ask);
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        let is = |vital| {
            let mut probe = w.probe.0.lock().unwrap();
            probe.insert(b.fingerprint.pid + 1000, vital);
        };
        is(Vital::Stopped);
        w.claim(&c, &["task/T1"]).unwrap();
        w.coord.release(&(&c).into(), &Which::All).unwrap();
        is(Vital::Alive);
        check_kind(
            w.claim(&c, &["task/T1"]),
            Kind::Held,
            "b (session 2) is next",
        );
    });
}

/// Nobody wakes for somebody who cannot be late.
#[test]
fn those_behind_look_again_only_when_the_first_could_go_on() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        w.coord
            .claim(&(&a).into(), &with_ttl(&["task/T2"], 300))
            .unwrap();
        wait(w, &b, &request(&["task/T1", "task/T2"]));
        let ask = request(&["task/T1"]);
        let next_look = || {
            let blocked = w.coord.blocked(&(&c).into(), &ask, None).unwrap();
            blocked.expect("b is next").changes_in_ms
        };
        // What b wants is freed by a commit, or by time.
        let left = next_look();
        assert!((300_000..600_000).contains(&left), "{left}");
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        assert_eq!(next_look(), 5_000);
    });
}

#[test]
fn readers_do_not_starve_a_writer() {
    on_each(|w| {
        let (a, b, writer) = (w.session("a"), w.session("b"), w.session("writer"));
        let shared = ClaimRequest {
            shared: true,
            ..request(&["file/x"])
        };
        w.coord.claim(&(&a).into(), &shared).unwrap();
        let ticket = wait(w, &writer, &request(&["file/*"]));
        check_kind(
            w.coord.claim(&(&b).into(), &shared),
            Kind::Held,
            "writer (session 3) is next",
        );
        // Who has it already may keep it.
        w.coord.claim(&(&a).into(), &shared).unwrap();
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        w.coord
            .claim_in_line(&(&writer).into(), &request(&["file/*"]), ticket)
            .unwrap();
        // Two readers in line do not wait for each other.
        let first = wait(w, &a, &shared);
        let second = wait(w, &b, &shared);
        w.coord.release(&(&writer).into(), &Which::All).unwrap();
        w.coord
            .claim_in_line(&(&b).into(), &shared, second)
            .unwrap();
        w.coord.claim_in_line(&(&a).into(), &shared, first).unwrap();
    });
}

#[test]
fn a_line_is_left_with_the_session() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        w.claim(&a, &["task/T1"]).unwrap();
        wait(w, &b, &request(&["task/T1"]));
        w.coord.end(&b.id).unwrap();
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        w.claim(&c, &["task/T1"]).unwrap();
    });
}

/// A claim that has lapsed is not one to go on with: who waits for it is next, whoever had it before.
#[test]
fn a_holder_that_let_it_lapse_goes_behind_those_who_wait() {
    on_each(|w| {
        let (a, b, d) = (w.session("a"), w.session("b"), w.session("d"));
        w.claim(&d, &["task/T2"]).unwrap();
        w.coord
            .claim(&(&a).into(), &with_ttl(&["task/T1"], 10))
            .unwrap();
        let both = request(&["task/T1", "task/T2"]);
        let ticket = wait(w, &b, &both);
        w.advance(9);
        // As long as it stands it can be prolonged.
        w.coord
            .claim(&(&a).into(), &with_ttl(&["task/T1"], 10))
            .unwrap();
        w.advance(26);
        check_kind(w.claim(&a, &["task/T1"]), Kind::Held, "b (session 2)");
        w.coord.release(&(&d).into(), &Which::All).unwrap();
        w.coord.claim_in_line(&(&b).into(), &both, ticket).unwrap();
    });
}

/// Whoever has a folder may take a file of it for itself, though somebody waits for that: it could not be had.
#[test]
fn a_holder_takes_less_before_those_who_wait() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.claim(&a, &["file/src/**"]).unwrap();
        let ticket = wait(w, &b, &request(&["file/src/a.rs"]));
        w.claim(&a, &["file/src/a.rs"]).unwrap();
        w.claim(&a, &["file/src/ui/*.rs"]).unwrap();
        w.coord
            .release(&(&a).into(), &Which::keys([key("file/src/**")]))
            .unwrap();
        let ask = request(&["file/src/a.rs"]);
        check_kind(
            w.coord.claim_in_line(&(&b).into(), &ask, ticket),
            Kind::Held,
            "a (session 1)",
        );
        // What was only shared is not: others wait to have it alone.
        let shared = ClaimRequest {
            shared: true,
            ..request(&["file/doc/**"])
        };
        w.coord.claim(&(&a).into(), &shared).unwrap();
        wait(w, &b, &request(&["file/doc/x.md"]));
        check_kind(w.claim(&a, &["file/doc/x.md"]), Kind::Held, "b (session 2)");
    });
}

/// Looking says what claiming does.
#[test]
fn a_look_goes_by_the_same_rules() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        w.claim(&a, &["task/T1", "task/T2"]).unwrap();
        wait(w, &b, &request(&["task/T1"]));
        wait(w, &b, &request(&["task/T2", "task/T3"]));
        let look = |who: &Session, asked: &str, priority: i32| {
            let keys = [key(asked)];
            let found = w.coord.conflicts(Some(&who.id), &keys, false, priority);
            found.unwrap().len()
        };
        let take = |who: &Session, asked: &str, priority: i32| {
            let ask = ClaimRequest {
                priority,
                ..request(&[asked])
            };
            w.coord.claim(&who.into(), &ask).is_ok()
        };
        assert_eq!((look(&a, "task/T1", 0), take(&a, "task/T1", 0)), (0, true));
        assert_eq!((look(&c, "task/T3", 0), take(&c, "task/T3", 0)), (1, false));
        assert_eq!((look(&c, "task/T3", 5), take(&c, "task/T3", 5)), (0, true));
    });
}

/// A place in line goes with the session's process, not only with the one that waits.
#[test]
fn who_is_dead_stands_in_nobodys_way() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.claim(&a, &["task/T1"]).unwrap();
        wait(w, &b, &request(&["task/T1"]));
        assert_eq!(waiting(w, "task/T1"), ["b"]);
        w.probe.set(&b, Vital::Dead);
        assert!(waiting(w, "task/T1").is_empty());
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        let c = w.session("c");
        w.claim(&c, &["task/T1"]).unwrap();
    });
}

/// Whoever waits ends with its session, though nothing is committed and its own process lives.
#[test]
fn waiting_ends_with_the_session() {
    let temp = tempfile::tempdir().unwrap();
    let coord = Coord::open(&temp.path().join(".stoa")).unwrap();
    let live = |name: &str| {
        let mut child = std::process::Command::new("cat");
        let child = child.stdin(std::process::Stdio::piped()).spawn().unwrap();
        let print = fingerprint::of_pid(child.id()).unwrap();
        let mut ask = Register::of(print);
        ask.name = Some(name.to_owned());
        (child, coord.register(&ask).unwrap())
    };
    let ((mut first, a), (mut second, b)) = (live("a"), live("b"));
    let ask = request(&["task/T1"]);
    coord.claim(&(&a).into(), &ask).unwrap();
    let waiter = {
        let (coord, ask) = (coord.clone(), ask.clone());
        std::thread::spawn(move || coord.claim_within(&(&b).into(), &ask, Duration::from_secs(600)))
    };
    while coord.snapshot().unwrap().claims[0].waiting.is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    second.kill().unwrap();
    second.wait().unwrap();
    check_kind(waiter.join().unwrap(), Kind::Refused, "b");
    first.kill().unwrap();
    first.wait().unwrap();
}
