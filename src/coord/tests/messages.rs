//! Messages: who receives what, once and in order, what is refused, what is kept.

mod histories;

use super::*;
use crate::coord::message::{
    Acknowledged, Address, Answer, Author, Draft, Handled, Inbox, Sent, State, Trust, Voice, post,
};

fn draft(to: Address, subject: &str, body: &str) -> Draft {
    Draft {
        to,
        subject: subject.into(),
        body: body.into(),
    }
}

fn to(session: &Session) -> Address {
    Address::Session(session.id.clone())
}

impl World {
    fn send(&self, from: &Session, to: Address, subject: &str) -> Result<Sent> {
        let draft = draft(to, subject, "a body");
        self.coord.send(&from.into(), &Voice::Unknown, &draft)
    }

    fn sent(&self, from: &Session, to: Address, subject: &str) -> u64 {
        self.send(from, to, subject).unwrap().id
    }

    fn inbox(&self, of: &Session) -> Inbox {
        self.coord.inbox(&of.id, 1000).unwrap()
    }

    /// Numbers of the unread, and of the read that were not acknowledged. The counts agree.
    fn lies_before(&self, of: &Session) -> (Vec<u64>, Vec<u64>) {
        let inbox = self.inbox(of);
        let ids = |items: &[message::Item]| items.iter().map(|item| item.message.id).collect();
        let (unread, read): (Vec<u64>, Vec<u64>) = (ids(&inbox.unread), ids(&inbox.unacknowledged));
        assert_eq!(inbox.counts.unread(), unread.len() as u64);
        assert_eq!(inbox.counts.unacknowledged, read.len() as u64);
        (unread, read)
    }

    fn read_id(&self, of: &Session, id: u64) -> Result<message::Opened> {
        self.coord.read_message(&of.into(), id)
    }

    fn ack(&self, of: &Session, which: Handled) -> Acknowledged {
        self.coord.acknowledge(&of.into(), &which).unwrap()
    }
}

/// S2-9, S1-35: a direct message reaches one, who reads and acknowledges it.
#[test]
fn a_direct_message_is_read_and_acknowledged() {
    on_each(|w| {
        let (forge, bolt, other) = (w.session("Forge"), w.session("Bolt"), w.session("Other"));
        let id = w.sent(&forge, to(&bolt), "API contract");
        assert_eq!(w.lies_before(&bolt), (vec![id], vec![]));
        assert_eq!(w.lies_before(&other), (vec![], vec![]));
        let opened = w.read_id(&bolt, id).unwrap();
        assert_eq!(opened.item.state, Some(State::Unread));
        assert_eq!(
            (opened.item.message.subject.as_str(), opened.body.as_str()),
            ("API contract", "a body")
        );
        assert_eq!(w.lies_before(&bolt), (vec![], vec![id]));
        // Reading it again changes nothing; neither does its sender's looking at it.
        assert_eq!(w.read_id(&bolt, id).unwrap().item.state, Some(State::Read));
        assert_eq!(w.read_id(&forge, id).unwrap().item.state, None);
        assert_eq!(w.lies_before(&bolt), (vec![], vec![id]));
        check_kind(
            w.read_id(&other, id),
            Kind::Refused,
            "between Forge and Bolt",
        );
        check_kind(w.read_id(&other, 999), Kind::NotFound, "no message 999");
        assert_eq!(w.ack(&bolt, Handled::These(vec![id])).messages, 1);
        assert_eq!(w.ack(&bolt, Handled::These(vec![id])).messages, 0);
        assert_eq!(w.lies_before(&bolt), (vec![], vec![]));
        assert_eq!(w.coord.handled_messages(&bolt.id, 10).unwrap().len(), 1);
        assert_eq!(
            w.read_id(&bolt, id).unwrap().item.state,
            Some(State::Acknowledged)
        );
    });
}

/// S2-8: a broadcast reaches all who are there, but not its sender, nor who comes later.
#[test]
fn a_broadcast_reaches_those_who_are_there() {
    on_each(|w| {
        let (forge, bolt, gone) = (w.session("Forge"), w.session("Bolt"), w.session("Gone"));
        w.coord.end(&gone.id).unwrap();
        let first = w.send(&forge, Address::All, "one").unwrap();
        assert_eq!(first.recipients, 1);
        let late = w.session("Late");
        let second = w.send(&bolt, Address::All, "two").unwrap();
        assert_eq!(second.recipients, 2);
        assert_eq!(w.lies_before(&forge), (vec![second.id], vec![]));
        assert_eq!(w.lies_before(&bolt), (vec![first.id], vec![]));
        assert_eq!(w.lies_before(&late), (vec![second.id], vec![]));
        // Everybody may look at what was sent to everybody; that makes it nobody's own.
        assert_eq!(w.read_id(&late, first.id).unwrap().item.state, None);
        assert_eq!(w.ack(&late, Handled::All).messages, 1);
        assert_eq!(w.lies_before(&late), (vec![], vec![]));
        assert_eq!(w.lies_before(&forge), (vec![second.id], vec![]));
    });
}

