//! `state set`.

use clap::Args;
use serde_json::{Map, Value};

use crate::command::context::value;
use crate::command::session::heartbeat::as_json;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::state::Update;
use crate::error::{Error, Result};

/// Keep something for others to read: KEY=VALUE, or one JSON object that replaces all
///
/// Values are read as share reads them. null takes a field away. At most 64 KiB.
///
/// stoa state set phase=BUILD tests=12
#[derive(Debug, Clone, Args)]
pub struct StateSet {
    /// Fields to set, or the whole state as a JSON object
    #[arg(required = true, value_name = "KEY=VALUE|JSON")]
    pub fields: Vec<String>,
    /// Say something about the state; may be given again
    #[arg(long = "meta", value_name = "KEY=VALUE")]
    pub meta: Vec<String>,
    /// Only if this is still its version; 0 if there must be none yet
    #[arg(long, value_name = "VERSION")]
    pub if_version: Option<u64>,
}

impl Run<StoreCx> for StateSet {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let mut update = Update {
            metadata: fields(cx, &self.meta)?,
            expected: self.if_version,
            ..Update::default()
        };
        match self.fields.as_slice() {
            [whole] if whole.trim_start().starts_with('{') => {
                update.replace = true;
                update.set = serde_json::from_str(whole).map_err(|error| {
                    Error::usage(format!("the state is no JSON object: {error}"))
                        .with_hint("for example: stoa state set '{\"step\": 3}'")
                })?;
            }
            pairs => update.set = fields(cx, pairs)?,
        }
        let actor = cx.acting()?;
        let kept = cx.coord()?.set_state(&actor, &update)?;
        let text = format!("state of {} is at version {}", kept.name, kept.version);
        Ok(Reply::new(text, as_json(&kept)?))
    }
}

fn fields(cx: &StoreCx, pairs: &[String]) -> Result<Map<String, Value>> {
    let mut found = Map::new();
    for text in pairs {
        let (key, value) = value::pair(cx, text)?;
        if found.insert(key.clone(), value).is_some() {
            return Err(Error::usage(format!("the field {key:?} occurs twice")));
        }
    }
    Ok(found)
}
