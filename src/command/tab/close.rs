//! `close-tab`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::pane;

/// Close a tab and end every program in it
#[derive(Debug, Clone, Args)]
pub struct CloseTab {
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
    /// All the others instead
    #[arg(short = 'a', long)]
    pub others: bool,
}

impl Run<ServerCx<'_>> for CloseTab {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let tab = cx.tab(self.target.as_deref())?;
        let tabs = cx.state.tabs.iter();
        let meant = tabs.filter(|other| (other.id == tab) != self.others);
        let panes: Vec<_> = meant.flat_map(|tab| tab.panes()).collect();
        for id in panes {
            pane::close(cx.state, id, cx.effects);
        }
        Ok(Reply::none())
    }
}