#[test]
fn a_group_is_its_members_at_the_time() {
    on_each(|w| {
        let (a, b) = (w.member("a", "api"), w.member("b", "api"));
        let (c, out) = (w.session("c"), w.session("out"));
        let group = || Address::Group("api".into());
        let one = w.sent(&a, group(), "one");
        w.coord.join_group(&(&c).into(), "api").unwrap();
        let two = w.sent(&out, group(), "two");
        w.coord.leave_group(&(&b).into()).unwrap();
        let three = w.sent(&a, group(), "three");
        assert_eq!(w.lies_before(&a).0, [two]);
        // What was received before leaving stays, and comes once.
        assert_eq!(w.lies_before(&b).0, [one, two]);
        assert_eq!(w.lies_before(&c).0, [two, three]);
        w.coord.join_group(&(&b).into(), "api").unwrap();
        let four = w.sent(&c, group(), "four");
        assert_eq!(w.lies_before(&b).0, [one, two, four]);
        w.ack(&b, Handled::These(vec![two, one]));
        assert_eq!(w.lies_before(&b).0, [four]);
        assert_eq!(w.lies_before(&out).0, [0u64; 0]);
        check_kind(w.read_id(&out, one), Kind::Refused, "between a and @api");
        check_kind(
            w.send(&a, Address::Group("nobody".into()), "x"),
            Kind::NotFound,
            "no group",
        );
    });
}

#[test]
fn acknowledging_out_of_order_and_up_to_one() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let mut ids = Vec::new();
        for n in 0..6 {
            ids.push(w.sent(&a, Address::All, &format!("all {n}")));
            w.sent(&b, Address::All, "own");
            ids.push(w.sent(&a, to(&b), &format!("direct {n}")));
        }
        assert_eq!(w.lies_before(&b).0, ids);
        w.ack(&b, Handled::These(vec![ids[4], ids[2]]));
        w.read_id(&b, ids[6]).unwrap();
        let left: Vec<u64> = [0, 1, 3, 5, 7, 8, 9, 10, 11].map(|n| ids[n]).to_vec();
        assert_eq!(w.lies_before(&b), (left, vec![ids[6]]));
        let done = w.ack(&b, Handled::UpTo(ids[7]));
        assert_eq!((done.messages, done.unread), (6, 4));
        assert_eq!(w.lies_before(&b), (ids[8..].to_vec(), vec![]));
        assert_eq!(w.ack(&b, Handled::All).messages, 4);
        assert_eq!(w.ack(&b, Handled::All).messages, 0);
        let next = w.sent(&a, Address::All, "next");
        assert_eq!(w.lies_before(&b).0, [next]);
    });
}

/// S2-11: what was not read is still there when a session comes back under its identity.
#[test]
fn what_was_unread_stays_for_who_comes_back() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let before = [
            w.sent(&a, to(&b), "direct"),
            w.sent(&a, Address::All, "all"),
        ];
        w.coord.end(&b.id).unwrap();
        check_kind(w.send(&a, to(&b), "late"), Kind::Refused, "has ended");
        w.sent(&a, Address::All, "nobody is there");
        let back = Register {
            id: Some(b.id.clone()),
            ..w.request("b")
        };
        let b = w.coord.register(&back).unwrap();
        let after = w.sent(&a, Address::All, "welcome");
        assert_eq!(w.lies_before(&b).0, [before[0], before[1], after]);
        // Registering again while it lives loses nothing and doubles nothing.
        let again = Register {
            id: Some(b.id.clone()),
            ..Register::of(b.fingerprint.clone())
        };
        let b = w.coord.register(&again).unwrap();
        assert_eq!(w.lies_before(&b).0, [before[0], before[1], after]);
    });
}

