//! `new-tab`.

use std::path::PathBuf;

use clap::Args;

use crate::command::pane::open::{self, Print, Program, Spot};
use crate::command::server::{ServerCx, environment};
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Open a tab with a shell, or a program, in it
#[derive(Debug, Clone, Args)]
pub struct NewTab {
    /// Do not turn to it
    #[arg(short = 'd', long)]
    pub detached: bool,
    /// Its name
    #[arg(short = 'n', long)]
    pub name: Option<String>,
    /// Directory to start in; may be a format, such as #{pane_current_path}
    #[arg(short = 'c', long, value_name = "DIR")]
    pub cwd: Option<PathBuf>,
    /// Set a variable for it (may be given several times)
    #[arg(short = 'e', long = "env", value_name = "NAME=VALUE", value_parser = environment::pair)]
    pub env: Vec<(String, String)>,
    /// Right after the tab shown, or the one named with --target
    #[arg(short = 'a', long)]
    pub after: bool,
    /// The tab it comes after: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB")]
    pub target: Option<String>,
    #[command(flatten)]
    print: Print,
    /// Program and arguments; one word is run by the shell
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl Run<ServerCx<'_>> for NewTab {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let after = match (&self.target, self.after) {
            (Some(_), _) => cx.tab(self.target.as_deref()).ok(),
            (None, true) => Some(cx.tab(None)?),
            (None, false) => None,
        };
        let spot = Spot::Tab {
            after: after.and_then(|tab| cx.state.tab_index(tab)),
        };
        let program = Program {
            cwd: self.cwd,
            name: None,
            env: self.env,
        };
        let pane = open::open(cx, spot, program, self.name, self.command)?;
        if !self.detached {
            cx.focus(pane);
        }
        let data = open::data(cx, pane);
        Ok(self.print.reply(cx, pane, data))
    }
}
