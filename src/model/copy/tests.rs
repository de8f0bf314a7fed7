//! Motions, selections and windows on texts held still.

use proptest::prelude::*;

use super::motion::{self, Words};
use super::*;
use crate::term::Screen;

fn mode(cols: u16, rows: u16, text: &str) -> CopyMode {
    let size = Size::new(cols, rows);
    let mut screen = Screen::new(size, 10_000);
    screen.feed(text.replace('\n', "\r\n").as_bytes());
    CopyMode::new(screen.freeze(), size, (0, 0))
}

fn at(row: usize, col: usize) -> Point {
    Point::new(row, col)
}

/// Where a motion, repeated, comes by from the first cell on.
fn walk(text: &str, step: impl Fn(&Frozen, Point) -> Point) -> Vec<(usize, usize)> {
    let mode = mode(12, 6, text);
    let mut point = at(0, 0);
    let mut places = Vec::new();
    for _ in 0..20 {
        let next = step(&mode.text, point);
        if next == point {
            break;
        }
        places.push((next.row, next.col));
        point = next;
    }
    places
}

#[test]
fn words_are_letters_or_signs() {
    let next = |text| {
        walk(text, |text, from| {
            motion::next_word(text, from, Words::Small)
        })
    };
    assert_eq!(next("one two.x  y")[..4], [(0, 4), (0, 7), (0, 8), (0, 11)]);
    assert_eq!(next("a\n  b\n\nc")[..3], [(1, 2), (2, 0), (3, 0)]);
    let big = walk("one two.x  y", |text, from| {
        motion::next_word(text, from, Words::Big)
    });
    assert_eq!(big[..2], [(0, 4), (0, 11)]);
    let wide = next("日本 語a x");
    assert_eq!(wide[..2], [(0, 5), (0, 9)]);
}

#[test]
fn words_end_and_begin() {
    let end = walk("one two.x\n y", |text, from| {
        motion::word_end(text, from, Words::Small)
    });
    assert_eq!(end[..5], [(0, 2), (0, 6), (0, 7), (0, 8), (1, 1)]);
    let mode = mode(12, 6, "one two.x\n\n y");
    let mut point = at(2, 1);
    let mut places = Vec::new();
    for _ in 0..6 {
        point = motion::previous_word(&mode.text, point, Words::Small);
        places.push((point.row, point.col));
    }
    assert_eq!(places, [(1, 0), (0, 8), (0, 7), (0, 4), (0, 0), (0, 0)]);
}

#[test]
fn emacs_goes_behind_the_word() {
    let behind = walk("one  two.x\n y", |text, from| {
        motion::behind_word(text, from, Words::Small)
    });
    assert_eq!(behind[..5], [(0, 3), (0, 8), (0, 9), (0, 10), (1, 2)]);
    let big = walk("one  two.x\n y", |text, from| {
        motion::behind_word(text, from, Words::Big)
    });
    assert_eq!(big[..3], [(0, 3), (0, 10), (1, 2)]);
}

#[test]
fn a_word_goes_on_where_the_row_wraps() {
    let mode = mode(4, 4, "ab cdefghi jk");
    let next = motion::next_word(&mode.text, at(0, 3), Words::Small);
    assert_eq!(next, at(2, 3));
    assert_eq!(
        motion::word_at(&mode.text, at(1, 1), ""),
        (at(0, 3), at(2, 1))
    );
}

#[test]
fn a_double_click_takes_a_path() {
    let mode = mode(40, 2, "see (src/main.rs:12) now");
    let word = |col| motion::word_at(&mode.text, at(0, col), ":()");
    assert_eq!(word(8), (at(0, 5), at(0, 15)));
    assert_eq!(word(17), (at(0, 17), at(0, 18)));
    assert_eq!(word(4), (at(0, 4), at(0, 4)), "a separator is alone");
    assert_eq!(word(39), (at(0, 39), at(0, 39)), "and so is nothing");
}

#[test]
fn brackets_pair_across_lines() {
    let mode = mode(20, 5, "f(a[1],\n  {b})\nx ]");
    let pair = |row, col| motion::matching_bracket(&mode.text, at(row, col));
    assert_eq!(
        pair(0, 0),
        Some(at(1, 5)),
        "the next one in the line counts"
    );
    assert_eq!(pair(1, 5), Some(at(0, 1)));
    assert_eq!(pair(1, 2), Some(at(1, 4)));
    assert_eq!(pair(2, 0), None);
}

