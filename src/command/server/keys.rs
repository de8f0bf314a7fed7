//! `list-keys`.

use clap::Args;
use serde_json::json;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::keys::chord;
use crate::model::line_edit::LineEdit;
use crate::model::overlay::Overlay;

/// Show every key and what it does
#[derive(Debug, Clone, Args)]
pub struct ListKeys {}

impl Run<ServerCx<'_>> for ListKeys {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        if let Some(client) = cx.reply.person()
            && let Some(view) = cx.state.views.get_mut(&client)
        {
            view.overlay = Some(Overlay::Keys {
                filter: LineEdit::default(),
                scroll: 0,
            });
            return Ok(Reply::none());
        }
        let mut lines = Vec::new();
        let mut rows = Vec::new();
        for entry in cx.state.config.keymap.entries() {
            lines.push(format!(
                "{:<8} {:<14} {:<40} {}",
                entry.table.name(),
                chord::show(&entry.keys),
                entry.binding.command,
                entry.binding.note
            ));
            rows.push(json!({
                "table": entry.table.name(),
                "keys": chord::show(&entry.keys),
                "command": entry.binding.command,
                "note": entry.binding.note,
                "repeat": entry.binding.repeat,
            }));
        }
        Ok(Reply::new(lines.join("\n"), json!({ "keys": rows })))
    }
}
