//! Text held still: its rows, jumps from prompt to prompt, what is copied and found in it.

use proptest::prelude::*;

use super::super::{Found, Search, Shape};
use super::*;
use crate::model::geometry::Size;

fn screen(cols: u16, rows: u16, text: &str) -> Screen {
    let mut screen = Screen::new(Size::new(cols, rows), 100_000);
    screen.feed(text.replace('\n', "\r\n").as_bytes());
    screen
}

fn frozen(cols: u16, rows: u16, text: &str) -> Frozen {
    screen(cols, rows, text).freeze()
}

fn rows(frozen: &Frozen) -> Vec<String> {
    let rows = frozen.rows_from(0, frozen.rows());
    let text = rows.iter().map(|row| {
        let text: String = (0..row.used())
            .filter(|col| !row.is_tail(*col))
            .map(|col| row.character(col))
            .collect();
        text + if row.wraps { ">" } else { "" }
    });
    text.collect()
}

fn copied(frozen: &Frozen, one: (usize, usize), other: (usize, usize), shape: Shape) -> String {
    let [one, other] = [one, other].map(|(row, col)| Point::new(row, col));
    frozen.copy(one, other, shape, 1 << 20).expect("small")
}

/// All matches, found going forward from the first cell, as (row, column, row, column).
fn found(frozen: &Frozen, pattern: &str) -> Vec<(usize, usize, usize, usize)> {
    let mut search = Search::new(pattern, frozen).expect("a pattern");
    search.work(frozen, 0, true, usize::MAX);
    assert!(search.is_done());
    let all = search.in_rows(frozen, 0, frozen.rows());
    assert_eq!(all.len(), search.total(), "{pattern}");
    for (number, found) in (1..).zip(&all) {
        assert_eq!(search.number(frozen, found.start), Some(number));
    }
    all.iter()
        .map(|found| {
            (
                found.start.row,
                found.start.col,
                found.end.row,
                found.end.col,
            )
        })
        .collect()
}

#[test]
fn output_changes_nothing_of_it() {
    let mut screen = screen(6, 3, "one\ntwo\nthree\nfour\nlong line");
    let still = screen.freeze();
    let before = ["one", "two", "three", "four", "long l>", "ine"];
    assert_eq!(rows(&still), before);
    screen.feed(b"\x1b[H\x1b[2Jx\r\ny\r\nz\r\nz\r\nz\x1b[3J");
    assert_eq!(rows(&still), before);
    assert_eq!(still.screen_top(), 3);
    assert_eq!(still.cursor(), Point::new(5, 3));
}

#[test]
fn another_width_wraps_it_and_places_stay() {
    let mut still = frozen(6, 3, "one\nabcdefghijkl\n日本語x");
    let places = [(1, 0), (2, 3), (3, 4), (4, 0)].map(|(row, col)| Point::new(row, col));
    let anchors = places.map(|point| still.anchor(point));
    assert_eq!(rows(&still), ["one", "abcdef>", "ghijkl", "日本語>", "x"]);
    still.set_columns(4);
    assert_eq!(
        rows(&still),
        ["one", "abcd>", "efgh>", "ijkl", "日本>", "語x"]
    );
    let moved = anchors.map(|anchor| still.point(anchor));
    assert_eq!(
        moved,
        [(1, 0), (3, 1), (5, 0), (5, 2)].map(|(row, col)| Point::new(row, col))
    );
    still.set_columns(6);
    assert_eq!(anchors.map(|anchor| still.point(anchor)), places);
}

#[test]
fn the_alternate_screen_is_all_there_is_of_it() {
    let mut screen = screen(6, 3, "one\ntwo\nthree\nfour");
    screen.feed(b"\x1b[?1049h\x1b[Hmenu");
    let mut still = screen.freeze();
    still.set_columns(2);
    assert_eq!(rows(&still), ["menu", "", ""]);
    assert!(still.is_alternate());
}

#[test]
fn what_was_one_line_is_copied_as_one() {
    let still = frozen(5, 3, "hello world\na  \n\nend");
    assert_eq!(rows(&still), ["hello>", " worl>", "d", "a", "", "end"]);
    let all = copied(&still, (0, 0), (5, 9), Shape::Chars);
    assert_eq!(all, "hello world\na\n\nend");
    assert_eq!(copied(&still, (1, 2), (0, 3), Shape::Chars), "lo wo");
    assert_eq!(copied(&still, (1, 0), (1, 0), Shape::Lines), "hello world");
    assert_eq!(copied(&still, (0, 3), (3, 1), Shape::Block), "ell\nwor\n\n");
    assert_eq!(
        still.copy(Point::new(0, 0), Point::new(5, 0), Shape::Chars, 8),
        None
    );
}

#[test]
fn wide_and_combined_characters_are_copied_whole() {
    let still = frozen(6, 2, "日本語e\u{301}x");
    assert_eq!(rows(&still), ["日本語>", "ex"]);
    assert_eq!(copied(&still, (0, 1), (0, 2), Shape::Chars), "日本");
    assert_eq!(copied(&still, (0, 4), (1, 0), Shape::Chars), "語e\u{301}");
    assert_eq!(copied(&still, (0, 3), (1, 1), Shape::Block), "日本\nx");
}

