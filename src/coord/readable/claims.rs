//! `claims/KIND/NAME.json`, and what is held by whom.

use std::collections::BTreeMap;

use super::markdown::{heading, more, table};
use super::{Changed, Family, ROWS, record_file};
use crate::coord::{Moment, lease, queue, replica, schema};
use crate::error::Result;
use crate::store::project::{Edit, file_name};
use crate::store::{Order, View};

const PREFIXES: &[&str] = &["claim/", "pattern/"];

pub(super) const FAMILY: Family = Family {
    prefixes: PREFIXES,
    dir: Some("claims"),
    files,
    on_board: true,
    section: Some(section),
};

fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let file = |key: &&str| {
        let (_, name) = key.split_once('/').unwrap_or_default();
        let (kind, name) = name.split_once('/').unwrap_or_default();
        record_file(view, key, &format!("claims/{}", file_name(kind)), name)
    };
    changed.keys.iter().map(file).collect()
}

fn section(out: &mut String, view: &dyn View, at: &Moment<'_>) -> Result<()> {
    heading(out, "Claims");
    let line: Vec<schema::Waiter> = queue::line(view, at)?
        .into_iter()
        .map(|(waiter, _)| waiter)
        .collect();
    let mut rows = Vec::new();
    let mut holders = BTreeMap::new();
    let mut is_cut = false;
    for prefix in PREFIXES {
        let records = view.scan(prefix, Order::Ascending, ROWS)?;
        is_cut |= records.len() == ROWS;
        for record in records {
            let Ok(claim) = record.decode::<schema::Claim>() else {
                continue;
            };
            for grant in &claim.grants {
                if !holders.contains_key(&grant.holder)
                    && let Some(record) = view.get(&schema::session_key(&grant.holder))?
                    && let Ok(session) = record.decode::<schema::Session>()
                {
                    holders.insert(grant.holder.clone(), session);
                }
            }
            for info in replica::claim_infos(&claim, |id| holders.get(id), &line, at) {
                let how = if info.shared { " (shared)" } else { "" };
                rows.push(vec![
                    info.key,
                    format!("{}{how}", info.holder_name),
                    lease::show_ms(info.expires_in_ms),
                    info.token.to_string(),
                    info.waiting.len().to_string(),
                    info.reason.unwrap_or("-".to_owned()),
                ]);
            }
        }
    }
    let columns = ["Key", "Holder", "Time left", "Token", "Waiting", "Reason"];
    table(out, &columns, &rows);
    more(out, is_cut, "stoa claims");
    Ok(())
}
