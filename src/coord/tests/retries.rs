//! C10: one id is one request, with all its values and options.

use std::fmt::Debug;

use super::*;
use crate::coord::access::Access;
use crate::coord::issue::{NewIssue, Severity};
use crate::coord::message::{Address, Answer, Draft, Voice};
use crate::coord::schema::Operation;
use crate::coord::state::Update;
use crate::coord::task::{Assign, NewTask};
use crate::store::put_json;
use serde_json::{Value, json};

/// The first of two requests is done once; the second under its id is refused.
fn told_apart<R, T: PartialEq + Debug>(
    who: &Session,
    requests: [R; 2],
    run: impl Fn(&Actor, &R) -> Result<T>,
) {
    let [first, other] = requests;
    let once = Actor::from(who).once("the-id");
    let done = run(&once, &first).unwrap();
    assert_eq!(run(&once, &first).unwrap(), done);
    check_kind(run(&once, &other), Kind::Usage, "another command");
}

/// A world with one session for each request that is to be told apart.
fn with_session(test: impl Fn(&World, &Session)) {
    let w = world();
    let a = w.member("a", "build");
    test(&w, &a);
}

#[test]
fn values_that_are_shared_or_kept_are_told_apart() {
    with_session(|w, a| {
        let share = |value: u8| [Share::set("n", json!(value))];
        told_apart(a, [share(1), share(2)], |actor, request| {
            w.coord.share(actor, request)
        });
        let found = w.coord.context("build", Some("n")).unwrap();
        assert_eq!((&found[0].0.value, found[0].0.version), (&json!(1), 1));
    });
    with_session(|w, a| {
        let timed = Share {
            ttl: Some(Duration::from_secs(60)),
            ..Share::set("n", json!(1))
        };
        let requests = [[Share::set("n", json!(1))], [timed]];
        told_apart(a, requests, |actor, request| w.coord.share(actor, request));
    });
    with_session(|w, a| {
        let set = |value: u8| Update {
            set: [("x".to_owned(), json!(value))].into_iter().collect(),
            ..Update::default()
        };
        told_apart(a, [set(2), set(3)], |actor, change| {
            w.coord.set_state(actor, change)
        });
        assert_eq!(w.coord.state_of("a").unwrap().state["x"], 2);
    });
    with_session(|w, a| {
        let beat = |percent| Heartbeat {
            working_on: Some("T1".into()),
            progress: Some(percent),
            ..Heartbeat::default()
        };
        told_apart(a, [beat(10), beat(90)], |actor, beat| {
            w.coord.heartbeat(actor, beat)
        });
    });
}

#[test]
fn options_of_claims_are_told_apart() {
    let shared = ClaimRequest {
        shared: true,
        ..request(&["task/T1"])
    };
    let requests = || [request(&["task/T1"]), shared.clone()];
    with_session(|w, a| {
        told_apart(a, requests(), |actor, request| {
            w.coord.claim(actor, request)
        });
    });
    with_session(|w, a| {
        told_apart(a, requests(), |actor, request| {
            w.coord.claim_within(actor, request, Duration::from_secs(9))
        });
    });
    with_session(|w, a| {
        w.claim(a, &["task/T1"]).unwrap();
        let times = [None, Some(Duration::from_secs(90))];
        told_apart(a, times, |actor, ttl| {
            w.coord.renew(actor, &Which::All, *ttl)
        });
    });
    with_session(|w, a| {
        let token = w.token(a, "task/T1");
        let by = |token| Which::Keys(vec![(key("task/T1"), token)]);
        told_apart(a, [by(Some(token)), by(None)], |actor, which| {
            w.coord.release(actor, which)
        });
    });
    with_session(|w, a| {
        told_apart(a, ["stuck", "bored"], |actor, why| {
            let keys = [key("task/T1")];
            w.coord.force_release(actor, &keys, Some(why))
        });
    });
}

