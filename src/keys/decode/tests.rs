use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::keys::input::{Mouse, MouseKind, Reply, Rgb16};
use crate::keys::key::{Keypad, Phase};

const ESCAPE_TIME: Duration = Duration::from_millis(15);

fn decode(bytes: &[u8]) -> Vec<Input> {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    decoder.feed(bytes, &mut out);
    if decoder.wait(ESCAPE_TIME).is_some() {
        decoder.flush(&mut out);
    }
    assert_eq!(decoder.wait(ESCAPE_TIME), None);
    out
}

#[track_caller]
fn check(bytes: &[u8], expected: &[Input]) {
    assert_eq!(decode(bytes), expected, "{}", bytes.escape_ascii());
}

#[track_caller]
fn check_keys(bytes: &[u8], expected: &[(Code, Mods)]) {
    let expected: Vec<Input> = expected
        .iter()
        .map(|(code, mods)| key(*code, *mods))
        .collect();
    check(bytes, &expected);
}

#[track_caller]
fn check_key(bytes: &[u8], code: Code, mods: Mods) {
    check_keys(bytes, &[(code, mods)]);
}

fn key(code: Code, mods: Mods) -> Input {
    Input::Key(Key::new(code, mods).into())
}

fn mouse(kind: MouseKind, x: u16, y: u16, mods: Mods) -> Input {
    Input::Mouse(Mouse { kind, x, y, mods })
}

fn paste(text: &str) -> Input {
    Input::Paste(Paste {
        data: text.as_bytes().to_vec(),
        part: Part::Whole,
    })
}

const NONE: Mods = Mods::NONE;
const SHIFT: Mods = Mods::SHIFT;
const ALT: Mods = Mods::ALT;
const CTRL: Mods = Mods::CTRL;
const ALT_CTRL: Mods = ALT.with(CTRL);

#[test]
fn characters_and_controls() {
    check_keys(
        b"aZ ",
        &[
            (Code::Char('a'), NONE),
            (Code::Char('Z'), NONE),
            (Code::Char(' '), NONE),
        ],
    );
    check_keys(
        "ä漢".as_bytes(),
        &[(Code::Char('ä'), NONE), (Code::Char('漢'), NONE)],
    );
    check_key(b"\x00", Code::Char(' '), CTRL);
    check_key(b"\x02", Code::Char('b'), CTRL);
    check_key(b"\x08", Code::Char('h'), CTRL);
    check_key(b"\t", Code::Tab, NONE);
    check_key(b"\n", Code::Char('j'), CTRL);
    check_key(b"\r", Code::Enter, NONE);
    check_key(b"\x1c", Code::Char('\\'), CTRL);
    check_key(b"\x1f", Code::Char('_'), CTRL);
    check_key(b"\x7f", Code::Backspace, NONE);
}

#[test]
fn bytes_that_are_no_text() {
    let broken = (Code::Char('\u{fffd}'), NONE);
    check_keys(b"\xffa", &[broken, (Code::Char('a'), NONE)]);
    check_keys(b"\xe6\xbca", &[broken, (Code::Char('a'), NONE)]);
    check_keys(b"\xc2\x9b", &[broken]);
    check_keys(b"\xe6\xbc", &[broken]);
    check_key(b"\x1b\xe6", Code::Char('\u{fffd}'), ALT);
}

#[test]
fn escape_alone_and_as_alt() {
    check_key(b"\x1b", Code::Esc, NONE);
    check_key(b"\x1bx", Code::Char('x'), ALT);
    check_key("\x1bä".as_bytes(), Code::Char('ä'), ALT);
    check_key(b"\x1b\r", Code::Enter, ALT);
    check_key(b"\x1b\x7f", Code::Backspace, ALT);
    check_key(b"\x1b\x01", Code::Char('a'), ALT_CTRL);
    check_key(b"\x1b\x1b", Code::Esc, ALT);
    check_keys(b"\x1b\x1bx", &[(Code::Esc, NONE), (Code::Char('x'), ALT)]);
    for introducer in "[O]P_".chars() {
        let bytes = format!("\x1b{introducer}");
        check_key(bytes.as_bytes(), Code::Char(introducer), ALT);
    }
    check_keys(
        b"\x1bPx",
        &[(Code::Char('P'), ALT), (Code::Char('x'), NONE)],
    );
    check_keys(
        b"\x1bO5",
        &[(Code::Char('O'), ALT), (Code::Char('5'), NONE)],
    );
    check_keys(b"\x1b\x1b[", &[(Code::Esc, NONE), (Code::Char('['), ALT)]);
}

