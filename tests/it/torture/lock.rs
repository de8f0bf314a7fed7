//! A lock with a lease: holders that finish, holders that are killed, holders that sleep past the
//! end of their lease and wake up believing they still hold it.

use std::time::Duration;

use serde_json::json;
use stoa::coord::{Actor, ClaimKey, ClaimRequest, Share, Which};
use stoa::error::Kind;

use super::history::{Hold, check_holds};
use super::{Crowd, HASTE, Player, nanos, scaled};

/// The lease, on the fast clock, and in real nanoseconds.
const TTL: Duration = Duration::from_secs(30);
const TTL_NANOS: u64 = TTL.as_nanos() as u64 / HASTE;

pub(super) fn play(player: &mut Player) {
    let actor = Actor::from(&player.me);
    let key = ClaimKey::canonical("task/lock").expect("a sound key");
    let mut request = ClaimRequest::of(vec![key.clone()]);
    request.ttl = Some(TTL);
    for _ in 0..60 {
        let called = nanos();
        let token = match player.coord.claim(&actor, &request) {
            Ok(granted) => granted.claims[0].token,
            Err(error) if error.kind == Kind::Held => {
                // Somebody else's turn; the lease is as long as this.
                std::thread::sleep(Duration::from_micros(player.dice.below(3000)));
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        player.note(json!({"held": nanos(), "called": called, "token": token}));
        // Now and then one sleeps until lease and grace are over, and does not know.
        let sleeps = player.dice.below(10) == 0;
        if sleeps {
            std::thread::sleep(Duration::from_millis(60));
        }
        let under = actor.clone().under(key.clone(), token);
        let write = [Share::set("guarded", json!(token))];
        match player.coord.share(&under, &write) {
            Ok(shared) => {
                let version = shared.versions[0].1;
                player.note(json!({"wrote": nanos(), "token": token, "version": version}));
            }
            Err(error) if error.kind == Kind::Fenced => {}
            Err(error) => panic!("{error}"),
        }
        player.note(json!({"leaving": nanos(), "token": token}));
        let which = Which::Keys(vec![(key.clone(), Some(token))]);
        match player.coord.release(&actor, &which) {
            Ok(_) => {}
            Err(error) if matches!(error.kind, Kind::Fenced | Kind::Held) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// C1, C2, C3, S3-1: through the library, no two hold at once, tokens grow with every grant, and
/// nothing is written under an older token after a newer one was used.
#[test]
fn a_lock_with_a_lease_is_held_by_one() {
    let crowd = Crowd::new("lock", 4);
    let remains = crowd.run(scaled(10));
    let mut holds = Vec::new();
    let mut writes: Vec<(u64, u64)> = Vec::new();
    for (log, killed) in remains.logs.iter().zip(&remains.killed) {
        for (at, line) in log.iter().enumerate() {
            let token = line["token"].as_u64().expect("a token");
            if line.get("wrote").is_some() {
                writes.push((line["version"].as_u64().expect("a version"), token));
            }
            let (Some(from), Some(called)) = (line["held"].as_u64(), line["called"].as_u64())
            else {
                continue;
            };
            let left = log[at..].iter().find_map(|line| line["leaving"].as_u64());
            // The lease began between call and answer; it is sure until the earlier end.
            let lease = called + TTL_NANOS;
            let until = [left, *killed, Some(lease)].into_iter().flatten().min();
            holds.push(Hold {
                from,
                until: until.unwrap_or(lease),
                token,
            });
        }
    }
    check_holds(&holds).expect("one holder at a time");
    writes.sort_unstable();
    assert!(
        writes.windows(2).all(|pair| pair[0].1 <= pair[1].1),
        "a stale token wrote"
    );
    assert!(writes.len() > 10, "somebody wrote: {}", writes.len());
}
