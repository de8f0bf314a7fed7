//! `in-group`, `is-coordinator`: questions answered by the exit code.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Say by the exit code whether the session is in a group: 0 if it is, 1 if not
///
/// stoa in-group || stoa join-group core
#[derive(Debug, Clone, Args)]
pub struct InGroup {
    /// In this very group
    pub name: Option<String>,
}

/// Say by the exit code whether the session coordinates its group: 0 if it does, 1 if not
///
/// stoa is-coordinator && stoa task board
#[derive(Debug, Clone, Args)]
pub struct IsCoordinator {}

impl Run<StoreCx> for InGroup {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let session = cx.actor()?;
        let place = cx.coord()?.place_in_group(&session.id)?;
        let group = place.map(|(group, _)| group);
        let yes = match (&group, &self.name) {
            (Some(group), Some(asked)) => group == asked,
            (group, None) => group.is_some(),
            (None, Some(_)) => false,
        };
        let text = match &group {
            Some(group) => format!("{} is in group {group}", session.name),
            None => format!("{} is in no group", session.name),
        };
        let data = json!({ "in_group": yes, "group": group });
        Ok(Reply::answer(yes, text, data))
    }
}

impl Run<StoreCx> for IsCoordinator {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let session = cx.actor()?;
        let place = cx.coord()?.place_in_group(&session.id)?;
        let yes = place.as_ref().is_some_and(|(_, coordinates)| *coordinates);
        let text = match &place {
            Some((group, true)) => format!("{} coordinates group {group}", session.name),
            Some((group, false)) => format!("{} is a member of group {group}", session.name),
            None => format!("{} is in no group", session.name),
        };
        let group = place.map(|(group, _)| group);
        let data = json!({ "is_coordinator": yes, "group": group });
        Ok(Reply::answer(yes, text, data))
    }
}
