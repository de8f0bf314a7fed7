//! Values that run out, versions, and what a session keeps for others.

use super::*;
use crate::coord::cleanup::Cleanup;
use crate::coord::state::{STATE_BYTES, Update};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

fn timed(entry: &str, value: Value, seconds: u64) -> Share {
    Share {
        ttl: Some(Duration::from_secs(seconds)),
        ..Share::set(entry, value)
    }
}

fn shown(w: &World) -> Vec<String> {
    let group = w.group_of("build");
    group.context.into_iter().map(|entry| entry.key).collect()
}

/// A value with a time is gone for every reader when it is over, and swept away later.
#[test]
fn a_value_runs_out_for_all_readers_at_once() {
    on_each(|w| {
        let a = w.member("a", "build");
        let actor = Actor::from(&a);
        let shares = [timed("x", json!(1), 60), Share::set("y", json!(2))];
        w.coord.share(&actor, &shares).unwrap();
        assert_eq!(w.group_of("build").context[0].expires_in_ms, Some(60_000));
        assert_eq!(w.coord.reading().unwrap().next_change_ms, Some(60_000));
        w.advance(59);
        assert_eq!(shown(w), ["x", "y"]);
        w.advance(1);
        assert_eq!(shown(w), ["y"]);
        check_kind(w.coord.context("build", Some("x")), Kind::NotFound, "x");
        assert!(w.store.revision().unwrap() > 0);
        let record = || {
            let key = schema::context_key("build", "x");
            w.coord.read(|view, _| view.get(&key)).unwrap()
        };
        assert!(record().is_some(), "nobody has swept yet");
        w.coord.reap().unwrap();
        assert!(record().is_none());
        assert_eq!(shown(w), ["y"]);
    });
}

/// Without a server, a heartbeat in the group or a cleanup takes away what has run out, also from the readable
/// files, which follow the records.
#[test]
fn heartbeats_and_cleanups_take_away_what_ran_out() {
    on_each(|w| {
        let a = w.member("a", "build");
        let other = w.session("b");
        let actor = Actor::from(&a);
        let share = || {
            w.coord.share(&actor, &[timed("x", json!(1), 60)]).unwrap();
            w.advance(61);
        };
        let is_kept = || {
            let key = schema::context_key("build", "x");
            w.coord.read(|view, _| view.get(&key)).unwrap().is_some()
        };
        let beat = |session: &Session| w.coord.heartbeat(&session.into(), &Heartbeat::default());
        share();
        beat(&other).unwrap();
        assert!(is_kept(), "it is none of its business");
        beat(&a).unwrap();
        assert!(!is_kept());
        share();
        let cleanup = Cleanup {
            older_than: SignedDuration::from_hours(24),
            audit_older_than: SignedDuration::from_hours(24),
            dry_run: false,
        };
        assert_eq!(w.coord.cleanup(&cleanup).unwrap().values, 1);
        assert!(!is_kept());
    });
}

/// A key that ran out can be taken anew; sharing for good takes the end away; times have limits.
#[test]
fn what_ran_out_begins_anew() {
    on_each(|w| {
        let a = w.member("a", "build");
        let actor = Actor::from(&a);
        w.coord.share(&actor, &[timed("x", json!(1), 60)]).unwrap();
        w.advance(61);
        let fresh = Share {
            expected: Some(0),
            ..timed("x", json!(2), 60)
        };
        let version = w.coord.share(&actor, &[fresh]).unwrap().versions[0].1;
        assert_eq!(version, 2, "versions of a key are never used twice");
        w.coord.share(&actor, &[Share::set("x", json!(3))]).unwrap();
        w.advance(1_000);
        w.coord.reap().unwrap();
        assert_eq!(shown(w), ["x"]);
        for seconds in [1, 40 * 86_400] {
            check_kind(
                w.coord.share(&actor, &[timed("z", json!(0), seconds)]),
                Kind::Usage,
                "at",
            );
        }
        // Setting the wall clock moves nothing; another boot ends it.
        w.coord.share(&actor, &[timed("t", json!(0), 60)]).unwrap();
        let other = w.rebooted();
        let missing = other.context("build", Some("t"));
        check_kind(missing, Kind::NotFound, "t");
    });
}

