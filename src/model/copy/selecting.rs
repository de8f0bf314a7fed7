//! What is selected in copy mode.

use std::ops::RangeInclusive;

use super::{CopyMode, motion};
use crate::term::{Point, Shape};

/// A selection: from where it was begun to the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    /// What it was begun with: one cell, or the two ends of a word.
    pub anchor: (Point, Point),
    /// What it grows by.
    pub unit: Unit,
    /// Whether it follows the cursor no more.
    pub fixed: Option<Point>,
}

/// What a selection grows by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Cells, the one under the cursor included.
    #[default]
    Chars,
    /// Cells, up to the one under the cursor, as Emacs does.
    Between,
    /// Words.
    Words,
    /// Lines.
    Lines,
    /// Rows and columns.
    Block,
}

impl CopyMode {
    /// Begins a selection at the cursor.
    pub fn select(&mut self, unit: Unit) {
        self.selection = Some(Selection {
            anchor: (self.cursor, self.cursor),
            unit,
            fixed: None,
        });
    }

    /// Whether cells are selected in vi's way, the one under the cursor included.
    pub(super) fn grows_by_cells(&self) -> bool {
        !self.between && self.selection.is_some_and(|held| held.unit == Unit::Chars)
    }

    /// Whether the line's end is selected with the last of the cells, as in tmux when vi's keys have gone
    /// behind the line's text. The mouse, which is often let go out there, takes none along.
    pub fn takes_line_end(&self) -> bool {
        let Some(held) = self.selection.filter(|_| self.grows_by_cells()) else {
            return false;
        };
        let cursor = held.fixed.unwrap_or(self.cursor);
        let last = held.anchor.0.max(cursor);
        let row = self.text.row(last.row);
        // Where the text fills the row there is no cell behind it to go to.
        let full = row.used() >= self.text.columns();
        let at_end = full && last == self.cursor && self.goal == usize::MAX;
        !self.by_mouse && !row.wraps && (last.col >= row.used() || at_end)
    }

    /// Begins a selection of words with the one between two cells.
    pub fn select_word(&mut self, (start, end): (Point, Point)) {
        self.selection = Some(Selection {
            anchor: (start, end),
            unit: Unit::Words,
            fixed: None,
        });
        self.go(end);
    }

    /// The cursor goes to the selection's other end.
    pub fn other_end(&mut self) {
        if let Some(selection) = &mut self.selection {
            let (first, last) = selection.anchor;
            let to = if self.cursor < first { last } else { first };
            selection.anchor = (self.cursor, self.cursor);
            self.go(to);
        }
    }

    /// What is selected: its ends, both included, and its shape.
    pub fn selected(&self, separators: &str) -> Option<(Point, Point, Shape)> {
        let selection = self.selection?;
        let (first, last) = selection.anchor;
        let cursor = selection.fixed.unwrap_or(self.cursor);
        Some(match selection.unit {
            Unit::Chars => (first, cursor, Shape::Chars),
            Unit::Lines => (first, cursor, Shape::Lines),
            // The column the cursor is in counts only if it is the left one, as in tmux: there the
            // cursor stands before it.
            Unit::Block if self.between && cursor.col > first.col => {
                (first, Point::new(cursor.row, cursor.col - 1), Shape::Block)
            }
            Unit::Block => (first, cursor, Shape::Block),
            Unit::Between => {
                let (from, to) = (first.min(cursor), first.max(cursor));
                if from == to {
                    return None;
                }
                (from, self.cell_before(to), Shape::Chars)
            }
            Unit::Words => {
                let (start, end) = motion::word_at(&self.text, cursor, separators);
                (first.min(start), last.max(end), Shape::Chars)
            }
        })
    }

    fn cell_before(&self, point: Point) -> Point {
        match point.col.checked_sub(1) {
            Some(col) => Point::new(point.row, col),
            None => Point::new(point.row.saturating_sub(1), usize::MAX),
        }
    }

    /// The columns of a row that are selected.
    pub fn selected_in(&self, row: usize, separators: &str) -> Option<RangeInclusive<usize>> {
        let (one, other, shape) = self.selected(separators)?;
        let (from, to) = self.text.span(one, other, shape);
        if !(from.row..=to.row).contains(&row) {
            return None;
        }
        let text = self.text.row(row);
        let (start, end) = match shape {
            Shape::Block => (from.col, to.col),
            _ => (
                if row == from.row { from.col } else { 0 },
                if row == to.row { to.col } else { usize::MAX },
            ),
        };
        let start = start - usize::from(start > 0 && text.is_tail(start));
        // A line's end is shown selected by one cell, so that empty lines are seen to be.
        let most = match shape {
            Shape::Block => self.text.columns(),
            _ => text.used() + usize::from(!text.wraps),
        };
        let end = end.min(most.max(start + 1) - 1);
        Some(start..=end + usize::from(text.is_wide(end)))
    }
}
