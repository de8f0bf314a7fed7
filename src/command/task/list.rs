//! `task list`.

use clap::Args;
use serde_json::json;

use super::line;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::task::{Status, TaskInfo};
use crate::error::{Error, Result};

/// List the tasks, a line each; the open ones, unless more is asked for
///
/// stoa task list
#[derive(Debug, Clone, Args)]
pub struct List {
    /// Finished ones too
    #[arg(short = 'a', long)]
    pub all: bool,
    /// Only those that can be claimed now
    #[arg(long, conflicts_with_all = ["all", "status"])]
    pub ready: bool,
    /// Only what the acting session has in hand, or was given
    #[arg(long)]
    pub mine: bool,
    /// Only those in this state
    #[arg(long, value_name = "STATE", value_parser = status)]
    pub status: Option<Status>,
}

fn status(text: &str) -> Result<Status, String> {
    let wanted = text.to_lowercase().replace(['-', ' '], "_");
    let names = |status: &Status| status.name() == wanted || status.title() == text;
    Status::ALL.into_iter().find(names).ok_or_else(|| {
        let all: Vec<&str> = Status::ALL.into_iter().map(Status::name).collect();
        format!("one of {}", all.join(", "))
    })
}

impl Run<StoreCx> for List {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let me = cx.known();
        if self.mine && me.is_none() {
            return Err(Error::refused("nobody is known to act here")
                .with_hint("set STOA_SESSION or give --session NAME"));
        }
        let tasks = match cx.reader()? {
            Some(coord) => {
                let all = coord.tasks()?;
                cx.note_unreadable(all.damaged);
                all.tasks
            }
            None => Vec::new(),
        };
        let own = |task: &TaskInfo| {
            let Some(me) = &me else {
                return false;
            };
            let by = task.claimed_by.as_ref();
            let held = by.is_some_and(|by| by.session_id == me.id);
            held || task.assigned_to.as_ref() == Some(&me.name)
        };
        let shown: Vec<&TaskInfo> = (tasks.iter())
            .filter(|task| match (self.status, self.ready) {
                (Some(status), _) => task.status == status,
                (None, true) => task.status == Status::Pending,
                (None, false) => self.all || !task.status.is_finished(),
            })
            .filter(|task| !self.mine || own(task))
            .collect();
        let lines: Vec<String> = shown.iter().map(|task| line(task)).collect();
        let text = match (lines.is_empty(), tasks.is_empty()) {
            (false, _) => lines.join("\n"),
            (true, true) => "there are no tasks; stoa task add \"WHAT\" adds one".to_owned(),
            (true, false) => {
                "no task is like that; stoa task list --all shows every one".to_owned()
            }
        };
        Ok(Reply::new(text, json!({ "tasks": shown })))
    }
}
