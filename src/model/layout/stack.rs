//! Stacks: several panes in one place, of which one is open and the others are a title line each.
//!
//! A stack is a leaf of the tree with two or more members, one above the other. Which of them is
//! open is the business of whoever looks: two terminals may have different members of one stack
//! open. The tree keeps one for nobody in particular.

use super::arrange::Stack;
use super::{Arrangement, Child, Layout, Node, Removal, absorb, tidy};
use crate::model::geometry::{Axis, Rect};
use crate::model::id::PaneId;

/// The rows an open member keeps before titles are left out.
const OPEN_ROWS: u16 = 3;

impl Layout {
    /// The members of the stack `pane` is in, top to bottom; `None` if it is in none.
    pub fn stack_of(&self, pane: PaneId) -> Option<&[PaneId]> {
        self.root.stack_of(pane)
    }

    /// Whether there are any.
    pub fn has_stacks(&self) -> bool {
        self.root.has_stacks()
    }

    /// The first pane that is not closed in a stack.
    pub fn first_open(&self) -> Option<PaneId> {
        self.root.first_open()
    }

    /// Makes `pane` the open one of its stack for those who have looked at none of its members.
    /// False if it is in none, or was that already.
    pub fn open(&mut self, pane: PaneId) -> bool {
        self.root.open(pane)
    }

    /// Whether both hold the same panes in the same places, whichever members of stacks are open.
    pub fn lies_as(&self, other: &Layout) -> bool {
        self.root.lies_as(&other.root)
    }

    /// Gathers panes into one stack in the place of the first of them that is named, in reading
    /// order, that one open. A member that is in a stack already brings its stack along only as far as
    /// it is named; the place is the first one's whole stack.
    ///
    /// False, and nothing changed, if one is not here or there are fewer than two.
    pub fn stack(&mut self, panes: &[PaneId]) -> bool {
        let Some(first) = panes.first().copied() else {
            return false;
        };
        let base = match self.stack_of(first) {
            Some(members) => members.to_vec(),
            None => vec![first],
        };
        let mut members: Vec<PaneId> = self.panes();
        if !panes.iter().all(|pane| members.contains(pane)) {
            return false;
        }
        members.retain(|pane| panes.contains(pane) || base.contains(pane));
        if members.len() < 2 || members == base {
            return false;
        }
        for pane in &members {
            if !base.contains(pane) && !matches!(self.remove(*pane), Removal::Removed { .. }) {
                return false;
            }
        }
        let Some(leaf) = self.root.leaf_mut(first) else {
            return false;
        };
        let open = members.iter().position(|pane| *pane == first).unwrap_or(0);
        *leaf = Node::Stack {
            panes: members,
            open,
        };
        true
    }

    /// Puts `new` below `target` into one stack with it, open. False if `target` is not here or `new`
    /// already is.
    pub fn stack_onto(&mut self, target: PaneId, new: PaneId) -> bool {
        if self.contains(new) {
            return false;
        }
        let Some(leaf) = self.root.leaf_mut(target) else {
            return false;
        };
        match leaf {
            Node::Stack { panes, open } => {
                let at = panes.iter().position(|pane| *pane == target);
                *open = at.map_or(panes.len(), |at| at + 1);
                panes.insert(*open, new);
            }
            leaf => {
                *leaf = Node::Stack {
                    panes: vec![target, new],
                    open: 1,
                };
            }
        }
        true
    }

    /// Lays the members of `pane`'s stack one above the other, equally high. False if it is in none.
    pub fn unstack(&mut self, pane: PaneId) -> bool {
        self.root.unstack(pane)
    }

    /// The panes of the innermost split around `pane`, itself included, with all that lies in them.
    pub fn siblings(&self, pane: PaneId) -> Vec<PaneId> {
        let mut found = Vec::new();
        self.root
            .innermost(pane)
            .visit(&mut |pane| found.push(pane));
        found
    }

    /// The rectangles in `area`, `pane` being open if it is in a stack.
    pub fn arrange_for(&self, area: Rect, pane: PaneId) -> Arrangement {
        self.arrange_with(area, |members| members.contains(&pane).then_some(pane))
    }

    /// The place of `pane` in the tree: its own rectangle, or its whole stack's.
    pub fn place(&self, pane: PaneId, area: Rect) -> Option<Rect> {
        self.arrange(area).place(pane)
    }
}

impl Node {
    fn stack_of(&self, pane: PaneId) -> Option<&[PaneId]> {
        match self {
            Node::Pane(_) => None,
            Node::Stack { panes, .. } => panes.contains(&pane).then_some(panes.as_slice()),
            Node::Split { children, .. } => {
                let mut children = children.iter();
                children.find_map(|child| child.node.stack_of(pane))
            }
        }
    }

    fn first_open(&self) -> Option<PaneId> {
        match self {
            Node::Pane(pane) => Some(*pane),
            Node::Stack { panes, open } => panes.get(*open).copied(),
            Node::Split { children, .. } => children.first()?.node.first_open(),
        }
    }

