//! `task claim`.

use std::time::Duration;

use clap::Args;

use super::{claimed, under};
use crate::cli::output::say;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::task::{ClaimTask, Waited, record};
use crate::coord::{Actor, ClaimRequest, Which, lease};
use crate::error::{Kind, Result};

/// Take a task in hand, so that nobody else does it; adds it if it is described and missing
///
/// It is the claim of task/ID: it ends by itself after its time, work in the pane renews it, and the
/// end of the session frees it. A lost task is available again, with one attempt more.
///
/// stoa task claim TESTS
#[derive(Debug, Clone, Args)]
pub struct Claim {
    /// Which task
    pub id: String,
    /// What it is about, if it is not there yet
    pub description: Option<String>,
    /// Open it again if it is finished
    #[arg(long)]
    pub reopen: bool,
    /// Although it was given to another session, or there is one like it
    #[arg(long)]
    pub force: bool,
    /// How long it lasts without renewal: 30s, 10m, 2h [default: 60m]
    #[arg(long, value_name = "TIME", value_parser = ttl)]
    pub ttl: Option<Duration>,
    /// If somebody has it in hand, queue for it this long
    #[arg(long, value_name = "TIME", value_parser = patience)]
    pub wait: Option<Duration>,
}

fn ttl(text: &str) -> Result<Duration, String> {
    lease::parse_ttl(text).map_err(|error| error.message)
}

fn patience(text: &str) -> Result<Duration, String> {
    lease::parse_duration(text).map_err(|error| error.message)
}

impl Run<StoreCx> for Claim {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = under(cx.acting()?, &self.id, None)?;
        // What it takes to wait in line is not what is done once.
        let plain = Actor::new(actor.session.clone());
        let ttl = self.ttl;
        let request = ClaimTask {
            id: self.id.clone(),
            description: self.description,
            reopen: self.reopen,
            force: self.force,
            ttl,
        };
        let quiet = cx.quiet;
        let coord = cx.coord()?;
        let done = match (coord.claim_task(&actor, &request), self.wait) {
            (Err(error), Some(limit)) if error.kind == Kind::Held => {
                if !quiet {
                    let limit = span(limit.as_millis() as u64);
                    say(&format!("{}; waiting up to {limit}", error.message));
                }
                let key = record::claim_key(&self.id)?;
                let ask = ClaimRequest {
                    ttl,
                    ..ClaimRequest::of(vec![key.clone()])
                };
                coord.claim_within(&plain, &ask, limit)?;
                let done = coord.claim_task_after(&actor, &request, Waited::Yes);
                if done.is_err() {
                    // It was finished meanwhile: the claim alone is of no use.
                    coord.release(&plain, &Which::keys([key]))?;
                }
                done?
            }
            (at_once, _) => at_once?,
        };
        claimed(&done)
    }
}
