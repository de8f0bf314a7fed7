//! `task add`.

use std::io::Read;

use clap::Args;

use super::data;
use crate::command::spec::{Reply, Run, joined};
use crate::command::store::StoreCx;
use crate::coord::lease;
use crate::coord::task::add::TEXT_BYTES;
use crate::coord::task::{NewTask, Priority, outline};
use crate::error::{Error, Result};

/// Add a task for anybody to claim
///
/// A task that is nearly the same as an open one is refused, --force adds it all the same. With
/// --file the description is the text's title, and `task split` can divide it by its structure.
///
/// stoa task add "Write the tests" --id TESTS --after TABS
#[derive(Debug, Clone, Args)]
pub struct Add {
    /// What is to be done; several words are one text
    #[arg(required_unless_present = "file")]
    pub description: Vec<String>,
    /// Its id [default: the next of T1, T2, …]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Its whole text: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    /// What sort of work: implement, fix, review, …
    #[arg(long = "type", value_name = "WORD")]
    pub kind: Option<String>,
    /// How much it matters: critical, high, medium, low
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = priority)]
    pub priority: Priority,
    /// How long it should take: 20m, 3h
    #[arg(long, value_name = "TIME", value_parser = minutes)]
    pub estimate: Option<u32>,
    /// What a session must be capable of (a word of its role or of its capabilities); may be repeated
    #[arg(long, value_name = "WORD", value_delimiter = ',')]
    pub needs: Vec<String>,
    /// A task that must be completed first; may be repeated
    #[arg(long = "after", value_name = "ID", value_delimiter = ',')]
    pub after: Vec<String>,
    /// The task it is a part of
    #[arg(long, value_name = "ID")]
    pub parent: Option<String>,
    /// Add it although there is one like it
    #[arg(long)]
    pub force: bool,
}

fn priority(text: &str) -> Result<Priority, String> {
    let wanted = text.to_lowercase();
    let wanted = if wanted == "normal" {
        "medium"
    } else {
        &wanted
    };
    Priority::ALL
        .into_iter()
        .find(|priority| priority.name() == wanted)
        .ok_or_else(|| "one of critical, high, medium, low".to_owned())
}

/// A day, in minutes.
const DAY: u32 = 24 * 60;
/// Longest estimate, in minutes.
const LONGEST: u32 = 10_000 * DAY;

fn minutes(text: &str) -> Result<u32, String> {
    let time = lease::parse_duration(text).map_err(|error| match error.hint {
        Some(hint) => format!("{} ({hint})", error.message),
        None => error.message,
    })?;
    match u32::try_from(time.as_secs().div_ceil(60)) {
        Ok(0) => Err("an estimate is at least 1m".to_owned()),
        Ok(minutes) if minutes <= LONGEST => Ok(minutes),
        _ => Err(format!("an estimate is at most {}d", LONGEST / DAY)),
    }
}

/// The text of a file, or of standard input.
fn read(name: &str, cx: &StoreCx) -> Result<String> {
    let mut bytes = Vec::new();
    let limit = TEXT_BYTES as u64 + 1;
    let path = cx.cwd.join(name);
    let outcome = match name {
        "-" => std::io::stdin().lock().take(limit).read_to_end(&mut bytes),
        _ => std::fs::File::open(&path).and_then(|file| file.take(limit).read_to_end(&mut bytes)),
    };
    outcome.map_err(|error| Error::usage(format!("cannot read {name}: {error}")))?;
    String::from_utf8(bytes).map_err(|_| Error::usage(format!("{name} is not UTF-8 text")))
}

impl Run<StoreCx> for Add {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let text = self
            .file
            .as_deref()
            .map(|file| read(file, cx))
            .transpose()?;
        let title = || text.as_deref().and_then(|text| outline::read(text).title);
        let given = joined(self.description);
        let description = given.or_else(title).unwrap_or_default();
        let new = NewTask {
            id: self.id,
            text,
            kind: self.kind,
            priority: self.priority,
            estimate_minutes: self.estimate,
            needs: self.needs,
            parent: self.parent,
            depends_on: self.after,
            force: self.force,
            description,
        };
        let actor = cx.acting()?;
        let added = cx.coord()?.add_task(&actor, &new)?;
        let mut text = format!("added {}", added.task.task_id);
        if !added.task.blocked_by.is_empty() {
            text.push_str(&format!(
                ", which waits for {}",
                added.task.blocked_by.join(", ")
            ));
        }
        if let Some(hint) = &added.hint {
            text.push_str(&format!("\nhint: {hint}"));
        }
        Ok(Reply::new(text, data(&added)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates() {
        assert_eq!(minutes("1h30m"), Ok(90));
        assert_eq!(minutes("1s"), Ok(1));
        assert_eq!(minutes("0s").unwrap_err(), "an estimate is at least 1m");
        for long in ["10001d", "99999999999h"] {
            assert_eq!(minutes(long).unwrap_err(), "an estimate is at most 10000d");
        }
    }
}
