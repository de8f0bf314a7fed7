//! `send-keys`.

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::keys::chord;
use crate::keys::encode;
use crate::update::{Effect, pane};

/// Type keys or text into a pane
///
/// Words that name a key (Enter, C-c, M-x, F5, PageUp …) press it; every other word is typed as it
/// stands. With --literal nothing is a key name.
#[derive(Debug, Clone, Args)]
pub struct SendKeys {
    /// Type every word as it stands
    #[arg(short = 'l', long)]
    pub literal: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Keys and text
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub keys: Vec<String>,
}

impl Run<ServerCx<'_>> for SendKeys {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let id = cx.pane(self.target.as_deref())?;
        let Some(target) = cx.state.panes.get(&id) else {
            return Err(Error::not_found(format!("no pane {id}")));
        };
        if target.exited() {
            return Err(
                Error::refused(format!("the program in pane {id} has ended"))
                    .with_hint("restart-pane starts it again"),
            );
        }
        let modes = pane::key_modes(target);
        let mut bytes = Vec::new();
        for word in &self.keys {
            match chord::parse_key(word) {
                Ok(key) if !self.literal && word.chars().count() > 1 => {
                    encode::key(&key.into(), &modes, &mut bytes);
                }
                _ => bytes.extend_from_slice(word.as_bytes()),
            }
        }
        cx.effects.push(Effect::Write { pane: id, bytes });
        Ok(Reply::none())
    }
}
