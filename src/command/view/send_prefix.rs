//! `send-prefix`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::keys::encode;
use crate::keys::key::Key;
use crate::keys::keymap::Lookup;
use crate::update::{input, pane, request};

/// Type the prefix key itself into the focused pane
///
/// In copy mode it does what that binds the key to.
#[derive(Debug, Clone, Args)]
pub struct SendPrefix {}

impl Run<ViewCx<'_>> for SendPrefix {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let id = cx.focused()?;
        let prefix = cx.server.state.config.keymap.prefix();
        if cx.view()?.copy.contains_key(&id) {
            return in_copy_mode(cx, prefix);
        }
        if let Some(pane) = cx.server.state.panes.get(&id) {
            let mut bytes = Vec::new();
            encode::key(&prefix.into(), &pane::key_modes(pane), &mut bytes);
            pane::type_into(cx.server.state, id, bytes, cx.server.effects);
        }
        Ok(Reply::none())
    }
}

/// Does what copy mode binds the prefix key to.
fn in_copy_mode(cx: &mut ViewCx<'_>, prefix: Key) -> Result<Reply> {
    let config = cx.server.state.config.clone();
    let table = input::copy_table(cx.server.state);
    if let Lookup::Found(binding) = config.keymap.lookup(table, &[prefix]) {
        request::run_line(
            cx.server.state,
            cx.client,
            &binding.command,
            cx.server.effects,
        );
    }
    Ok(Reply::none())
}
