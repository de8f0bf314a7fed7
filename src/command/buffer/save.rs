//! `save-buffer`.

use std::path::PathBuf;

use clap::Args;

use super::show::ShowBuffer;
use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::Effect;
use crate::update::event::{SaveFile, Saved};

/// Write a paste buffer to a file
#[derive(Debug, Clone, Args)]
pub struct SaveBuffer {
    /// The buffer; the newest without it
    #[arg(short = 'b', long = "buffer", value_name = "NAME")]
    pub name: Option<String>,
    /// Append to the file
    #[arg(short = 'a', long)]
    pub append: bool,
    /// The file; `-` is standard output
    pub path: PathBuf,
}

impl Run<ServerCx<'_>> for SaveBuffer {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        if self.path.as_os_str() == "-" {
            return ShowBuffer { name: self.name }.run(cx);
        }
        let buffer = cx.state.buffers.get(self.name.as_deref())?;
        let what = Saved::Bytes(buffer.data.clone());
        let path = cx.path(&self.path);
        cx.effects.push(Effect::Save(Box::new(SaveFile {
            path,
            what,
            append: self.append,
            reply: cx.reply,
        })));
        Ok(Reply::later())
    }
}
