//! `rename-tab`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::error::Result;

/// Give a tab a name; an empty one returns to the program's
#[derive(Debug, Clone, Args)]
pub struct RenameTab {
    /// The tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
    /// Its name; several words are one name
    pub name: Vec<String>,
}

impl Run<ServerCx<'_>> for RenameTab {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let tab = cx.tab(self.target.as_deref())?;
        let name = self.name.join(" ");
        let name = match name.trim() {
            "" => None,
            name => Some(target::label(name)?),
        };
        cx.state.rename_tab(tab, name);
        Ok(Reply::none())
    }
}
