use proptest::prelude::*;

use super::*;

const CTRL: Mods = Mods::CTRL;
const ALT: Mods = Mods::ALT;
const SHIFT: Mods = Mods::SHIFT;

#[track_caller]
fn check(text: &str, code: Code, mods: Mods) {
    assert_eq!(parse_key(text), Ok(Key::new(code, mods)), "{text}");
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = parse_sequence(text, Key::ctrl('b')).expect_err(text);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn names_as_tmux_and_people_write_them() {
    check("C-b", Code::Char('b'), CTRL);
    check("c-B", Code::Char('b'), CTRL);
    check("^b", Code::Char('b'), CTRL);
    check("Ctrl+Shift+b", Code::Char('b'), CTRL.with(SHIFT));
    check("M-Left", Code::Left, ALT);
    check("Alt-h", Code::Char('h'), ALT);
    check("S-F5", Code::F(5), SHIFT);
    check("C-Space", Code::Char(' '), CTRL);
    check("C-@", Code::Char(' '), CTRL);
    check("C-M-x", Code::Char('x'), CTRL.with(ALT));
    check("BTab", Code::Tab, SHIFT);
    check("S-Tab", Code::Tab, SHIFT);
    check("PPage", Code::PageUp, Mods::NONE);
    check("pageup", Code::PageUp, Mods::NONE);
    check("DC", Code::Delete, Mods::NONE);
    check("KP5", Code::Char('5'), Mods::NONE);
    check("KPEnter", Code::Enter, Mods::NONE);
    check("F35", Code::F(35), Mods::NONE);
}

#[test]
fn characters_plain_quoted_and_escaped() {
    for (text, c) in [
        ("%", '%'),
        ("\"%\"", '%'),
        ("'\"'", '"'),
        ("\"", '"'),
        ("\\\"", '"'),
        ("\\\\", '\\'),
        ("\\", '\\'),
        ("?", '?'),
        ("S-/", '?'),
        ("S-a", 'A'),
        ("A", 'A'),
        ("-", '-'),
        ("+", '+'),
        ("^", '^'),
        ("'", '\''),
        ("ä", 'ä'),
    ] {
        check(text, Code::Char(c), Mods::NONE);
    }
    check("C--", Code::Char('-'), CTRL);
    check("C-+", Code::Char('+'), CTRL);
    check("M-\\", Code::Char('\\'), ALT);
}

#[test]
fn sequences() {
    let prefix = Key::ctrl('a');
    let check = |text, expected: &[Key]| {
        assert_eq!(
            parse_sequence(text, prefix).as_deref(),
            Ok(expected),
            "{text}"
        );
    };
    check("C-b %", &[Key::ctrl('b'), Key::char('%')]);
    check("<prefix> C-o", &[Key::ctrl('a'), Key::ctrl('o')]);
    check(" <prefix>  <prefix> ", &[prefix, prefix]);
}

#[test]
fn mistakes_are_named() {
    check_error("", "no key is named");
    check_error("C-b Entre", "unknown key 'Entre', did you mean 'Enter'?");
    check_error(
        "C-Entre",
        "unknown key 'Entre' in 'C-Entre', did you mean 'Enter'?",
    );
    check_error("C-", "no key after the modifier 'C-'");
    check_error(
        "X-a",
        "unknown modifier 'X-', use C- (Control), M- (Alt), S- (Shift)",
    );
    check_error("xyzzy", "unknown key 'xyzzy'");
    check_error("F36", "unknown key 'F36'");
    check_error(
        "<leader> x",
        "unknown key '<leader>', only <prefix> is written so",
    );
    check_error(
        "a a a a a a a a a",
        "9 keys in a row, at most 8 are allowed",
    );
    check_error(
        &"\x1b[2J".repeat(50),
        &format!("unknown key '{}…'", "\\u{1b}[2J".repeat(7) + "\\u{1b}["),
    );
}

fn any_key() -> impl Strategy<Value = Key> {
    let code = prop_oneof![
        any::<char>()
            .prop_filter("typed", |c| !c.is_control())
            .prop_map(Code::Char),
        prop::char::range(' ', '~').prop_map(Code::Char),
        (1u8..=35).prop_map(Code::F),
        (57358u16..=57363).prop_map(Code::Special),
        (57428u16..=57454).prop_map(Code::Special),
        prop::sample::select(NAMES.map(|(_, code)| code).to_vec()),
    ];
    (code, any::<u8>()).prop_map(|(code, bits)| Key::new(code, Mods::from_bits(bits)))
}

proptest! {
    #[test]
    fn names_read_back(key in any_key()) {
        prop_assert_eq!(parse_key(&key.to_string()), Ok(key.normal()), "{}", key);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,12}|[CMSF^\\-+<>\"'\\\\K0-9a-z ]{0,12}") {
        if let Ok(keys) = parse_sequence(&text, Key::ctrl('b')) {
            prop_assert_eq!(parse_sequence(&show(&keys), Key::ctrl('b')), Ok(keys));
        }
    }
}
