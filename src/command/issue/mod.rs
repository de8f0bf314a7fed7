//! Commands on issues. Each one says what it did and what comes next, with words to copy.

pub mod agent;
pub mod claim;
pub mod list;
pub mod my_tasks;
pub mod new;
pub mod release;
pub mod reopen;
pub mod resolve;
pub mod show;

use std::io::Read as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::spec::Reply;
use super::store::{StoreCx, span};
use crate::coord::issue::form::FORM_BYTES;
use crate::coord::issue::{IssueInfo, Severity};
use crate::coord::{Actor, ClaimKey, lease};
use crate::error::{Error, Result};

/// An answer with the commands that may follow it.
pub(super) fn with_next(text: String, mut data: Value, next: &[String]) -> Reply {
    if let Some(fields) = data.as_object_mut() {
        fields.insert("next".to_owned(), json!(next));
    }
    let mut text = text;
    if !next.is_empty() {
        text.push_str("\nnext:");
        for step in next {
            text.push_str(&format!("\n  {step}"));
        }
    }
    Reply::new(text, data)
}

/// The acting session, under the claim behind an issue if its token is shown.
pub(super) fn acting(cx: &mut StoreCx, issue: &str, token: Option<u64>) -> Result<Actor> {
    let actor = cx.acting()?;
    Ok(match token {
        Some(token) => actor.under(ClaimKey::canonical(&format!("issue/{issue}"))?, token),
        None => actor,
    })
}

/// The text of a form: a file relative to where the command was typed, or standard input for `-`.
pub(super) fn read_form(cx: &StoreCx, file: &str) -> Result<String> {
    let mut text = String::new();
    // One byte more than allowed shows that it is too long.
    let limit = FORM_BYTES as u64 + 1;
    if file == "-" {
        std::io::stdin()
            .take(limit)
            .read_to_string(&mut text)
            .map_err(|error| Error::usage(format!("cannot read the form: {error}")))?;
        return Ok(text);
    }
    let path = cx.cwd.join(file);
    let read =
        std::fs::File::open(&path).and_then(|opened| opened.take(limit).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(Error::usage(format!(
            "cannot read the form {}: {error}",
            path.display()
        ))
        .with_hint("--template prints an empty one")),
    }
}

/// The lists of files that were given, each with or without commas.
pub(super) fn files(given: &[String]) -> Vec<String> {
    let parts = given
        .iter()
        .flat_map(|words| crate::coord::issue::form::split(words));
    parts.collect()
}

/// A time to wait: `30s`.
pub(super) fn patience(text: &str) -> Result<Duration, String> {
    lease::parse_duration(text).map_err(|error| error.message)
}

/// How long a claim lasts: `2h`.
pub(super) fn ttl(text: &str) -> Result<Duration, String> {
    lease::parse_ttl(text).map_err(|error| error.message)
}

/// One issue as a line for people, its severity left out.
pub(super) fn line(issue: &IssueInfo) -> String {
    let owner = issue.owner_name.as_ref().map(|name| {
        let left = issue
            .expires_in_ms
            .map(|left| format!(", {} left", span(left)));
        format!(" ({name}{})", left.unwrap_or_default())
    });
    let end = issue.resolved_by.as_ref().map(|name| format!(" by {name}"));
    let fix = issue.waiting_fix.as_ref();
    let fix = fix.map_or(String::new(), |fix| format!(" [{fix}]"));
    format!(
        "{:<10} {}{}: {}{fix}",
        issue.id,
        issue.status,
        owner.or(end).unwrap_or_default(),
        issue.title
    )
}

/// Issues under headings of their severities.
pub(super) fn by_severity(issues: &[IssueInfo]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut last: Option<Severity> = None;
    for issue in issues {
        if last != Some(issue.severity) {
            lines.push(format!("{}:", issue.severity.word().to_uppercase()));
            last = Some(issue.severity);
        }
        lines.push(format!("  {}", line(issue)));
    }
    lines
}
