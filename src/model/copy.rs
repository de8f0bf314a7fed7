//! Copy mode: reading, searching and selecting what a pane shows and has shown.
//!
//! It belongs to a view, so that two people read the same pane at different places, each with their
//! own cursor and selection. What is read is held still ([`Frozen`]): the program goes on behind it
//! and nothing it writes moves the text, the cursor or the selection. The window shows some rows of
//! the text; the cursor is always inside the window. All of it is pure: what is copied and where it
//! goes is the caller's business.

pub mod motion;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use super::geometry::Size;
use crate::term::{Found, Frozen, Match, Point, Search, Shape};
use motion::Find;

/// How many bytes of packed text a search looks at in a turn of the loop: about a millisecond.
const SEARCH_BUDGET: usize = 192 * 1024;

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

/// A pattern and the way it is searched.
#[derive(Debug, Clone)]
pub struct Searching {
    /// The pattern and what is known of its matches.
    pub search: Search,
    /// The way it was typed for, which `n` goes on.
    pub forward: bool,
    /// A jump that waits until enough has been searched.
    jump: Option<Jump>,
}

/// A jump to the next match from a cell.
#[derive(Debug, Clone, Copy)]
struct Jump {
    from: Point,
    forward: bool,
}

/// What a jump came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// There, or there is nothing to wait for.
    Here,
    /// There, beyond the end of the text.
    Wrapped,
    /// More has to be searched first.
    Later,
    /// There is no match.
    Nowhere,
}

/// Where a search being typed began, to return to if it is given up.
#[derive(Debug, Clone)]
pub struct Trial {
    origin: Point,
    top: usize,
    before: Option<Searching>,
}

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
    /// A cell remembered by the person.
    pub mark: Option<Point>,
    /// What is searched.
    pub searching: Option<Searching>,
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
            mark: None,
            searching: None,
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
        let mut col = self.goal.min(self.last_column(row));
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

    /// To the end of the line; going up and down then stays at ends.
    pub fn line_end(&mut self) {
        let row = self.text.line_end(self.cursor.row);
        let col = match self.selection {
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

    /// Begins a selection at the cursor.
    pub fn select(&mut self, unit: Unit) {
        self.selection = Some(Selection {
            anchor: (self.cursor, self.cursor),
            unit,
            fixed: None,
        });
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

    /// Begins a search being typed.
    pub fn begin_trial(&mut self) {
        self.trial = Some(Trial {
            origin: self.cursor,
            top: self.top,
            before: self.searching.take(),
        });
    }

    /// The pattern typed so far: goes to the first match from where typing began.
    pub fn try_pattern(&mut self, pattern: &str, forward: bool) -> Landed {
        let Some(Trial { origin, top, .. }) = self.trial else {
            return Landed::Nowhere;
        };
        self.top = top;
        self.go(origin);
        self.search(pattern, forward)
    }

    /// Gives the search being typed up: everything is as before.
    pub fn drop_trial(&mut self) {
        if let Some(Trial {
            origin,
            top,
            before,
        }) = self.trial.take()
        {
            self.searching = before;
            self.top = top;
            self.go(origin);
        }
    }

    /// Keeps the search being typed; without a pattern the one before goes on.
    pub fn keep_trial(&mut self, forward: bool) -> Landed {
        let Some(Trial { before, .. }) = self.trial.take() else {
            return Landed::Here;
        };
        if self.searching.is_some() {
            return Landed::Here;
        }
        self.searching = before;
        if let Some(searching) = &mut self.searching {
            searching.forward = forward;
        }
        self.search_again(true)
    }

    /// Marks what matches without going anywhere.
    pub fn search_later(&mut self, search: Option<Search>, forward: bool) {
        self.searching = search.map(|search| Searching {
            search,
            forward,
            jump: None,
        });
    }

    /// Searches for a pattern from the cursor on.
    pub fn search(&mut self, pattern: &str, forward: bool) -> Landed {
        self.searching = Search::new(pattern, &self.text).map(|search| Searching {
            search,
            forward,
            jump: None,
        });
        self.search_again(true)
    }

    /// Goes to the next match, the same way as the search or the other.
    pub fn search_again(&mut self, same_way: bool) -> Landed {
        let from = self.cursor;
        let Some(searching) = &mut self.searching else {
            return Landed::Nowhere;
        };
        let forward = searching.forward == same_way;
        searching.jump = Some(Jump { from, forward });
        self.search_on()
    }

    /// Whether there is more to search.
    pub fn is_searching(&self) -> bool {
        let searching = self.searching.as_ref();
        searching.is_some_and(|searching| !searching.search.is_done())
    }

    /// Searches a bounded piece more, and jumps if that is now possible.
    pub fn search_on(&mut self) -> Landed {
        let Some(searching) = &mut self.searching else {
            return Landed::Here;
        };
        let (start, forward) = match searching.jump {
            None => (self.text.block_of(self.cursor), searching.forward),
            Some(jump) => match searching.search.next(&self.text, jump.from, jump.forward) {
                Found::Later(block) => (block, jump.forward),
                _ => (self.text.block_of(jump.from), jump.forward),
            },
        };
        searching
            .search
            .work(&self.text, start, forward, SEARCH_BUDGET);
        let Some(jump) = searching.jump else {
            return Landed::Here;
        };
        match searching.search.next(&self.text, jump.from, jump.forward) {
            Found::Later(_) => Landed::Later,
            Found::Nowhere => {
                searching.jump = None;
                Landed::Nowhere
            }
            Found::At { found, wrapped } => {
                searching.jump = None;
                self.jump(found.start);
                match wrapped {
                    true => Landed::Wrapped,
                    false => Landed::Here,
                }
            }
        }
    }

    /// Matches in the window.
    pub fn matches(&self) -> Vec<Match> {
        match &self.searching {
            None => Vec::new(),
            Some(searching) => {
                let search = &searching.search;
                search.in_rows(&self.text, self.top, self.height())
            }
        }
    }

    /// The number of the match at the cursor, how many there are, and whether that is all.
    pub fn tally(&self) -> Option<(Option<usize>, usize, bool)> {
        let search = &self.searching.as_ref()?.search;
        let number = search.number(&self.text, self.cursor);
        Some((number, search.total(), search.is_done()))
    }
}