#[test]
fn a_conversation_keeps_its_thread() {
    on_each(|w| {
        let (a, b, c) = (w.session("a"), w.session("b"), w.session("c"));
        let first = w.sent(&a, to(&b), "question");
        let answer = |who: &Session, re: u64, to_all: bool| {
            let answer = Answer {
                re,
                subject: None,
                body: "yes".into(),
                to_all,
            };
            w.coord.reply(&who.into(), &Voice::Unknown, &answer)
        };
        let second = answer(&b, first, false).unwrap();
        assert_eq!((second.to.as_str(), second.thread), ("a", first));
        let third = answer(&a, second.id, false).unwrap();
        assert_eq!((third.to.as_str(), third.thread), ("b", first));
        // More by the same writer goes to the same reader.
        assert_eq!(answer(&a, third.id, false).unwrap().to, "b");
        check_kind(answer(&c, first, false), Kind::Refused, "between a and b");
        let thread = w.coord.thread(&b.id, second.id, 10).unwrap();
        let subjects: Vec<&str> = thread
            .iter()
            .map(|m| m.item.message.subject.as_str())
            .collect();
        assert_eq!(
            subjects,
            ["question", "re: question", "re: question", "re: question"]
        );
        let all = w.sent(&a, Address::All, "who builds?");
        assert_eq!(answer(&c, all, false).unwrap().to, "a");
        assert_eq!(answer(&c, all, true).unwrap().to, "--all");
        check_kind(
            w.coord.thread(&c.id, second.id, 10),
            Kind::Refused,
            "between",
        );
    });
}

#[test]
fn limits_are_kept() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let send = |subject: &str, body: &str| {
            w.coord
                .send(&(&a).into(), &Voice::Unknown, &draft(to(&b), subject, body))
        };
        check_kind(send("", "x"), Kind::Usage, "subject is empty");
        check_kind(send("two\nlines", "x"), Kind::Usage, "U+000A");
        check_kind(send(&"s".repeat(201), "x"), Kind::Usage, "longer than 200");
        check_kind(
            send("s", &"x".repeat(32 * 1024 + 1)),
            Kind::Usage,
            "32769 bytes",
        );
        check_kind(send("s", "a\u{1b}[2J"), Kind::Usage, "U+001B");
        let long = "ä".repeat(16 * 1024);
        let id = send("s", &long).unwrap().id;
        assert_eq!(w.read_id(&b, id).unwrap().body, long);
        let listed = &w.inbox(&b).unacknowledged[0].message;
        assert!(listed.text.len() <= 1024 && long.starts_with(&listed.text));
        // No refused one has taken anything away, sixty may go at once.
        for _ in 1..60 {
            send("s", "x").unwrap();
        }
        check_kind(send("s", "x"), Kind::Refused, "too fast");
        w.advance(1);
        send("s", "x").unwrap();
        check_kind(send("s", "x"), Kind::Refused, "too fast");
        assert!(!w.last_audit().success);
    });
}

#[test]
fn a_full_box_is_refused_until_something_is_read() {
    let mut w = world();
    w.coord = w.coord.clone().with_settings(Settings {
        unread_per_session: 3,
        ..Settings::default()
    });
    let (a, b) = (w.session("a"), w.session("b"));
    let first = w.sent(&a, to(&b), "1");
    w.sent(&a, to(&b), "2");
    w.sent(&a, to(&b), "3");
    check_kind(
        w.send(&a, to(&b), "4"),
        Kind::Refused,
        "b has 3 unread messages",
    );
    // What goes to all is never refused for one that does not read.
    w.sent(&a, Address::All, "all");
    w.read_id(&b, first).unwrap();
    w.sent(&a, to(&b), "4");
}

#[test]
fn a_retry_returns_the_first_result() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let actor = Actor::from(&a).once("op-1");
        let draft = draft(to(&b), "once", "x");
        let first = w.coord.send(&actor, &Voice::Unknown, &draft).unwrap();
        let second = w.coord.send(&actor, &Voice::Unknown, &draft).unwrap();
        assert_eq!(first, second);
        assert_eq!(w.lies_before(&b).0, [first.id]);
    });
}

