//! `break-pane`.

use clap::Args;

use super::open::{self, Print};
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};

/// Move a pane out into a tab of its own
#[derive(Debug, Clone, Args)]
pub struct BreakPane {
    /// Do not turn to the new tab
    #[arg(short = 'd', long)]
    pub detached: bool,
    /// Name of the new tab
    #[arg(short = 'n', long)]
    pub name: Option<String>,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The same, in tmux's words
    #[arg(short = 's', long, value_name = "PANE", conflicts_with = "target")]
    pub source: Option<String>,
    #[command(flatten)]
    print: Print,
}

impl Run<ServerCx<'_>> for BreakPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.or(self.source).as_deref())?;
        let name = self.name.as_deref().map(super::super::target::label);
        let name = name.transpose()?;
        let tab = cx
            .state
            .tab_of(pane)
            .ok_or_else(|| Error::not_found("that pane is in no tab"))?;
        if tab.panes().len() == 1 {
            return Err(Error::refused("the pane is alone in its tab already"));
        }
        let index = cx.state.tab_index(tab.id);
        cx.state.unlink_pane(pane);
        cx.state.add_tab(pane, name, index);
        if !self.detached {
            cx.focus(pane);
        }
        let data = open::data(cx, pane);
        Ok(self.print.reply(cx, pane, data))
    }
}
