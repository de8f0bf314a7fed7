//! `focus-pane`.

use clap::Args;

use super::ViewCx;
use crate::command::pane::Towards;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::id::PaneId;

/// Move the focus to another pane
#[derive(Debug, Clone, Args)]
pub struct FocusPane {
    #[command(flatten)]
    towards: Towards,
    /// The next pane in order
    #[arg(short = 'n', long)]
    pub next: bool,
    /// The previous pane in order
    #[arg(short = 'p', long)]
    pub previous: bool,
    /// The pane that had the focus before
    #[arg(short = 'l', long)]
    pub last: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The same, without the flag
    #[arg(value_name = "PANE", conflicts_with = "target")]
    pub pane: Option<String>,
}

impl FocusPane {
    fn goal(&self, cx: &ViewCx<'_>) -> Result<PaneId> {
        let named = self.target.as_deref().or(self.pane.as_deref());
        if named.is_some() {
            return cx.server.pane(named);
        }
        let state = &*cx.server.state;
        let from = cx.focused()?;
        let gone = || Error::refused("that terminal is no longer attached");
        let view = state.views.get(&cx.client).ok_or_else(gone)?;
        let tab = state.tab(view.tab).ok_or_else(gone)?;
        let order = tab.layout.panes();
        let recent = view.focus.get(&tab.id).map_or(&[][..], Vec::as_slice);
        let at = order.iter().position(|&pane| pane == from).unwrap_or(0);
        let count = order.len().max(1);
        let found = if self.next {
            order.get((at + 1) % count).copied()
        } else if self.previous {
            order.get((at + count - 1) % count).copied()
        } else if self.last {
            recent.iter().rev().find(|&&pane| pane != from).copied()
        } else if let Some(towards) = self.towards.direction() {
            let rank = |pane: PaneId| {
                let place = recent.iter().position(|&other| other == pane);
                place.map_or(0, |place| place as u64 + 1)
            };
            let arrangement = tab.layout.arrange(view.frame().content);
            arrangement.neighbour(from, towards, rank)
        } else {
            return Err(Error::usage(
                "focus-pane needs a pane, a direction, --next, --previous or --last",
            ));
        };
        Ok(found.unwrap_or(from))
    }
}

impl Run<ViewCx<'_>> for FocusPane {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let pane = self.goal(cx)?;
        cx.focus(pane);
        cx.view()?.panel.focused = false;
        Ok(Reply::none())
    }
}