/// A pane's session is a person only if the pane's own shell called.
#[test]
fn labels_tell_who_wrote() {
    let w = world();
    let check =
        |pane: bool, agent: Option<&str>, voice: &dyn Fn(&Session) -> Voice, expected: &str| {
            let session = w
                .coord
                .register(&Register {
                    pane: pane.then(|| "%1".to_owned()),
                    agent: agent.map(str::to_owned),
                    ..w.request("who")
                })
                .unwrap();
            let label = message::trust::label(&session, &voice(&session));
            assert_eq!(label.to_string(), expected);
            assert_eq!(Trust::from(label.to_string()), label);
            w.coord.end(&session.id).unwrap();
        };
    let typed = |_: &Session| Voice::Typed;
    let own = |session: &Session| Voice::Process(session.fingerprint.clone());
    let child = |_: &Session| {
        Voice::Process(Fingerprint {
            name: "claude\u{1b}[31m".into(),
            ..print(9999)
        })
    };
    let unknown = |_: &Session| Voice::Unknown;
    check(true, Some("shell"), &typed, "person");
    check(true, Some("shell"), &own, "person");
    check(true, None, &own, "person");
    check(true, Some("shell"), &child, "agent claude[31m");
    check(true, Some("shell"), &unknown, "outside");
    check(true, Some("claude"), &own, "agent claude");
    check(true, Some("claude"), &typed, "person");
    check(false, Some("codex"), &child, "agent codex");
    check(false, None, &own, "outside");
    check(false, Some("bash"), &own, "outside");
}

/// S1-33: a rule tells somebody in its own transaction, whatever the limits say.
#[test]
fn rules_post_in_their_own_transaction() {
    on_each(|w| {
        let (a, b) = (w.session("a"), w.session("b"));
        let now = w.clock.as_ref();
        let now = crate::clock::Clock::now(now);
        let settings = Settings {
            unread_per_session: 0,
            ..Settings::default()
        };
        let at = Moment {
            now: &now,
            probe: &*w.probe,
            settings: &settings,
            acting: None,
        };
        let long = format!("task\n{}", "x".repeat(300));
        w.store
            .transact(&mut |tx| {
                for n in 0..100 {
                    let subject = format!("{n} {long}");
                    post(tx, &at, Author::Stoa, &to(&b), &subject, "done\u{1b}[2J")?;
                }
                post(
                    tx,
                    &at,
                    Author::Session(&a, &Trust::Person),
                    &Address::All,
                    "all",
                    "",
                )?;
                Ok(())
            })
            .unwrap();
        let inbox = w.inbox(&b);
        assert_eq!((inbox.counts.direct, inbox.counts.broadcast), (100, 1));
        let first = &inbox.unread[0].message;
        assert_eq!(
            (first.from.name.as_str(), &first.from.trust),
            ("stoa", &Trust::Stoa)
        );
        assert!(first.subject.starts_with("0 task xxx"), "{}", first.subject);
        assert_eq!(first.text, "done\u{fffd}[2J");
        assert_eq!(w.lies_before(&a).0, [0u64; 0]);
        // One that failed has posted nothing.
        let nobody = Address::Group("nobody".into());
        let failed = w.store.transact(&mut |tx| {
            post(tx, &at, Author::Stoa, &to(&a), "x", "")?;
            post(tx, &at, Author::Stoa, &nobody, "x", "").map(drop)
        });
        assert_eq!(failed.unwrap_err().kind, Kind::NotFound);
        assert_eq!(w.lies_before(&a).0, [0u64; 0]);
    });
}

/// What nobody needs any more goes; what a living session has not read stays for ever.
#[test]
fn old_messages_are_removed_but_never_unread_ones() {
    let mut w = world();
    w.coord = w.coord.clone().with_settings(Settings {
        message_burst: 0,
        messages_kept: 10,
        ..Settings::default()
    });
    let (a, b, gone) = (w.session("a"), w.session("b"), w.session("gone"));
    for n in 0..200 {
        w.sent(&a, Address::All, &format!("all {n}"));
    }
    w.coord.end(&gone.id).unwrap();
    assert_eq!(w.lies_before(&b).0.len(), 200);
    assert_eq!(w.coord.inbox(&b.id, 5).unwrap().unread.len(), 5);
    w.ack(&b, Handled::All);
    for _ in 0..64 {
        w.sent(&a, Address::All, "more");
    }
    let mut kept = 0;
    w.store
        .read(&mut |view| {
            kept = view.count("message/")?;
            assert_eq!(view.count("log/")?, kept);
            Ok(())
        })
        .unwrap();
    // `b` has read 200 of them; of these the last are kept as far as the number goes.
    assert_eq!(kept, 64);
    assert_eq!(w.lies_before(&b).0.len(), 64);
    for _ in 0..30 {
        let id = w.sent(&a, to(&b), "direct");
        w.ack(&b, Handled::These(vec![id]));
    }
    assert_eq!(w.coord.handled_messages(&b.id, 100).unwrap().len(), 10);
    // The one that ended comes back to nothing but sound counts.
    let back = Register {
        id: Some(gone.id.clone()),
        ..w.request("gone")
    };
    let gone = w.coord.register(&back).unwrap();
    assert_eq!(w.lies_before(&gone), (vec![], vec![]));
}

