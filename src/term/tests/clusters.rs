//! Characters of several code points: how wide they are and that they stay together.

use super::functions::check;
use super::*;

/// Columns the text takes, and the text again.
fn takes(text: &str, columns: u16) {
    let screen = screen(30, 2, &format!("{text}|"));
    assert_eq!(screen.cursor_position(), (columns + 1, 0), "{text:?}");
    assert_eq!(
        screen.to_text().lines().next(),
        Some(format!("{text}|").as_str())
    );
    let surface = drawn(&screen, 0);
    assert_eq!(surface.glyph(columns, 0), "|", "{text:?}");
    assert_eq!(surface.glyph(0, 0), text);
}

#[test]
fn sequences_take_the_columns_of_the_whole() {
    takes("\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}", 2);
    takes("\u{1f44d}\u{1f3fd}", 2);
    takes("\u{1f1e9}\u{1f1ea}", 2);
    takes("\u{2764}\u{fe0f}", 2);
    takes("\u{2764}\u{fe0f}\u{200d}\u{1f525}", 2);
    takes("1\u{fe0f}\u{20e3}", 2);
    takes("\u{1f937}\u{1f3fc}\u{200d}\u{2642}\u{fe0f}", 2);
    takes("\u{261d}\u{1f3fd}", 2);
    takes("\u{2764}", 1);
    // Asked for as text it is as wide as ever, as in tmux.
    takes("\u{231a}\u{fe0e}", 2);
    takes("\u{2764}\u{fe0e}", 1);
    takes("e\u{301}", 1);
    takes("\u{1100}\u{1161}\u{11a8}", 2);
}

#[test]
fn only_what_follows_at_once_is_joined() {
    check(&[
        (
            "\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}",
            "\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}",
        ),
        ("\u{1f1e9}\x1b[m\u{1f1ea}x", "\u{1f1e9}\u{1f1ea}x"),
    ]);
    let screen = screen(30, 1, "\u{1f1e9}\x1b[m\u{1f1ea}");
    assert_eq!(screen.cursor_position(), (2, 0), "two letters, not a flag");
}

#[test]
fn without_clustering_code_points_count_alone() {
    let screen = screen(
        30,
        1,
        "\x1b[?2027l\u{1f469}\u{200d}\u{1f467}\u{2764}\u{fe0f}",
    );
    assert_eq!(screen.cursor_position(), (5, 0));
}

#[test]
fn clusters_come_back_from_the_history() {
    let line = "\u{1f469}\u{200d}\u{1f467}x\u{2764}\u{fe0f}y1\u{fe0f}\u{20e3}z";
    let mut screen = screen(12, 2, &format!("{line}\r\n\n\n"));
    assert_eq!(screen.line_text(-2, true).as_deref(), Some(line));
    screen.resize(Size::new(12, 6));
    assert_eq!(screen.to_text().lines().next(), Some(line));
    let surface = drawn(&screen, 0);
    assert_eq!(surface.glyph(8, 0), "z");
    screen.resize(Size::new(5, 6));
    let rows = [-1, 0].map(|row| screen.line_text(row, true).unwrap_or_default());
    assert_eq!(rows.concat(), line);
}

#[test]
fn at_the_right_edge_nothing_is_cut() {
    check(&[
        ("1234567\u{1f44d}\u{1f3fd}", "1234567|\u{1f44d}\u{1f3fd}"),
        ("1234567\u{2764}\u{fe0f}x", "1234567\u{2764}\u{fe0f}|x"),
    ]);
}
