//! Claims by force, by priority, from a list; looking before claiming; warnings.

use super::*;

fn forced(keys: &[&str], reason: &str) -> ClaimRequest {
    ClaimRequest {
        reason: Some(reason.to_owned()),
        ..request(keys)
    }
}

/// C9, S3-6: force needs a reason, is on record, tells the holder, bumps the token and fences the
/// old one.
#[test]
fn force_takes_a_claim_with_a_reason() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let token = w.token(&a, "task/T1");
        check_kind(
            w.coord.force_claim(&(&b).into(), &request(&["task/T1"])),
            Kind::Usage,
            "needs a reason",
        );
        check_kind(
            w.coord
                .force_claim(&(&b).into(), &forced(&["task/T1"], "  ")),
            Kind::Usage,
            "needs a reason",
        );
        assert_eq!(w.holders("task/T1"), ["a"]);
        let taken = w
            .coord
            .force_claim(&(&b).into(), &forced(&["task/T1"], "a is stuck"))
            .unwrap();
        assert!(taken.claims[0].token > token);
        assert_eq!(w.holders("task/T1"), ["b"]);
        let noted = w.last_audit();
        assert_eq!(
            (noted.action.as_str(), noted.message.as_deref()),
            ("force-claim", Some("a is stuck"))
        );
        check_kind(
            w.coord.check_token(&a.id, &key("task/T1"), token),
            Kind::Fenced,
            "b holds it now",
        );
        let told = w.coord.take_notices(&a.id).unwrap();
        for part in ["b (session 2)", "task/T1", "a is stuck", "stop writing"] {
            assert!(told[0].contains(part), "{told:?}");
        }
        assert!(w.coord.take_notices(&a.id).unwrap().is_empty(), "told once");
    });
}

/// C1, C9: a pattern in the way is taken whole; sharers are left alone by one who shares.
#[test]
fn force_takes_what_overlaps() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        w.claim(&a, &["file/src/**"]).unwrap();
        w.coord
            .force_claim(&(&b).into(), &forced(&["file/src/a.rs"], "hot fix"))
            .unwrap();
        assert!(w.holders("file/src/**").is_empty());
        let shared = ClaimRequest {
            shared: true,
            ..forced(&["doc/plan"], "reading")
        };
        w.coord.claim(&(&a).into(), &shared).unwrap();
        w.coord.force_claim(&(&b).into(), &shared).unwrap();
        assert_eq!(w.holders("doc/plan"), ["a", "b"]);
        w.coord
            .force_claim(&(&c).into(), &forced(&["doc/plan"], "writing"))
            .unwrap();
        assert_eq!(w.holders("doc/plan"), ["c"]);
    });
}

/// C9, S3-6: releasing another's claim by force.
#[test]
fn force_releases_anothers_claim() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.claim(&a, &["task/T1"]).unwrap();
        let release = |reason| {
            let keys = [key("task/T1"), key("task/T2")];
            w.coord.force_release(&(&b).into(), &keys, reason)
        };
        check_kind(release(None), Kind::Usage, "needs a reason");
        let done = release(Some("a has gone home")).unwrap();
        assert_eq!(
            (done.released, done.not_held),
            (vec![key("task/T1")], vec![key("task/T2")])
        );
        assert!(w.holders("task/T1").is_empty());
        assert_eq!(w.last_audit().action, "force-release");
        assert_eq!(w.coord.take_notices(&a.id).unwrap().len(), 1);
        // What was free already is no error and tells nobody.
        assert!(release(Some("again")).unwrap().released.is_empty());
        assert!(w.coord.take_notices(&a.id).unwrap().is_empty());
    });
}

