//! A rectangle of cells with a cursor.
//!
//! The invariant every writer keeps: a wide cell is followed by its tail, and a tail follows
//! nothing else. Overwriting one half blanks the other, as terminals do.

use std::sync::Arc;

use super::cell::{Cell, Extra, Link};
use super::image::Image;
use super::style::Style;
use super::text;
use crate::model::geometry::{Rect, Size};

/// The most combining marks and joined code points kept for one cell.
pub(crate) const MAX_MARKS: usize = 16;

/// The shape of a text cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CursorShape {
    /// Whatever the user configured in the outer terminal.
    #[default]
    Default,
    /// A full cell.
    Block,
    /// A line below the text.
    Underline,
    /// A line left of the text.
    Bar,
}

/// A visible cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// Its shape.
    pub shape: CursorShape,
    /// Whether it blinks; means nothing for the default shape.
    pub blinking: bool,
}

/// What one row has beside its cells, ordered by column; nearly always empty.
pub(super) type Extras = Vec<(u16, Extra)>;

/// The extra at column `x`.
pub(super) fn find_extra(extras: &Extras, x: u16) -> Option<&Extra> {
    let at = extras
        .binary_search_by_key(&x, |(column, _)| *column)
        .ok()?;
    extras.get(at).map(|(_, extra)| extra)
}

/// A picture of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    size: Size,
    cells: Vec<Cell>,
    extras: Vec<Extras>,
    /// Where the cursor is shown; `None` hides it.
    pub cursor: Option<Cursor>,
    /// The images that cells may be part of.
    pub images: Vec<Arc<Image>>,
}

impl Surface {
    /// A blank surface without a cursor.
    pub fn new(size: Size) -> Surface {
        Surface {
            size,
            cells: vec![Cell::BLANK; usize::from(size.cols) * usize::from(size.rows)],
            extras: vec![Extras::new(); usize::from(size.rows)],
            cursor: None,
            images: Vec::new(),
        }
    }

    /// Its size.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The whole of it.
    pub const fn area(&self) -> Rect {
        Rect::new(0, 0, self.size.cols, self.size.rows)
    }

    /// Makes it blank and `size` large.
    pub fn reset(&mut self, size: Size) {
        self.size = size;
        self.cells.clear();
        self.cells
            .resize(usize::from(size.cols) * usize::from(size.rows), Cell::BLANK);
        self.extras.iter_mut().for_each(Vec::clear);
        self.extras.resize(usize::from(size.rows), Extras::new());
        self.cursor = None;
        self.images.clear();
    }

    /// The cell at column `x` of row `y`.
    pub fn cell(&self, x: u16, y: u16) -> Option<&Cell> {
        self.row(y).get(usize::from(x))
    }

    /// The text of the cell: its character and everything joined to it; empty for a tail.
    pub fn glyph(&self, x: u16, y: u16) -> String {
        let mut glyph = String::new();
        if let Some(cell) = self.cell(x, y).filter(|cell| !cell.is_tail()) {
            glyph.push(cell.character());
            if let Some(extra) = self.extra(x, y) {
                glyph.push_str(&extra.marks);
            }
        }
        glyph
    }

    /// The link the cell is part of.
    pub fn link(&self, x: u16, y: u16) -> Option<&Link> {
        self.extra(x, y)?.link.as_ref()
    }

    /// The cells of a row; empty below the last one.
    pub(super) fn row(&self, y: u16) -> &[Cell] {
        let start = usize::from(y) * usize::from(self.size.cols);
        self.cells
            .get(start..start + usize::from(self.size.cols))
            .unwrap_or(&[])
    }

    pub(super) fn extras(&self, y: u16) -> &Extras {
        const NONE: &Extras = &Extras::new();
        self.extras.get(usize::from(y)).unwrap_or(NONE)
    }

    pub(super) fn extra(&self, x: u16, y: u16) -> Option<&Extra> {
        find_extra(self.extras(y), x)
    }

    /// The text of a row without trailing spaces.
    pub fn row_text(&self, y: u16) -> String {
        let mut line: String = (0..self.size.cols).map(|x| self.glyph(x, y)).collect();
        line.truncate(line.trim_end_matches(' ').len());
        line
    }

    /// All rows as text, without trailing spaces, each ended by a line feed: for tests and dumps.
    pub fn to_text(&self) -> String {
        (0..self.size.rows)
            .map(|y| self.row_text(y) + "\n")
            .collect()
    }

