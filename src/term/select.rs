//! Text copied out of a frozen screen and history.
//!
//! What was one line when the program wrote it is one line again, however it was wrapped; blanks at
//! the ends of lines are left out. Half a wide character is the whole character.

use super::frozen::{Frozen, FrozenRow, Point};
use super::rows::printable;
use alacritty_terminal::term::cell::Flags;

/// The shape of what is selected between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// From one to the other, as one reads.
    #[default]
    Chars,
    /// The whole lines of both and everything between.
    Lines,
    /// The rectangle they are corners of.
    Block,
}

impl Frozen {
    /// The text between two cells, both included, in either order; `None` if it has more than
    /// `most` bytes.
    pub fn copy(&self, one: Point, other: Point, shape: Shape, most: usize) -> Option<String> {
        let (from, to) = self.span(one, other, shape);
        let columns = match one.col <= other.col {
            true => (one.col, other.col),
            false => (other.col, one.col),
        };
        let mut text = String::new();
        let mut first = from.row;
        while first <= to.row {
            let rows = self.rows_from(first, (to.row + 1 - first).min(512));
            if rows.is_empty() {
                break;
            }
            for (at, row) in (first..).zip(&rows) {
                let (start, end) = match shape {
                    Shape::Block => columns,
                    _ => (
                        if at == from.row { from.col } else { 0 },
                        if at == to.row { to.col } else { usize::MAX },
                    ),
                };
                let joined = row.wraps && shape != Shape::Block;
                // Blanks between words are text like any other; those behind the last one are what
                // the row has not used.
                match (joined, row.used()) {
                    (true, _) => row.push(start, end, &mut text),
                    (false, 0) => {}
                    (false, used) => row.push(start, end.min(used - 1), &mut text),
                }
                if at < to.row && !joined {
                    text.push('\n');
                }
                if text.len() > most {
                    return None;
                }
            }
            first += rows.len();
        }
        Some(text)
    }

    /// The first and last cell of what is selected between two.
    pub fn span(&self, one: Point, other: Point, shape: Shape) -> (Point, Point) {
        let (from, to) = if one <= other {
            (one, other)
        } else {
            (other, one)
        };
        match shape {
            Shape::Chars => (from, to),
            Shape::Lines => (
                Point::new(self.line_start(from.row), 0),
                Point::new(self.line_end(to.row), usize::MAX),
            ),
            Shape::Block => (
                Point::new(from.row, one.col.min(other.col)),
                Point::new(to.row, one.col.max(other.col)),
            ),
        }
    }
}

impl FrozenRow {
    /// Its text from one column to another, both included; blanks at its end stay.
    pub fn text(&self, start: usize, end: usize) -> String {
        let mut text = String::new();
        self.push(start, end, &mut text);
        text
    }

    /// Appends its text from one column to another, both included.
    fn push(&self, start: usize, end: usize, text: &mut String) {
        let start = match self.is_tail(start) {
            true => start.saturating_sub(1),
            false => start,
        };
        let end = end.saturating_add(1).min(self.cells().len());
        for cell in self.cells().get(start..end).unwrap_or_default() {
            if cell.flags.contains(Flags::WIDE_CHAR_SPACER) {
                continue;
            }
            text.push(printable(cell.c));
            text.extend(cell.zerowidth().into_iter().flatten());
        }
    }
}
