use proptest::prelude::*;

use super::*;
use crate::keys::decode::Decoder;
use crate::keys::input::{Button, Input, Mouse, MouseKind, Part, Paste};
use crate::keys::key::{Nav, lower};

const PLAIN: PaneModes = PaneModes {
    app_cursor: false,
    app_keypad: false,
    swapped_backspace: false,
    line_feed_new_line: false,
    kitty: KittyFlags::NONE,
    other_keys: OtherKeys::Off,
    bracketed_paste: false,
    focus_events: false,
    mouse: Tracking::Off,
    mouse_format: MouseFormat::Bytes,
};
const NONE: Mods = Mods::NONE;
const SHIFT: Mods = Mods::SHIFT;
const ALT: Mods = Mods::ALT;
const CTRL: Mods = Mods::CTRL;

fn flags(bits: u8) -> PaneModes {
    PaneModes {
        kitty: KittyFlags::from_bits(bits),
        ..PLAIN
    }
}

fn encoded(event: &KeyEvent, modes: &PaneModes) -> Vec<u8> {
    let mut out = Vec::new();
    key(event, modes, &mut out);
    out
}

fn decoded(bytes: &[u8]) -> Vec<Input> {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    decoder.feed(bytes, &mut out);
    decoder.flush(&mut out);
    out
}

#[track_caller]
fn check_in(modes: &PaneModes, code: Code, mods: Mods, expected: &str) {
    let bytes = encoded(&Key::new(code, mods).into(), modes);
    assert_eq!(
        bytes.escape_ascii().to_string(),
        expected.as_bytes().escape_ascii().to_string()
    );
}

#[track_caller]
fn check(code: Code, mods: Mods, expected: &str) {
    check_in(&PLAIN, code, mods, expected);
}

#[test]
fn a_plain_pane_gets_what_xterm_sends() {
    check(Code::Char('a'), NONE, "a");
    check(Code::Char('a'), SHIFT, "A");
    check(Code::Char('ä'), NONE, "ä");
    check(Code::Char('x'), ALT, "\x1bx");
    check(Code::Char('b'), CTRL, "\x02");
    check(Code::Char('b'), CTRL.with(SHIFT), "\x02");
    check(Code::Char('b'), CTRL.with(ALT), "\x1b\x02");
    check(Code::Char(' '), CTRL, "\0");
    check(Code::Char('/'), CTRL, "\x1f");
    check(Code::Char('-'), CTRL.with(SHIFT), "\x1f");
    check(Code::Char(';'), CTRL, ";");
    check(Code::Enter, NONE, "\r");
    check(Code::Enter, SHIFT, "\r");
    check(Code::Enter, ALT, "\x1b\r");
    check(Code::Tab, SHIFT, "\x1b[Z");
    check(Code::Backspace, NONE, "\x7f");
    check(Code::Backspace, CTRL, "\x08");
    check(Code::Esc, NONE, "\x1b");
    check(Code::Up, NONE, "\x1b[A");
    check(Code::Up, CTRL, "\x1b[1;5A");
    check(Code::Home, NONE, "\x1b[H");
    check(Code::PageDown, SHIFT, "\x1b[6;2~");
    check(Code::F(1), NONE, "\x1bOP");
    check(Code::F(1), SHIFT, "\x1b[1;2P");
    check(Code::F(5), NONE, "\x1b[15~");
    check(Code::F(12), CTRL, "\x1b[24;5~");
    check(Code::Char('c'), Mods::SUPER, "");
    check(Code::Special(57441), NONE, "");
}

