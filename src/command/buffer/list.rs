//! `list-buffers`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Columns of a buffer's text that are shown.
const SAMPLE: usize = 60;

/// List the paste buffers, newest first
#[derive(Debug, Clone, Args)]
pub struct ListBuffers {}

impl Run<ServerCx<'_>> for ListBuffers {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let (mut lines, mut rows) = (Vec::new(), Vec::new());
        for buffer in cx.state.buffers.iter() {
            let (size, sample) = (buffer.data.len(), buffer.sample(SAMPLE));
            lines.push(format!("{}: {size} bytes: \"{sample}\"", buffer.name));
            rows.push(json!({
                "name": buffer.name,
                "bytes": size,
                "sample": sample,
                "automatic": buffer.automatic,
            }));
        }
        let text = match lines.is_empty() {
            true => "nothing has been copied yet".to_owned(),
            false => lines.join("\n"),
        };
        Ok(Reply::new(text, json!({ "buffers": rows })))
    }
}
