//! `list-buffers`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::variables::{self, SAMPLE};

/// List the paste buffers, newest first
#[derive(Debug, Clone, Args)]
pub struct ListBuffers {
    /// One line a buffer in this format instead: #{buffer_name}, #{buffer_size}, #{buffer_sample}
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub format: Option<String>,
}

impl Run<ServerCx<'_>> for ListBuffers {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let (mut lines, mut rows) = (Vec::new(), Vec::new());
        for buffer in cx.state.buffers.iter() {
            let (size, sample) = (buffer.data.len(), buffer.sample(SAMPLE));
            lines.push(match &self.format {
                Some(format) => variables::expand_with(cx.state, cx.subject(), format, &|name| {
                    variables::buffer(buffer, name)
                }),
                None => format!("{}: {size} bytes: \"{sample}\"", buffer.name),
            });
            rows.push(json!({
                "name": buffer.name,
                "bytes": size,
                "sample": sample,
                "automatic": buffer.automatic,
            }));
        }
        let text = match lines.is_empty() && self.format.is_none() {
            true => "nothing has been copied yet".to_owned(),
            false => lines.join("\n"),
        };
        Ok(Reply::new(text, json!({ "buffers": rows })))
    }
}
