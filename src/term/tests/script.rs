//! A screen made from another's script is the same screen, and stays so.

use proptest::prelude::*;

use super::fuzz::{Step, any_bytes, any_step, take};
use super::*;
use crate::term::Capture;

/// Everything a host or a person can see of a screen.
fn seen(screen: &Screen) -> (Vec<String>, Vec<Marks>, String) {
    let text = screen.freeze();
    let rows = text.rows();
    let marks = (0..rows).map(|row| text.marks_of(row)).collect();
    let lines = Capture {
        first: 0,
        count: rows,
        text,
        escapes: true,
        join: false,
        trailing: false,
    };
    let rest = format!(
        "{:?} {:?} {:?} {} {}",
        screen.cursor_position(),
        screen
            .cursor()
            .map(|cursor| (cursor.shape, cursor.blinking)),
        screen.modes(),
        screen.title(),
        screen.history_len(),
    );
    (lines.lines(), marks, rest)
}

fn again(screen: &mut Screen) -> Screen {
    let script = screen.script();
    Screen::from_script(screen.size(), 60, &script)
}

fn check(bytes: &str) {
    check_with(bytes, "");
}

/// `after` is written to both.
fn check_with(bytes: &str, after: &str) {
    let mut screen = Screen::new(Size::new(20, 5), 60);
    screen.feed(bytes.as_bytes());
    let before = seen(&screen);
    let mut other = again(&mut screen);
    assert_eq!(seen(&screen), before, "looking changes nothing: {bytes:?}");
    drop(screen.take_replies());
    screen.feed(after.as_bytes());
    other.feed(after.as_bytes());
    assert_eq!(seen(&other), seen(&screen), "{bytes:?} {after:?}");
    let answers = screen.take_replies();
    assert_eq!(other.take_replies(), answers, "{bytes:?} {after:?}");
}

#[test]
fn text_and_looks() {
    check("");
    check("plain\r\n\x1b[1;31mred\x1b[44m on blue\x1b[0m\r\n\r\nend");
    check("\x1b[4:3;58:2::1:2:3mcurly\x1b[0m \x1b[5;7;9mx");
    check("\x1b]8;id=a;http://x\x1b\\link\x1b]8;;\x1b\\ none");
    check("日本語e\u{301} 👩\u{200d}💻 \u{2601}\u{fe0f}");
    check("\x1b[41m\x1b[2J\x1b[3;4Hpainted");
    check("a\tb");
}

#[test]
fn history_and_wrapped_lines() {
    let many: String = (0..40).map(|line| format!("line {line}\r\n")).collect();
    check(&many);
    check(&"long ".repeat(60));
    check(&format!("{}\r\nx", "a".repeat(20)));
    check(&format!("{}日", "a".repeat(19)));
    check(&format!("{}\x1b[1;1H\x1b[2K", "a".repeat(45)));
    check(&format!("{}\x1b[2;1H\x1b[2K", "a".repeat(45)));
    check(&"日".repeat(200));
}

#[test]
fn cursors_modes_and_what_comes_next() {
    check_with(&"x".repeat(20), "y");
    check_with("\x1b[2;4r\x1b[?6h\x1b[2;3Hin", "\n\n\n\nmore");
    check_with("\x1b[3g\x1b[5G\x1bH\x1b[1G", "a\tb\tc");
    check_with("\x1b)0\x0eqqq", "qq\x0fqq");
    check_with("\x1b[31m\x1b[2;2H\x1b7\x1b[0m\x1b[1;1H", "a\x1b8b");
    check_with("abc\x1b[1;1H\x1b[4h", "xy");
    check_with("\x1b[?1h\x1b=\x1b[?1002;1006;2004;1004h\x1b[?25l", "");
    check_with("\x1b[>1u\x1b[>5u", "\x1b[<u");
    check_with("\x1b[?7l", "012345678901234567890123");
    check_with("\x1b]4;1;rgb:11/22/33\x1b\\\x1b[31mx", "y");
    check_with("\x1b]2;one\x07\x1b[22t\x1b]2;two\x07", "\x1b[23t");
    check_with(
        "\x1b]133;A\x1b\\$ \x1b]133;B\x1b\\ls\r\n\x1b]133;C\x1b\\out\r\n\x1b]133;D\x1b\\",
        "$",
    );
}

