//! `reports/NAME.md` as they were saved, and when that was: `reports/generation_metadata.json`.

use serde_json::{Map, Value, json};

use super::{Changed, Family};
use crate::coord::report::{self, Saved};
use crate::error::Result;
use crate::store::View;
use crate::store::project::{Edit, file_name};

pub(super) const FAMILY: Family = Family {
    prefixes: &[report::PREFIX],
    dir: Some("reports"),
    files,
    on_board: false,
    section: None,
};

fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    for key in &changed.keys {
        if let Some(record) = view.get(key)? {
            let saved: Saved = record.decode()?;
            edits.push(Edit::Write {
                dir: "reports".to_owned(),
                name: format!("{}.md", file_name(&saved.meta.name)),
                contents: saved.text,
            });
        }
    }
    let mut all = Map::new();
    for saved in report::saved(view)? {
        all.insert(saved.meta.name.clone(), json!(saved.meta));
    }
    edits.push(Edit::Write {
        dir: "reports".to_owned(),
        name: "generation_metadata.json".to_owned(),
        contents: format!("{:#}\n", Value::Object(all)),
    });
    Ok(edits)
}
