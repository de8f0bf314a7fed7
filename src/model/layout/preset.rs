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
    /// The main pane on top, the others side by side below it.
    MainHorizontal,
    /// The main pane at the bottom, the others side by side above it.
    MainHorizontalMirrored,
    /// The main pane at the left, the others one above the other beside it.
    MainVertical,
    /// The main pane at the right, the others one above the other beside it.
    MainVerticalMirrored,
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
    pub const ALL: [Preset; 7] = [
        Preset::EvenHorizontal,
        Preset::EvenVertical,
        Preset::MainHorizontal,
        Preset::MainHorizontalMirrored,
        Preset::MainVertical,
        Preset::MainVerticalMirrored,
        Preset::Tiled,
    ];

    /// The names people type, in that order.
    pub const NAMES: &'static str = "even-horizontal, even-vertical, main-horizontal, \
         main-horizontal-mirrored, main-vertical, main-vertical-mirrored, tiled";

    /// The name people type.
    pub fn name(self) -> &'static str {
        match self {
            Preset::EvenHorizontal => "even-horizontal",
            Preset::EvenVertical => "even-vertical",
            Preset::MainHorizontal => "main-horizontal",
            Preset::MainHorizontalMirrored => "main-horizontal-mirrored",
            Preset::MainVertical => "main-vertical",
            Preset::MainVerticalMirrored => "main-vertical-mirrored",
            Preset::Tiled => "tiled",
        }
    }

    /// The one that comes so many places later in the cycle, or earlier.
    pub fn shifted(self, by: isize) -> Preset {
        let count = Preset::ALL.len() as isize;
        let at = Preset::ALL.iter().position(|preset| *preset == self);
        let at = (at.unwrap_or(0) as isize + by).rem_euclid(count);
        Preset::ALL[at as usize]
    }

    /// Whether the main pane comes after the others.
    fn is_mirrored(self) -> bool {
        matches!(
            self,
            Preset::MainHorizontalMirrored | Preset::MainVerticalMirrored
        )
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
    /// The preset applied last.
    pub fn preset(&self) -> Option<Preset> {
        self.preset
    }

    /// Lays the panes out anew, in their present order. The main pane stays the one it was: in a mirrored
    /// preset it is the last, in all others the first.
    pub fn apply(&mut self, preset: Preset) {
        let mut panes = self.panes();
        let was_mirrored = self.preset.is_some_and(Preset::is_mirrored);
        match (was_mirrored, preset.is_mirrored()) {
            (false, true) => panes.rotate_left(1),
            (true, false) => panes.rotate_right(1),
            _ => {}
        }
        self.preset = Some(preset);
        self.root = match preset {
            Preset::EvenHorizontal => even(Axis::Horizontal, &panes),
            Preset::EvenVertical => even(Axis::Vertical, &panes),
            Preset::MainHorizontal => main_first(Axis::Vertical, &panes),
            Preset::MainHorizontalMirrored => main_last(Axis::Vertical, &panes),
            Preset::MainVertical => main_first(Axis::Horizontal, &panes),
            Preset::MainVerticalMirrored => main_last(Axis::Horizontal, &panes),
            Preset::Tiled => tiled(&panes),
        };
    }

    /// The pane that a preset makes large, if it was the last one applied.
    pub fn main_pane(&self) -> Option<PaneId> {
        let panes = self.panes();
        match self.preset? {
            preset if preset.is_mirrored() => panes.last().copied(),
            _ => panes.first().copied(),
        }
    }

    /// Applies the preset so many places after the one applied last; without one, the first of them.
    pub fn cycle(&mut self, by: isize) -> Preset {
        let preset = match self.preset {
            Some(preset) => preset.shifted(by),
            None if by < 0 => Preset::Tiled,
            None => Preset::EvenHorizontal,
        };
        self.apply(preset);
        preset
    }

    /// Makes a pane and its neighbours in the same row or column equally large.
    pub fn spread(&mut self, pane: PaneId) {
        self.root.spread(pane);
    }
}

impl Node {
    fn spread(&mut self, pane: PaneId) {
        let Node::Split { children, .. } = self else {
            return;
        };
        let holding = children.iter_mut().find(|child| child.node.contains(pane));
        match holding {
            Some(child) if !child.node.is_leaf_of(pane) => child.node.spread(pane),
            Some(_) => children.iter_mut().for_each(|child| child.weight = 1),
            None => {}
        }
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

fn main_first(axis: Axis, panes: &[PaneId]) -> Node {
    match panes {
        [main, rest @ ..] if !rest.is_empty() => beside(axis, *main, rest, false),
        _ => even(axis, panes),
    }
}

fn main_last(axis: Axis, panes: &[PaneId]) -> Node {
    match panes {
        [rest @ .., main] if !rest.is_empty() => beside(axis, *main, rest, true),
        _ => even(axis, panes),
    }
}

fn beside(axis: Axis, main: PaneId, rest: &[PaneId], mirrored: bool) -> Node {
    let across = match axis {
        Axis::Horizontal => Axis::Vertical,
        Axis::Vertical => Axis::Horizontal,
    };
    let main = Child {
        weight: MAIN.0,
        node: Node::Pane(main),
    };
    let others = Child {
        weight: MAIN.1,
        node: even(across, rest),
    };
    let children = match mirrored {
        true => vec![others, main],
        false => vec![main, others],
    };
    Node::Split { axis, children }
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
