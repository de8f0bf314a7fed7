//! A layout as it is saved: the tree with something of the caller's at each leaf.
//!
//! Pane ids do not outlive a server, so a saved layout names its panes by what it likes (a number, a
//! command). Reading one back validates everything: files are written by people.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Child, Layout, MAX_WEIGHT, Node, absorb, tidy};
use crate::model::geometry::Axis;
use crate::model::id::PaneId;

/// A tree of splits with leaves of type `P`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Spec<P> {
    /// Parts along an axis.
    Split {
        /// How they lie.
        split: Axis,
        /// The parts, first to last.
        parts: Vec<Part<P>>,
    },
    /// Panes in one place, of which one is open.
    Stack {
        /// The panes, top to bottom.
        stack: Vec<P>,
        /// The place of the open one, counted from 0.
        #[serde(default)]
        open: usize,
    },
    /// One pane.
    Pane(P),
}

/// One part of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part<P> {
    /// Its extent relative to its siblings'.
    #[serde(default = "one")]
    pub weight: u32,
    /// What lies there.
    pub content: Spec<P>,
}

/// Why a saved layout cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// A split has no parts.
    #[error("a split has no parts")]
    Empty,
    /// A stack has no panes.
    #[error("a stack has no panes")]
    EmptyStack,
    /// Two leaves came out as the same pane.
    #[error("pane {0} is in the layout twice")]
    Twice(PaneId),
    /// Splits lie in splits deeper than any screen could show.
    #[error("the splits are nested more than {MAX_DEPTH} deep")]
    Deep,
}

const MAX_DEPTH: usize = 64;

fn one() -> u32 {
    1
}

impl Layout {
    /// The tree, with `leaf` of each pane.
    pub fn to_spec<P>(&self, mut leaf: impl FnMut(PaneId) -> P) -> Spec<P> {
        to_spec(&self.root, &mut leaf)
    }

    /// A layout of this shape; `leaf` says which pane each leaf becomes, in reading order.
    ///
    /// Parts of weight 0 count as 1, a split of one part and a stack of one pane as that, and a split directly in one of
    /// the same axis is merged into it.
    pub fn from_spec<P>(
        spec: &Spec<P>,
        mut leaf: impl FnMut(&P) -> PaneId,
    ) -> Result<Layout, SpecError> {
        let root = from_spec(spec, &mut leaf, 0)?;
        let mut seen = HashSet::new();
        let mut twice = None;
        root.visit(&mut |pane| {
            if !seen.insert(pane) {
                twice = twice.or(Some(pane));
            }
        });
        match twice {
            Some(pane) => Err(SpecError::Twice(pane)),
            None => Ok(Layout { root, preset: None }),
        }
    }
}

fn to_spec<P>(node: &Node, leaf: &mut impl FnMut(PaneId) -> P) -> Spec<P> {
    match node {
        Node::Pane(pane) => Spec::Pane(leaf(*pane)),
        Node::Stack { panes, open } => Spec::Stack {
            stack: panes.iter().map(|pane| leaf(*pane)).collect(),
            open: *open,
        },
        Node::Split { axis, children } => {
            let part = |child: &Child| Part {
                weight: child.weight,
                content: to_spec(&child.node, leaf),
            };
            Spec::Split {
                split: *axis,
                parts: children.iter().map(part).collect(),
            }
        }
    }
}

fn from_spec<P>(
    spec: &Spec<P>,
    leaf: &mut impl FnMut(&P) -> PaneId,
    depth: usize,
) -> Result<Node, SpecError> {
    if depth > MAX_DEPTH {
        return Err(SpecError::Deep);
    }
    let (axis, parts) = match spec {
        Spec::Pane(pane) => return Ok(Node::Pane(leaf(pane))),
        Spec::Stack { stack, open } => {
            let panes: Vec<PaneId> = stack.iter().map(leaf).collect();
            return match panes.as_slice() {
                [] => Err(SpecError::EmptyStack),
                [only] => Ok(Node::Pane(*only)),
                _ => Ok(Node::Stack {
                    open: (*open).min(panes.len() - 1),
                    panes,
                }),
            };
        }
        Spec::Split { split, parts } => (*split, parts),
    };
    let mut children = Vec::with_capacity(parts.len());
    for part in parts {
        children.push(Child {
            weight: part.weight.clamp(1, MAX_WEIGHT),
            node: from_spec(&part.content, leaf, depth + 1)?,
        });
    }
    if children.len() == 1 {
        return children.pop().map(|only| only.node).ok_or(SpecError::Empty);
    }
    if children.is_empty() {
        return Err(SpecError::Empty);
    }
    // From the last on, so that the places still to be looked at do not move.
    for at in (0..children.len()).rev() {
        absorb(axis, &mut children, at);
    }
    tidy(&mut children);
    Ok(Node::Split { axis, children })
}
