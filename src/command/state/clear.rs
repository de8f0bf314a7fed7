//! `state clear`, `state reset`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Remove what the acting session keeps for others
///
/// stoa state clear
#[derive(Debug, Clone, Args)]
pub struct StateClear {}

/// Remove what all sessions keep for others; noted in the audit trail
///
/// stoa state reset
#[derive(Debug, Clone, Args)]
pub struct StateReset {}

impl Run<StoreCx> for StateClear {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let cleared = cx.coord()?.clear_state(&actor)?;
        let text = match cleared {
            true => "state removed",
            false => "there was no state",
        };
        Ok(Reply::new(text, json!({ "cleared": cleared })))
    }
}

impl Run<StoreCx> for StateReset {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let names = cx.coord()?.reset_states(&actor)?;
        let text = match names.is_empty() {
            true => "there was no state".to_owned(),
            false => format!("removed the state of {}", names.join(", ")),
        };
        Ok(Reply::new(text, json!({ "reset": names })))
    }
}
