//! A tab: a set of panes and how they share the screen.

use super::id::{PaneId, TabId};
use super::layout::Layout;

/// One tab. The layout holds proportions only; every view lays it out for its own size.
pub struct Tab {
    /// Its id; its number on screen is its place in the list.
    pub id: TabId,
    /// A name given by a person; without one the focused pane's program names it.
    pub name: Option<String>,
    /// The tree of splits.
    pub layout: Layout,
    /// The pane that a new view of this tab focuses.
    pub active: PaneId,
    /// Which of its panes take input together.
    pub together: Together,
}

/// Which panes of a tab are typed into at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Together {
    /// Each by itself.
    #[default]
    Off,
    /// All.
    All,
    /// These.
    Only(Vec<PaneId>),
}

impl Tab {
    /// A tab with one pane.
    pub fn new(id: TabId, pane: PaneId) -> Tab {
        Tab {
            id,
            name: None,
            layout: Layout::new(pane),
            active: pane,
            together: Together::Off,
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
