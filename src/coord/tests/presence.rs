//! Who is active, under which limits, and registrations that are tried again.

use super::*;
use crate::coord::roster::{can_coordinate, clashes};
use crate::coord::snapshot::Life;

/// S4-4, S4-5, S4-6, S4-7, S4-8: who was heard of in the last 120 s is active, and two can
/// coordinate.
#[test]
fn two_active_sessions_can_coordinate() {
    on_each(|w| {
        let active = || {
            let present = w.coord.present_sessions().unwrap();
            let names = present.iter().filter(|one| one.active);
            let names: Vec<String> = names.map(|one| one.session.name.clone()).collect();
            (names.join(" "), can_coordinate(&present, &[]))
        };
        assert_eq!(active(), (String::new(), false));
        let planner = w.session("planner");
        assert_eq!(active(), ("planner".into(), false));
        w.advance(100);
        let executor = w.session("executor");
        assert_eq!(active(), ("planner executor".into(), true));
        w.advance(21);
        assert_eq!(active(), ("executor".into(), false));
        // It is silent, not gone.
        assert_eq!(w.coord.present_sessions().unwrap().len(), 2);
        w.coord
            .heartbeat(&(&planner).into(), &Heartbeat::default())
            .unwrap();
        assert!(active().1);
        w.probe.set(&executor, Vital::Dead);
        assert_eq!(active(), ("planner".into(), false));
        assert_eq!(w.coord.present_sessions().unwrap().len(), 1);
    });
}

/// S4-24, S1-27: roles are asked for by name; numbers and names never clash.
#[test]
fn roles_are_found() {
    on_each(|w| {
        for (name, role) in [("a", "Planner"), ("b", "executor"), ("c", "executor")] {
            let mut request = w.request(name);
            request.role = Some(role.to_owned());
            w.coord.register(&request).unwrap();
        }
        let present = w.coord.present_sessions().unwrap();
        let check = |roles: &[&str], expected| {
            let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
            assert_eq!(can_coordinate(&present, &roles), expected, "{roles:?}");
        };
        check(&["planner", "executor"], true);
        check(&["reviewer"], false);
        assert!(clashes(&present).is_empty());
        let mut twice = present.clone();
        twice.extend(present.first().cloned());
        assert_eq!(clashes(&twice).len(), 2);
    });
}

/// S4-25: when a session is stalled, lost, active and forgotten is a setting.
#[test]
fn times_can_be_set_up() {
    let mut w = world();
    let coord = w.coord.clone();
    w.coord = coord.with_settings(Settings {
        stalled_ms: 10_000,
        lost_ms: 20_000,
        active_ms: 5_000,
        lost_shown_ms: 30_000,
        ..Settings::default()
    });
    let (near, far) = (w.session("near"), w.session("far"));
    w.probe.set(&far, Vital::Unknown);
    let beat = Heartbeat {
        working_on: Some("parsing".into()),
        ..Heartbeat::default()
    };
    w.coord.heartbeat(&(&near).into(), &beat).unwrap();
    let life = |name: &str| {
        let snapshot = w.coord.snapshot().unwrap();
        let found = snapshot.sessions.into_iter().find(|one| one.name == name);
        found.map(|one| one.life)
    };
    w.advance(6);
    assert!(
        w.coord
            .present_sessions()
            .unwrap()
            .iter()
            .all(|one| !one.active)
    );
    w.advance(5);
    assert_eq!(life("near"), Some(Life::Stalled));
    w.advance(10);
    assert_eq!(life("far"), Some(Life::Lost));
    w.probe.set(&near, Vital::Dead);
    w.coord.reap().unwrap();
    assert_eq!(life("near"), Some(Life::Lost));
    w.advance(31);
    assert_eq!(life("near"), None);
}

/// C10: a registration that is tried again under the same id is the same session.
#[test]
fn a_registration_is_done_once() {
    on_each(|w| {
        let request = Register {
            operation: Some("start-1".into()),
            capabilities: vec!["rust".into(), "sql".into()],
            ..w.request("Forge")
        };
        let first = w.coord.register(&request).unwrap();
        assert_eq!(first.capabilities, ["rust", "sql"]);
        let again = w.coord.register(&request).unwrap();
        assert_eq!((&again.id, again.generation), (&first.id, 1));
        assert_eq!(w.coord.sessions_of(&first.fingerprint).unwrap().len(), 1);
        // Another process with that id is somebody else, whose name is taken.
        let other = Register {
            fingerprint: print(9),
            ..request.clone()
        };
        check_kind(w.coord.register(&other), Kind::Refused, "the name Forge");
        let many = Register {
            capabilities: vec!["x".into(); 33],
            ..w.request("many")
        };
        check_kind(w.coord.register(&many), Kind::Usage, "32 capabilities");
    });
}

/// S1-19: a collision says who, where, and how old the last sign of life is.
#[test]
fn a_collision_names_the_holder() {
    on_each(|w| {
        let mut request = w.request("Forge");
        request.number = Some(1);
        w.coord.register(&request).unwrap();
        w.advance(5 * 60);
        let second = Register {
            number: Some(1),
            ..w.request("Other")
        };
        let error = w.coord.register(&second).unwrap_err();
        for part in ["number 1", "Forge", "pid 101", "/dev/pts/9", "5m ago"] {
            assert!(error.message.contains(part), "{}", error.message);
        }
        let card = error.holder.unwrap();
        assert_eq!(card["heartbeat_age_ms"], 5 * 60_000);
        assert_eq!(
            (&card["name"], &card["pid"]),
            (&"Forge".into(), &101.into())
        );
    });
}
