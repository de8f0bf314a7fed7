//! `pipe-pane`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::update::event::Piped;
use crate::update::{Effect, shell};

/// Pass what a pane's program writes on to a shell command as well; without one, stop that
///
/// What is on the screen already is not passed on. It ends with the program, and at an upgrade of the server.
///
/// stoa pipe-pane -o 'cat >> ~/log-#{pane_id}'
#[derive(Debug, Clone, Args)]
pub struct PipePane {
    /// Only if nothing is passed on yet; else stop that, so that one key turns it on and off
    #[arg(short = 'o', long)]
    pub toggle: bool,
    /// The command reads what the program writes, which is so anyway
    #[arg(short = 'O', hide = true)]
    pub output: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The command
    pub command: Option<String>,
}

impl Run<ServerCx<'_>> for PipePane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let id = cx.pane(self.target.as_deref())?;
        let Some(pane) = cx.state.panes.get(&id) else {
            return Err(Error::not_found(format!("no pane {id}")));
        };
        let command = self.command.filter(|_| !(self.toggle && pane.piped));
        if command.is_some() && pane.exited() {
            return Err(
                Error::refused(format!("the program in pane {id} has ended"))
                    .with_hint("restart-pane starts it again"),
            );
        }
        let job = command.map(|command| {
            Box::new(Piped {
                script: cx.script(id, &command),
                cwd: shell::directory(cx.state, id),
            })
        });
        if let Some(pane) = cx.state.panes.get_mut(&id) {
            pane.piped = job.is_some();
        }
        cx.effects.push(Effect::PipePane { pane: id, job });
        Ok(Reply::none())
    }
}
