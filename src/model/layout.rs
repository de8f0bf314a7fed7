//! How a tab's panes lie: a tree of splits.
//!
//! A leaf is a pane, or a stack of them in one place. An inner node divides its area along one axis among two or more children; a
//! child that divides along its parent's axis would be the parent's business, so none does: every
//! operation leaves the tree in that one normal form, with each pane in it once.
//!
//! The tree holds weights, never cells. Several terminals of different sizes show the same tab at
//! the same time, and each computes its own rectangles with [`Layout::arrange`]. A weight stands for
//! a child's *extent*: its cells and the one-cell border after it (the last child counts a border
//! that would lie just outside). With extents, halving a pane and giving a removed pane's space to
//! its neighbour leave the siblings where they are, to the cell.
//!
//! Operations that speak of cells (resize, drag) say in which area they mean them, and write the
//! extents found there back as weights. Nothing here knows what a pane contains, who looks at it, or
//! which one is focused.

mod arrange;
mod beside;
mod neighbour;
mod preset;
mod resize;
mod spec;
mod stack;
#[cfg(test)]
mod tests;
pub mod text;

pub use arrange::{Arrangement, Border, BorderId, Floated, Spot, Stack};
pub use beside::Beside;
pub use preset::{Preset, UnknownPreset};
pub use spec::{Part, Spec, SpecError};

use super::geometry::{Axis, Direction, Rect};
use super::id::PaneId;

/// A tab's tree of splits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: Node,
    /// The preset applied last, from which cycling goes on.
    preset: Option<Preset>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Pane(PaneId),
    /// Two or more panes in one place, of which the one at `open` is shown.
    Stack {
        panes: Vec<PaneId>,
        open: usize,
    },
    Split {
        axis: Axis,
        children: Vec<Child>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Child {
    /// Extent relative to the siblings'; at least 1.
    weight: u32,
    node: Node,
}

/// What became of [`Layout::remove`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// No such pane here; nothing changed.
    Absent,
    /// It is the only pane, and a layout is never empty: nothing changed, close the tab instead.
    Last,
    /// It is gone; `heir` is a pane that got its space.
    Removed {
        /// The nearest pane of the sibling that grew.
        heir: PaneId,
    },
}

impl Layout {
    /// One pane that fills its tab.
    pub fn new(pane: PaneId) -> Layout {
        Layout {
            root: Node::Pane(pane),
            preset: None,
        }
    }

    /// The panes, left to right and top to bottom as the tree reads.
    pub fn panes(&self) -> Vec<PaneId> {
        let mut panes = Vec::new();
        self.root.visit(&mut |pane| panes.push(pane));
        panes
    }

    /// Whether `pane` is in it.
    pub fn contains(&self, pane: PaneId) -> bool {
        self.root.contains(pane)
    }

    /// Gives half of `target` to `new_pane`, on the side `towards`.
    ///
    /// False, and nothing changed, if `target` is not here or `new_pane` already is. Whether
    /// there is room is a question about one terminal: see [`Layout::can_split`].
    pub fn split(&mut self, target: PaneId, towards: Direction, new_pane: PaneId) -> bool {
        self.split_percent(target, towards, new_pane, 50)
    }

    /// Like [`Layout::split`]; `new_pane` gets `percent` of `target` (clamped to 1..=99).
    pub fn split_percent(
        &mut self,
        target: PaneId,
        towards: Direction,
        new_pane: PaneId,
        percent: u8,
    ) -> bool {
        if self.contains(new_pane) {
            return false;
        }
        self.root
            .split(target, towards, new_pane, percent.clamp(1, 99))
    }

    /// Puts `new_pane` along the whole edge `towards`, with half of the tab.
    ///
    /// False, and nothing changed, if it is here already.
    pub fn split_edge(&mut self, towards: Direction, new_pane: PaneId) -> bool {
        if self.contains(new_pane) {
            return false;
        }
        let new = Node::Pane(new_pane);
        let axis = towards.axis();
        match &mut self.root {
            Node::Split {
                axis: own,
                children,
            } if *own == axis => {
                let total: u64 = children.iter().map(|child| u64::from(child.weight)).sum();
                let weight = u32::try_from(total).unwrap_or(u32::MAX);
                let at = if is_before(towards) {
                    0
                } else {
                    children.len()
                };
                children.insert(at, Child { weight, node: new });
                tidy(children);
            }
            root => root.become_split(towards, new, 50),
        }
        true
    }

