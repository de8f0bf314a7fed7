//! Which pane lies next to another, as people see it: by rectangles, not by the tree.

use super::Arrangement;
use crate::model::geometry::{Direction, Rect};
use crate::model::id::PaneId;

impl Arrangement {
    /// The pane `towards` that side of `from`, or on the far side if `from` lies at the edge.
    ///
    /// Among several that share the edge the one with the largest `recent` wins (when it was last
    /// used), the first of equals. `None` if `from` is not shown or nothing lies there.
    pub fn neighbour(
        &self,
        from: PaneId,
        towards: Direction,
        recent: impl Fn(PaneId) -> u64,
    ) -> Option<PaneId> {
        let own = self.pane(from).filter(|rect| !rect.is_empty())?;
        let edge = self.facing_edge(own, towards);
        let facing = |rect: Rect| {
            let at = match towards {
                Direction::Left => u32::from(rect.right()),
                Direction::Right => u32::from(rect.x),
                Direction::Up => u32::from(rect.bottom()),
                Direction::Down => u32::from(rect.y),
            };
            at == edge && !rect.is_empty()
        };
        let touching = |slack: u32| {
            let candidates = self.panes.iter().filter(move |(pane, rect)| {
                *pane != from && facing(*rect) && overlap(own, *rect, towards, slack)
            });
            let newest = |best: PaneId, next: PaneId| {
                if recent(next) > recent(best) {
                    next
                } else {
                    best
                }
            };
            candidates.map(|(pane, _)| *pane).reduce(newest)
        };
        // A pane one row high may face nothing but a border: then those that meet there count.
        touching(0).or_else(|| touching(1))
    }

    /// Where a pane on that side begins (or ends, for left and up); over the edge it wraps around.
    fn facing_edge(&self, own: Rect, towards: Direction) -> u32 {
        let area = self.area;
        let (near, first, last) = match towards {
            Direction::Left => (own.x, area.x, area.right()),
            Direction::Up => (own.y, area.y, area.bottom()),
            Direction::Right => (own.right(), area.right(), area.x),
            Direction::Down => (own.bottom(), area.bottom(), area.y),
        };
        let (near, first, last) = (u32::from(near), u32::from(first), u32::from(last));
        match towards {
            _ if near == first => last,
            Direction::Left | Direction::Up => near - 1,
            Direction::Right | Direction::Down => near + 1,
        }
    }
}

/// Whether two rectangles share a row (for left and right) or a column, `slack` cells more allowed.
fn overlap(a: Rect, b: Rect, towards: Direction, slack: u32) -> bool {
    let span = |rect: Rect| match towards {
        Direction::Left | Direction::Right => (u32::from(rect.y), u32::from(rect.bottom())),
        Direction::Up | Direction::Down => (u32::from(rect.x), u32::from(rect.right())),
    };
    let ((a_start, a_end), (b_start, b_end)) = (span(a), span(b));
    a_start < b_end + slack && b_start < a_end + slack
}
