//! Floating panes: `float-pane`, `pin-pane`, and where a floating pane is put.

use clap::Args;

use super::open::{self, Extent, Spot};
use super::run::roomy_side;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::tab::sync::Switch;
use crate::error::{Error, Result};
use crate::model::float::Place;
use crate::model::geometry::{Rect, Size};
use crate::model::id::{PaneId, TabId};

/// Where a floating pane is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Left edge: a column, or a share of the free room.
    pub x: Option<Extent>,
    /// Upper edge.
    pub y: Option<Extent>,
    /// Width, the border included.
    pub cols: Option<Extent>,
    /// Height, the border included.
    pub rows: Option<Extent>,
    /// Whether it stays in sight.
    pub pinned: bool,
}

impl Wanted {
    /// The place in `area` of one that comes after `before` others; `was` is where it is now.
    pub fn place(self, area: Rect, before: usize, was: Option<Place>) -> Place {
        let sized = self.cols.is_some() || self.rows.is_some();
        let put = self.x.is_some() || self.y.is_some();
        let base = match was {
            Some(was) => was,
            None if sized || put => Place::fresh(area.size(), 0),
            None => Place::fresh(area.size(), before),
        };
        let here = base.frame(Rect::new(0, 0, area.cols, area.rows));
        let cols = self.cols.map_or(here.cols, |cols| cols.cells(area.cols));
        let rows = self.rows.map_or(here.rows, |rows| rows.cells(area.rows));
        let size = Size::new(cols, rows);
        let base = match was {
            Some(was) => was.sized(Some(cols), Some(rows), area),
            None if sized => Place::centred(size, area.size()),
            None => base,
        };
        let frame = base.frame(Rect::new(0, 0, area.cols, area.rows));
        let edge = |wanted: Extent, free: u16| wanted.cells(free);
        let x = self.x.map(|x| edge(x, area.cols - frame.cols));
        let y = self.y.map(|y| edge(y, area.rows - frame.rows));
        base.moved_to(x, y, area)
    }
}

/// Asking for a floating pane, and where.
#[derive(Debug, Clone, Default, Args)]
pub struct FloatArgs {
    /// Floating over the other panes
    #[arg(long)]
    pub floating: bool,
    /// Floating, with its left edge there: a column, or a share of the free room (100% is the right edge)
    #[arg(short = 'x', long, value_name = "COL")]
    pub x: Option<Extent>,
    /// Floating, with its upper edge there: a row, or a share of the free room
    #[arg(short = 'y', long, value_name = "ROW")]
    pub y: Option<Extent>,
    /// Floating, so wide with its border: columns, or a percentage
    #[arg(long, value_name = "COLS")]
    pub width: Option<Extent>,
    /// Floating, so high with its border: rows, or a percentage
    #[arg(long, value_name = "ROWS")]
    pub height: Option<Extent>,
    /// Floating, and in sight while a pane below has the keyboard too
    #[arg(long)]
    pub pinned: bool,
}

impl FloatArgs {
    /// Whether a floating pane is asked for.
    pub fn asked(&self) -> bool {
        self.floating || self.wanted() != Wanted::default()
    }

    /// Where.
    pub fn wanted(&self) -> Wanted {
        Wanted {
            x: self.x,
            y: self.y,
            cols: self.width,
            rows: self.height,
            pinned: self.pinned,
        }
    }

    /// Over the tab of this pane.
    pub fn spot(&self, over: PaneId) -> Spot {
        let place = self.wanted();
        Spot::Floating { over, place }
    }
}

