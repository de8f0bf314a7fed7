//! Groups and shared context.

use super::*;
use crate::coord::context::VALUE_BYTES;
use serde_json::{Value, json};

fn share(w: &World, session: &Session, entry: &str, value: Value) -> Result<Shared> {
    w.coord.share(&session.into(), &[Share::set(entry, value)])
}

fn value(w: &World, group: &str, entry: &str) -> Result<Value> {
    Ok(w.coord.context(group, Some(entry))?[0].0.value.clone())
}

/// S0-5, S0-7, S0-15, S0-17, S0-18: the first to join coordinates, the others do not.
#[test]
fn the_first_to_join_coordinates() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let first = w.coord.join_group(&(&a).into(), "build").unwrap();
        assert!(first.coordinator && first.peers.is_empty());
        let second = w.coord.join_group(&(&b).into(), "build").unwrap();
        assert!(!second.coordinator);
        assert_eq!(second.peers, ["a"]);
        let group = w.group_of("build");
        assert_eq!(group.members, [a.id.as_str(), b.id.as_str()]);
        assert_eq!(group.coordinator.as_deref(), Some(a.id.as_str()));
        // S0-1, S0-14: the session knows.
        assert_eq!(
            w.coord.whoami(&b.id).unwrap().group.as_deref(),
            Some("build")
        );
    });
}

/// S0-8, S0-10, S0-19, S0-20: leaving takes one off every list, and the reply names the group.
#[test]
fn leaving_cleans_up_and_hands_over() {
    on_each(|w| {
        let (a, b, c) = (
            w.member("a", "build"),
            w.member("b", "build"),
            w.member("c", "build"),
        );
        let left = w.coord.leave_group(&(&a).into()).unwrap();
        assert_eq!(
            (
                left.group.as_str(),
                left.coordinator.as_deref(),
                left.members
            ),
            ("build", Some("b"), 2)
        );
        assert_eq!(w.group_of("build").members, [b.id.as_str(), c.id.as_str()]);
        assert_eq!(w.coord.whoami(&a.id).unwrap().group, None);
        check_kind(
            w.coord.leave_group(&(&a).into()),
            Kind::Refused,
            "not in a group",
        );
        // Coming back is joining anew, at the end.
        let back = w.coord.join_group(&(&a).into(), "build").unwrap();
        assert_eq!(
            (back.coordinator, back.peers),
            (false, vec!["b".to_owned(), "c".to_owned()])
        );
        for session in [&b, &c, &a] {
            w.coord.leave_group(&session.into()).unwrap();
        }
        assert!(w.coord.snapshot().unwrap().groups.is_empty());
    });
}

#[test]
fn a_dead_coordinator_is_followed_by_the_longest_standing_living_member() {
    on_each(|w| {
        let (a, b, c) = (
            w.member("a", "build"),
            w.member("b", "build"),
            w.member("c", "build"),
        );
        w.probe.set(&b, Vital::Dead);
        w.probe.set(&a, Vital::Dead);
        // Readers see it at once; the next change writes it down.
        assert_eq!(
            w.group_of("build").coordinator.as_deref(),
            Some(c.id.as_str())
        );
        assert_eq!(w.group_of("build").members, [c.id.as_str()]);
        w.probe.set(&a, Vital::Dead);
        let d = w.member("d", "build");
        w.probe.set(&b, Vital::Alive);
        assert_eq!(w.group_of("build").members, [c.id.as_str(), d.id.as_str()]);
        assert_eq!(
            w.group_of("build").coordinator.as_deref(),
            Some(c.id.as_str())
        );
    });
}

/// S0-27: double join.
#[test]
fn one_group_at_a_time() {
    on_each(|w| {
        let a = w.member("a", "build");
        check_kind(
            w.coord.join_group(&(&a).into(), "build"),
            Kind::Refused,
            "already in group build",
        );
        check_kind(
            w.coord.join_group(&(&a).into(), "test"),
            Kind::Refused,
            "is in group build",
        );
        assert_eq!(w.coord.snapshot().unwrap().groups.len(), 1);
    });
}

/// S0-3: the peer limit, counting the living only.
#[test]
fn a_group_has_a_limit() {
    let mut w = world();
    w.coord = w.coord.clone().with_settings(Settings {
        peer_limit: 2,
        ..Settings::default()
    });
    let (_a, b, _c) = (
        w.member("a", "build"),
        w.member("b", "build"),
        w.member("c", "build"),
    );
    let d = w.session("d");
    check_kind(
        w.coord.join_group(&(&d).into(), "build"),
        Kind::Refused,
        "full",
    );
    w.probe.set(&b, Vital::Dead);
    w.coord.join_group(&(&d).into(), "build").unwrap();
    assert_eq!(Settings::default().peer_limit, 32);
}

/// S0-24: joining while registering; a refusal takes both back.
#[test]
fn registering_into_a_group_is_one_step() {
    let mut w = world();
    w.coord = w.coord.clone().with_settings(Settings {
        peer_limit: 0,
        ..Settings::default()
    });
    w.member("a", "build");
    let mut request = w.request("b");
    request.group = Some("build".into());
    check_kind(w.coord.register(&request), Kind::Refused, "full");
    assert_eq!(w.coord.snapshot().unwrap().sessions.len(), 1);
}