#[test]
fn arrows_and_function_keys_of_xterm() {
    check_key(b"\x1b[A", Code::Up, NONE);
    check_key(b"\x1bOA", Code::Up, NONE);
    check_key(b"\x1b[1;5A", Code::Up, CTRL);
    check_key(b"\x1b[1;4D", Code::Left, SHIFT.with(ALT));
    check_key(b"\x1b[H", Code::Home, NONE);
    check_key(b"\x1b[3;2~", Code::Delete, SHIFT);
    check_key(b"\x1b[5~", Code::PageUp, NONE);
    check_key(b"\x1bOP", Code::F(1), NONE);
    check_key(b"\x1b[1;2P", Code::F(1), SHIFT);
    check_key(b"\x1b[1;5R", Code::F(3), CTRL);
    check_key(b"\x1b[24;5~", Code::F(12), CTRL);
    check_key(b"\x1b[Z", Code::Tab, SHIFT);
    check_key(b"\x1bOM", Code::Keypad(Keypad::Enter), NONE);
    check_key(b"\x1bOp", Code::Keypad(Keypad::Digit(0)), NONE);
    check_key(b"\x1bO5P", Code::F(1), CTRL);
}

#[test]
fn rxvt_and_the_linux_console() {
    check_key(b"\x1b[7~", Code::Home, NONE);
    check_key(b"\x1b[8^", Code::End, CTRL);
    check_key(b"\x1b[3$", Code::Delete, SHIFT);
    check_key(b"\x1b[6@", Code::PageDown, CTRL.with(SHIFT));
    check_key(b"\x1b[a", Code::Up, SHIFT);
    check_key(b"\x1bOd", Code::Left, CTRL);
    check_key(b"\x1b[11~", Code::F(1), NONE);
    check_key(b"\x1b[[E", Code::F(5), NONE);
    check_key(b"\x1b\x1b[A", Code::Up, ALT);
    check_key(b"\x1b\x1bOA", Code::Up, ALT);
}

#[test]
fn kitty_keys_with_all_fields() {
    check_key(b"\x1b[98;5u", Code::Char('b'), CTRL);
    check_key(b"\x1b[27u", Code::Esc, NONE);
    check_key(b"\x1b[13;2u", Code::Enter, SHIFT);
    check_key(b"\x1b[57399u", Code::Keypad(Keypad::Digit(0)), NONE);
    check_key(b"\x1b[57376u", Code::F(13), NONE);
    check_key(b"\x1b[57441;2u", Code::Special(57441), SHIFT);
    check(
        b"\x1b[97:65:99;2:3;65u",
        &[Input::Key(KeyEvent {
            key: Key::new(Code::Char('a'), SHIFT),
            phase: Phase::Release,
            shifted: Some('A'),
            base: Some('c'),
            text: Some("A".into()),
        })],
    );
    check(b"\x1b[1::99;;97:776:27u", &[]);
    check(
        b"\x1b[1;1:2A",
        &[Input::Key(KeyEvent {
            phase: Phase::Repeat,
            ..Key::plain(Code::Up).into()
        })],
    );
    check_keys(
        b"\x1b[0;;8364:97u",
        &[(Code::Char('€'), NONE), (Code::Char('a'), NONE)],
    );
}

#[test]
fn the_prefix_is_one_chord_in_every_encoding() {
    for bytes in [
        &b"\x02"[..],
        b"\x1b[98;5u",
        b"\x1b[98;133u",
        b"\x1b[1080::98;5u",
        b"\x1b[27;5;98~",
    ] {
        let chords: Vec<Key> = decode(bytes)
            .into_iter()
            .filter_map(|input| match input {
                Input::Key(event) => Some(event.chord()),
                _ => None,
            })
            .collect();
        assert_eq!(chords, [Key::ctrl('b')], "{}", bytes.escape_ascii());
    }
}