/// C7: in the last fifth of its time the holder is told, and everybody sees it; renewing ends that.
#[test]
fn a_holder_is_told_before_the_end() {
    on_each(|w| {
        let a = w.session("a");
        w.coord
            .claim(&(&a).into(), &with_ttl(&["task/T1"], 100))
            .unwrap();
        let soon = || w.coord.snapshot().unwrap().claims[0].ends_soon;
        w.advance(79);
        assert!(w.coord.take_notices(&a.id).unwrap().is_empty() && !soon());
        // A panel that sleeps wakes for it.
        assert_eq!(w.coord.reading().unwrap().next_change_ms, Some(1_000));
        w.advance(1);
        let told = w.coord.take_notices(&a.id).unwrap();
        assert!(told[0].contains("task/T1 ends in 20s") && told[0].contains("stoa renew"));
        assert!(soon());
        w.coord.renew(&(&a).into(), &Which::All, None).unwrap();
        assert!(w.coord.take_notices(&a.id).unwrap().is_empty() && !soon());
        w.advance(105);
        let told = w.coord.take_notices(&a.id).unwrap();
        assert!(told[0].contains("has run out"), "{told:?}");
        w.advance(11);
        assert!(w.coord.take_notices(&a.id).unwrap().is_empty());
    });
}

fn wait(w: &World, session: &Session, ask: &ClaimRequest) -> u64 {
    let patience = Duration::from_secs(100);
    let process = &session.fingerprint;
    w.coord
        .join_line(&session.into(), ask, patience, process)
        .unwrap()
}

/// C8, S3-62: the urgent go first; within one priority who came first does; the place can be seen.
#[test]
fn a_line_is_served_by_priority_then_by_arrival() {
    on_each(|w| {
        let who: Vec<Session> = ["a", "b", "c", "d"].map(|name| w.session(name)).into();
        let urgent = |priority| ClaimRequest {
            priority,
            ..request(&["task/T1"])
        };
        w.claim(&who[0], &["task/T1"]).unwrap();
        let usual = wait(w, &who[1], &urgent(0));
        let later = wait(w, &who[2], &urgent(0));
        let first = wait(w, &who[3], &urgent(5));
        let position = |ticket| {
            let read = w.coord.read(|view, at| queue::position(view, at, ticket));
            read.unwrap()
        };
        assert_eq!(
            [first, usual, later].map(position),
            [Some(1), Some(2), Some(3)]
        );
        let waiting = w.coord.snapshot().unwrap().claims[0].waiting.clone();
        let expected = [&who[3], &who[1], &who[2]].map(|session| session.id.to_string());
        assert_eq!(waiting, expected);
        w.coord.release(&(&who[0]).into(), &Which::All).unwrap();
        // Out of turn nobody gets it; a claim without a place has to be more urgent than all.
        for (session, ask, ticket) in [(1, urgent(0), usual), (2, urgent(0), later)] {
            let outcome = w.coord.claim_in_line(&(&who[session]).into(), &ask, ticket);
            check_kind(outcome, Kind::Held, "d (session 4) is next");
        }
        check_kind(
            w.coord.claim(&(&who[0]).into(), &urgent(5)),
            Kind::Held,
            "d (session 4) is next",
        );
        let actor = Actor::from(&who[3]);
        w.coord.claim_in_line(&actor, &urgent(5), first).unwrap();
        assert_eq!([usual, later].map(position), [Some(1), Some(2)]);
        check_kind(
            w.coord.claim(&(&who[0]).into(), &urgent(101)),
            Kind::Usage,
            "-100 to 100",
        );
    });
}

/// S3-60, S3-61, C8: readers that keep coming do not starve a writer.
#[test]
fn a_waiting_writer_is_not_passed_by_readers() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        let shared = ClaimRequest {
            shared: true,
            ..request(&["doc/plan"])
        };
        w.coord.claim(&(&a).into(), &shared).unwrap();
        let ticket = wait(w, &b, &request(&["doc/plan"]));
        check_kind(
            w.coord.claim(&(&c).into(), &shared),
            Kind::Held,
            "b (session 2) is next",
        );
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        let actor = Actor::from(&b);
        w.coord
            .claim_in_line(&actor, &request(&["doc/plan"]), ticket)
            .unwrap();
    });
}

