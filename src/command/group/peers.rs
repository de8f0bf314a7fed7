//! `peers`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, group_called};
use crate::coord::replica::Scope;
use crate::coord::snapshot::SessionInfo;
use crate::error::{Error, Result};

/// Show the acting session's group: its peers, its role, the shared context
///
/// stoa peers
#[derive(Debug, Clone, Args)]
pub struct Peers {
    /// Another group
    #[arg(short = 'g', long, value_name = "NAME")]
    pub group: Option<String>,
}

impl Run<StoreCx> for Peers {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let me = match &self.group {
            Some(_) => None,
            None => Some(cx.actor()?),
        };
        let snapshot = cx.excerpt(Scope::Work)?;
        let name = match (&self.group, &me) {
            (Some(name), _) => name.clone(),
            (None, Some(session)) => session.group.clone().ok_or_else(|| {
                Error::refused(format!("{} is in no group", session.name))
                    .with_hint("join one with: stoa join-group NAME")
            })?,
            (None, None) => return Err(Error::internal("no session and no group")),
        };
        let group = group_called(&snapshot, &name)?;
        let my_id = me.as_ref().map(|session| session.id.as_str());
        let coordinates = my_id.is_some() && group.coordinator.as_deref() == my_id;
        let peers: Vec<&SessionInfo> = group
            .members
            .iter()
            .filter(|id| Some(id.as_str()) != my_id)
            .filter_map(|id| snapshot.sessions.iter().find(|session| session.id == *id))
            .collect();
        let mut text = format!("group {}", group.name);
        if me.is_some() {
            text.push_str(if coordinates {
                " (you are its coordinator)"
            } else {
                " (you are a member)"
            });
        }
        text.push_str(&format!("\nlast coordination {}", group.last_coordination));
        text.push_str(&format!("\npeers ({}):", peers.len()));
        for peer in &peers {
            let mark = if group.coordinator.as_deref() == Some(&peer.id) {
                " [coordinator]"
            } else {
                ""
            };
            text.push_str(&format!(
                "\n{}{mark}",
                crate::command::session::sessions::line(peer)
            ));
        }
        text.push_str(&format!("\ncontext ({}):", group.context.len()));
        for entry in &group.context {
            text.push_str(&format!(
                "\n  {} = {} (v{}, {})",
                entry.key, entry.value, entry.version, entry.author
            ));
        }
        Ok(Reply::new(
            text,
            json!({
                "group": group.name,
                "coordinator": group.coordinator.as_deref().map(|id| snapshot.name_of(id)),
                "is_coordinator": coordinates,
                "peers": peers,
                "context": group.context,
                "last_coordination": group.last_coordination,
            }),
        ))
    }
}
