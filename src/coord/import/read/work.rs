//! Issues, fixes, and the indexes made of them.

use serde_json::Value;

use super::{OldFix, OldIssue, Reader, SourceFile, plain};
use crate::coord::fix::{State, TestResults};
use crate::coord::import::fields::{Fields, Wrong};
use crate::coord::issue::{self, Severity};
use crate::coord::names::{check_id, check_session_name, check_text, check_title, shown};
use crate::error::Result as Checked;

fn said<T>(field: &str, checked: Checked<T>) -> Result<T, Wrong> {
    checked.map_err(|error| Wrong::field(field, error.message))
}

/// A session's name under one of these names.
fn who(fields: &Fields<'_>, names: &[&str]) -> Result<Option<String>, Wrong> {
    let found = fields.text(names)?;
    if let Some(name) = &found {
        said(
            names.first().copied().unwrap_or_default(),
            check_session_name(name),
        )?;
    }
    Ok(found)
}

impl Reader<'_> {
    pub(super) fn issue(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let fields = self.fields(value)?;
        let id = fields.needed(&["issue_id", "id"])?;
        said("issue_id", check_id("issue id", &id))?;
        let title = fields.needed(&["title", "summary"])?;
        said("title", check_title("title", &title))?;
        let description = fields.words(&["description", "details"]);
        if let Some(text) = &description {
            said("description", check_text("description", text))?;
        }
        let files = fields.list(&["files", "affected_files", "files_affected"])?;
        said("files", issue::check_files(&files))?;
        let word = fields.text(&["severity", "priority"])?;
        let severity = match word {
            Some(word) => severity_of(&word)?,
            None => by_folder(&file.path),
        };
        let status = fields.text(&["status", "state"])?;
        let status = status
            .as_deref()
            .map_or(Ok(issue::Status::New), status_of)?;
        let resolution = fields.inner(&["resolution"]).ok().flatten();
        let place = resolution.as_ref().unwrap_or(&fields);
        let resolved_by = who(place, &["resolved_by", "by"])?;
        let resolved_at = place.time(&["resolved_at", "closed_at", "at"])?;
        let issue = OldIssue {
            owner: who(&fields, &["assigned_to", "owner", "claimed_by"])?,
            reporter: who(
                &fields,
                &["reported_by", "discovered_by", "reporter", "created_by"],
            )?,
            created: fields.time(&[
                "created_at",
                "reported_at",
                "discovered_at",
                "timestamp",
                "created",
            ])?,
            claimed: fields.time(&["claimed_at", "assigned_at", "started_at"])?,
            resolved: (!status.is_open()).then_some((resolved_by, resolved_at)),
            note: fields
                .text(&["resolution_notes", "note", "notes"])
                .ok()
                .flatten(),
            id: id.clone(),
            title,
            description,
            severity,
            files,
            status,
        };
        let item = self.sourced(file, &id, value, issue);
        self.batch.issues.push(item);
        Ok(())
    }

    pub(super) fn fix(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let fields = self.fields(value)?;
        let id = fields.needed(&["fix_id", "id"])?;
        said("fix_id", check_id("fix id", &id))?;
        let issue = match fields.get(&["issue_id", "issue", "resolves", "related_issue"]) {
            // One issue in a list is as good as one.
            Some((_, Value::Array(list))) if list.len() == 1 => list
                .first()
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            _ => fields.needed(&["issue_id", "issue", "resolves", "related_issue"])?,
        };
        said("issue_id", check_id("issue id", &issue))?;
        let title = fields.needed(&["title", "summary"])?;
        said("title", check_title("title", &title))?;
        let apart = fields.inner(&["implementation"])?;
        let apart = apart.as_ref().unwrap_or(&fields);
        let meta = fields.inner(&["metadata"])?;
        let meta = meta.as_ref().unwrap_or(&fields);
        let approach = apart.words(&["approach", "description", "details"]);
        if let Some(text) = &approach {
            said("approach", check_text("approach", text))?;
        }
        let files = apart.list(&["files", "files_changed", "files_modified"])?;
        said("files", issue::check_files(&files))?;
        let tested = fields.get(&["test_results", "tests", "testing"]);
        let names = [
            "implemented_by",
            "implementer",
            "proposed_by",
            "author",
            "agent",
        ];
        let implementer = match who(meta, &names)? {
            Some(name) => Some(name),
            None => who(&fields, &names)?,
        };
        let times = ["proposed_at", "implemented_at", "created_at", "timestamp"];
        let proposed = match meta.time(&times)? {
            Some(time) => Some(time),
            None => fields.time(&times)?,
        };
        let verified_by = fields.list(&["verified_by", "verifiers"])?;
        for name in &verified_by {
            said("verified_by", check_session_name(name))?;
        }
        let decided_by = who(&fields, &["applied_by", "rejected_by"])?;
        let decided_at = fields.time(&["applied_at", "rejected_at", "verified_at"])?;
        let fix = OldFix {
            state: state_of(fields.text(&["status", "state"])?.as_deref(), &file.path)?,
            lines: apart.words(&["lines", "line_range", "lines_changed"]),
            test_results: tested
                .map_or_else(TestResults::default, |(_, value)| TestResults::read(value)),
            decided: (
                decided_by.or_else(|| verified_by.last().cloned()),
                decided_at,
            ),
            reason: fields.text(&["reason", "rejection_reason"])?,
            id: id.clone(),
            issue,
            title,
            approach,
            files,
            implementer,
            proposed,
            verified_by,
        };
        let item = self.sourced(file, &id, value, fix);
        self.batch.fixes.push(item);
        Ok(())
    }

    /// An index is made from the files and not taken over; but what it lists should be there.
    pub(super) fn index(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let mut ids = Vec::new();
        listed(value, &mut ids);
        self.batch.indexes.push((file.path.clone(), ids));
        Ok(())
    }
}