    /// Takes `pane` out; the sibling before it (or after it, for the first) gets its space.
    pub fn remove(&mut self, pane: PaneId) -> Removal {
        if self.root == Node::Pane(pane) {
            return Removal::Last;
        }
        match self.root.remove(pane) {
            Some(heir) => Removal::Removed { heir },
            None => Removal::Absent,
        }
    }

    /// Exchanges the places of two panes. False if either is not here.
    pub fn swap(&mut self, a: PaneId, b: PaneId) -> bool {
        if !self.contains(a) || !self.contains(b) {
            return false;
        }
        self.root.rename(&mut |pane| match pane {
            pane if pane == a => b,
            pane if pane == b => a,
            other => other,
        });
        true
    }

    /// Puts `new` in `old`'s place. False if `old` is not here or `new` already is.
    pub fn replace(&mut self, old: PaneId, new: PaneId) -> bool {
        if !self.contains(old) || (self.contains(new) && old != new) {
            return false;
        }
        self.root
            .rename(&mut |pane| if pane == old { new } else { pane });
        true
    }

    /// Moves every pane to the place of the one before it (the first goes last); `backward` is the
    /// reverse. The places stay as they are.
    pub fn rotate(&mut self, backward: bool) {
        let mut panes = self.panes();
        if backward {
            panes.rotate_right(1);
        } else {
            panes.rotate_left(1);
        }
        let mut next = panes.into_iter();
        // As many places as panes; should that ever fail, a pane stays where it is.
        self.root.rename(&mut |pane| next.next().unwrap_or(pane));
    }

    /// Whether `target`, as laid out in `area`, has room for two panes and a border.
    pub fn can_split(&self, target: PaneId, towards: Direction, area: Rect) -> bool {
        let Some(rect) = self.place(target, area) else {
            return false;
        };
        let along = match towards.axis() {
            Axis::Horizontal => rect.cols,
            Axis::Vertical => rect.rows,
        };
        !rect.is_empty() && along >= 3
    }
}

impl Node {
    fn visit(&self, f: &mut impl FnMut(PaneId)) {
        match self {
            Node::Pane(pane) => f(*pane),
            Node::Stack { panes, .. } => panes.iter().for_each(|pane| f(*pane)),
            Node::Split { children, .. } => {
                children.iter().for_each(|child| child.node.visit(f));
            }
        }
    }

    fn rename(&mut self, f: &mut impl FnMut(PaneId) -> PaneId) {
        match self {
            Node::Pane(pane) => *pane = f(*pane),
            Node::Stack { panes, .. } => panes.iter_mut().for_each(|pane| *pane = f(*pane)),
            Node::Split { children, .. } => {
                children.iter_mut().for_each(|child| child.node.rename(f));
            }
        }
    }

    fn contains(&self, pane: PaneId) -> bool {
        match self {
            Node::Pane(own) => *own == pane,
            Node::Stack { panes, .. } => panes.contains(&pane),
            Node::Split { children, .. } => children.iter().any(|child| child.node.contains(pane)),
        }
    }

    /// The first pane in reading order.
    fn first(&self) -> Option<PaneId> {
        match self {
            Node::Pane(pane) => Some(*pane),
            Node::Stack { panes, .. } => panes.first().copied(),
            Node::Split { children, .. } => children.first().and_then(|child| child.node.first()),
        }
    }

    /// The last pane in reading order.
    fn last(&self) -> Option<PaneId> {
        match self {
            Node::Pane(pane) => Some(*pane),
            Node::Stack { panes, .. } => panes.last().copied(),
            Node::Split { children, .. } => children.last().and_then(|child| child.node.last()),
        }
    }

    fn split(&mut self, target: PaneId, towards: Direction, new: PaneId, percent: u8) -> bool {
        let Node::Split { axis, children } = self else {
            if !self.is_leaf_of(target) {
                return false;
            }
            self.become_split(towards, Node::Pane(new), percent);
            return true;
        };
        let Some(at) = children
            .iter()
            .position(|child| child.node.contains(target))
        else {
            return false;
        };
        let is_leaf = children[at].node.is_leaf_of(target);
        if !is_leaf || *axis != towards.axis() {
            return children[at].node.split(target, towards, new, percent);
        }
        // A sibling along the same axis: divide the target's extent, leave all others as they are.
        let share = u32::from(percent);
        let whole = children[at].weight;
        children
            .iter_mut()
            .for_each(|child| child.weight = child.weight.saturating_mul(100));
        children[at].weight = whole.saturating_mul(100 - share);
        let child = Child {
            weight: whole.saturating_mul(share),
            node: Node::Pane(new),
        };
        let at = if is_before(towards) { at } else { at + 1 };
        children.insert(at, child);
        tidy(children);
        true
    }

