//! Control functions one by one: what each does to the screen, the cursor or the answers.
//!
//! The expectations are those of DEC's manuals and of xterm where these differ from one another.

use super::*;

/// Rows of the screen after `bytes` on 8 x 4, joined by `|`, and the cursor from 1: row;column.
fn after(bytes: &str) -> String {
    let mut screen = screen(8, 4, bytes);
    screen.feed(b"\x1b[?6l\x1b[?69l");
    let text = screen.to_text();
    text.trim_end_matches('\n').replace('\n', "|")
}

pub(super) fn check(cases: &[(&str, &str)]) {
    for (bytes, expected) in cases {
        assert_eq!(after(bytes), *expected, "{bytes:?}");
    }
}

/// The cursor's position after `bytes` on 20 x 10, as a program is told it.
fn at(cases: &[(&str, &str)]) {
    for (bytes, expected) in cases {
        let mut screen = screen(20, 10, bytes);
        screen.take_replies();
        screen.feed(b"\x1b[6n");
        let reply = String::from_utf8(screen.take_replies()).expect("ASCII");
        let expected = format!("\x1b[{expected}R");
        assert_eq!(reply, expected, "{bytes:?}");
    }
}

pub(super) fn answers(cases: &[(&str, &str)]) {
    for (question, answer) in cases {
        assert_eq!(ask(question), *answer, "{question:?}");
    }
}

/// Four rows of eight letters.
const FULL: &str = "abcdefgh\r\nijklmnop\r\nqrstuvwx\r\nABCDEFGH";
/// Columns 3 to 6 of rows 2 and 3.
const BOX: &str = "\x1b[2;3r\x1b[?69h\x1b[3;6s";

fn boxed(rest: &str) -> String {
    format!("{FULL}{BOX}{rest}")
}

#[test]
fn cursor_moves_stop_at_margins() {
    let margins = "\x1b[3;6r\x1b[?69h\x1b[5;10s";
    let at_margins = |cases: &[(&str, &str)]| {
        for (bytes, expected) in cases {
            at(&[(&format!("{margins}{bytes}"), *expected)]);
        }
    };
    at_margins(&[
        ("", "1;1"),
        ("\x1b[5;7H\x1b[99A", "3;7"),
        ("\x1b[2;7H\x1b[99A", "1;7"),
        ("\x1b[5;7H\x1b[99B", "6;7"),
        ("\x1b[7;7H\x1b[99B", "10;7"),
        ("\x1b[5;7H\x1b[99C", "5;10"),
        ("\x1b[5;12H\x1b[99C", "5;20"),
        ("\x1b[5;7H\x1b[99D", "5;5"),
        ("\x1b[5;4H\x1b[99D", "5;1"),
        ("\x1b[5;7H\x1b[E", "6;5"),
        ("\x1b[5;7H\x1b[F", "4;5"),
        ("\x1b[5;4H\x1b[F", "4;1"),
        ("\x1b[5;7H\r", "5;5"),
        ("\x1b[5;3H\r", "5;1"),
        ("\x1b[5;5H\x08", "5;5"),
        ("\x1b[5;4H\x08", "5;3"),
        ("\x1b[5;7H\x1b[99a", "5;20"),
        ("\x1b[5;7H\x1b[99e", "10;7"),
        ("\x1b[1;1H\t", "1;9"),
        ("\x1b[1;9H\t", "1;10"),
        ("\x1b[1;9H\x1b[9I", "1;10"),
        ("\x1b[1;9H\x1b[2Z", "1;1"),
    ]);
}

