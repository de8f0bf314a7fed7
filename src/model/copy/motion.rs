//! Where a motion leads: words, paragraphs, brackets and characters in a frozen text.
//!
//! A line that was wrapped is one line; the end of a line that was not separates words as a space
//! does. No motion looks further than `FAR` rows, so that none takes long.

use crate::term::{Frozen, FrozenRow, Point};

/// The most rows a motion looks through.
const FAR: usize = 4000;

/// What words are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Letters, digits and `_`, or other signs.
    Small,
    /// Whatever is not a space.
    Big,
}

/// What kind of thing a cell has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Word,
    Sign,
}

impl Words {
    fn class(self, c: char) -> Class {
        match self {
            _ if c.is_whitespace() => Class::Space,
            Words::Big => Class::Word,
            Words::Small if c.is_alphanumeric() || c == '_' => Class::Word,
            Words::Small => Class::Sign,
        }
    }
}

/// Goes through a text cell by cell, with the row it is in at hand.
struct Walk<'a> {
    text: &'a Frozen,
    at: Point,
    row: FrozenRow,
    rows_left: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a Frozen, at: Point) -> Walk<'a> {
        let row = text.row(at.row);
        let mut walk = Walk {
            text,
            at,
            row,
            rows_left: FAR,
        };
        walk.at.col = at.col.min(walk.last());
        walk
    }

    /// The last column of this row that counts: that of the line's end, unless it goes on.
    fn last(&self) -> usize {
        match self.row.wraps {
            true => self.row.used().max(1) - 1,
            false => self.row.used(),
        }
    }

    fn character(&self) -> char {
        self.row.character(self.at.col)
    }

    fn is_empty_line(&self) -> bool {
        self.row.used() == 0 && !self.row.wraps
    }

    fn turn_to(&mut self, row: usize) -> bool {
        if self.rows_left == 0 || row >= self.text.rows() {
            return false;
        }
        self.rows_left -= 1;
        self.at.row = row;
        self.row = self.text.row(row);
        true
    }

    /// One cell on. False at the end.
    fn forward(&mut self) -> bool {
        let step = if self.row.is_wide(self.at.col) { 2 } else { 1 };
        if self.at.col + step <= self.last() {
            self.at.col += step;
            return true;
        }
        if !self.turn_to(self.at.row + 1) {
            return false;
        }
        self.at.col = 0;
        true
    }

    /// One cell back. False at the beginning.
    fn back(&mut self) -> bool {
        if self.at.col > 0 {
            self.at.col -= 1;
            if self.row.is_tail(self.at.col) {
                self.at.col = self.at.col.saturating_sub(1);
            }
            return true;
        }
        let Some(before) = self.at.row.checked_sub(1) else {
            return false;
        };
        if !self.turn_to(before) {
            return false;
        }
        self.at.col = self.last();
        if self.row.is_tail(self.at.col) {
            self.at.col = self.at.col.saturating_sub(1);
        }
        true
    }
}

/// The beginning of the next word.
pub fn next_word(text: &Frozen, from: Point, words: Words) -> Point {
    let mut walk = Walk::new(text, from);
    let class = words.class(walk.character());
    while class != Class::Space && words.class(walk.character()) == class {
        if !walk.forward() {
            return walk.at;
        }
    }
    let mut moved = walk.at != from;
    while words.class(walk.character()) == Class::Space {
        if moved && walk.is_empty_line() {
            break;
        }
        if !walk.forward() {
            break;
        }
        moved = true;
    }
    walk.at
}

/// The end of this word, or of the next if one is there already.
pub fn word_end(text: &Frozen, from: Point, words: Words) -> Point {
    let mut walk = Walk::new(text, from);
    if !walk.forward() {
        return walk.at;
    }
    while words.class(walk.character()) == Class::Space {
        if !walk.forward() {
            return walk.at;
        }
    }
    let class = words.class(walk.character());
    let mut end = walk.at;
    while walk.forward() && words.class(walk.character()) == class {
        end = walk.at;
    }
    end
}

/// Behind the end of this word, or of the next if one is behind it already: where Emacs goes, whose
/// cursor stands between cells.
pub fn behind_word(text: &Frozen, from: Point, words: Words) -> Point {
    let mut walk = Walk::new(text, from);
    while words.class(walk.character()) == Class::Space {
        if !walk.forward() {
            return walk.at;
        }
    }
    let class = words.class(walk.character());
    while words.class(walk.character()) == class && walk.forward() {}
    walk.at
}

