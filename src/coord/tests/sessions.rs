//! Registering, heartbeats, ending, finding.

use super::*;
use crate::coord::snapshot::Life;

#[test]
fn registering_fills_in_what_is_left_out() {
    on_each(|w| {
        let plain = w.coord.register(&Register::of(print(1))).unwrap();
        assert_eq!(
            (plain.number, plain.name.as_str(), plain.generation),
            (1, "session-1", 1)
        );
        let mut pane = Register::of(print(2));
        pane.pane = Some("%3".into());
        assert_eq!(w.coord.register(&pane).unwrap().name, "shell-2");
        let mut agent = Register::of(print(3));
        agent.agent = Some("claude".into());
        agent.number = Some(9);
        assert_eq!(w.coord.register(&agent).unwrap().name, "claude-9");
        assert_eq!(w.coord.register(&Register::of(print(4))).unwrap().number, 3);
    });
}

#[test]
fn what_is_reserved_is_given_to_nobody_who_does_not_ask_for_it() {
    on_each(|w| {
        let mut first = Register::of(print(1));
        first.agent = Some("shell".into());
        first.reserved = vec![("shell-1".into(), 1), ("shell-3".into(), 2)];
        let first = w.coord.register(&first).unwrap();
        assert_eq!((first.name.as_str(), first.number), ("shell-3-2", 3));
        let mut old = w.request("shell-1");
        old.number = Some(1);
        assert_eq!(w.coord.register(&old).unwrap().number, 1);
    });
}

/// S1-18, S1-15, S1-17: number, name, role and goal, and where it runs.
#[test]
fn a_card_says_who_and_where() {
    on_each(|w| {
        let mut request = w.request("Forge");
        request.number = Some(7);
        request.role = Some("Builder".into());
        request.goal = Some("ship it".into());
        request.pane = Some("%1".into());
        let id = w.coord.register(&request).unwrap().id;
        let snapshot = w.coord.snapshot().unwrap();
        let info = &snapshot.sessions[0];
        assert_eq!(
            (info.number, info.name.as_str(), info.id.as_str()),
            (7, "Forge", id.as_str())
        );
        assert_eq!(info.role.as_deref(), Some("Builder"));
        assert_eq!(info.goal.as_deref(), Some("ship it"));
        assert_eq!(
            (info.pid, info.tty.as_str(), info.host.as_str()),
            (101, "/dev/pts/9", "host")
        );
        assert_eq!(info.life, Life::Alive);
    });
}

/// S1-1, S1-19, S1-20: a living session's name and number are not given away.
#[test]
fn a_collision_is_refused_and_says_with_whom() {
    on_each(|w| {
        let forge = w.session("Forge");
        w.advance(42);
        let error = w.coord.register(&w.request("Forge")).unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
        for part in ["the name Forge", "pid 101", "/dev/pts/9", "host", "42s ago"] {
            assert!(error.message.contains(part), "{}", error.message);
        }
        let holder = error.holder.unwrap();
        assert_eq!(holder["id"], forge.id.as_str());
        assert_eq!(holder["number"], 1);
        let mut same_number = w.request("Other");
        same_number.number = Some(1);
        check_kind(
            w.coord.register(&same_number),
            Kind::Refused,
            "the number 1",
        );
        assert_eq!(w.coord.snapshot().unwrap().sessions.len(), 1);
    });
}

#[test]
fn a_dead_owners_name_is_free() {
    on_each(|w| {
        let old = w.member("Forge", "build");
        w.claim(&old, &["task/T1"]).unwrap();
        w.probe.set(&old, Vital::Dead);
        let new = w.session("Forge");
        assert_ne!(new.id, old.id);
        assert_eq!(new.number, 1);
        let snapshot = w.coord.snapshot().unwrap();
        assert!(snapshot.groups.is_empty() && snapshot.claims.is_empty());
        assert_eq!(w.coord.resolve("Forge").unwrap().id, new.id);
    });
}

