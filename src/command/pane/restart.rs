//! `restart-pane`.

use std::path::PathBuf;

use clap::Args;

use crate::command::server::{ServerCx, environment};
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::update::launch;

/// Start the program of an exited pane again, or another one in its place
#[derive(Debug, Clone, Args)]
pub struct RestartPane {
    /// End a program that still runs first
    #[arg(short = 'k', long)]
    pub kill: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Directory to start in from now on; may be a format
    #[arg(short = 'c', long, value_name = "DIR")]
    pub cwd: Option<PathBuf>,
    /// Set a variable for it (may be given several times)
    #[arg(short = 'e', long = "env", value_name = "NAME=VALUE", value_parser = environment::pair)]
    pub env: Vec<(String, String)>,
    /// Another program and its arguments; one word is run by the shell
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl Run<ServerCx<'_>> for RestartPane {
    fn run(mut self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let runs = cx.state.panes.get(&pane).is_some_and(|pane| !pane.exited());
        if runs && !self.kill {
            return Err(
                Error::refused(format!("the program in pane {pane} still runs"))
                    .with_hint("restart-pane --kill ends it first"),
            );
        }
        let command = cx.program(self.command, &mut self.env);
        if command.iter().any(|word| word.contains('\0')) {
            return Err(Error::usage("a program's arguments cannot contain NUL"));
        }
        let cwd = self.cwd.map(|cwd| cx.start_directory(Some(pane), &cwd));
        if let Some(pane) = cx.state.panes.get_mut(&pane) {
            if !command.is_empty() {
                pane.launch.argv = command;
            }
            if let Some(cwd) = cwd {
                let base = cx.requester.cwd.as_ref().unwrap_or(&pane.launch.cwd);
                pane.launch.cwd = base.join(cwd);
                pane.launch.beside = None;
            }
            pane.launch.set.extend(self.env);
        }
        launch::again(cx.state, pane, cx.effects);
        Ok(Reply::none())
    }
}
