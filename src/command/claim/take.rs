//! `claim`.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::cli::output::say;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::command::times;
use crate::config::workspace::Workspace;
use crate::coord::pick::Conflict;
use crate::coord::wait::Waiting;
use crate::coord::{ClaimKey, ClaimRequest};
use crate::error::{Error, Result};

/// Claim files, tasks or anything else, so that nobody else touches them
///
/// KIND/NAME (task/T1) or a path or pattern (src/main.rs, 'src/**'). All of them are granted or
/// none. A claim ends by itself after its time; work in the pane renews it, and the end of the
/// session frees it. In its last fifth its holder is told.
///
/// stoa claim src/parser.rs --reason "fixing tabs" --wait 5m
#[derive(Debug, Clone, Default, Args)]
pub struct Claim {
    /// What to claim
    #[arg(required = true, value_name = "KIND/NAME|PATH")]
    pub what: Vec<String>,
    /// How long it lasts without renewal: 30s, 10m, 2h [default: 60m]
    #[arg(long, value_name = "TIME", value_parser = times::ttl)]
    pub ttl: Option<Duration>,
    /// Others may hold it too, if they share it
    #[arg(long)]
    pub shared: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// If somebody holds it, queue for it this long
    #[arg(long, value_name = "TIME", value_parser = times::patience)]
    pub wait: Option<Duration>,
    /// How urgent it is, -100 to 100: in the queue the larger goes first
    #[arg(long, value_name = "NUMBER", default_value_t = 0, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i32).range(-100..=100))]
    pub priority: i32,
    /// Only the first of them that nobody has; a pattern of files stands for those there are
    #[arg(long, visible_alias = "from", conflicts_with_all = ["wait", "force", "check"])]
    pub next: bool,
    /// Take it from whoever has it; needs --reason, which the holder is told
    #[arg(long, requires = "reason", conflicts_with = "wait")]
    pub force: bool,
    /// Claim nothing, say what is in the way; exit code 1 if anything is
    #[arg(long, conflicts_with_all = ["wait", "force"])]
    pub check: bool,
}

impl Run<StoreCx> for Claim {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.check {
            return self.check(cx);
        }
        let keys = super::keys_in_store(cx, &self.what)?;
        let actor = cx.acting()?;
        let request = ClaimRequest {
            keys,
            ttl: self.ttl,
            shared: self.shared,
            reason: self.reason,
            priority: self.priority,
        };
        let quiet = cx.quiet;
        let listed = self.next.then(|| listed(cx, &request.keys));
        let coord = cx.coord()?;
        let granted = match (listed, self.force, self.wait) {
            (Some(listed), ..) => coord.claim_first(&actor, &request, listed)?,
            (_, true, _) => coord.force_claim(&actor, &request)?,
            (_, _, None) => coord.claim(&actor, &request)?,
            (_, _, Some(limit)) => coord.claim_waiting(&actor, &request, limit, |waiting| {
                if quiet {
                    return;
                }
                match waiting {
                    Waiting::Behind(error) => {
                        let limit = span(limit.as_millis() as u64);
                        say(&format!("{}; waiting up to {limit}", error.message));
                    }
                    Waiting::Place(place) => say(&format!("number {place} in line")),
                }
            })?,
        };
        Ok(super::report("claimed", &granted.claims))
    }
}

/// What one of them is to be picked from.
fn listed(cx: &StoreCx, keys: &[ClaimKey]) -> Result<Vec<ClaimKey>> {
    let linked = Workspace::linked_worktree(&cx.cwd, &cx.root);
    super::files::listed(linked.as_ref().unwrap_or(&cx.root), keys)
}

impl Claim {
    /// What is in the way, for whoever acts, if anybody is known to.
    fn check(&self, cx: &mut StoreCx) -> Result<Reply> {
        let id = cx.known().map(|session| session.id);
        let reader = cx.reader()?;
        let meanings = super::meanings(cx, &self.what)?;
        let keys = super::keys(reader.as_ref(), id.as_ref(), meanings)?;
        let conflicts = match reader {
            Some(coord) => coord.conflicts(id.as_ref(), &keys, self.shared, self.priority)?,
            None => Vec::new(),
        };
        let lines: Vec<String> = conflicts.iter().map(line).collect();
        let names: Vec<&str> = keys.iter().map(ClaimKey::as_str).collect();
        let text = match lines.is_empty() {
            true => format!("free: {}", names.join(", ")),
            false => lines.join("\n"),
        };
        let rows = serde_json::to_value(&conflicts)
            .map_err(|error| Error::internal(format!("conflicts have no JSON form: {error}")))?;
        let free = conflicts.is_empty();
        let data = json!({ "free": free, "keys": names, "conflicts": rows });
        Ok(Reply::answer(free, text, data))
    }
}

fn line(conflict: &Conflict) -> String {
    let what = match conflict.asked == conflict.key {
        true => conflict.key.to_string(),
        false => format!("{} overlaps {}, which", conflict.asked, conflict.key),
    };
    let left = span(conflict.left_ms);
    let how = if conflict.shared { " (shared)" } else { "" };
    let mut line = match conflict.place {
        None => format!("{what} is held by {}{how}, {left} left", conflict.name),
        Some(place) => format!(
            "{what} is waited for by {}{how}, number {place} in line",
            conflict.name
        ),
    };
    if let Some(reason) = &conflict.reason {
        line.push_str(&format!(": {reason}"));
    }
    line
}
