//! A tab: a set of panes and how they share the screen.
//!
//! Panes are tiled in the tree of splits or float over it; at least one is tiled. The places are the
//! tab's. Which floating panes are in sight, which lies on top, which member of a stack is open and
//! what is zoomed follow from what whoever looks has focused: a [`Look`].

use serde::{Deserialize, Serialize};

use super::float::{Float, Place};
use super::geometry::{Rect, Size};
use super::id::{PaneId, TabId};
use super::layout::{Arrangement, Floated, Layout, Removal};

/// One tab. The layout holds proportions only; every view lays it out for its own size.
pub struct Tab {
    /// Its id; its number on screen is its place in the list.
    pub id: TabId,
    /// A name given by a person; without one the focused pane's program names it.
    pub name: Option<String>,
    /// The tree of splits.
    pub layout: Layout,
    /// The panes that float over it, in the order they came.
    pub floats: Vec<Float>,
    /// The pane that a new view of this tab focuses.
    pub active: PaneId,
    /// Which of its panes take input together.
    pub together: Together,
    /// The area that terminals gave it last; `None` until one could.
    pub area: Option<Size>,
    /// How its panes lay when their sizes were worked out last.
    pub(super) sized: Option<Lie>,
    /// How they lay before `select-layout` was used last.
    pub before: Option<Layout>,
}

/// How panes lie in an area.
pub(super) struct Lie {
    area: Size,
    zoom: Option<PaneId>,
    layout: Layout,
    floats: Vec<Float>,
}

/// Which panes of a tab are typed into at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Together {
    /// Each by itself.
    #[default]
    Off,
    /// All that are tiled: a floating pane may be out of sight.
    All,
    /// These.
    Only(Vec<PaneId>),
}

/// How somebody looks at a tab.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look<'a> {
    /// The pane that has the keyboard.
    pub focused: Option<PaneId>,
    /// The panes in the order they had it, the last one last.
    pub order: &'a [PaneId],
    /// The pane that fills the area.
    pub zoom: Option<PaneId>,
}

impl Look<'_> {
    /// The look of somebody who has focused `pane` and nothing before.
    pub fn at(pane: PaneId) -> Look<'static> {
        Look {
            focused: Some(pane),
            ..Look::default()
        }
    }

    /// How lately a pane had the keyboard; 0 if it never had.
    fn rank(&self, pane: PaneId) -> usize {
        if self.focused == Some(pane) {
            return usize::MAX;
        }
        let place = self.order.iter().position(|other| *other == pane);
        place.map_or(0, |place| place + 1)
    }
}

impl Tab {
    /// A tab with one pane.
    pub fn new(id: TabId, pane: PaneId) -> Tab {
        Tab {
            id,
            name: None,
            layout: Layout::new(pane),
            floats: Vec::new(),
            active: pane,
            together: Together::Off,
            area: None,
            sized: None,
            before: None,
        }
    }

    /// Whether its panes lie in `area`, one of them zoomed perhaps, as they did when their sizes were worked
    /// out last.
    pub fn is_sized(&self, area: Size, zoom: Option<PaneId>) -> bool {
        self.sized.as_ref().is_some_and(|then| {
            (then.area, then.zoom) == (area, zoom)
                && then.layout == self.layout
                && then.floats == self.floats
        })
    }

    /// Its panes have the sizes that follow from how they lie in `area`.
    pub fn note_sized(&mut self, area: Size, zoom: Option<PaneId>) {
        if !self.is_sized(area, zoom) {
            self.sized = Some(Lie {
                area,
                zoom,
                layout: self.layout.clone(),
                floats: self.floats.clone(),
            });
        }
    }

    /// Its panes have sizes that do not follow from how they lie.
    pub fn forget_sized(&mut self) {
        self.sized = None;
    }

    /// Every pane: the tiled ones as the tree reads, then the floating ones as they came.
    pub fn panes(&self) -> Vec<PaneId> {
        let mut panes = self.layout.panes();
        panes.extend(self.floats.iter().map(|float| float.pane));
        panes
    }

    /// Whether `pane` is in it.
    pub fn contains(&self, pane: PaneId) -> bool {
        self.float(pane).is_some() || self.layout.contains(pane)
    }

    /// The floating pane of this id.
    pub fn float(&self, pane: PaneId) -> Option<&Float> {
        self.floats.iter().find(|float| float.pane == pane)
    }