/// The ids in an index of whatever form: fields called so, and keys of objects that have one.
fn listed(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| listed(item, ids)),
        Value::Object(map) => {
            for name in ["issue_id", "fix_id", "id"] {
                if let Some(Value::String(id)) = map.get(name) {
                    ids.push(id.clone());
                    return;
                }
            }
            map.values().for_each(|item| listed(item, ids));
        }
        _ => {}
    }
}

fn severity_of(word: &str) -> Result<Severity, Wrong> {
    let plain = plain(word);
    let known = Severity::ALL.into_iter().find(|one| one.word() == plain);
    known.ok_or_else(|| {
        let why = format!("\"{}\" is none of critical, high, medium, low", shown(word));
        Wrong::field("severity", why)
    })
}

fn by_folder(path: &str) -> Severity {
    let named = |one: &Severity| path.split('/').any(|part| part == one.word());
    let mut all = Severity::ALL.into_iter();
    all.find(named).unwrap_or(Severity::Medium)
}

fn status_of(word: &str) -> Result<issue::Status, Wrong> {
    Ok(match plain(word).as_str() {
        "new" | "open" | "available" => issue::Status::New,
        "in_progress" | "claimed" | "assigned" => issue::Status::InProgress,
        "review" | "in_review" => issue::Status::Review,
        "resolved" | "fixed" | "done" => issue::Status::Resolved,
        "closed" | "wontfix" => issue::Status::Closed,
        _ => {
            let why = format!(
                "\"{}\" is none of new, in_progress, review, resolved, closed",
                shown(word)
            );
            return Err(Wrong::field("status", why));
        }
    })
}

/// Where a fix lies says most about it.
fn state_of(word: Option<&str>, path: &str) -> Result<State, Wrong> {
    let by_place = State::ALL
        .into_iter()
        .find(|state| path.split('/').any(|part| part == state.word()));
    let Some(word) = word else {
        return Ok(by_place.unwrap_or(State::Proposed));
    };
    let state = match plain(word).as_str() {
        "proposed" | "pending" | "new" => State::Proposed,
        "approved" | "verified" => State::Approved,
        "applied" | "merged" | "done" => State::Applied,
        "rejected" => State::Rejected,
        _ => {
            let why = format!(
                "\"{}\" is none of proposed, approved, applied, rejected",
                shown(word)
            );
            return Err(Wrong::field("status", why));
        }
    };
    match by_place {
        Some(place) if place != state && state != State::Approved => {
            let why = format!("says {state}, but the file lies among those {place}");
            Err(Wrong::field("status", why))
        }
        _ => Ok(state),
    }
}
