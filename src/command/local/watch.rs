//! `watch`.

use clap::Args;
use serde_json::Value;

use super::LocalCx;
use crate::cli::output;
use crate::command::oversight::audit::line;
use crate::command::spec::{Reply, Run};
use crate::config::workspace::Workspace;
use crate::coord::Coord;
use crate::coord::audit::AuditEntry;
use crate::error::{Error, Result};

/// Follow what happens, as it happens: every attempt of every session, refused ones too
///
/// Sleeps until something is committed. With --json one JSON object a line. Ends with Ctrl-C.
///
/// stoa watch --json
#[derive(Debug, Clone, Args)]
pub struct Watch {
    /// Begin with this many of the latest
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 10)]
    pub last: usize,
    /// End after this many new ones
    #[arg(long, value_name = "COUNT")]
    pub count: Option<usize>,
    /// Only what was refused
    #[arg(long)]
    pub failed: bool,
}

impl Run<LocalCx> for Watch {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        let workspace = Workspace::current(cx.global.state.as_deref())?;
        let coord = Coord::open(&workspace.state)?;
        let json = cx.global.json;
        output::end_with_reader();
        let mut left = self.count;
        let mut first = Some(self.last);
        coord.follow_audit(|entries| {
            let mut entries = entries;
            let told = first.take().is_none();
            if !told {
                let surplus = entries.len().saturating_sub(self.last);
                entries.drain(..surplus);
            }
            for entry in entries
                .iter()
                .filter(|entry| !(self.failed && entry.success))
            {
                if !output::lines(&show(entry, json)?)? {
                    return Ok(false);
                }
                if told && let Some(left) = &mut left {
                    *left = left.saturating_sub(1);
                    if *left == 0 {
                        return Ok(false);
                    }
                }
            }
            Ok(left != Some(0))
        })?;
        Ok(Reply::streamed())
    }
}

fn show(entry: &AuditEntry, json: bool) -> Result<String> {
    if !json {
        return Ok(line(entry));
    }
    let value: Value = serde_json::to_value(entry)
        .map_err(|error| Error::internal(format!("an attempt has no JSON form: {error}")))?;
    Ok(value.to_string())
}
