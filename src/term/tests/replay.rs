//! What programs write, and what must be on the screen then.

use super::*;
use crate::draw::{Attrs, Caps, Color, Encoder, Style, Underline};

#[test]
fn lines_wrap_and_scroll() {
    check((5, 3), "abcdefg", &["abcde", "fg"]);
    check((5, 3), "1\r\n2\r\n3\r\n4", &["2", "3", "4"]);
    check((5, 2), "\x1b[?7labcdefg", &["abcdg"]);
    check((5, 3), "abcde\r\nx", &["abcde", "x"]);
    check((5, 2), "abcde\x1b[6n\x1b[2;1Hx", &["abcde", "x"]);
}

#[test]
fn tabs_stop_every_eight_columns_unless_told() {
    check((20, 2), "a\tb\tc", &["a       b       c"]);
    check((20, 2), "\x1b[3g\x1b[5G\x1bH\r\tx", &["    x"]);
    check((20, 2), "a\tb\x1b[Zc\x1b[Id", &["a       c       d"]);
}

#[test]
fn wide_characters_take_two_columns() {
    check((6, 2), "日本語x", &["日本語", "x"]);
    check((5, 2), "日本語", &["日本", "語"]);
    check((6, 1), "日本\x1b[2Gx", &[" x本"]);
    check((6, 1), "日本\x1b[1Gx", &["x 本"]);
    check((6, 2), "e\u{301}👩\u{200d}x", &["e\u{301}👩\u{200d}x"]);
    check((2, 2), "a日", &["a", "日"]);
    check((1, 2), "日", &["日"].map(|_| ""));
}

#[test]
fn marks_on_a_cell_are_bounded() {
    let text = screen(9, 1, &format!("e{}", "\u{301}".repeat(5000))).to_text();
    assert_eq!(text.trim_end().chars().count(), 17);
}

#[test]
fn regions_scroll_alone() {
    let lines = "1\r\n2\r\n3\r\n4\r\n5";
    check(
        (5, 5),
        &format!("{lines}\x1b[2;4r\x1b[4;1H\n"),
        &["1", "3", "4", "", "5"],
    );
    check(
        (5, 5),
        &format!("{lines}\x1b[2;4r\x1b[2;1H\x1bM"),
        &["1", "", "2", "3", "5"],
    );
    check(
        (5, 5),
        &format!("{lines}\x1b[2;4r\x1b[2S"),
        &["1", "4", "", "", "5"],
    );
    check(
        (5, 5),
        &format!("{lines}\x1b[2;4r\x1b[T"),
        &["1", "", "2", "3", "5"],
    );
    check(
        (5, 5),
        &format!("{lines}\x1b[2;1H\x1b[2L"),
        &["1", "", "", "2", "3"],
    );
    check(
        (5, 5),
        &format!("{lines}\x1b[2;1H\x1b[2M"),
        &["1", "4", "5"],
    );
}

#[test]
fn origin_mode_counts_from_the_region() {
    let bytes = "\x1b[2;4r\x1b[?6hA\x1b[3;2HB\x1b[AC\x1b[GD\x1b[9BE\x1b[9AF\x1b[2dG";
    check((5, 5), bytes, &["", "A F", "D CG", " E", ""]);
}

#[test]
fn cells_are_inserted_deleted_and_erased() {
    check((8, 1), "abcdef\x1b[3G\x1b[2@", &["ab  cdef"]);
    check((8, 1), "abcdef\x1b[3G\x1b[2P", &["abef"]);
    check((8, 1), "abcdef\x1b[3G\x1b[2X", &["ab  ef"]);
    check((8, 1), "abcdef\x1b[3G\x1b[K", &["ab"]);
    check((8, 1), "abcdef\x1b[3G\x1b[1K", &["   def"]);
    check((8, 1), "\x1b[4habc\x1b[Gx", &["xabc"]);
    check((8, 2), "ab\x1b[3b\x1b[99999b", &["bbbbbbbb", "bbbbb"]);
}

#[test]
fn line_drawing_and_resets() {
    check((8, 1), "\x1b(0lqk\x1b(Bx", &["┌─┐x"]);
    check((8, 1), "\x1b)0\x0eq\x0fq", &["─q"]);
    check((8, 2), "abc\x1b[?1049hdef\x1b[?1049l", &["abc"]);
    check((8, 2), "abc\x1b[?47h\x1b[Hdef", &["def"]);
    check((8, 2), "abc\x1bcx", &["x"]);
    check((3, 2), "\x1b#8", &["EEE", "EEE"]);
}