    /// Starts writing at column `x` of row `y`, at most `cols` columns.
    ///
    /// What was there is gone: the span begins blank, and wide characters it cuts are blanked.
    /// Nothing is written outside the surface; the span is clipped to it.
    pub fn span(&mut self, x: u16, y: u16, cols: u16) -> RowSpan<'_> {
        let end = x.saturating_add(cols).min(self.size.cols);
        let clipped = if y < self.size.rows {
            x.min(end)..end
        } else {
            0..0
        };
        let start = usize::from(y.min(self.size.rows)) * usize::from(self.size.cols);
        let row_end = (start + usize::from(self.size.cols)).min(self.cells.len());
        let row = &mut self.cells[start.min(row_end)..row_end];
        if !clipped.is_empty() {
            free_edges(row, usize::from(clipped.start), usize::from(clipped.end));
        }
        let extras = match self.extras.get_mut(usize::from(y)) {
            Some(extras) => {
                if !extras.is_empty() {
                    extras.retain(|(column, _)| !clipped.contains(column));
                }
                Some(extras)
            }
            None => None,
        };
        let cells = &mut row[usize::from(clipped.start)..usize::from(clipped.end)];
        cells.fill(Cell::BLANK);
        RowSpan {
            cells,
            extras,
            first: clipped.start,
            next: 0,
        }
    }

    /// Writes `text` from column `x` of row `y`, at most `cols` columns; returns how many it took.
    ///
    /// Control characters are shown as U+FFFD. Text that does not fit is cut.
    pub fn put(&mut self, x: u16, y: u16, text: &str, style: Style, cols: u16) -> u16 {
        let wanted = text::width(text).min(usize::from(cols)) as u16;
        let mut span = self.span(x, y, wanted);
        for character in text.chars() {
            if !span.push(character, style) {
                break;
            }
        }
        span.pad(style);
        span.written()
    }

    /// Blanks a part of it with `style`.
    pub fn fill(&mut self, area: Rect, style: Style) {
        for y in self.rows_of(area) {
            self.span(area.x, y, area.cols).pad(style);
        }
    }

    /// Changes the look of a part of it, as for a selection.
    pub fn restyle(&mut self, area: Rect, change: impl Fn(Style) -> Style) {
        let end = area.x.saturating_add(area.cols).min(self.size.cols);
        let columns = usize::from(area.x.min(end))..usize::from(end);
        for y in self.rows_of(area) {
            let start = usize::from(y) * usize::from(self.size.cols);
            for cell in &mut self.cells[start + columns.start..start + columns.end] {
                *cell = cell.with_style(change(cell.style()));
            }
        }
    }

    /// Copies a part of another surface to column `x`, row `y`.
    pub fn copy(&mut self, from: &Surface, area: Rect, x: u16, y: u16) {
        for row in from.rows_of(area) {
            let to = y.saturating_add(row - area.y);
            let mut span = self.span(x, to, area.cols);
            let end = area.x.saturating_add(area.cols).min(from.size.cols);
            for column in area.x.min(end)..end {
                if let Some(cell) = from.cell(column, row) {
                    span.copy(cell, from.extra(column, row));
                }
            }
        }
    }

    /// Makes row `y` equal to that of a surface of the same size.
    pub(super) fn copy_row(&mut self, from: &Surface, y: u16) {
        let start = usize::from(y) * usize::from(self.size.cols);
        if let Some(row) = self
            .cells
            .get_mut(start..start + usize::from(self.size.cols))
        {
            row.copy_from_slice(from.row(y));
        }
        if let Some(extras) = self.extras.get_mut(usize::from(y))
            && !(extras.is_empty() && from.extras(y).is_empty())
        {
            extras.clone_from(from.extras(y));
        }
    }

    fn rows_of(&self, area: Rect) -> std::ops::Range<u16> {
        let end = area.y.saturating_add(area.rows).min(self.size.rows);
        area.y.min(end)..end
    }
}

/// Blanks the outer halves of wide characters that lie across either end of `start..end`.
fn free_edges(row: &mut [Cell], start: usize, end: usize) {
    let blank = |cell: &mut Cell| *cell = Cell::blank(cell.style());
    if row[start].is_tail() && start > 0 {
        blank(&mut row[start - 1]);
    }
    if let Some(after) = row.get_mut(end).filter(|cell| cell.is_tail()) {
        blank(after);
    }
}

/// A part of one row being written from left to right.
///
/// It begins blank; [`RowSpan::pad`] gives the unwritten rest another background.
#[derive(Debug)]
pub struct RowSpan<'a> {
    cells: &'a mut [Cell],
    /// `None` below the surface.
    extras: Option<&'a mut Extras>,
    first: u16,
    next: usize,
}