#[test]
fn modify_other_keys() {
    check_key(b"\x1b[27;5;9~", Code::Tab, CTRL);
    check_key(b"\x1b[27;2;13~", Code::Enter, SHIFT);
    check_key(b"\x1b[27;6;65~", Code::Char('A'), CTRL.with(SHIFT));
}

#[test]
fn mouse_reports() {
    let left = Button::Left;
    check(
        b"\x1b[<0;1;1M",
        &[mouse(MouseKind::Press(left), 0, 0, NONE)],
    );
    check(
        b"\x1b[<0;300;200m",
        &[mouse(MouseKind::Release(left), 299, 199, NONE)],
    );
    check(
        b"\x1b[<50;3;4M",
        &[mouse(MouseKind::Drag(Button::Right), 2, 3, CTRL)],
    );
    check(b"\x1b[<35;3;4M", &[mouse(MouseKind::Move, 2, 3, NONE)]);
    check(
        b"\x1b[<69;3;4M",
        &[mouse(MouseKind::WheelDown, 2, 3, SHIFT)],
    );
    check(
        b"\x1b[<128;3;4M",
        &[mouse(MouseKind::Press(Button::Extra(8)), 2, 3, NONE)],
    );
    check(
        b"\x1b[32;5;6M",
        &[mouse(MouseKind::Press(left), 4, 5, NONE)],
    );
    check(
        b"\x1b[M\x22!!\x1b[M#!!",
        &[
            mouse(MouseKind::Press(Button::Right), 0, 0, NONE),
            mouse(MouseKind::Release(Button::Right), 0, 0, NONE),
        ],
    );
    check(
        b"\x1b[M \xff\xff",
        &[mouse(MouseKind::Press(left), 222, 222, NONE)],
    );
    check(b"\x1b[<0;1M", &[]);
    check_key(b"\x1b[M\x03", Code::Char('c'), CTRL);
}

#[test]
fn focus_and_paste() {
    check(b"\x1b[I\x1b[O", &[Input::Focus(true), Input::Focus(false)]);
    check(
        b"\x1b[200~a\x1b[A\n\x1b[201~b",
        &[paste("a\x1b[A\n"), key(Code::Char('b'), NONE)],
    );
    check(b"\x1b[200~\x1b[201~", &[paste("")]);
    check(b"\x1b[201~", &[]);
    check(b"\x1b[200~lost\x1b[20", &[paste("lost\x1b[20")]);
    check(
        b"\x1b\x1b[200~x\x1b[201~",
        &[key(Code::Esc, NONE), paste("x")],
    );
}

#[test]
fn a_long_paste_comes_in_bounded_pieces_between_characters() {
    let text = "ä".repeat(PASTE_PIECE) + "x";
    let bytes = [b"\x1b[200~a", text.as_bytes(), b"\x1b[201~"].concat();
    let mut parts = Vec::new();
    let mut all = String::new();
    for input in decode(&bytes) {
        let Input::Paste(piece) = input else {
            panic!("{input:?}");
        };
        assert!(piece.data.len() <= PASTE_PIECE);
        all += std::str::from_utf8(&piece.data).expect("cut between characters");
        parts.push(piece.part);
    }
    assert_eq!(all, format!("a{text}"));
    assert_eq!(parts, [Part::First, Part::Middle, Part::Last]);
}

#[test]
fn an_endless_paste_holds_one_piece_at_most() {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    decoder.feed(b"\x1b[200~", &mut out);
    for _ in 0..40 {
        decoder.feed(&[b'x'; 1 << 16], &mut out);
        assert!(decoder.held.len() < PASTE_END.len());
        assert!(matches!(&decoder.mode, Mode::Paste { data, .. } if data.len() <= PASTE_PIECE));
    }
    assert_eq!(out.len(), 2);
    decoder.flush(&mut out);
    decoder.feed(b"y", &mut out);
    assert_eq!(out.last(), Some(&key(Code::Char('y'), NONE)));
}

