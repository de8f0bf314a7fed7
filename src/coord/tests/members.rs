//! Who may join a group, who manages it, and how far its members are.

use super::*;
use crate::coord::access::Access;
use serde_json::json;

fn join(
    w: &World,
    session: &Session,
    group: &str,
    access: Option<Access>,
    word: Option<&str>,
) -> Result<Joined> {
    w.coord.join_group_as(&session.into(), group, access, word)
}

/// S0-34: a secret group is joined by those who know its word, which is nowhere to be read.
#[test]
fn a_secret_group_asks_for_its_word() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        check_kind(
            join(w, &a, "vault", Some(Access::Secret), None),
            Kind::Usage,
            "needs its word",
        );
        let word = Some("open sesame");
        join(w, &a, "vault", Some(Access::Secret), word).unwrap();
        assert_eq!(w.group_of("vault").access, Access::Secret);
        for (given, why) in [
            (None, "asks for its secret"),
            (Some("guess"), "not the secret"),
        ] {
            check_kind(join(w, &b, "vault", None, given), Kind::Refused, why);
        }
        check_kind(
            w.coord.join_group(&(&b).into(), "vault"),
            Kind::Refused,
            "asks for its secret",
        );
        assert_eq!(join(w, &b, "vault", None, word).unwrap().peers, ["a"]);
        // Neither the word nor its hash is in what is shown or in the trail.
        let snapshot = serde_json::to_string(&w.coord.snapshot().unwrap()).unwrap();
        let trail = serde_json::to_string(&w.coord.audit(100).unwrap()).unwrap();
        for text in [snapshot, trail] {
            assert!(
                !text.contains("sesame") && !text.contains("argon2"),
                "{text}"
            );
        }
        // A new word, by the coordinator alone; the old one is good for nothing.
        let change =
            |who: &Session, word| w.coord.set_access(&who.into(), Access::Secret, Some(word));
        check_kind(change(&b, "b's"), Kind::Refused, "only its coordinator a");
        change(&a, "new word").unwrap();
        check_kind(
            join(w, &c, "vault", None, word),
            Kind::Refused,
            "not the secret",
        );
        // A word proven against a hash that has been replaced meanwhile proves nothing.
        let stale = w.coord.joining("vault", None, Some("new word")).unwrap();
        change(&a, "newest").unwrap();
        let late = Register {
            group: Some("vault".into()),
            joining: Some(stale),
            ..w.request("late")
        };
        check_kind(
            w.coord.register(&late),
            Kind::Refused,
            "has just been changed",
        );
        join(w, &c, "vault", None, Some("newest")).unwrap();
    });
}

/// S0-34: by invitation, which is every member's to give and is used up by joining.
#[test]
fn an_invitation_opens_a_closed_group_once() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        join(w, &a, "club", Some(Access::Invitation), None).unwrap();
        check_kind(
            join(w, &b, "club", None, None),
            Kind::Refused,
            "by invitation only",
        );
        check_kind(
            w.coord.invite(&(&c).into(), "b"),
            Kind::Refused,
            "not in a group",
        );
        w.coord.invite(&(&a).into(), "b").unwrap();
        w.coord.invite(&(&a).into(), "b").unwrap();
        assert_eq!(w.group_of("club").invited, [b.id.as_str()]);
        // The guest is told once.
        let told = w.coord.take_notices(&b.id).unwrap();
        assert!(
            told.len() == 1 && told[0].contains("stoa join-group club"),
            "{told:?}"
        );
        assert!(w.coord.take_notices(&b.id).unwrap().is_empty());
        join(w, &b, "club", None, None).unwrap();
        check_kind(w.coord.invite(&(&a).into(), "b"), Kind::Refused, "already");
        w.coord.leave_group(&(&b).into()).unwrap();
        check_kind(
            join(w, &b, "club", None, None),
            Kind::Refused,
            "by invitation only",
        );
        // With nobody left to invite, what the group shares is not locked away.
        w.coord
            .share(&(&a).into(), &[Share::set("k", json!(1))])
            .unwrap();
        w.coord.leave_group(&(&a).into()).unwrap();
        assert!(join(w, &b, "club", None, None).unwrap().coordinator);
    });
}

