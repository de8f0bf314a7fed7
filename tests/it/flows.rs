//! How teams of the seeds meant to work together, from beginning to end.

use crate::support::World;

fn claim(world: &World, who: &str, what: &str) -> bool {
    world
        .run(&["claim", what, "--session", who])
        .status
        .success()
}

/// S2-25: builds side by side, each of them once, none in another's way.
#[test]
fn parallel_builds_without_a_conflict() {
    let world = World::new();
    let builders = ["one", "two", "three"];
    for name in builders {
        world.register(name);
    }
    let apps = ["build/shop", "build/admin", "build/api"];
    for (n, name) in builders.into_iter().enumerate() {
        // Each would begin with the first app; what is taken is left alone.
        let taken = apps.iter().filter(|app| claim(&world, name, app)).take(1);
        assert_eq!(taken.collect::<Vec<_>>(), [&apps[n]], "{name}");
    }
    let claims = world.json(&["claims"]);
    let held: Vec<&str> = (claims["claims"].as_array().expect("a list").iter())
        .filter_map(|claim| claim["holder_name"].as_str())
        .collect();
    assert_eq!(held, ["two", "three", "one"], "by key: admin, api, shop");
}

/// S2-26: one feature in areas; each session claims its own, and the contract between them goes by
/// message and shared value.
#[test]
fn one_feature_in_areas() {
    let world = World::new();
    world.register("front");
    world.register("back");
    for who in ["front", "back"] {
        world.json(&["join-group", "checkout", "--session", who]);
    }
    assert!(claim(&world, "back", "api/**"));
    assert!(claim(&world, "front", "web/**"));
    assert!(
        !claim(&world, "front", "api/orders.rs"),
        "an area covers its files"
    );
    let contract = r#"contract={"post":"/orders","body":["item","count"]}"#;
    world.json(&["share", contract, "--session", "back"]);
    world.json(&[
        "send",
        "front",
        "contract",
        "POST /orders, see context",
        "--session",
        "back",
    ]);
    let read = world.json(&["read", "1", "--session", "front"]);
    assert_eq!(read["messages"][0]["subject"], "contract");
    let value = world.json(&["context", "contract", "--session", "front"]);
    assert_eq!(value["value"]["post"], "/orders");
}

/// S2-40: what the wish was: to work together, not to overwrite, to see each other, to ping the place
/// one is at, and to ask each other.
#[test]
fn to_see_each_other_and_not_to_overwrite() {
    let world = World::new();
    world.register("one");
    world.register("two");
    world.json(&["heartbeat", "the parser", "--session", "one"]);
    assert!(claim(&world, "one", "src/parser.rs"));
    let seen = world.json(&["--once"]);
    assert_eq!(seen["sessions"][0]["working_on"], "the parser");
    let (code, refused) = world.fails(&["claim", "src/parser.rs", "--session", "two"]);
    assert_eq!(
        (code, &refused["error"]["holder"]["name"]),
        (1, &"one".into())
    );
    world.json(&[
        "send",
        "one",
        "parser?",
        "May I have it?",
        "--session",
        "two",
    ]);
    world.json(&["reply", "1", "In a minute.", "--session", "one"]);
    let inbox = world.json(&["inbox", "--session", "two"]);
    assert_eq!(inbox["unread"][0]["body"], "In a minute.");
    world.json(&["release", "src/parser.rs", "--session", "one"]);
    assert!(claim(&world, "two", "src/parser.rs"));
}

/// S2-33: nobody has to remember heartbeats: whatever a session does is a sign of life.
#[test]
fn whatever_one_does_is_a_sign_of_life() {
    let world = World::new();
    let id = world.register("one");
    let seen = || {
        let path = world.state().join("sessions");
        let mut files = std::fs::read_dir(path).expect("sessions");
        let file = files.next().expect("one file").expect("readable").path();
        let record: serde_json::Value =
            serde_json::from_slice(&std::fs::read(file).expect("readable")).expect("JSON");
        assert_eq!(record["id"], id.as_str());
        record["seen"]["boot_ms"].as_u64().expect("a time")
    };
    let before = seen();
    // A sign of life is written down at most every few seconds; by then it is.
    world.until(&["claim", "src/a.rs", "--session", "one"], |_| {
        seen() > before
    });
}

/// S0-29, S3-2: the words of the seeds are in the table, and failures are told apart by their kind.
#[test]
fn the_seeds_words_are_commands() {
    let world = World::new();
    for word in [
        "agent-join-group",
        "ajoin",
        "agent-leave-group",
        "aleave",
        "agent-share",
        "ashare",
        "agent-peers",
        "apeers",
        "list-agent-groups",
        "lsag",
        "task-claim",
        "task-update",
        "task-complete",
        "task-status",
        "session-fingerprint",
        "session-start",
        "session-heartbeat",
        "session-claim",
        "session-release",
        "session-status",
        "session-send-message",
        "session-check-messages",
        "agent-start",
        "claim-issue",
        "release-issue",
        "propose-fix",
        "apply-fix",
        "generate-reports",
        "health-check",
    ] {
        assert!(stoa::command::find([word]).is_some(), "{word}");
    }
    world.register("one");
    world.register("two");
    assert!(claim(&world, "one", "T1"));
    let kind = |words: &[&str]| {
        let (_, error) = world.fails(words);
        error["error"]["kind"].as_str().expect("a kind").to_owned()
    };
    assert_eq!(kind(&["claim", "T1", "--session", "two"]), "held");
    assert_eq!(kind(&["issue", "show", "ISSUE-9"]), "not-found");
    assert_eq!(kind(&["claim", "", "--session", "two"]), "usage");
    assert_eq!(kind(&["leave-group", "--session", "two"]), "refused");
}
