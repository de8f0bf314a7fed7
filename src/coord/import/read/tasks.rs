//! Tasks: one JSON object each, or Markdown with `**Field:** value` lines.

use serde_json::{Value, json};

use super::sessions::claimer;
use super::{OldTask, Reader, SourceFile, plain};
use crate::coord::import::Kind;
use crate::coord::import::fields::Wrong;
use crate::coord::names::check_text;
use crate::coord::task::add::check_body;
use crate::coord::task::record::check_id;
use crate::coord::task::{Priority, Status};

impl Reader<'_> {
    /// One task, or a list of them.
    pub(super) fn task(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let inside = value.get("tasks").unwrap_or(value);
        let Value::Array(tasks) = inside else {
            return self.one_task(file, value, None);
        };
        self.entries(Kind::Tasks, file, tasks, |reader, task| {
            reader.one_task(file, task, None)
        });
        Ok(())
    }

    fn one_task(
        &mut self,
        file: &SourceFile,
        value: &Value,
        text: Option<String>,
    ) -> Result<(), Wrong> {
        let fields = self.fields(value)?;
        let id = fields.needed(&["task_id", "id"])?;
        check_id(&id).map_err(|error| Wrong::field("task_id", error.message))?;
        let description = fields.needed(&["description", "title"])?;
        check_text("description", &description)
            .map_err(|error| Wrong::field("description", error.message))?;
        let result = fields.words(&["result", "summary"]);
        if let Some(result) = &result {
            check_text("result", result).map_err(|error| Wrong::field("result", error.message))?;
        }
        let status = fields.text(&["status", "state"])?;
        let depends_on = fields.list(&["depends_on", "dependencies"])?;
        for id in &depends_on {
            check_id(id).map_err(|error| Wrong::field("depends_on", error.message))?;
        }
        let task = OldTask {
            status: status.as_deref().map_or(Ok(Status::Pending), status_of)?,
            kind: fields.text(&["type", "kind"])?,
            priority: match fields.text(&["priority"])? {
                Some(word) => priority_of(&word)?,
                None => Priority::Medium,
            },
            estimate_minutes: fields.number(&["estimate_minutes", "estimated_minutes"])?,
            depends_on,
            claimer: claimer(&fields)?,
            created: fields.time(&["created_at", "created"])?,
            claimed: fields.time(&["claimed_at"])?,
            started: fields.time(&["started_at"])?,
            completed: fields.time(&["completed_at"])?,
            duration_seconds: fields.number(&["duration_seconds", "duration"])?,
            description,
            text,
            result,
            id: id.clone(),
        };
        let item = self.sourced(file, &id, value, task);
        self.batch.tasks.push(item);
        Ok(())
    }

    /// `# TASK-1: What` or a line `TASK-1: What`, then `**Type:** implement (feature)` and so on.
    pub(super) fn task_text(&mut self, file: &SourceFile) -> Result<(), Wrong> {
        let text = file.text.trim();
        check_body(text).map_err(|error| Wrong::record(error.message))?;
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let stem = name.strip_suffix(".md").unwrap_or(name);
        let (id, title) = titled(text, stem);
        let estimate = marked(text, "Estimated").or_else(|| marked(text, "Estimate"));
        let folder = file.path.rsplit('/').nth(1).unwrap_or_default();
        let status = marked(text, "Status").unwrap_or(match folder {
            "completed" | "done" => "completed".to_owned(),
            _ => "pending".to_owned(),
        });
        let mut value = json!({
            "task_id": id,
            "description": title,
            "status": status,
            "type": marked(text, "Type"),
            "priority": marked(text, "Priority"),
            "estimate_minutes": estimate.as_deref().and_then(minutes),
            "created_at": marked(text, "Created"),
            "completed_at": marked(text, "Completed"),
        });
        // Dates in prose are often none.
        for field in ["created_at", "completed_at"] {
            let is_time = value[field]
                .as_str()
                .is_some_and(|text| crate::coord::moment::utc(text).is_some());
            if !is_time {
                value[field] = Value::Null;
            }
        }
        self.one_task(file, &value, Some(text.to_owned()))
    }
}

fn status_of(word: &str) -> Result<Status, Wrong> {
    Ok(match plain(word).as_str() {
        "available" | "pending" | "new" | "open" | "todo" => Status::Pending,
        "claimed" => Status::Claimed,
        "in_progress" | "active" | "started" | "working" => Status::InProgress,
        "review" | "in_review" => Status::Review,
        "completed" | "complete" | "done" => Status::Completed,
        "failed" => Status::Failed,
        "cancelled" | "canceled" => Status::Cancelled,
        _ => {
            let why = format!(
                "\"{}\" is none of available, claimed, in_progress, completed, failed, cancelled",
                crate::coord::names::shown(word)
            );
            return Err(Wrong::field("status", why));
        }
    })
}

fn priority_of(word: &str) -> Result<Priority, Wrong> {
    let word = plain(word);
    let known = Priority::ALL
        .into_iter()
        .find(|priority| priority.name() == word);
    match (known, word.as_str()) {
        (Some(priority), _) => Ok(priority),
        (None, "urgent") => Ok(Priority::Critical),
        (None, "normal") => Ok(Priority::Medium),
        (None, _) => {
            let why = format!(
                "\"{}\" is none of critical, high, medium, low",
                crate::coord::names::shown(&word)
            );
            Err(Wrong::field("priority", why))
        }
    }
}

/// The id and what is to be done, from the first line that has both; else the file's name and the
/// first line.
fn titled(text: &str, stem: &str) -> (String, String) {
    let lines = text.lines().map(|line| line.trim_start_matches('#').trim());
    for line in lines.clone() {
        let words = line.strip_prefix("Thoughts - ").unwrap_or(line);
        if let Some((id, title)) = words.split_once(':')
            && id.starts_with("TASK-")
            && check_id(id).is_ok()
            && !title.trim().is_empty()
        {
            return (id.to_owned(), title.trim().to_owned());
        }
    }
    let first = lines.into_iter().find(|line| !line.is_empty());
    let id = match stem.strip_prefix("TASK-") {
        // `TASK-1769916007-multi-agent` is about TASK-1769916007.
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            format!("TASK-{}", if digits > 0 { &rest[..digits] } else { rest })
        }
        None => stem.to_owned(),
    };
    (id, first.unwrap_or_default().to_owned())
}

/// What stands after `**NAME:**`, without a remark in brackets.
fn marked(text: &str, name: &str) -> Option<String> {
    let mark = format!("**{name}:**");
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(&mark))?;
    let word = line.split(" (").next().unwrap_or(line).trim();
    Some(word.to_owned()).filter(|word| !word.is_empty())
}

/// `180 minutes` and `3 hours` in minutes.
fn minutes(text: &str) -> Option<u32> {
    let text = text.trim_start_matches('~');
    let (number, unit) = text
        .split_once(char::is_whitespace)
        .unwrap_or((text, "min"));
    let number: f64 = number.parse().ok()?;
    let minutes = if unit.starts_with('h') {
        number * 60.0
    } else {
        number
    };
    (0.0..1e6).contains(&minutes).then_some(minutes as u32)
}
