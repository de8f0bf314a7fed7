//! `show-messages`.

use clap::Args;
use serde_json::json;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::draw::text::sanitize_line;
use crate::error::Result;
use crate::model::overlay::Overlay;

/// Show the last 50 lines that people at terminals were told, the newest first
#[derive(Debug, Clone, Args)]
pub struct ShowMessages {
    /// A terminal (accepted as tmux's flag; the lines are those of all)
    #[arg(short = 't', value_name = "CLIENT")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for ShowMessages {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let now = cx.state.now_ms;
        let mut lines = Vec::new();
        let mut rows = Vec::new();
        for said in cx.state.messages.newest() {
            let text = sanitize_line(&said.text);
            let seconds = now.saturating_sub(said.ms) / 1000;
            let sign = if said.error { "! " } else { "" };
            lines.push(format!("{} {sign}{text}", ago(seconds)));
            rows.push(json!({ "seconds_ago": seconds, "text": text, "error": said.error }));
        }
        if let Some(client) = cx.reply.person()
            && !lines.is_empty()
            && let Some(view) = cx.state.views.get_mut(&client)
        {
            view.overlay = Some(Overlay::Text {
                title: "messages".to_owned(),
                lines,
                scroll: 0,
                error: false,
            });
            return Ok(Reply::none());
        }
        Ok(Reply::new(lines.join("\n"), json!({ "messages": rows })))
    }
}

/// How long ago, in as many columns every time.
fn ago(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..=99 => (seconds, "s"),
        100..=5_999 => (seconds / 60, "m"),
        _ => (seconds / 3_600, "h"),
    };
    format!("{number:>3}{unit} ago:")
}