    /// The same, to be changed.
    pub fn float_mut(&mut self, pane: PaneId) -> Option<&mut Float> {
        self.floats.iter_mut().find(|float| float.pane == pane)
    }

    /// Whether everything in it is always in sight.
    pub fn is_plain(&self) -> bool {
        self.floats.is_empty() && !self.layout.has_stacks()
    }

    /// Where its panes are in `area` for somebody who looks so.
    pub fn arrange(&self, area: Rect, look: Look<'_>) -> Arrangement {
        let mut arrangement = match look.zoom {
            Some(pane) => Arrangement::single(pane, area),
            None => self.layout.arrange_with(area, |members| {
                let latest = members.iter().copied().max_by_key(|pane| look.rank(*pane));
                latest.filter(|pane| look.rank(*pane) > 0)
            }),
        };
        if look.zoom.is_some_and(|pane| self.float(pane).is_some()) {
            return arrangement;
        }
        let up = look.focused.is_some_and(|pane| self.float(pane).is_some());
        let shown = self.floats.iter().filter(|float| up || float.pinned);
        let mut shown: Vec<&Float> = shown.collect();
        shown.sort_by_key(|float| look.rank(float.pane));
        for float in shown {
            arrangement.float(Floated {
                pane: float.pane,
                frame: float.place.frame(area),
                pinned: float.pinned,
            });
        }
        arrangement
    }

    /// A pane's rectangle in `area` when it is in sight.
    pub fn rect(&self, pane: PaneId, area: Rect) -> Option<Rect> {
        self.arrange(area, Look::at(pane)).pane(pane)
    }

    /// Takes `pane` out. With the last tiled one a floating one takes its place.
    pub fn remove(&mut self, pane: PaneId) -> Removal {
        if let Some(at) = self.floats.iter().position(|float| float.pane == pane) {
            self.floats.remove(at);
            let first = self.layout.panes().first().copied();
            let heir = Some(self.active).filter(|active| self.contains(*active));
            return match heir.or(first) {
                Some(heir) => Removal::Removed { heir },
                None => Removal::Last,
            };
        }
        match self.layout.remove(pane) {
            Removal::Last => match self.floats.pop() {
                Some(float) => {
                    self.layout = Layout::new(float.pane);
                    Removal::Removed { heir: float.pane }
                }
                None => Removal::Last,
            },
            done => done,
        }
    }

    /// Lets a pane float that is new here, or was tiled with others. False if it is the only tiled
    /// one, which has nothing to float over; then nothing changed.
    pub fn lift(&mut self, pane: PaneId, place: Place) -> bool {
        if self.float(pane).is_some() || self.layout.remove(pane) == Removal::Last {
            return false;
        }
        self.floats.push(Float {
            pane,
            place,
            pinned: false,
        });
        true
    }

    /// Exchanges the places of two panes. False if either is not here.
    pub fn swap(&mut self, a: PaneId, b: PaneId) -> bool {
        if !self.contains(a) || !self.contains(b) {
            return false;
        }
        if self.layout.swap(a, b) {
            return true;
        }
        // At least one floats: the tree takes the other where it held one of them.
        for float in &mut self.floats {
            float.pane = match float.pane {
                pane if pane == a => b,
                pane if pane == b => a,
                other => other,
            };
        }
        match self.layout.contains(a) {
            true => self.layout.replace(a, b),
            false => !self.layout.contains(b) || self.layout.replace(b, a),
        }
    }

    /// Puts `new` in `old`'s place. False if `old` is not here or `new` already is.
    pub fn replace(&mut self, old: PaneId, new: PaneId) -> bool {
        if self.contains(new) && old != new {
            return false;
        }
        match self.float_mut(old) {
            Some(float) => {
                float.pane = new;
                true
            }
            None => self.layout.replace(old, new),
        }
    }

    /// The panes that get what is typed into `pane`, itself included.
    pub fn typed_with(&self, pane: PaneId) -> Vec<PaneId> {
        let panes = match &self.together {
            Together::Off => Vec::new(),
            Together::All => self.layout.panes(),
            Together::Only(panes) => panes.clone(),
        };
        match panes.contains(&pane) {
            true => panes,
            false => vec![pane],
        }
    }
}
