//! `session-status`.

use clap::Args;
use serde_json::{Value, json};

use super::activity;
use super::discover::{called, data, present};
use super::heartbeat::{as_json, phrase};
use crate::command::claim::claims;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::roster::Present;
use crate::coord::snapshot::{ClaimInfo, Snapshot};
use crate::error::Result;

/// Heartbeats shown of each session.
const SHOWN: usize = 5;
/// What one can do next.
const COMMANDS: &str = "commands\n  \
    stoa claim KIND/NAME      claim work before you touch it\n  \
    stoa release KIND/NAME    give it back\n  \
    stoa heartbeat TEXT       say what you do (--phase, --progress, --next)\n  \
    stoa share KEY=VALUE      tell your group\n  \
    stoa sessions, groups, claims, --once    look again";

/// Show sessions in full: details, claims with their ends, latest heartbeats, what one can do
///
/// stoa session-status
#[derive(Debug, Clone, Args)]
pub struct SessionStatus {
    /// One session: its name, number or id; without it everybody
    pub name: Option<String>,
}

impl Run<StoreCx> for SessionStatus {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let present = present(cx)?;
        let snapshot = cx.snapshot()?;
        let shown: Vec<&Present> = match &self.name {
            Some(name) => vec![called(&present, name)?],
            None => present.iter().collect(),
        };
        let mut text = format!("sessions ({})", shown.len());
        let mut rows = Vec::new();
        for one in &shown {
            text.push_str(&details(one));
            let mut row = data(one);
            row["activity"] = as_json(&one.session.activity)?;
            row["claims"] = json!(claims_of(&snapshot, one));
            rows.push(row);
        }
        let held: Vec<&ClaimInfo> = match &self.name {
            None => snapshot.claims.iter().collect(),
            Some(_) => shown
                .iter()
                .flat_map(|one| claims_of(&snapshot, one))
                .collect(),
        };
        text.push_str(&format!("\n\nclaims ({})", held.len()));
        for claim in &held {
            text.push_str(&format!("\n  {}", claims::line(&snapshot, claim)));
        }
        text.push_str(&format!("\n\n{COMMANDS}"));
        let data: Value = json!({ "sessions": rows, "claims": held });
        Ok(Reply::new(text, data))
    }
}

fn claims_of<'a>(snapshot: &'a Snapshot, one: &Present) -> Vec<&'a ClaimInfo> {
    let id = one.session.id.as_str();
    let held = snapshot.claims.iter().filter(|claim| claim.holder == id);
    held.collect()
}

fn details(one: &Present) -> String {
    let session = &one.session;
    let active = if one.active { "active" } else { "silent" };
    let mut text = format!(
        "\n\n  session {} \"{}\": {active}, seen {} ago",
        session.number,
        session.name,
        span(one.silent_ms)
    );
    let doing = phrase(
        session.working_on.as_deref(),
        session.task.as_deref(),
        session.phase.as_deref(),
        session.progress,
        session.next_action.as_deref(),
    );
    let print = &session.fingerprint;
    let runs = format!("pid {} on {} of {}", print.pid, print.tty, print.host);
    let able = session.capabilities.join(", ");
    let rows = [
        ("id", Some(session.id.as_str())),
        ("role", session.role.as_deref()),
        ("goal", session.goal.as_deref()),
        ("able to", Some(able.as_str())),
        ("group", session.group.as_deref()),
        ("runs", Some(runs.as_str())),
        ("doing", Some(doing.as_str())),
    ];
    for (label, value) in rows {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text.push_str(&format!("\n    {label:<8} {value}"));
        }
    }
    let latest = session.activity.len().saturating_sub(SHOWN);
    for beat in session.activity.iter().skip(latest) {
        let (at, what) = (activity::time(beat), activity::what(beat));
        text.push_str(&format!("\n    {at}  {what}"));
    }
    text
}