#[test]
fn strings_without_meaning_are_silent() {
    check(
        (20, 1),
        "a\x1b_Gf=100;AAAA\x1b\\b\x1bPzzz\x1b\\c\x1b^pm\x1b\\d",
        &["abcd"],
    );
    check((20, 1), "a\x1b]1337;File=x:AAAA\x07b\x1b]junkc", &["ab"]);
    check((20, 1), "a\x1b]0;t\x18b", &["ab"]);
    check((20, 1), "a\x1bktitle\x1b\\b", &["ab"]);
}

#[test]
fn a_string_that_never_ends_is_given_up() {
    let mut screen = screen(20, 1, "before \x1b]0;");
    for _ in 0..80 {
        screen.feed(&[b'x'; 32 * 1024]);
    }
    assert_eq!(screen.to_text(), "before\n");
    screen.feed(b"yy\x07after");
    assert_eq!(screen.to_text(), "before after\n");
    assert_eq!(screen.title(), "");
}

/// A pager: alternate screen, reverse video status, scrolling back by reverse index.
#[test]
fn a_pager_scrolls_back() {
    let open =
        "$ less f\r\n\x1b[?1049h\x1b[?1h\x1b=\rthree\x1b[m\r\nfour\x1b[m\r\n\x1b[7mf\x1b[27m\x1b[K";
    check((10, 3), open, &["three", "four", "f"]);
    let back = format!("{open}\r\x1b[K\x1b[H\x1bMtwo\r\n\x1b[3;1H\r\x1b[K:\x1b[K");
    check((10, 3), &back, &["two", "three", ":"]);
    let close = format!("{back}\r\x1b[K\x1b[?1l\x1b>\x1b[?1049l$ ");
    check((10, 3), &close, &["$ less f", "$"]);
}

/// An editor: title pushed, region for scrolling, tildes, status and cursor placed at last.
#[test]
fn an_editor_scrolls_a_region() {
    let open = "\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\x1b[1;4r\x1b[H\x1b[2Jalpha\r\nbeta\r\n\
                \x1b[94m~\x1b[3;2H\x1b[K\r\n~\x1b[4;2H\x1b[K\x1b[0m\x1b[1;1H\x1b[?25h";
    check((12, 4), open, &["alpha", "beta", "~", "~"]);
    let scrolled =
        format!("{open}\x1b[1;3r\x1b[3;1H\r\n\x1b[1;4r\x1b[3;1Hgamma\x1b[4;1H2,1\x1b[K\x1b[2;1H");
    check((12, 4), &scrolled, &["beta", "~", "gamma", "2,1"]);
}

/// A process monitor: everything repainted by address with colours and erasures.
#[test]
fn a_monitor_repaints_by_address() {
    check(
        (16, 3),
        "\x1b[?1049h\x1b[?25l\x1b[H\x1b[36mCPU\x1b[m[\x1b[32m||\x1b[m\x1b[12G50%]\x1b[K\r\n\
         \x1b[30;42m  PID\x1b[K\x1b[m\x1b[3;1H\x1b[1m  1\x1b[m sh\x1b[2;6H\x1b[30;42mUSER",
        &["CPU[||     50%]", "  PIDUSER", "  1 sh"],
    );
}

#[test]
fn resizing_wraps_anew_and_back() {
    let mut screen = screen(10, 4, "0123456789abcdef\r\nxyz");
    screen.resize(Size::new(5, 4));
    assert_eq!(screen.to_text(), "abcde\nf\nxyz\n\n");
    assert_eq!(screen.history_len(), 2);
    assert_eq!(screen.line_text(-1, true).as_deref(), Some("56789"));
    assert!(screen.line_wraps(-1) && screen.line_wraps(0) && !screen.line_wraps(2));
    screen.resize(Size::new(20, 4));
    assert!(screen.to_text().starts_with("0123456789abcdef\nxyz\n"));
    screen.resize(Size::new(1, 1));
    screen.feed(b"q\x1b[6n");
    assert_eq!(screen.size(), Size::new(1, 1));
    assert_eq!(screen.cursor_position(), (0, 0));
    screen.resize(Size::new(0, 0));
    assert_eq!(screen.size(), Size::new(1, 1));
}

#[test]
fn the_alternate_screen_is_cut_not_wrapped() {
    let mut screen = screen(10, 3, "main\x1b[?1049h\x1b[H0123456789");
    screen.resize(Size::new(5, 3));
    assert_eq!(screen.to_text(), "01234\n\n\n");
    screen.feed(b"\x1b[?1049l");
    assert_eq!(screen.to_text(), "main\n\n\n");
}