#[test]
fn what_erasing_spares_and_settings_that_are_told() {
    check_with("a\x1b[1\"qb\x1b[0\"qc", "\x1b[?2J");
    check_with("a\x1b[1\"qb", "c\x1b[1;1H\x1b[?J\x1bP$q\"q\x1b\\");
    check_with("a\x1b[1\"qb\x1b7\x1b[0\"q", "\x1b8c\x1b[?2J");
    // ISO's protection binds plain erasing, whether anything more is protected or not.
    check_with("a\x1bVb\x1bWc", "\x1b[2J");
    check_with("a\x1bVb", "c\x1b[2J");
    check_with("\x1b[62;1\"p", "\x1bP$q\"p\x1b\\\x1b[4$p");
    check_with("\x1b[2*x", "\x1bP$q*x\x1b\\");
    check_with("\x1b[3#yA", "\x1b[1;1;1;1;1;1*y");
}

#[test]
fn both_screens() {
    check_with(
        "main\r\ntwo\x1b[?1049h\x1b[2J\x1b[Halt",
        "\x1b[?1049l after",
    );
    check_with("\x1b[31mmain\x1b[?1049h\x1b[>3u\x1b[2;5r", "x\x1b[?1049ly");
    check_with("\x1b[?1049h\x1b[>3u\x1b[?1049l", "\x1b[?1049h");
}

#[test]
fn in_the_middle_of_something() {
    let whole = "\x1b[?25l\x1b[1;38:2::1:2:3mé日\x1b]2;a title\x1b\\\x1b[2 q\x1bP$qm\x1b\\\x1b(0q\x1b[?2026hsync\x1b[?2026l";
    for at in 0..whole.len() {
        let (before, after) = whole.as_bytes().split_at(at);
        let mut screen = Screen::new(Size::new(20, 5), 60);
        screen.feed(before);
        let mut other = again(&mut screen);
        screen.feed(after);
        other.feed(after);
        assert_eq!(seen(&other), seen(&screen), "{at}");
    }
}

/// What is on the screen alone.
fn shown(screen: &Screen) -> (String, String) {
    let rest = (screen.cursor_position(), screen.modes());
    (screen.to_text(), format!("{rest:?} {}", screen.title()))
}

fn whatever<T: PartialEq + std::fmt::Debug>(
    steps: &[Step],
    after: &[Vec<u8>],
    look: impl Fn(&Screen) -> T,
) -> Result<(), TestCaseError> {
    let mut screen = Screen::new(Size::new(12, 5), 60);
    for step in steps {
        take(&mut screen, step);
    }
    let before = seen(&screen);
    let mut other = again(&mut screen);
    prop_assert_eq!(seen(&screen), before);
    screen.end_sync();
    prop_assert_eq!(look(&other), look(&screen));
    // Neither repeats what it does not remember.
    for bytes in after.iter().filter(|bytes| !bytes.ends_with(b"b")) {
        screen.feed(bytes);
        other.feed(bytes);
    }
    screen.end_sync();
    other.end_sync();
    prop_assert_eq!(look(&other), look(&screen));
    Ok(())
}

proptest! {
    #[test]
    fn whatever_was_written(
        steps in proptest::collection::vec(any_bytes().prop_map(Step::Feed), 1..30),
        after in proptest::collection::vec(any_bytes(), 0..6),
    ) {
        whatever(&steps, &after, seen)?;
    }

    /// Wrapped anew at a width of a few cells, a line of blanks may take a row less.
    #[test]
    fn whatever_the_sizes(
        steps in proptest::collection::vec(any_step(), 1..30),
    ) {
        whatever(&steps, &[], shown)?;
    }
}

#[test]
fn the_origin_of_positions() {
    check_with("\x1b[2r\x1b[?6h", "\x1b[1;1Hx\x1b[?6l\x1b[1;1Hy");
    check_with(
        "\x1b[?69h\x1b[3;9s\x1b[2;4r\x1b[?6h\x1b[2;2H",
        "x\x1b[9;9Hy",
    );
}
