//! Claims, leases, tokens, lines.

use super::*;

/// C1, S1-2, S1-31: one holder; who comes second learns who and until when.
#[test]
fn a_held_key_is_refused_and_says_by_whom() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let mut ask = with_ttl(&["task/T1"], 600);
        ask.reason = Some("parser".into());
        w.coord.claim(&(&a).into(), &ask).unwrap();
        w.advance(60);
        let error = w.claim(&b, &["task/T1"]).unwrap_err();
        assert_eq!(error.kind, Kind::Held);
        assert_eq!(error.kind.exit_code(), 1);
        for part in ["task/T1", "a (session 1)", "9m", "parser"] {
            assert!(error.message.contains(part), "{}", error.message);
        }
        assert!(error.hint.unwrap().contains("--wait"));
        let holder = error.holder.unwrap();
        for (field, expected) in [
            ("name", "a"),
            ("key", "task/T1"),
            ("reason", "parser"),
            ("id", a.id.as_str()),
        ] {
            assert_eq!(holder[field], expected);
        }
        assert_eq!(
            (holder["expires_in"].as_u64(), holder["number"].as_u64()),
            (Some(540), Some(1))
        );
    });
}

/// A set is granted whole or not at all.
#[test]
fn all_or_nothing() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.claim(&a, &["task/T2"]).unwrap();
        check_kind(
            w.claim(&b, &["task/T1", "task/T2", "task/T3"]),
            Kind::Held,
            "task/T2",
        );
        assert!(w.holders("task/T1").is_empty() && w.holders("task/T3").is_empty());
        let granted = w.claim(&b, &["task/T1", "task/T3", "task/T1"]).unwrap();
        assert_eq!(granted.claims.len(), 2);
        check_kind(w.claim(&b, &[]), Kind::Usage, "nothing");
    });
}

/// S3-44, S3-60: readers share, a writer does not.
#[test]
fn shared_and_exclusive() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        let shared = ClaimRequest {
            shared: true,
            ..request(&["file/x"])
        };
        w.coord.claim(&(&a).into(), &shared).unwrap();
        w.coord.claim(&(&b).into(), &shared).unwrap();
        assert_eq!(w.holders("file/x"), ["a", "b"]);
        check_kind(w.claim(&c, &["file/x"]), Kind::Held, "held by a");
        check_kind(w.claim(&a, &["file/x"]), Kind::Held, "held by b");
        w.coord.release(&(&b).into(), &Which::All).unwrap();
        let upgraded = w.claim(&a, &["file/x"]).unwrap();
        assert!(!upgraded.claims[0].shared && !upgraded.claims[0].renewed);
        check_kind(
            w.coord.claim(&(&b).into(), &shared),
            Kind::Held,
            "held by a",
        );
        // Down again without losing the token.
        let down = w.coord.claim(&(&a).into(), &shared).unwrap();
        assert_eq!(down.claims[0].token, upgraded.claims[0].token);
        w.coord.claim(&(&b).into(), &shared).unwrap();
    });
}

#[test]
fn patterns_and_files_exclude_each_other_both_ways() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let check = |first: &str, second: &str, free: bool| {
            w.claim(&a, &[first]).unwrap();
            assert_eq!(w.claim(&b, &[second]).is_ok(), free, "{first} {second}");
            w.coord.release(&(&a).into(), &Which::All).unwrap();
            w.coord.release(&(&b).into(), &Which::All).unwrap();
        };
        for (first, second, free) in [
            ("file/src/**", "file/src/a.rs", false),
            ("file/src/**", "file/src", false),
            ("file/src/*.rs", "file/src/a.toml", true),
            ("file/*/a.rs", "file/src/*.rs", false),
            ("file/**", "task/T1", true),
            ("file/{a,b}/x", "file/b/x", false),
            ("file/app/\\[id\\]/p", "file/app/*/p", false),
            ("file/src/a.rs", "file/src/a.rsx", true),
        ] {
            check(first, second, free);
            check(second, first, free);
        }
        // One's own claims are never in one's way.
        w.claim(&a, &["file/src/**"]).unwrap();
        w.claim(&a, &["file/src/a.rs"]).unwrap();
    });
}

