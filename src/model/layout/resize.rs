//! Moving borders, in cells of one area.
//!
//! A border gives cells to the child on one side and takes them from the children on the other: from
//! the nearest until that is at its minimum, then from the next. What was found and changed in that
//! area becomes the weights, so the result there is exact, and other terminals follow in proportion.

use super::arrange::{parts, sizes};
use super::{BorderId, Child, Layout, Node, tidy};
use crate::model::geometry::{Axis, Direction, Rect};
use crate::model::id::PaneId;

impl Layout {
    /// Moves `pane`'s border by `cells` as laid out in `area`: the border after it (right of it, below
    /// it), or, if nothing lies there, the one before it. Answers by how many cells it moved;
    /// 0 if the pane fills the area along that axis or nobody can shrink further.
    pub fn resize(&mut self, pane: PaneId, towards: Direction, cells: u16, area: Rect) -> u16 {
        let Some((axis, children, at, area)) = self.root.nearest(pane, towards.axis(), area) else {
            return 0;
        };
        let border = at.min(children.len().saturating_sub(2));
        shift(axis, children, border, signed(towards, cells), area)
    }

    /// Makes `pane` so many cells long along an axis as laid out in `area`, or as near as can be.
    /// Answers by how many cells a border moved.
    pub fn resize_to(&mut self, pane: PaneId, axis: Axis, cells: u16, area: Rect) -> u16 {
        let Some((axis, children, at, area)) = self.root.nearest(pane, axis, area) else {
            return 0;
        };
        let Some(has) = sizes(axis, children, area).get(at).copied() else {
            return 0;
        };
        let more = i32::from(cells) - i32::from(has);
        // The last one grows by moving the border before it the other way.
        match at.checked_sub(1) {
            Some(before) if at + 1 == children.len() => shift(axis, children, before, -more, area),
            _ => shift(axis, children, at, more, area),
        }
    }

    /// Moves the border to the cell `to` (column, row) as laid out in `area`, or as near as its
    /// neighbours' minima allow. Answers by how many cells it moved; 0 for a border that is no more.
    pub fn drag_border(&mut self, border: BorderId, to: (u16, u16), area: Rect) -> u16 {
        let Some((axis, children, at, area)) = self.root.dividing(border, area) else {
            return 0;
        };
        let Some(after) = parts(axis, children, area).get(at + 1).copied() else {
            return 0;
        };
        if after.is_empty() {
            return 0;
        }
        let (from, to) = match axis {
            Axis::Horizontal => (after.x, to.0),
            Axis::Vertical => (after.y, to.1),
        };
        // The border is the cell before the part.
        shift(
            axis,
            children,
            at,
            i32::from(to) + 1 - i32::from(from),
            area,
        )
    }
}

/// A split's axis, its children, one of them, and the area the split fills.
type Found<'a> = (Axis, &'a mut Vec<Child>, usize, Rect);

impl Node {
    /// The innermost split along `axis` that contains `pane`, and which child does.
    fn nearest(&mut self, pane: PaneId, axis: Axis, area: Rect) -> Option<Found<'_>> {
        let Node::Split {
            axis: own,
            children,
        } = self
        else {
            return None;
        };
        let own = *own;
        let at = children
            .iter()
            .position(|child| child.node.contains(pane))?;
        let inner = parts(own, children, area).get(at).copied()?;
        // Looked at before going down, because a mutable way down cannot be taken back.
        if children[at].node.has_axis_above(pane, axis) {
            return children[at].node.nearest(pane, axis, inner);
        }
        (own == axis).then_some((own, children, at, area))
    }

    /// Whether a split along `axis` lies between this node and `pane`.
    fn has_axis_above(&self, pane: PaneId, axis: Axis) -> bool {
        let Node::Split {
            axis: own,
            children,
        } = self
        else {
            return false;
        };
        *own == axis
            || children
                .iter()
                .filter(|child| child.node.contains(pane))
                .any(|child| child.node.has_axis_above(pane, axis))
    }

    /// The split whose children `at` and `at + 1` meet at `border`.
    fn dividing(&mut self, border: BorderId, area: Rect) -> Option<Found<'_>> {
        let Node::Split { axis, children } = self else {
            return None;
        };
        let axis = *axis;
        let at = children
            .iter()
            .position(|child| child.node.contains(border.before))?;
        if children[at].node.last() != Some(border.before) {
            let inner = parts(axis, children, area).get(at).copied()?;
            return children[at].node.dividing(border, inner);
        }
        let next = children.get(at + 1)?;
        if next.node.first() != Some(border.after) {
            return None;
        }
        Some((axis, children, at, area))
    }
}

fn signed(towards: Direction, cells: u16) -> i32 {
    match towards {
        Direction::Left | Direction::Up => -i32::from(cells),
        Direction::Right | Direction::Down => i32::from(cells),
    }
}

/// Moves the border after the child `at` by `by` cells, as far as it goes; answers the cells moved.
fn shift(axis: Axis, children: &mut [Child], at: usize, by: i32, area: Rect) -> u16 {
    let mut cells = sizes(axis, children, area);
    let minima: Vec<u32> = children
        .iter()
        .map(|child| child.node.min_cells(axis))
        .collect();
    let fits = |(cells, min): (&u16, &u32)| u32::from(*cells) >= *min;
    if at + 1 >= cells.len() || !cells.iter().zip(&minima).all(fits) {
        // Somebody is squeezed already: there are no cells to write back as weights.
        return 0;
    }
    let (grows, shrinking): (usize, Vec<usize>) = if by > 0 {
        (at, (at + 1..cells.len()).collect())
    } else {
        (at + 1, (0..=at).rev().collect())
    };
    let wanted = u16::try_from(by.unsigned_abs()).unwrap_or(u16::MAX);
    let mut left = wanted;
    for child in shrinking {
        let spare = cells[child] - u16::try_from(minima[child]).unwrap_or(cells[child]);
        let taken = spare.min(left);
        cells[child] -= taken;
        left -= taken;
    }
    let moved = wanted - left;
    if moved > 0 {
        cells[grows] += moved;
        for (child, cells) in children.iter_mut().zip(cells) {
            child.weight = u32::from(cells) + 1;
        }
        tidy(children);
    }
    moved
}