    /// Turns this node into a split of what it was and `new`, which gets `percent`.
    fn become_split(&mut self, towards: Direction, new: Node, percent: u8) {
        let share = u32::from(percent);
        let old = std::mem::replace(
            self,
            Node::Split {
                axis: towards.axis(),
                children: Vec::with_capacity(2),
            },
        );
        let Node::Split { children, .. } = self else {
            return;
        };
        children.push(Child {
            weight: 100 - share,
            node: old,
        });
        let at = if is_before(towards) { 0 } else { 1 };
        children.insert(
            at,
            Child {
                weight: share,
                node: new,
            },
        );
        tidy(children);
    }

    /// Removes `pane` from below this node; answers the pane that inherits its space.
    fn remove(&mut self, pane: PaneId) -> Option<PaneId> {
        let Node::Split { axis, children } = self else {
            return self.remove_member(pane);
        };
        let axis = *axis;
        let at = children
            .iter()
            .position(|child| child.node.contains(pane))?;
        let heir = if children[at].node == Node::Pane(pane) {
            let gone = children.remove(at);
            let (heir, pane) = match at.checked_sub(1) {
                Some(before) => (before, children[before].node.last()),
                None => (0, children[0].node.first()),
            };
            children[heir].weight = children[heir].weight.saturating_add(gone.weight);
            pane
        } else {
            let heir = children[at].node.remove(pane);
            // The child may have become a split along our axis, which is ours to hold.
            absorb(axis, children, at);
            heir
        };
        tidy(children);
        if children.len() == 1 {
            // A split of one is its child.
            if let Some(only) = children.pop() {
                *self = only.node;
            }
        }
        heir
    }
}

/// Whether a new pane on this side comes first in reading order.
fn is_before(towards: Direction) -> bool {
    matches!(towards, Direction::Left | Direction::Up)
}

/// If the child `at` divides along `axis` too, replaces it by its children. Their extents add up to
/// the child's, so nobody moves.
fn absorb(axis: Axis, children: &mut Vec<Child>, at: usize) {
    match &children[at].node {
        Node::Split { axis: own, .. } if *own == axis => {}
        _ => return,
    }
    let whole = children.remove(at);
    let Node::Split {
        children: inner, ..
    } = whole.node
    else {
        return;
    };
    // Over a common denominator: the siblings count `sum` for 1, the grandchildren `whole`.
    let sum: u64 = inner.iter().map(|child| u64::from(child.weight)).sum();
    let scale = |child: &Child, by: u64| u64::from(child.weight).saturating_mul(by);
    let mut weights: Vec<u64> = children.iter().map(|child| scale(child, sum)).collect();
    let by = u64::from(whole.weight);
    weights.splice(at..at, inner.iter().map(|child| scale(child, by)));
    children.splice(at..at, inner);
    for (child, weight) in children.iter_mut().zip(reduced(&weights)) {
        child.weight = weight;
    }
}

/// Keeps weights small without changing what they say.
fn tidy(children: &mut [Child]) {
    let weights: Vec<u64> = children
        .iter()
        .map(|child| u64::from(child.weight))
        .collect();
    for (child, weight) in children.iter_mut().zip(reduced(&weights)) {
        child.weight = weight;
    }
}

/// Weights stay below this, so that sums and products in 64 bits never overflow. It is far finer
/// than any terminal is wide.
const MAX_WEIGHT: u32 = 1 << 20;

/// The same proportions in the smallest numbers, from 1 to [`MAX_WEIGHT`].
fn reduced(weights: &[u64]) -> Vec<u32> {
    let common = |weights: &[u64]| {
        weights
            .iter()
            .fold(0, |acc, weight| gcd(acc, *weight))
            .max(1)
    };
    let exact = common(weights);
    let largest = weights.iter().max().map_or(1, |weight| weight / exact);
    // Beyond the limit fine differences go; what is left may have a common divisor again.
    let divisor = exact.saturating_mul(largest / u64::from(MAX_WEIGHT) + 1);
    let coarse: Vec<u64> = weights
        .iter()
        .map(|weight| (weight / divisor).max(1))
        .collect();
    let divisor = common(&coarse);
    let fits = |weight: u64| u32::try_from(weight).unwrap_or(MAX_WEIGHT);
    coarse
        .into_iter()
        .map(|weight| fits(weight / divisor))
        .collect()
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
