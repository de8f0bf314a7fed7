//! `whoami`.

use clap::Args;
use serde_json::{Value, json};

use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::discovery;
use crate::coord::replica::Scope;
use crate::coord::snapshot::ClaimInfo;
use crate::error::{Error, Result};

/// Show the session that acts here: its names, its group, its claims
///
/// stoa whoami
#[derive(Debug, Clone, Args)]
pub struct Whoami {}

impl Run<StoreCx> for Whoami {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let id = cx.actor_id()?;
        let snapshot = cx.coord()?.excerpt(Scope::Work)?;
        let session = snapshot
            .sessions
            .iter()
            .find(|session| session.id == id.as_str())
            .ok_or_else(|| Error::not_found("the acting session has just ended"))?;
        let held = cx.coord()?.held_by(&id)?;
        let claims: Vec<&str> = held.iter().map(|claim| claim.key.as_str()).collect();
        let hint = discovery::suggest(&snapshot, Some(&session.id));
        let mut text = format!(
            "session {} \"{}\"\n  id      {}",
            session.number, session.name, session.id
        );
        let pid = session.pid.to_string();
        let able = session.capabilities.join(", ");
        let claimed: Vec<String> = held.iter().map(with_end).collect();
        let claimed = claimed.join(", ");
        let rows = [
            ("role", session.role.as_deref()),
            ("goal", session.goal.as_deref()),
            ("group", session.group.as_deref()),
            ("pane", session.pane.as_deref()),
            ("tty", Some(session.tty.as_str())),
            ("pid", Some(pid.as_str())),
            ("on", session.working_on.as_deref()),
            ("task", session.task.as_deref()),
            ("able to", Some(able.as_str())),
            ("claims", Some(claimed.as_str())),
        ];
        for (label, value) in rows {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                text.push_str(&format!("\n  {label:<7} {value}"));
            }
        }
        if let Some(hint) = &hint {
            text.push_str(&format!("\n  {hint}"));
        }
        let mut data = serde_json::to_value(session)
            .map_err(|error| Error::internal(format!("a session has no JSON form: {error}")))?;
        if let Value::Object(fields) = &mut data {
            fields.insert("claims".to_owned(), json!(claims));
            let soon = held.iter().filter(|claim| claim.ends_soon);
            let soon: Vec<&str> = soon.map(|claim| claim.key.as_str()).collect();
            fields.insert("ending_soon".to_owned(), json!(soon));
            fields.insert("suggestion".to_owned(), json!(hint));
        }
        Ok(Reply::new(text, data))
    }
}

/// C7: in its last fifth a claim says when it ends.
fn with_end(claim: &ClaimInfo) -> String {
    match claim.ends_soon {
        true => format!("{} (ends in {})", claim.key, span(claim.expires_in_ms)),
        false => claim.key.clone(),
    }
}
