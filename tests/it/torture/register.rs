//! A value that many processes compare and set, while some of them are killed.

use std::collections::HashMap;

use serde_json::{Value, json};
use stoa::coord::{Actor, Share};
use stoa::error::Kind;

use super::history::{Operation, check_order};
use super::{Crowd, Player, nanos, scaled};

const KEY: &str = "register";

/// Reads, then writes one more than it read, and notes what became of both.
pub(super) fn play(player: &mut Player) {
    let actor = Actor::from(&player.me);
    for round in 0..40 {
        let called = nanos();
        let read = player.coord.context("crowd", Some(KEY));
        let (version, value) = match read {
            Ok(entries) => (entries[0].0.version, entries[0].0.value.clone()),
            Err(error) if error.kind == Kind::NotFound => (0, Value::Null),
            Err(error) => panic!("{error}"),
        };
        player.note(json!({"read": called, "at": nanos(), "version": version, "value": value}));
        // Some guess wrong on purpose.
        let expected = version.saturating_sub(u64::from(player.dice.below(8) == 0));
        let value = json!(format!("{}-{round}", std::process::id()));
        let share = Share {
            expected: Some(expected),
            ..Share::set(KEY, value.clone())
        };
        player.note(json!({"write": nanos(), "value": value, "expected": expected}));
        let written = match player.coord.share(&actor, &[share]) {
            Ok(shared) => json!({"at": nanos(), "version": shared.versions[0].1}),
            Err(error) if error.kind == Kind::Refused => json!({"at": nanos(), "refused": true}),
            Err(error) => panic!("{error}"),
        };
        player.note(json!({"written": written}));
    }
}

/// Every history of a compared and set value is linearizable, kills or not.
#[test]
fn a_compared_value_is_linearizable() {
    let crowd = Crowd::new("register", 4);
    let remains = crowd.run(scaled(10));
    let mut operations = Vec::new();
    let mut writers: HashMap<u64, String> = HashMap::new();
    let mut unanswered = Vec::new();
    let mut reads = Vec::new();
    for log in &remains.logs {
        let mut lines = log.iter().peekable();
        while let Some(line) = lines.next() {
            if let Some(called) = line["read"].as_u64() {
                let version = line["version"].as_u64();
                reads.push((version.unwrap_or(0), line["value"].clone()));
                operations.push(Operation {
                    called,
                    answered: line["at"].as_u64(),
                    order: version,
                    writes: false,
                });
            } else if let Some(called) = line["write"].as_u64() {
                let value = line["value"].as_str().expect("text").to_owned();
                let expected = line["expected"].as_u64().expect("a version");
                let answer = lines.next_if(|next| next.get("written").is_some());
                let Some(answer) = answer.map(|answer| &answer["written"]) else {
                    unanswered.push((expected + 1, value));
                    continue;
                };
                if let Some(version) = answer["version"].as_u64() {
                    assert_eq!(version, expected + 1, "it was compared");
                    assert_eq!(
                        writers.insert(version, value),
                        None,
                        "two wrote one version"
                    );
                    operations.push(Operation {
                        called,
                        answered: answer["at"].as_u64(),
                        order: Some(version),
                        writes: true,
                    });
                }
            }
        }
    }
    check_order(&operations).expect("one order for all");
    // What was read is what the writer of that version wrote, an unanswered one perhaps.
    for (version, value) in reads.iter().filter(|(version, _)| *version > 0) {
        let value = value.as_str().expect("text");
        let by = writers.get(version).is_some_and(|written| written == value);
        let perhaps = unanswered
            .iter()
            .any(|(v, written)| v == version && written == value);
        assert!(
            by || (perhaps && !writers.contains_key(version)),
            "{version} is {value}"
        );
    }
    assert!(!writers.is_empty(), "somebody wrote");
}