/// S1-10 and C2: claiming again renews and keeps the token; a new grant has a larger one.
#[test]
fn tokens_only_grow() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let first = w.claim(&a, &["task/T1"]).unwrap().claims.remove(0);
        w.advance(1800);
        let again = w.claim(&a, &["task/T1"]).unwrap().claims.remove(0);
        assert_eq!(
            (again.token, again.renewed, again.expires_in),
            (first.token, true, 3600)
        );
        let mut last = first.token;
        for _ in 0..3 {
            for session in [&a, &b] {
                w.coord.release(&(&a).into(), &Which::All).unwrap();
                w.coord.release(&(&b).into(), &Which::All).unwrap();
                let token = w.token(session, "task/T1");
                assert!(token > last);
                last = token;
            }
        }
    });
}

/// S2-4, C5, C7: after its end 15 s for the old holder, then anybody's.
#[test]
fn a_claim_runs_out() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        w.coord
            .claim(&(&a).into(), &with_ttl(&["task/T1"], 60))
            .unwrap();
        let token = w.token(&a, "task/T1");
        let fresh = || w.coord.check_token(&a.id, &key("task/T1"), token);
        w.coord
            .claim(&(&a).into(), &with_ttl(&["task/T2"], 60))
            .unwrap();
        w.advance(59);
        check_kind(w.claim(&b, &["task/T2"]), Kind::Held, "1s more");
        w.advance(1);
        check_kind(w.claim(&b, &["task/T2"]), Kind::Held, "grace");
        fresh().unwrap();
        w.coord
            .renew(&(&a).into(), &Which::keys([key("task/T2")]), None)
            .unwrap();
        w.advance(75);
        w.claim(&b, &["task/T2"]).unwrap();
        check_kind(
            w.coord
                .renew(&(&a).into(), &Which::keys([key("task/T2")]), None),
            Kind::Fenced,
            "b does",
        );
        check_kind(w.claim(&a, &["task/T2"]), Kind::Held, "held by b");
    });
}

#[test]
fn in_its_grace_a_claim_can_be_renewed_but_not_written_under() {
    on_each(|w| {
        let a = w.session("a");
        let granted = w
            .coord
            .claim(&(&a).into(), &with_ttl(&["task/T1"], 60))
            .unwrap();
        let token = granted.claims[0].token;
        w.advance(60);
        assert_eq!(w.coord.snapshot().unwrap().claims[0].expires_in_ms, 0);
        check_kind(
            w.coord.check_token(&a.id, &key("task/T1"), token),
            Kind::Fenced,
            "run out",
        );
        let renewed = w.coord.renew(&(&a).into(), &Which::All, None).unwrap();
        assert_eq!(
            (renewed.claims[0].token, renewed.claims[0].expires_in),
            (token, 60)
        );
        w.coord.check_token(&a.id, &key("task/T1"), token).unwrap();
        w.advance(75);
        assert!(w.coord.snapshot().unwrap().claims.is_empty());
        check_kind(
            w.coord
                .renew(&(&a).into(), &Which::keys([key("task/T1")]), None),
            Kind::Fenced,
            "ran out",
        );
        assert!(
            w.coord
                .renew(&(&a).into(), &Which::All, None)
                .unwrap()
                .claims
                .is_empty()
        );
        assert!(w.token(&a, "task/T1") > token);
    });
}

/// The wall clock steals nothing and prolongs nothing.
#[test]
fn the_wall_clock_decides_nothing() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let token = w.token(&a, "task/T1");
        for wall in [jiff::Timestamp::MAX, jiff::Timestamp::MIN] {
            w.clock.set_wall(wall);
            check_kind(w.claim(&b, &["task/T1"]), Kind::Held, "held by a");
            w.coord.check_token(&a.id, &key("task/T1"), token).unwrap();
            w.advance(1);
        }
        w.advance(3615);
        w.claim(&b, &["task/T1"]).unwrap();
    });
}

