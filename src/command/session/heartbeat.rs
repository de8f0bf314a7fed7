//! `heartbeat`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::Heartbeat as Beat;
use crate::error::Result;

/// Say that a session is alive, and what it is doing
///
/// What is not given stays as it was.
#[derive(Debug, Clone, Args)]
pub struct Heartbeat {
    /// What it is working on
    pub working_on: Option<String>,
    /// The phase of the work
    #[arg(long)]
    pub phase: Option<String>,
    /// How far it is, in percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub progress: Option<u8>,
    /// What comes next
    #[arg(long, value_name = "TEXT")]
    pub next: Option<String>,
    /// What it is in the middle of: working, blocked, idle, …
    #[arg(long = "status", value_name = "WORD")]
    pub status: Option<String>,
}

impl Run<StoreCx> for Heartbeat {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let beat = Beat {
            working_on: self.working_on,
            phase: self.phase,
            progress: self.progress,
            next_action: self.next,
            state: self.status,
        };
        cx.coord()?.heartbeat(&actor, &beat)?;
        let session = cx.coord()?.whoami(&actor.session)?;
        Ok(Reply::new(
            "",
            json!({
                "id": session.id.as_str(),
                "name": session.name,
                "working_on": session.working_on,
                "phase": session.phase,
                "progress": session.progress,
                "next_action": session.next_action,
                "state": session.state,
            }),
        ))
    }
}