#[test]
fn application_modes() {
    let modes = PaneModes {
        app_cursor: true,
        app_keypad: true,
        ..PLAIN
    };
    check_in(&modes, Code::Up, NONE, "\x1bOA");
    check_in(&modes, Code::End, NONE, "\x1bOF");
    check_in(&modes, Code::Up, ALT, "\x1b[1;3A");
    check_in(&modes, Code::Keypad(Keypad::Digit(5)), NONE, "\x1bOu");
    check_in(&modes, Code::Keypad(Keypad::Enter), NONE, "\x1bOM");
    check_in(&modes, Code::Keypad(Keypad::Nav(Nav::Up)), NONE, "\x1bOA");
    check(Code::Keypad(Keypad::Digit(5)), NONE, "5");
    check(Code::Keypad(Keypad::Enter), NONE, "\r");
    let modes = PaneModes {
        swapped_backspace: true,
        ..PLAIN
    };
    check_in(&modes, Code::Backspace, NONE, "\x08");
    check_in(&modes, Code::Backspace, CTRL, "\x7f");
    let modes = PaneModes {
        line_feed_new_line: true,
        ..PLAIN
    };
    check_in(&modes, Code::Enter, NONE, "\r\n");
    check_in(&modes, Code::Keypad(Keypad::Enter), NONE, "\r\n");
    check_in(&modes, Code::Enter, ALT, "\x1b\r");
}

#[test]
fn what_a_kitty_terminal_reports_types_the_same_in_a_plain_pane() {
    let typed = |bytes: &[u8], expected: &[u8]| {
        let mut out = Vec::new();
        for input in decoded(bytes) {
            if let Input::Key(event) = input {
                key(&event, &PLAIN, &mut out);
            }
        }
        assert_eq!(out, expected, "{}", bytes.escape_ascii());
    };
    typed(b"\x1b[97:65;2;65u", b"A");
    typed(b"\x1b[97;2:3u", b"");
    typed(b"\x1b[97;1:2u", b"a");
    typed(b"\x1b[55:47;2u", b"/");
    typed(b"\x1b[1089::99;5u", b"\x03");
    typed(b"\x1b[97;65u", b"A");
    typed(b"\x1b[57421u", b"\x1b[5~");
}

#[test]
fn modify_other_keys() {
    let some = PaneModes {
        other_keys: OtherKeys::Ambiguous,
        ..PLAIN
    };
    let all = PaneModes {
        other_keys: OtherKeys::All,
        ..PLAIN
    };
    check_in(&some, Code::Enter, SHIFT, "\x1b[27;2;13~");
    check_in(&some, Code::Char('b'), CTRL, "\x02");
    check_in(&some, Code::Char('b'), CTRL.with(SHIFT), "\x1b[27;6;66~");
    check_in(&some, Code::Char(';'), CTRL, "\x1b[27;5;59~");
    check_in(&some, Code::Char('x'), ALT, "\x1bx");
    check_in(&all, Code::Char('b'), CTRL, "\x1b[27;5;98~");
    check_in(&all, Code::Char('x'), ALT, "\x1bx");
    check_in(&all, Code::Char('x'), ALT.with(CTRL), "\x1b[27;7;120~");
    check_in(&all, Code::Char('a'), SHIFT, "A");
    check_in(&all, Code::Tab, SHIFT, "\x1b[Z");
}

#[test]
fn kitty_disambiguates_and_leaves_typing_alone() {
    let modes = flags(1);
    check_in(&modes, Code::Char('a'), NONE, "a");
    check_in(&modes, Code::Char('a'), SHIFT, "A");
    check_in(&modes, Code::Char('A'), NONE, "A");
    check_in(&modes, Code::Char('b'), CTRL, "\x1b[98;5u");
    check_in(&modes, Code::Char('B'), ALT, "\x1b[98;4u");
    check_in(&modes, Code::Esc, NONE, "\x1b[27u");
    check_in(&modes, Code::Enter, NONE, "\r");
    check_in(&modes, Code::Enter, SHIFT, "\x1b[13;2u");
    check_in(&modes, Code::Tab, SHIFT, "\x1b[9;2u");
    check_in(&modes, Code::Up, NONE, "\x1b[A");
    check_in(&modes, Code::F(3), NONE, "\x1b[13~");
    check_in(&modes, Code::F(3), CTRL, "\x1b[13;5~");
    check_in(&modes, Code::F(1), NONE, "\x1b[P");
    check_in(&modes, Code::Keypad(Keypad::Digit(5)), NONE, "5");
    check_in(&modes, Code::Keypad(Keypad::Enter), NONE, "\x1b[57414u");
    check_in(&modes, Code::Special(57441), NONE, "");
    check_in(
        &modes,
        Code::Char('b'),
        CTRL.with(Mods::NUM_LOCK),
        "\x1b[98;5u",
    );
}