#[test]
fn texts_of_messages_and_work_are_told_apart() {
    with_session(|w, a| {
        let draft = |body: &str| Draft {
            to: Address::All,
            subject: "API".into(),
            body: body.into(),
        };
        told_apart(a, [draft("yes"), draft("no")], |actor, draft| {
            w.coord.send(actor, &Voice::Unknown, draft)
        });
        let b = w.session("b");
        let answer = |body: &str| Answer {
            re: 1,
            subject: None,
            body: body.into(),
            to_all: false,
        };
        w.coord
            .send(&(&b).into(), &Voice::Unknown, &draft("?"))
            .unwrap();
        told_apart(&b, [answer("yes"), answer("no")], |actor, answer| {
            w.coord.reply(actor, &Voice::Unknown, answer)
        });
    });
    with_session(|w, a| {
        let issue = |severity| NewIssue {
            title: "Tabs".into(),
            severity: Some(severity),
            ..NewIssue::default()
        };
        let requests = [issue(Severity::Low), issue(Severity::High)];
        told_apart(a, requests, |actor, new| w.coord.issue_new(actor, new));
    });
    with_session(|w, a| {
        w.coord
            .add_task(&a.into(), &NewTask::of("Write it down"))
            .unwrap();
        let to = |to: Option<&Session>| Assign {
            ids: vec!["T1".into()],
            to: to.map(|to| to.id.clone()),
        };
        told_apart(a, [to(Some(a)), to(None)], |actor, request| {
            w.coord.assign_tasks(actor, request)
        });
        let token = w.coord.claim_next_task(&a.into()).unwrap().token;
        let b = Actor::from(a).once("start");
        w.coord.start_task(&b, "T1").unwrap();
        let under = b.under(key("task/T1"), token);
        check_kind(
            w.coord.start_task(&under, "T1"),
            Kind::Usage,
            "another command",
        );
        told_apart(a, ["passed", "failed"], |actor, result| {
            let actor = Actor::from(a).once(format!("{}-2", actor.op_id.as_ref().unwrap()));
            w.coord.complete_task(&actor, "T1", Some(result))
        });
    });
}

/// The word that stands for a request says nothing of a group's secret one.
#[test]
fn secret_words_are_not_remembered() {
    with_session(|w, a| {
        let once = Actor::from(a).once("join");
        let join = |access, word| w.coord.join_group_as(&once, "vault", access, Some(word));
        w.coord.leave_group(&a.into()).unwrap();
        let first = join(Some(Access::Secret), "sesame").unwrap();
        // Otherwise it would tell two words apart.
        assert_eq!(join(Some(Access::Secret), "poppy").unwrap(), first);
        check_kind(join(None, "sesame"), Kind::Usage, "another command");
        assert_eq!(w.range("op/").len(), 1);
    });
}

/// What an earlier version remembered is compared as that did.
#[test]
fn operations_of_an_earlier_version_are_known() {
    with_session(|w, a| {
        let once = Actor::from(a).once("op-1");
        let share = |name: &str, value: u8| w.coord.share(&once, &[Share::set(name, json!(value))]);
        let first = share("n", 1).unwrap();
        let at = schema::operation_key(&a.id, "op-1");
        let mut old: Value = w.range(&at)[0].decode().unwrap();
        old.as_object_mut().unwrap().shift_remove("asked").unwrap();
        w.store.transact(&mut |tx| put_json(tx, &at, &old)).unwrap();
        let read: Operation = w.range(&at)[0].decode().unwrap();
        assert_eq!(read.asked, None);
        assert_eq!(share("n", 1).unwrap(), first);
        assert_eq!(share("n", 2).unwrap(), first);
        check_kind(share("m", 1), Kind::Usage, "another command");
    });
}

/// What lies in the inbox by the time of the retry does not matter.
#[test]
fn reading_the_inbox_is_retried() {
    with_session(|w, a| {
        let b = w.session("b");
        let send = |subject: &str| {
            let draft = Draft {
                to: Address::Session(a.id.clone()),
                subject: subject.into(),
                body: String::new(),
            };
            w.coord.send(&(&b).into(), &Voice::Unknown, &draft).unwrap()
        };
        let once = Actor::from(a).once("op-1");
        let first = send("one");
        let read = w.coord.read_inbox(&once, 50).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].item.message.id, first.id);
        send("two");
        assert_eq!(w.coord.read_inbox(&once, 50).unwrap(), read);
        assert_eq!(w.coord.read_inbox(&a.into(), 50).unwrap().len(), 2);
    });
}

/// A registration under the id of another one is no retry.
#[test]
fn registrations_are_told_apart() {
    on_each(|w| {
        let request = Register {
            operation: Some("r1".into()),
            ..w.request("RO")
        };
        let first = w.coord.register(&request).unwrap();
        let named = Register {
            name: Some("RO2".into()),
            ..request.clone()
        };
        let able = Register {
            capabilities: vec!["rust".into()],
            ..request.clone()
        };
        let there = Register {
            role: Some("z".into()),
            ..request.clone()
        };
        for other in [named, able, there.clone()] {
            check_kind(w.coord.register(&other), Kind::Usage, "another command");
        }
        assert_eq!(w.coord.register(&request).unwrap().id, first.id);
        // An earlier version did not note what was asked.
        let old = Session {
            asked: None,
            ..first.clone()
        };
        w.store
            .transact(&mut |tx| schema::put_session(tx, &old))
            .unwrap();
        assert_eq!(w.coord.register(&there).unwrap().id, first.id);
    });
}