#[test]
fn origin_mode_counts_from_the_margins() {
    let set = "\x1b[3;6r\x1b[?69h\x1b[5;10s\x1b[?6h";
    let cases = [
        ("\x1b[2;3H", "2;3"),
        ("\x1b[99;99H", "4;6"),
        ("\x1b[2d", "2;1"),
        ("\x1b[99d", "4;1"),
        ("\x1b[3G", "1;3"),
        ("\x1b[99`", "1;6"),
        ("\x1b[2;3H\x1b[?6l", "1;1"),
        ("\x1b[2;3H\r", "2;1"),
    ];
    for (bytes, expected) in cases {
        at(&[(&format!("{set}{bytes}"), expected)]);
    }
}

#[test]
fn the_cursor_wraps_back_where_asked() {
    at(&[
        ("\x1b[3;1H\x08", "3;1"),
        ("\x1b[?1045h\x1b[3;1H\x08", "2;20"),
        ("\x1b[?7l\x1b[?1045h\x1b[3;1H\x08", "3;1"),
        ("\x1b[?1045h\x1b[3;1H\x1b[5D", "2;16"),
        ("\x1b[?1045h\x1b[2;5r\x1b[2;1H\x08", "5;20"),
        ("\x1b[?45h\x1b[1;19Hab\x08", "1;20"),
        ("\x1b[?45h\x1b[1;19Habcd\x1b[4D", "1;19"),
        ("\x1b[?1045h\x1b[?69h\x1b[5;10s\x1b[3;5H\x08", "2;10"),
        ("\x1b[?1045h\x1b[?69h\x1b[5;10s\x1b[3;1H\x08", "2;10"),
        ("\x1b[?1045h\x1b[9999D", "1;1"),
        // With mode 45 it stays within the line that was wrapped.
        ("\x1b[?45h\x1b[3;1H\x08", "3;1"),
        ("\x1b[?45h\x1b[3;5H\x1b[9D", "3;1"),
        ("\x1b[?45hup\r\n\x1b[1;20Habc\x1b[4D", "1;19"),
        ("\x1b[?45hup\r\n\x1b[2;19Habcd\x1b[99D", "2;1"),
        ("\x1b[?45h\x1b[1;19Habcd\x1b[2;5r\x1b[2;2H\x1b[5D", "2;1"),
    ]);
}

#[test]
fn tabs_are_set_cleared_and_never_wrap() {
    at(&[
        ("\t", "1;9"),
        ("\x1b[99I", "1;20"),
        ("\x1b[1;20H\t\t", "1;20"),
        ("\x1b[5G\x1bH\r\t", "1;5"),
        ("\x1b[9G\x1b[g\r\t", "1;17"),
        ("\x1b[3g\r\t", "1;20"),
        ("\x1b[3g\x1b[?5W\r\t", "1;9"),
        ("\x1b[18G\x1b[Z", "1;17"),
        ("\x1b[18G\x1b[2Z", "1;9"),
        ("12345678901234567890\tx", "2;2"),
        ("\x1b[?41h12345678901234567890\t", "2;9"),
    ]);
}

#[test]
fn text_wraps_at_the_margins() {
    check(&[
        (
            &boxed("\x1b[2;5HXYZ"),
            "abcdefgh|ijklXYop|qrZtuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[3;5HXYZ"),
            "abcdefgh|ijstXYop|qrZ   wx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;7HXYZ"),
            "abcdefgh|ijklmnXY|qrZtuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[?7l\x1b[2;5HXYZ"),
            "abcdefgh|ijklXZop|qrstuvwx|ABCDEFGH",
        ),
        ("\x1b[2;8H日", "||日"),
        ("\x1b[?7l\x1b[2;8H日", ""),
    ]);
}

