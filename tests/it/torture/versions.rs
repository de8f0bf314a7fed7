//! Two versions of the program on one state.

use serde_json::Value;

use crate::support::World;

fn database(world: &World) -> rusqlite::Connection {
    rusqlite::Connection::open(world.state().join("store.db")).expect("a database")
}

/// A state of a newer format is refused with a remedy, by every command, and left alone.
#[test]
fn a_newer_format_is_refused() {
    let world = World::new();
    world.register("me");
    let raw = database(&world);
    raw.pragma_update(None, "user_version", 999)
        .expect("a number");
    for words in [
        &["claims"][..],
        &["--once"],
        &["claim", "task/T1", "--session", "me"],
        &["register", "--name", "other"],
    ] {
        let (code, error) = world.fails(words);
        assert_eq!(code, 3, "{words:?}: {error}");
        let text = error.to_string();
        assert!(
            text.contains("format 999") && text.contains("newer"),
            "{text}"
        );
    }
    raw.pragma_update(None, "user_version", 1)
        .expect("a number");
    world.ok(&["claim", "task/T1", "--session", "me"]);
}

/// Fields that a newer version has put into records are still there after an older one has
/// rewritten them.
#[test]
fn unknown_fields_are_kept_when_records_are_rewritten() {
    let world = World::new();
    world.register("me");
    for words in [
        &["join-group", "build", "--session", "me"][..],
        &["share", "k=1", "--session", "me"],
        &["claim", "task/T1", "--session", "me"],
    ] {
        world.ok(words);
    }
    let raw = database(&world);
    let changed = raw
        .execute(
            "UPDATE records SET value = json_set(value, '$.future', 'kept') \
             WHERE key LIKE 'session/%' OR key LIKE 'group/%' OR key LIKE 'claim/%'",
            [],
        )
        .expect("records");
    assert_eq!(changed, 3);
    for words in [
        &["heartbeat", "something else", "--session", "me"][..],
        &["share", "k=2", "--session", "me"],
        &["claim", "task/T1", "--ttl", "2h", "--session", "me"],
    ] {
        world.ok(words);
    }
    let mut rows = raw
        .prepare(
            "SELECT key, value, version FROM records \
             WHERE key LIKE 'session/%' OR key LIKE 'group/%' OR key LIKE 'claim/%'",
        )
        .expect("a table");
    let rows = rows
        .query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, u64>(2)?,
            ))
        })
        .expect("rows");
    for row in rows {
        let (key, value, version) = row.expect("a row");
        let value: Value = serde_json::from_str(&value).expect("JSON");
        assert_eq!(value["future"], "kept", "{key}");
        assert!(version > 1, "{key} was rewritten");
    }
}