/// An older version is gone when its own time is over, for readers and soon after from the store.
#[test]
fn an_older_version_runs_out_too() {
    on_each(|w| {
        let a = w.member("a", "build");
        let actor = Actor::from(&a);
        let versions = || -> Vec<u64> {
            let history = w.coord.context_history("build", "tok").unwrap();
            history.iter().map(|entry| entry.version).collect()
        };
        let marks = || w.range(schema::EXPIRY_PREFIX).len();
        let share = |one: Share| w.coord.share(&actor, &[one]).unwrap();
        share(Share::set("tok", json!("plain")));
        share(timed("tok", json!("long"), 120));
        share(timed("tok", json!("SECRET"), 50));
        share(Share::set("tok", json!("next")));
        assert_eq!(versions(), [1, 2, 3]);
        // A server is there when it is time to sweep, though nothing that is shown changes.
        assert_eq!(w.coord.reading().unwrap().next_change_ms, Some(50_000));
        w.advance(51);
        assert_eq!(versions(), [1, 2]);
        let stored = |word: &str| {
            let records = w.range("history/");
            records.iter().any(|record| {
                let entry: schema::Entry = record.decode().unwrap();
                entry.value == json!(word)
            })
        };
        assert!(stored("SECRET"), "nobody has swept yet");
        w.coord.reap().unwrap();
        assert!(!stored("SECRET") && stored("long"));
        assert_eq!(marks(), 1);
        w.advance(70);
        assert_eq!(versions(), [1]);
        w.coord.heartbeat(&actor, &Heartbeat::default()).unwrap();
        assert!(!stored("long") && stored("plain"));
        assert_eq!(marks(), 0);
        assert_eq!(shown(w), ["tok"]);
    });
}

/// A value that had run out before it was followed by another is no older version of that.
#[test]
fn what_ran_out_before_it_was_replaced_is_not_kept() {
    on_each(|w| {
        let a = w.member("a", "build");
        let actor = Actor::from(&a);
        let share = |one: Share| w.coord.share(&actor, &[one]).unwrap().versions[0].1;
        share(Share::set("tok", json!("before")));
        share(timed("tok", json!("S2"), 60));
        w.advance(61);
        assert_eq!(share(Share::set("tok", json!("n"))), 3);
        assert_eq!(w.coord.context_history("build", "tok").unwrap(), []);
        // As if it had been swept away first.
        assert!(w.range("history/").is_empty());
        assert!(w.range(schema::EXPIRY_PREFIX).is_empty());
    });
}

/// A group that was kept for its values alone goes with the last of them.
#[test]
fn an_empty_group_goes_with_its_last_value() {
    on_each(|w| {
        let a = w.member("a", "build");
        let actor = Actor::from(&a);
        w.coord.share(&actor, &[timed("x", json!(1), 60)]).unwrap();
        w.coord.leave_group(&actor).unwrap();
        assert_eq!(shown(w), ["x"]);
        w.advance(61);
        assert!(w.coord.snapshot().unwrap().groups.is_empty());
        w.coord.reap().unwrap();
        let group = w.coord.read(|view, _| schema::group(view, "build"));
        assert_eq!(group.unwrap(), None);
    });
}

/// S0-26: neither compare-and-set, history, expiry nor removal reaches into another group.
#[test]
fn groups_do_not_touch_each_others_values() {
    on_each(|w| {
        let (a, b) = (w.member("a", "build"), w.member("b", "build2"));
        let (one, two) = (Actor::from(&a), Actor::from(&b));
        w.coord.share(&one, &[Share::set("k", json!("a"))]).unwrap();
        w.coord
            .share(&one, &[Share::set("k", json!("a2"))])
            .unwrap();
        w.coord.share(&two, &[timed("k", json!("b"), 60)]).unwrap();
        assert_eq!(w.coord.context_history("build2", "k").unwrap(), []);
        w.advance(61);
        w.coord.reap().unwrap();
        w.coord.share(&two, &[Share::remove("k")]).unwrap();
        let kept = w.coord.context("build", Some("k")).unwrap();
        assert_eq!((&kept[0].0.value, kept[0].0.version), (&json!("a2"), 2));
        assert_eq!(w.coord.context_history("build", "k").unwrap().len(), 1);
    });
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn set(value: Value) -> Update {
    Update {
        set: fields(value),
        ..Update::default()
    }
}

/// S4-15, S4-16, S4-17, S4-18: set field by field or whole, read one or all, clear one or all.
#[test]
fn a_session_keeps_a_state_for_others() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let (one, two) = (Actor::from(&a), Actor::from(&b));
        let first = Update {
            metadata: fields(json!({"task": "T1"})),
            ..set(json!({"step": 1, "done": []}))
        };
        w.coord.set_state(&one, &first).unwrap();
        w.coord
            .set_state(&one, &set(json!({"step": 2, "done": null})))
            .unwrap();
        let kept = w.coord.state_of("a").unwrap();
        assert_eq!(Value::Object(kept.state), json!({"step": 2}));
        assert_eq!(Value::Object(kept.metadata), json!({"task": "T1"}));
        assert_eq!((kept.version, kept.name.as_str()), (2, "a"));
        let whole = Update {
            replace: true,
            ..set(json!({"phase": "BUILD"}))
        };
        w.coord.set_state(&one, &whole).unwrap();
        assert_eq!(
            Value::Object(w.coord.state_of("1").unwrap().state),
            json!({"phase": "BUILD"})
        );
        w.coord.set_state(&two, &set(json!({"x": 1}))).unwrap();
        assert_eq!(w.coord.states().unwrap().len(), 2);
        assert!(w.coord.clear_state(&one).unwrap());
        assert!(!w.coord.clear_state(&one).unwrap());
        check_kind(w.coord.state_of("a"), Kind::NotFound, "keeps no state");
        w.coord.set_state(&one, &set(json!({"x": 2}))).unwrap();
        assert_eq!(w.coord.reset_states(&two).unwrap(), ["a", "b"]);
        assert!(w.coord.states().unwrap().is_empty());
        assert_eq!(w.last_audit().action, "state-reset");
    });
}

