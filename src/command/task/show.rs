//! `task show`.

use clap::Args;
use serde_json::Value;

use super::data;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::moment::shown;
use crate::coord::task::{TaskInfo, record};
use crate::error::{Error, Result};

/// Show all that is known of a task
///
/// stoa task show TESTS
#[derive(Debug, Clone, Args)]
pub struct Show {
    /// Which task
    pub id: String,
}

impl Run<StoreCx> for Show {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        record::check_id(&self.id)?;
        let Some(coord) = cx.reader()? else {
            return Err(Error::not_found(format!("there is no task {}", self.id))
                .with_hint("stoa task add \"WHAT\" adds one"));
        };
        let (task, text) = coord.task(&self.id)?;
        let mut lines = vec![format!(
            "{} {}: {}",
            task.task_id, task.status, task.description
        )];
        let known = details(&task).into_iter();
        lines.extend(known.map(|(label, value)| format!("  {label:<12} {value}")));
        let mut data = data(&task)?;
        if let (Some(text), Value::Object(fields)) = (text, &mut data) {
            lines.push(String::new());
            lines.push(text.clone());
            fields.insert("text".to_owned(), Value::String(text));
        }
        Ok(Reply::new(lines.join("\n"), data))
    }
}

/// What is known of a task, label by label; what is not known is left out.
fn details(task: &TaskInfo) -> Vec<(&'static str, String)> {
    let mut lines = vec![("priority", task.priority.to_string())];
    let list = |ids: &[String]| Some(ids.join(", ")).filter(|text| !text.is_empty());
    let when = |time: Option<jiff::Timestamp>| time.map(shown);
    let by = task.claimed_by.as_ref().map(|by| {
        format!(
            "{} (session {}, pid {}) on {}",
            by.session_name, by.session_number, by.pid, by.terminal
        )
    });
    let minutes = |minutes: u32| span(u64::from(minutes) * 60_000);
    let fields = [
        ("type", task.kind.clone()),
        ("estimate", task.estimate_minutes.map(minutes)),
        ("needs", list(&task.needs)),
        ("part of", task.parent.clone()),
        ("parts", list(&task.parts)),
        ("depends on", list(&task.depends_on)),
        ("waits for", list(&task.blocked_by)),
        ("given to", task.assigned_to.clone()),
        ("by", by),
        ("token", task.token.map(|token| token.to_string())),
        ("claim left", task.expires_in_ms.map(span)),
        ("added", when(Some(task.created_at))),
        ("claimed", when(task.claimed_at)),
        ("started", when(task.started_at)),
        ("finished", when(task.completed_at)),
        (
            "took",
            task.duration_seconds.map(|seconds| span(seconds * 1000)),
        ),
        ("result", task.result.clone()),
        (
            "attempts",
            Some(task.attempts.to_string()).filter(|_| task.attempts > 0),
        ),
    ];
    lines.extend(
        fields
            .into_iter()
            .filter_map(|(label, text)| Some((label, text?))),
    );
    lines
}
