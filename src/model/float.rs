//! Panes that float over a tab's others.
//!
//! A floating pane has a frame: its cells and a border of one cell round them, as long as the frame is
//! at least 3x3. A place remembers the frame as it was put, and in which area: in an area of that size it is
//! exactly there, in another one in proportion, with the same share of the free room on each side. So
//! what was put into a corner is in that corner on every terminal, and a frame never leaves its area.
//!
//! Which of them are shown, and which lies over which, is the business of whoever looks: floating
//! panes are in sight while one of them has the keyboard, and pinned ones always; the one used last
//! lies on top.

use super::geometry::{Axis, Direction, Rect, Size};
use super::id::PaneId;

#[cfg(test)]
mod tests;

/// The smallest frame, where the area has room for it: three columns and a row inside.
pub const SMALLEST: Size = Size::new(5, 3);

/// Where a floating pane is, for areas of every size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The frame, counted from the area's corner.
    frame: Rect,
    /// The area it was put into.
    within: Size,
}

/// One floating pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Float {
    /// The pane.
    pub pane: PaneId,
    /// Where it is.
    pub place: Place,
    /// Whether it stays in sight while a pane below has the keyboard.
    pub pinned: bool,
}

/// Where a frame is held with the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grip {
    /// The line with the title: the frame moves.
    Title,
    /// The left edge moves.
    Left,
    /// The right edge moves.
    Right,
    /// The lower edge moves.
    Bottom,
    /// The corner at the lower left moves.
    BottomLeft,
    /// The corner at the lower right moves.
    BottomRight,
}

/// What of a frame at `x`, `y` on its border is held.
pub fn grip(frame: Rect, x: u16, y: u16) -> Grip {
    let left = x == frame.x;
    let right = x + 1 == frame.right();
    match (y == frame.y, y + 1 == frame.bottom()) {
        (true, _) => Grip::Title,
        (_, true) if left => Grip::BottomLeft,
        (_, true) if right => Grip::BottomRight,
        (_, true) => Grip::Bottom,
        _ if left => Grip::Left,
        _ => Grip::Right,
    }
}

/// Whether a frame is large enough for a border.
pub fn has_border(frame: Rect) -> bool {
    frame.cols >= 3 && frame.rows >= 3
}

/// The pane's own cells inside its frame.
pub fn inner(frame: Rect) -> Rect {
    match has_border(frame) {
        true => Rect::new(frame.x + 1, frame.y + 1, frame.cols - 2, frame.rows - 2),
        false => frame,
    }
}

impl Place {
    /// A frame in an area of this size, brought inside and to the smallest size at least.
    pub fn new(frame: Rect, within: Size) -> Place {
        let within = Size::new(within.cols.max(1), within.rows.max(1));
        let cols = frame.cols.max(SMALLEST.cols).min(within.cols);
        let rows = frame.rows.max(SMALLEST.rows).min(within.rows);
        let x = frame.x.min(within.cols - cols);
        let y = frame.y.min(within.rows - rows);
        Place {
            frame: Rect::new(x, y, cols, rows),
            within,
        }
    }

    /// In the middle.
    pub fn centred(size: Size, within: Size) -> Place {
        let cols = size.cols.max(SMALLEST.cols).min(within.cols);
        let rows = size.rows.max(SMALLEST.rows).min(within.rows);
        let (x, y) = ((within.cols - cols) / 2, (within.rows - rows) / 2);
        Place::new(Rect::new(x, y, cols, rows), within)
    }

    /// Where a new one goes that is given no place: in the middle, three fifths of the area but no
    /// smaller than a program can use, each of several a little further down.
    pub fn fresh(within: Size, before: usize) -> Place {
        let share = |cells: u16, least: u16| {
            let share = u16::try_from(u32::from(cells) * 3 / 5).unwrap_or(cells);
            share.max(least).min(cells)
        };
        let size = Size::new(share(within.cols, 42), share(within.rows, 12));
        let place = Place::centred(size, within);
        let step = u16::try_from(before % 6).unwrap_or(0);
        let Rect { x, y, .. } = place.frame;
        let frame = Rect {
            x: x.saturating_add(2 * step),
            y: y.saturating_add(step),
            ..place.frame
        };
        Place::new(frame, within)
    }

    /// The frame as it was put, counted from the area's corner, and the size of that area.
    pub fn as_put(self) -> (Rect, Size) {
        (self.frame, self.within)
    }