    fn has_stacks(&self) -> bool {
        match self {
            Node::Pane(_) => false,
            Node::Stack { .. } => true,
            Node::Split { children, .. } => children.iter().any(|child| child.node.has_stacks()),
        }
    }

    fn open(&mut self, pane: PaneId) -> bool {
        match self {
            Node::Pane(_) => false,
            Node::Stack { panes, open } => match panes.iter().position(|own| *own == pane) {
                Some(at) => std::mem::replace(open, at) != at,
                None => false,
            },
            Node::Split { children, .. } => {
                let mut children = children.iter_mut();
                children.any(|child| child.node.open(pane))
            }
        }
    }

    fn lies_as(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::Pane(one), Node::Pane(two)) => one == two,
            (Node::Stack { panes: one, .. }, Node::Stack { panes: two, .. }) => one == two,
            (
                Node::Split { axis, children },
                Node::Split {
                    axis: other_axis,
                    children: others,
                },
            ) => {
                let same = |(one, two): (&Child, &Child)| {
                    one.weight == two.weight && one.node.lies_as(&two.node)
                };
                axis == other_axis
                    && children.len() == others.len()
                    && children.iter().zip(others).all(same)
            }
            _ => false,
        }
    }

    /// Whether it is a leaf that holds `pane`.
    pub(super) fn is_leaf_of(&self, pane: PaneId) -> bool {
        match self {
            Node::Pane(own) => *own == pane,
            Node::Stack { panes, .. } => panes.contains(&pane),
            Node::Split { .. } => false,
        }
    }

    fn leaf_mut(&mut self, pane: PaneId) -> Option<&mut Node> {
        match self {
            Node::Split { children, .. } => {
                let mut children = children.iter_mut();
                children.find_map(|child| child.node.leaf_mut(pane))
            }
            leaf => leaf.is_leaf_of(pane).then_some(leaf),
        }
    }

    /// The innermost split around the leaf of `pane`; the leaf itself where there is none.
    fn innermost(&self, pane: PaneId) -> &Node {
        let Node::Split { children, .. } = self else {
            return self;
        };
        let mut within = children.iter().map(|child| &child.node);
        match within.find(|node| node.contains(pane)) {
            Some(node @ Node::Split { .. }) => node.innermost(pane),
            _ => self,
        }
    }

    fn unstack(&mut self, pane: PaneId) -> bool {
        match self {
            Node::Pane(_) => false,
            Node::Stack { panes, .. } => {
                if !panes.contains(&pane) {
                    return false;
                }
                let children = panes.iter().map(|pane| Child {
                    weight: 1,
                    node: Node::Pane(*pane),
                });
                *self = Node::Split {
                    axis: Axis::Vertical,
                    children: children.collect(),
                };
                true
            }
            Node::Split { axis, children } => {
                let found = children.iter().position(|child| child.node.contains(pane));
                let Some(at) = found else {
                    return false;
                };
                let done = children[at].node.unstack(pane);
                absorb(*axis, children, at);
                tidy(children);
                done
            }
        }
    }

    /// Takes `pane` out of a stack; answers the member that is open then. A stack of one is its member.
    pub(super) fn remove_member(&mut self, pane: PaneId) -> Option<PaneId> {
        let Node::Stack { panes, open } = self else {
            return None;
        };
        let at = panes.iter().position(|own| *own == pane)?;
        panes.remove(at);
        // With the open one gone, the one before it opens, for the first the next.
        if *open >= at {
            *open = open.saturating_sub(1);
        }
        let heir = panes.get(*open).copied()?;
        if panes.len() == 1 {
            *self = Node::Pane(heir);
        }
        Some(heir)
    }
}

/// Lays out one stack: as many titles as leave the open member its rows, those around it first.
pub(super) fn arrange(panes: &[PaneId], open: usize, area: Rect, out: &mut Arrangement) {
    let spare = area.rows.saturating_sub(OPEN_ROWS);
    let titles = match area.rows {
        0 | 1 => 0,
        _ => usize::from(spare.max(1)).min(panes.len()),
    };
    // The open one's title is the last to go; a window round it shows the others.
    let first = (open + 1).saturating_sub(titles.div_ceil(2).max(1));
    let first = first.min(panes.len() - titles);
    let rows = area.rows - u16::try_from(titles).unwrap_or(area.rows);
    let mut y = area.y;
    for (at, pane) in panes.iter().enumerate() {
        let titled = !area.is_empty() && (first..first + titles).contains(&at);
        if titled {
            out.titles.push((*pane, Rect::new(area.x, y, area.cols, 1)));
            y += 1;
        }
        if at == open {
            out.panes
                .push((*pane, Rect::new(area.x, y, area.cols, rows)));
            y += rows;
        } else {
            out.panes.push((*pane, Rect::new(area.x, area.y, 0, 0)));
        }
    }
    out.stacks.push(Stack {
        rect: area,
        panes: panes.to_vec(),
    });
}
