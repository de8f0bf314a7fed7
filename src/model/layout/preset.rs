//! The even and main-pane arrangements, by tmux's names.

use std::fmt;
use std::str::FromStr;

use super::{Child, Layout, Node};
use crate::model::geometry::Axis;
use crate::model::id::PaneId;

/// An arrangement of any number of panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// All side by side, equally wide.
    EvenHorizontal,
    /// One above the other, equally high.
    EvenVertical,
    /// The first on top, the others side by side below it.
    MainHorizontal,
    /// The first at the left, the others one above the other beside it.
    MainVertical,
    /// Rows of equally wide panes, as square as the number allows.
    Tiled,
}

/// No preset has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no layout is called {0:?}; there are {names}", names = Preset::NAMES)]
pub struct UnknownPreset(pub String);

/// The main pane's share, in fifths.
const MAIN: (u32, u32) = (3, 2);

impl Preset {
    /// Every preset in the order in which cycling visits them.
    pub const ALL: [Preset; 5] = [
        Preset::EvenHorizontal,
        Preset::EvenVertical,
        Preset::MainHorizontal,
        Preset::MainVertical,
        Preset::Tiled,
    ];

    const NAMES: &'static str =
        "even-horizontal, even-vertical, main-horizontal, main-vertical, tiled";

    /// The name people type.
    pub fn name(self) -> &'static str {
        match self {
            Preset::EvenHorizontal => "even-horizontal",
            Preset::EvenVertical => "even-vertical",
            Preset::MainHorizontal => "main-horizontal",
            Preset::MainVertical => "main-vertical",
            Preset::Tiled => "tiled",
        }
    }

    /// The one that follows in the cycle.
    pub fn next(self) -> Preset {
        match self {
            Preset::EvenHorizontal => Preset::EvenVertical,
            Preset::EvenVertical => Preset::MainHorizontal,
            Preset::MainHorizontal => Preset::MainVertical,
            Preset::MainVertical => Preset::Tiled,
            Preset::Tiled => Preset::EvenHorizontal,
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Preset, UnknownPreset> {
        let found = Preset::ALL.into_iter().find(|preset| preset.name() == name);
        found.ok_or_else(|| UnknownPreset(name.to_owned()))
    }
}

impl Layout {
    /// Lays the panes out anew, in their present order.
    pub fn apply(&mut self, preset: Preset) {
        self.preset = Some(preset);
        let panes = self.panes();
        self.root = match preset {
            Preset::EvenHorizontal => even(Axis::Horizontal, &panes),
            Preset::EvenVertical => even(Axis::Vertical, &panes),
            Preset::MainHorizontal => main(Axis::Vertical, &panes),
            Preset::MainVertical => main(Axis::Horizontal, &panes),
            Preset::Tiled => tiled(&panes),
        };
    }

    /// Applies the preset after the one applied last; the first one at first.
    pub fn cycle(&mut self) -> Preset {
        let preset = self.preset.map_or(Preset::EvenHorizontal, Preset::next);
        self.apply(preset);
        preset
    }
}

/// A split of `nodes` with equal extents; a single node is itself.
fn equal(axis: Axis, mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 {
        return nodes.remove(0);
    }
    let children = nodes.into_iter().map(|node| Child { weight: 1, node });
    let children = children.collect();
    Node::Split { axis, children }
}

fn even(axis: Axis, panes: &[PaneId]) -> Node {
    equal(axis, panes.iter().copied().map(Node::Pane).collect())
}

fn main(axis: Axis, panes: &[PaneId]) -> Node {
    let across = match axis {
        Axis::Horizontal => Axis::Vertical,
        Axis::Vertical => Axis::Horizontal,
    };
    let (Some(first), rest) = (panes.first(), panes.get(1..).unwrap_or_default()) else {
        return even(axis, panes);
    };
    if rest.is_empty() {
        return Node::Pane(*first);
    }
    let main = Child {
        weight: MAIN.0,
        node: Node::Pane(*first),
    };
    let others = Child {
        weight: MAIN.1,
        node: even(across, rest),
    };
    Node::Split {
        axis,
        children: vec![main, others],
    }
}

fn tiled(panes: &[PaneId]) -> Node {
    let columns = (1..).find(|n| n * n >= panes.len()).unwrap_or(1);
    let rows: Vec<Node> = panes
        .chunks(columns)
        .map(|row| even(Axis::Horizontal, row))
        .collect();
    // A lone row is a split along its own axis already.
    equal(Axis::Vertical, rows)
}
