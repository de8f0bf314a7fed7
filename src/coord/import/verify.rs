//! Whether what was taken over is still here, and still what its files say.

use std::collections::BTreeSet;

use super::Kind;
use super::ledger;
use super::read::{Batch, Sourced};
use crate::coord::doctor::Finding;
use crate::coord::facade::Coord;
use crate::coord::{fix, issue, task};
use crate::error::Result;
use crate::store::View;

/// Names told in one finding.
const NAMES: usize = 10;

impl Coord {
    /// Compares what was imported with the store, and with the files it came from where they are
    /// still to be found. `read` gives what a place holds, `None` if there is no such place.
    ///
    /// # Errors
    /// Only the store's.
    pub fn verify_imports(&self, read: &dyn Fn(&str) -> Option<Batch>) -> Result<Vec<Finding>> {
        self.read(|view, _| {
            let origins = ledger::origins(view)?;
            if origins.is_empty() {
                return Ok(Vec::new());
            }
            let mut findings = vec![gone(view)?];
            for origin in origins {
                let Some(batch) = read(&origin.path) else {
                    let message = format!("{} is not there any more to compare with", origin.path);
                    findings.push(Finding::note("imports", message));
                    continue;
                };
                findings.push(compared(view, &origin.path, &batch)?);
            }
            Ok(findings)
        })
    }
}

/// Issues, fixes and tasks are never removed, so what was taken over must be here.
fn gone(view: &dyn View) -> Result<Finding> {
    let mut gone = Vec::new();
    let mut count = 0;
    for kind in [Kind::Issues, Kind::Fixes, Kind::Tasks] {
        for id in ledger::all(view, kind)? {
            count += 1;
            let here = match kind {
                Kind::Issues => issue::get(view, &id)?.is_some(),
                Kind::Fixes => fix::get(view, &id)?.is_some(),
                _ => task::record::find(view, &id)?.is_some(),
            };
            if !here {
                gone.push(id);
            }
        }
    }
    Ok(match gone.as_slice() {
        [] => {
            let message = format!("{count} imported issues, fixes and tasks are all here");
            Finding::ok("imports", message)
        }
        gone => {
            let message = format!("imported, and not here any more: {}", names(gone));
            Finding::problem("imports", message).with_hint("restore store.db from a backup")
        }
    })
}

fn compared(view: &dyn View, path: &str, batch: &Batch) -> Result<Finding> {
    let mut differ = Differ::default();
    differ.look(view, Kind::Sessions, &batch.sessions)?;
    differ.look(view, Kind::States, &batch.states)?;
    differ.look(view, Kind::Issues, &batch.issues)?;
    differ.look(view, Kind::Fixes, &batch.fixes)?;
    differ.look(view, Kind::Tasks, &batch.tasks)?;
    differ.look(view, Kind::Claims, &batch.claims)?;
    differ.look(view, Kind::Messages, &batch.messages)?;
    differ.look(view, Kind::Audit, &batch.events)?;
    let missing = differ.missing.len() + batch.refused.len();
    if differ.changed.is_empty() && missing == 0 {
        let message = format!("{path} holds {} things, all imported", differ.same);
        return Ok(Finding::ok("imports", message));
    }
    let mut parts = Vec::new();
    if !differ.changed.is_empty() {
        let names = names(&differ.changed);
        parts.push(format!("changed since they were imported: {names}"));
    }
    if missing > 0 {
        let refused = batch.refused.iter().map(|refused| refused.file.clone());
        let all: Vec<String> = differ.missing.iter().cloned().chain(refused).collect();
        parts.push(format!("not imported: {}", names(&all)));
    }
    let message = format!("{path}: {}", parts.join("; "));
    Ok(Finding::note("imports", message).with_hint(format!("stoa import {path}")))
}

#[derive(Default)]
struct Differ {
    same: usize,
    changed: Vec<String>,
    missing: Vec<String>,
}

impl Differ {
    fn look<T>(&mut self, view: &dyn View, kind: Kind, items: &[Sourced<T>]) -> Result<()> {
        for item in items {
            match ledger::find(view, kind, &item.identity)? {
                Some(known) if known.hash == item.hash => self.same += 1,
                Some(_) => self.changed.push(item.file.clone()),
                None => self.missing.push(item.file.clone()),
            }
        }
        Ok(())
    }
}

/// The first of these names, each once.
fn names(all: &[String]) -> String {
    let all: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    let mut told: Vec<&str> = all.iter().copied().take(NAMES).collect();
    let more = format!("and {} more", all.len().saturating_sub(NAMES));
    if all.len() > NAMES {
        told.push(&more);
    }
    told.join(", ")
}