#[test]
fn kitty_events_alternates_and_text() {
    check_in(&flags(9), Code::Char('a'), NONE, "\x1b[97u");
    check_in(&flags(9), Code::Char('A'), NONE, "\x1b[97;2u");
    check_in(&flags(13), Code::Char('A'), NONE, "\x1b[97:65;2u");
    check_in(&flags(25), Code::Char('a'), NONE, "\x1b[97;;97u");
    check_in(&flags(31), Code::Char('A'), NONE, "\x1b[97:65;2;65u");
    check_in(&flags(9), Code::Enter, NONE, "\x1b[13u");
    check_in(&flags(9), Code::Special(57441), SHIFT, "\x1b[57441;2u");
    let release = |code| KeyEvent {
        phase: Phase::Release,
        ..Key::plain(code).into()
    };
    let sent = |event: KeyEvent, bits| encoded(&event, &flags(bits)).escape_ascii().to_string();
    assert_eq!(sent(release(Code::Up), 1), "");
    assert_eq!(sent(release(Code::Up), 3), "\\x1b[1;1:3A");
    assert_eq!(sent(release(Code::Enter), 3), "");
    assert_eq!(sent(release(Code::Enter), 11), "\\x1b[13;1:3u");
    assert_eq!(sent(release(Code::Char('a')), 3), "\\x1b[97;1:3u");
    assert_eq!(sent(release(Code::Char('a')), 31), "\\x1b[97;1:3u");
}

#[test]
fn mouse_goes_to_the_program_that_asked() {
    let at = |kind, x, y| Mouse {
        kind,
        x,
        y,
        mods: NONE,
    };
    let check = |kind, x, tracking, format, expected: Option<&str>| {
        let modes = PaneModes {
            mouse: tracking,
            mouse_format: format,
            ..PLAIN
        };
        let mut out = Vec::new();
        let sent = mouse(&at(kind, x, 0), &modes, &mut out);
        let got = sent.then(|| out.escape_ascii().to_string());
        assert_eq!(got.as_deref(), expected, "{kind:?} {tracking:?} {format:?}");
        assert_eq!(sent, !out.is_empty());
    };
    use MouseFormat::{Bytes, Sgr, Urxvt, Utf8};
    let left = MouseKind::Press(Button::Left);
    let up = MouseKind::Release(Button::Right);
    check(left, 0, Tracking::Off, Sgr, None);
    check(left, 0, Tracking::Presses, Bytes, Some("\\x1b[M !!"));
    check(up, 0, Tracking::Presses, Sgr, None);
    check(up, 0, Tracking::Buttons, Sgr, Some("\\x1b[<2;1;1m"));
    check(up, 0, Tracking::Buttons, Bytes, Some("\\x1b[M#!!"));
    check(up, 299, Tracking::Buttons, Urxvt, Some("\\x1b[35;300;1M"));
    check(left, 222, Tracking::Buttons, Bytes, Some("\\x1b[M \\xff!"));
    check(left, 223, Tracking::Buttons, Bytes, None);
    check(
        left,
        223,
        Tracking::Buttons,
        Utf8,
        Some("\\x1b[M \\xc4\\x80!"),
    );
    check(
        MouseKind::Drag(Button::Left),
        1,
        Tracking::Buttons,
        Sgr,
        None,
    );
    check(
        MouseKind::Drag(Button::Left),
        1,
        Tracking::Drags,
        Sgr,
        Some("\\x1b[<32;2;1M"),
    );
    check(MouseKind::Move, 1, Tracking::Drags, Sgr, None);
    check(
        MouseKind::Move,
        1,
        Tracking::Moves,
        Sgr,
        Some("\\x1b[<35;2;1M"),
    );
    check(
        MouseKind::WheelUp,
        1,
        Tracking::Buttons,
        Sgr,
        Some("\\x1b[<64;2;1M"),
    );
}