impl RowSpan<'_> {
    /// Appends a character; one of no width joins the one before. False once it does not fit.
    pub fn push(&mut self, character: char, style: Style) -> bool {
        match text::char_width(character) {
            Some(0) => {
                self.join(character);
                true
            }
            Some(2) => self.push_wide(character, style),
            _ => self.push_cell(Cell::narrow(character, style)),
        }
    }

    /// Appends a cell that is neither wide nor a tail.
    pub(crate) fn push_cell(&mut self, cell: Cell) -> bool {
        let Some(slot) = self.cells.get_mut(self.next) else {
            return false;
        };
        *slot = cell;
        self.next += 1;
        true
    }

    /// Appends characters of one column each, in one style.
    pub(crate) fn push_run(&mut self, characters: impl Iterator<Item = char>, style: Style) {
        let slots = self.cells.get_mut(self.next..).unwrap_or_default();
        let mut count = 0;
        for (slot, character) in slots.iter_mut().zip(characters) {
            *slot = Cell::narrow(character, style);
            count += 1;
        }
        self.next += count;
    }

    /// Appends a character of two columns; half of one is never shown.
    pub(crate) fn push_wide(&mut self, character: char, style: Style) -> bool {
        self.push_pair(Cell::wide(character, style))
    }

    fn push_pair(&mut self, head: Cell) -> bool {
        let Some([left, right]) = self.cells.get_mut(self.next..self.next + 2) else {
            // No room for both halves: the last column stays blank.
            self.push_cell(Cell::blank(head.style()));
            return false;
        };
        *left = head;
        *right = match head.is_wide() {
            true => Cell::tail(head.style()),
            false => Cell::blank(head.style()),
        };
        self.next += 2;
        true
    }

    /// Appends a cluster as one glyph of `columns` (1 or 2) columns.
    pub(crate) fn push_cluster(&mut self, cluster: &str, columns: usize, style: Style) -> bool {
        let mut characters = cluster.chars();
        let Some(first) = characters.next() else {
            return self.push_cell(Cell::blank(style));
        };
        let fits = match (columns, text::char_width(first)) {
            (2, Some(2)) => self.push_wide(first, style),
            (2, _) => self.push_pair(Cell::narrow(first, style).widened()),
            _ => self.push_cell(Cell::narrow(first, style)),
        };
        if fits {
            for character in characters {
                // Inside a cluster even a character with a width of its own is a mark.
                self.join_any(character);
            }
        }
        fits
    }

    /// Joins a zero-width character to the cell before; hidden and surplus ones are dropped.
    pub(crate) fn join(&mut self, character: char) {
        if text::is_mark(character) {
            self.join_any(character);
        }
    }

    fn join_any(&mut self, character: char) {
        if character.is_control() || (text::is_hidden(character) && !text::is_mark(character)) {
            return;
        }
        if let Some(extra) = self.last_extra()
            && extra.marks.chars().count() < MAX_MARKS
        {
            extra.marks.push(character);
        }
    }

    /// Makes the cell before part of a link.
    pub fn link(&mut self, link: Link) {
        if let Some(extra) = self.last_extra() {
            extra.link = Some(link);
        }
    }

    /// The extra of the character before, made if need be.
    fn last_extra(&mut self) -> Option<&mut Extra> {
        let mut at = self.next.checked_sub(1)?;
        if self.cells[at].is_tail() {
            at = at.checked_sub(1)?;
        }
        self.cells[at].extra = true;
        let column = self.first + at as u16;
        let extras = self.extras.as_deref_mut()?;
        let place = match extras.binary_search_by_key(&column, |(column, _)| *column) {
            Ok(place) => place,
            Err(place) => {
                extras.insert(place, (column, Extra::default()));
                place
            }
        };
        extras.get_mut(place).map(|(_, extra)| extra)
    }

    /// Appends a copy of another surface's cell.
    fn copy(&mut self, cell: &Cell, extra: Option<&Extra>) {
        if cell.is_tail() {
            // Its head was copied with it, or was cut off.
            if self.next == 0 || !self.cells[self.next - 1].is_tail() {
                self.push_cell(Cell::blank(cell.style()));
            }
            return;
        }
        let mut bare = *cell;
        bare.extra = false;
        let fits = match cell.is_wide() {
            true => self.push_pair(bare),
            false => self.push_cell(bare),
        };
        if let Some(extra) = extra.filter(|_| fits)
            && let Some(own) = self.last_extra()
        {
            own.clone_from(extra);
        }
    }

    /// Fills the rest with blanks.
    pub fn pad(&mut self, style: Style) {
        self.cells[self.next..].fill(Cell::blank(style));
    }

    /// How many columns were written by appending.
    pub fn written(&self) -> u16 {
        self.next as u16
    }

    /// How many columns it has.
    pub fn columns(&self) -> u16 {
        self.cells.len() as u16
    }
}
