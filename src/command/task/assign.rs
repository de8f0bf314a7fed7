//! `task assign`.

use clap::Args;

use super::data;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::task::{Assign as Request, record};
use crate::error::{Error, Result};

/// Give tasks to sessions, by what they can do and how much they have to do
///
/// Without ids: all that are available and given to nobody. What a task needs is matched with the
/// words of the sessions' roles and capabilities. A session finds what it was given with `task next`.
///
/// stoa task assign TESTS
#[derive(Debug, Clone, Args)]
pub struct Assign {
    /// Which tasks
    pub ids: Vec<String>,
    /// To this session, whatever it can do
    #[arg(long, value_name = "ID|NAME|NUMBER")]
    pub to: Option<String>,
}

impl Run<StoreCx> for Assign {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        for id in &self.ids {
            record::check_id(id)?;
        }
        let actor = cx.acting()?;
        let coord = cx.coord()?;
        let to = self
            .to
            .as_deref()
            .map(|name| coord.resolve(name))
            .transpose()?;
        // One that is named twice is given once.
        let mut ids: Vec<String> = Vec::new();
        for id in self.ids {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let request = Request {
            to: to.map(|session| session.id),
            ids,
        };
        let done = coord.assign_tasks(&actor, &request)?;
        if let ([], [left], [_]) = (&done.assigned[..], &done.left[..], &request.ids[..]) {
            return Err(
                Error::refused(format!("{} stays free: {}", left.task_id, left.reason))
                    .with_hint("name somebody with --to NAME"),
            );
        }
        let mut lines: Vec<String> = (done.assigned.iter())
            .map(|given| format!("{} goes to {}", given.task_id, given.reason))
            .collect();
        let left = done.left.iter();
        lines.extend(left.map(|left| format!("{} stays free: {}", left.task_id, left.reason)));
        if lines.is_empty() {
            lines.push("no task is available that was not given to somebody".to_owned());
        }
        Ok(Reply::new(lines.join("\n"), data(&done)?))
    }
}
