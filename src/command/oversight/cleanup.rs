//! `cleanup`.

use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::cleanup::{Cleaned, Cleanup as Work};
use crate::coord::lease;
use crate::error::{Error, Result};

/// Remove what the dead left and what is too old: claims, heartbeats, ended sessions, old audit lines
///
/// What still binds somebody is never touched. Old lines of audit.jsonl go to archive/ in the state
/// directory.
///
/// stoa cleanup --dry-run
#[derive(Debug, Clone, Args)]
pub struct Cleanup {
    /// Only show what would be removed
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Heartbeats and ended sessions older than this go: 12h, 24h, 90m
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = age)]
    pub older_than: Duration,
    /// Audit lines older than this go to the archive, but for the newest thousand
    #[arg(long, value_name = "TIME", default_value = "720h", value_parser = age)]
    pub audit_older_than: Duration,
}

fn age(text: &str) -> Result<Duration, String> {
    lease::parse_duration(text).map_err(|error| error.message)
}

fn signed(age: Duration) -> Result<SignedDuration> {
    SignedDuration::try_from(age).map_err(|_| Error::usage("that is too long a time"))
}

impl Run<StoreCx> for Cleanup {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if cx.existing()?.is_none() {
            return Ok(Reply::new(
                "no state yet: nothing to clean up",
                json!({ "dry_run": self.dry_run, "removed": Cleaned::default() }),
            ));
        }
        let work = Work {
            older_than: signed(self.older_than)?,
            audit_older_than: signed(self.audit_older_than)?,
            dry_run: self.dry_run,
        };
        let cleaned = cx.coord()?.cleanup(&work)?;
        let data = json!({ "dry_run": self.dry_run, "removed": cleaned });
        Ok(Reply::new(text(&cleaned, self.dry_run), data))
    }
}

fn text(cleaned: &Cleaned, dry_run: bool) -> String {
    if cleaned.is_nothing() {
        return "nothing to clean up".to_owned();
    }
    let names = |names: &[String]| names.join(", ");
    let rows = [
        (
            cleaned.ended.len(),
            "dead sessions ended",
            names(&cleaned.ended),
        ),
        (cleaned.claims, "stale claims removed", String::new()),
        (
            cleaned.values,
            "shared values that ran out removed",
            String::new(),
        ),
        (
            cleaned.heartbeats,
            "old heartbeats forgotten",
            String::new(),
        ),
        (
            cleaned.forgotten.len(),
            "ended sessions forgotten",
            names(&cleaned.forgotten),
        ),
        (cleaned.archived, "audit lines archived", String::new()),
    ];
    let mut lines: Vec<String> = rows
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, names)| match names.as_str() {
            "" => format!("{count} {what}"),
            names => format!("{count} {what}: {names}"),
        })
        .collect();
    if dry_run {
        lines.push("nothing was changed; without --dry-run it is done".to_owned());
    }
    lines.join("\n")
}
