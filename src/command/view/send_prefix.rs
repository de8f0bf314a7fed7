//! `send-prefix`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::keys::encode;
use crate::update::{Effect, pane};

/// Type the prefix key itself into the focused pane
#[derive(Debug, Clone, Args)]
pub struct SendPrefix {}

impl Run<ViewCx<'_>> for SendPrefix {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let id = cx.focused()?;
        let prefix = cx.server.state.config.keymap.prefix();
        if let Some(pane) = cx.server.state.panes.get(&id) {
            let mut bytes = Vec::new();
            encode::key(&prefix.into(), &pane::key_modes(pane), &mut bytes);
            cx.server.effects.push(Effect::Write { pane: id, bytes });
        }
        Ok(Reply::none())
    }
}
