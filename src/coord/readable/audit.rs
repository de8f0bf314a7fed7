//! `audit.jsonl`: every attempt, one line of JSON each, oldest first.

use super::{Changed, Family};
use crate::coord::audit;
use crate::error::Result;
use crate::store::View;
use crate::store::project::Edit;

pub(super) const FAMILY: Family = Family {
    prefixes: &[audit::PREFIX],
    dir: None,
    files,
    on_board: false,
    section: None,
};

fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let mut lines = Vec::new();
    for key in &changed.keys {
        if let Some(record) = view.get(key)? {
            lines.push((record.create_revision, record.value));
        }
    }
    Ok(vec![Edit::Append {
        dir: String::new(),
        name: "audit.jsonl".to_owned(),
        lines,
    }])
}
