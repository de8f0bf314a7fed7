//! Code points that belong to the character before: marks, emoji sequences, flags.
//!
//! They are kept in its cell. With grapheme clustering on (mode 2027, which is how we begin) a
//! sequence takes the columns of the whole, as kitty, Ghostty and the libraries of agent CLIs count
//! them; with it off every code point counts for itself, as `wcwidth` does.

use alacritty_terminal::term::cell::{Cell, Flags};
use unicode_width::UnicodeWidthStr as _;

use super::engine::Engine;
use super::switches::mode;
use crate::draw::{PLACEHOLDER, text};

/// The most code points joined to one cell's character.
const MAX_MARKS: usize = 16;

const JOINER: char = '\u{200d}';

impl Engine {
    /// The cell the next mark would join: row and column.
    fn previous(&self) -> (usize, usize) {
        let (row, mut column) = (self.row(), self.column());
        if !self.waits_to_wrap() {
            column = column.saturating_sub(1);
        }
        let [cell] = self.cells(row, column..column + 1) else {
            return (row, column);
        };
        if cell.flags.contains(Flags::WIDE_CHAR_SPACER) {
            column = column.saturating_sub(1);
        }
        (row, column)
    }

    /// Joins a character of no width to the one before.
    pub(super) fn join_mark(&mut self, character: char) {
        if text::is_mark(character) {
            let (row, column) = self.previous();
            self.join_at(row, column, character);
        }
    }

    /// Joins a character that has a width of its own, if it continues the one just printed.
    pub(super) fn join_cluster(&mut self, character: char) -> bool {
        if !self.just_printed || !may_continue(character) || !self.own.is(mode::CLUSTERS) {
            return false;
        }
        let (row, column) = self.previous();
        let [cell] = self.cells(row, column..column + 1) else {
            return false;
        };
        let marks = cell.zerowidth().unwrap_or_default();
        let joins = match marks.last().copied().unwrap_or(cell.c) {
            JOINER => is_pictograph(cell.c) && is_pictograph(character),
            _ if is_skin_tone(character) => {
                is_pictograph(cell.c) && !marks.iter().copied().any(is_skin_tone)
                    || marks.contains(&JOINER)
            }
            _ => is_regional(character) && is_regional(cell.c) && marks.is_empty(),
        };
        joins && self.join_at(row, column, character)
    }

    /// False if the cell has no room for more.
    fn join_at(&mut self, row: usize, column: usize, character: char) -> bool {
        let clusters = self.own.is(mode::CLUSTERS);
        self.dirty.mark(row);
        let [cell] = self.cells_mut(row, column..column + 1) else {
            return false;
        };
        let marks = cell.zerowidth().map_or(0, <[char]>::len);
        // A third mark would be more of the image's number, and ours are short.
        let most = if cell.c == PLACEHOLDER { 2 } else { MAX_MARKS };
        if marks >= most {
            return false;
        }
        cell.push_zerowidth(character);
        let narrow = !cell.flags.contains(Flags::WIDE_CHAR);
        if clusters && narrow && widens(character) {
            let marks = cell.zerowidth().unwrap_or_default();
            let cluster: String = std::iter::once(&cell.c).chain(marks).collect();
            if cluster.width() > 1 {
                self.widen(row, column);
            }
        }
        true
    }

    /// Makes the character just printed a wide one, if there is room for it.
    fn widen(&mut self, row: usize, column: usize) {
        if self.waits_to_wrap() || self.column() != column + 1 {
            return;
        }
        self.cut_before(row, column + 1);
        self.cut_before(row, column + 2);
        if let [head, tail] = self.cells_mut(row, column..column + 2) {
            head.flags.insert(Flags::WIDE_CHAR);
            tail.clone_from(head);
            tail.c = ' ';
            tail.flags.remove(Flags::WIDE_CHAR);
            tail.flags.insert(Flags::WIDE_CHAR_SPACER);
            // Marks belong to the first half alone; a link to both.
            let link = head.hyperlink();
            let underline = head.underline_color();
            tail.extra = None;
            tail.set_underline_color(underline);
            if link.is_some() {
                tail.set_hyperlink(link);
            }
        }
        self.advance_cursor(1);
    }
}

/// Whether it may belong to the character before although it has a width.
pub(super) fn may_continue(character: char) -> bool {
    is_pictograph(character) || is_regional(character)
}

/// Whether its marks would have made a character wide, and something kept it narrow.
pub(super) fn is_left_narrow(cell: &Cell) -> bool {
    let marks = cell.zerowidth().unwrap_or_default();
    let widening = marks
        .iter()
        .any(|mark| matches!(mark, '\u{fe0f}' | '\u{20e3}'));
    if !widening || cell.flags.contains(Flags::WIDE_CHAR) || marks.iter().any(|c| may_continue(*c))
    {
        return false;
    }
    let cluster: String = std::iter::once(&cell.c).chain(marks).collect();
    cluster.width() > 1
}

/// Whether joining it may make a narrow character wide: VS16, a keycap, a flag's second letter.
fn widens(character: char) -> bool {
    matches!(character, '\u{fe0f}' | '\u{20e3}')
        || is_skin_tone(character)
        || is_regional(character)
}

fn is_skin_tone(character: char) -> bool {
    matches!(character, '\u{1f3fb}'..='\u{1f3ff}')
}

fn is_regional(character: char) -> bool {
    matches!(character, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Unicode's `Extended_Pictographic`, give or take characters nobody joins.
fn is_pictograph(character: char) -> bool {
    matches!(
        character,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
            | '\u{2194}'..='\u{21aa}'
            | '\u{231a}'..='\u{23ff}'
            | '\u{24c2}'
            | '\u{25aa}'..='\u{25fe}'
            | '\u{2600}'..='\u{27bf}'
            | '\u{2934}'..='\u{2935}'
            | '\u{2b05}'..='\u{2b55}'
            | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
            | '\u{1f000}'..='\u{1f1e5}'
            | '\u{1f200}'..='\u{1faff}'
    )
}