/// S4-20, S4-21: who has not read the current version is refused, and so is what is too large.
#[test]
fn a_state_is_not_overwritten_unread() {
    on_each(|w| {
        let a = w.session("a");
        let actor = Actor::from(&a);
        let at = |version, value| Update {
            expected: Some(version),
            ..set(value)
        };
        w.coord.set_state(&actor, &at(0, json!({"n": 1}))).unwrap();
        check_kind(
            w.coord.set_state(&actor, &at(0, json!({"n": 9}))),
            Kind::Refused,
            "at version 1, not at 0",
        );
        w.coord.set_state(&actor, &at(1, json!({"n": 2}))).unwrap();
        let large = set(json!({"text": "x".repeat(STATE_BYTES)}));
        check_kind(w.coord.set_state(&actor, &large), Kind::Usage, "at most");
        check_kind(
            w.coord.set_state(&actor, &set(json!({"": 1}))),
            Kind::Usage,
            "empty",
        );
        assert_eq!(w.coord.state_of("a").unwrap().version, 2);
    });
}

/// A version that was read before the state was taken away is no version of what came after.
#[test]
fn versions_of_a_state_do_not_come_twice() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let actor = Actor::from(&a);
        let write = |expected| {
            let change = Update {
                expected,
                ..set(json!({"n": 1}))
            };
            w.coord.set_state(&actor, &change).map(|kept| kept.version)
        };
        assert_eq!(write(None).unwrap(), 1);
        assert!(w.coord.clear_state(&actor).unwrap());
        // There is none now.
        check_kind(write(Some(1)), Kind::Refused, "at version 0, not at 1");
        assert_eq!(write(Some(0)).unwrap(), 2);
        check_kind(write(Some(1)), Kind::Refused, "at version 2, not at 1");
        w.coord.reset_states(&(&b).into()).unwrap();
        assert_eq!(write(None).unwrap(), 3);
        w.coord.reset_states(&actor).unwrap();
        assert_eq!(write(None).unwrap(), 4);
        w.coord.clear_state(&actor).unwrap();
        let again = Register {
            id: Some(a.id.clone()),
            ..Register::of(a.fingerprint.clone())
        };
        w.coord.register(&again).unwrap();
        assert_eq!(write(None).unwrap(), 5);
    });
}

/// A successor can still read how far the dead one came.
#[test]
fn a_state_outlives_its_session() {
    on_each(|w| {
        let a = w.session("a");
        w.coord
            .set_state(&(&a).into(), &set(json!({"step": 7})))
            .unwrap();
        w.probe.set(&a, Vital::Dead);
        assert_eq!(w.coord.state_of("a").unwrap().state["step"], 7);
        let states = w.coord.states().unwrap();
        assert!(!states[0].1, "its session is over");
        let (heir, other) = (w.session("a"), w.session("b"));
        for who in ["a", heir.id.as_str()] {
            assert_eq!(w.coord.state_of(who).unwrap().session, a.id, "{who}");
        }
        check_kind(w.coord.state_of("b"), Kind::NotFound, "keeps no state");
        // Its own comes first, and stays its own under another name.
        w.coord
            .set_state(&(&heir).into(), &set(json!({"step": 8})))
            .unwrap();
        assert_eq!(w.coord.state_of("a").unwrap().state["step"], 8);
        assert_eq!(w.coord.state_of(a.id.as_str()).unwrap().state["step"], 7);
        w.coord
            .set_state(&(&other).into(), &set(json!({"step": 9})))
            .unwrap();
        let renamed = Register {
            id: Some(other.id.clone()),
            ..w.request("c")
        };
        w.coord.register(&renamed).unwrap();
        w.session("b");
        check_kind(w.coord.state_of("b"), Kind::NotFound, "keeps no state");
    });
}

/// The usual time may be another one, and claims of that time go on with their holder's work as well.
#[test]
fn the_usual_time_is_set_up_and_renewed_by_activity() {
    let w = world();
    let settings = Settings {
        claim_ttl: Duration::from_secs(600),
        ..Settings::default()
    };
    let coord = w.coord.clone().with_settings(settings);
    let a = w.session("a");
    let granted = coord.claim(&(&a).into(), &request(&["task/T1"])).unwrap();
    assert_eq!(granted.claims[0].expires_in, 600);
    w.advance(400);
    coord
        .heartbeat(&(&a).into(), &Heartbeat::default())
        .unwrap();
    let claim = &coord.snapshot().unwrap().claims[0];
    assert!(claim.follows_activity);
    assert_eq!(claim.expires_in_ms, 600_000);
}
