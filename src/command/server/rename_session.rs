//! `rename-session`.

use clap::Args;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::error::Result;

/// Give the workspace another name while its server runs; an empty one is the directory's again
///
/// It is what the status line, #S and targets (name:0.1) call it. A colon or a dot in it becomes an
/// underscore, as in tmux.
#[derive(Debug, Clone, Args)]
pub struct RenameSession {
    /// The session (there is one; accepted as tmux's flag)
    #[arg(short = 't', value_name = "SESSION")]
    pub target: Option<String>,
    /// Its name; several words are one name
    pub name: Vec<String>,
}

impl Run<ServerCx<'_>> for RenameSession {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        if let Some(session) = &self.target {
            let whole = format!("{}:", session.trim_end_matches(':'));
            cx.tab(Some(&whole))?;
        }
        let name = self.name.join(" ");
        cx.state.name = match name.trim() {
            "" => cx.state.own_name(),
            name => target::label(&name.replace([':', '.'], "_"))?,
        };
        Ok(Reply::none())
    }
}
