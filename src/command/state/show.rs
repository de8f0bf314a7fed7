//! `state get`, `state list`.

use clap::Args;
use serde_json::{Value, json};

use crate::command::session::heartbeat::as_json;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::{Error, Result};

/// Show what a session keeps for others, or one field of it
///
/// A session that keeps nothing yet shows what the last one of its name kept.
///
/// stoa state get Forge
#[derive(Debug, Clone, Args)]
pub struct StateGet {
    /// Whose: a name, number or id [default: the acting session's own]
    pub name: Option<String>,
    /// One field
    pub field: Option<String>,
}

/// List what all sessions keep for others
///
/// stoa state list --json
#[derive(Debug, Clone, Args)]
pub struct StateList {}

impl Run<StoreCx> for StateGet {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let name = match self.name {
            Some(name) => name,
            None => cx.actor_id()?.to_string(),
        };
        let coord = cx.reader()?.ok_or_else(|| {
            Error::not_found("no state is kept here").with_hint("stoa state set KEY=VALUE")
        })?;
        let kept = coord.state_of(&name)?;
        let Some(field) = self.field else {
            let text = format!("{:#}", Value::Object(kept.state.clone()));
            return Ok(Reply::new(text, as_json(&kept)?));
        };
        let value = kept.state.get(&field).ok_or_else(|| {
            let fields: Vec<&str> = kept.state.keys().map(String::as_str).collect();
            Error::not_found(format!("the state of {} has no {field:?}", kept.name))
                .with_hint(format!("it has: {}", fields.join(", ")))
        })?;
        let text = match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let data = json!({ "name": kept.name, "field": field, "value": value });
        Ok(Reply::new(text, data))
    }
}

impl Run<StoreCx> for StateList {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let states = match cx.reader()? {
            Some(coord) => coord.states()?,
            None => Vec::new(),
        };
        let mut lines = Vec::new();
        let mut rows = Vec::new();
        for (kept, lives) in &states {
            let over = if *lives { "" } else { ", its session is over" };
            let state = Value::Object(kept.state.clone());
            lines.push(format!("{} (v{}{over}) {state}", kept.name, kept.version));
            let mut row = as_json(kept)?;
            row["alive"] = json!(lives);
            rows.push(row);
        }
        let text = match lines.is_empty() {
            true => "nobody keeps a state; stoa state set KEY=VALUE does it".to_owned(),
            false => lines.join("\n"),
        };
        Ok(Reply::new(text, json!({ "states": rows })))
    }
}
