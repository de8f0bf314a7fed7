//! A layout as it is saved: the tree with something of the caller's at each leaf.
//!
//! Pane ids do not outlive a server, so a saved layout names its panes by what it likes (a number, a
//! command). Reading one back validates everything: files are written by people.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{Child, Layout, MAX_WEIGHT, Node, absorb, tidy};
use crate::model::geometry::Axis;
use crate::model::id::PaneId;

/// A tree of splits with leaves of type `P`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
        open: usize,
    },
    /// One pane.
    Pane(P),
}

/// One part of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "P: DeserializeOwned"))]
pub struct Part<P> {
    /// Its extent relative to its siblings'.
    #[serde(default = "one")]
    pub weight: u32,
    /// What lies there.
    pub content: Spec<P>,
}

/// Read by hand, field by field: what is wrong with one is told of that one and its line, where
/// serde would only say that nothing fits.
impl<'de, P: DeserializeOwned> Deserialize<'de> for Spec<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Spec<P>, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

struct Reader<P>(PhantomData<P>);

impl<'de, P: DeserializeOwned> Visitor<'de> for Reader<P> {
    type Value = Spec<P>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pane, a split or a stack")
    }

    // Leaves that are no tables, such as the ids of panes.
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Spec<P>, E> {
        pane(Value::from(value)).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Spec<P>, E> {
        pane(Value::from(value)).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Spec<P>, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "split" => fields.split = Some(map.next_value()?),
                "parts" => fields.parts = Some(map.next_value()?),
                "stack" => fields.stack = Some(map.next_value()?),
                "open" => fields.open = Some(map.next_value()?),
                _ => _ = fields.pane.insert(key, map.next_value()?),
            }
        }
        fields.spec().map_err(de::Error::custom)
    }
}

fn pane<P: DeserializeOwned>(value: Value) -> Result<Spec<P>, String> {
    let pane = serde_json::from_value(value).map_err(|error| error.to_string())?;
    Ok(Spec::Pane(pane))
}

/// What stands in one table of a layout.
struct Fields<P> {
    split: Option<Axis>,
    parts: Option<Vec<Part<P>>>,
    stack: Option<Vec<P>>,
    open: Option<usize>,
    /// What a pane has.
    pane: Map<String, Value>,
}

impl<P> Default for Fields<P> {
    fn default() -> Fields<P> {
        Fields {
            split: None,
            parts: None,
            stack: None,
            open: None,
            pane: Map::new(),
        }
    }
}

impl<P: DeserializeOwned> Fields<P> {
    fn spec(self) -> Result<Spec<P>, String> {
        let stray = self.pane.keys().next();
        let alone = |what: &str| match stray {
            Some(name) => Err(format!("unknown field `{name}` in a {what}")),
            None => Ok(()),
        };
        match (self.split, self.parts, self.stack, self.open) {
            (Some(split), Some(parts), None, None) => {
                alone("split")?;
                Ok(Spec::Split { split, parts })
            }
            (None, None, Some(stack), open) => {
                alone("stack")?;
                let open = open.unwrap_or(0);
                Ok(Spec::Stack { stack, open })
            }
            (None, None, None, None) => pane(Value::Object(self.pane)),
            (Some(_), None, None, _) => Err("a split needs `parts`".to_owned()),
            (None, Some(_), None, _) => {
                Err("`parts` need a `split`: `horizontal` or `vertical`".to_owned())
            }
            (_, _, None, Some(_)) => Err("`open` is a place in a `stack`".to_owned()),
            _ => Err("it is a split, with `parts`, or a `stack`, not both".to_owned()),
        }
    }
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
