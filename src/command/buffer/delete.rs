//! `delete-buffer`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Delete a paste buffer
#[derive(Debug, Clone, Args)]
pub struct DeleteBuffer {
    /// The buffer; the newest without it
    #[arg(short = 'b', long = "buffer", value_name = "NAME")]
    pub name: Option<String>,
}

impl Run<ServerCx<'_>> for DeleteBuffer {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let name = cx.state.buffers.delete(self.name.as_deref())?;
        Ok(Reply::new("", json!({ "name": name })))
    }
}
