//! What the README tells people to type works when it is pasted.
//!
//! A comment `<!-- tour: NAME -->` before a block says whose pane it is typed in; with `, the last is
//! refused` its last line must be refused by the state of things, and every other line must succeed.

use std::process::{Command, Output};

use crate::support::{World, binary};

/// One block of the README that is typed.
#[derive(Debug)]
struct Block {
    who: String,
    refused: bool,
    lines: Vec<String>,
}

fn blocks(readme: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = readme.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let tour = line.strip_prefix("<!-- tour: ");
        let Some(tour) = tour.and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let (who, condition) = tour.split_once(", ").unwrap_or((tour, ""));
        assert!(["", "the last is refused"].contains(&condition), "{line}");
        assert_eq!(lines.next(), Some("```sh"), "a block follows {line}");
        let typed = lines.by_ref().take_while(|line| *line != "```");
        blocks.push(Block {
            who: who.to_owned(),
            refused: !condition.is_empty(),
            lines: typed.map(str::to_owned).collect(),
        });
    }
    blocks
}

/// Types a line at a shell of a session, as its pane would have it.
fn type_line(world: &World, id: &str, line: &str) -> Output {
    let path = binary().parent().expect("a folder").to_path_buf();
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", line])
        .current_dir(&world.root)
        .env_clear();
    shell.envs(world.env()).env("STOA_SESSION", id);
    let own = std::env::var("PATH").unwrap_or_default();
    shell.env("PATH", format!("{}:{own}", path.display()));
    shell.output().expect("a shell")
}

/// S0-39, S2-24, S4-26: the tour and the examples, typed in order by two sessions.
#[test]
fn the_tour_works_when_pasted() {
    let world = World::new();
    let ids = ["shell-1", "shell-2"].map(|name| (name, world.register(name)));
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
    let blocks = blocks(&readme.expect("the README"));
    assert!(
        blocks.len() >= 7,
        "the README has lost its tour: {blocks:?}"
    );
    for block in &blocks {
        let (_, id) = (ids.iter().find(|(name, _)| *name == block.who)).expect("one of the two");
        for (at, line) in block.lines.iter().enumerate() {
            let refused = block.refused && at + 1 == block.lines.len();
            let output = type_line(&world, id, line);
            let said = String::from_utf8_lossy(&output.stderr);
            let code = output.status.code();
            assert_eq!(code, Some(i32::from(refused)), "{line}: {said}");
        }
    }
    // What the tour says of its end is so.
    let once = world.json(&["--once"]);
    assert_eq!(once["groups"][0]["name"], "backend");
    assert_eq!(once["fixes"][0]["state"], "applied");
    assert_eq!(once["issues"][0]["status"], "resolved");
    assert_eq!(once["task_totals"]["completed"], 1);
    let board = world.ok(&["task", "board"]);
    assert!(board.contains("○ TESTS: Write the tests"), "{board}");
}

/// S2-24: the quick start names every command it needs, and each is one.
#[test]
fn the_guide_names_commands_that_exist() {
    let world = World::new();
    let guide = world.ok(&["guide"]);
    let mut named = 0;
    for piece in guide.split('`').skip(1).step_by(2) {
        let Some(words) = piece.strip_prefix("stoa ") else {
            continue;
        };
        let words: Vec<&str> = words.split_whitespace().collect();
        let found = stoa::command::find(words.iter().copied());
        assert!(found.is_some() || words[0].starts_with("--"), "{piece}");
        named += 1;
    }
    assert!(named > 10, "{guide}");
}
