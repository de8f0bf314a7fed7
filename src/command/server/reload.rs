//! `reload-config`.

use clap::Args;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::Effect;

/// Read config.toml and keybindings.toml again and report mistakes
#[derive(Debug, Clone, Args)]
pub struct ReloadConfig {}

impl Run<ServerCx<'_>> for ReloadConfig {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        cx.effects.push(Effect::Reload { reply: cx.reply });
        Ok(Reply::later())
    }
}
