//! `claim`.

use std::time::Duration;

use clap::Args;

use crate::cli::output::say;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::{ClaimRequest, lease};
use crate::error::Result;

/// Claim files, tasks or anything else, so that nobody else touches them
///
/// KIND/NAME (task/T1) or a path or pattern (src/main.rs, 'src/**'). All of them are granted or
/// none. A claim ends by itself after its time; work in the pane renews it, and the end of the
/// session frees it.
#[derive(Debug, Clone, Args)]
pub struct Claim {
    /// What to claim
    #[arg(required = true, value_name = "KIND/NAME|PATH")]
    pub what: Vec<String>,
    /// How long it lasts without renewal: 30s, 10m, 2h [default: 60m]
    #[arg(long, value_name = "TIME", value_parser = ttl)]
    pub ttl: Option<Duration>,
    /// Others may hold it too, if they share it
    #[arg(long)]
    pub shared: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// If somebody holds it, queue for it this long
    #[arg(long, value_name = "TIME", value_parser = patience)]
    pub wait: Option<Duration>,
}

fn ttl(text: &str) -> Result<Duration, String> {
    lease::parse_ttl(text).map_err(|error| explain(&error))
}

fn patience(text: &str) -> Result<Duration, String> {
    lease::parse_duration(text).map_err(|error| explain(&error))
}

fn explain(error: &crate::error::Error) -> String {
    match &error.hint {
        Some(hint) => format!("{} ({hint})", error.message),
        None => error.message.clone(),
    }
}

impl Run<StoreCx> for Claim {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let keys = super::keys(cx, &self.what)?;
        let actor = cx.acting()?;
        // A time of the person's own setting counts like one given here.
        let usual = cx.settings().claims.ttl;
        let request = ClaimRequest {
            keys,
            ttl: self.ttl.or((usual != lease::DEFAULT_TTL).then_some(usual)),
            shared: self.shared,
            reason: self.reason,
        };
        let quiet = cx.quiet;
        let coord = cx.coord()?;
        let granted = match self.wait {
            None => coord.claim(&actor, &request)?,
            Some(limit) => coord.claim_waiting(&actor, &request, limit, |error| {
                if !quiet {
                    let limit = span(limit.as_millis() as u64);
                    say(&format!("{}; waiting up to {limit}", error.message));
                }
            })?,
        };
        Ok(super::report("claimed", &granted.claims))
    }
}
