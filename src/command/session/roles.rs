//! `discover-roles`.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;

use super::discover::{data, present};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::roster::{Present, clashes};
use crate::error::Result;

/// Show who has which role, and whether two sessions clash: exit code 1 if any do
///
/// Numbers and names are unique among the living; a role may have several sessions.
///
/// stoa discover-roles
#[derive(Debug, Clone, Args)]
pub struct DiscoverRoles {}

impl Run<StoreCx> for DiscoverRoles {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let present = present(cx)?;
        let mut roles: BTreeMap<&str, Vec<&Present>> = BTreeMap::new();
        for one in &present {
            let role = one.session.role.as_deref().unwrap_or("(no role)");
            roles.entry(role).or_default().push(one);
        }
        let clashes = clashes(&present);
        let mut lines: Vec<String> = roles
            .iter()
            .map(|(role, who)| {
                let names: Vec<String> = who
                    .iter()
                    .map(|one| format!("{} (#{})", one.session.name, one.session.number))
                    .collect();
                format!("{role}: {}", names.join(", "))
            })
            .collect();
        match clashes.is_empty() {
            true => lines.push("no collisions: every number and name is one session's".to_owned()),
            false => {
                lines.extend(clashes.iter().map(|clash| format!("COLLISION: {clash}")));
                lines.push("the store is damaged; register one of them anew".to_owned());
            }
        }
        let rows: serde_json::Map<String, serde_json::Value> = roles
            .into_iter()
            .map(|(role, who)| {
                let who: Vec<_> = who.into_iter().map(data).collect();
                (role.to_owned(), json!(who))
            })
            .collect();
        let answer = json!({ "roles": rows, "collisions": clashes });
        Ok(Reply::answer(clashes.is_empty(), lines.join("\n"), answer))
    }
}
