//! Messages from the command line and in the panel: who gets what, what is printed, what wakes up.
//! The rules themselves are tested beside the code.

use std::io::Write;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::*;

fn ids(list: &Value) -> Vec<u64> {
    let list = list.as_array().expect("a list");
    list.iter().filter_map(|item| item["id"].as_u64()).collect()
}

fn inbox(world: &World, of: &str) -> Value {
    world.json(&["inbox", "--session", of])
}

fn send(world: &World, from: &str, words: &[&str]) -> u64 {
    let mut args = vec!["send", "--session", from];
    args.extend(words);
    world.json(&args)["id"].as_u64().expect("a number")
}

/// S2-9, S2-10, S2-11, S1-35: a direct message waits for its reader, who reads, answers and is done.
#[test]
fn a_message_is_sent_read_answered_and_acknowledged() {
    let world = World::new();
    let forge = world.register("Forge");
    world.register("Bolt");
    let id = send(
        &world,
        "Forge",
        &["Bolt", "API contract", "the field is", "called id"],
    );
    let number = id.to_string();
    let listed = inbox(&world, "Bolt");
    assert_eq!(
        (listed["unread_count"].as_u64(), ids(&listed["unread"])),
        (Some(1), vec![id])
    );
    assert_eq!(listed["unread"][0]["from_id"], forge);
    let text = world.ok(&["read", &number, "--session", "Bolt"]);
    for part in [
        "from Forge [outside]",
        "subject: API contract",
        "│ the field is called id",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let reply = world.json(&["reply", &number, "agreed", "--session", "Bolt"]);
    assert_eq!(
        (&reply["to"], &reply["thread"]),
        (&Value::from("Forge"), &Value::from(id))
    );
    let listed = inbox(&world, "Bolt");
    assert_eq!(ids(&listed["unacknowledged"]), [id]);
    world.ok(&["ack", &number, "--session", "Bolt"]);
    assert_eq!(world.ok(&["inbox", "--session", "Bolt"]), "no messages\n");
    let thread = world.json(&["inbox", "--thread", &number, "--session", "Forge"]);
    assert_eq!(thread["messages"][1]["body"], "agreed");
    world.register("Other");
    let (code, error) = world.fails(&["read", &number, "--session", "Other"]);
    assert_eq!(code, 1, "{error}");
    let (code, _) = world.fails(&["send", "Nobody", "x", "--session", "Forge"]);
    assert_eq!(code, 1);
    let (code, _) = world.fails(&["send", "Bolt", "--session", "Forge"]);
    assert_eq!(code, 2);
}

/// S2-8, S2-16, S2-17: the older scripts' words, with broadcast and direct sections.
#[test]
fn the_older_words_send_and_check() {
    let world = World::new();
    world.register("one");
    world.register("two");
    world.ok(&[
        "session-send-message",
        "broadcast",
        "Deployed",
        "on port 8003",
        "--session",
        "one",
    ]);
    world.ok(&[
        "session-send-message",
        "two",
        "Question",
        "templates?",
        "--session",
        "one",
    ]);
    let text = world.ok(&["session-check-messages", "--session", "two"]);
    let (broadcast, direct) = text.split_once("DIRECT MESSAGES").expect("two sections");
    for part in [
        "BROADCAST MESSAGES",
        "from one",
        "subject: Deployed",
        "│ on port 8003",
    ] {
        assert!(broadcast.contains(part), "{part}: {text}");
    }
    for part in ["from one", "subject: Question", "│ templates?"] {
        assert!(direct.contains(part), "{part}: {text}");
    }
    let checked = world.json(&["session-check-messages", "--session", "one"]);
    assert_eq!(checked["broadcast"], Value::Array(Vec::new()));
}

/// S2-27, S2-36: one session completes a phase, lets go and tells all; another picks it up.
#[test]
fn work_is_handed_over_by_release_and_broadcast() {
    let world = World::new();
    world.register("A");
    world.register("B");
    world.ok(&["claim", "task/my-app", "--session", "A"]);
    let (code, _) = world.fails(&["claim", "task/my-app", "--session", "B"]);
    assert_eq!(code, 1);
    let mut waits = waiting(
        &world,
        &["wait-message", "--subject", "specs", "--session", "B"],
    );
    world.ok(&["release", "task/my-app", "--session", "A"]);
    send(
        &world,
        "A",
        &["--all", "SPECS complete", "my-app ready for BUILD"],
    );
    let told = finished(&mut waits);
    assert!(told.contains("my-app ready for BUILD"), "{told}");
    world.ok(&["claim", "task/my-app", "--session", "B"]);
}

/// S2-28, S2-37: a blocker is told to all, a person reads it on the board and answers, and the
/// resolution is told to all.
#[test]
fn a_blocker_is_answered_by_a_person() {
    let world = World::new();
    world.register("A");
    world.register("B");
    world.register("human");
    let blocker = send(
        &world,
        "A",
        &["--all", "Need Stripe API key", "cannot test payments"],
    );
    let board = std::fs::read_to_string(world.state().join("STATUS_BOARD.md")).expect("the board");
    assert!(board.contains("Need Stripe API key"), "{board}");
    let number = blocker.to_string();
    world.ok(&["reply", &number, "it is in the vault", "--session", "human"]);
    let answer = world.json(&[
        "wait-message",
        "--thread",
        &number,
        "--timeout",
        "60s",
        "--session",
        "A",
    ]);
    assert_eq!(answer["messages"][0]["body"], "it is in the vault");
    send(
        &world,
        "A",
        &["--all", "Resolved: Stripe key", "payments are tested"],
    );
    let unread = inbox(&world, "B");
    assert_eq!(unread["unread"][1]["subject"], "Resolved: Stripe key");
}

fn waiting(world: &World, args: &[&str]) -> Child {
    let mut command = world.stoa(args);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // It says that it waits before it sleeps.
    let mut said = [0; 13];
    let stderr = child.stderr.as_mut().expect("a pipe");
    std::io::Read::read_exact(stderr, &mut said).expect("it says that it waits");
    child
}

fn finished(child: &mut Child) -> String {
    let mut text = String::new();
    let mut stdout = child.stdout.take().expect("a pipe");
    std::io::Read::read_to_string(&mut stdout, &mut text).expect("text");
    assert!(child.wait().expect("it ends").success(), "{text}");
    text
}

#[test]
fn waiting_ends_with_the_right_message_or_its_time() {
    let world = World::new();
    world.register("a");
    world.register("b");
    let output = world.run(&["wait-message", "--timeout", "1s", "--session", "b"]);
    assert_eq!(output.status.code(), Some(1));
    let mut child = waiting(&world, &["wait-message", "--from", "a", "--session", "b"]);
    let note = send(&world, "b", &["b", "note to self"]);
    let wanted = send(&world, "a", &["b", "wanted", "body"]);
    assert!(finished(&mut child).contains("│ body"));
    let left = inbox(&world, "b");
    assert_eq!(
        (ids(&left["unread"]), ids(&left["unacknowledged"])),
        (vec![note], vec![wanted])
    );
}

/// S4-3: the log of what agents said, one line each, in files anybody can read.
#[test]
fn what_was_said_is_in_readable_files() {
    let world = World::new();
    world.register("a");
    world.register("b");
    world.ok(&["join-group", "api", "--session", "a"]);
    send(&world, "a", &["--all", "one"]);
    let long = "x".repeat(30_000);
    send(&world, "a", &["b", "two", &long]);
    send(&world, "b", &["@api", "three"]);
    send(&world, "a", &["b", "four"]);
    let read = |name: &str| -> Vec<Value> {
        let path = world.state().join("messages").join(name);
        let text = std::fs::read_to_string(path).expect("the file");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    assert_eq!(read("broadcast.jsonl")[0]["subject"], "one");
    assert_eq!(read("groups/api.jsonl")[0]["from"], "b");
    let direct = read("direct/b.jsonl");
    assert_eq!(direct.len(), 2);
    assert_eq!(direct[0]["body"], long);
    assert_eq!(direct[1]["subject"], "four");
}

#[test]
fn a_body_comes_from_standard_input_within_limits() {
    let world = World::new();
    world.register("a");
    world.register("b");
    let pipe = |body: &[u8]| {
        let mut child = world
            .stoa(&["send", "b", "notes", "-", "--session", "a"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        // One that is refused early closes its end.
        let _ = child.stdin.take().expect("a pipe").write_all(body);
        child.wait().expect("it ends").code()
    };
    assert_eq!(pipe(b"first\r\nsecond\n"), Some(0));
    assert_eq!(pipe(&[b'x'; 32 * 1024]), Some(0));
    assert_eq!(pipe(&[b'x'; 32 * 1024 + 1]), Some(2));
    assert_eq!(pipe(&vec![b'x'; 1 << 20]), Some(2));
    assert_eq!(pipe(b"\xff\xfe"), Some(2));
    assert_eq!(pipe(b"\x1b[2J"), Some(2));
    let listed = inbox(&world, "b");
    assert_eq!(listed["unread"][0]["body"], "first\nsecond");
    assert_eq!(ids(&listed["unread"]).len(), 2);
}

#[test]
fn many_broadcasts_are_told_as_a_digest() {
    let world = World::new();
    world.register("a");
    world.register("b");
    for n in 0..12 {
        send(&world, "a", &["--all", &format!("step {n}")]);
    }
    let direct = send(&world, "a", &["b", "for you"]);
    let text = world.ok(&["inbox", "--session", "b"]);
    assert!(text.contains("a [outside] ×12: step 0"), "{text}");
    assert!(
        text.contains("for you") && !text.contains("step 11"),
        "{text}"
    );
    let each = world.ok(&["inbox", "--each", "--session", "b"]);
    assert!(each.contains("step 11"), "{each}");
    let last = (direct - 1).to_string();
    world.ok(&["ack", &last, "--all", "--session", "b"]);
    assert_eq!(ids(&inbox(&world, "b")["unread"]), [direct]);
}

/// Senders are killed at any instant and try again under the same operation id: every message is
/// there exactly once, in the order of their numbers.
#[test]
fn killed_senders_that_retry_send_once() {
    let world = World::new();
    world.configure("[messages]\nburst = 0\n");
    world.register("reader");
    std::thread::scope(|scope| {
        for sender in 0..4 {
            let world = &world;
            scope.spawn(move || {
                let name = format!("sender-{sender}");
                world.register(&name);
                for n in 0..6 {
                    let subject = format!("{sender}.{n}");
                    let op = format!("op-{n}");
                    let args = ["send", "reader", &subject, "--op", &op, "--session", &name];
                    for round in 0..3 {
                        let mut child = world.stoa(&args);
                        let mut child = child.stdout(Stdio::null()).spawn().expect("it runs");
                        for _ in 0..(n * 3 + round) * 400 {
                            std::hint::spin_loop();
                            std::thread::yield_now();
                        }
                        let _ = child.kill();
                        child.wait().expect("it ends");
                    }
                    world.ok(&args);
                }
            });
        }
    });
    let listed = world.json(&["inbox", "-n", "1000", "--session", "reader"]);
    let unread = listed["unread"].as_array().expect("a list");
    let mut subjects: Vec<&str> = unread
        .iter()
        .filter_map(|m| m["subject"].as_str())
        .collect();
    let numbers = ids(&listed["unread"]);
    assert!(numbers.is_sorted(), "{numbers:?}");
    for sender in 0..4 {
        let prefix = format!("{sender}.");
        let own: Vec<&&str> = subjects.iter().filter(|s| s.starts_with(&prefix)).collect();
        assert!(own.is_sorted(), "{own:?}");
    }
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!((subjects.len(), unread.len()), (24, 24));
}

/// The panel shows what is unread, opens it, answers it and acknowledges it; the status line tells
/// how many there are.
#[test]
fn the_panel_reads_answers_and_acknowledges() {
    let world = World::new();
    world.register("Forge");
    let mut term = world.attach(120, 40);
    term.wait_text("shell-2");
    send(
        &world,
        "Forge",
        &["shell-2", "which tests?", "all of\nthem"],
    );
    term.wait_text("1 unread");
    term.wait_text("which tests?");
    term.chord("G");
    // To the messages: they come before the tasks, the issues and what happened last.
    term.send("\x1b[Z\x1b[Z\x1b[Z\x1b[Z\x1b[Z");
    term.wait_text("says");
    term.send("\r");
    term.wait_text("│ all of");
    term.send("q");
    term.wait_no_text("1 unread");
    term.send("R");
    term.wait_text(":reply 1");
    term.send("yes\r");
    term.wait_text("sent 2 to Forge");
    let answer = inbox(&world, "Forge");
    assert_eq!(answer["unread"][0]["trust"], "person");
    assert_eq!(answer["unread"][0]["body"], "yes");
    term.wait_text("re: which tests?");
    // The answer is newer, but the one that is not acknowledged comes first.
    term.send("\x1b[H");
    term.send("a");
    term.wait_text("acknowledged 1 message");
}

/// A person is who types at a pane's shell; a program that runs there is not.
#[test]
fn a_shells_own_words_are_a_persons() {
    let world = World::plain();
    world.register("Forge");
    let mut term = world.ready(100, 20);
    term.send("stoa send Forge typed\r");
    term.wait_text("sent 1 to Forge");
    term.send("cp /bin/sh agentx; ./agentx -c 'stoa send Forge told; echo do\"\"ne'\r");
    term.wait_text("done");
    term.send("./agentx\rstoa send Forge interactive\r");
    term.wait_text("sent 3 to Forge");
    let listed = inbox(&world, "Forge");
    assert_eq!(listed["unread"][0]["trust"], "person");
    assert_eq!(listed["unread"][2]["trust"], "agent agentx");
}