/// S0-34: what exists is not changed by joining it.
#[test]
fn access_is_not_changed_by_joining() {
    on_each(|w| {
        let (a, b) = (w.member("a", "build"), w.session("b"));
        check_kind(
            join(w, &b, "build", Some(Access::Secret), Some("w")),
            Kind::Refused,
            "its access is open",
        );
        join(w, &b, "build", Some(Access::Open), Some("unused")).unwrap();
        let actor = Actor::from(&a);
        w.coord
            .set_access(&actor, Access::Invitation, None)
            .unwrap();
        assert_eq!(w.group_of("build").access, Access::Invitation);
    });
}

/// S0-9, S0-10: the coordinator adds and removes peers, and nobody else.
#[test]
fn the_coordinator_adds_and_removes_peers() {
    on_each(|w| {
        let (a, b, c) = (w.member("a", "build"), w.session("b"), w.session("c"));
        w.coord.add_peer(&(&a).into(), "b").unwrap();
        assert_eq!(w.group_of("build").members, [a.id.as_str(), b.id.as_str()]);
        assert_eq!(
            w.coord.whoami(&b.id).unwrap().group.as_deref(),
            Some("build")
        );
        for outcome in [
            w.coord.add_peer(&(&b).into(), "c"),
            w.coord.remove_peer(&(&b).into(), "a"),
        ] {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind, Kind::Refused);
            assert_eq!(error.holder.unwrap()["name"], "a");
        }
        check_kind(
            w.coord.add_peer(&(&a).into(), "b"),
            Kind::Refused,
            "already in",
        );
        check_kind(
            w.coord.remove_peer(&(&a).into(), "c"),
            Kind::Refused,
            "not in group",
        );
        check_kind(
            w.coord.remove_peer(&(&a).into(), "a"),
            Kind::Refused,
            "itself",
        );
        check_kind(w.coord.add_peer(&(&a).into(), "z"), Kind::NotFound, "z");
        let gone = w.coord.remove_peer(&(&a).into(), "b").unwrap();
        assert_eq!((gone.group.as_str(), gone.members), ("build", 1));
        assert_eq!(w.coord.whoami(&b.id).unwrap().group, None);
        assert_eq!(w.group_of("build").members, [a.id.as_str()]);
        let told = w.coord.take_notices(&b.id).unwrap();
        assert_eq!(told.len(), 2, "{told:?}");
        // A session that is elsewhere is not taken from there.
        w.coord.join_group(&(&c).into(), "other").unwrap();
        check_kind(
            w.coord.add_peer(&(&a).into(), "c"),
            Kind::Refused,
            "is in group other",
        );
    });
}

/// S0-3: adding holds to the limit as joining does.
#[test]
fn adding_stops_at_the_peer_limit() {
    let mut w = world();
    w.coord = w.coord.with_settings(Settings {
        peer_limit: 1,
        ..Settings::default()
    });
    let a = w.member("a", "build");
    w.session("b");
    w.session("c");
    w.coord.add_peer(&(&a).into(), "b").unwrap();
    let full = w.coord.add_peer(&(&a).into(), "c").unwrap_err();
    assert!(full.message.contains("full") && full.hint.unwrap().contains("peer-limit"));
}

/// S0-33: nobody is told to join a group that has no room.
#[test]
fn a_full_group_is_not_suggested() {
    let mut w = world();
    w.coord = w.coord.with_settings(Settings {
        peer_limit: 1,
        ..Settings::default()
    });
    w.member("a", "build");
    let c = w.session("c");
    let told = |c: &Session| {
        let snapshot = w.coord.snapshot().unwrap();
        let names = discovery::names(&snapshot, Some(c.id.as_str())).join(" ");
        (names, discovery::suggest(&snapshot, Some(c.id.as_str())))
    };
    assert_eq!(told(&c).0, "build");
    let b = w.member("b", "build");
    assert_eq!(told(&c), (String::new(), None));
    w.coord.leave_group(&(&b).into()).unwrap();
    assert_eq!(told(&c).0, "build");
}

/// An invitation into a secret group says that its word is needed, and how it is given.
#[test]
fn an_invitation_into_a_secret_group_asks_for_its_word() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        join(w, &a, "vault", Some(Access::Secret), Some("open sesame")).unwrap();
        let invited = w.coord.invite(&(&a).into(), "b").unwrap();
        assert_eq!(invited.access, Access::Secret);
        let told = w.coord.take_notices(&b.id).unwrap().join("");
        for part in ["secret word", "stoa join-group vault --secret-stdin"] {
            assert!(told.contains(part), "{told}");
        }
        check_kind(
            join(w, &b, "vault", None, None),
            Kind::Refused,
            "secret word",
        );
        join(w, &b, "vault", None, Some("open sesame")).unwrap();
    });
}