#[test]
fn patterns_are_found_across_wraps_with_smart_case() {
    let still = frozen(6, 3, "find me here\nFind\nunfinding x\nf.nd");
    assert_eq!(found(&still, "me her"), [(0, 5, 1, 4)]);
    assert_eq!(found(&still, "find").len(), 3);
    assert_eq!(found(&still, "Find"), [(2, 0, 2, 3)]);
    assert_eq!(found(&still, "f.nd$").len(), 2);
    assert_eq!(found(&still, r"\Wme").len(), 1, "an escape is no capital");
    assert_eq!(found(&still, "x*"), [(4, 4, 4, 4)], "nothing is no match");
    let literal = Search::new("f(", &still).expect("taken as it stands");
    assert!(literal.is_literal());
    assert!(Search::new("", &still).is_none());
    assert!(Search::new(&"x".repeat(5000), &still).is_none());
}

#[test]
fn columns_of_matches_count_cells() {
    let still = frozen(20, 2, "日本語 e\u{301}a語\n\x1b[31mre\x1b[32md\x1b[0m");
    assert_eq!(found(&still, "a"), [(0, 8, 0, 8)]);
    assert_eq!(found(&still, "語"), [(0, 4, 0, 5), (0, 9, 0, 10)]);
    assert_eq!(found(&still, "red"), [(1, 0, 1, 2)], "whatever its colours");
}

#[test]
fn the_next_match_is_found_both_ways_and_round_the_end() {
    let still = frozen(20, 2, "ab ab\nxx\nab");
    let mut search = Search::new("ab", &still).expect("a pattern");
    let from = |row, col| Point::new(row, col);
    let ask = |search: &Search, point, forward| search.next(&still, point, forward);
    let here = |found| match found {
        Found::At { found, wrapped } => (found.start.row, found.start.col, wrapped),
        other => panic!("{other:?}"),
    };
    assert_eq!(here(ask(&search, from(0, 0), true)), (0, 3, false));
    assert_eq!(ask(&search, from(0, 3), true), Found::Later(0));
    search.work(&still, 0, true, 1);
    assert_eq!(here(ask(&search, from(0, 3), true)), (2, 0, false));
    assert_eq!(here(ask(&search, from(2, 0), true)), (0, 0, true));
    assert_eq!(here(ask(&search, from(2, 0), false)), (0, 3, false));
    assert_eq!(here(ask(&search, from(0, 0), false)), (2, 0, true));
    let mut none = Search::new("zz", &still).expect("a pattern");
    none.work(&still, 0, false, 1);
    assert_eq!(ask(&none, from(0, 3), true), Found::Nowhere);
}

#[test]
fn a_long_text_is_searched_piece_by_piece() {
    let mut screen = Screen::new(Size::new(80, 24), 100_000);
    for line in 0..20_000 {
        screen.feed(format!("line {line} of some text to be read\r\n").as_bytes());
    }
    let still = screen.freeze();
    let mut search = Search::new("line 1\\d*7 ", &still).expect("a pattern");
    let near = still.block_of(Point::new(10_000, 0));
    let mut turns = 0;
    while !search.is_done() {
        let before = search.left;
        search.work(&still, near, false, 100_000);
        assert!(before - search.left <= 4, "a piece is small");
        turns += 1;
    }
    assert!(turns > 5, "{turns}");
    assert_eq!(search.total(), 1111);
}

#[test]
fn prompts_are_found_wherever_they_went() {
    let mut screen = screen(20, 4, "");
    for n in 0..5 {
        let lines = "out\r\n".repeat(n);
        let text = format!("\x1b]133;A\x07$ cmd{n}\r\n\x1b]133;C\x07{lines}\x1b]133;D\x07");
        screen.feed(text.as_bytes());
    }
    let prompts = |still: &Frozen| {
        let mut all: Vec<usize> = Vec::new();
        let mut at = still.rows();
        while let Some(row) = still.marked(at, Marks::PROMPT, false) {
            all.insert(0, row);
            at = row;
        }
        all
    };
    let expected = [0, 1, 3, 6, 10];
    // The first prompt is in the first line, which nothing lies before.
    assert_eq!(prompts(&screen.freeze()), expected);
    let still = screen.freeze();
    assert_eq!(still.marked(1, Marks::PROMPT, true), Some(3));
    assert_eq!(still.marked(3, Marks::OUTPUT, true), Some(4));
    // Wrapped to a third of the width each prompt takes two rows, each output one.
    for size in [Size::new(5, 4), Size::new(20, 9), Size::new(20, 2)] {
        screen.resize(size);
        let still = screen.freeze();
        let found = prompts(&still);
        assert_eq!(found.len(), 5, "{size:?}");
        for row in found {
            assert_eq!(still.row(row).character(0), '$', "{size:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever the text and the width: anchors come back to their place, and the matches of a
    /// letter are where that letter stands.
    #[test]
    fn places_and_matches_hold_at_any_width(
        text in "[ab日\n \u{301}]{0,400}",
        first in 2u16..12,
        then in 2usize..30,
    ) {
        let mut still = frozen(first, 3, &text);
        still.set_columns(then);
        for row in 0..still.rows() {
            let columns = still.row(row).used();
            for col in 0..columns {
                let point = Point::new(row, col);
                prop_assert_eq!(still.point(still.anchor(point)), point);
            }
        }
        for (row, col, ..) in found(&still, "b") {
            prop_assert_eq!(still.row(row).character(col), 'b');
        }
        let count = text.matches('b').count();
        prop_assert_eq!(found(&still, "b").len(), count);
    }
}
