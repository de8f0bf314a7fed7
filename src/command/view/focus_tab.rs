//! `focus-tab`, `next-tab`, `previous-tab`, `last-tab`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::id::TabId;

/// Turn to a tab
#[derive(Debug, Clone, Args)]
pub struct FocusTab {
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
    /// The same, without the flag
    #[arg(value_name = "TAB", conflicts_with = "target")]
    pub tab: Option<String>,
}

impl Run<ViewCx<'_>> for FocusTab {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let name = self.target.or(self.tab);
        let Some(name) = name else {
            return Err(Error::usage("focus-tab needs a tab").with_hint("for example: focus-tab 0"));
        };
        let tab = cx.server.tab(Some(&name))?;
        show(cx, tab)
    }
}

/// Turn to the next tab
#[derive(Debug, Clone, Args)]
pub struct NextTab {}

impl Run<ViewCx<'_>> for NextTab {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        step(cx, 1)
    }
}

/// Turn to the previous tab
#[derive(Debug, Clone, Args)]
pub struct PreviousTab {}

impl Run<ViewCx<'_>> for PreviousTab {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let count = cx.server.state.tabs.len();
        step(cx, count.saturating_sub(1))
    }
}

/// Turn to the tab shown before
#[derive(Debug, Clone, Args)]
pub struct LastTab {}

impl Run<ViewCx<'_>> for LastTab {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let last = cx.view()?.last_tab;
        match last {
            Some(tab) => show(cx, tab),
            None => Err(Error::refused("no other tab has been shown here yet")),
        }
    }
}

fn step(cx: &mut ViewCx<'_>, by: usize) -> Result<Reply> {
    let tab = cx.view()?.tab;
    let state = &cx.server.state;
    let count = state.tabs.len().max(1);
    let at = state.tab_index(tab).unwrap_or(0);
    match state.tabs.get((at + by) % count).map(|tab| tab.id) {
        Some(tab) => show(cx, tab),
        None => Err(Error::refused("there is no tab")),
    }
}

pub(super) fn show(cx: &mut ViewCx<'_>, tab: TabId) -> Result<Reply> {
    cx.view()?.show_tab(tab);
    cx.server.here = cx.focused().ok();
    Ok(Reply::none())
}