#[test]
fn history_is_kept_scrolled_to_and_cleared() {
    let mut screen = Screen::new(Size::new(8, 2), 3);
    screen.feed(b"1\r\n2\r\n3\r\n4\r\n5\r\n6  ");
    assert_eq!(screen.history_len(), 3);
    assert_eq!(screen.line_text(-3, true).as_deref(), Some("2"));
    assert_eq!(screen.line_text(-4, true), None);
    assert_eq!(screen.line_text(1, true).as_deref(), Some("6"));
    assert_eq!(screen.line_text(1, false).as_deref(), Some("6       "));
    assert_eq!(screen.line_text(2, true), None);
    assert_eq!(drawn(&screen, 2).to_text(), "3\n4\n");
    assert_eq!(drawn(&screen, 4).to_text(), "\n2\n");
    screen.feed(b"\x1b[?1049h");
    assert_eq!(screen.history_len(), 0);
    screen.feed(b"\x1b[?1049l");
    screen.clear_history();
    assert_eq!(
        (screen.history_len(), screen.to_text().as_str()),
        (0, "5\n6\n")
    );
}

#[test]
fn looks_survive() {
    let text = "\x1b[1;2;3;5;7;8;9mA\x1b[0;4:3;58;5;9mB\x1b[0;21;38;2;1;2;3;48:2::4:5:6mC\
                \x1b[0;4:4;38:5:200mD\x1b[0;4:5;97;100mE\x1b[24;39;49mF\x1b[0m";
    let screen = screen(8, 1, text);
    let surface = drawn(&screen, 0);
    let check = |x, style: Style| {
        let cell = surface.cell(x, 0).expect("a cell");
        assert_eq!(cell.style(), style, "{:?}", cell.character());
    };
    let line = |line| Style::PLAIN.attrs(Attrs::NONE.with_underline(line));
    let all = [
        Attrs::BOLD,
        Attrs::DIM,
        Attrs::ITALIC,
        Attrs::BLINK,
        Attrs::INVERSE,
    ]
    .into_iter()
    .chain([Attrs::HIDDEN, Attrs::STRIKE]);
    check(
        0,
        Style::PLAIN.attrs(all.fold(Attrs::NONE, |all, one| all | one)),
    );
    check(
        1,
        Style {
            underline: Color::indexed(9),
            ..line(Underline::Curly)
        },
    );
    check(
        2,
        line(Underline::Double)
            .fg(Color::rgb(1, 2, 3))
            .bg(Color::rgb(4, 5, 6)),
    );
    check(3, line(Underline::Dotted).fg(Color::indexed(200)));
    check(
        4,
        line(Underline::Dashed)
            .fg(Color::indexed(15))
            .bg(Color::indexed(8)),
    );
    check(5, Style::PLAIN);
}

#[test]
fn redefined_colors_are_shown_as_defined() {
    let screen = screen(8, 1, "\x1b]4;1;#102030\x07\x1b]11;#010101\x07\x1b[31mA");
    let surface = drawn(&screen, 0);
    let style = surface.cell(0, 0).expect("a cell").style();
    assert_eq!(
        style,
        Style::PLAIN
            .fg(Color::rgb(16, 32, 48))
            .bg(Color::rgb(1, 1, 1))
    );
}

#[test]
fn links_survive_within_limits() {
    let long = "x".repeat(3000);
    let text = format!(
        "\x1b]8;id=7;http://a/b;c\x1b\\ab\x1b]8;;\x1b\\c\x1b]8;;http://{long}\x1b\\d\x1b]8;;http://\u{e9}\x1b\\e"
    );
    let screen = screen(8, 1, &text);
    let surface = drawn(&screen, 0);
    let link = |x| surface.link(x, 0).map(|link| (link.id(), link.uri()));
    assert_eq!(link(0), Some(("7", "http://a/b;c")));
    assert_eq!(link(1), Some(("7", "http://a/b;c")));
    assert_eq!([link(2), link(3), link(4)], [None; 3]);
}