#[test]
fn focus_only_where_asked() {
    let mut out = Vec::new();
    focus(true, &PLAIN, &mut out);
    assert_eq!(out, b"");
    let modes = PaneModes {
        focus_events: true,
        ..PLAIN
    };
    focus(true, &modes, &mut out);
    focus(false, &modes, &mut out);
    assert_eq!(out, b"\x1b[I\x1b[O");
}

fn pasted(text: &[u8], part: Part, bracketed_paste: bool) -> String {
    let modes = PaneModes {
        bracketed_paste,
        ..PLAIN
    };
    let mut out = Vec::new();
    let data = text.to_vec();
    paste(&Paste { data, part }, &modes, &mut out);
    out.escape_ascii().to_string()
}

#[test]
fn pastes_are_harmless() {
    assert_eq!(pasted(b"a\tb\r\nc\n", Part::Whole, false), "a\\tb\\rc\\r");
    assert_eq!(
        pasted(b"a\nb\r\n", Part::Whole, true),
        "\\x1b[200~a\\nb\\r\\n\\x1b[201~"
    );
    assert_eq!(
        pasted(b"x\x1b[201~rm\x03", Part::Whole, true),
        "\\x1b[200~xrm\\x1b[201~"
    );
    assert_eq!(pasted(b"\x1b[20\x1b[201~1~", Part::Middle, true), "[201~");
    assert_eq!(
        pasted("ä\u{9b}31m".as_bytes(), Part::First, true),
        "\\x1b[200~\\xc3\\xa431m"
    );
    assert_eq!(pasted(b"", Part::Last, true), "\\x1b[201~");
}

/// Keys that a legacy terminal tells apart from every other.
fn unambiguous() -> impl Strategy<Value = Key> {
    let held = |all: &'static [Mods]| {
        prop::collection::vec(prop::sample::select(all), 0..3)
            .prop_map(|mods| mods.into_iter().fold(NONE, Mods::with))
    };
    let typed = any::<char>().prop_filter("controls are no characters", |c| !c.is_control());
    let typed = (typed, held(&[ALT])).prop_map(|(c, mods)| Key::new(Code::Char(c), mods));
    // Ctrl-i, Ctrl-m and Ctrl-[ are Tab, Enter and Escape.
    let letters: Vec<char> = "abcdefghjklnopqrstuvwxyz \\]^_".chars().collect();
    let controls = (prop::sample::select(letters), held(&[ALT]))
        .prop_map(|(c, mods)| Key::new(Code::Char(c), mods.with(CTRL)));
    let functional = vec![
        Code::Up,
        Code::Down,
        Code::Left,
        Code::Right,
        Code::Home,
        Code::End,
        Code::PageUp,
        Code::PageDown,
        Code::Insert,
        Code::Delete,
        Code::Begin,
        Code::MENU,
    ];
    let functional = functional
        .into_iter()
        .chain((1..=15).map(Code::F))
        .chain((17..=20).map(Code::F))
        .collect::<Vec<_>>();
    let functional = (
        prop::sample::select(functional),
        held(&[SHIFT, ALT, CTRL, Mods::SUPER]),
    )
        .prop_map(|(code, mods)| Key::new(code, mods));
    let simple = prop::sample::select(vec![Code::Enter, Code::Tab, Code::Esc, Code::Backspace]);
    let simple = (simple, held(&[ALT])).prop_map(|(code, mods)| Key::new(code, mods));
    prop_oneof![
        typed,
        controls,
        functional,
        simple,
        Just(Key::new(Code::Tab, SHIFT))
    ]
}

