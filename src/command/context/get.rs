//! `context`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, group_called};
use crate::error::{Error, Result};

/// Show the group's shared context, or one value of it
#[derive(Debug, Clone, Args)]
pub struct Context {
    /// The entry to show; without it all of them
    pub key: Option<String>,
    /// Another group
    #[arg(short = 'g', long, value_name = "NAME")]
    pub group: Option<String>,
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
        let snapshot = cx.snapshot()?;
        let group = group_called(&snapshot, &name)?;
        let Some(key) = self.key else {
            let lines: Vec<String> = group
                .context
                .iter()
                .map(|entry| format!("{}={}", entry.key, entry.value))
                .collect();
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
        let text = match entry.value.as_str() {
            Some(text) => text.to_owned(),
            None => entry.value.to_string(),
        };
        let data = serde_json::to_value(entry)
            .map_err(|error| Error::internal(format!("an entry has no JSON form: {error}")))?;
        Ok(Reply::new(text, data))
    }
}