/// Synchronizing tells what was taken away or ran out since the last time, once to each member.
#[test]
fn synchronizing_tells_what_was_removed() {
    on_each(|w| {
        let (a, b) = (w.member("a", "build"), w.member("b", "build"));
        let share = |share: Share| w.coord.share(&(&a).into(), &[share]).unwrap();
        let sync = |who: &Session| w.coord.sync_group(&who.into()).unwrap();
        for key in ["c", "d", "e"] {
            share(Share::set(key, json!(1)));
        }
        share(Share {
            ttl: Some(Duration::from_secs(60)),
            ..Share::set("t", json!(1))
        });
        assert_eq!(sync(&b).changed, ["c", "d", "e", "t"]);
        share(Share::remove("c"));
        share(Share::remove("d"));
        share(Share::remove("never there"));
        share(Share::set("d", json!(2)));
        let synced = sync(&b);
        assert_eq!(synced.removed, ["c"]);
        assert_eq!(
            (synced.changed, synced.behind),
            (vec!["d".to_owned()], vec!["a".to_owned()])
        );
        assert_eq!(sync(&b).removed, Vec::<String>::new());
        // Nobody has swept away what ran out.
        w.advance(61);
        let synced = sync(&b);
        assert_eq!(
            (synced.removed, synced.behind),
            (vec!["t".to_owned()], vec!["a".to_owned()])
        );
        assert_eq!(sync(&a).removed, ["c", "t"]);
        // Everybody knows: nothing of it is kept.
        let group = w.coord.read(|view, _| schema::group(view, "build"));
        assert!(group.unwrap().unwrap().removed.is_empty());
        // Who joins later had nothing that could be gone.
        share(Share::remove("e"));
        assert!(sync(&w.member("late", "build")).removed.is_empty());
    });
}

/// S0-13, S0-6: synchronizing tells what is new, who is behind, and moves the last coordination.
#[test]
fn synchronizing_tells_what_is_new() {
    on_each(|w| {
        let (a, b) = (w.member("a", "build"), w.member("b", "build"));
        let share = |who: &Session, key: &str| {
            let share = [Share::set(key, json!(key))];
            w.coord.share(&who.into(), &share).unwrap().revision
        };
        let shared = share(&a, "x");
        share(&a, "y");
        let before = w.group_of("build").last_coordination;
        w.advance(5);
        let synced = w.coord.sync_group(&(&b).into()).unwrap();
        assert_eq!(synced.changed, ["x", "y"]);
        assert_eq!(synced.behind, ["a"]);
        assert!(synced.since < shared && synced.revision > shared);
        assert_ne!(w.group_of("build").last_coordination, before);
        let again = w.coord.sync_group(&(&b).into()).unwrap();
        assert!(again.changed.is_empty() && again.since == synced.revision);
        assert_eq!(
            w.coord.sync_group(&(&a).into()).unwrap().behind,
            Vec::<String>::new()
        );
        check_kind(
            w.coord.sync_group(&(&w.session("c")).into()),
            Kind::Refused,
            "not in a group",
        );
        w.coord.wait_for_revision(shared, Duration::ZERO).unwrap();
        check_kind(
            w.coord.wait_for_revision(1_000_000, Duration::ZERO),
            Kind::Refused,
            "not there yet",
        );
    });
}

/// S0-14, S0-15: am I in a group, and do I coordinate it.
#[test]
fn a_session_knows_its_place() {
    on_each(|w| {
        let (a, b, c) = (
            w.member("a", "build"),
            w.member("b", "build"),
            w.session("c"),
        );
        let place = |who: &Session| w.coord.place_in_group(&who.id).unwrap();
        assert_eq!(place(&a), Some(("build".into(), true)));
        assert_eq!(place(&b), Some(("build".into(), false)));
        assert_eq!(place(&c), None);
        w.probe.set(&a, Vital::Dead);
        assert_eq!(place(&b), Some(("build".into(), true)));
    });
}
