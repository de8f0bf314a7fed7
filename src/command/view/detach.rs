//! `detach`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::id::ClientId;
use crate::update::Effect;

/// Detach a terminal; everything in the workspace goes on
#[derive(Debug, Clone, Args)]
pub struct Detach {
    /// Every terminal
    #[arg(short = 'a', long)]
    pub all: bool,
}

impl Run<ViewCx<'_>> for Detach {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let clients: Vec<ClientId> = if self.all {
            cx.server.state.views.keys().copied().collect()
        } else {
            vec![cx.client]
        };
        let why = format!("detached from {}", cx.server.state.name);
        for client in clients {
            cx.server.effects.push(Effect::Detach {
                client,
                why: why.clone(),
            });
        }
        Ok(Reply::none())
    }
}
