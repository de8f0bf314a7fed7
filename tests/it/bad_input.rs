//! Hostile names, damaged files, garbage on the socket, absurd terminals.

use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;

use crate::support::World;

#[test]
fn hostile_names_are_refused_and_leave_nothing_behind() {
    let world = World::new();
    world.register("good");
    let long = "x".repeat(10_000);
    let names = [
        "",
        " ",
        "..",
        "../up",
        "a/b",
        "/abs",
        "a\nb",
        "a\u{1b}[2Jb",
        "\u{202e}rtl",
        &long,
    ];
    for name in names {
        for words in [
            &["join-group", name, "--session", "good"][..],
            &["register", "--name", name],
        ] {
            let (code, error) = world.fails(words);
            assert_eq!(code, 2, "{words:?}: {error}");
        }
    }
    for key in ["../../etc/passwd", "/etc/passwd", "a\nb", &long] {
        let (code, error) = world.fails(&["claim", key, "--session", "good"]);
        assert_eq!(code, 2, "{key}: {error}");
    }
    let sessions = world.json(&["sessions"]);
    assert_eq!(sessions["sessions"].as_array().expect("a list").len(), 1);
    assert_eq!(world.json(&["groups"])["groups"], serde_json::json!([]));
}

/// What is empty is named as what it is: there is no form where none was given.
#[test]
fn an_issue_without_a_title_is_refused() {
    let world = World::new();
    world.register("good");
    let (code, error) = world.fails(&["issue", "new", "", "--session", "good"]);
    assert_eq!(code, 2, "{error}");
    let error = error.to_string();
    assert!(error.contains("the title is empty"), "{error}");
    assert!(!error.contains("the form"), "{error}");
    // Times are told as everywhere.
    world.ok(&["issue", "new", "Tabs are lost", "--session", "good"]);
    world.ok(&[
        "fix",
        "propose",
        "--issue",
        "ISSUE-1",
        "--title",
        "Keep them",
        "--approach",
        "as they are",
        "--session",
        "good",
    ]);
    let shown = world.ok(&["fix", "show", "FIX-1"]);
    let proposed = shown.lines().find(|line| line.starts_with("Proposed"));
    let proposed = proposed.expect("a line for it");
    assert!(
        !proposed.contains('T') && !proposed.contains('.'),
        "{proposed}"
    );
}

#[test]
fn arguments_that_are_not_utf8_are_a_usage_error() {
    let world = World::new();
    world.register("good");
    for words in [["join-group"], ["claim"], ["share"]] {
        let output = world
            .stoa(&words)
            .arg(std::ffi::OsStr::from_bytes(b"bad\xff\xfe"))
            .args(["--session", "good"])
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        assert!(!output.stderr.is_empty());
    }
}

/// Readable files are never read as the truth: damaged ones are simply written again.
#[test]
fn a_damaged_readable_file_does_no_harm() {
    let world = World::new();
    world.register("Forge");
    let board = world.state().join("STATUS_BOARD.md");
    std::fs::write(&board, b"\xff\x00garbage").expect("ours");
    world.ok(&["claim", "src/a.rs", "--session", "Forge"]);
    let text = std::fs::read_to_string(&board).expect("written again");
    assert!(text.contains("file/src/a.rs"), "{text}");
}

#[test]
fn garbage_on_the_socket_ends_its_own_connection_only() {
    let world = World::new();
    let mut term = world.attach(80, 24);
    term.wait("a prompt", |screen| screen.contents().contains('$'));
    let path = world.socket();
    for bytes in [
        &b"\x00\x00\x00\x00"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xff\xff\xff\xff\xff",
        b"\x06\x00\x00\x00\x01\x00nope",
        b"\x02\x00\x00\x00\x63\x00",
    ] {
        let mut stream = UnixStream::connect(&path).expect("it listens");
        // The server may close before everything is written; that is the point.
        let _ = stream.write_all(bytes);
        let _ = stream.write_all(&[0x41; 70_000]);
    }
    term.send("echo st\"\"ill\r");
    term.wait_text("still");
    world.ok(&["list-panes"]);
}

/// More connections than the server takes at once, none of which says a word, keep nobody out.
#[test]
fn silent_connections_make_room() {
    let world = World::plain();
    world.ok(&["start-server"]);
    let path = world.socket();
    let connect = |_| UnixStream::connect(&path).expect("it listens");
    let silent: Vec<UnixStream> = (0..600).map(connect).collect();
    world.ok(&["list-panes"]);
    drop(silent);
}

#[test]
fn a_terminal_of_three_by_two_is_a_sane_screen() {
    let world = World::new();
    let mut term = world.attach(3, 2);
    term.wait("something", |screen| !screen.contents().trim().is_empty());
    for keys in ["%", "\"", "g", "G"] {
        term.chord(keys);
    }
    term.resize(100, 30);
    term.wait("a status line", |screen| {
        crate::support::last_line(screen).contains("work")
    });
}

/// Whatever a program prints, the others and the server live on.
#[test]
fn random_output_harms_nobody() {
    let world = World::new();
    let mut term = world.attach(100, 30);
    term.wait("a prompt", |screen| screen.contents().contains('$'));
    term.chord("%");
    term.wait("two panes", |screen| screen.contents().contains('│'));
    term.send("head -c 300000 /dev/urandom; printf '\\033c'; echo ov\"\"er\r");
    term.wait_text("over");
    world.ok(&["list-panes"]);
}

#[test]
fn a_state_directory_that_is_a_file_is_said_clearly() {
    let world = World::new();
    let file = world.root.join("plain");
    std::fs::write(&file, "x").expect("ours");
    let file = file.display().to_string();
    for words in [&["sessions"][..], &["register", "--name", "a"], &["--once"]] {
        let words: Vec<&str> = [&["--state", &file], words].concat();
        let (code, error) = world.fails(&words);
        assert_eq!(code, 3, "{words:?}: {error}");
    }
}