/// Any key a kitty terminal can report, as it reports it.
fn reported() -> impl Strategy<Value = KeyEvent> {
    let small = any::<char>().prop_filter(
        "as reported: not shifted, not a control, not a key's number",
        |c| !c.is_control() && lower(*c) == *c && !('\u{e000}'..='\u{f8ff}').contains(c),
    );
    let code = prop_oneof![
        4 => small.prop_map(Code::Char),
        4 => prop::sample::select(('!'..='~').filter(|c| !c.is_ascii_uppercase()).collect::<Vec<_>>()).prop_map(Code::Char),
        1 => (1u8..=35).prop_map(Code::F),
        1 => (0u8..=9).prop_map(|n| Code::Keypad(Keypad::Digit(n))),
        3 => prop::sample::select(vec![
            Code::Enter, Code::Tab, Code::Esc, Code::Backspace, Code::Up, Code::Home, Code::PageUp, Code::Delete,
            Code::Begin, Code::Special(57358), Code::Keypad(Keypad::Enter), Code::Keypad(Keypad::Nav(Nav::End)),
        ]),
    ];
    let phase = prop::sample::select(vec![Phase::Press, Phase::Repeat, Phase::Release]);
    (code, any::<u8>(), phase).prop_map(|(code, bits, phase)| KeyEvent {
        phase,
        ..Key::new(code, Mods::from_bits(bits)).into()
    })
}

proptest! {
    #[test]
    fn legacy_round_trips(key in unambiguous(), app_cursor: bool) {
        let modes = PaneModes { app_cursor, ..PLAIN };
        let bytes = encoded(&key.into(), &modes);
        prop_assert_eq!(decoded(&bytes), [Input::Key(key.into())], "{}", bytes.escape_ascii());
    }

    #[test]
    fn kitty_round_trips_everything(event in reported(), base: Option<char>) {
        let base = base.filter(|c| !c.is_control() && matches!(event.key.code, Code::Char(_)));
        let event = KeyEvent { base, ..event };
        let bytes = encoded(&event, &flags(15));
        let expected = [Input::Key(event)];
        prop_assert_eq!(decoded(&bytes), expected, "{}", bytes.escape_ascii());
    }

    #[test]
    fn kitty_tells_the_same_chord_under_any_flags(event in reported(), bits in 0u8..32) {
        // A release is never looked up, and without its text does not tell caps lock.
        let phase = match event.phase {
            Phase::Release => Phase::Press,
            phase => phase,
        };
        let event = KeyEvent { phase, ..event };
        // Typed with Shift, a space is a space.
        let shift_space = event.chord() == Key::new(Code::Char(' '), SHIFT);
        prop_assume!(!shift_space);
        let bytes = encoded(&event, &flags(bits | 1));
        for input in decoded(&bytes) {
            let Input::Key(seen) = input else {
                panic!("{input:?}");
            };
            prop_assert_eq!(seen.chord(), event.chord(), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn mouse_round_trips(x in 0u16..2000, y in 0u16..2000, code in 0u32..8, bits in 0u8..8) {
        let button = [Button::Left, Button::Middle, Button::Right, Button::Extra(9)][code as usize % 4];
        let kinds = [
            MouseKind::Press(button), MouseKind::Release(button), MouseKind::Drag(button), MouseKind::Move,
            MouseKind::WheelUp, MouseKind::WheelDown, MouseKind::WheelLeft, MouseKind::WheelRight,
        ];
        let event = Mouse { kind: kinds[code as usize], x, y, mods: Mods::from_bits(bits) };
        let modes = PaneModes { mouse: Tracking::Moves, mouse_format: MouseFormat::Sgr, ..PLAIN };
        let mut out = Vec::new();
        prop_assert!(mouse(&event, &modes, &mut out));
        prop_assert_eq!(decoded(&out), [Input::Mouse(event)]);
    }

    #[test]
    fn no_paste_leaves_its_brackets(data in prop::collection::vec(any::<u8>(), 0..200)) {
        let modes = PaneModes { bracketed_paste: true, ..PLAIN };
        let mut out = Vec::new();
        paste(&Paste { data, part: Part::Whole }, &modes, &mut out);
        prop_assert_eq!(out.iter().filter(|byte| **byte == 0x1b).count(), 2);
        prop_assert!(out.ends_with(b"\x1b[201~"));
    }
}
