//! `share`.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::value;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::command::times;
use crate::coord::{Share as Entry, Shared};
use crate::error::Result;

/// Share values with the group: KEY=VALUE, all of them or none
///
/// A value that is valid JSON (a number, true, null, "text", a list, an object) is stored as that;
/// anything else is stored as text. KEY=@FILE takes it from a file, KEY=- from standard input. The
/// reply tells the revision, which others can wait for with stoa sync-group --to.
///
/// stoa share finding="the parser drops tabs" ready=true
#[derive(Debug, Clone, Args)]
pub struct Share {
    /// Pairs of key and value
    #[arg(required_unless_present = "remove", value_name = "KEY=VALUE")]
    pub pairs: Vec<String>,
    /// Take a key away; may be given again
    #[arg(long, value_name = "KEY")]
    pub remove: Vec<String>,
    /// Only if this is still the version of every key named; 0 for keys that must not exist yet
    #[arg(long, value_name = "VERSION")]
    pub if_version: Option<u64>,
    /// The values are gone for everybody after this time: 30s, 10m, 2h
    #[arg(long, value_name = "TIME", value_parser = times::ttl)]
    pub expires: Option<Duration>,
}

impl Run<StoreCx> for Share {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let mut entries = Vec::new();
        for text in &self.pairs {
            let (key, value) = value::pair(cx, text)?;
            entries.push(Entry {
                ttl: self.expires,
                ..Entry::set(key, value)
            });
        }
        entries.extend(self.remove.into_iter().map(Entry::remove));
        for entry in &mut entries {
            entry.expected = self.if_version;
        }
        let actor = cx.acting()?;
        let shared = cx.coord()?.share(&actor, &entries)?;
        Ok(report(&shared))
    }
}

/// What was shared and removed.
pub(super) fn report(shared: &Shared) -> Reply {
    let keys: Vec<String> = shared
        .versions
        .iter()
        .map(|(key, version)| match version {
            0 => format!("{key} (removed)"),
            version => format!("{key} (v{version})"),
        })
        .collect();
    let rows: Vec<Value> = shared
        .versions
        .iter()
        .map(|(key, version)| json!({ "key": key, "version": version }))
        .collect();
    Reply::new(
        format!("shared with {}: {}", shared.group, keys.join(", ")),
        json!({ "group": shared.group, "revision": shared.revision, "shared": rows }),
    )
}
