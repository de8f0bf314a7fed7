//! From weights to cells: one layout in one area.
//!
//! Panes and borders cover the area exactly once. Every pane gets at least one cell as long as the
//! area can give it; where it cannot, the last ones get empty rectangles and no border.

use super::{Child, Layout, Node, stack};
use crate::model::float::{Grip, grip, inner};
use crate::model::geometry::{Axis, Rect};
use crate::model::id::PaneId;

/// Where everything lies on one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    /// The area that was divided.
    pub area: Rect,
    /// Every pane of the layout in reading order, then the floating ones that are shown, the topmost
    /// last; a pane without room, and one that is closed in its stack, has an empty rectangle.
    pub panes: Vec<(PaneId, Rect)>,
    /// The lines between panes, one cell wide.
    pub borders: Vec<Border>,
    /// The title lines of stacked panes.
    pub titles: Vec<(PaneId, Rect)>,
    /// The stacks.
    pub stacks: Vec<Stack>,
    /// What lies over the rest, the topmost last.
    pub floats: Vec<Floated>,
}

/// A stack and the cells that its members share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Titles and open pane.
    pub rect: Rect,
    /// The members, top to bottom.
    pub panes: Vec<PaneId>,
}

/// A pane that floats over the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floated {
    /// The pane.
    pub pane: PaneId,
    /// Its cells and its border's.
    pub frame: Rect,
    /// Whether it stays in sight while a pane below has the keyboard.
    pub pinned: bool,
}

/// What lies under a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A pane's own cells.
    Pane(PaneId, Rect),
    /// A line between panes.
    Border(Border),
    /// The title line of a stacked pane.
    Title(PaneId),
    /// The border of a floating pane.
    Frame(PaneId, Grip),
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
            panes: vec![(pane, area)],
            ..Arrangement::empty(area)
        }
    }

    fn empty(area: Rect) -> Arrangement {
        Arrangement {
            area,
            panes: Vec::new(),
            borders: Vec::new(),
            titles: Vec::new(),
            stacks: Vec::new(),
            floats: Vec::new(),
        }
    }

    /// Lays a pane over everything that is there.
    pub fn float(&mut self, floated: Floated) {
        self.panes.push((floated.pane, inner(floated.frame)));
        self.floats.push(floated);
    }

    /// The panes that do not float.
    pub fn tiled(&self) -> &[(PaneId, Rect)] {
        let tiled = self.panes.len().saturating_sub(self.floats.len());
        self.panes.get(..tiled).unwrap_or_default()
    }

    /// Whether a pane floats here.
    pub fn floats(&self, pane: PaneId) -> bool {
        self.floats.iter().any(|floated| floated.pane == pane)
    }

    /// A pane's place among its neighbours: its own rectangle, or its whole stack's.
    pub fn place(&self, pane: PaneId) -> Option<Rect> {
        let mut stacks = self.stacks.iter();
        match stacks.find(|stack| stack.panes.contains(&pane)) {
            Some(stack) => Some(stack.rect),
            None => self.pane(pane),
        }
    }

    /// What lies uppermost under the cell at `x`, `y`.
    pub fn spot(&self, x: u16, y: u16) -> Option<Spot> {
        let mut floats = self.floats.iter().rev();
        if let Some(floated) = floats.find(|floated| floated.frame.contains(x, y)) {
            let rect = inner(floated.frame);
            return Some(match rect.contains(x, y) {
                true => Spot::Pane(floated.pane, rect),
                false => Spot::Frame(floated.pane, grip(floated.frame, x, y)),
            });
        }
        let mut tiled = self.tiled().iter();
        if let Some((pane, rect)) = tiled.find(|(_, rect)| rect.contains(x, y)) {
            return Some(Spot::Pane(*pane, *rect));
        }
        let mut titles = self.titles.iter();
        if let Some((pane, _)) = titles.find(|(_, rect)| rect.contains(x, y)) {
            return Some(Spot::Title(*pane));
        }
        let mut borders = self.borders.iter();
        let border = borders.find(|border| border.rect.contains(x, y));
        border.map(|border| Spot::Border(*border))
    }

    /// The parts of a row that nothing above the first `below` floating panes covers, left to right.
    pub fn uncovered(&self, row: Rect, below: usize) -> Vec<Rect> {
        let mut parts = vec![row];
        for floated in self.floats.iter().skip(below) {
            let over = floated.frame;
            if row.y < over.y || row.y >= over.bottom() {
                continue;
            }
            let cut = |part: Rect| {
                let left = over.x.clamp(part.x, part.right());
                let right = over.right().clamp(part.x, part.right());
                let before = Rect::new(part.x, part.y, left - part.x, 1);
                [before, Rect::new(right, part.y, part.right() - right, 1)]
            };
            parts = parts.into_iter().flat_map(cut).collect();
            parts.retain(|part| part.cols > 0);
        }
        parts
    }

    /// The pane's rectangle; `None` if it is not in this layout.
    pub fn pane(&self, pane: PaneId) -> Option<Rect> {
        let found = self.panes.iter().find(|(id, _)| *id == pane);
        found.map(|(_, rect)| *rect)
    }
}

impl Layout {
    /// The rectangles of panes and borders in `area`.
    pub fn arrange(&self, area: Rect) -> Arrangement {
        self.arrange_with(area, |_| None)
    }

    /// The same for somebody who has members of stacks open: asked with the members of each, `open`
    /// says which.
    pub fn arrange_with(
        &self,
        area: Rect,
        open: impl Fn(&[PaneId]) -> Option<PaneId>,
    ) -> Arrangement {
        let mut out = Arrangement::empty(area);
        self.root.arrange(area, &open, &mut out);
        out
    }
}

impl Node {
    fn arrange(
        &self,
        area: Rect,
        choose: &impl Fn(&[PaneId]) -> Option<PaneId>,
        out: &mut Arrangement,
    ) {
        match self {
            Node::Pane(pane) => out.panes.push((*pane, area)),
            Node::Stack { panes, open } => {
                let chosen = choose(panes);
                let at = panes.iter().position(|pane| Some(*pane) == chosen);
                stack::arrange(panes, at.unwrap_or(*open), area, out);
            }
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
                    child.node.arrange(part, choose, out);
                }
            }
        }
    }

    /// The fewest cells along `axis` in which every pane has one.
    pub(super) fn min_cells(&self, axis: Axis) -> u32 {
        match self {
            Node::Pane(_) | Node::Stack { .. } => 1,
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
