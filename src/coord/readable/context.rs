//! `context/GROUP.json`: all values a group shares, by key.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Changed, Family};
use crate::coord::schema;
use crate::error::Result;
use crate::store::View;
use crate::store::project::{Edit, file_name};

pub(super) const FAMILY: Family = Family {
    prefixes: &["context/"],
    dir: Some("context"),
    files,
    on_board: true,
    // Groups tell how many values they share.
    section: None,
};

fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let group = |key: &&'_ str| key.split('/').nth(1).unwrap_or_default().to_owned();
    let groups: BTreeSet<String> = changed.keys.iter().map(group).collect();
    groups.iter().map(|group| file(view, group)).collect()
}

/// `group` is as it stands in keys.
fn file(view: &dyn View, group: &str) -> Result<Edit> {
    let (dir, name) = ("context".to_owned(), format!("{}.json", file_name(group)));
    let mut entries = serde_json::Map::new();
    for record in view.range(&format!("context/{group}/"))? {
        let entry: schema::Entry = record.decode()?;
        let shown = json!({
            "value": entry.value,
            "version": entry.version,
            "revision": record.mod_revision,
            "author": entry.author_name,
            "updated_at": entry.at,
            "lasts_ms": entry.expires.map(|lease| lease.ttl_ms),
        });
        entries.insert(entry.key, shown);
    }
    if entries.is_empty() {
        return Ok(Edit::Remove { dir, name });
    }
    Ok(Edit::Write {
        dir,
        name,
        contents: format!("{:#}\n", Value::Object(entries)),
    })
}