#[test]
fn heartbeats_decide_only_where_nobody_can_look() {
    on_each(|w| {
        let (here, far) = (w.session("here"), w.session("far"));
        w.probe.set(&far, Vital::Unknown);
        let lives = || -> Vec<Life> {
            w.coord
                .snapshot()
                .unwrap()
                .sessions
                .iter()
                .map(|s| s.life)
                .collect()
        };
        w.advance(60);
        assert_eq!(lives(), [Life::Alive, Life::Alive]);
        w.advance(1);
        assert_eq!(lives(), [Life::Alive, Life::Lost]);
        w.coord
            .heartbeat(&(&far).into(), &Heartbeat::default())
            .unwrap();
        assert_eq!(lives(), [Life::Alive, Life::Alive]);
        w.advance(3600);
        assert_eq!(lives()[0], Life::Alive);
        w.probe.set(&here, Vital::Dead);
        assert_eq!(lives()[0], Life::Lost);
    });
}

/// S4-8: who said they were working and shows nothing has stalled; a quiet shell has not.
#[test]
fn stalled_is_a_label() {
    let w = world();
    let (busy, _quiet) = (w.session("busy"), w.session("quiet"));
    let beat = Heartbeat {
        working_on: Some("parser".into()),
        ..Heartbeat::default()
    };
    w.coord.heartbeat(&(&busy).into(), &beat).unwrap();
    w.advance(121);
    let snapshot = w.coord.snapshot().unwrap();
    assert_eq!(snapshot.sessions[0].life, Life::Stalled);
    assert_eq!(snapshot.sessions[1].life, Life::Alive);
    let beat = Heartbeat {
        state: Some("idle".into()),
        ..Heartbeat::default()
    };
    w.coord.heartbeat(&(&busy).into(), &beat).unwrap();
    w.advance(121);
    assert_eq!(w.coord.snapshot().unwrap().sessions[0].life, Life::Alive);
}

/// S2-1, S2-2, S1-29, S1-40, S3-4: what it does, in which phase, how far, what next; and its history.
#[test]
fn heartbeats_tell_what_is_going_on() {
    on_each(|w| {
        let forge = w.session("Forge");
        for progress in 0..=25 {
            let beat = Heartbeat {
                working_on: Some(format!("step {progress}")),
                phase: Some("BUILD".into()),
                progress: Some(progress),
                next_action: Some("test".into()),
                task: Some("T7".into()),
                state: Some("working".into()),
            };
            w.coord.heartbeat(&(&forge).into(), &beat).unwrap();
        }
        let now = w.coord.whoami(&forge.id).unwrap();
        assert_eq!(now.working_on.as_deref(), Some("step 25"));
        assert_eq!(
            (now.phase.as_deref(), now.progress),
            (Some("BUILD"), Some(25))
        );
        assert_eq!(now.activity.len(), 20);
        assert_eq!(now.activity[0].working_on.as_deref(), Some("step 6"));
        let beat = Heartbeat {
            progress: Some(101),
            ..Heartbeat::default()
        };
        check_kind(
            w.coord.heartbeat(&(&forge).into(), &beat),
            Kind::Usage,
            "0 to 100",
        );
        let beat = Heartbeat {
            working_on: Some(String::new()),
            ..Heartbeat::default()
        };
        w.coord.heartbeat(&(&forge).into(), &beat).unwrap();
        assert_eq!(w.coord.whoami(&forge.id).unwrap().working_on, None);
    });
}

#[test]
fn sessions_are_found_by_what_people_call_them() {
    on_each(|w| {
        let (forge, _other) = (w.session("Forge"), w.session("Other"));
        let id = forge.id.as_str();
        let lower = id.to_lowercase();
        for text in [id, &lower, "Forge", "1", &id[..25]] {
            assert_eq!(w.coord.resolve(text).unwrap().id, forge.id, "{text}");
        }
        check_kind(w.coord.resolve("forge"), Kind::NotFound, "forge");
        check_kind(w.coord.resolve("99"), Kind::NotFound, "99");
        check_kind(w.coord.resolve(""), Kind::NotFound, "");
        check_kind(w.coord.resolve("\u{1b}[31m"), Kind::NotFound, "\u{fffd}");
        w.probe.set(&forge, Vital::Dead);
        check_kind(w.coord.resolve("Forge"), Kind::Refused, "dead");
        check_kind(w.coord.resolve(id), Kind::Refused, "dead");
    });
}