#[test]
fn viewers_learn_which_rows_changed() {
    let mut screen = screen(8, 3, "one\r\ntwo");
    let seen = screen.seq();
    screen.feed(b"\x1b[3;1Hx\x1b[2;4H");
    assert!(screen.seq() > seen);
    let changed: Vec<bool> = (0..4).map(|row| screen.row_seq(row) > seen).collect();
    assert_eq!(changed, [false, true, true, false]);
    let seen = screen.seq();
    screen.feed(b"\x1b]133;A\x07");
    assert!((0..3).all(|row| row == 1 || screen.row_seq(row) <= seen));
    screen.feed(b"\n\n");
    assert!(
        (0..3).all(|row| screen.row_seq(row) > seen),
        "scrolling changes all"
    );
    screen.feed(b"\x1b[?2026h");
    let seen = screen.seq();
    screen.feed(b"x\n\n");
    assert_eq!(screen.seq(), seen, "held back");
}

#[test]
fn a_synchronized_update_is_shown_at_its_end() {
    let mut screen = screen(20, 1, "old\x1b[?2026h\r\x1b[Kne");
    assert!(screen.sync_pending());
    assert_eq!(
        (screen.to_text().as_str(), screen.sync_epoch()),
        ("old\n", 1)
    );
    screen.feed(b"w\x1b[?20");
    assert_eq!(screen.to_text(), "old\n");
    screen.feed(b"26l!\x1b[?2026h\r\x1b[K");
    assert_eq!(screen.to_text(), "new!\n");
    assert!(screen.sync_pending());
    assert_eq!(screen.sync_epoch(), 2);
    screen.end_sync();
    assert_eq!(
        (screen.to_text().as_str(), screen.sync_pending()),
        ("\n", false)
    );
    screen.feed(b"\x1b[?2026ltail\x1b[?2026hA\x1b[?2026hB\x1b[?2026lC");
    assert_eq!(
        (screen.to_text().as_str(), screen.sync_pending()),
        ("tailABC\n", false)
    );
}

#[test]
fn an_update_too_long_is_shown_in_pieces() {
    let mut screen = screen(20, 2, "\x1b[?2026h");
    for _ in 0..40 {
        screen.feed(&[b'x'; 32 * 1024]);
    }
    assert!(!screen.sync_pending());
    assert!(screen.to_text().starts_with("xxxx"));
}

#[test]
fn resizing_ends_an_update() {
    let mut screen = screen(20, 2, "\x1b[?2026habc");
    screen.resize(Size::new(10, 2));
    assert_eq!(
        (screen.to_text().as_str(), screen.sync_pending()),
        ("abc\n\n", false)
    );
}

/// From a program's bytes to an independent emulator: what is drawn is what was meant.
#[test]
fn the_whole_way_to_another_terminal() {
    let bytes = "\x1b[31mred\x1b[m plain \x1b[1;4;38;2;9;8;7mrgb\x1b[m\r\n\t日本語\x1b[44m  \x1b[K\r\n\x1b[7mend";
    let screen = screen(24, 4, bytes);
    let mut surface = drawn(&screen, 0);
    surface.cursor = screen.cursor();
    let mut out = Vec::new();
    Encoder::new(Caps::FULL).frame(&surface, &mut out);
    let [rows, cols] = [4u16, 24].map(|n| n.try_into().expect("not zero"));
    let mut drawn = vt100::Parser::new(rows, cols, 0);
    drawn.process(&out);
    let mut direct = vt100::Parser::new(rows, cols, 0);
    direct.process(bytes.as_bytes());
    let lines = |parser: &vt100::Parser| {
        let contents = parser.screen().contents();
        contents
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&drawn), lines(&direct));
    for (row, col) in (0..4).flat_map(|row| (0..24).map(move |col| (row, col))) {
        let look = |parser: &vt100::Parser| {
            let cell = parser.screen().cell(row, col).expect("inside").clone();
            (
                cell.fgcolor(),
                cell.bgcolor(),
                cell.bold(),
                cell.underline(),
                cell.inverse(),
            )
        };
        assert_eq!(look(&drawn), look(&direct), "{row},{col}");
    }
    assert_eq!(
        drawn.screen().cursor_position(),
        direct.screen().cursor_position()
    );
}

#[test]
fn a_failing_engine_is_replaced_and_says_so() {
    let mut screen = screen(80, 3, "text\x1b[?2004h");
    screen.take_replies();
    let seen = screen.seq();
    screen.guarded(|_| panic!("as an engine might"));
    assert_eq!(screen.failures(), 1);
    assert!(screen.to_text().contains("was reset"));
    assert!((0..3).all(|row| screen.row_seq(row) > seen));
    assert!(!screen.modes().bracketed_paste);
    screen.feed(b"on we go");
    assert!(screen.to_text().contains("on we go"));
}
