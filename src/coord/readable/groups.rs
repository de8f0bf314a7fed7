//! `groups/NAME.json`, and who works with whom.

use std::collections::BTreeMap;

use super::markdown::{heading, table, when};
use super::{Changed, Family, ROWS, record_file};
use crate::coord::snapshot::Life;
use crate::coord::{Moment, group, schema, session};
use crate::error::Result;
use crate::store::project::Edit;
use crate::store::{Order, View};

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
    for record in view.scan("group/", Order::Ascending, ROWS)? {
        let group: schema::Group = record.decode()?;
        let mut living = BTreeMap::new();
        for member in &group.members {
            if let Some(session) = schema::session(view, &member.session)?
                && session::life(&session, at) != Life::Lost
            {
                living.insert(session.id, session.name);
            }
        }
        let name = |id| living.get(id).cloned();
        let coordinator = group::coordinator(&group, |id| living.contains_key(id));
        let members: Vec<String> = (group.members.iter())
            .filter_map(|member| name(&member.session))
            .collect();
        rows.push(vec![
            group.name.clone(),
            coordinator.as_ref().and_then(name).unwrap_or("-".into()),
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
    Ok(())
}
