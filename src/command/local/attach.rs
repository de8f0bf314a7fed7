//! `attach`, and bare `stoa`.

use clap::Args;

use super::LocalCx;
use crate::command::spec::{Reply, Run};
use crate::config::workspace::Workspace;
use crate::error::{Error, Result};
use crate::{client, server};

/// Attach this terminal to the directory's workspace, starting it if needed
#[derive(Debug, Clone, Default, Args)]
pub struct Attach {}

impl Run<LocalCx> for Attach {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        if let Some(pane) = std::env::var_os("STOA_PANE") {
            return Err(Error::refused(format!(
                "this is pane {} of a workspace already; one inside another would take its keys",
                pane.to_string_lossy()
            ))
            .with_hint("unset STOA_PANE to do it all the same, or use C-b c for a new tab"));
        }
        // Looked at first, so that no server is started for a script that cannot attach.
        drop(client::terminal::reopen()?);
        let workspace = Workspace::current(cx.global.state.as_deref())?;
        let conn = server::start::connect_or_start(&workspace)?;
        let why = client::attach::attach(conn)?;
        let line = format!("[{why}]");
        Ok(Reply::new(line, serde_json::json!({ "ended": why })))
    }
}
