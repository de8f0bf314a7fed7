//! Taking back changes to how panes lie.
//!
//! A shape says which tabs there are and how the panes lie in each. It is remembered before every
//! change of it; programs are no part of it. Going back to a shape never ends or starts a program:
//! panes that have gone meanwhile are left out, panes that have come stay in the tab they are in, on the
//! same side of the neighbour they have there.

use super::float::Float;
use super::id::{PaneId, TabId};
use super::layout::{Beside, Layout, Removal};
use super::state::State;
use super::tab::Tab;
use crate::model::geometry::Direction;

/// How many shapes are remembered each way.
const KEPT: usize = 64;
/// Changes of one border within so many milliseconds are one change.
const SAME_MS: u64 = 800;

/// Which tabs there are and how panes lie in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape(Vec<TabShape>);

#[derive(Debug, Clone, PartialEq)]
struct TabShape {
    id: TabId,
    layout: Layout,
    floats: Vec<Float>,
    active: PaneId,
}

impl TabShape {
    fn panes(&self) -> Vec<PaneId> {
        let mut panes = self.layout.panes();
        panes.extend(self.floats.iter().map(|float| float.pane));
        panes
    }

    /// Whether both have the same panes in the same places.
    fn lies_as(&self, id: TabId, layout: &Layout, floats: &[Float]) -> bool {
        self.id == id && self.layout.lies_as(layout) && self.floats == floats
    }
}

impl Shape {
    fn panes(&self) -> Vec<PaneId> {
        let mut panes: Vec<PaneId> = self.0.iter().flat_map(TabShape::panes).collect();
        panes.sort_unstable();
        panes
    }

    /// Whether both have the same panes in the same places; which one is active does not count.
    fn lies_as(&self, other: &Shape) -> bool {
        let same =
            |(one, two): (&TabShape, &TabShape)| one.lies_as(two.id, &two.layout, &two.floats);
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(same)
    }
}

/// A pane that a shape does not know.
struct Came {
    pane: PaneId,
    home: TabId,
    lay: Lay,
}

/// How it lies before the shape is gone back to.
enum Lay {
    Floating(Float),
    Tiled(Layout),
}

/// The shapes that can be returned to.
#[derive(Debug, Default)]
pub struct History {
    undo: Vec<Shape>,
    redo: Vec<Shape>,
    /// What changed last, and when (loop time, ms), so that a series counts as one change.
    last: Option<(String, u64)>,
}

impl State {
    /// How everything lies now.
    pub fn shape(&self) -> Shape {
        let tab = |tab: &Tab| TabShape {
            id: tab.id,
            layout: tab.layout.clone(),
            floats: tab.floats.clone(),
            active: tab.active,
        };
        Shape(self.tabs.iter().map(tab).collect())
    }

    /// The tabs whose panes lie otherwise than in `before`.
    pub fn changed_since(&self, before: &Shape) -> Vec<TabId> {
        let same = |tab: &Tab| {
            let mut others = before.0.iter();
            others.any(|other| other.lies_as(tab.id, &tab.layout, &tab.floats))
        };
        let changed = self.tabs.iter().filter(|tab| !same(tab));
        changed.map(|tab| tab.id).collect()
    }

    /// Remembers `before` if the same panes lie otherwise now. Changes of the same `kind` (if it has a
    /// name) that follow each other quickly are one.
    pub fn remember(&mut self, before: Shape, kind: &str) {
        let now = self.shape();
        if now.lies_as(&before) {
            return;
        }
        let history = &mut self.history;
        if now.panes() != before.panes() {
            // What is moved from here on is another series: the one before knows nothing of the panes
            // that have come.
            history.last = None;
            return;
        }
        let series = history.last.as_ref().is_some_and(|(last, at)| {
            !kind.is_empty() && last == kind && self.now_ms.saturating_sub(*at) < SAME_MS
        });
        history.last = Some((kind.to_owned(), self.now_ms));
        history.redo.clear();
        if series && !history.undo.is_empty() {
            return;
        }
        if history.undo.len() == KEPT {
            history.undo.remove(0);
        }
        history.undo.push(before);
    }

