//! `context`.

use clap::Args;
use serde_json::json;

use crate::command::session::heartbeat::as_json;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, group_called, span};
use crate::coord::moment::shown;
use crate::coord::replica::Scope;
use crate::coord::snapshot::ContextInfo;
use crate::error::{Error, Result};

/// Show the group's shared context, or one value of it
///
/// stoa context finding
#[derive(Debug, Clone, Args)]
pub struct Context {
    /// The entry to show; without it all of them
    pub key: Option<String>,
    /// Another group
    #[arg(short = 'g', long, value_name = "NAME")]
    pub group: Option<String>,
    /// Its older versions too: the last sixteen, with who wrote them when
    #[arg(long, requires = "key")]
    pub history: bool,
}

impl Run<StoreCx> for Context {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let name = match &self.group {
            Some(name) => name.clone(),
            None => {
                let me = cx.actor()?;
                me.group.clone().ok_or_else(|| {
                    Error::refused(format!("{} is in no group", me.name))
                        .with_hint("join one with: stoa join-group NAME")
                })?
            }
        };
        let snapshot = cx.excerpt(Scope::People)?;
        let group = group_called(&snapshot, &name)?;
        let Some(key) = self.key else {
            let lines: Vec<String> = group.context.iter().map(line).collect();
            let text = if lines.is_empty() {
                format!("nothing is shared in {name} yet; stoa share KEY=VALUE does it")
            } else {
                lines.join("\n")
            };
            let data = json!({ "group": name, "context": group.context });
            return Ok(Reply::new(text, data));
        };
        let entry = group
            .context
            .iter()
            .find(|entry| entry.key == key)
            .ok_or_else(|| {
                Error::not_found(format!("{name} has no entry {key:?}"))
                    .with_hint("stoa context lists what is shared")
            })?;
        if self.history {
            return history(cx, &name, entry);
        }
        let text = match entry.value.as_str() {
            Some(text) => text.to_owned(),
            None => entry.value.to_string(),
        };
        Ok(Reply::new(text, as_json(entry)?))
    }
}

fn line(entry: &ContextInfo) -> String {
    let left = entry.expires_in_ms;
    let left = left.map_or(String::new(), |ms| format!("  (gone in {})", span(ms)));
    format!("{}={}{left}", entry.key, entry.value)
}

/// All versions there are, oldest first.
fn history(cx: &StoreCx, group: &str, entry: &ContextInfo) -> Result<Reply> {
    let older = match cx.reader()? {
        Some(coord) => coord.context_history(group, &entry.key)?,
        None => Vec::new(),
    };
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for old in &older {
        let at = shown(old.at);
        lines.push(format!(
            "v{}  {at}  {}  {}",
            old.version, old.author_name, old.value
        ));
        rows.push(json!({
            "value": old.value,
            "version": old.version,
            "author": old.author_name,
            "updated_at": old.at,
        }));
    }
    lines.push(format!(
        "v{}  {}  {}  {}  (current)",
        entry.version,
        shown(entry.updated_at),
        entry.author,
        entry.value
    ));
    let data = json!({ "key": entry.key, "history": rows, "current": entry });
    Ok(Reply::new(lines.join("\n"), data))
}