#[test]
fn another_boot_ends_every_lease() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let token = w.token(&a, "task/T1");
        let after = w.rebooted();
        assert!(after.snapshot().unwrap().claims.is_empty());
        check_kind(
            after.check_token(&a.id, &key("task/T1"), token),
            Kind::Fenced,
            "ran out",
        );
        let granted = after.claim(&(&b).into(), &request(&["task/T1"])).unwrap();
        assert!(granted.claims[0].token > token);
    });
}

/// C4, S3-21: a holder whose process is gone holds nothing.
#[test]
fn a_dead_holders_claim_is_free_at_once() {
    on_each(|w| {
        let (a, b, far) = (w.session("a"), w.session("b"), w.session("far"));
        let token = w.token(&a, "file/src/**");
        w.coord
            .claim(&(&far).into(), &with_ttl(&["task/T1"], 600))
            .unwrap();
        w.probe.set(&a, Vital::Dead);
        w.probe.set(&far, Vital::Unknown);
        assert!(w.holders("file/src/**").is_empty());
        assert!(w.token(&b, "file/src/a.rs") > token);
        // Out of sight is not dead: its lease runs to its end, heartbeats or not, even if its name
        // is given away meanwhile.
        w.advance(599);
        w.session("far");
        check_kind(w.claim(&b, &["task/T1"]), Kind::Held, "held by far");
        w.advance(16);
        w.claim(&b, &["task/T1"]).unwrap();
    });
}

/// C9, S2-15, S3-31: releasing twice is fine, releasing another's is not.
#[test]
fn releasing() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let token = w.token(&a, "task/T1");
        let one = Which::keys([key("task/T1")]);
        check_kind(w.coord.release(&(&b).into(), &one), Kind::Held, "held by a");
        let stale = Which::Keys(vec![(key("task/T1"), Some(token - 1))]);
        check_kind(w.coord.release(&(&a).into(), &stale), Kind::Fenced, "stale");
        assert_eq!(
            w.coord.release(&(&a).into(), &one).unwrap().released,
            [key("task/T1")]
        );
        assert_eq!(
            w.coord.release(&(&a).into(), &one).unwrap().not_held,
            [key("task/T1")]
        );
        assert!(
            w.coord
                .release(&(&a).into(), &Which::All)
                .unwrap()
                .released
                .is_empty()
        );
        w.claim(&b, &["task/T1"]).unwrap();
    });
}

/// C3: what is written under a claim is refused once the claim is lost.
#[test]
fn a_stale_writer_is_fenced() {
    on_each(|w| {
        let (a, b) = (w.member("a", "build"), w.member("b", "build"));
        let granted = w
            .coord
            .claim(&(&a).into(), &with_ttl(&["task/T1"], 60))
            .unwrap();
        let writer = Actor::from(&a).under(key("task/T1"), granted.claims[0].token);
        let write = |n: u32| {
            w.coord
                .share(&writer, &[Share::set("result", serde_json::json!(n))])
        };
        write(1).unwrap();
        // It sleeps through its lease; somebody else takes over; it wakes and writes.
        w.advance(80);
        w.claim(&b, &["task/T1"]).unwrap();
        check_kind(write(2), Kind::Fenced, "b holds it now");
        assert_eq!(Kind::Fenced.exit_code(), 4);
        assert_eq!(
            w.coord.context("build", Some("result")).unwrap()[0].0.value,
            1
        );
    });
}