/// Lets a pane float in a tab: one that is new there, one that is tiled, or one that floats already
/// and is put elsewhere.
///
/// # Errors
/// It is the tab's only tiled pane.
pub fn raise(
    cx: &mut ServerCx<'_>,
    tab: TabId,
    pane: PaneId,
    wanted: Wanted,
    area: Rect,
) -> Result<()> {
    let Some(tab) = cx.state.tab_mut(tab) else {
        return Err(Error::not_found("no such tab"));
    };
    let was = tab.float(pane).map(|float| float.place);
    let place = wanted.place(area, tab.floats.len(), was);
    if was.is_none() && !tab.lift(pane, place) {
        return Err(
            Error::refused("this is the only pane below, and one has to stay")
                .with_hint("open another one first (C-b c, C-b %), or a floating one: C-b *"),
        );
    }
    if let Some(float) = tab.float_mut(pane) {
        float.place = place;
        float.pinned |= wanted.pinned;
    }
    Ok(())
}

/// Let a pane float over the others, or put a floating one back among them
///
/// With a place or a size it floats there, whether it did before or not. A floating pane is in sight
/// while a floating pane has the keyboard, a pinned one (pin-pane) always.
#[derive(Debug, Clone, Args)]
pub struct FloatPane {
    #[command(flatten)]
    place: FloatArgs,
    /// Put it back among the tiled panes
    #[arg(long, conflicts_with_all = ["floating", "x", "y", "width", "height", "pinned"])]
    pub tiled: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for FloatPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let tab = cx.tab_of(pane)?;
        let area = cx.area_of(tab);
        let floats = cx
            .state
            .tab_of(pane)
            .is_some_and(|tab| tab.float(pane).is_some());
        let lands = floats && (self.tiled || !self.place.asked());
        if lands {
            embed(cx, tab, pane, area)?;
        } else if !self.tiled {
            raise(cx, tab, pane, self.place.wanted(), area)?;
        }
        for view in cx.state.standpoints_mut() {
            view.zoom.remove(&tab);
        }
        cx.focus(pane);
        Ok(Reply::new("", open::data(cx, pane)))
    }
}

/// Puts a floating pane beside the tiled one that was used last.
fn embed(cx: &mut ServerCx<'_>, tab: TabId, pane: PaneId, area: Rect) -> Result<()> {
    let Some(target) = below(cx, tab) else {
        return Err(Error::refused("there is no pane to put it beside"));
    };
    let towards = roomy_side(cx, target).ok_or_else(|| {
        Error::refused("no room for another pane below")
            .with_hint("close one, or move this one to a tab of its own: C-b !")
    })?;
    let held = cx.state.tab(tab).and_then(|tab| tab.float(pane).copied());
    if let Some(tab) = cx.state.tab_mut(tab) {
        tab.floats.retain(|float| float.pane != pane);
    }
    let placed = open::place(cx, tab, target, pane, towards, None, false, area);
    if let (Err(_), Some(tab), Some(held)) = (&placed, cx.state.tab_mut(tab), held) {
        tab.floats.push(held);
    }
    placed
}

/// The tiled pane of a tab that the asking view used last, or the first one.
pub fn below(cx: &ServerCx<'_>, tab: TabId) -> Option<PaneId> {
    let tab = cx.state.tab(tab)?;
    let view = crate::command::target::standpoint(cx.state, &cx.requester);
    let order = view.and_then(|view| view.focus.get(&tab.id));
    let mut order = order.map_or(&[][..], Vec::as_slice).iter().rev();
    let known = order.find(|pane| tab.layout.contains(**pane)).copied();
    known.or_else(|| tab.layout.panes().first().copied())
}

/// Keep a floating pane in sight while a pane below has the keyboard, or stop
#[derive(Debug, Clone, Args)]
pub struct PinPane {
    /// on or off; without it, switch over
    pub switch: Option<Switch>,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for PinPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let tab = cx.tab_of(pane)?;
        let float = cx.state.tab_mut(tab).and_then(|tab| tab.float_mut(pane));
        let Some(float) = float else {
            return Err(Error::refused("only a floating pane can be pinned")
                .with_hint("let it float first: C-b @ (float-pane)"));
        };
        float.pinned = match self.switch {
            Some(switch) => switch == Switch::On,
            None => !float.pinned,
        };
        let pinned = float.pinned;
        Ok(Reply::new("", serde_json::json!({ "pinned": pinned })))
    }
}
