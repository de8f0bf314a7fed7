//! Copy mode: reading, searching and selecting what a pane shows and has shown.
//!
//! It belongs to a view, so that two people read the same pane at different places, each with their
//! own cursor and selection. What is read is held still ([`Frozen`]): the program goes on behind it
//! and nothing it writes moves the text, the cursor or the selection. The window shows some rows of
//! the text; the cursor is always inside the window. All of it is pure: what is copied and where it
//! goes is the caller's business.

pub mod motion;
mod searching;
mod selecting;
#[cfg(test)]
mod tests;

use super::geometry::Size;
use crate::term::{Frozen, Point};
use motion::Find;
pub use searching::{Landed, Searching, Trial};
pub use selecting::{Selection, Unit};

/// One pane's copy mode in one view.
#[derive(Debug, Clone)]
pub struct CopyMode {
    /// What is read.
    pub text: Frozen,
    /// The cells it is seen through.
    pub window: Size,
    /// The first row seen.
    pub top: usize,
    /// The first column seen.
    pub left: usize,
    /// The cell one is at.
    pub cursor: Point,
    /// The column wanted when going up and down.
    goal: usize,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Whether selections are rectangles until said otherwise.
    pub rectangle: bool,
    /// Whether the mark in the corner is not shown.
    pub hides_position: bool,
    /// A cell remembered by the person.
    pub mark: Option<Point>,
    /// What is searched.
    pub searching: Option<Searching>,
    /// What was searched for in the pane before this mode began.
    pub recalled: Option<String>,
    /// A search being typed.
    pub trial: Option<Trial>,
    /// The last character looked for in a line.
    pub find: Option<(Find, char)>,
    /// The next key is a character to look for.
    pub wants_character: Option<Find>,
    /// A number typed before a key.
    pub count: Option<usize>,
    /// Whether going down beyond the end leaves the mode: the wheel began it.
    pub leaves_at_end: bool,
    /// A drag or click began it, so that the end of that ends it.
    pub by_mouse: bool,
    /// When it ends by itself (loop time, ms), after the mouse has copied something.
    pub leave_at_ms: Option<u64>,
    /// Whether the cursor stands between cells, as in Emacs.
    pub between: bool,
}

impl CopyMode {
    /// Reading begins where the program's cursor is. `top` is the first row of the screen seen.
    pub fn new(text: Frozen, window: Size, (left, top): (u16, u16)) -> CopyMode {
        let cursor = text.cursor();
        let first = text.screen_top() + usize::from(top);
        let mut mode = CopyMode {
            text,
            window: window.max(Size::new(1, 1)),
            top: first,
            left: usize::from(left),
            cursor,
            goal: cursor.col,
            selection: None,
            rectangle: false,
            hides_position: false,
            mark: None,
            searching: None,
            recalled: None,
            trial: None,
            find: None,
            wants_character: None,
            count: None,
            leaves_at_end: false,
            by_mouse: false,
            leave_at_ms: None,
            between: false,
        };
        mode.show_cursor();
        mode
    }

    fn height(&self) -> usize {
        usize::from(self.window.rows).max(1)
    }

    fn last_row(&self) -> usize {
        self.text.rows().saturating_sub(1)
    }

    /// The largest first row: the text's end is at the bottom of the window.
    pub fn end(&self) -> usize {
        self.text.rows().saturating_sub(self.height())
    }

    /// Rows that lie below the window, and rows there are above it at most: what the mark in the
    /// corner says.
    pub fn position(&self) -> (usize, usize) {
        (self.end().saturating_sub(self.top), self.end())
    }

    /// Another window, or another width of the pane: everything stays at its text.
    pub fn fit(&mut self, window: Size, columns: u16) {
        let window = window.max(Size::new(1, 1));
        let columns = usize::from(columns).max(2);
        if self.text.columns() != columns && !self.text.is_alternate() {
            self.wrap_at(columns);
        } else if self.window == window {
            return;
        }
        self.window = window;
        self.show_cursor();
    }

    fn wrap_at(&mut self, columns: usize) {
        let mut top = Point::new(self.top, 0);
        let mut places: Vec<&mut Point> = vec![&mut top, &mut self.cursor];
        if let Some(selection) = &mut self.selection {
            places.extend([&mut selection.anchor.0, &mut selection.anchor.1]);
            places.extend(&mut selection.fixed);
        }
        places.extend(&mut self.mark);
        if let Some(Searching {
            jump: Some(jump), ..
        }) = &mut self.searching
        {
            places.push(&mut jump.from);
        }
        if let Some(trial) = &mut self.trial {
            places.push(&mut trial.origin);
        }
        let anchors: Vec<_> = places.iter().map(|at| self.text.anchor(**at)).collect();
        self.text.set_columns(columns);
        for (place, anchor) in places.into_iter().zip(anchors) {
            *place = self.text.point(anchor);
        }
        self.top = top.row;
        self.left = 0;
        self.goal = self.cursor.col;
    }

    /// Moves the window so that the cursor is in it.
    fn show_cursor(&mut self) {
        self.cursor.row = self.cursor.row.min(self.last_row());
        let last_column = self.text.columns().saturating_sub(1);
        self.cursor.col = self.cursor.col.min(last_column);
        let height = self.height();
        let lowest = (self.cursor.row + 1).saturating_sub(height);
        self.top = self.top.clamp(lowest, self.cursor.row.max(lowest));
        self.top = self.top.min(self.end());
        let width = usize::from(self.window.cols).max(1);
        let leftmost = (self.cursor.col + 1).saturating_sub(width);
        self.left = self.left.clamp(leftmost, self.cursor.col.max(leftmost));
        self.left = self.left.min((last_column + 1).saturating_sub(width));
    }

