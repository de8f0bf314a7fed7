//! Where a shell's prompts begin and its commands' output, on the rows of the screen.
//!
//! A shell with integration says so by OSC 133. The grid has no room for that, so the rows marked
//! are kept here by a number that stays with a row while it moves up: rows ever scrolled off plus
//! its place on the screen. When a row leaves the screen its marks go into the history with it.

/// What is marked in a row; several things may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u8);

impl Marks {
    /// Nothing.
    pub const NONE: Marks = Marks(0);
    /// A prompt begins.
    pub const PROMPT: Marks = Marks(1);
    /// A command's output begins.
    pub const OUTPUT: Marks = Marks(1 << 1);
    /// A command ended before this row.
    pub const END: Marks = Marks(1 << 2);
    /// A command ended in this row, which has some of its output.
    pub const END_INSIDE: Marks = Marks(1 << 3);

    /// Both.
    #[must_use]
    pub const fn with(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Whether any of `other` is marked.
    pub const fn intersects(self, other: Marks) -> bool {
        self.0 & other.0 != 0
    }
}

/// The marks of the rows on the main screen, by row number, in order. A row has one entry, so there
/// are no more of them than rows.
#[derive(Debug, Default)]
pub(super) struct RowMarks(Vec<(u64, Marks)>);

impl RowMarks {
    /// Marks a row.
    pub(super) fn add(&mut self, row: u64, marks: Marks) {
        match self.0.binary_search_by_key(&row, |(row, _)| *row) {
            Ok(at) => self.0[at].1 = self.0[at].1.with(marks),
            Err(at) => self.0.insert(at, (row, marks)),
        }
    }

    /// What is marked in a row.
    pub(super) fn of(&self, row: u64) -> Marks {
        match self.0.binary_search_by_key(&row, |(row, _)| *row) {
            Ok(at) => self.0[at].1,
            Err(_) => Marks::NONE,
        }
    }

    /// Takes the marks of a row that leaves, and drops those of rows above it.
    pub(super) fn take(&mut self, row: u64) -> Marks {
        if self.0.is_empty() {
            return Marks::NONE;
        }
        let marks = self.of(row);
        self.0.retain(|(other, _)| *other > row);
        marks
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
