//! `list-panes`.

use clap::Args;
use serde_json::{Value, json};

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::id::PaneId;
use crate::model::pane::{Pane, PaneLife};
use crate::model::state::State;
use crate::model::variables::Subject;

/// List every pane: where it is, what it runs, which session it is
#[derive(Debug, Clone, Args)]
pub struct ListPanes {
    /// One line a pane in this format instead; formats are explained in the README
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Only those of a tab: number, name or @ID
    #[arg(short = 't', long, value_name = "TAB", conflicts_with_all = ["all", "workspace"])]
    pub target: Option<String>,
    /// Of all tabs (always so without --target; accepted as tmux's flag)
    #[arg(short = 'a', long)]
    pub all: bool,
    /// Of the whole workspace (the same; accepted as tmux's flag)
    #[arg(short = 's', long)]
    pub workspace: bool,
}

impl Run<ServerCx<'_>> for ListPanes {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let tab = match &self.target {
            Some(name) => Some(cx.tab(Some(name))?.to_string()),
            None => None,
        };
        let mut rows = rows(cx.state);
        if let Some(tab) = tab {
            rows.retain(|row| row["tab_id"] == tab);
        }
        let text: Vec<String> = match &self.format {
            Some(format) => rows.iter().map(|row| shown(cx, row, format)).collect(),
            None => rows.iter().map(line).collect(),
        };
        Ok(Reply::new(text.join("\n"), json!({ "panes": rows })))
    }
}

/// A row in a person's own format.
fn shown(cx: &ServerCx<'_>, row: &Value, format: &str) -> String {
    let id = row["id"].as_str().and_then(|id| id.strip_prefix('%'));
    let subject = Subject {
        pane: id.and_then(|id| id.parse().ok()).map(PaneId),
        ..cx.subject()
    };
    cx.expand(subject, format)
}

/// Every pane as data, in the order of tabs and places.
pub fn rows(state: &State) -> Vec<Value> {
    let mut rows = Vec::new();
    for (index, tab) in state.tabs.iter().enumerate() {
        for (place, id) in tab.panes().into_iter().enumerate() {
            if let Some(pane) = state.panes.get(&id) {
                let mut row = row(state, pane, index, place, tab.active == id);
                let float = tab.float(id);
                row["floating"] = float.is_some().into();
                row["pinned"] = float.is_some_and(|float| float.pinned).into();
                row["stacked"] = tab.layout.stack_of(id).is_some().into();
                row["tab_id"] = tab.id.to_string().into();
                rows.push(row);
            }
        }
    }
    rows
}

fn row(state: &State, pane: &Pane, tab: usize, place: usize, active: bool) -> Value {
    let session = state
        .snapshot
        .sessions
        .iter()
        .find(|session| session.id == pane.session);
    let (exited, code) = match &pane.life {
        PaneLife::Running { .. } => (false, None),
        PaneLife::Exited { code, .. } => (true, Some(*code)),
    };
    json!({
        "id": pane.id.to_string(),
        "tab": tab,
        "place": place,
        "active": active,
        "name": pane.label(),
        "program": pane.program(),
        "pid": pane.pid(),
        "cols": pane.size.cols,
        "rows": pane.size.rows,
        "session": pane.session,
        "session_name": session.map(|session| session.name.clone()),
        "cwd": pane.directory(),
        "status": pane.status.word(),
        "exited": exited,
        "exit_code": code,
    })
}

/// One row as a line for people.
pub fn line(row: &Value) -> String {
    let text = |key: &str| row[key].as_str().unwrap_or("").to_owned();
    let state = match row["exit_code"].as_i64() {
        Some(code) => format!(" (exited {code})"),
        None => String::new(),
    };
    format!(
        "{:<5} tab {}.{} {}x{} {}{}{}{} {}",
        text("id"),
        row["tab"],
        row["place"],
        row["cols"],
        row["rows"],
        text("name"),
        state,
        match [&row["floating"], &row["pinned"], &row["stacked"]].map(|is| *is == true) {
            [_, true, _] => " (pinned)",
            [true, ..] => " (floating)",
            [.., true] => " (stacked)",
            _ => "",
        },
        if row["active"] == true { " *" } else { "" },
        text("session_name"),
    )
    .trim_end()
    .to_owned()
}
