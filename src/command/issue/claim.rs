//! `issue claim`.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::{acting, patience, ttl, with_next};
use crate::cli::output::say;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::ClaimRequest;
use crate::coord::wait::Waiting;
use crate::error::Result;

/// Claim an issue to work on it: nobody else can until it is released, fixed or lost
///
/// stoa issue claim ISSUE-1 --wait 30s
///
/// The claim is a lease: work in the pane renews it, and the end of the session gives the issue
/// back to everybody.
#[derive(Debug, Clone, Args)]
pub struct IssueClaim {
    /// Its id
    #[arg(value_name = "ID")]
    pub issue: String,
    /// If somebody has it, wait in line this long
    #[arg(long, value_name = "TIME", value_parser = patience)]
    pub wait: Option<Duration>,
    /// How long it lasts without renewal: 30s, 10m, 2h [default: 60m]
    #[arg(long, value_name = "TIME", value_parser = ttl)]
    pub ttl: Option<Duration>,
    /// Why, for those who find it taken
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

impl Run<StoreCx> for IssueClaim {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = acting(cx, &self.issue, None)?;
        let request = ClaimRequest {
            ttl: self.ttl,
            reason: self.reason,
            ..ClaimRequest::of(Vec::new())
        };
        let quiet = cx.quiet;
        let patience = self.wait.unwrap_or_default();
        let tell = |waiting: Waiting<'_>| {
            let limit = span(patience.as_millis() as u64);
            match waiting {
                _ if quiet => {}
                Waiting::Behind(error) => {
                    say(&format!("{}; waiting up to {limit}", error.message));
                }
                Waiting::Place(place) => say(&format!("number {place} in line")),
            }
        };
        let claimed = cx
            .coord()?
            .issue_claim(&actor, &self.issue, &request, patience, tell)?;
        let (issue, claim) = (&claimed.issue, &claimed.claim);
        let id = &issue.id;
        let text = format!(
            "claimed {id} ({}) for {} (token {}): {}",
            issue.severity,
            span(claim.expires_in * 1000),
            claim.token,
            issue.title
        );
        let next = [
            format!("stoa issue show {id}"),
            format!(
                "stoa fix propose --issue {id} --title \"WHAT IT DOES\" --approach \"HOW\" --files PATHS --tested"
            ),
            format!("stoa issue release {id} --reason \"blocked\""),
        ];
        let data = json!({
            "issue": issue,
            "claim": { "key": claim.key, "token": claim.token, "expires_in": claim.expires_in },
        });
        Ok(with_next(text, data, &next))
    }
}
