//! S0-28: the twenty cases and thirty-eight assertions by which the tmux fork tested its group
//! coordination, against the real binary, by the words it used. It kept groups in one process;
//! here each command is a process of its own.

use serde_json::{Value, json};

use crate::support::World;

/// A workspace with these sessions, which live as long as the test.
fn team(names: &[&str]) -> World {
    let world = World::new();
    for name in names {
        world.register(name);
    }
    world
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

/// A command that must be refused; its message.
fn refused(world: &World, words: &[&str], code: i32) -> String {
    let (got, error) = world.fails(words);
    assert_eq!(got, code, "{words:?}: {error}");
    error["error"]["message"].as_str().expect("text").to_owned()
}

/// S0-28 case 1, S0-30: a session begins in no group, and works without one. (1 assertion)
#[test]
fn case_01_a_session_stands_alone() {
    let world = team(&["a"]);
    let me = world.json(&["whoami", "--session", "a"]);
    assert_eq!(me["group"], Value::Null);
}

/// S0-28 case 2: joining makes the group. (2)
#[test]
fn case_02_join_makes_the_group() {
    let world = team(&["a"]);
    let joined = world.json(&["agent-join-group", "research", "--session", "a"]);
    assert_eq!(joined["group"], "research");
    assert_eq!(
        world.json(&["whoami", "--session", "a"])["group"],
        "research"
    );
}

/// S0-28 case 3: the first is the coordinator. (2)
#[test]
fn case_03_the_first_coordinates() {
    let world = team(&["a"]);
    let joined = world.json(&["ajoin", "research", "--session", "a"]);
    assert_eq!(joined["coordinator"], true);
    assert!(
        world
            .run(&["is-coordinator", "--session", "a"])
            .status
            .success()
    );
}

/// S0-28 case 4: later ones are members. (2)
#[test]
fn case_04_later_ones_are_members() {
    let world = team(&["a", "b"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    let joined = world.json(&["ajoin", "research", "--session", "b"]);
    assert_eq!(joined["coordinator"], false);
    assert_eq!(
        world
            .run(&["is-coordinator", "--session", "b"])
            .status
            .code(),
        Some(1)
    );
}

/// S0-28 case 5: joining finds who is there and registers both ways. (2)
#[test]
fn case_05_peers_are_registered_both_ways() {
    let world = team(&["a", "b"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    world.ok(&["ajoin", "research", "--session", "b"]);
    assert_eq!(
        names(&world.json(&["apeers", "--session", "a"])["peers"]),
        ["b"]
    );
    assert_eq!(
        names(&world.json(&["apeers", "--session", "b"])["peers"]),
        ["a"]
    );
}

/// S0-28 case 6, S0-2, S0-16: three see each other. (2)
#[test]
fn case_06_three_see_each_other() {
    let world = team(&["a", "b", "c"]);
    for name in ["a", "b", "c"] {
        world.ok(&["ajoin", "research", "--session", name]);
    }
    assert_eq!(
        names(&world.json(&["apeers", "--session", "a"])["peers"]),
        ["b", "c"]
    );
    assert_eq!(
        names(&world.json(&["apeers", "--session", "c"])["peers"]),
        ["a", "b"]
    );
}

/// S0-28 case 7: sharing a value. (2)
#[test]
fn case_07_share_a_value() {
    let world = team(&["a"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    let shared = world.json(&[
        "agent-share",
        "finding=Pattern X discovered",
        "--session",
        "a",
    ]);
    assert_eq!(shared["shared"][0]["key"], "finding");
    assert_eq!(shared["group"], "research");
}

/// S0-28 case 8, S0-31: a peer reads it, in a process of its own. (2)
#[test]
fn case_08_a_peer_sees_what_was_shared() {
    let world = team(&["a", "b"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    world.ok(&["ajoin", "research", "--session", "b"]);
    world.ok(&["ashare", "finding=Pattern X discovered", "--session", "a"]);
    let peers = world.ok(&["apeers", "--session", "b"]);
    assert!(peers.contains("Pattern X discovered"), "{peers}");
    assert_eq!(
        world.ok(&["context", "finding", "--session", "b"]),
        "Pattern X discovered\n"
    );
}

/// S0-28 case 9: several values stand side by side. (1)
#[test]
fn case_09_several_values() {
    let world = team(&["a"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    world.ok(&["ashare", "one=1", "--session", "a"]);
    world.ok(&["ashare", "two=2", "--session", "a"]);
    let context = world.json(&["context", "--session", "a"]);
    assert_eq!(context["context"].as_array().expect("a list").len(), 2);
}

/// S0-28 case 10: sharing a key again replaces its value. (2)
#[test]
fn case_10_a_value_is_replaced() {
    let world = team(&["a"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    world.ok(&["ashare", "k=old", "--session", "a"]);
    world.ok(&["ashare", "k=new", "--session", "a"]);
    let entry = world.json(&["context", "k", "--session", "a"]);
    assert_eq!(entry["value"], "new");
    assert_eq!(entry["version"], 2);
}

/// S0-28 case 11: the list of groups has counts and coordinators. (3)
#[test]
fn case_11_groups_are_listed() {
    let world = team(&["a", "b"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    world.ok(&["ajoin", "research", "--session", "b"]);
    world.ok(&["ashare", "k=value", "--session", "a"]);
    let groups = world.json(&["list-agent-groups"]);
    assert_eq!(groups["groups"][0]["members"], 2);
    assert_eq!(groups["groups"][0]["coordinator"], "a");
    assert!(groups["groups"][0]["context_bytes"].as_u64() > Some(0));
}

/// S0-28 case 12: peers show role and last coordination. (2)
#[test]
fn case_12_peers_show_role_and_last_time() {
    let world = team(&["a"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    let peers = world.ok(&["apeers", "--session", "a"]);
    assert!(peers.contains("you are its coordinator"), "{peers}");
    assert!(peers.contains("last coordination"), "{peers}");
}

/// S0-28 case 13, S0-20: leaving names the group that was left. (1)
#[test]
fn case_13_leaving_names_the_group() {
    let world = team(&["a"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    let text = world.ok(&["agent-leave-group", "--session", "a"]);
    assert!(text.contains("left group research"), "{text}");
}

/// S0-28 case 14: leaving takes one off every list. (2)
#[test]
fn case_14_leaving_cleans_every_list() {
    let world = team(&["a", "b"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    world.ok(&["ajoin", "research", "--session", "b"]);
    world.ok(&["aleave", "--session", "b"]);
    assert!(names(&world.json(&["apeers", "--session", "a"])["peers"]).is_empty());
    assert_eq!(
        world.run(&["in-group", "--session", "b"]).status.code(),
        Some(1)
    );
}

/// S0-28 case 15: the group lives on, led by the next. (2)
#[test]
fn case_15_the_next_takes_over() {
    let world = team(&["a", "b"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    world.ok(&["ajoin", "research", "--session", "b"]);
    assert_eq!(
        world.json(&["aleave", "--session", "a"])["coordinator"],
        "b"
    );
    assert!(
        world
            .run(&["is-coordinator", "--session", "b"])
            .status
            .success()
    );
}

/// S0-28 case 16: who left can come back, as a member. (1)
#[test]
fn case_16_coming_back() {
    let world = team(&["a", "b"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    world.ok(&["ajoin", "research", "--session", "b"]);
    world.ok(&["aleave", "--session", "a"]);
    let back = world.json(&["ajoin", "research", "--session", "a"]);
    assert_eq!(back["coordinator"], false);
}

/// S0-28 case 17, S0-26: groups see nothing of each other. (3)
#[test]
fn case_17_groups_are_isolated() {
    let world = team(&["a", "b"]);
    world.ok(&["ajoin", "one", "--session", "a"]);
    world.ok(&["ajoin", "two", "--session", "b"]);
    world.ok(&["ashare", "k=secret", "--session", "a"]);
    assert!(names(&world.json(&["apeers", "--session", "b"])["peers"]).is_empty());
    assert_eq!(
        world.json(&["context", "--session", "b"])["context"],
        json!([])
    );
    refused(&world, &["context", "k", "--session", "b"], 1);
}

/// S0-28 case 18, S0-27: outside of a group one cannot share, ask for peers or leave. (3)
#[test]
fn case_18_outside_of_a_group() {
    let world = team(&["a"]);
    for words in [
        &["ashare", "k=v", "--session", "a"][..],
        &["apeers", "--session", "a"],
        &["aleave", "--session", "a"],
    ] {
        let message = refused(&world, words, 1);
        assert!(message.contains("group"), "{message}");
    }
}

/// S0-28 case 19, S0-27: joining twice is refused. (2)
#[test]
fn case_19_joining_twice() {
    let world = team(&["a"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    let again = refused(&world, &["ajoin", "research", "--session", "a"], 1);
    assert!(again.contains("already"), "{again}");
    let other = refused(&world, &["ajoin", "other", "--session", "a"], 1);
    assert!(other.contains("research"), "{other}");
}

/// S0-28 case 20, S0-27: a pair without `=` is refused with how it is written. (1)
#[test]
fn case_20_a_bad_pair() {
    let world = team(&["a"]);
    world.ok(&["ajoin", "research", "--session", "a"]);
    let message = refused(&world, &["ashare", "novalue", "--session", "a"], 2);
    assert!(message.contains("KEY=VALUE"), "{message}");
}