#[test]
fn lines_feed_and_scroll_within_the_margins() {
    check(&[
        (&boxed("\x1b[3;4H\n"), "abcdefgh|ijstuvop|qr    wx|ABCDEFGH"),
        (
            &boxed("\x1b[3;1H\nX"),
            "abcdefgh|ijklmnop|Xrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[3;4H\x1bD"),
            "abcdefgh|ijstuvop|qr    wx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[3;4H\x1bE"),
            "abcdefgh|ijstuvop|qr    wx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;4H\x1bM"),
            "abcdefgh|ij    op|qrklmnwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;1H\x1bM"),
            "abcdefgh|ijklmnop|qrstuvwx|ABCDEFGH",
        ),
        (&boxed("\x1b[S"), "abcdefgh|ijstuvop|qr    wx|ABCDEFGH"),
        (&boxed("\x1b[T"), "abcdefgh|ij    op|qrklmnwx|ABCDEFGH"),
        (&boxed("\x1b[99S"), "abcdefgh|ij    op|qr    wx|ABCDEFGH"),
        (
            &boxed("\x1b[2;4H\x1b[L"),
            "abcdefgh|ij    op|qrklmnwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;4H\x1b[M"),
            "abcdefgh|ijstuvop|qr    wx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;1H\x1b[L\x1b[1;4H\x1b[L"),
            "abcdefgh|ijklmnop|qrstuvwx|ABCDEFGH",
        ),
    ]);
    at(&[("\x1b[3;5H\x1b[L", "3;1"), ("\x1b[3;5H\x1b[M", "3;1")]);
}

#[test]
fn characters_are_inserted_and_deleted_within_the_margins() {
    check(&[
        (
            &boxed("\x1b[2;4H\x1b[@"),
            "abcdefgh|ijk lmop|qrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;4H\x1b[P"),
            "abcdefgh|ijkmn op|qrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;2H\x1b[2P\x1b[2;7H\x1b[2@"),
            "abcdefgh|ijklmnop|qrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;4H\x1b[3X"),
            "abcdefgh|ijk   op|qrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;4H\x1b[99X"),
            "abcdefgh|ijk|qrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;4H\x1b['}"),
            "abcdefgh|ijk lmop|qrs tuwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;4H\x1b[2'~"),
            "abcdefgh|ijkn  op|qrsv  wx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[1;4H\x1b['}\x1b[2;2H\x1b['~"),
            "abcdefgh|ijklmnop|qrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;6H\x1b[2 @"),
            "abcdefgh|ijmn  op|qruv  wx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[4;8H\x1b[ A"),
            "abcdefgh|ij klmop|qr stuwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;3H\x1b6"),
            "abcdefgh|ij klmop|qr stuwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[2;6H\x1b9"),
            "abcdefgh|ijlmn op|qrtuv wx|ABCDEFGH",
        ),
        ("abcdefgh\x1b[6G\x1b[99P", "abcde"),
        ("abcdefgh\x1b[6G\x1b[99@", "abcde"),
        ("\x1b[4habc\x1b[1Gx\x1b[4ly", "xybc"),
    ]);
    at(&[
        ("\x1b[2;3H\x1b6", "2;2"),
        ("\x1b[2;3H\x1b9", "2;4"),
        ("\x1b[2;1H\x1b6", "2;1"),
    ]);
}

#[test]
fn erasing_knows_no_margins() {
    check(&[
        (&boxed("\x1b[2;4H\x1b[K"), "abcdefgh|ijk|qrstuvwx|ABCDEFGH"),
        (
            &boxed("\x1b[2;4H\x1b[1K"),
            "abcdefgh|    mnop|qrstuvwx|ABCDEFGH",
        ),
        (&boxed("\x1b[2;4H\x1b[2K"), "abcdefgh||qrstuvwx|ABCDEFGH"),
        (&boxed("\x1b[2;4H\x1b[J"), "abcdefgh|ijk"),
        (&boxed("\x1b[2;4H\x1b[1J"), "|    mnop|qrstuvwx|ABCDEFGH"),
        (&boxed("\x1b[2;4H\x1b[2J"), ""),
        ("日本\x1b[2G\x1b[X", "  本"),
        ("日本\x1b[3G\x1b[1K", ""),
    ]);
}

