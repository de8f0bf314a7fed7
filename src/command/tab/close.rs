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
}

impl Run<ServerCx<'_>> for CloseTab {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let tab = cx.tab(self.target.as_deref())?;
        let panes = cx.state.tab(tab).map(|tab| tab.panes());
        for id in panes.unwrap_or_default() {
            pane::close(cx.state, id, cx.effects);
        }
        Ok(Reply::none())
    }
}
