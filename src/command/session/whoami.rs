//! `whoami`.

use clap::Args;
use serde_json::{Value, json};

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::{Error, Result};

/// Show the session that acts here: its names, its group, its claims
#[derive(Debug, Clone, Args)]
pub struct Whoami {}

impl Run<StoreCx> for Whoami {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let id = cx.actor_id()?;
        let snapshot = cx.coord()?.snapshot()?;
        let session = snapshot
            .sessions
            .iter()
            .find(|session| session.id == id.as_str())
            .ok_or_else(|| Error::not_found("the acting session has just ended"))?;
        let claims: Vec<&str> = snapshot
            .claims
            .iter()
            .filter(|claim| claim.holder == session.id)
            .map(|claim| claim.key.as_str())
            .collect();
        let mut text = format!(
            "session {} \"{}\"\n  id      {}",
            session.number, session.name, session.id
        );
        let pid = session.pid.to_string();
        let claimed = claims.join(", ");
        let rows = [
            ("role", session.role.as_deref()),
            ("goal", session.goal.as_deref()),
            ("group", session.group.as_deref()),
            ("pane", session.pane.as_deref()),
            ("tty", Some(session.tty.as_str())),
            ("pid", Some(pid.as_str())),
            ("on", session.working_on.as_deref()),
            ("claims", Some(claimed.as_str())),
        ];
        for (label, value) in rows {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                text.push_str(&format!("\n  {label:<7} {value}"));
            }
        }
        let mut data = serde_json::to_value(session)
            .map_err(|error| Error::internal(format!("a session has no JSON form: {error}")))?;
        if let Value::Object(fields) = &mut data {
            fields.insert("claims".to_owned(), json!(claims));
        }
        Ok(Reply::new(text, data))
    }
}