#[test]
fn protected_characters_survive_selective_erasing() {
    let text = "a\x1b[1\"qb\x1b[0\"qc\x1b[1;2H";
    for (erase, left) in [
        ("\x1b[?2J", " b"),
        ("\x1b[?2K", " b"),
        ("\x1b[?K", "ab"),
        ("\x1b[?1K", " bc"),
        ("\x1b[1;1;1;8${", " b"),
        ("\x1b[2K", ""),
        ("\x1b[2J", ""),
        ("\x1b[1;1;1;8$z", ""),
    ] {
        check(&[(&format!("{text}{erase}"), left)]);
    }
    // ISO's protection binds plain erasing as well, but no erasing of rectangles.
    check(&[
        ("a\x1bVb\x1bWc\x1b[1;1;1;8${", ""),
        ("a\x1bVb\x1bWc\x1b[?2J", " b"),
        ("a\x1bVb\x1bWc\x1b[2J", " b"),
        ("a\x1bVb\x1bWc\x1b[1;1H\x1b[8X", " b"),
    ]);
    answers(&[
        ("\x1b[1\"q\x1bP$q\"q\x1b\\", "\x1bP1$r1\"q\x1b\\"),
        ("\x1b[1\"q\x1b[2\"q\x1bP$q\"q\x1b\\", "\x1bP1$r0\"q\x1b\\"),
    ]);
}

#[test]
fn rectangles_are_filled_erased_and_copied() {
    let on = |rest: &str| format!("{FULL}{rest}");
    check(&[
        (
            &on("\x1b[33;2;3;3;5$x"),
            "abcdefgh|ij!!!nop|qr!!!vwx|ABCDEFGH",
        ),
        (
            &on("\x1b[33;3;5;2;3$x"),
            "abcdefgh|ijklmnop|qrstuvwx|ABCDEFGH",
        ),
        (
            &on("\x1b[33;4;8;99;99$x"),
            "abcdefgh|ijklmnop|qrstuvwx|ABCDEFG!",
        ),
        (&on("\x1b[33$x"), "!!!!!!!!|!!!!!!!!|!!!!!!!!|!!!!!!!!"),
        (
            &on("\x1b[7;2;3;3;5$x"),
            "abcdefgh|ijklmnop|qrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[?6h\x1b[33;1;1;1;2$x"),
            "abcdefgh|ij!!mnop|qrstuvwx|ABCDEFGH",
        ),
        (
            &boxed("\x1b[33;1;1;1;2$x"),
            "!!cdefgh|ijklmnop|qrstuvwx|ABCDEFGH",
        ),
        (&on("\x1b[2;3;3;5$z"), "abcdefgh|ij   nop|qr   vwx|ABCDEFGH"),
        (
            &on("\x1b[1;1;2;2;1;3;5$v"),
            "abcdefgh|ijklmnop|qrstabwx|ABCDijGH",
        ),
        (
            &on("\x1b[1;1;3;3;1;2;2$v"),
            "abcdefgh|iabcmnop|qijkuvwx|AqrsEFGH",
        ),
        (
            &on("\x1b[1;1;2;2;1;4;8$v"),
            "abcdefgh|ijklmnop|qrstuvwx|ABCDEFGa",
        ),
        ("日本\x1b[1;2;1;3;1;2;1$v", "日本"),
        ("日本\x1b[33;1;2;1;3$x", " !!"),
    ]);
    at(&[(
        "\x1b[4;5H\x1b[33;1;1;2;2$x\x1b[1;1;2;2$z\x1b[1;1;2;2;1;3;3$v",
        "4;5",
    )]);
}

