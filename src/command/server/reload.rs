//! `reload-config`.

use std::path::PathBuf;

use clap::Args;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::update::Effect;

/// Read config.toml, keybindings.toml and themes again and say what changed
///
/// The server does so by itself when a file is changed. A file with a mistake changes nothing: the mistake is
/// told with its line, and what the file said before goes on counting.
#[derive(Debug, Clone, Args)]
pub struct ReloadConfig {
    /// A file of the configuration, as tmux's source-file is given one; all of them are read
    pub file: Option<PathBuf>,
}

impl Run<ServerCx<'_>> for ReloadConfig {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let ours = |file: &PathBuf| {
            let name = file.file_name().and_then(|name| name.to_str());
            let within = file.parent().and_then(|dir| dir.file_name());
            matches!(name, Some("config.toml" | "keybindings.toml"))
                || within.is_some_and(|dir| dir == "themes")
        };
        if let Some(file) = self.file.filter(|file| !ours(file)) {
            let error = Error::usage(format!("{} is no file of Stoa's", file.display()));
            return Err(error.with_hint("settings are in config.toml, keys in keybindings.toml"));
        }
        cx.effects.push(Effect::Reload { reply: cx.reply });
        Ok(Reply::later())
    }
}
