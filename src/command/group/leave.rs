//! `leave-group`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Leave the group; a coordinator hands over to the longest-standing member
///
/// stoa leave-group
#[derive(Debug, Clone, Args)]
pub struct LeaveGroup {}

impl Run<StoreCx> for LeaveGroup {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let left = cx.coord()?.leave_group(&actor)?;
        let mut text = format!("left group {}", left.group);
        match &left.coordinator {
            Some(name) => text.push_str(&format!("; {} remain, coordinator: {name}", left.members)),
            None if left.members == 0 => text.push_str("; it is empty now"),
            None => {}
        }
        Ok(Reply::new(
            text,
            json!({
                "group": left.group,
                "coordinator": left.coordinator,
                "members": left.members,
            }),
        ))
    }
}