/// S2-35: what a session held is free when it ends.
#[test]
fn an_ended_session_is_gone_and_cannot_act() {
    on_each(|w| {
        let (forge, peer) = (w.member("Forge", "build"), w.member("Peer", "build"));
        w.claim(&forge, &["task/T1", "file/src/**"]).unwrap();
        w.coord.end(&forge.id).unwrap();
        w.coord.end(&forge.id).unwrap();
        let snapshot = w.coord.snapshot().unwrap();
        assert_eq!(snapshot.sessions.len(), 1);
        assert!(snapshot.claims.is_empty());
        assert_eq!(
            snapshot.groups[0].coordinator.as_deref(),
            Some(peer.id.as_str())
        );
        check_kind(w.claim(&forge, &["task/T2"]), Kind::Refused, "has ended");
        check_kind(w.coord.resolve("Forge"), Kind::Refused, "has ended");
        check_kind(
            w.coord.end(&SessionId::mint()),
            Kind::NotFound,
            "no session",
        );
        assert_eq!(
            w.store.changes_since(0).unwrap().revision,
            w.coord.snapshot().unwrap().revision
        );
        w.claim(&peer, &["task/T1"]).unwrap();
    });
}

#[test]
fn registering_again_begins_a_new_generation() {
    on_each(|w| {
        let forge = w.member("Forge", "build");
        let token = w.token(&forge, "task/T1");
        let mut again = Register::of(forge.fingerprint.clone());
        again.id = Some(forge.id.clone());
        again.role = Some("Builder".into());
        let second = w.coord.register(&again).unwrap();
        assert_eq!(
            (second.generation, second.name.as_str(), second.number),
            (2, "Forge", 1)
        );
        assert_eq!(second.group.as_deref(), Some("build"));
        // The same process keeps its claim, under a new token.
        check_kind(
            w.coord.check_token(&forge.id, &key("task/T1"), token),
            Kind::Fenced,
            "stale",
        );
        let renewed = w.token(&second, "task/T1");
        assert!(renewed > token);
        // Another process under the same id starts with nothing.
        let mut other = Register::of(print(999));
        other.id = Some(forge.id.clone());
        assert_eq!(w.coord.register(&other).unwrap().generation, 3);
        check_kind(
            w.coord.check_token(&forge.id, &key("task/T1"), renewed),
            Kind::Fenced,
            "no longer",
        );
        assert!(w.coord.snapshot().unwrap().claims.is_empty());
    });
}

#[test]
fn an_id_minted_beforehand_is_used() {
    let w = world();
    let id = SessionId::mint();
    let mut request = w.request("pane");
    request.id = Some(id.clone());
    assert_eq!(w.coord.register(&request).unwrap().id, id);
}

#[test]
fn hostile_names_change_nothing() {
    on_each(|w| {
        let revision = w.store.revision().unwrap();
        let long = "x".repeat(10_000);
        for name in [
            "",
            "a/b",
            "../../etc/passwd",
            "..",
            "a\0b",
            "\u{1b}]0;x\u{7}",
            "a\nb",
            "12",
            long.as_str(),
        ] {
            let mut request = w.request(name);
            check_kind(w.coord.register(&request), Kind::Usage, "name");
            request.name = None;
            request.group = Some(name.to_owned());
            if name != "12" {
                check_kind(w.coord.register(&request), Kind::Usage, "group name");
            }
        }
        let keys = match w.store.changes_since(revision).unwrap().delta {
            crate::store::Delta::Keys(keys) => keys,
            crate::store::Delta::Everything => panic!("the store forgot"),
        };
        assert!(
            keys.iter().all(|change| change.key.starts_with("audit/")),
            "{keys:?}"
        );
        for entry in w.coord.audit(100).unwrap() {
            assert!(
                !entry.success
                    && !entry.subject.contains(names::is_hidden)
                    && entry.subject.len() <= 500
            );
        }
    });
}

