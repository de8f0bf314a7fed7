//! `join-group`.

use clap::Args;
use serde_json::json;

use super::access::{Policy, Secret};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::access::Access;
use crate::error::Result;

/// Join a group, making it if there is none of that name
///
/// The first to join coordinates it. A session is in one group at a time. A group may ask for a
/// word (in STOA_GROUP_SECRET or on standard input; a new group made with --secret-stdin does) or for an
/// invitation (stoa invite). That guards joining alone: whoever can read the workspace's directory can
/// read what a group shares.
///
/// stoa join-group core
#[derive(Debug, Clone, Args)]
pub struct JoinGroup {
    /// The group's name
    pub name: String,
    /// For a new group: who else may join
    #[arg(long, value_name = "WHO")]
    pub access: Option<Policy>,
    /// How the group's secret word is given.
    #[command(flatten)]
    pub secret: Secret,
}

impl Run<StoreCx> for JoinGroup {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let word = self.secret.word()?;
        // Who gives a word does not mean a group that anybody may join.
        let asked = self.secret.secret_stdin.then_some(Access::Secret);
        let access = self.access.map(Access::from).or(asked);
        let actor = cx.acting()?;
        let coord = cx.coord()?;
        let joined = coord.join_group_as(&actor, &self.name, access, word.as_deref())?;
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
