//! `new-tab`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::error::Result;
use crate::update::launch;

/// Open a tab with a shell, or a program, in it
#[derive(Debug, Clone, Args)]
pub struct NewTab {
    /// Do not turn to it
    #[arg(short = 'd', long)]
    pub detached: bool,
    /// Its name
    #[arg(short = 'n', long)]
    pub name: Option<String>,
    /// Directory to start in
    #[arg(short = 'c', long, value_name = "DIR")]
    pub cwd: Option<PathBuf>,
    /// Program and arguments; one word is run by the shell
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl Run<ServerCx<'_>> for NewTab {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let name = self.name.as_deref().map(target::label).transpose()?;
        let from = cx.pane(None).ok();
        let launch = launch::plan(cx.state, &cx.requester, from, self.cwd, self.command)?;
        let pane = cx.state.mint_pane();
        let tab = cx.state.add_tab(pane, name, None);
        launch::begin(cx.state, pane, launch, None, cx.effects);
        if !self.detached {
            cx.focus(pane);
        }
        let index = cx.state.tab_index(tab);
        Ok(Reply::new(
            "",
            json!({ "tab": tab.to_string(), "index": index, "pane": pane.to_string() }),
        ))
    }
}
