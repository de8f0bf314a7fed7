//! Messages: as fast as one process can send them, and every operation among 100,000 of them.

use stoa::coord::message::{Address, Answer, Draft, Handled, Voice};
use stoa::coord::{Coord, Session, Settings};

use super::Times;

const MESSAGES: usize = 100_000;

fn draft(to: &Session, n: usize) -> Draft {
    Draft {
        to: Address::Session(to.id.clone()),
        subject: format!("about part {n}"),
        body: "The interface of the parser has changed: see src/parser.rs, line 40.".to_owned(),
    }
}

/// Sends 100,000 direct messages between the sessions, then times each operation.
pub fn bulk(coord: &Coord, sessions: &[Session]) {
    // The limits of speed protect people from agents; here the store is measured.
    let settings = Settings {
        message_burst: 0,
        ..Settings::default()
    };
    let coord = coord.clone().with_settings(settings);
    let count = sessions.len();
    let mut times = Times::default();
    for n in 0..MESSAGES {
        let (from, to) = (&sessions[n % count], &sessions[(n * 7 + 1) % count]);
        let message = draft(to, n);
        times.of(|| {
            coord
                .send(&from.into(), &Voice::Unknown, &message)
                .expect("room")
        });
    }
    let took: f64 = times.values().iter().sum::<f64>() / 1000.0;
    println!(
        "{:<44} {:>9.0} /s",
        "messages, one process",
        MESSAGES as f64 / took
    );
    times.report("  each");
    operations(&coord, sessions);
}

fn operations(coord: &Coord, sessions: &[Session]) {
    let mut times: Vec<(&str, Times)> = ["send", "inbox", "read", "reply", "ack", "send to all"]
        .map(|name| (name, Times::default()))
        .into();
    for n in 0..100 {
        let (from, to) = (&sessions[n], &sessions[n + 100]);
        let mut slots = times.iter_mut().map(|(_, times)| times);
        let mut next = || slots.next().expect("a name for each");
        let message = draft(to, n);
        let sent = next().of(|| {
            coord
                .send(&from.into(), &Voice::Unknown, &message)
                .expect("room")
        });
        next().of(|| coord.inbox(&to.id, 20).expect("a session"));
        next().of(|| coord.read_message(&to.into(), sent.id).expect("before it"));
        let answer = Answer {
            re: sent.id,
            body: "Seen.".to_owned(),
            subject: None,
            to_all: false,
        };
        next().of(|| {
            coord
                .reply(&to.into(), &Voice::Unknown, &answer)
                .expect("room")
        });
        let these = Handled::These(vec![sent.id]);
        next().of(|| coord.acknowledge(&to.into(), &these).expect("before it"));
        let all = Draft {
            to: Address::All,
            ..draft(to, n)
        };
        next().of(|| {
            coord
                .send(&from.into(), &Voice::Unknown, &all)
                .expect("room")
        });
    }
    for (name, times) in &times {
        times.report(&format!("{name}, 100,000 messages"));
    }
}
