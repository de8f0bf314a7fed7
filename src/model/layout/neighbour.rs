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
        if self.floats(from) {
            return self.floating_neighbour(from, towards);
        }
        if let Some(next) = self.in_stack(from, towards) {
            return Some(next);
        }
        let own = self.place(from).filter(|rect| !rect.is_empty())?;
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
            let shown = self.tiled().iter().filter(|(_, rect)| !rect.is_empty());
            let places = shown.filter_map(|(pane, _)| Some((*pane, self.place(*pane)?)));
            let candidates = places.filter(move |(pane, rect)| {
                *pane != from
                    && *rect != own
                    && facing(*rect)
                    && overlap(own, *rect, towards, slack)
            });
            let newest = |best: PaneId, next: PaneId| {
                if recent(next) > recent(best) {
                    next
                } else {
                    best
                }
            };
            candidates.map(|(pane, _)| pane).reduce(newest)
        };
        // A pane one row high may face nothing but a border: then those that meet there count.
        touching(0).or_else(|| touching(1))
    }

    /// The member of `from`'s stack just above or below it.
    fn in_stack(&self, from: PaneId, towards: Direction) -> Option<PaneId> {
        let mut stacks = self.stacks.iter();
        let stack = stacks.find(|stack| stack.panes.contains(&from))?;
        let at = stack.panes.iter().position(|pane| *pane == from)?;
        let next = match towards {
            Direction::Up => at.checked_sub(1)?,
            Direction::Down => at + 1,
            Direction::Left | Direction::Right => return None,
        };
        stack.panes.get(next).copied()
    }

    /// The floating pane whose middle lies nearest on that side. Nothing is beyond the last.
    fn floating_neighbour(&self, from: PaneId, towards: Direction) -> Option<PaneId> {
        // Twice the middle, and a row counted as two columns, which is about what it looks like.
        let middle = |rect: Rect| {
            let x = 2 * i32::from(rect.x) + i32::from(rect.cols);
            let y = 2 * i32::from(rect.y) + i32::from(rect.rows);
            (x, 2 * y)
        };
        let own = self.floats.iter().find(|floated| floated.pane == from)?;
        let (x, y) = middle(own.frame);
        let others = self.floats.iter().filter(|floated| floated.pane != from);
        let ahead = others.filter_map(|floated| {
            let (other_x, other_y) = middle(floated.frame);
            let (dx, dy) = (other_x - x, other_y - y);
            let (along, across) = match towards {
                Direction::Left => (-dx, dy),
                Direction::Right => (dx, dy),
                Direction::Up => (-dy, dx),
                Direction::Down => (dy, dx),
            };
            (along > 0).then_some((along + 2 * across.abs(), floated.pane))
        });
        ahead.min().map(|(_, pane)| pane)
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