    /// Moves to a cell, which also is the column wanted from now on.
    pub fn go(&mut self, to: Point) {
        self.cursor = to;
        self.show_cursor();
        self.goal = self.cursor.col;
    }

    /// The same, with the cell in the middle of the window if it was not in sight.
    pub fn jump(&mut self, to: Point) {
        let seen = self.top..self.top + self.height();
        if !seen.contains(&to.row) {
            self.top = to.row.saturating_sub(self.height() / 2).min(self.end());
        }
        self.go(to);
    }

    /// The last column the cursor takes in a row.
    fn last_column(&self, row: usize) -> usize {
        let block = self.selection.is_some_and(|held| held.unit == Unit::Block);
        let used = self.text.row(row).used();
        match (block, self.between) {
            (true, _) => self.text.columns().saturating_sub(1),
            (false, true) => used,
            (false, false) => used.saturating_sub(1),
        }
    }

    /// Moves to another row at the column wanted.
    pub fn go_row(&mut self, row: usize) {
        let row = row.min(self.last_row());
        let last = match self.goal == usize::MAX && self.grows_by_cells() {
            true => self.text.row(row).used(),
            false => self.last_column(row),
        };
        let mut col = self.goal.min(last);
        if self.text.row(row).is_tail(col) {
            col = col.saturating_sub(1);
        }
        self.cursor = Point::new(row, col);
        self.show_cursor();
    }

    /// Rows down, or up if negative. False if the end was reached before.
    pub fn down(&mut self, rows: isize) -> bool {
        let to = self.cursor.row.saturating_add_signed(rows);
        self.go_row(to);
        to <= self.last_row() && (rows >= 0 || self.cursor.row > 0)
    }

    /// Cells to the right, or to the left if negative; from the end of a wrapped row on to the next.
    pub fn right(&mut self, cells: isize) {
        for _ in 0..cells.unsigned_abs().min(100_000) {
            let Point { row, col } = self.cursor;
            let here = self.text.row(row);
            let to = if cells < 0 {
                match col.checked_sub(1) {
                    Some(left) if here.is_tail(left) => Point::new(row, left.saturating_sub(1)),
                    Some(left) => Point::new(row, left),
                    None if row > 0 => Point::new(row - 1, self.last_column(row - 1)),
                    None => break,
                }
            } else {
                let step = if here.is_wide(col) { 2 } else { 1 };
                if col + step <= self.last_column(row) {
                    Point::new(row, col + step)
                } else if row < self.last_row() {
                    Point::new(row + 1, 0)
                } else {
                    break;
                }
            };
            self.go(to);
        }
    }

    /// To the beginning of the line, however it is wrapped.
    pub fn line_start(&mut self) {
        self.go(Point::new(self.text.line_start(self.cursor.row), 0));
    }

    /// To the end of the line; going up and down then stays at ends. A selection of vi's takes the end along:
    /// the cursor goes behind the last character.
    pub fn line_end(&mut self) {
        let row = self.text.line_end(self.cursor.row);
        let col = match self.selection {
            Some(_) if self.grows_by_cells() => self.text.row(row).used(),
            // As far as the text goes, not as far as the rectangle might.
            Some(_) => self
                .text
                .row(row)
                .used()
                .saturating_sub(usize::from(!self.between)),
            None => self.last_column(row),
        };
        self.go(Point::new(row, col));
        self.goal = usize::MAX;
    }

    /// To the line's first character that is not a blank.
    pub fn indentation(&mut self) {
        let row = self.text.line_start(self.cursor.row);
        let text = self.text.row(row);
        let first = (0..text.used()).find(|col| !text.character(*col).is_whitespace());
        self.go(Point::new(row, first.unwrap_or(0)));
    }

    /// To the first row of the window (0), the last (1) or the one between (½), in halves.
    pub fn window_row(&mut self, halves: usize) {
        let last = self.height().min(self.text.rows()).saturating_sub(1);
        let row = self.top + last * halves.min(2) / 2;
        self.go(Point::new(row.min(self.last_row()), 0));
    }

    /// Scrolls down by rows, or up if negative, the cursor keeping its row of the text while that is
    /// in sight.
    pub fn scroll(&mut self, rows: isize) {
        self.top = self.top.saturating_add_signed(rows).min(self.end());
        let bottom = self.top + self.height() - 1;
        let row = self.cursor.row.clamp(self.top, bottom);
        if row != self.cursor.row {
            self.go_row(row);
        }
    }

    /// Scrolls down by rows, or up if negative, the cursor keeping its place in the window; at the
    /// ends the cursor goes on alone.
    pub fn page(&mut self, rows: isize) {
        let before = self.top;
        let wanted = self.top.saturating_add_signed(rows);
        self.top = wanted.min(self.end());
        let moved = self.top as isize - before as isize;
        let to = match moved {
            0 => self.cursor.row.saturating_add_signed(rows),
            _ => self.cursor.row.saturating_add_signed(moved),
        };
        self.go_row(to);
    }

    /// Rows of a page: the window without two, which one sees again.
    pub fn page_rows(&self) -> isize {
        self.height().saturating_sub(2).max(1) as isize
    }

    /// Rows of half a page.
    pub fn half_rows(&self) -> isize {
        (self.height() / 2).max(1) as isize
    }

    /// Whether the text's end is in sight.
    pub fn at_end(&self) -> bool {
        self.top >= self.end()
    }

    /// Puts the cursor's row in the middle of the window.
    pub fn middle(&mut self) {
        self.top = self
            .cursor
            .row
            .saturating_sub(self.height() / 2)
            .min(self.end());
        self.show_cursor();
    }
}
