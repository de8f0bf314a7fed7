//! Cells, rectangles and directions on a screen. Columns and rows count from zero at the top left.

use serde::{Deserialize, Serialize};

/// A size in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    /// A size of `cols` x `rows`.
    pub const fn new(cols: u16, rows: u16) -> Size {
        Size { cols, rows }
    }

    /// The smaller of both in each direction.
    pub fn min(self, other: Size) -> Size {
        Size::new(self.cols.min(other.cols), self.rows.min(other.rows))
    }

    /// The larger of both in each direction.
    pub fn max(self, other: Size) -> Size {
        Size::new(self.cols.max(other.cols), self.rows.max(other.rows))
    }
}

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rect {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

impl Rect {
    /// A rectangle at `x`, `y` of `cols` x `rows`.
    pub const fn new(x: u16, y: u16, cols: u16, rows: u16) -> Rect {
        Rect { x, y, cols, rows }
    }

    /// Its size.
    pub const fn size(self) -> Size {
        Size::new(self.cols, self.rows)
    }

    /// The column just right of it.
    pub const fn right(self) -> u16 {
        self.x + self.cols
    }

    /// The row just below it.
    pub const fn bottom(self) -> u16 {
        self.y + self.rows
    }

    /// Whether the cell at `x`, `y` lies in it.
    pub const fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }

    /// Whether it has no cells.
    pub const fn is_empty(self) -> bool {
        self.cols == 0 || self.rows == 0
    }
}

/// Where a neighbour lies, or where a border moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Towards column 0.
    Left,
    /// Towards the last column.
    Right,
    /// Towards row 0.
    Up,
    /// Towards the last row.
    Down,
}

/// How the parts of a split lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// Side by side, divided by vertical borders.
    Horizontal,
    /// One above the other, divided by horizontal borders.
    Vertical,
}

impl Direction {
    /// The axis a move in this direction changes.
    pub const fn axis(self) -> Axis {
        match self {
            Direction::Left | Direction::Right => Axis::Horizontal,
            Direction::Up | Direction::Down => Axis::Vertical,
        }
    }
}
