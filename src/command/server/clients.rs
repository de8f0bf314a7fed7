//! `list-clients`.

use clap::Args;
use serde_json::json;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::variables::Subject;

/// List the attached terminals
///
/// Each has a view of its own: tab, focus and zoom.
#[derive(Debug, Clone, Args)]
pub struct ListClients {
    /// One line a terminal in this format instead; formats are explained in the README
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// The session (there is one; accepted as tmux's flag)
    #[arg(short = 't', long, value_name = "SESSION")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for ListClients {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let mut lines = Vec::new();
        let mut rows = Vec::new();
        for view in cx.state.views.values() {
            let tab = cx.state.tab_index(view.tab).unwrap_or(0);
            let pane = cx.state.focused(view).map(|pane| pane.to_string());
            let shown = pane.clone().unwrap_or_default();
            let subject = Subject {
                pane: cx.state.focused(view),
                tab: Some(view.tab),
                client: Some(view.client),
            };
            lines.push(match &self.format {
                Some(format) => cx.expand(subject, format),
                None => format!(
                    "{}: {}x{}, tab {tab}, pane {shown}",
                    view.client, view.size.cols, view.size.rows
                ),
            });
            rows.push(json!({
                "id": view.client.to_string(),
                "cols": view.size.cols,
                "rows": view.size.rows,
                "tab": tab,
                "pane": pane,
            }));
        }
        let text = if lines.is_empty() && self.format.is_none() {
            "no terminal is attached".to_owned()
        } else {
            lines.join("\n")
        };
        Ok(Reply::new(text, json!({ "clients": rows })))
    }
}
