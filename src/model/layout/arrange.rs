//! From weights to cells: one layout in one area.
//!
//! Panes and borders cover the area exactly once. Every pane gets at least one cell as long as the
//! area can give it; where it cannot, the last ones get empty rectangles and no border.

use super::{Child, Layout, Node};
use crate::model::geometry::{Axis, Rect};
use crate::model::id::PaneId;

/// Where everything lies on one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    /// The area that was divided.
    pub area: Rect,
    /// Every pane of the layout in reading order; a pane without room has an empty rectangle.
    pub panes: Vec<(PaneId, Rect)>,
    /// The lines between panes, one cell wide.
    pub borders: Vec<Border>,
}

/// One line between neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    /// Its cells: one column, or one row.
    pub rect: Rect,
    /// The axis it divides and along which it moves: a horizontal split has upright borders.
    pub axis: Axis,
    /// Names it towards the layout.
    pub id: BorderId,
}

/// Names a border by the panes that meet there in reading order: between any two consecutive panes
/// lies exactly one border. An id from before a change of the tree simply names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BorderId {
    /// The last pane before it.
    pub before: PaneId,
    /// The first pane after it.
    pub after: PaneId,
}

impl Arrangement {
    /// One pane over the whole area, as a zoomed pane is shown.
    pub fn single(pane: PaneId, area: Rect) -> Arrangement {
        Arrangement {
            area,
            panes: vec![(pane, area)],
            borders: Vec::new(),
        }
    }

    /// The pane's rectangle; `None` if it is not in this layout.
    pub fn pane(&self, pane: PaneId) -> Option<Rect> {
        let found = self.panes.iter().find(|(id, _)| *id == pane);
        found.map(|(_, rect)| *rect)
    }

    /// The pane that shows the cell at `x`, `y`.
    pub fn pane_at(&self, x: u16, y: u16) -> Option<PaneId> {
        let found = self.panes.iter().find(|(_, rect)| rect.contains(x, y));
        found.map(|(id, _)| *id)
    }

    /// The border that runs through the cell at `x`, `y`.
    pub fn border_at(&self, x: u16, y: u16) -> Option<Border> {
        let mut borders = self.borders.iter();
        borders.find(|border| border.rect.contains(x, y)).copied()
    }
}

impl Layout {
    /// The rectangles of panes and borders in `area`.
    pub fn arrange(&self, area: Rect) -> Arrangement {
        let mut out = Arrangement {
            area,
            panes: Vec::new(),
            borders: Vec::new(),
        };
        self.root.arrange(area, &mut out);
        out
    }
}

impl Node {
    fn arrange(&self, area: Rect, out: &mut Arrangement) {
        match self {
            Node::Pane(pane) => out.panes.push((*pane, area)),
            Node::Split { axis, children } => {
                for (at, (child, part)) in children
                    .iter()
                    .zip(parts(*axis, children, area))
                    .enumerate()
                {
                    let previous = at.checked_sub(1).and_then(|at| children.get(at));
                    if let (Some(previous), false) = (previous, part.is_empty()) {
                        out.borders.extend(border(*axis, previous, child, part));
                    }
                    child.node.arrange(part, out);
                }
            }
        }
    }

    /// The fewest cells along `axis` in which every pane has one.
    pub(super) fn min_cells(&self, axis: Axis) -> u32 {
        match self {
            Node::Pane(_) => 1,
            Node::Split {
                axis: own,
                children,
            } => {
                let cells = children.iter().map(|child| child.node.min_cells(axis));
                if *own == axis {
                    cells.sum::<u32>() + children.len() as u32 - 1
                } else {
                    cells.max().unwrap_or(1)
                }
            }
        }
    }
}

/// The border just before `part`.
fn border(axis: Axis, previous: &Child, child: &Child, part: Rect) -> Option<Border> {
    let rect = match axis {
        Axis::Horizontal => Rect::new(part.x.checked_sub(1)?, part.y, 1, part.rows),
        Axis::Vertical => Rect::new(part.x, part.y.checked_sub(1)?, part.cols, 1),
    };
    let id = BorderId {
        before: previous.node.last()?,
        after: child.node.first()?,
    };
    Some(Border { rect, axis, id })
}

/// The rectangle of each child of a split that fills `area`.
pub(super) fn parts(axis: Axis, children: &[Child], area: Rect) -> Vec<Rect> {
    let sizes = sizes(axis, children, area);
    let mut offset = 0;
    let mut parts = Vec::with_capacity(children.len());
    for size in sizes {
        if size == 0 || area.is_empty() {
            parts.push(Rect::new(area.x, area.y, 0, 0));
            continue;
        }
        parts.push(match axis {
            Axis::Horizontal => Rect::new(area.x + offset, area.y, size, area.rows),
            Axis::Vertical => Rect::new(area.x, area.y + offset, area.cols, size),
        });
        offset += size + 1;
    }
    parts
}

/// The cells of each child along the split's axis. Those that are not 0 come first, and together
/// with the borders between them they fill the area's length.
pub(super) fn sizes(axis: Axis, children: &[Child], area: Rect) -> Vec<u16> {
    let length = match axis {
        Axis::Horizontal => area.cols,
        Axis::Vertical => area.rows,
    };
    let minima: Vec<u32> = children
        .iter()
        .map(|child| child.node.min_cells(axis) + 1)
        .collect();
    // Extents count one border more than there are.
    let extent = u32::from(length) + 1;
    let extents = if minima.iter().sum::<u32>() <= extent {
        proportional(children, &minima, extent)
    } else {
        crowded(&minima, extent)
    };
    let cells = |extent: u32| u16::try_from(extent.saturating_sub(1)).unwrap_or(u16::MAX);
    extents.into_iter().map(cells).collect()
}

/// Divides `extent` by weight, nobody below its minimum. The minima fit.
///
/// Each end is rounded up by itself, so that dividing one child or merging two moves no other end.
fn proportional(children: &[Child], minima: &[u32], extent: u32) -> Vec<u32> {
    let weights = children.iter().map(|child| u64::from(child.weight));
    let total = weights.clone().sum::<u64>().max(1);
    let mut ends = Vec::with_capacity(children.len());
    let (mut sum, mut end) = (0, 0);
    for (weight, min) in weights.zip(minima) {
        sum += weight;
        let exact = (sum * u64::from(extent)).div_ceil(total);
        end = u32::try_from(exact).unwrap_or(extent).max(end + min);
        ends.push(end);
    }
    // Minima may have pushed the last ends out of the area: push back from there.
    let mut limit = extent;
    for (end, min) in ends.iter_mut().zip(minima).rev() {
        *end = limit.min(*end);
        limit = end.saturating_sub(*min);
    }
    let mut start = 0;
    let extents = ends
        .into_iter()
        .map(|end| end - std::mem::replace(&mut start, end));
    extents.collect()
}

/// Divides an `extent` that is too small: as many children as can have a cell, the first ones first;
/// what is left brings them towards their minima in order.
fn crowded(minima: &[u32], extent: u32) -> Vec<u32> {
    let shown = minima.len().min((extent / 2) as usize);
    let mut left = extent - 2 * shown as u32;
    let mut extents = vec![0; minima.len()];
    for (extent, min) in extents.iter_mut().zip(minima).take(shown) {
        let more = min.saturating_sub(2).min(left);
        *extent = 2 + more;
        left -= more;
    }
    // With fewer children shown than there are, room for half a child may remain.
    if let Some(last) = extents[..shown].last_mut() {
        *last += left;
    }
    extents
}