/// C10: trying again under the same operation id returns the first result.
#[test]
fn a_retry_does_nothing_twice() {
    on_each(|w| {
        let (a, b) = (w.member("a", "build"), w.session("b"));
        let actor = Actor::from(&a).once("op-1");
        let first = w.coord.claim(&actor, &request(&["task/T1"])).unwrap();
        w.coord.release(&(&a).into(), &Which::All).unwrap();
        w.claim(&b, &["task/T1"]).unwrap();
        assert_eq!(
            w.coord.claim(&actor, &request(&["task/T1"])).unwrap(),
            first
        );
        assert_eq!(
            w.coord
                .claim_within(&actor, &request(&["task/T1"]), Duration::from_secs(9))
                .unwrap(),
            first
        );
        check_kind(
            w.coord.claim(&actor, &request(&["task/T2"])),
            Kind::Usage,
            "another command",
        );
        let share = [Share::set("n", serde_json::json!(1))];
        for _ in 0..3 {
            assert_eq!(
                w.coord
                    .share(&Actor::from(&a).once("op-2"), &share)
                    .unwrap()
                    .versions[0]
                    .1,
                1
            );
        }
        // A refusal changed nothing, so it is decided anew.
        let refused = Actor::from(&a).once("op-3");
        check_kind(
            w.coord.claim(&refused, &request(&["task/T1"])),
            Kind::Held,
            "held by b",
        );
        w.coord.release(&(&b).into(), &Which::All).unwrap();
        w.coord.claim(&refused, &request(&["task/T1"])).unwrap();
        for n in 0..300 {
            w.coord
                .heartbeat(
                    &Actor::from(&b).once(format!("h{n}")),
                    &Heartbeat::default(),
                )
                .unwrap();
        }
        let mut kept = 0;
        let mut read = |view: &dyn crate::store::View| {
            kept = view.count("op/")?;
            Ok(())
        };
        w.store.read(&mut read).unwrap();
        assert!(kept <= 132, "{kept}");
    });
}

/// Nobody is told to have lost what it may never have had; who shows a token had it.
#[test]
fn renewing_what_another_holds_says_who() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let token = w.claim(&b, &["task/T1"]).unwrap().claims[0].token;
        let which = Which::keys([key("task/T1")]);
        w.coord.release(&(&b).into(), &which).unwrap();
        w.claim(&a, &["task/T1"]).unwrap();
        let error = w.coord.renew(&(&b).into(), &which, None).unwrap_err();
        assert_eq!(error.kind, Kind::Fenced);
        assert_eq!(error.message, "b does not hold task/T1; a does");
        let shown = Which::Keys(vec![(key("task/T1"), Some(token))]);
        check_kind(
            w.coord.renew(&(&b).into(), &shown, None),
            Kind::Fenced,
            "no longer holds task/T1: a holds it now",
        );
    });
}

/// Work prolongs a claim whose length nobody chose; a chosen length is kept.
#[test]
fn heartbeats_renew() {
    on_each(|w| {
        let a = w.session("a");
        w.claim(&a, &["task/usual"]).unwrap();
        w.coord
            .claim(&(&a).into(), &with_ttl(&["task/chosen"], 3600))
            .unwrap();
        for _ in 0..6 {
            w.advance(590);
            w.coord
                .heartbeat(&(&a).into(), &Heartbeat::default())
                .unwrap();
        }
        let left = |key: &str| {
            let snapshot = w.coord.snapshot().unwrap();
            snapshot
                .claims
                .iter()
                .find(|claim| claim.key == key)
                .map(|claim| claim.expires_in_ms / 1000)
        };
        assert_eq!(left("task/chosen"), Some(60));
        assert!(left("task/usual") > Some(1800));
    });
}

#[test]
fn a_session_has_a_limit() {
    let mut w = world();
    w.coord = w.coord.clone().with_settings(Settings {
        claims_per_session: 3,
        ..Settings::default()
    });
    let a = w.session("a");
    w.claim(&a, &["task/1", "task/2"]).unwrap();
    check_kind(
        w.claim(&a, &["task/3", "task/4"]),
        Kind::Refused,
        "at most 3",
    );
    w.claim(&a, &["task/3"]).unwrap();
}

#[test]
fn times_to_live_have_limits() {
    let w = world();
    let a = w.session("a");
    for seconds in [0, 9, 31 * 86_400] {
        check_kind(
            w.coord.claim(&(&a).into(), &with_ttl(&["task/1"], seconds)),
            Kind::Usage,
            "at ",
        );
    }
}
