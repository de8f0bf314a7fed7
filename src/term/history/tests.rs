//! Lines packed, looked at and taken out again.

use super::*;

/// A row as a screen of `width` columns would have it; `>` at its end means that it wraps.
fn row(text: &str, width: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    for c in text.trim_end_matches('>').chars() {
        let wide = crate::draw::text::char_width(c) == Some(2);
        let mut cell = Cell {
            c,
            ..Cell::default()
        };
        cell.flags.set(Flags::WIDE_CHAR, wide);
        cells.push(cell);
        if wide {
            let flags = Flags::WIDE_CHAR_SPACER;
            cells.push(Cell {
                flags,
                ..Cell::default()
            });
        }
    }
    let short = cells.len() < width;
    cells.resize(width, Cell::default());
    if text.ends_with('>') {
        cells[width - 1].flags.insert(Flags::WRAPLINE);
        cells[width - 1]
            .flags
            .set(Flags::LEADING_WIDE_CHAR_SPACER, short);
    }
    cells
}

fn show(cells: &[Cell], wraps: bool) -> String {
    let visible = cells.iter().filter(|cell| {
        let half = Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
        !cell.flags.intersects(half)
    });
    let text: String = visible.map(|cell| cell.c).collect();
    format!("{}{}", text.trim_end(), if wraps { ">" } else { "" })
}

fn all(history: &History) -> Vec<String> {
    let rows = (0..history.len())
        .rev()
        .map(|back| history.row(back).expect("a row"));
    rows.map(|row| show(&row.cells, row.wraps)).collect()
}

fn sizes(history: &History) -> impl Iterator<Item = usize> {
    (0..history.blocks()).filter_map(|at| history.block(at).map(Lines::size))
}

fn filled(limit: usize, width: usize, rows: &[&str]) -> History {
    let mut history = History::new(limit, width);
    rows.iter()
        .for_each(|text| history.push(&row(text, width), Marks::NONE));
    history
}

#[test]
fn rows_are_joined_and_wrapped_at_any_width() {
    let mut history = filled(99, 4, &["abcd>", "efgh>", "ij", "", "xyz"]);
    assert_eq!(all(&history), ["abcd>", "efgh>", "ij", "", "xyz"]);
    history.set_width(8);
    assert_eq!(all(&history), ["abcdefgh>", "ij", "", "xyz"]);
    history.set_width(3);
    assert_eq!(all(&history), ["abc>", "def>", "ghi>", "j", "", "xyz"]);
    history.set_width(99);
    assert_eq!(all(&history), ["abcdefghij", "", "xyz"]);
}

#[test]
fn wide_characters_wrap_whole() {
    let mut history = filled(99, 5, &["日本>", "語a"]);
    assert_eq!(all(&history), ["日本>", "語a"]);
    history.set_width(3);
    assert_eq!(all(&history), ["日>", "本>", "語a"]);
    history.set_width(7);
    assert_eq!(all(&history), ["日本語a"]);
}

#[test]
fn the_oldest_rows_leave() {
    let mut history = filled(3, 4, &["1", "2", "abcd>", "efgh>", "ij"]);
    assert_eq!(all(&history), ["abcd>", "efgh>", "ij"]);
    history.push(&row("k", 4), Marks::NONE);
    assert_eq!(
        all(&history),
        ["efgh>", "ij", "k"],
        "a line may be seen in part"
    );
    history.push(&row("l", 4), Marks::NONE);
    history.push(&row("m", 4), Marks::NONE);
    assert_eq!(all(&history), ["k", "l", "m"]);
    assert_eq!(history.pushed(), 8);
    assert_eq!(filled(0, 4, &["1"]).len(), 0);
}

#[test]
fn pulled_rows_are_gone_and_pushed_ones_the_same() {
    let rows = ["1", "abcd>", "efgh>", "ij", "日>", "本", "z>"];
    let mut history = filled(99, 4, &rows);
    let pulled = history.pull(4);
    assert_eq!(all(&history), ["1", "abcd>", "efgh>", "ij"][..1]);
    assert_eq!(pulled.len(), 6);
    assert!(pulled.iter().all(|row| row.cells.len() == 4));
    pulled
        .iter()
        .for_each(|row| history.put_back(&row.cells, row.marks));
    assert_eq!(all(&history), rows);
    assert_eq!(history.pull(999).len(), 7);
    assert_eq!((history.len(), history.blocks()), (0, 1));
}

#[test]
fn memory_is_about_a_byte_a_character() {
    let mut history = History::new(10_000, 200);
    let line = row(&"some words of a line of text ".repeat(4), 200);
    (0..20_000).for_each(|_| history.push(&line, Marks::NONE));
    assert_eq!(history.len(), 10_000);
    let bytes: usize = sizes(&history).sum();
    assert!(bytes < 10_000 * 125, "{bytes} bytes");
}

#[test]
fn an_endless_line_is_cut_and_large_lines_are_bounded() {
    let mut history = History::new(100_000, 100);
    (0..1000).for_each(|_| history.push(&row(&format!("{}>", "x".repeat(100)), 100), Marks::NONE));
    assert_eq!(history.len(), 1000);
    assert!(sizes(&history).all(|bytes| bytes < 2 * BLOCK));
    assert_eq!(history.row(500).map(|row| row.cells.len()), Some(100));
    let mut history = History::new(10, 100);
    let mut gaudy = row(&"x".repeat(100), 100);
    for (n, cell) in gaudy.iter_mut().enumerate() {
        cell.fg = alacritty_terminal::vte::ansi::Color::Indexed(n as u8);
    }
    (0..5000).for_each(|_| history.push(&gaudy, Marks::NONE));
    let bytes: usize = sizes(&history).sum();
    assert!(bytes <= BLOCK * 5, "{bytes} bytes");
}
