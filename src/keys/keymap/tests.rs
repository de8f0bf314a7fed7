use proptest::prelude::*;

use super::*;
use crate::keys::chord::{parse_sequence, show};

fn keys(text: &str) -> Vec<Key> {
    parse_sequence(text, Key::ctrl('b')).expect(text)
}

fn binding(command: &str) -> Binding {
    Binding {
        command: command.to_owned(),
        note: String::new(),
        repeat: false,
    }
}

fn map(bindings: &[(Table, &str, &str)]) -> Keymap {
    let mut map = Keymap::new(Key::ctrl('b'));
    for (table, chord, command) in bindings {
        map.bind(*table, &keys(chord), binding(command));
    }
    map
}

#[track_caller]
fn check(map: &Keymap, table: Table, chord: &str, expected: &str) {
    let seen = match map.lookup(table, &keys(chord)) {
        Lookup::Found(binding) => binding.command.clone(),
        Lookup::None => "none".to_owned(),
        Lookup::Prefix { label, hints } => {
            let hints: Vec<String> = hints
                .iter()
                .map(|hint| {
                    format!(
                        "{}={}{}",
                        hint.key,
                        hint.note,
                        if hint.more { "…" } else { "" }
                    )
                })
                .collect();
            format!("{label}[{}]", hints.join(" "))
        }
    };
    assert_eq!(seen, expected, "{chord}");
}

#[test]
fn a_chord_leads_step_by_step_to_its_command() {
    let mut map = map(&[
        (Table::Normal, "<prefix> %", "split-pane --right"),
        (Table::Normal, "<prefix> m a", "one"),
        (Table::Normal, "M-h", "focus-pane --left"),
    ]);
    assert!(map.label(Table::Normal, &keys("<prefix> m"), "more"));
    assert!(!map.label(Table::Normal, &keys("<prefix> %"), "no branch"));
    check(&map, Table::Normal, "C-b", "[%=split-pane --right m=more…]");
    check(&map, Table::Normal, "C-b %", "split-pane --right");
    check(&map, Table::Normal, "C-b m", "more[a=one]");
    check(&map, Table::Normal, "C-b m a", "one");
    check(&map, Table::Normal, "M-h", "focus-pane --left");
    check(&map, Table::Normal, "C-b x", "none");
    check(&map, Table::Normal, "C-b % x", "none");
}

#[test]
fn other_tables_go_first_and_fall_through() {
    let map = map(&[
        (Table::Normal, "<prefix> %", "split-pane --right"),
        (Table::Normal, "<prefix> q", "show-panes"),
        (Table::Panel, "q", "panel back"),
        (Table::Panel, "<prefix> q", "panel close"),
    ]);
    check(&map, Table::Panel, "q", "panel back");
    check(&map, Table::Normal, "q", "none");
    check(
        &map,
        Table::Panel,
        "C-b",
        "[q=panel close %=split-pane --right]",
    );
    check(&map, Table::Panel, "C-b q", "panel close");
    check(&map, Table::Panel, "C-b %", "split-pane --right");
    check(&map, Table::CopyVi, "C-b q", "show-panes");
}

#[test]
fn the_later_binding_wins_and_says_what_it_hides() {
    let mut map = map(&[(Table::Normal, "a b", "one"), (Table::Normal, "a c", "two")]);
    let mut bind = |chord: &str| map.bind(Table::Normal, &keys(chord), binding("new"));
    assert_eq!(bind("a b"), 0);
    assert_eq!(bind("a"), 2);
    assert_eq!(bind("a"), 0);
    assert_eq!(bind("a b c"), 1);
    assert_eq!(bind("a b"), 1);
    check(&map, Table::Normal, "a", "[b=new]");
}

#[test]
fn unbinding_leaves_no_dead_end() {
    let mut map = map(&[
        (Table::Normal, "a b c", "one"),
        (Table::Normal, "a d", "two"),
    ]);
    assert!(!map.unbind(Table::Normal, &keys("a x")));
    assert!(map.unbind(Table::Normal, &keys("a b c")));
    check(&map, Table::Normal, "a", "[d=two]");
    assert!(map.unbind(Table::Normal, &keys("a")));
    check(&map, Table::Normal, "a", "none");
}

#[test]
fn commands_find_their_keys() {
    let map = map(&[
        (Table::Normal, "a", "prompt 'share '"),
        (Table::Panel, "b", "prompt \"share \""),
        (Table::Normal, "c", "prompt"),
        (Table::Normal, "d", "unclosed 'quote"),
    ]);
    let found = |command: &str| -> Vec<String> {
        let entries = map.reverse(command);
        entries.iter().map(|entry| show(&entry.keys)).collect()
    };
    assert_eq!(found("prompt \"share \""), ["a", "b"]);
    assert_eq!(found(" prompt "), ["c"]);
    assert_eq!(found("unclosed 'quote"), ["d"]);
    assert_eq!(map.entries().len(), 4);
}

proptest! {
    /// What was bound last under a key is found, and no lookup sees what was hidden or removed.
    #[test]
    fn lookups_and_entries_agree(steps in prop::collection::vec((prop::collection::vec(0u8..3, 1..4), any::<bool>()), 0..40)) {
        let mut map = Keymap::new(Key::ctrl('b'));
        let mut model: Vec<(Vec<Key>, String)> = Vec::new();
        for (n, (path, bind)) in steps.iter().enumerate() {
            let path: Vec<Key> = path.iter().map(|n| Key::char(char::from(b'a' + n))).collect();
            let command = n.to_string();
            let before = model.len();
            if *bind {
                model.retain(|(other, _)| *other == path || !(other.starts_with(&path) || path.starts_with(other)));
                let hidden = before - model.len();
                model.retain(|(other, _)| *other != path);
                prop_assert_eq!(map.bind(Table::Normal, &path, binding(&command)), hidden);
                model.push((path, command));
            } else {
                model.retain(|(other, _)| !other.starts_with(&path));
                prop_assert_eq!(map.unbind(Table::Normal, &path), model.len() < before);
            }
        }
        let mut seen: Vec<(Vec<Key>, String)> =
            map.entries().into_iter().map(|entry| (entry.keys, entry.binding.command.clone())).collect();
        seen.sort();
        model.sort();
        prop_assert_eq!(&seen, &model);
        for (path, command) in &model {
            prop_assert_eq!(map.lookup(Table::Normal, path), Lookup::Found(&binding(command)));
        }
    }
}
