//! `set-buffer`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::update::Effect;

/// Put text into a paste buffer, or rename one
#[derive(Debug, Clone, Args)]
pub struct SetBuffer {
    /// The buffer; a new one without it
    #[arg(short = 'b', long = "buffer", value_name = "NAME")]
    pub name: Option<String>,
    /// Append to what is there
    #[arg(short = 'a', long)]
    pub append: bool,
    /// Give the buffer this name
    #[arg(short = 'n', long, value_name = "NEW")]
    pub rename: Option<String>,
    /// Also put it on the terminal's clipboard
    #[arg(short = 'w', long)]
    pub clipboard: bool,
    /// The text
    #[arg(required_unless_present = "rename", allow_hyphen_values = true)]
    pub text: Option<String>,
}

impl Run<ServerCx<'_>> for SetBuffer {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let mut name = self.name.clone();
        if let Some(text) = self.text {
            if text.is_empty() {
                return Err(Error::usage("there is no text to keep"));
            }
            let limit = cx.state.config.settings.buffer_limit as usize;
            let data = text.into_bytes();
            if self.clipboard {
                clipboard(cx, &data);
            }
            let buffers = &mut cx.state.buffers;
            name = Some(match self.append {
                true => buffers.append(name.as_deref(), &data, limit)?,
                false => buffers.put(name.as_deref(), data, limit)?,
            });
        }
        if let Some(new) = self.rename {
            cx.state.buffers.rename(name.as_deref(), &new)?;
            name = Some(new);
        }
        Ok(Reply::new("", json!({ "name": name })))
    }
}

/// Puts text on the asking terminal's clipboard, if one is attached.
fn clipboard(cx: &mut ServerCx<'_>, data: &[u8]) {
    if let Ok(client) = crate::command::target::client(cx.state, &cx.requester) {
        let data = data.to_vec();
        cx.effects.push(Effect::Clipboard { client, data });
    }
}
