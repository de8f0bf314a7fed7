//! `focus-pane` and `last-pane`.

use clap::Args;

use super::Towards;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::error::{Error, Result};
use crate::model::id::PaneId;
use crate::model::tab::{Look, Tab};

/// Move the focus to another pane
///
/// With --title it names the pane instead and moves nothing, as tmux's select-pane -T does.
#[derive(Debug, Clone, Default, Args)]
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
    /// Give it this title and leave the focus where it is
    #[arg(short = 'T', long)]
    pub title: Option<String>,
    /// A style for the pane (accepted as tmux's flag, without effect)
    #[arg(short = 'P', long, value_name = "STYLE")]
    pub style: Option<String>,
    /// Mark it, or take its mark off, as mark-pane does
    #[arg(short = 'm', long)]
    pub mark: bool,
    /// Take the mark away, wherever it is
    #[arg(short = 'M', long)]
    pub clear_mark: bool,
    /// Keep the zoom, on the pane that gets the focus
    #[arg(short = 'Z', long)]
    pub zoom: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The same, without the flag
    #[arg(value_name = "PANE", conflicts_with = "target")]
    pub pane: Option<String>,
}

/// Move the focus to the pane that had it before
#[derive(Debug, Clone, Args)]
pub struct LastPane {
    /// Keep the zoom, on the pane that gets the focus
    #[arg(short = 'Z', long)]
    pub zoom: bool,
}

impl Run<ServerCx<'_>> for LastPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let last = FocusPane {
            last: true,
            zoom: self.zoom,
            ..FocusPane::default()
        };
        last.run(cx)
    }
}

impl FocusPane {
    fn goal(&self, cx: &ServerCx<'_>) -> Result<PaneId> {
        let named = self.target.as_deref().or(self.pane.as_deref());
        let moves = self.next || self.previous || self.last || self.towards.direction().is_some();
        if named.is_some() && !moves {
            return cx.pane(named);
        }
        if !moves {
            return Err(Error::usage(
                "focus-pane needs a pane, a direction, --next, --previous or --last",
            ));
        }
        let view = target::standpoint(cx.state, &cx.requester);
        let gone = || Error::refused("there is no pane to go from");
        // A terminal moves from where it is, whichever pane the command was typed in.
        let tab = match (named, view) {
            (Some(_), _) => cx.state.tab_of(cx.pane(named)?),
            (None, Some(view)) => cx.state.tab(view.tab),
            (None, None) => cx.state.tab(cx.tab(None)?),
        };
        let tab = tab.ok_or_else(gone)?;
        let from = match (named, view) {
            (Some(_), _) => cx.pane(named)?,
            (None, Some(view)) => cx.state.focused(view).ok_or_else(gone)?,
            (None, None) => tab.active,
        };
        let recent = view.and_then(|view| view.focus.get(&tab.id));
        let recent = recent.map_or(&[][..], Vec::as_slice);
        Ok(self.from(cx, tab, from, recent).unwrap_or(from))
    }

    fn from(
        &self,
        cx: &ServerCx<'_>,
        tab: &Tab,
        from: PaneId,
        recent: &[PaneId],
    ) -> Option<PaneId> {
        let order = match tab.float(from) {
            Some(_) => tab.floats.iter().map(|float| float.pane).collect(),
            None => tab.layout.panes(),
        };
        let at = order.iter().position(|&pane| pane == from).unwrap_or(0);
        let count = order.len().max(1);
        if self.next {
            order.get((at + 1) % count).copied()
        } else if self.previous {
            order.get((at + count - 1) % count).copied()
        } else if self.last {
            recent.iter().rev().find(|&&pane| pane != from).copied()
        } else {
            let rank = |pane: PaneId| {
                let place = recent.iter().position(|&other| other == pane);
                place.map_or(0, |place| place as u64 + 1)
            };
            let look = Look {
                order: recent,
                ..Look::at(from)
            };
            let arrangement = tab.arrange(cx.area_of(tab.id), look);
            arrangement.neighbour(from, self.towards.direction()?, rank)
        }
    }
}

impl Run<ServerCx<'_>> for FocusPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let named = self.target.as_deref().or(self.pane.as_deref());
        if self.mark || self.clear_mark {
            let mark = super::mark::MarkPane {
                clear: self.clear_mark,
                target: named.map(str::to_owned),
            };
            return mark.run(cx);
        }
        if self.title.is_some() || self.style.is_some() {
            let pane = cx.pane(named)?;
            if let Some(title) = &self.title {
                super::rename::set(cx, pane, title, true)?;
            }
            return Ok(Reply::none());
        }
        let pane = self.goal(cx)?;
        let client = target::standpoint(cx.state, &cx.requester).map(|view| view.client);
        let tab = cx.tab_of(pane)?;
        let zoomed = client
            .and_then(|client| cx.state.standpoint_of(client))
            .is_some_and(|view| view.zoom.contains_key(&tab));
        cx.focus(pane);
        if let Some(view) = client.and_then(|client| cx.state.standpoint_mut(client)) {
            view.panel.focused = false;
            if self.zoom && zoomed {
                view.zoom.insert(tab, pane);
            }
        }
        Ok(Reply::none())
    }
}
