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
}
