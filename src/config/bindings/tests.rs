use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::keys::keymap::Lookup;

fn anything(_: &str) -> Result<(), String> {
    Ok(())
}

fn merge(text: &str) -> (Keymap, Vec<String>) {
    merged(
        Some(("keybindings.toml", text)),
        &|command| match command.starts_with("bad") {
            true => Err("unknown command".to_owned()),
            false => Ok(()),
        },
    )
}

/// What keys run, in a map with the prefix C-b or another named in them.
fn command(map: &Keymap, table: Table, keys: &str) -> String {
    let keys = parse_sequence(keys, map.prefix()).expect(keys);
    match map.lookup(table, &keys) {
        Lookup::Found(binding) => binding.command.clone(),
        Lookup::Prefix { .. } => "…".to_owned(),
        Lookup::None => "none".to_owned(),
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) -> Keymap {
    let (map, reports) = merge(text);
    assert_eq!(reports, expected, "{text}");
    map
}

#[test]
fn the_default_file_is_without_mistakes() {
    let (map, reports) = default_keymap(&anything);
    assert_eq!(reports, [""; 0]);
    assert_eq!(map.prefix(), Key::ctrl('b'));
    for (keys, expected) in [
        ("C-b %", "split-pane --right"),
        ("C-b \"", "split-pane --down"),
        ("C-b Left", "focus-pane --left"),
        ("C-b x", "confirm -p 'Close this pane?' close-pane"),
        ("C-b C-b", "send-prefix"),
        ("C-b ?", "list-keys"),
        ("C-b ,", "prompt --value -I '#{window_name}' rename-tab"),
        ("C-b", "…"),
    ] {
        assert_eq!(command(&map, Table::Normal, keys), expected, "{keys}");
    }
    assert_eq!(command(&map, Table::Panel, "j"), "panel next");
    assert_eq!(command(&map, Table::Panel, "C-b %"), "split-pane --right");
    assert_eq!(command(&map, Table::CopyVi, "C-u"), "copy halfpage-up");
}

#[test]
fn every_default_binding_has_a_note_and_splits_into_words() {
    let (map, _) = default_keymap(&anything);
    for entry in map.entries() {
        assert!(!entry.binding.note.is_empty(), "{}", show(&entry.keys));
        assert!(
            shlex::split(&entry.binding.command).is_some(),
            "{}",
            show(&entry.keys)
        );
    }
    let Lookup::Prefix { label, hints } = map.lookup(Table::Normal, &[Key::ctrl('b')]) else {
        panic!("the prefix leads on");
    };
    assert_eq!(label, "Stoa");
    assert_eq!(
        hints.first().map(|hint| hint.note),
        Some("Split to the right")
    );
}

#[test]
fn one_command_has_one_note_in_a_table() {
    let (map, _) = default_keymap(&anything);
    let mut notes = BTreeMap::new();
    for entry in map.entries() {
        let note = notes
            .entry((entry.table, entry.binding.command.clone()))
            .or_insert(entry.binding.note.clone());
        assert_eq!(*note, entry.binding.note, "{}", entry.binding.command);
    }
}

#[test]
fn a_persons_file_goes_over_the_default() {
    let map = check(
        r#"
        "C-b |" = "split-pane --right"
        "<prefix> %" = { command = "new-tab", note = "Tab", repeat = true }
        M-h = "focus-pane --left"
        "<prefix> x" = false
        "<prefix> z" = ""
        [panel]
        y = "panel next"
        [normal]
        M-l = "focus-pane --right"
        "#,
        &[],
    );
    assert_eq!(command(&map, Table::Normal, "C-b |"), "split-pane --right");
    assert_eq!(command(&map, Table::Normal, "C-b %"), "new-tab");
    assert_eq!(command(&map, Table::Normal, "M-h"), "focus-pane --left");
    assert_eq!(command(&map, Table::Normal, "M-l"), "focus-pane --right");
    assert_eq!(command(&map, Table::Normal, "C-b x"), "none");
    assert_eq!(command(&map, Table::Normal, "C-b z"), "none");
    assert_eq!(command(&map, Table::Normal, "C-b c"), "new-tab");
    assert_eq!(command(&map, Table::Panel, "y"), "panel next");
    let found = map.reverse("focus-pane --left");
    let notes: Vec<&str> = found.iter().map(|entry| entry.binding.title()).collect();
    assert_eq!(
        notes, ["Focus the pane on the left"; 2],
        "a note is taken over"
    );
}

#[test]
fn a_list_is_one_line() {
    let map = check(
        r#"
        M-a = ["split-pane", " next-layout "]
        M-b = { command = ["a", "b ; c"], note = "x" }
        M-c = []
        M-d = ["a", 1]
        "#,
        &[
            "keybindings.toml:4:9: M-c is not bound",
            "keybindings.toml:5:21: a list of commands has texts in it and nothing else",
        ],
    );
    let command = |keys| command(&map, Table::Normal, keys);
    assert_eq!(command("M-a"), "split-pane ; next-layout");
    assert_eq!(command("M-b"), "a ; b ; c");
}

#[test]
fn another_prefix_holds_for_all_bindings_that_say_so() {
    let map = check("prefix = \"C-a\"\n\"C-b y\" = \"new-tab\"", &[]);
    assert_eq!(map.prefix(), Key::ctrl('a'));
    assert_eq!(command(&map, Table::Normal, "C-a %"), "split-pane --right");
    assert_eq!(command(&map, Table::Normal, "C-a C-a"), "send-prefix");
    assert_eq!(command(&map, Table::Normal, "C-b y"), "new-tab");
    assert_eq!(command(&map, Table::Normal, "C-b %"), "none");
}

#[test]
fn each_mistake_is_a_line_and_the_rest_counts() {
    let map = check(
        r#"prefix = "C-Entre"
"<prefix> Lef" = "new-tab"
"<prefix> v" = "bad one"
"<prefix> y" = 3
"<prefix> Y" = { comand = "new-tab" }
"<prefix> u" = { note = "no command" }
"<prefix> U" = { command = "bad two" }
"<prefix> C-q" = false
M-x = "new-tab"
[pannel]
x = "new-tab"
[labels]
"M-q" = "nothing there"
"#,
        &[
            "keybindings.toml:1:10: prefix: unknown key 'Entre' in 'C-Entre', did you mean 'Enter'?",
            "keybindings.toml:2:1: unknown key 'Lef', did you mean 'Left'?",
            "keybindings.toml:3:16: C-b v: unknown command",
            "keybindings.toml:4:16: a binding is a command line or a list of them, a table with one, or false",
            "keybindings.toml:5:18: unknown field 'comand', did you mean 'command'?",
            "keybindings.toml:6:16: 'command' is missing",
            "keybindings.toml:7:28: C-b U: unknown command",
            "keybindings.toml:8:1: C-b C-q is not bound",
            "keybindings.toml:10:2: unknown table 'pannel', did you mean 'panel'?",
            "keybindings.toml:13:1: no binding begins with M-q",
        ],
    );
    assert_eq!(command(&map, Table::Normal, "M-x"), "new-tab");
    assert_eq!(command(&map, Table::Normal, "C-b %"), "split-pane --right");
}

#[test]
fn hiding_other_bindings_is_told() {
    let (_, reports) = merge("C-b = \"new-tab\"");
    let (map, _) = default_keymap(&anything);
    let entries = map.entries();
    let hidden = entries
        .iter()
        .filter(|entry| entry.table == Table::Normal)
        .count();
    assert_eq!(
        reports,
        [format!(
            "keybindings.toml:1:1: C-b hides {hidden} other bindings"
        )]
    );
}

#[test]
fn what_is_no_toml_costs_its_own_line() {
    let (map, reports) =
        merge("\"M-x\" = new-tab\nM-y = \"new-tab\"\n\"M-z = \"open\nM-w = \"new-tab\"\n");
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert_eq!(command(&map, Table::Normal, "M-x"), "none");
    assert_eq!(command(&map, Table::Normal, "M-y"), "new-tab");
    assert_eq!(command(&map, Table::Normal, "M-w"), "new-tab");
}

#[test]
fn a_broken_header_puts_no_keys_in_the_wrong_table() {
    let (map, reports) = merge("[panel\nq = \"panel back\"\n");
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert_eq!(command(&map, Table::Normal, "q"), "none");
}

proptest! {
    #[test]
    fn no_text_panics_or_makes_a_report_of_two_lines(text in "(<prefix>|C-[a-z]|[A-Za-z]{1,6}|panel|[\\[\\]=.\"'{}\n#, 0-9]|\\PC){0,40}") {
        let (map, reports) = merge(&text);
        for report in reports {
            prop_assert!(!report.chars().any(char::is_control), "{report:?}");
        }
        for entry in map.entries() {
            prop_assert!(!entry.keys.is_empty());
        }
    }
}