    /// The frame in an area.
    pub fn frame(self, area: Rect) -> Rect {
        let Place { frame, within } = self;
        let (x, cols) = part(frame.x, frame.cols, within.cols, area.cols, SMALLEST.cols);
        let (y, rows) = part(frame.y, frame.rows, within.rows, area.rows, SMALLEST.rows);
        Rect::new(area.x + x, area.y + y, cols, rows)
    }

    /// The frame in an area, counted from its corner.
    fn inside(self, area: Rect) -> Rect {
        self.frame(Rect::new(0, 0, area.cols, area.rows))
    }

    /// Moved by some cells of an area, as far as that has room.
    pub fn moved(self, towards: Direction, cells: u16, area: Rect) -> Place {
        let mut frame = self.inside(area);
        match towards {
            Direction::Left => frame.x = frame.x.saturating_sub(cells),
            Direction::Right => frame.x = frame.x.saturating_add(cells),
            Direction::Up => frame.y = frame.y.saturating_sub(cells),
            Direction::Down => frame.y = frame.y.saturating_add(cells),
        }
        Place::new(frame, area.size())
    }

    /// With its corner at a cell of an area, counted from the area's corner.
    pub fn moved_to(self, x: Option<u16>, y: Option<u16>, area: Rect) -> Place {
        let frame = self.inside(area);
        let frame = Rect {
            x: x.unwrap_or(frame.x),
            y: y.unwrap_or(frame.y),
            ..frame
        };
        Place::new(frame, area.size())
    }

    /// Its right edge (or lower one) moved by some cells; with no room left there, the other edge.
    pub fn resized(self, towards: Direction, cells: u16, area: Rect) -> Place {
        let frame = self.inside(area);
        let length = match towards.axis() {
            Axis::Horizontal => frame.cols,
            Axis::Vertical => frame.rows,
        };
        let length = match towards {
            Direction::Left | Direction::Up => length.saturating_sub(cells),
            Direction::Right | Direction::Down => length.saturating_add(cells),
        };
        match towards.axis() {
            Axis::Horizontal => self.sized(Some(length), None, area),
            Axis::Vertical => self.sized(None, Some(length), area),
        }
    }

    /// With another size; what has no room at the right or below grows to the other side.
    pub fn sized(self, cols: Option<u16>, rows: Option<u16>, area: Rect) -> Place {
        let frame = self.inside(area);
        let frame = Rect {
            cols: cols.unwrap_or(frame.cols),
            rows: rows.unwrap_or(frame.rows),
            ..frame
        };
        Place::new(frame, area.size())
    }

    /// In the middle of an area, as large as it is there.
    pub fn centred_in(self, area: Rect) -> Place {
        Place::centred(self.inside(area).size(), area.size())
    }

    /// Held at `grip` and brought to the cell `to` of the screen; a title is held `hold` cells from the
    /// frame's left edge. The edges that are not held stay where they are.
    pub fn dragged(self, grip: Grip, to: (u16, u16), hold: u16, area: Rect) -> Place {
        let frame = self.inside(area);
        let x = to.0.saturating_sub(area.x).min(area.cols.saturating_sub(1));
        let y = to.1.saturating_sub(area.y).min(area.rows.saturating_sub(1));
        if grip == Grip::Title {
            return self.moved_to(Some(x.saturating_sub(hold)), Some(y), area);
        }
        let mut held = frame;
        if matches!(grip, Grip::Left | Grip::BottomLeft) {
            let most = frame.right().saturating_sub(SMALLEST.cols);
            held.x = x.min(most);
            held.cols = frame.right() - held.x;
        }
        if matches!(grip, Grip::Right | Grip::BottomRight) {
            held.cols = (x + 1).saturating_sub(frame.x).max(SMALLEST.cols);
        }
        if matches!(grip, Grip::Bottom | Grip::BottomLeft | Grip::BottomRight) {
            held.rows = (y + 1).saturating_sub(frame.y).max(SMALLEST.rows);
        }
        held.cols = held.cols.min(area.cols - held.x.min(area.cols));
        held.rows = held.rows.min(area.rows - held.y.min(area.rows));
        Place::new(held, area.size())
    }
}

/// One direction of a frame in an area of another length: its start and its length.
fn part(start: u16, length: u16, within: u16, now: u16, least: u16) -> (u16, u16) {
    let scaled = |cells: u16, from: u16, to: u16| {
        let from = u64::from(from.max(1));
        let exact = (u64::from(cells) * u64::from(to) * 2 + from) / (2 * from);
        u16::try_from(exact).unwrap_or(to)
    };
    let cells = scaled(length, within, now).max(least).min(now);
    let free = within.saturating_sub(length);
    let start = match free {
        0 => 0,
        _ => scaled(start, free, now - cells).min(now - cells),
    };
    (start, cells)
}
