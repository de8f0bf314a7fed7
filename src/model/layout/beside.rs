//! Where a pane lies in relation to others, to be put there again when they lie otherwise.

use super::{Layout, Node};
use crate::model::geometry::{Axis, Direction};
use crate::model::id::PaneId;

/// How a pane lies in relation to another, or to all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// In one stack with this one.
    Stacked(PaneId),
    /// On a side of this one, with so much in a hundred of what both have.
    Side(PaneId, Direction, u8),
    /// Along a whole edge of the tab.
    Edge(Direction),
}

impl Layout {
    /// How `pane` lies in relation to the nearest of those that are `known`.
    pub fn beside(&self, pane: PaneId, known: &dyn Fn(PaneId) -> bool) -> Option<Beside> {
        if let Node::Split { axis, children } = &self.root
            && let [ends @ .., last] = children.as_slice()
            && let Some(first) = ends.first()
        {
            // Beside a whole group there is no one pane to be beside.
            let group = |at: usize| matches!(children[at].node, Node::Split { .. });
            let (before, after) = towards(*axis);
            if first.node.is_leaf_of(pane) && group(1) {
                return Some(Beside::Edge(before));
            }
            if last.node.is_leaf_of(pane) && group(ends.len() - 1) {
                return Some(Beside::Edge(after));
            }
        }
        self.root.beside(pane, known)
    }

    /// Puts `new` where it lay beside something. False, and nothing changed, if that is not here or
    /// `new` already is.
    pub fn put_beside(&mut self, new: PaneId, place: Beside) -> bool {
        match place {
            Beside::Stacked(target) => self.stack_onto(target, new),
            Beside::Side(target, towards, percent) => {
                self.split_percent(target, towards, new, percent)
            }
            Beside::Edge(towards) => self.split_edge(towards, new),
        }
    }
}

impl Node {
    fn beside(&self, pane: PaneId, known: &dyn Fn(PaneId) -> bool) -> Option<Beside> {
        let (axis, children) = match self {
            Node::Pane(_) => return None,
            Node::Stack { panes, .. } => {
                let mut others = panes.iter().copied().filter(|other| *other != pane);
                return others.find(|other| known(*other)).map(Beside::Stacked);
            }
            Node::Split { axis, children } => (*axis, children),
        };
        let at = children
            .iter()
            .position(|child| child.node.contains(pane))?;
        if let Some(found) = children[at].node.beside(pane, known) {
            return Some(found);
        }
        let (before, after) = towards(axis);
        // The nearest first, and of those the one before.
        let nearest = (1..children.len()).flat_map(|away| {
            let left = at.checked_sub(away).map(|other| (other, after));
            let right = Some((at + away, before)).filter(|(other, _)| *other < children.len());
            left.into_iter().chain(right)
        });
        for (other, side) in nearest {
            let mut panes = Vec::new();
            children[other].node.visit(&mut |pane| panes.push(pane));
            if other < at {
                panes.reverse();
            }
            if let Some(target) = panes.into_iter().find(|pane| known(*pane)) {
                let own = u64::from(children[at].weight);
                let both = own + u64::from(children[other].weight);
                let percent = (own * 100 / both.max(1)).clamp(1, 99);
                return Some(Beside::Side(target, side, percent as u8));
            }
        }
        None
    }
}

/// The directions to the start and to the end of an axis.
fn towards(axis: Axis) -> (Direction, Direction) {
    match axis {
        Axis::Horizontal => (Direction::Left, Direction::Right),
        Axis::Vertical => (Direction::Up, Direction::Down),
    }
}