/// The first free one of a list, in one transaction; what one has oneself is not free.
#[test]
fn the_first_free_one_is_picked() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let list = request(&["task/T1", "task/T2", "task/T3"]);
        let pick = |who: &Session| {
            let listed = Ok(list.keys.clone());
            let granted = w.coord.claim_first(&who.into(), &list, listed)?;
            Ok::<_, crate::error::Error>(granted.claims[0].key.to_string())
        };
        assert_eq!(pick(&a).unwrap(), "task/T1");
        assert_eq!(pick(&b).unwrap(), "task/T2");
        assert_eq!(pick(&a).unwrap(), "task/T3");
        let none = pick(&b).unwrap_err();
        assert_eq!(none.kind, Kind::Held);
        assert!(none.message.contains("none of these 3") && none.message.contains("by a"));
        assert_eq!(none.holder.unwrap()["name"], "a");
        // C10: a retry picks nothing more.
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        let once = Actor::from(&a).once("op-1");
        let retry = |listed| w.coord.claim_first(&once, &list, listed);
        let first = retry(Ok(list.keys.clone())).unwrap();
        assert_eq!(retry(Ok(list.keys.clone())).unwrap(), first);
        assert_eq!(w.coord.snapshot().unwrap().claims.len(), 2);
    });
}

/// C10: what was asked for is the pattern; the files there are may be others when it is asked again.
#[test]
fn a_pick_is_retried_whatever_is_listed_by_then() {
    on_each(|w| {
        let a = w.session("a");
        let asked = request(&["file/q/*"]);
        let once = Actor::from(&a).once("op-1");
        let pick = |listed| w.coord.claim_first(&once, &asked, listed);
        let none = || Err(crate::error::Error::usage("no file matches"));
        check_kind(pick(none()), Kind::Usage, "no file matches");
        assert!(!w.last_audit().success);
        let first = pick(Ok(vec![key("file/q/1"), key("file/q/2")])).unwrap();
        assert_eq!(first.claims[0].key.as_str(), "file/q/1");
        let more = vec![key("file/q/0"), key("file/q/1")];
        assert_eq!(pick(Ok(more.clone())).unwrap(), first);
        assert_eq!(pick(none()).unwrap(), first);
        let other = request(&["file/p/*"]);
        check_kind(
            w.coord.claim_first(&once, &other, Ok(more)),
            Kind::Usage,
            "another command",
        );
    });
}

/// S1-3, S1-44, S2-6, S2-31: what is in the way is seen before claiming, and looking changes
/// nothing.
#[test]
fn conflicts_are_seen_before_claiming() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        w.coord
            .claim(&(&a).into(), &forced(&["file/src/**"], "refactoring"))
            .unwrap();
        wait(w, &b, &request(&["file/src/x.rs"]));
        let revision = w.coord.snapshot().unwrap().revision;
        let keys = [key("file/src/x.rs"), key("file/doc.md")];
        let look = |who: Option<&Session>| {
            let id = who.map(|session| &session.id);
            w.coord.conflicts(id, &keys, false, 0).unwrap()
        };
        let found = look(Some(&c));
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(
            (
                found[0].name.as_str(),
                found[0].key.as_str(),
                found[0].place
            ),
            ("a", "file/src/**", None)
        );
        assert_eq!(found[0].reason.as_deref(), Some("refactoring"));
        assert_eq!((found[1].name.as_str(), found[1].place), ("b", Some(1)));
        assert_eq!(look(None), found);
        // Its own claims and places are in nobody's own way, nor is who waits for what one has.
        assert_eq!(look(Some(&a)).len(), 0);
        assert_eq!(look(Some(&b)).len(), 1);
        assert_eq!(w.coord.snapshot().unwrap().revision, revision);
    });
}