#[test]
fn characters_are_found_in_the_line() {
    let mode = mode(20, 3, "a.b.c.d\n.");
    let seek = |from, forward, before, again| {
        let find = Find { forward, before };
        motion::find(&mode.text, at(0, from), find, '.', again).map(|to| (to.row, to.col))
    };
    assert_eq!(seek(0, true, false, false), Some((0, 1)));
    assert_eq!(seek(0, true, true, false), Some((0, 0)));
    assert_eq!(seek(0, true, true, true), Some((0, 2)));
    assert_eq!(seek(6, false, false, false), Some((0, 5)));
    assert_eq!(seek(6, false, true, true), Some((0, 4)));
    assert_eq!(seek(5, true, false, false), None, "not in the next line");
}

#[test]
fn paragraphs_end_at_empty_lines() {
    let mode = mode(20, 9, "a\nb\n\n\nc\n\nd");
    let next = |row| motion::next_paragraph(&mode.text, row);
    assert_eq!([next(0), next(2), next(5)], [2, 5, 7]);
    let before = |row| motion::previous_paragraph(&mode.text, row);
    assert_eq!([before(6), before(5), before(2)], [5, 3, 0]);
}

#[test]
fn the_window_follows_the_cursor_and_ends_with_the_text() {
    let lines: String = (0..100).map(|n| format!("line {n}\n")).collect();
    let mut mode = mode(20, 10, &lines);
    assert_eq!(mode.position(), (0, 91));
    assert_eq!(mode.cursor, at(100, 0));
    mode.page(-mode.page_rows());
    assert_eq!((mode.position().0, mode.cursor.row), (8, 92));
    mode.go(at(0, 3));
    assert_eq!(mode.position(), (91, 91));
    mode.scroll(2);
    assert_eq!((mode.top, mode.cursor), (2, at(2, 3)));
    mode.scroll(1000);
    assert!(mode.at_end());
    mode.window_row(1);
    assert_eq!(mode.cursor.row, 95);
    mode.jump(at(50, 0));
    assert_eq!(mode.top, 45);
    assert!(!mode.down(1000));
    assert_eq!(mode.cursor.row, 100);
    mode.page(-10_000);
    mode.page(-1);
    assert_eq!((mode.top, mode.cursor.row), (0, 8));
}

#[test]
fn going_up_and_down_keeps_the_column() {
    let mut mode = mode(20, 6, "a long line\nx\n日本語です\nend of it");
    mode.go(at(0, 9));
    for (row, col) in [(1, 0), (2, 8), (3, 8)] {
        mode.down(1);
        assert_eq!(mode.cursor, at(row, col));
    }
    mode.line_end();
    mode.down(-1);
    assert_eq!(mode.cursor, at(2, 8), "the end stays the end");
    mode.right(-1);
    assert_eq!(mode.cursor, at(2, 6), "over both halves");
    mode.right(1);
    assert_eq!(mode.cursor, at(2, 8));
    mode.right(1);
    assert_eq!(mode.cursor, at(3, 0));
    mode.go(at(0, 5));
    mode.indentation();
    assert_eq!(mode.cursor, at(0, 0));
}

fn selected(mode: &CopyMode) -> String {
    let (one, other, shape) = mode.selected(" ").expect("a selection");
    mode.text.copy(one, other, shape, 9999).expect("small")
}

#[test]
fn selections_grow_by_their_unit() {
    let mut mode = mode(20, 6, "one two three\nfour five six");
    let select = |mode: &mut CopyMode, unit, from, to| {
        mode.go(from);
        mode.select(unit);
        mode.go(to);
        selected(mode)
    };
    let (from, to) = (at(0, 4), at(1, 3));
    assert_eq!(select(&mut mode, Unit::Chars, from, to), "two three\nfour");
    assert_eq!(select(&mut mode, Unit::Chars, to, from), "two three\nfour");
    assert_eq!(select(&mut mode, Unit::Between, from, to), "two three\nfou");
    assert_eq!(
        select(&mut mode, Unit::Lines, from, to),
        "one two three\nfour five six"
    );
    assert_eq!(select(&mut mode, Unit::Block, from, at(1, 6)), "two\n fi");
    let word = motion::word_at(&mode.text, at(0, 5), "");
    mode.select_word(word);
    assert_eq!(selected(&mode), "two");
    mode.go(at(0, 1));
    assert_eq!(selected(&mode), "one two");
    mode.go(at(1, 6));
    assert_eq!(selected(&mode), "two three\nfour five");
    mode.other_end();
    assert_eq!(mode.cursor, at(0, 4));
    assert_eq!(mode.selected_in(0, ""), Some(4..=13), "and the line's end");
}

