//! `rename-pane`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::error::{Error, Result};

/// Give a pane a name; an empty one returns to the program's title
#[derive(Debug, Clone, Args)]
pub struct RenamePane {
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Its name; several words are one name
    #[arg(required = true)]
    pub name: Vec<String>,
}

impl Run<ServerCx<'_>> for RenamePane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let name = self.name.join(" ");
        let name = match name.trim() {
            "" => None,
            name => Some(target::label(name)?),
        };
        let taken = cx
            .state
            .panes
            .values()
            .find(|other| name.is_some() && other.name == name && other.id != pane);
        if let Some(other) = taken {
            return Err(Error::refused(format!(
                "pane {} has that name already",
                other.id
            )));
        }
        if let Some(pane) = cx.state.panes.get_mut(&pane) {
            pane.name = name;
        }
        Ok(Reply::none())
    }
}
