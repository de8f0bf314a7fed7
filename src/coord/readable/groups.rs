//! `groups/NAME.json`, and who works with whom.

use super::markdown::{heading, more, table, when};
use super::{Changed, Family, ROWS, record_file};
use crate::coord::snapshot::Life;
use crate::coord::{Moment, SessionId, group, schema, session};
use crate::error::Result;
use crate::store::project::Edit;
use crate::store::{Order, View};

/// Members named for each group.
const NAMED: usize = 20;

pub(super) const FAMILY: Family = Family {
    prefixes: &["group/"],
    dir: Some("groups"),
    files,
    on_board: true,
    section: Some(section),
};

fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let file = |key: &&str| {
        let name = key.strip_prefix("group/").unwrap_or_default();
        record_file(view, key, "groups", name)
    };
    changed.keys.iter().map(file).collect()
}

fn section(out: &mut String, view: &dyn View, at: &Moment<'_>) -> Result<()> {
    heading(out, "Groups");
    let mut rows = Vec::new();
    let records = view.scan("group/", Order::Ascending, ROWS)?;
    let is_cut = records.len() == ROWS;
    for record in records {
        let group: schema::Group = record.decode()?;
        let living = |id: &SessionId| -> Option<String> {
            // One that cannot be read is nobody to work with.
            let session = schema::session(view, id).ok().flatten()?;
            (session::life(&session, at) != Life::Lost).then_some(session.name)
        };
        let coordinator = group::coordinator(&group, |id| living(id).is_some());
        let mut members: Vec<String> = (group.members.iter())
            .filter_map(|member| living(&member.session))
            .take(NAMED + 1)
            .collect();
        if members.len() > NAMED {
            members[NAMED] = "and others".to_owned();
        }
        rows.push(vec![
            group.name.clone(),
            coordinator.as_ref().and_then(living).unwrap_or("-".into()),
            members.join(", "),
            view.count(&schema::context_prefix(&group.name))?
                .to_string(),
            when(group.last_coordination),
        ]);
    }
    let columns = [
        "Group",
        "Coordinator",
        "Members",
        "Context keys",
        "Last coordination",
    ];
    table(out, &columns, &rows);
    more(out, is_cut, "stoa groups");
    Ok(())
}