#[test]
fn everything_stays_at_its_text_when_the_width_changes() {
    let mut mode = mode(12, 3, "first line of text\nand another one here\nend");
    mode.go(at(1, 2));
    mode.select(Unit::Chars);
    mode.go(at(2, 6));
    let before = selected(&mode);
    for (cols, rows) in [(5, 3), (30, 2), (7, 9), (12, 3)] {
        mode.fit(Size::new(cols, rows), cols);
        assert_eq!(selected(&mode), before);
        assert!((mode.top..mode.top + usize::from(rows)).contains(&mode.cursor.row));
    }
    assert_eq!(mode.cursor, at(2, 6));
    // A narrow window on wide text is moved sideways.
    mode.fit(Size::new(4, 3), 12);
    assert!((mode.left..mode.left + 4).contains(&mode.cursor.col));
}

#[test]
fn a_search_being_typed_can_be_given_up() {
    let mut mode = mode(20, 3, "alpha\nbeta\ngamma\nalpha beta\n");
    let origin = mode.cursor;
    mode.begin_trial();
    assert_eq!(mode.try_pattern("b", false), Landed::Here);
    assert_eq!(mode.cursor, at(3, 6));
    assert_eq!(mode.try_pattern("bx", false), Landed::Nowhere);
    assert_eq!(mode.cursor, origin);
    assert_eq!(mode.try_pattern("al", false), Landed::Here);
    mode.drop_trial();
    assert_eq!(mode.cursor, origin);
    assert!(mode.searching.is_none());
    mode.begin_trial();
    mode.try_pattern("al", false);
    mode.keep_trial(false);
    assert_eq!(mode.cursor, at(3, 0));
    assert_eq!(mode.tally(), Some((Some(2), 2, true)));
    assert_eq!(mode.search_again(true), Landed::Here);
    assert_eq!(mode.cursor, at(0, 0));
    assert_eq!(mode.search_again(true), Landed::Wrapped);
    // Nothing typed: the same pattern again, the other way.
    mode.begin_trial();
    assert_eq!(mode.keep_trial(true), Landed::Wrapped);
    assert_eq!(mode.cursor, at(0, 0));
}

#[test]
fn a_long_search_lands_later() {
    let mut screen = Screen::new(Size::new(80, 10), 1_000_000);
    screen.feed(b"needle\r\n");
    for line in 0..40_000 {
        screen.feed(format!("straw {line} and more straw around it\r\n").as_bytes());
    }
    let size = Size::new(80, 10);
    let mut mode = CopyMode::new(screen.freeze(), size, (0, 0));
    assert_eq!(mode.search("needle", false), Landed::Later);
    let mut turns = 0;
    while mode.search_on() == Landed::Later {
        turns += 1;
    }
    assert!(turns > 3, "{turns}");
    assert_eq!(mode.cursor, at(0, 0));
    assert!(!mode.is_searching());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever one does, the cursor is in the text and in the window.
    #[test]
    fn the_cursor_is_always_in_sight(
        text in "[a-c (日\n]{0,300}",
        cols in 2u16..20,
        rows in 1u16..8,
        steps in proptest::collection::vec((0u8..16, -30isize..30), 0..30),
    ) {
        let mut mode = mode(cols, rows, &text);
        for (step, by) in steps {
            match step {
                0 => _ = mode.down(by),
                1 => mode.right(by),
                2 => mode.page(by),
                3 => mode.scroll(by),
                4 => mode.line_end(),
                5 => mode.line_start(),
                6 => mode.window_row(by.unsigned_abs()),
                7 => mode.go(motion::next_word(&mode.text, mode.cursor, Words::Small)),
                8 => mode.go(motion::previous_word(&mode.text, mode.cursor, Words::Big)),
                9 => mode.go(motion::word_end(&mode.text, mode.cursor, Words::Small)),
                10 => mode.select([Unit::Chars, Unit::Lines, Unit::Block][by.unsigned_abs() % 3]),
                11 => mode.other_end(),
                12 => _ = mode.search("b", by < 0),
                13 => mode.fit(Size::new(by.unsigned_abs() as u16 + 1, rows), cols),
                14 => mode.fit(mode.window, by.unsigned_abs() as u16),
                _ => mode.middle(),
            }
            prop_assert!(mode.cursor.row < mode.text.rows());
            let seen = mode.top..mode.top + usize::from(mode.window.rows);
            prop_assert!(seen.contains(&mode.cursor.row), "{step} {by} {mode:?}");
            let across = mode.left..mode.left + usize::from(mode.window.cols);
            prop_assert!(across.contains(&mode.cursor.col), "{step} {by} {mode:?}");
            for row in seen {
                _ = mode.selected_in(row, " ");
            }
        }
    }
}
