//! `load-buffer`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::update::Effect;

/// Read a file into a paste buffer
#[derive(Debug, Clone, Args)]
pub struct LoadBuffer {
    /// The buffer; a new one without it
    #[arg(short = 'b', long = "buffer", value_name = "NAME")]
    pub name: Option<String>,
    /// The file, of 8 MiB at most; `-` is standard input
    pub path: PathBuf,
}

impl LoadBuffer {
    /// Whether what comes on standard input is read.
    pub fn takes_input(&self) -> bool {
        self.path.as_os_str() == "-"
    }
}

impl Run<ServerCx<'_>> for LoadBuffer {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        if self.takes_input() {
            let input = cx.requester.input.take();
            let input = input.ok_or_else(|| {
                Error::usage("there is no standard input here")
                    .with_hint("load-buffer - works from a shell; a file's name works everywhere")
            })?;
            let limit = cx.state.config.settings.buffer_limit as usize;
            let name = cx.state.buffers.put(self.name.as_deref(), input, limit)?;
            return Ok(Reply::new("", json!({ "name": name })));
        }
        let path = cx.path(&self.path);
        cx.effects.push(Effect::Load {
            path,
            name: self.name,
            reply: cx.reply,
        });
        Ok(Reply::later())
    }
}