/// The newest of those only read count as dealt with, so that a box cannot grow without end.
#[test]
fn reading_without_acknowledging_does_not_fill_the_store() {
    let mut w = world();
    w.coord = w.coord.clone().with_settings(Settings {
        message_burst: 0,
        ..Settings::default()
    });
    let (a, b) = (w.session("a"), w.session("b"));
    let mut first = None;
    for n in 0..510 {
        let to = if n % 2 == 0 { Address::All } else { to(&b) };
        let id = w.sent(&a, to, "x");
        first.get_or_insert(id);
        w.read_id(&b, id).unwrap();
    }
    let inbox = w.coord.inbox(&b.id, 1000).unwrap();
    assert_eq!(inbox.counts.unacknowledged, 500);
    assert_eq!(inbox.unacknowledged.len(), 500);
    assert_eq!(inbox.unacknowledged[0].message.id, first.unwrap() + 10);
}

#[test]
fn nothing_is_left_of_a_forgotten_session() {
    let w = world();
    let a = w.session("a");
    let b = w.session("b");
    let id = w.sent(&a, to(&b), "x");
    w.sent(&a, to(&b), "y");
    w.ack(&b, Handled::These(vec![id]));
    w.store
        .transact(&mut |tx| message::mailbox::forget(tx, &b.id))
        .unwrap();
    w.store
        .read(&mut |view| {
            for prefix in ["box/", "done/", "message/", "body/", "thread/"] {
                assert_eq!(view.count(prefix)?, 0, "{prefix}");
            }
            assert_eq!(view.count("mailbox/")?, 1);
            Ok(())
        })
        .unwrap();
    check_kind(w.read_id(&a, id), Kind::NotFound, "no message");
}

/// A message wakes who waits for it within its commit: by the kernel's word, not by looking.
#[test]
fn waiting_is_woken_by_the_commit() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let coord = Coord::open(&path).unwrap();
    let me = || Register::of(fingerprint::of_pid(std::process::id()).unwrap());
    let a = coord.register(&me()).unwrap();
    let b = coord.register(&me()).unwrap();
    let alarm = watch::Alarm::new(&*coord.store).unwrap();
    assert_eq!(alarm.polls(), None);
    let (asleep, wakes) = std::sync::mpsc::channel();
    let opened = std::thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let filter = message::Filter {
                from: Some(a.name.clone()),
                ..message::Filter::default()
            };
            let mut sleep = |left: Option<Duration>| {
                assert_eq!(left, None, "nothing but a commit wakes it");
                asleep.send(()).unwrap();
                alarm.wait(&[], None)
            };
            coord.wait_message_on(&(&b).into(), &filter, None, &mut sleep)
        });
        wakes.recv().unwrap();
        let other = Coord::open(&path).unwrap();
        let unwanted = draft(to(&b), "from myself", "");
        other
            .send(&(&b).into(), &Voice::Unknown, &unwanted)
            .unwrap();
        // It looked, and sleeps again.
        wakes.recv().unwrap();
        let wanted = draft(to(&b), "wanted", "");
        other.send(&(&a).into(), &Voice::Unknown, &wanted).unwrap();
        waiter.join().unwrap().unwrap()
    });
    assert_eq!(opened.item.message.subject, "wanted");
    assert_eq!(opened.item.state, Some(State::Unread));
}

/// Two that wait for one session get different messages.
#[test]
fn a_message_is_taken_by_one_of_those_who_wait() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join(".stoa");
    let coord = Coord::open(&path).unwrap();
    let me = || Register::of(fingerprint::of_pid(std::process::id()).unwrap());
    let (a, b) = (
        coord.register(&me()).unwrap(),
        coord.register(&me()).unwrap(),
    );
    let mut got: Vec<u64> = std::thread::scope(|scope| {
        let wait = || {
            let coord = Coord::open(&path).unwrap();
            let filter = message::Filter::default();
            let opened = coord.wait_message(&(&b).into(), &filter, None).unwrap();
            opened.item.message.id
        };
        let waiters: Vec<_> = (0..4).map(|_| scope.spawn(wait)).collect();
        for n in 0..4 {
            let to = if n % 2 == 0 { to(&b) } else { Address::All };
            let draft = draft(to, "x", "");
            coord.send(&(&a).into(), &Voice::Unknown, &draft).unwrap();
        }
        waiters
            .into_iter()
            .map(|waiter| waiter.join().unwrap())
            .collect()
    });
    got.sort_unstable();
    assert_eq!(got, [1, 2, 3, 4]);
}
