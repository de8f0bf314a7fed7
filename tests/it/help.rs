//! Help and misspellings: the command table from outside.

use stoa::command;

use crate::support::World;

#[test]
fn every_command_explains_itself() {
    let world = World::new();
    let all = world.ok(&["--help"]);
    for row in command::rows().filter(|row| !row.hidden()) {
        assert!(all.contains(row.name), "{} is not in --help", row.name);
        for word in std::iter::once(&row.name).chain(row.aliases) {
            let text = world.ok(&[word, "--help"]);
            assert!(text.contains("Usage"), "{word}: {text}");
            assert!(text.contains(&row.about()), "{word}: {text}");
        }
    }
}

#[test]
fn a_slip_gets_one_good_suggestion() {
    let world = World::new();
    for (typed, meant) in [
        ("split-pain", "split-pane"),
        ("clam", "claim"),
        ("joingroup", "join-group"),
    ] {
        let (code, error) = world.fails(&[typed]);
        assert_eq!(code, 2);
        let hint = error["error"]["hint"].as_str().expect("a hint");
        assert!(hint.contains(meant), "{typed}: {hint}");
    }
    let (code, error) = world.fails(&["claim", "x", "--reson", "why"]);
    assert_eq!(code, 2);
    assert!(
        error["error"]["hint"]
            .as_str()
            .expect("a hint")
            .contains("--reason")
    );
}

#[test]
fn commands_on_panes_need_a_server_and_say_so() {
    let world = World::new();
    let (code, error) = world.fails(&["list-panes"]);
    assert_eq!(code, 3);
    assert!(
        error["error"]["hint"]
            .as_str()
            .expect("a hint")
            .contains("stoa")
    );
}

#[test]
fn attaching_needs_a_terminal() {
    let world = World::new();
    let (code, error) = world.fails(&[]);
    assert_eq!(code, 2, "{error}");
    assert!(!world.state().exists(), "no server was started for it");
}
