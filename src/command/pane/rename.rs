//! `rename-pane`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::error::{Error, Result};
use crate::model::id::PaneId;

/// Give a pane a name; an empty one returns to the program's title
#[derive(Debug, Clone, Args)]
pub struct RenamePane {
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Its name; several words are one name
    pub name: Vec<String>,
}

impl Run<ServerCx<'_>> for RenamePane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        set(cx, pane, &self.name.join(" "), false)?;
        Ok(Reply::none())
    }
}

/// Names a pane; an empty name returns it to the program's title. With `shared` several panes may have
/// the name, as titles that scripts give may repeat.
pub(super) fn set(cx: &mut ServerCx<'_>, pane: PaneId, name: &str, shared: bool) -> Result<()> {
    let name = match name.trim() {
        "" => None,
        name => Some(target::label(name)?),
    };
    let mut panes = cx.state.panes.values();
    let taken = panes.find(|other| name.is_some() && other.name == name && other.id != pane);
    if let (Some(other), false) = (taken, shared) {
        return Err(Error::refused(format!(
            "pane {} has that name already",
            other.id
        )));
    }
    if let Some(pane) = cx.state.panes.get_mut(&pane) {
        pane.name = name;
    }
    Ok(())
}
