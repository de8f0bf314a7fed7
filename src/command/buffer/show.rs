//! `show-buffer`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Print a paste buffer
#[derive(Debug, Clone, Args)]
pub struct ShowBuffer {
    /// The buffer; the newest without it
    #[arg(short = 'b', long = "buffer", value_name = "NAME")]
    pub name: Option<String>,
}

impl Run<ServerCx<'_>> for ShowBuffer {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let buffer = cx.state.buffers.get(self.name.as_deref())?;
        let text = String::from_utf8_lossy(&buffer.data).into_owned();
        let data = json!({ "name": buffer.name, "text": text });
        Ok(Reply::new(text, data))
    }
}