/// S0-4, S0-11, S0-12, S0-25, S0-32: what one shares another reads, as JSON, with its version.
#[test]
fn context_is_shared() {
    on_each(|w| {
        let (a, b) = (w.member("a", "build"), w.member("b", "build"));
        let done = w
            .coord
            .share(
                &(&a).into(),
                &[
                    Share::set("api/url", json!("http://x")),
                    Share::set("n", json!({"deep": [1, null]})),
                ],
            )
            .unwrap();
        assert_eq!(
            done.versions,
            [("api/url".to_owned(), 1), ("n".to_owned(), 1)]
        );
        assert_eq!(share(w, &b, "n", json!(2)).unwrap().versions[0].1, 2);
        let group = w.group_of("build");
        let keys: Vec<_> = group
            .context
            .iter()
            .map(|e| (e.key.as_str(), e.version, e.author.as_str()))
            .collect();
        assert_eq!(keys, [("api/url", 1, "a"), ("n", 2, "b")]);
        assert_eq!(value(w, "build", "n").unwrap(), json!(2));
        assert_eq!(w.coord.context("build", None).unwrap().len(), 2);
        assert_eq!(
            w.coord.context_history("build", "n").unwrap()[0].value,
            json!({"deep": [1, null]})
        );
        check_kind(value(w, "build", "missing"), Kind::NotFound, "missing");
        check_kind(value(w, "nowhere", "n"), Kind::NotFound, "nowhere");
    });
}

/// S0-26: what one group shares no other sees, however alike the names.
#[test]
fn groups_are_isolated() {
    on_each(|w| {
        let (a, b) = (w.member("a", "build"), w.member("b", "build-2"));
        let c = w.member("c", "buil%64");
        share(w, &a, "key", json!("a")).unwrap();
        share(w, &b, "key", json!("b")).unwrap();
        share(w, &c, "key", json!("c")).unwrap();
        for (group, expected) in [("build", "a"), ("build-2", "b"), ("buil%64", "c")] {
            assert_eq!(value(w, group, "key").unwrap(), json!(expected));
            assert_eq!(w.group_of(group).context.len(), 1);
            assert_eq!(w.group_of(group).members.len(), 1);
        }
        // Keys with slashes are not mistaken for another key's history.
        share(w, &a, "key/00000000000000000001", json!(1)).unwrap();
        assert!(w.coord.context_history("build", "key").unwrap().is_empty());
    });
}

#[test]
fn context_outlives_its_group() {
    on_each(|w| {
        let a = w.member("a", "build");
        share(w, &a, "key", json!(1)).unwrap();
        w.coord.leave_group(&(&a).into()).unwrap();
        let group = w.group_of("build");
        assert_eq!(
            (group.members.len(), group.coordinator, group.context.len()),
            (0, None, 1)
        );
        let b = w.member("b", "build");
        assert!(w.group_of("build").coordinator.as_deref() == Some(b.id.as_str()));
        let remove = Share {
            value: None,
            ..Share::set("key", Value::Null)
        };
        w.coord.share(&(&b).into(), &[remove]).unwrap();
        w.coord.leave_group(&(&b).into()).unwrap();
        assert!(w.coord.snapshot().unwrap().groups.is_empty());
    });
}

/// S0-27: what cannot be shared is refused, and all of the command with it.
#[test]
fn bad_shares_change_nothing() {
    on_each(|w| {
        let (a, alone) = (w.member("a", "build"), w.session("alone"));
        check_kind(
            share(w, &alone, "k", json!(1)),
            Kind::Refused,
            "not in a group",
        );
        for bad in ["", "a=b", "a\0b", "\u{1b}x"] {
            let shares = [Share::set("good", json!(1)), Share::set(bad, json!(1))];
            check_kind(w.coord.share(&(&a).into(), &shares), Kind::Usage, "key");
        }
        let twice = [Share::set("k", json!(1)), Share::set("k", json!(2))];
        check_kind(w.coord.share(&(&a).into(), &twice), Kind::Usage, "twice");
        check_kind(
            share(w, &a, "k", json!("x".repeat(VALUE_BYTES))),
            Kind::Usage,
            "bytes",
        );
        share(w, &a, "k", json!("x".repeat(VALUE_BYTES - 2))).unwrap();
        assert_eq!(w.group_of("build").context.len(), 1);
        check_kind(w.coord.share(&(&a).into(), &[]), Kind::Usage, "nothing");
    });
}

/// S4-21: who has not read the current version does not overwrite it.
#[test]
fn compare_and_set() {
    on_each(|w| {
        let a = w.member("a", "build");
        let at = |expected, value: i32| Share {
            expected: Some(expected),
            ..Share::set("k", json!(value))
        };
        w.coord.share(&(&a).into(), &[at(0, 1)]).unwrap();
        check_kind(
            w.coord.share(&(&a).into(), &[at(0, 2)]),
            Kind::Refused,
            "version 1",
        );
        w.coord.share(&(&a).into(), &[at(1, 3)]).unwrap();
        assert_eq!(value(w, "build", "k").unwrap(), json!(3));
    });
}

#[test]
fn history_is_bounded() {
    let w = world();
    let a = w.member("a", "build");
    for n in 1..=40 {
        share(&w, &a, "k", json!(n)).unwrap();
    }
    let versions: Vec<u64> = w
        .coord
        .context_history("build", "k")
        .unwrap()
        .iter()
        .map(|e| e.version)
        .collect();
    assert_eq!(versions, (24..=39).collect::<Vec<u64>>());
}

/// S0-6: the last coordination is noted.
#[test]
fn the_last_coordination_is_noted() {
    let w = world();
    let a = w.member("a", "build");
    let before = w.group_of("build").last_coordination;
    w.advance(10);
    share(&w, &a, "k", json!(1)).unwrap();
    assert_ne!(w.group_of("build").last_coordination, before);
}
