//! Reports: what there is to say about issues, fixes and who did what, at one revision.
//!
//! A report is data first and Markdown made from it; both are bounded, however much there is. A
//! saved report is a record like any other, so that it and the time of its making are written
//! together, and its file can be made again from the store.

mod activity;
mod fixes;
mod issues;

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use activity::{ActivityReport, Agent, Failure};
pub(super) use activity::{Tally, UNKNOWN};
pub use fixes::{FixLine, FixesReport};
pub use issues::{IssueLine, IssuesReport};

use super::Moment;
use super::audit::{self, Deed};
use super::facade::Coord;
use super::readable::markdown::when;
use super::schema::Session;
use crate::error::Result;
use crate::store::{View, put_json};

/// What the keys of all saved reports begin with.
pub const PREFIX: &str = "report/";
/// The version of the reports' data: fields may be added, none changes its meaning.
pub const SCHEMA: u32 = 1;
/// Rows of each list in a report.
const ROWS: usize = 500;

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// Issues by severity and status, with ages and owners.
    Issues,
    /// What was applied, by whom, who vouches for it, how it was tested.
    Fixes,
    /// Who did what, refused attempts too.
    Activity,
}

impl Subject {
    /// All of them.
    pub const ALL: [Subject; 3] = [Subject::Issues, Subject::Fixes, Subject::Activity];

    /// Its word: `issues`.
    pub fn word(self) -> &'static str {
        match self {
            Subject::Issues => "issues",
            Subject::Fixes => "fixes",
            Subject::Activity => "activity",
        }
    }
}

/// When a report was made, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Its name: `issues`.
    pub name: String,
    /// The version of its data.
    pub schema: u32,
    /// The revision it tells of.
    pub revision: u64,
    /// When it was made, UTC.
    pub generated_at: Timestamp,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// When it was made, and of what.
    #[serde(flatten)]
    pub meta: Meta,
    /// What it says.
    #[serde(flatten)]
    pub content: Content,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// Of issues.
    Issues(IssuesReport),
    /// Of fixes.
    Fixes(FixesReport),
    /// Of activity.
    Activity(ActivityReport),
}

/// A report that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// When it was made, and of what.
    pub meta: Meta,
    /// Its Markdown.
    pub text: String,
}

impl Report {
    /// Makes it.
    ///
    /// # Errors
    /// Only the store's.
    pub fn of(view: &dyn View, at: &Moment<'_>, subject: Subject) -> Result<Report> {
        let content = match subject {
            Subject::Issues => Content::Issues(issues::make(view, at)?),
            Subject::Fixes => Content::Fixes(fixes::make(view)?),
            Subject::Activity => Content::Activity(activity::make(view)?),
        };
        Ok(Report {
            meta: Meta {
                name: subject.word().to_owned(),
                schema: SCHEMA,
                revision: view.revision(),
                generated_at: at.now.wall,
            },
            content,
        })
    }

    /// Its Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let title = match &self.content {
            Content::Issues(_) => "Issues",
            Content::Fixes(_) => "Fixes",
            Content::Activity(_) => "Activity of the agents",
        };
        let meta = &self.meta;
        let _ = writeln!(
            out,
            "# {title}\n\nGenerated {} at revision {}, schema {}.",
            when(meta.generated_at),
            meta.revision,
            meta.schema
        );
        match &self.content {
            Content::Issues(report) => report.markdown(&mut out),
            Content::Fixes(report) => report.markdown(&mut out),
            Content::Activity(report) => report.markdown(&mut out),
        }
        out
    }
}

/// The saved reports, by name.
///
/// # Errors
/// Only the store's.
pub fn saved(view: &dyn View) -> Result<Vec<Saved>> {
    let records = view.range(PREFIX)?;
    records.iter().map(|record| record.decode()).collect()
}

impl Coord {
    /// Makes a report.
    ///
    /// # Errors
    /// Only the store's.
    pub fn report(&self, subject: Subject) -> Result<Report> {
        self.read(|view, at| Report::of(view, at, subject))
    }

    /// Saves reports, each in the place of the one before it, on behalf of a session if one is known.
    /// They tell what was at their own revision, which is an earlier one.
    ///
    /// # Errors
    /// Only the store's.
    pub fn save_reports(&self, by: Option<&Session>, reports: &[Report]) -> Result<()> {
        let names: Vec<&str> = reports
            .iter()
            .map(|report| report.meta.name.as_str())
            .collect();
        let deed = Deed::new("report", names.join(" "));
        let now = self.clock.now();
        let (id, name) = (by.map(|by| &by.id), by.map(|by| by.name.as_str()));
        let saved = self.store.transact(&mut |tx| {
            for report in reports {
                let saved = Saved {
                    meta: report.meta.clone(),
                    text: report.markdown(),
                };
                put_json(tx, &format!("{PREFIX}{}", report.meta.name), &saved)?;
            }
            audit::record(tx, now.wall, id, name, &deed, None)
        });
        self.catch_up();
        saved.map(drop)
    }

    /// When each report was saved last, so that one can tell whether it is fresh.
    ///
    /// # Errors
    /// Only the store's.
    pub fn saved_reports(&self) -> Result<Vec<Meta>> {
        self.read(|view, _| Ok(saved(view)?.into_iter().map(|saved| saved.meta).collect()))
    }
}

/// The one in the middle; none of none.
fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    middle(&values)
}

/// The one in the middle of sorted values; none of none.
pub(super) fn middle(sorted: &[u64]) -> Option<u64> {
    sorted.get(sorted.len() / 2).copied()
}

/// Seconds from one time to a later one.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_second() - from.as_second()).unwrap_or(0)
}