/// S1-32, S3-15, S3-45: who did what, refused attempts too.
#[test]
fn every_attempt_is_recorded() {
    on_each(|w| {
        let (forge, peer) = (w.session("Forge"), w.session("Peer"));
        let mut ask = request(&["task/T1"]);
        ask.reason = Some("parser".into());
        let token = w.coord.claim(&(&forge).into(), &ask).unwrap().claims[0].token;
        let done = w.last_audit();
        assert_eq!(
            (done.action.as_str(), done.subject.as_str()),
            ("claim", "task/T1")
        );
        assert_eq!(
            (done.success, done.revision, done.message.as_deref()),
            (true, token, Some("parser"))
        );
        assert_eq!(
            (done.session.as_ref(), done.agent.as_deref()),
            (Some(&forge.id), Some("Forge"))
        );
        w.claim(&peer, &["task/T1"]).unwrap_err();
        let refused = w.last_audit();
        assert_eq!(
            (refused.agent.as_deref(), refused.success),
            (Some("Peer"), false)
        );
        assert_eq!(refused.kind.as_deref(), Some("held"));
        assert!(refused.message.unwrap().contains("Forge"));
        let actions: Vec<String> = w
            .coord
            .audit(10)
            .unwrap()
            .into_iter()
            .map(|entry| entry.action)
            .collect();
        assert_eq!(actions, ["register", "register", "claim", "claim"]);
        // Who is refused a name is not the one who has it.
        w.coord.register(&w.request("Forge")).unwrap_err();
        let stranger = w.last_audit();
        assert_eq!(
            (stranger.action.as_str(), stranger.subject.as_str()),
            ("register", "Forge")
        );
        assert_eq!((stranger.session, stranger.agent), (None, None));
        let known = Register {
            id: Some(peer.id.clone()),
            ..w.request("Forge")
        };
        w.coord.register(&known).unwrap_err();
        assert_eq!(w.last_audit().agent.as_deref(), Some("Peer"));
    });
}

#[test]
fn the_dead_are_cleaned_up_when_asked() {
    on_each(|w| {
        let (forge, peer) = (w.member("Forge", "build"), w.member("Peer", "build"));
        w.claim(&forge, &["task/T1"]).unwrap();
        w.probe.set(&forge, Vital::Dead);
        assert_eq!(w.coord.reap().unwrap(), ["Forge"]);
        assert!(w.coord.reap().unwrap().is_empty());
        let snapshot = w.coord.snapshot().unwrap();
        // Still to be seen for a while, and then forgotten.
        assert_eq!(snapshot.sessions[0].life, Life::Lost);
        assert_eq!(
            snapshot.groups[0].coordinator.as_deref(),
            Some(peer.id.as_str())
        );
        assert!(schema_claims(w).is_empty());
        w.advance(600);
        assert_eq!(w.coord.snapshot().unwrap().sessions.len(), 1);
    });
}

#[test]
fn who_comes_back_under_its_name_is_not_shown_as_lost_as_well() {
    on_each(|w| {
        let first = w.session("Forge");
        w.probe.set(&first, Vital::Dead);
        w.coord.reap().unwrap();
        assert_eq!(w.coord.snapshot().unwrap().sessions[0].life, Life::Lost);
        let again = w.session("Forge");
        let shown = w.coord.snapshot().unwrap().sessions;
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].id, again.id.as_str());
    });
}

fn schema_claims(w: &World) -> Vec<schema::Claim> {
    let mut claims = Vec::new();
    let mut read = |view: &dyn crate::store::View| {
        claims = schema::claims(view)?;
        Ok(())
    };
    w.store.read(&mut read).unwrap();
    claims
}

#[test]
fn a_name_given_up_leaves_nothing_behind() {
    on_each(|w| {
        let first = w.session("first");
        let mut request = w.request("second");
        request.id = Some(first.id.clone());
        w.coord.register(&request).unwrap();
        assert_eq!(w.coord.resolve("second").unwrap().id, first.id);
        assert!(w.coord.resolve("first").is_err());
        w.store
            .read(&mut |view| {
                let named = view.range("named/")?;
                let keys: Vec<&str> = named.iter().map(|record| record.key.as_str()).collect();
                assert_eq!(keys, ["named/second"]);
                Ok(())
            })
            .unwrap();
    });
}
