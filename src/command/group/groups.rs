//! `groups`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::discovery;
use crate::coord::replica::Scope;
use crate::coord::snapshot::{GroupInfo, Snapshot};
use crate::error::Result;

/// List the groups: members, coordinator, size of the shared context
///
/// stoa groups
#[derive(Debug, Clone, Args)]
pub struct Groups {}

impl Run<StoreCx> for Groups {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let snapshot = cx.excerpt(Scope::People)?;
        let lines: Vec<String> = snapshot
            .groups
            .iter()
            .map(|group| line(&snapshot, group))
            .collect();
        let rows: Vec<_> = snapshot
            .groups
            .iter()
            .map(|group| {
                json!({
                    "name": group.name,
                    "members": group.members.len(),
                    "coordinator": group.coordinator.as_deref().map(|id| snapshot.name_of(id)),
                    "access": group.access,
                    "context_entries": group.context.len(),
                    "context_bytes": context_bytes(group),
                    "last_coordination": group.last_coordination,
                })
            })
            .collect();
        let mut text = if lines.is_empty() {
            "no groups yet; join one with: stoa join-group NAME".to_owned()
        } else {
            lines.join("\n")
        };
        // Who is alone is told what it could join; a listing needs nobody who asks.
        let me = cx.known().map(|session| session.id.to_string());
        let hint = discovery::suggest(&snapshot, me.as_deref()).filter(|_| me.is_some());
        if let Some(hint) = &hint {
            text.push_str(&format!("\n{hint}"));
        }
        let joinable = discovery::names(&snapshot, me.as_deref());
        Ok(Reply::new(
            text,
            json!({ "groups": rows, "joinable": joinable, "suggestion": hint }),
        ))
    }
}

/// One group as a line for people.
pub fn line(snapshot: &Snapshot, group: &GroupInfo) -> String {
    let coordinator = group
        .coordinator
        .as_deref()
        .map_or("none", |id| snapshot.name_of(id));
    format!(
        "{}: {} members (coordinator: {coordinator}), {} entries, {} bytes of context",
        group.name,
        group.members.len(),
        group.context.len(),
        context_bytes(group),
    )
}

/// The size of a group's shared context: its keys and values as JSON, in bytes.
fn context_bytes(group: &GroupInfo) -> usize {
    group
        .context
        .iter()
        .map(|entry| entry.key.len() + entry.value.to_string().len())
        .sum()
}
