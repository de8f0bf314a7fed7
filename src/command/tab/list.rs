//! `list-tabs`.

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::variables::Subject;

/// List the tabs and how many panes each has
#[derive(Debug, Clone, Args)]
pub struct ListTabs {
    /// One line a tab in this format instead; formats are explained in the README
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Of the whole server (always so; accepted as tmux's flag)
    #[arg(short = 'a', long)]
    pub all: bool,
    /// The session (there is one; accepted as tmux's flag)
    #[arg(short = 't', long, value_name = "SESSION")]
    pub target: Option<String>,
}

impl Run<ServerCx<'_>> for ListTabs {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let mut lines = Vec::new();
        let mut rows = Vec::new();
        for (index, tab) in cx.state.tabs.iter().enumerate() {
            let label = cx.state.tab_label(tab);
            let panes = tab.panes();
            let shown_by = cx
                .state
                .views
                .values()
                .filter(|view| view.tab == tab.id)
                .count();
            let stands = cx
                .state
                .away
                .as_ref()
                .is_some_and(|view| view.tab == tab.id);
            let subject = Subject {
                tab: Some(tab.id),
                ..cx.subject()
            };
            lines.push(match &self.format {
                Some(format) => cx.expand(subject, format),
                None => format!(
                    "{index}: {label} ({} panes){}",
                    panes.len(),
                    if shown_by > 0 || stands { " *" } else { "" }
                ),
            });
            rows.push(json!({
                "index": index,
                "id": tab.id.to_string(),
                "name": label,
                "panes": panes.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "viewers": shown_by,
            }));
        }
        Ok(Reply::new(lines.join("\n"), json!({ "tabs": rows })))
    }
}