#[test]
fn attributes_change_in_rectangles_and_streams() {
    let bold = |screen: &Screen| -> String {
        let surface = drawn(screen, 0);
        (0..2)
            .flat_map(|y| (0..4).map(move |x| (x, y)))
            .map(|(x, y)| surface.cell(x, y).expect("inside").style().attrs)
            .map(|attrs| {
                if attrs.intersects(crate::draw::Attrs::BOLD) {
                    'B'
                } else {
                    '.'
                }
            })
            .collect()
    };
    let text = "abcd\r\nefgh";
    for (bytes, expected) in [
        ("\x1b[2*x\x1b[1;2;2;3;1$r", ".BB..BB."),
        ("\x1b[1;2;2;3;1$r", ".BBBBBB."),
        ("\x1b[2*x\x1b[1;2;2;3;1$t", ".BB..BB."),
        ("\x1b[2*x\x1b[1;1;2;4;1$r\x1b[1;2;2;3;22$r", "B..BB..B"),
        ("\x1b[2*x\x1b[1;1;2;4;1$r\x1b[1;2;2;3;1$t", "B..BB..B"),
        ("\x1b[2*x\x1b[1;1;2;4;1$r\x1b[1;2;2;3$r", "B..BB..B"),
    ] {
        assert_eq!(
            bold(&screen(4, 2, &format!("{text}{bytes}"))),
            expected,
            "{bytes:?}"
        );
    }
}

#[test]
fn checksums_tell_what_is_on_the_screen() {
    // Negated, as DEC's terminals give them.
    answers(&[
        ("A\x1b[1;1;1;1;1;1*y", "\x1bP1!~FFBF\x1b\\"),
        ("AB\x1b[7;1;1;1;1;2*y", "\x1bP7!~FF7D\x1b\\"),
        (
            "\x1b[5;5HX\x1b[5;7r\x1b[?69h\x1b[5;7s\x1b[?6h\x1b[3;1;1;1;1;1*y",
            "\x1bP3!~FFA8\x1b\\",
        ),
        ("\x1b[1\"q\x1b[1mA\x1b[1;1;1;1;1;1*y", "\x1bP1!~FF3B\x1b\\"),
    ]);
    // Blanks at the end of a row count where that is asked for, or if they look like something.
    answers(&[
        ("\x1b[1;1;1;1;1;1*y", "\x1bP1!~FFE0\x1b\\"),
        ("A B\r\nC\x1b[1;1;1;1;2;5*y", "\x1bP1!~FF1A\x1b\\"),
        ("A B\r\nC\x1b[4#y\x1b[1;1;1;1;2;5*y", "\x1bP1!~FE5A\x1b\\"),
        ("A\x1b[7m  \x1b[1;1;1;1;1;5*y", "\x1bP1!~FF3F\x1b\\"),
    ]);
    // Plainly, where that is asked for, until the terminal is reset.
    answers(&[
        ("\x1b[1#yA\x1b[1;1;1;1;1;1*y", "\x1bP1!~0041\x1b\\"),
        (
            "\x1b[2#y\x1b[1\"q\x1b[1mA\x1b[1;1;1;1;1;1*y",
            "\x1bP1!~FFBF\x1b\\",
        ),
        (
            "\x1b[3#y\x1b[1\"q\x1b[1mA\x1b[1;1;1;1;1;1*y",
            "\x1bP1!~0041\x1b\\",
        ),
        ("\x1b[3#y\x1bcA\x1b[1;1;1;1;1;1*y", "\x1bP1!~FFBF\x1b\\"),
    ]);
}

