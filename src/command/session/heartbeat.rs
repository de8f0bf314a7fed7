//! `heartbeat`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::Heartbeat as Beat;
use crate::error::{Error, Result};

/// Say that a session is alive, and what it is doing
///
/// What is not given stays as it was; empty text takes it away. Claims without a time of their own
/// last as long as heartbeats come.
///
/// stoa heartbeat --working-on "the parser" --phase BUILD --progress 25
#[derive(Debug, Clone, Default, Args)]
pub struct Heartbeat {
    /// What it is working on
    #[arg(value_name = "WORKING_ON", conflicts_with = "working_on")]
    pub doing: Option<String>,
    /// What it is working on
    #[arg(long, value_name = "TEXT")]
    pub working_on: Option<String>,
    /// The phase of the work: SPECS, BUILD, PRODUCTION, or your own words
    #[arg(long)]
    pub phase: Option<String>,
    /// How far it is, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub progress: Option<u8>,
    /// What comes next
    #[arg(long, value_name = "TEXT")]
    pub next: Option<String>,
    /// The task it is at
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// What its agent is in the middle of: working, blocked, idle, …
    #[arg(long = "status", value_name = "WORD")]
    pub status: Option<String>,
}

/// `25` or `25%`.
pub(in crate::command) fn percent(text: &str) -> Result<u8, String> {
    let number = text.trim().trim_end_matches('%').trim();
    match number.parse() {
        Ok(percent @ 0..=100) => Ok(percent),
        _ => Err("progress is a percentage from 0 to 100, such as 25%".to_owned()),
    }
}

impl Run<StoreCx> for Heartbeat {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let beat = Beat {
            working_on: self.working_on.or(self.doing),
            phase: self.phase,
            progress: self.progress,
            next_action: self.next,
            task: self.task,
            state: self.status,
        };
        cx.coord()?.heartbeat(&actor, &beat)?;
        let session = cx.coord()?.whoami(&actor.session)?;
        let latest = session.activity.last();
        Ok(Reply::new(
            "",
            json!({
                "id": session.id.as_str(),
                "name": session.name,
                "working_on": session.working_on,
                "phase": session.phase,
                "progress": session.progress,
                "next_action": session.next_action,
                "task": session.task,
                "state": session.state,
                "at": latest.map(|latest| latest.at.to_string()),
            }),
        ))
    }
}

/// What a session says of itself, one thing after the other: `at T1, building, BUILD, 25 %`.
pub(in crate::command) fn phrase(
    working_on: Option<&str>,
    task: Option<&str>,
    phase: Option<&str>,
    progress: Option<u8>,
    next: Option<&str>,
) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(working_on.map(str::to_owned));
    parts.extend(task.map(|task| format!("task {task}")));
    parts.extend(phase.map(|phase| format!("in {phase}")));
    parts.extend(progress.map(|progress| format!("{progress} %")));
    parts.extend(next.map(|next| format!("next: {next}")));
    parts.join(", ")
}

/// The record of a session as JSON.
///
/// # Errors
/// It has no JSON form, which is a bug.
pub(in crate::command) fn as_json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value> {
    serde_json::to_value(value)
        .map_err(|error| Error::internal(format!("an answer has no JSON form: {error}")))
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn progress_may_have_a_percent_sign() {
        for (text, expected) in [("25", Some(25)), ("80%", Some(80)), ("100 %", Some(100))] {
            assert_eq!(percent(text).ok(), expected);
        }
        for bad in ["", "101", "-1", "half", "%"] {
            assert!(percent(bad).is_err(), "{bad}");
        }
    }
}
