//! `load-buffer`.

use std::path::PathBuf;

use clap::Args;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::Effect;

/// Read a file into a paste buffer
#[derive(Debug, Clone, Args)]
pub struct LoadBuffer {
    /// The buffer; a new one without it
    #[arg(short = 'b', long = "buffer", value_name = "NAME")]
    pub name: Option<String>,
    /// The file, of 8 MiB at most
    pub path: PathBuf,
}

impl Run<ServerCx<'_>> for LoadBuffer {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let path = cx.path(&self.path);
        cx.effects.push(Effect::Load {
            path,
            name: self.name,
            reply: cx.reply,
        });
        Ok(Reply::later())
    }
}
