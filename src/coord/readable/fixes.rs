//! `fixes/proposed|applied|rejected/ID.json`, the list of them, empty forms, and the board's section.
//! An approved fix is still a proposal: it lies there until it is applied.

use serde_json::{Value, json};

use super::markdown::{heading, table, when};
use super::{Changed, Family, ROWS, pretty};
use crate::coord::Moment;
use crate::coord::fix::{self, Fix, State};
use crate::coord::issue;
use crate::error::Result;
use crate::store::View;
use crate::store::project::{Edit, file_name};

/// Fixes of one state in the list file.
const LISTED: usize = 200;
/// Applied and rejected fixes on the board.
const LATEST: usize = 20;

pub(super) const FAMILY: Family = Family {
    prefixes: &[fix::PREFIX],
    dir: Some("fixes"),
    files,
    on_board: true,
    section: Some(section),
};

const DIRS: [&str; 3] = ["fixes/proposed", "fixes/applied", "fixes/rejected"];

fn dir(state: State) -> &'static str {
    match state {
        State::Proposed | State::Approved => DIRS[0],
        State::Applied => DIRS[1],
        State::Rejected => DIRS[2],
    }
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
        let fix: Fix = record.decode()?;
        let own = dir(fix.state);
        // It may have lain elsewhere. When all is made anew nothing does.
        let others = DIRS
            .into_iter()
            .filter(|other| changed.since > 0 && *other != own);
        edits.extend(others.map(|other| Edit::Remove {
            dir: other.to_owned(),
            name: file(&fix.id),
        }));
        edits.push(Edit::Write {
            dir: own.to_owned(),
            name: file(&fix.id),
            contents: pretty(&record)?,
        });
    }
    if changed.since == 0 {
        edits.extend(forms());
    }
    edits.push(Edit::Write {
        dir: "fixes".to_owned(),
        name: "index.json".to_owned(),
        contents: format!("{:#}\n", index(view)?),
    });
    Ok(edits)
}

/// The forms to fill in.
fn forms() -> impl Iterator<Item = Edit> {
    let forms = [
        ("fix.md", fix::form::TEMPLATE),
        ("issue.md", issue::form::TEMPLATE),
    ];
    forms.into_iter().map(|(name, text)| Edit::Write {
        dir: "fixes/templates".to_owned(),
        name: name.to_owned(),
        contents: text.to_owned(),
    })
}

fn some(view: &dyn View, states: &[State], limit: usize) -> Result<Vec<Fix>> {
    let mut found = Vec::new();
    for state in states {
        for id in fix::ids(view, *state, limit)? {
            found.extend(fix::get(view, &id)?);
        }
    }
    Ok(found)
}

fn index(view: &dyn View) -> Result<Value> {
    let row = |fix: &Fix| {
        json!({
            "id": fix.id,
            "issue": fix.issue,
            "title": fix.title,
            "state": fix.state,
            "implementer": fix.implementer.name,
            "tested": fix.test_results.tested,
            "file": format!("{}/{}", dir(fix.state).trim_start_matches("fixes/"), file(&fix.id)),
        })
    };
    let fixes = some(view, &State::ALL, LISTED)?;
    Ok(json!({
        "totals": fix::totals(view)?,
        "fixes": fixes.iter().map(row).collect::<Vec<_>>(),
    }))
}

fn section(out: &mut String, view: &dyn View, _at: &Moment<'_>) -> Result<()> {
    heading(out, "Fixes");
    let totals = fix::totals(view)?;
    if totals.all() > 0 {
        let count = |state: &State| format!("{} {state}", totals.of(*state));
        let counts: Vec<String> = State::ALL.iter().map(count).collect();
        out.push_str(&format!("{}.\n\n", counts.join(", ")));
    }
    let mut fixes = some(view, &[State::Proposed, State::Approved], ROWS)?;
    fixes.extend(some(view, &[State::Applied, State::Rejected], LATEST)?);
    let names = |list: Vec<&issue::Who>| -> Vec<String> {
        list.into_iter().map(|who| who.name.clone()).collect()
    };
    let row = |fix: &Fix| {
        let judges = match fix.state {
            State::Applied => names(fix.verified_by.iter().collect()),
            _ => names(fix.approvers()),
        };
        vec![
            fix.id.clone(),
            fix.state.to_string(),
            fix.issue.clone(),
            fix.title.clone(),
            fix.implementer.name.clone(),
            Some(judges.join(", "))
                .filter(|names| !names.is_empty())
                .unwrap_or("-".to_owned()),
            fix.test_results.line(),
            when(fix.changed),
        ]
    };
    let rows: Vec<Vec<String>> = fixes.iter().map(row).collect();
    let columns = [
        "Fix",
        "State",
        "Issue",
        "Title",
        "By",
        "Verified by",
        "Tested",
        "Changed",
    ];
    table(out, &columns, &rows);
    Ok(())
}
