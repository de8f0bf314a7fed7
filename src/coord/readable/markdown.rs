//! Markdown for the board. Names come from outside, so what Markdown and terminals would act upon is
//! escaped.

pub(in crate::coord) use crate::coord::moment::shown as when;
use std::fmt::Write as _;

use crate::coord::names;

/// Longest text in a cell, in characters.
const CELL_CHARS: usize = 120;

/// The heading of a section.
pub(in crate::coord) fn heading(out: &mut String, title: &str) {
    let _ = writeln!(out, "\n## {title}\n");
}

/// A table, or "None." for no rows.
pub(in crate::coord) fn table(out: &mut String, columns: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        let _ = writeln!(out, "None.");
        return;
    }
    row(out, columns.iter().copied());
    row(out, columns.iter().map(|_| "---"));
    for cells in rows {
        row(out, cells.iter().map(String::as_str));
    }
}

/// Says below a table that it does not show all, and what does.
pub(in crate::coord) fn more(out: &mut String, is_cut: bool, command: &str) {
    if is_cut {
        let _ = writeln!(out, "\nThere are more: `{command}`.");
    }
}

fn row<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for cell in cells {
        let _ = write!(out, "| {} ", safe(cell));
    }
    out.push_str("|\n");
}

/// Nothing that ends a cell, begins markup, or acts on a terminal.
pub(in crate::coord) fn safe(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(CELL_CHARS) {
        match c {
            '\n' | '\t' => out.push(' '),
            c if names::is_hidden(c) => out.push('\u{fffd}'),
            '|' | '<' | '`' | '[' | '*' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    if text.chars().nth(CELL_CHARS).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_harmless() {
        let check = |text: &str, expected: &str| assert_eq!(safe(text), expected);
        check("a|b", "a\\|b");
        check("a\n\u{1b}[31m<b>", "a \u{fffd}\\[31m\\<b>");
        check("\u{202e}x", "\u{fffd}x");
        assert!(safe(&"x".repeat(5000)).chars().count() <= 121);
    }
}
