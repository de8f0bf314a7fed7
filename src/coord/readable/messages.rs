//! `messages/broadcast.jsonl`, `messages/groups/NAME.jsonl` and `messages/direct/NAME.jsonl`: what was
//! sent to all, to a group, to a session of that name, one line of JSON each, oldest first.
//!
//! They only grow: what the store forgets stays in them. When all files are made anew, what the store
//! does not know is kept, and so are files it knows nothing of.

use std::collections::BTreeMap;

use serde_json::json;

use super::markdown::{heading, table, when};
use super::{Changed, Family};
use crate::coord::Moment;
use crate::coord::message::records::{self, PREFIX};
use crate::coord::message::{Message, Recipient, inbox};
use crate::error::Result;
use crate::store::View;
use crate::store::project::{Edit, file_name};

pub(super) const FAMILY: Family = Family {
    prefixes: &[PREFIX],
    dir: None,
    files,
    on_board: true,
    section: Some(section),
};

/// Messages on the board.
const LATEST: usize = 20;

fn files(view: &dyn View, changed: &Changed<'_>) -> Result<Vec<Edit>> {
    let mut files: BTreeMap<(&'static str, String), Vec<(u64, String)>> = BTreeMap::new();
    for key in &changed.keys {
        // What was removed meanwhile has been told already.
        let Some(message) = records::message(view, records::number_of(key))? else {
            continue;
        };
        let file = match &message.to {
            Recipient::All => ("messages", "broadcast".to_owned()),
            Recipient::Group { name } => ("messages/groups", file_name(name)),
            Recipient::Session { name, .. } => ("messages/direct", file_name(name)),
        };
        let line = (message.revision, line(view, &message)?);
        files.entry(file).or_default().push(line);
    }
    let edit = |((dir, name), lines): ((&str, String), _)| Edit::Append {
        dir: dir.to_owned(),
        name: format!("{name}.jsonl"),
        lines,
    };
    Ok(files.into_iter().map(edit).collect())
}

fn line(view: &dyn View, message: &Message) -> Result<String> {
    let line = json!({
        "revision": message.revision,
        "id": message.id,
        "timestamp": message.at,
        "from": message.from.name,
        "from_id": message.from.session,
        "trust": message.from.trust,
        "to": message.to.label(),
        "thread": message.thread,
        "re": message.re,
        "subject": message.subject,
        "body": records::body(view, message)?,
    });
    Ok(line.to_string())
}

fn section(out: &mut String, view: &dyn View, _: &Moment<'_>) -> Result<()> {
    heading(out, "Messages");
    let mut rows = Vec::new();
    for message in inbox::latest(view, LATEST)? {
        rows.push(vec![
            message.id.to_string(),
            format!("{} ({})", message.from.name, message.from.trust),
            message.to.label(),
            message.subject.clone(),
            message.text.lines().next().unwrap_or_default().to_owned(),
            when(message.at),
        ]);
    }
    let columns = ["Message", "From", "To", "Subject", "Begins", "Sent"];
    table(out, &columns, &rows);
    Ok(())
}
