//! `invite`, `group add-peer`, `group remove-peer`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::access::Access;
use crate::coord::membership::Concerned;
use crate::error::Result;

/// Invite a session into the group; needed where the access is by invitation
///
/// The other one is told at its next command, and joins with stoa join-group. An invitation does not stand
/// for the word of a secret group.
///
/// stoa invite Forge
#[derive(Debug, Clone, Args)]
pub struct Invite {
    /// The other session: its name, number or id
    pub name: String,
}

/// Put a session into the group that the acting one coordinates
///
/// stoa group add-peer Forge
#[derive(Debug, Clone, Args)]
pub struct AddPeer {
    /// The other session: its name, number or id
    pub name: String,
}

/// Take a session out of the group that the acting one coordinates
///
/// stoa group remove-peer Forge
#[derive(Debug, Clone, Args)]
pub struct RemovePeer {
    /// The other session: its name, number or id
    pub name: String,
}

impl Run<StoreCx> for Invite {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let done = cx.coord()?.invite(&actor, &self.name)?;
        let way = match done.access {
            Access::Secret => "(who still needs the secret word from you) into",
            Access::Open | Access::Invitation => "into",
        };
        Ok(report("invited", way, done))
    }
}

impl Run<StoreCx> for AddPeer {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let done = cx.coord()?.add_peer(&actor, &self.name)?;
        Ok(report("put", "into", done))
    }
}

impl Run<StoreCx> for RemovePeer {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let done = cx.coord()?.remove_peer(&actor, &self.name)?;
        Ok(report("took", "out of", done))
    }
}

fn report(verb: &str, way: &str, done: Concerned) -> Reply {
    let text = format!("{verb} {} {way} group {}", done.name, done.group);
    let data = json!({ "group": done.group, "name": done.name, "members": done.members });
    Reply::new(text, data)
}
