//! `suspend-client`.

use clap::Args;

use super::ViewCx;
use super::detach::named;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::Effect;

/// Stop the client in the terminal's shell, as Ctrl-Z stops a program; fg there comes back
///
/// Until then the terminal is detached. Where no shell takes care of jobs it attaches again at once.
#[derive(Debug, Clone, Args)]
pub struct SuspendClient {
    /// The terminal, as list-clients names it
    #[arg(short = 't', long, value_name = "CLIENT")]
    pub target: Option<String>,
}

impl Run<ViewCx<'_>> for SuspendClient {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let client = named(cx, self.target.as_deref())?;
        cx.server.effects.push(Effect::Suspend { client });
        Ok(Reply::none())
    }
}
