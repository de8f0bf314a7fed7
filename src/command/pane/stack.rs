//! `stack-panes` and `cycle-stack`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};

/// Gather panes into a stack: one is open, the others are a title line each; again to spread them
///
/// Without panes it is the row or column around the focused one. Focusing a member opens it, by key, by
/// name or by a click on its title, for that terminal alone.
#[derive(Debug, Clone, Args)]
pub struct StackPanes {
    /// Every tiled pane of the tab
    #[arg(short = 'a', long, conflicts_with = "panes")]
    pub all: bool,
    /// Spread the stack: its members one above the other
    #[arg(short = 'u', long, conflicts_with_all = ["all", "panes"])]
    pub spread: bool,
    /// The pane that stays open: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The panes that join it
    #[arg(value_name = "PANE")]
    pub panes: Vec<String>,
}

impl Run<ServerCx<'_>> for StackPanes {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = match (&self.target, self.panes.first()) {
            (None, Some(first)) => cx.pane(Some(first))?,
            (target, _) => cx.pane(target.as_deref())?,
        };
        let mut others = Vec::new();
        for name in &self.panes {
            others.push(cx.pane(Some(name))?);
        }
        let id = cx.tab_of(pane)?;
        let Some(tab) = cx.state.tab_mut(id) else {
            return Ok(Reply::none());
        };
        if tab.float(pane).is_some() {
            return Err(Error::refused("a floating pane cannot be stacked")
                .with_hint("put it among the others first: stoa float-pane --tiled"));
        }
        let stacked = tab.layout.stack_of(pane).is_some();
        let done = if self.spread || (stacked && !self.all && others.is_empty()) {
            tab.layout.unstack(pane)
        } else {
            let members = match (self.all, others.is_empty()) {
                (true, _) => tab.layout.panes(),
                (false, true) => tab.layout.siblings(pane),
                (false, false) => others,
            };
            let mut order = vec![pane];
            order.extend(members.into_iter().filter(|other| *other != pane));
            tab.layout.stack(&order)
        };
        if !done {
            return Err(match self.spread {
                true => Error::refused("this pane is in no stack"),
                false => {
                    Error::refused("a stack needs two tiled panes of one tab that are not one yet")
                }
            });
        }
        for view in cx.state.standpoints_mut() {
            view.zoom.remove(&id);
        }
        cx.focus(pane);
        Ok(Reply::none())
    }
}

/// Open the next pane of a stack, after the last one the first
#[derive(Debug, Clone, Args)]
pub struct CycleStack {
    /// The one before
    #[arg(short = 'b', long)]
    pub back: bool,
    /// A pane of the stack: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for CycleStack {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let tab = cx.state.tab_of(pane);
        let members = tab.and_then(|tab| tab.layout.stack_of(pane));
        let next = members.and_then(|members| {
            let at = members.iter().position(|other| *other == pane)?;
            let step = if self.back { members.len() - 1 } else { 1 };
            members.get((at + step) % members.len()).copied()
        });
        match next {
            Some(next) => cx.focus(next),
            None => {
                return Err(Error::refused("this pane is in no stack")
                    .with_hint("stack-panes (C-b S) makes one"));
            }
        }
        Ok(Reply::none())
    }
}
