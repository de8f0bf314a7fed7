//! `issues/SEVERITY/ID.json`, the list of them, and what is open on the board.

use serde_json::{Value, json};

use super::markdown::{heading, more, table, when};
use super::{Changed, Family, ROWS, pretty};
use crate::coord::issue::{self, Issue, IssueInfo, List, Severity, Status};
use crate::coord::{Moment, lease};
use crate::error::Result;
use crate::store::View;
use crate::store::project::{Edit, file_name};

/// Open issues in the list file, by severity; the latest others are fewer.
const LISTED: usize = 500;
const LISTED_OVER: usize = 100;

pub(super) const FAMILY: Family = Family {
    prefixes: &[issue::PREFIX],
    dir: Some("issues"),
    files,
    on_board: true,
    section: Some(section),
};

fn dir(severity: Severity) -> String {
    format!("issues/{severity}")
}

fn file(id: &str) -> String {
    format!("{}.json", file_name(id))
}

fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    for key in &changed.keys {
        let Some(record) = view.get(key)? else {
            continue;
        };
        let issue: Issue = record.decode()?;
        edits.push(Edit::Write {
            dir: dir(issue.severity),
            name: file(&issue.id),
            contents: pretty(&record)?,
        });
    }
    edits.push(Edit::Write {
        dir: "issues".to_owned(),
        name: "index.json".to_owned(),
        contents: format!("{:#}\n", index(view)?),
    });
    Ok(edits)
}

/// The list of issues: all open ones as far as anybody will read, and the last that ended.
fn index(view: &dyn View) -> Result<Value> {
    let mut rows = Vec::new();
    for status in [Status::New, Status::InProgress, Status::Review] {
        for id in issue::open_ids(view, status, LISTED)? {
            rows.extend(issue::get(view, &id)?);
        }
    }
    rows.sort_by_key(|issue| (issue.severity, issue.created_revision));
    rows.truncate(LISTED);
    let over = [Status::Resolved, Status::Closed];
    rows.extend(issue::latest(view, &over, LISTED_OVER)?);
    let row = |issue: &Issue| {
        json!({
            "id": issue.id,
            "title": issue.title,
            "severity": issue.severity,
            "status": issue.status,
            "assigned_to": issue.owner.as_ref().map(|owner| &owner.name),
            "fixes": issue.fixes,
            "file": format!("{}/{}", issue.severity, file(&issue.id)),
        })
    };
    Ok(json!({
        "totals": issue::written_totals(view)?,
        "issues": rows.iter().map(row).collect::<Vec<_>>(),
    }))
}

fn section(out: &mut String, view: &dyn View, at: &Moment<'_>) -> Result<()> {
    heading(out, "Issues");
    let totals = issue::totals(view, at)?;
    if totals.all() > 0 {
        let count = |severity: &Severity| format!("{} {severity}", totals.open_of(*severity));
        let open: Vec<String> = Severity::ALL.iter().map(count).collect();
        out.push_str(&format!(
            "{} open ({}), {} resolved, {} closed.\n\n",
            totals.open(),
            open.join(", "),
            totals.status(Status::Resolved),
            totals.status(Status::Closed)
        ));
    }
    let open = issue::list(
        view,
        at,
        &List {
            limit: ROWS,
            ..List::default()
        },
    )?;
    let rows: Vec<Vec<String>> = open.issues.iter().map(row).collect();
    let columns = [
        "Severity",
        "Issue",
        "Status",
        "Owner",
        "Time left",
        "Title",
        "Reported",
    ];
    table(out, &columns, &rows);
    more(out, open.more, "stoa issue list");
    Ok(())
}

fn row(issue: &IssueInfo) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or("-".to_owned());
    vec![
        issue.severity.to_string(),
        issue.id.clone(),
        issue.status.to_string(),
        or_dash(issue.owner_name.clone()),
        or_dash(issue.expires_in_ms.map(lease::show_ms)),
        issue.title.clone(),
        issue
            .created_at
            .parse()
            .map_or(issue.created_at.clone(), when),
    ]
}
