//! `join-group`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Join a group, making it if there is none of that name
///
/// The first to join coordinates it. A session is in one group at a time.
#[derive(Debug, Clone, Args)]
pub struct JoinGroup {
    /// The group's name
    pub name: String,
}

impl Run<StoreCx> for JoinGroup {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let joined = cx.coord()?.join_group(&actor, &self.name)?;
        let role = if joined.coordinator {
            "coordinator"
        } else {
            "member"
        };
        let mut text = format!("joined group {} as {role}", joined.group);
        if !joined.peers.is_empty() {
            text.push_str(&format!("; peers: {}", joined.peers.join(", ")));
        }
        Ok(Reply::new(
            text,
            json!({
                "group": joined.group,
                "coordinator": joined.coordinator,
                "peers": joined.peers,
            }),
        ))
    }
}