/// The beginning of this word, or of the one before if one is there already.
pub fn previous_word(text: &Frozen, from: Point, words: Words) -> Point {
    let mut walk = Walk::new(text, from);
    if !walk.back() {
        return walk.at;
    }
    while words.class(walk.character()) == Class::Space && !walk.is_empty_line() {
        if !walk.back() {
            return walk.at;
        }
    }
    let class = words.class(walk.character());
    let mut start = walk.at;
    while class != Class::Space && walk.back() && words.class(walk.character()) == class {
        start = walk.at;
    }
    start
}

/// The word a cell is in, as a double click means it: whatever lies between separators. A cell
/// with a separator is alone; so is a blank.
pub fn word_at(text: &Frozen, at: Point, separators: &str) -> (Point, Point) {
    let apart = |c: char| c.is_whitespace() || separators.contains(c);
    let mut walk = Walk::new(text, at);
    if walk.at.col != at.col || apart(walk.character()) {
        return (at, at);
    }
    let mut start = walk.at;
    while walk.back() && !apart(walk.character()) {
        start = walk.at;
    }
    let mut walk = Walk::new(text, at);
    let mut end = walk.at;
    while walk.forward() && !apart(walk.character()) {
        end = walk.at;
    }
    (start, end)
}

const PAIRS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// The bracket that goes with the closing one at a cell or the nearest before it in the line.
pub fn bracket_before(text: &Frozen, from: Point) -> Option<Point> {
    let mut walk = Walk::new(text, from);
    let closes = |c: char| PAIRS.iter().any(|(_, close)| *close == c);
    while !closes(walk.character()) {
        let row = walk.at.row;
        if !walk.back() || (walk.at.row != row && !walk.row.wraps) {
            return None;
        }
    }
    matching_bracket(text, walk.at)
}

/// The bracket that goes with the first one at or after a cell of this line.
pub fn matching_bracket(text: &Frozen, from: Point) -> Option<Point> {
    let mut walk = Walk::new(text, from);
    let (own, other, forward) = loop {
        let c = walk.character();
        let pair = PAIRS.iter().find_map(|&(open, close)| match c {
            _ if c == open => Some((open, close, true)),
            _ if c == close => Some((close, open, false)),
            _ => None,
        });
        if let Some(pair) = pair {
            break pair;
        }
        let (row, goes_on) = (walk.at.row, walk.row.wraps);
        if !walk.forward() || (walk.at.row != row && !goes_on) {
            return None;
        }
    };
    let mut depth = 1;
    while depth > 0 {
        let more = match forward {
            true => walk.forward(),
            false => walk.back(),
        };
        if !more {
            return None;
        }
        match walk.character() {
            c if c == own => depth += 1,
            c if c == other => depth -= 1,
            _ => {}
        }
    }
    Some(walk.at)
}

/// Looking for a character in the line one is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Find {
    /// The direction.
    pub forward: bool,
    /// Whether to stop one cell before it.
    pub before: bool,
}

impl Find {
    /// The other way.
    #[must_use]
    pub fn reversed(self) -> Find {
        Find {
            forward: !self.forward,
            ..self
        }
    }
}

/// Where the next `wanted` in the same line is, or the cell before it. `again` passes over the one
/// that is next to `from`, where the last such search ended.
pub fn find(text: &Frozen, from: Point, find: Find, wanted: char, again: bool) -> Option<Point> {
    let mut walk = Walk::new(text, from);
    let mut last = walk.at;
    let mut steps = 0;
    loop {
        let (row, wraps) = (walk.at.row, walk.row.wraps);
        let moved = match find.forward {
            true => walk.forward(),
            false => walk.back(),
        };
        let turned = walk.at.row != row;
        let same_line = !turned || if find.forward { wraps } else { walk.row.wraps };
        if !moved || !same_line {
            return None;
        }
        steps += 1;
        let beside = again && find.before && steps == 1;
        if walk.character() == wanted && !beside {
            return Some(if find.before { last } else { walk.at });
        }
        last = walk.at;
    }
}

/// The next line without text, or the end.
pub fn next_paragraph(text: &Frozen, row: usize) -> usize {
    let from = match text.row(row).used() {
        0 => text.blank(row, false, true),
        _ => Some(row),
    };
    let blank = from.and_then(|from| text.blank(from, true, true));
    blank.unwrap_or(text.rows().saturating_sub(1))
}

/// The line without text before this, or the beginning.
pub fn previous_paragraph(text: &Frozen, row: usize) -> usize {
    let from = match text.row(row).used() {
        0 => text.blank(row, false, false),
        _ => Some(row),
    };
    let blank = from.and_then(|from| text.blank(from, true, false));
    blank.unwrap_or(0)
}
