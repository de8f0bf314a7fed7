//! `audit`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::audit::{AuditEntry, Wanted};
use crate::coord::moment::shown;
use crate::draw::text::sanitize_line;
use crate::error::{Error, Result};

/// Show who did what: every attempt, refused ones too, the latest last
///
/// The store keeps the latest 10,000 attempts; audit.jsonl in the state directory keeps them all.
///
/// stoa audit --last 10 --by Forge
#[derive(Debug, Clone, Args)]
pub struct Audit {
    /// How many of the latest
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
    pub last: usize,
    /// Only by this session: its name, number or id
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Only this action: claim, share, "task claim", …
    #[arg(long, value_name = "ACTION")]
    pub action: Option<String>,
    /// Only what concerns something whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub about: Option<String>,
    /// Only what was refused
    #[arg(long)]
    pub failed: bool,
}

impl Run<StoreCx> for Audit {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let Some(coord) = cx.existing()? else {
            return Ok(nothing());
        };
        let by = self.by.as_ref().map(|text| {
            // Somebody who is gone is known by the name in the entries alone.
            let id = coord.resolve(text).ok().map(|session| session.id);
            (text.clone(), id)
        });
        let wanted = Wanted {
            by,
            // As it is typed: `task claim` is noted as one word.
            action: self.action.map(|action| action.replace([' ', '_'], "-")),
            about: self.about,
            failed: self.failed,
        };
        let entries = coord.audit_of(&wanted, self.last)?;
        if entries.is_empty() {
            return Ok(nothing());
        }
        let lines: Vec<String> = entries.iter().map(line).collect();
        let rows = serde_json::to_value(&entries)
            .map_err(|error| Error::internal(format!("the trail has no JSON form: {error}")))?;
        Ok(Reply::new(lines.join("\n"), json!({ "entries": rows })))
    }
}

fn nothing() -> Reply {
    Reply::new("no such attempt is on record", json!({ "entries": [] }))
}

/// One attempt as a line for people.
pub fn line(entry: &AuditEntry) -> String {
    let who = entry.agent.as_deref().unwrap_or("-");
    let outcome = if entry.success { "ok" } else { "refused" };
    let mut line = format!(
        "{}  {who:<16} {outcome:<8} {} {}",
        shown(entry.timestamp),
        entry.action,
        entry.subject,
    );
    if let Some(message) = &entry.message {
        line.push_str(&format!(": {message}"));
    }
    // An older version kept what was refused as it came.
    sanitize_line(line.trim_end())
}
