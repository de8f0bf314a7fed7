//! `import`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::gather::gather;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::Coord;
use crate::coord::import::{Batch, Kind, Outcome};
use crate::error::{Error, Result};

/// Refusals that people see; --json has them all.
const REFUSED: usize = 50;

/// Take over tasks, issues, fixes, claims, sessions, messages and trails that older tools wrote
///
/// PATH is a file or a directory: one of task files (tasks/task_*.json, claude_sessions.json,
/// heartbeats/), of sessions (sessions/, heartbeats/, claims/, messages/broadcast/, messages/direct/),
/// of issues and fixes (issues/SEVERITY/, fixes/proposed|applied/, coordination.json,
/// agent_heartbeats.json, audit_log.jsonl, *.lock/), or of agents (heartbeat.yaml, events.yaml,
/// chat-log.yaml, states, active/*.md). What a file holds is told from its place and name.
///
/// All that is accepted comes in at once, with its own ids and times (UTC, unless a zone is named);
/// what is wrong is refused by file and field, and exits with 1. Running it again takes over what is
/// new and nothing twice. Sessions come in as ended; work that was in hand is free again.
///
/// stoa import docs/coordination --dry-run
///
/// stoa import old-issue.json --from issues
#[derive(Debug, Clone, Args)]
pub struct Import {
    /// The file or directory
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// What to take over; may be given several times
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub from: Vec<From>,
    /// Only tell what would come of it
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

/// What to take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Everything that is found.
    Auto,
    /// This.
    Only(Kind),
}

impl ValueEnum for From {
    fn value_variants<'a>() -> &'a [From] {
        const ALL: [From; 9] = [
            From::Auto,
            From::Only(Kind::Sessions),
            From::Only(Kind::States),
            From::Only(Kind::Issues),
            From::Only(Kind::Fixes),
            From::Only(Kind::Tasks),
            From::Only(Kind::Claims),
            From::Only(Kind::Messages),
            From::Only(Kind::Audit),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(match self {
            From::Auto => clap::builder::PossibleValue::new("auto"),
            From::Only(kind) => clap::builder::PossibleValue::new(kind.word()),
        })
    }
}

impl Run<StoreCx> for Import {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let only: BTreeSet<Kind> = self
            .from
            .iter()
            .filter_map(|from| match from {
                From::Auto => None,
                From::Only(kind) => Some(*kind),
            })
            .collect();
        let path = cx.cwd.join(&self.path);
        let path = path.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                Error::usage(format!("there is no {} to import", path.display()))
            }
            _ => Error::io("read", &path, &error),
        })?;
        let gathered = gather(&path, only.len() == 1)?;
        let mut batch = Batch::read(&gathered.files, &only);
        batch.add_refused(gathered.refused, &only);
        if batch.is_empty() {
            return Err(Error::usage(format!(
                "{} holds nothing that could be imported",
                path.display()
            ))
            .with_hint("stoa import --help lists the layouts; --from says what a single file is"));
        }
        let origin = path.to_string_lossy().into_owned();
        let outcome = if self.dry_run && cx.existing()?.is_none() {
            // Where there is no workspace yet, none is made for a look.
            Coord::passing()?.import(None, &origin, &batch, true)?
        } else {
            let by = match cx.actor.is_some() {
                true => Some(cx.actor()?),
                false => None,
            };
            (cx.coord()?).import(by.as_ref(), &origin, &batch, self.dry_run)?
        };
        let data = json!({
            "path": origin,
            "dry_run": self.dry_run,
            "kinds": outcome.kinds,
            "refused": outcome.refused,
            "notes": outcome.notes,
        });
        let code = u8::from(!outcome.refused.is_empty());
        Ok(Reply::new(text(&outcome, self.dry_run), data).exits(code))
    }
}

fn text(outcome: &Outcome, dry_run: bool) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{:<10} imported  already here  refused", "");
    for kind in Kind::ALL {
        if let Some(counts) = outcome.kinds.get(&kind) {
            let _ = writeln!(
                out,
                "{:<10} {:>8} {:>13} {:>8}",
                kind.word(),
                counts.imported,
                counts.already,
                counts.refused
            );
        }
    }
    for note in &outcome.notes {
        let _ = writeln!(out, "note: {note}");
    }
    for refused in outcome.refused.iter().take(REFUSED) {
        let _ = writeln!(out, "refused {}: {refused}", refused.kind);
    }
    if let Some(more) = outcome.refused.len().checked_sub(REFUSED + 1) {
        let _ = writeln!(out, "and {} more refused: --json lists them", more + 1);
    }
    let _ = match (dry_run, outcome.refused.is_empty()) {
        (true, _) => writeln!(out, "nothing was changed; without --dry-run it is done"),
        (false, false) => writeln!(
            out,
            "mend what was refused and run it again: nothing comes in twice"
        ),
        (false, true) => writeln!(
            out,
            "see it: stoa task board, stoa issue list, stoa doctor --verify"
        ),
    };
    out.trim_end().to_owned()
}
