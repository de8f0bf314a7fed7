//! A large workspace: 1,000 sessions of as many processes, 10,000 claims, 100,000 messages.

use std::process::{Child, Command, Stdio};

use serde_json::json;
use stoa::coord::{Coord, Heartbeat, Session, Share, Which};

use super::{Place, Times, commands, key, messages, one, register_as, which};

const SESSIONS: usize = 1000;
const CLAIMS: usize = 10_000;

/// Processes that do nothing, ended when dropped.
struct Idlers(Vec<Child>);

impl Idlers {
    fn new(count: usize) -> Idlers {
        let idler = || {
            Command::new("sleep")
                .arg("3600")
                .stdin(Stdio::null())
                .spawn()
                .expect("a process")
        };
        Idlers((0..count).map(|_| idler()).collect())
    }
}

impl Drop for Idlers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // It may be gone already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Fills a workspace and times every operation in it.
pub fn scale() {
    let place = Place::make();
    let coord = place.coord();
    let idlers = Idlers::new(SESSIONS);
    let mut registering = Times::default();
    let sessions: Vec<Session> = idlers
        .0
        .iter()
        .enumerate()
        .map(|(n, child)| {
            registering.of(|| register_as(&coord, &format!("session-{n}"), child.id()))
        })
        .collect();
    registering.report("register, up to 1,000 sessions");
    for chunk in 0..CLAIMS / 100 {
        let keys = (0..100).map(|n| {
            let n = chunk * 100 + n;
            // A tenth are patterns, as large tasks have them.
            match n % 10 {
                0 => key(&format!("file/crate{n}/src/**")),
                _ => key(&format!("file/src/part{}/f{n}.rs", n % 97)),
            }
        });
        let ask = stoa::coord::ClaimRequest::of(keys.collect());
        let session = &sessions[chunk * 7 % SESSIONS];
        coord
            .claim(&session.into(), &ask)
            .expect("nobody holds them");
    }
    messages::bulk(&coord, &sessions);
    coord.flush_files();
    operations(&coord, &sessions);
    commands::large(&place.root);
}

fn operations(coord: &Coord, sessions: &[Session]) {
    let rounds = 100;
    let mut times: Vec<(&str, Times)> = [
        "claim",
        "claim-pattern",
        "refused",
        "renew",
        "release",
        "heartbeat",
        "join-group",
        "share",
        "context",
        "resolve",
        "audit",
        "register",
    ]
    .map(|name| (name, Times::default()))
    .into();
    let print = sessions[0].fingerprint.clone();
    for n in 0..rounds {
        let actor = (&sessions[n % sessions.len()]).into();
        let (plain, pattern) = (format!("file/new/f{n}.rs"), format!("file/fresh{n}/**"));
        let mut slots = times.iter_mut().map(|(_, times)| times);
        let mut next = || slots.next().expect("a name for each");
        next().of(|| coord.claim(&actor, &one(&plain)).expect("free"));
        next().of(|| coord.claim(&actor, &one(&pattern)).expect("free"));
        next().of(|| coord.claim(&actor, &one("file/src/**")).expect_err("held"));
        next().of(|| coord.renew(&actor, &which(&plain), None).expect("ours"));
        next().of(|| coord.release(&actor, &which(&pattern)).expect("ours"));
        let beat = Heartbeat {
            working_on: Some("this".into()),
            ..Heartbeat::default()
        };
        next().of(|| coord.heartbeat(&actor, &beat).expect("alive"));
        let group = format!("group-{}", n % 10);
        next().of(|| coord.join_group(&actor, &group).expect("in none"));
        let value = [Share::set("key", json!(n))];
        next().of(|| coord.share(&actor, &value).expect("a member"));
        next().of(|| coord.context(&group, None).expect("a group"));
        next().of(|| coord.resolve(&format!("session-{n}")).expect("alive"));
        next().of(|| coord.audit(10).expect("readable"));
        let mut ask = stoa::coord::Register::of(print.clone());
        ask.name = Some(format!("late-{n}"));
        let late = next().of(|| coord.register(&ask).expect("a free name"));
        coord.end(&late.id).expect("it is there");
    }
    for (name, times) in &times {
        times.report(&format!("{name}, 1,000 sessions, 10,000 claims"));
    }
    let mut reading = Times::default();
    for _ in 0..10 {
        reading.of(|| coord.snapshot().expect("readable"));
    }
    reading.report("snapshot read whole");
    let actor = (&sessions[1]).into();
    coord.release(&actor, &Which::All).expect("ours");
    coord.flush_files();
}