#[test]
fn margins_are_set_told_and_forgotten() {
    answers(&[
        ("\x1b[?69h\x1b[3;4s\x1bP$qs\x1b\\", "\x1bP1$r3;4s\x1b\\"),
        (
            "\x1b[?69h\x1b[3;4s\x1b[s\x1bP$qs\x1b\\",
            "\x1bP1$r1;80s\x1b\\",
        ),
        ("\x1b[?69h\x1b[4;3s\x1bP$qs\x1b\\", "\x1bP1$r1;80s\x1b\\"),
        (
            "\x1b[?69h\x1b[3;4s\x1b[?69l\x1bP$qs\x1b\\",
            "\x1bP1$r1;80s\x1b\\",
        ),
        (
            "\x1b[?69h\x1b[3;4s\x1b[!p\x1b[?69$p\x1bP$qs\x1b\\",
            "\x1b[?69;2$y\x1bP1$r1;80s\x1b\\",
        ),
        ("\x1b[5;6r\x1bP$qr\x1b\\", "\x1bP1$r5;6r\x1b\\"),
        ("\x1b[5;6r\x1b#8\x1bP$qr\x1b\\", "\x1bP1$r1;24r\x1b\\"),
        ("\x1b[5;6r\x1b[6;5r\x1bP$qr\x1b\\", "\x1bP1$r5;6r\x1b\\"),
        (
            "\x1b[5;6r\x1b[?40h\x1b[?3h\x1bP$qr\x1b\\",
            "\x1bP1$r1;24r\x1b\\",
        ),
    ]);
    at(&[
        ("\x1b[5;5H\x1b[2;4r", "1;1"),
        ("\x1b[5;5H\x1b#8", "1;1"),
        ("\x1b[5;5H\x1b[?3h", "5;5"),
        ("\x1b[5;5H\x1b[?40h\x1b[?3h", "1;1"),
        ("\x1b[5;5H\x1b[s\x1b[1;1H\x1b[u", "5;5"),
    ]);
}

#[test]
fn the_cursor_is_saved_with_all_that_belongs_to_it() {
    at(&[
        ("\x1b[5;6H\x1b7\x1b[H\x1b8", "5;6"),
        ("\x1b[5;6H\x1b8", "1;1"),
        (
            "\x1b[5;6H\x1b7\x1b[?1049h\x1b[2;2H\x1b7\x1b[?1049l\x1b8",
            "5;6",
        ),
        ("\x1b[5;6H\x1b[?1048h\x1b[H\x1b[?1048l", "5;6"),
        ("\x1b[?6h\x1b7\x1b[?6l\x1b[2;4r\x1b8\x1b[9;9H", "3;9"),
        ("\x1b[5;6H\x1b7\x1b[!p\x1b8", "1;1"),
    ]);
    check(&[
        ("\x1b(0\x1b7\x1b(B\x1b8q", "─"),
        ("12345678\x1b7\x1b[H\x1b8x", "12345678|x"),
        ("\x1b[1\"q\x1b7\x1b[0\"q\x1b8a\x1b[?2J", "a"),
    ]);
}

#[test]
fn the_alternate_screen_comes_in_three_kinds() {
    at(&[
        ("\x1b[3;4H\x1b[?47h", "3;4"),
        ("\x1b[3;4H\x1b[?47h\x1b[5;5H\x1b[?47l", "5;5"),
        ("\x1b[3;4H\x1b[?1047h\x1b[5;5H\x1b[?1047l", "5;5"),
        ("\x1b[3;4H\x1b[?1049h\x1b[5;5H\x1b[?1049l", "3;4"),
    ]);
    check(&[
        ("a\x1b[?47h\x1b[Hb\x1b[?47l", "a"),
        ("a\x1b[?47h\x1b[Hb\x1b[?47l\x1b[?47h", "b"),
        ("a\x1b[?1047h\x1b[Hb\x1b[?1047l\x1b[?1047h", ""),
        ("a\x1b[?1049h\x1b[Hb\x1b[?1049l\x1b[?1049h", ""),
    ]);
    answers(&[(
        "\x1b[?1049h\x1b[?1049$p\x1b[?47$p",
        "\x1b[?1049;1$y\x1b[?47;1$y",
    )]);
}

#[test]
fn character_sets_are_designated_and_shifted() {
    check(&[
        ("\x1b)0a\x0eq\x0fq", "a─q"),
        ("\x1b*0a\x1bNqq", "a─q"),
        ("\x1b+0a\x1bOqq", "a─q"),
        ("\x1b*0\x1bnqx\x1b+B\x1boq", "─│q"),
        ("\x1b(A#\x1b(B#", "£#"),
        ("\x1b(0\x1b[!pq", "q"),
        ("\x1b(0\x1bcq", "q"),
    ]);
}

