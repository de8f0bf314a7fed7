//! Waiting in line while holders and waiters are killed.

use std::time::Duration;

use serde_json::json;
use stoa::coord::{Actor, ClaimKey, ClaimRequest, Coord, Which};

use super::history::{Hold, check_holds};
use super::{Crowd, Player, nanos, scaled};

pub(super) fn play(player: &mut Player) {
    let actor = Actor::from(&player.me);
    let key = ClaimKey::canonical("task/line").expect("a sound key");
    let request = ClaimRequest::of(vec![key.clone()]);
    for _ in 0..8 {
        let granted = player
            .coord
            .claim_within(&actor, &request, Duration::from_secs(120))
            .expect("one's turn comes");
        let token = granted.claims[0].token;
        player.note(json!({"held": nanos(), "token": token}));
        player.note(json!({"leaving": nanos(), "token": token}));
        let which = Which::keys([key.clone()]);
        player.coord.release(&actor, &which).expect("ours");
    }
}

/// C4, C8: the line moves on when a holder or a waiter is killed, and is served in its order.
#[test]
fn a_line_is_served_in_order_and_never_stops() {
    let crowd = Crowd::new("line", 4);
    // Everybody who is not killed ends: nobody waits for the dead.
    let remains = crowd.run(scaled(6));
    let mut holds = Vec::new();
    for (log, killed) in remains.logs.iter().zip(&remains.killed) {
        for (at, line) in log.iter().enumerate() {
            if let Some(from) = line["held"].as_u64() {
                let token = line["token"].as_u64().expect("a token");
                let left = log[at..].iter().find_map(|line| line["leaving"].as_u64());
                let until = left.or(*killed).expect("it left or was killed");
                holds.push(Hold { from, until, token });
            }
        }
    }
    check_holds(&holds).expect("one holder at a time");
    let coord = Coord::open(&crowd.state()).expect("a store");
    let trail = coord.audit(10_000).expect("a trail");
    assert!(
        trail.iter().all(|entry| entry.success),
        "nobody was refused"
    );
    // Grants from a place in line come in the order of the places.
    let mut places = Vec::new();
    for (at, entry) in trail.iter().enumerate().filter(|(_, e)| e.action == "wait") {
        let mut later = trail[at..].iter();
        let grant = later.find(|e| e.action == "claim" && e.session == entry.session);
        places.extend(grant.map(|grant| (entry.revision, grant.revision)));
    }
    assert!(
        places.windows(2).all(|pair| pair[0].1 < pair[1].1),
        "{places:?}"
    );
    assert!(!places.is_empty(), "somebody waited");
}