    /// Takes the last change back. False if there is none.
    pub fn undo_shape(&mut self) -> bool {
        let Some(shape) = self.history.undo.pop() else {
            return false;
        };
        let now = self.shape();
        self.history.redo.push(now);
        self.history.last = None;
        self.restore(shape);
        true
    }

    /// Makes the change taken back last once more. False if there is none.
    pub fn redo_shape(&mut self) -> bool {
        let Some(shape) = self.history.redo.pop() else {
            return false;
        };
        let now = self.shape();
        self.history.undo.push(now);
        self.history.last = None;
        self.restore(shape);
        true
    }

    /// Lets panes lie as in `shape`, as far as they still are.
    fn restore(&mut self, shape: Shape) {
        let old = shape.panes();
        let came: Vec<Came> = self
            .tabs
            .iter()
            .flat_map(|tab| tab.panes().into_iter().map(move |pane| (pane, tab)))
            .filter(|(pane, _)| old.binary_search(pane).is_err())
            .map(|(pane, tab)| Came {
                pane,
                home: tab.id,
                lay: match tab.float(pane) {
                    Some(float) => Lay::Floating(*float),
                    None => Lay::Tiled(tab.layout.clone()),
                },
            })
            .collect();
        let mut names: Vec<(TabId, Tab)> = self.tabs.drain(..).map(|tab| (tab.id, tab)).collect();
        for shape in shape.0 {
            let (id, last) = (shape.id, shape.active);
            let Some((layout, floats)) = self.living(shape) else {
                continue;
            };
            let at = names.iter().position(|(known, _)| *known == id);
            let known = at.map(|at| names.remove(at).1);
            let first = layout.panes().first().copied();
            let Some(first) = first else {
                continue;
            };
            let mut tab = Tab {
                id,
                layout,
                floats,
                active: first,
                ..known.unwrap_or_else(|| Tab::new(id, first))
            };
            if tab.contains(last) {
                tab.active = last;
            }
            self.tabs.push(tab);
        }
        for Came { pane, home, lay } in came {
            let Some(tab) = self.tab_mut(home) else {
                let at = names.iter().position(|(known, _)| *known == home);
                let known = at.map(|at| names.remove(at).1);
                self.tabs.push(Tab {
                    layout: Layout::new(pane),
                    floats: Vec::new(),
                    active: pane,
                    ..known.unwrap_or_else(|| Tab::new(home, pane))
                });
                continue;
            };
            match lay {
                Lay::Floating(float) => tab.floats.push(float),
                Lay::Tiled(before) => {
                    let layout = &mut tab.layout;
                    let known = |other| layout.contains(other);
                    let place = before.beside(pane, &known);
                    let place = place.unwrap_or(Beside::Edge(Direction::Right));
                    layout.put_beside(pane, place);
                }
            }
        }
        self.mend_views();
    }

    /// A tab's panes without those that are no more; `None` if none is left.
    fn living(&self, shape: TabShape) -> Option<(Layout, Vec<Float>)> {
        let TabShape {
            mut layout,
            mut floats,
            ..
        } = shape;
        floats.retain(|float| self.panes.contains_key(&float.pane));
        for pane in layout.panes() {
            if !self.panes.contains_key(&pane) && layout.remove(pane) == Removal::Last {
                layout = Layout::new(floats.pop()?.pane);
                break;
            }
        }
        Some((layout, floats))
    }

    /// Views of tabs that are no more turn to one that is.
    fn mend_views(&mut self) {
        let ids: Vec<TabId> = self.tabs.iter().map(|tab| tab.id).collect();
        let Some(first) = ids.first().copied() else {
            return;
        };
        for view in self.standpoints_mut() {
            view.zoom.clear();
            view.focus.retain(|tab, _| ids.contains(tab));
            if !ids.contains(&view.tab) {
                let last = view.last_tab.filter(|tab| ids.contains(tab));
                view.tab = last.unwrap_or(first);
            }
            view.last_tab = view.last_tab.filter(|tab| ids.contains(tab));
        }
    }
}