#[test]
fn underlines_and_lines_above_are_kept_apart() {
    use crate::draw::{Attrs, Underline};
    for (code, style) in [
        ("4", Underline::Single),
        ("21", Underline::Double),
        ("4:3", Underline::Curly),
        ("4:4", Underline::Dotted),
        ("4:5", Underline::Dashed),
        ("4:0", Underline::None),
    ] {
        let screen = screen(4, 1, &format!("\x1b[1;53m\x1b[{code}mx"));
        let attrs = drawn(&screen, 0).cell(0, 0).expect("inside").style().attrs;
        assert_eq!(attrs.underline(), style, "{code}");
        assert!(attrs.intersects(Attrs::OVERLINE) && attrs.intersects(Attrs::BOLD));
    }
    answers(&[("\x1b[53;4:4m\x1bP$qm\x1b\\", "\x1bP1$r0;4:4;53m\x1b\\")]);
}

/// Sequences that cost much for few bytes are put off, not lost.
#[test]
fn work_is_bounded_for_each_call() {
    for costly in [
        "\x1b[65535b",
        "\x1b[33$x",
        "\x1b[50S",
        "\x1b[2J\x1b[50L",
        "\x1b#8\x1b[1;1;$z",
    ] {
        let mut screen = screen(200, 50, "x");
        let flood = format!("{}\x1b[2J\x1b[Hend", costly.repeat(2000));
        screen.feed(flood.as_bytes());
        assert!(screen.has_backlog(), "{costly:?}");
        let mut turns = 0;
        while screen.has_backlog() {
            screen.resume();
            turns += 1;
        }
        assert!(turns > 3, "{costly:?}");
        assert_eq!(
            screen.line_text(0, true).as_deref(),
            Some("end"),
            "{costly:?}"
        );
    }
}

/// A cell takes so many marks and no more, however many come.
#[test]
fn floods_of_marks_cost_nothing() {
    let mut screen = screen(20, 2, "e");
    screen.feed("\u{301}".repeat(20_000).as_bytes());
    screen.feed(b"x");
    assert_eq!(screen.cursor_position(), (2, 0));
    assert_eq!(
        screen.to_text().chars().filter(|c| *c == '\u{301}').count(),
        16
    );
}

/// Images are swallowed, however large; a word stands in their place, and no answer says `OK`.
#[test]
fn images_leave_a_placeholder() {
    let shows = |bytes: &str, expected: &str| {
        let mut screen = screen(40, 2, bytes);
        assert_eq!(screen.to_text().trim_end(), expected, "{bytes:.40?}");
        assert!(screen.take_replies().is_empty());
    };
    let data = "~".repeat(100_000);
    shows(
        &format!("a\x1bPq\"1;1;320;200#0;2;0;0;0{data}\x1b\\b"),
        "a[image 320x200]b",
    );
    shows(&format!("a\x1bP0;1q{data}\x1b\\b"), "a[image]b");
    shows(
        &format!("a\x1b_Ga=T,f=24,s=10,v=20;{data}\x1b\\b"),
        "a[image 10x20]b",
    );
    shows(
        "a\x1b_Ga=T,f=100,m=1;AAAA\x1b\\\x1b_Gm=0;AAAA\x1b\\b",
        "a[image]b",
    );
    shows("a\x1b_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\b", "ab");
    shows("a\x1b]1337;File=inline=1;width=3:AAAA\x07b", "a[image]b");
    shows(
        "a\x1b]1337;File=name=x:AAAA\x07b\x1b]1337;SetMark\x07",
        "ab",
    );
    assert!(!ask("\x1b[c").contains(";4;"), "no sixel");
}
