//! `sync-group`.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::command::times;
use crate::error::Result;

/// Catch up with the group: what was shared and removed since the last time, and who is behind
///
/// Somebody who has shared something tells its revision; --to waits until it can be read here. The
/// group remembers how far each member is.
///
/// stoa sync-group
#[derive(Debug, Clone, Args)]
pub struct SyncGroup {
    /// Wait until this revision can be read
    #[arg(long, value_name = "REVISION")]
    pub to: Option<u64>,
    /// How long to wait for it
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = times::patience)]
    pub wait: Duration,
}

impl Run<StoreCx> for SyncGroup {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let coord = cx.coord()?;
        if let Some(revision) = self.to {
            coord.wait_for_revision(revision, self.wait)?;
        }
        let synced = coord.sync_group(&actor)?;
        let mut text = format!(
            "group {} is at revision {}, last seen at {}",
            synced.group, synced.revision, synced.since
        );
        if !synced.changed.is_empty() {
            text.push_str(&format!("\nshared since: {}", synced.changed.join(", ")));
        }
        if !synced.removed.is_empty() {
            text.push_str(&format!("\nremoved since: {}", synced.removed.join(", ")));
        }
        if !synced.behind.is_empty() {
            text.push_str(&format!("\nbehind: {}", synced.behind.join(", ")));
        }
        Ok(Reply::new(
            text,
            json!({
                "group": synced.group,
                "revision": synced.revision,
                "since": synced.since,
                "changed": synced.changed,
                "removed": synced.removed,
                "behind": synced.behind,
            }),
        ))
    }
}