#[test]
fn replies() {
    let reply = |bytes: &[u8], expected: Reply| check(bytes, &[Input::Reply(expected)]);
    let white = Rgb16 {
        r: 0xffff,
        g: 0xffff,
        b: 0xffff,
    };
    let grey = Rgb16 {
        r: 0x1e1e,
        g: 0x1e1e,
        b: 0x2e2e,
    };
    reply(b"\x1b[?62;22c", Reply::DeviceAttributes(vec![62, 22]));
    reply(
        b"\x1b[>1;4000;0c",
        Reply::SecondaryAttributes(vec![1, 4000, 0]),
    );
    reply(b"\x1b[?5u", Reply::KeyboardFlags(5));
    reply(
        b"\x1bP>|kitty(0.40)\x1b\\",
        Reply::Version("kitty(0.40)".into()),
    );
    reply(b"\x1b]10;rgb:ff/ff/ff\x07", Reply::Foreground(white));
    reply(b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", Reply::Background(grey));
    reply(b"\x1b]11;#1e1e2e\x1b\\", Reply::Background(grey));
    reply(b"\x1b]12;rgba:f/f/f/f\x07", Reply::CursorColour(white));
    reply(b"\x1b]4;7;rgb:fff/fff/fff\x07", Reply::Palette(7, white));
    reply(b"\x1b[?2026;2$y", Reply::Mode(2026, 2));
    reply(b"\x1b[?997;1n", Reply::DarkScheme(true));
    reply(b"\x1b[?997;2n", Reply::DarkScheme(false));
    reply(b"\x1b[24;80R", Reply::Cursor(79, 23));
    reply(b"\x1b[?1;5R", Reply::Cursor(4, 0));
    reply(
        b"\x1bP1+r5463\x1b\\",
        Reply::Capability("Tc".into(), Some(String::new())),
    );
    reply(
        b"\x1bP1+r636f=323536\x1b\\",
        Reply::Capability("co".into(), Some("256".into())),
    );
    reply(b"\x1bP0+r5463\x1b\\", Reply::Capability("Tc".into(), None));
}

#[test]
fn clipboard_and_cell_size_are_told() {
    let reply = |reply| [Input::Reply(reply)];
    check(
        b"\x1b]52;c;aGVsbG8=\x07",
        &reply(Reply::Clipboard(b"hello".into())),
    );
    let long = format!("\x1b]52;c;{}\x1b\\", "QUFB".repeat(10_000));
    check(
        long.as_bytes(),
        &reply(Reply::Clipboard(b"A".repeat(30_000))),
    );
    check(b"\x1b[6;20;10t", &reply(Reply::CellPixels(10, 20)));
    check(b"\x1b]7501;?:states=idle\x1b\\", &reply(Reply::TakesStatus));
}

#[test]
fn what_nobody_knows_is_swallowed_whole() {
    for sequence in [
        &b"\x1b[?1234h"[..],
        b"\x1b[9;20;10t",
        b"\x1b[6;0;10t",
        b"\x1b[12;34!p",
        b"\x1b[=1c",
        b"\x1b[[Z",
        b"\x1b[57344u",
        b"\x1b[4294967296~",
        b"\x1b]52;c;%\x07",
        b"\x1b]11;rgb:zz/00/00\x1b\\",
        b"\x1b_Gi=1;OK\x1b\\",
        b"\x1bP1$r0m\x1b\\",
    ] {
        check(&[sequence, b"x"].concat(), &[key(Code::Char('x'), NONE)]);
    }
}

#[test]
fn a_sequence_too_long_is_swallowed_to_its_end() {
    for length in [200, 255, 256, 257, 258, 4093, 4094, 4095, 4096, 4097, 9000] {
        let csi = [b"\x1b[", &b"1;".repeat(length)[..length], b"~x"].concat();
        check(
            &csi,
            &match length {
                ..=255 => vec![key(Code::Home, NONE), key(Code::Char('x'), NONE)],
                _ => vec![key(Code::Char('x'), NONE)],
            },
        );
        let text = [b"\x1b]52;", &b"A".repeat(length)[..], b"\x1b\\x"].concat();
        check(&text, &[key(Code::Char('x'), NONE)]);
    }
}

#[test]
fn a_control_character_gets_through_an_unfinished_sequence() {
    check_key(b"\x1b[1;\x03", Code::Char('c'), CTRL);
    check_key(b"\x1b]11;rgb:\x03", Code::Char('c'), CTRL);
    check_keys(b"\x1b[1;\x1b[A", &[(Code::Up, NONE)]);
    check_keys(b"\x1b]11;rgb:\x1b[A", &[(Code::Up, NONE)]);
    let long = [b"\x1b[", &[b'1'; 500][..], b"\x03"].concat();
    check_key(&long, Code::Char('c'), CTRL);
}

#[test]
fn only_what_may_be_typed_waits_for_the_short_time() {
    let wait = |bytes: &[u8]| {
        let mut decoder = Decoder::new();
        decoder.feed(bytes, &mut Vec::new());
        decoder.wait(ESCAPE_TIME)
    };
    assert_eq!(wait(b"a"), None);
    assert_eq!(wait(b"\x1b"), Some(ESCAPE_TIME));
    assert_eq!(wait(b"\x1b["), Some(ESCAPE_TIME));
    assert_eq!(wait(b"\x1b[1;5"), Some(SEQUENCE_PATIENCE));
    assert_eq!(wait(b"\x1b]11;"), Some(SEQUENCE_PATIENCE));
    assert_eq!(wait(b"\x1b[200~"), Some(PASTE_PATIENCE));
    assert_eq!(
        wait(&[b"\x1b[", &[b'1'; 500][..]].concat()),
        Some(SEQUENCE_PATIENCE)
    );
}

/// Bytes as terminals send them, more often than chance would.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        &b"\x1b"[..],
        b"\x1b[",
        b"\x1bO",
        b"\x1b]",
        b"\x1bP",
        b"\x1b_G",
        b"\x1b\\",
        b"\x07",
        b"[",
        b"O",
        b"M",
        b"1",
        b";",
        b":",
        b"5",
        b"~",
        b"u",
        b"$",
        b"A",
        b"R",
        b"<0;3;4M",
        b"\x1b[200~",
        b"\x1b[201~",
        b"\x03",
        b"\xc3",
        b"\xa4",
        b"\xf0\x9f",
        b"?",
        b"c",
        b"rgb:ff/00/00",
        b"27;5;9",
        b"[[A",
        b"[M",
        b"!!!",
    ])
    .prop_map(<[u8]>::to_vec);
    let any = prop::collection::vec(any::<u8>(), 0..8);
    let long = (
        1usize..5000,
        prop::sample::select(vec![b'1', b';', b'x', b' ']),
    )
        .prop_map(|(n, byte)| vec![byte; n]);
    let piece = prop_oneof![20 => known, 4 => any, 1 => long];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn cutting_the_stream_changes_nothing(bytes in stream(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let whole = decode(&bytes);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut decoder = Decoder::new();
        let mut out = Vec::new();
        let mut from = 0;
        for cut in cuts.into_iter().chain([bytes.len()]) {
            decoder.feed(&bytes[from..cut], &mut out);
            from = cut;
        }
        decoder.flush(&mut out);
        prop_assert_eq!(out, whole);
    }

    #[test]
    fn one_byte_at_a_time_is_the_same(bytes in stream()) {
        let mut decoder = Decoder::new();
        let mut out = Vec::new();
        for byte in &bytes {
            decoder.feed(&[*byte], &mut out);
            prop_assert!(decoder.held.len() <= 4200);
        }
        decoder.flush(&mut out);
        prop_assert_eq!(out, decode(&bytes));
    }

    #[test]
    fn random_bytes_never_panic_and_never_type_controls(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for input in decode(&bytes) {
            if let Input::Key(event) = input {
                let typed = event.typed().unwrap_or(' ');
                prop_assert!(!typed.is_control(), "{:?}", event);
            }
        }
    }
}
