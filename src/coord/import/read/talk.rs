//! Claims, locks, messages, and trails of what was done.

use serde_json::Value;

use super::layout::Role;
use super::{Event, Letter, OldClaim, Reader, SourceFile, plain};
use crate::coord::import::Kind;
use crate::coord::import::fields::{Fields, Wrong};
use crate::coord::key::ClaimKey;
use crate::coord::message::post::{BODY_BYTES, SUBJECT_CHARS};
use crate::coord::names::{check_session_name, check_text, is_hidden};

impl Reader<'_> {
    pub(super) fn claim(
        &mut self,
        file: &SourceFile,
        value: &Value,
        role: Role,
    ) -> Result<(), Wrong> {
        let fields = self.fields(value)?;
        let named = match role {
            Role::Lock => locked(&file.path),
            _ => resource(&fields, &file.path)?,
        };
        let key =
            ClaimKey::canonical(&named).map_err(|error| Wrong::field("resource", error.message))?;
        let owner = fields.needed(&[
            "claimed_by",
            "locked_by",
            "session_id",
            "session",
            "owner",
            "holder",
        ])?;
        check_session_name(&owner).map_err(|error| Wrong::field("claimed_by", error.message))?;
        let reason = fields.text(&["reason", "purpose", "description"])?;
        if let Some(reason) = &reason {
            check_text("reason", reason).map_err(|error| Wrong::field("reason", error.message))?;
        }
        let claim = OldClaim {
            at: fields.time(&["claimed_at", "locked_at", "created_at", "timestamp"])?,
            expires: fields.time(&["expires_at", "expires", "expiry"])?,
            key: key.to_string(),
            owner,
            reason,
        };
        let since = claim.at.map_or(String::new(), |at| at.to_string());
        let identity = format!("{key} {} {since}", claim.owner);
        let item = self.sourced(file, &identity, value, claim);
        self.batch.claims.push(item);
        Ok(())
    }

    /// One message, or several in one file.
    pub(super) fn messages(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let names = ["messages", "chat", "chat_log", "log"];
        let inside = names.iter().find_map(|name| value.get(name));
        let inside = inside.filter(|inside| inside.is_array()).unwrap_or(value);
        let Value::Array(all) = inside else {
            return self.message(file, value);
        };
        self.entries(Kind::Messages, file, all, |reader, one| {
            reader.message(file, one)
        });
        Ok(())
    }

    fn message(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let fields = self.fields(value)?;
        let from = fields.needed(&["from", "from_session", "sender", "agent"])?;
        check_session_name(&from).map_err(|error| Wrong::field("from", error.message))?;
        let to = fields.text(&["to", "to_session", "recipient"])?;
        let to = to
            .filter(|to| !matches!(plain(to).as_str(), "broadcast" | "all" | "everyone"))
            .or_else(|| addressee(&file.path));
        if let Some(to) = &to {
            check_session_name(to).map_err(|error| Wrong::field("to", error.message))?;
        }
        let body = fields
            .words(&["body", "message", "content", "text"])
            .unwrap_or_default();
        if body.len() > BODY_BYTES {
            let why = format!("has {} bytes, more than {BODY_BYTES}", body.len());
            return Err(Wrong::field("body", why));
        }
        let letter = Letter {
            at: fields.time(&["timestamp", "sent_at", "created_at", "at", "date"])?,
            subject: subject(fields.text(&["subject", "title"])?, &body),
            from,
            to,
            body,
        };
        let id = fields.text(&["message_id", "id"])?;
        let identity = match id {
            Some(id) => format!(
                "{} {} {id}",
                letter.from,
                letter.to.as_deref().unwrap_or("")
            ),
            None => self.by_content(Kind::Messages, &value.to_string()),
        };
        let item = self.sourced(file, &identity, value, letter);
        self.batch.messages.push(item);
        Ok(())
    }

    /// Lines of JSON, or a list of events.
    pub(super) fn trail(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        if value.is_null() {
            for (at, line) in file.text.lines().enumerate() {
                if line.trim().is_empty() {
                    continue;
                }
                let read = serde_json::from_str(line)
                    .map_err(|error| Wrong::record(format!("the JSON cannot be read: {error}")))
                    .and_then(|value| self.event(file, &value));
                if let Err(wrong) = read {
                    let place = format!("{}:{}", file.path, at + 1);
                    self.refuse(Kind::Audit, &place, wrong);
                }
            }
            return Ok(());
        }
        let inside = value.get("events").unwrap_or(value);
        let Value::Array(events) = inside else {
            return Err(Wrong::record("it is no list of events"));
        };
        self.entries(Kind::Audit, file, events, |reader, event| {
            reader.event(file, event)
        });
        Ok(())
    }

    fn event(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let fields = self.fields(value)?;
        let at = fields.time(&["timestamp", "at", "time"])?;
        let at = at.ok_or_else(|| Wrong::field("timestamp", "is missing"))?;
        let agent = fields.text(&["agent", "from", "session", "source"])?;
        if let Some(agent) = &agent {
            check_session_name(agent).map_err(|error| Wrong::field("agent", error.message))?;
        }
        let action = action(&fields.needed(&["action", "type", "event"])?);
        let issue = fields.text(&["issue_id", "issue"])?;
        let fix = fields.text(&["fix_id", "fix"])?;
        let other = fields.text(&["task_id", "task", "subject", "resource", "target"])?;
        let subject = fix.clone().or_else(|| issue.clone()).or(other);
        let success = match fields.get(&["success"]) {
            None => true,
            Some((_, Value::Bool(success))) => *success,
            Some((name, _)) => return Err(Wrong::field(name, "is neither true nor false")),
        };
        let event = Event {
            message: fields.words(&["message", "notes", "details"]),
            subject: subject.unwrap_or_default(),
            at,
            agent,
            action,
            issue,
            fix,
            success,
        };
        let identity = self.by_content(Kind::Audit, &value.to_string());
        let item = self.sourced(file, &identity, value, event);
        self.batch.events.push(item);
        Ok(())
    }
}

/// `issue_007.lock/lock_info.json` locks `issue/issue_007`.
fn locked(path: &str) -> String {
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    let name = folder.strip_suffix(".lock").unwrap_or(folder);
    match name {
        name if name.starts_with("issue") => format!("issue/{name}"),
        name if name.starts_with("fix") => format!("fix/{name}"),
        name if name.starts_with("task") => format!("task/{name}"),
        name => format!("lock/{name}"),
    }
}

/// Type and name of what is claimed: from fields, else from `claims/TYPE/NAME.json` or
/// `claims/TYPE-NAME.json`.
fn resource(fields: &Fields<'_>, path: &str) -> Result<String, Wrong> {
    let kind = fields.text(&["resource_type", "type", "kind"])?;
    let name = fields.text(&["resource_name", "name", "resource", "target"])?;
    match (kind, name) {
        (Some(kind), Some(name)) => return Ok(format!("{kind}/{name}")),
        (None, Some(name)) if name.contains('/') => return Ok(name),
        _ => {}
    }
    let below = path.rsplit_once("claims/").map_or(path, |(_, below)| below);
    let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    match stem.contains('/') {
        true => Ok(stem.to_owned()),
        false => match stem.split_once(['-', '_']) {
            Some((kind, name)) => Ok(format!("{kind}/{name}")),
            None => Err(Wrong::field("resource_type", "is missing")),
        },
    }
}

/// `messages/direct/NAME/1.json` and `messages/direct/NAME.json` are to NAME.
fn addressee(path: &str) -> Option<String> {
    let below = path.rsplit_once("direct/")?.1;
    let name = match below.split_once('/') {
        Some((name, _)) => name,
        None => below.rsplit_once('.').map_or(below, |(stem, _)| stem),
    };
    Some(name.to_owned())
}

/// One visible line: the subject, or the beginning of the body.
fn subject(subject: Option<String>, body: &str) -> String {
    let line = subject.unwrap_or_else(|| body.lines().next().unwrap_or_default().to_owned());
    let visible = |c: char| if is_hidden(c) { ' ' } else { c };
    let line: String = line.chars().take(SUBJECT_CHARS).map(visible).collect();
    match line.trim() {
        "" => "(no subject)".to_owned(),
        line => line.to_owned(),
    }
}

/// Our word for what an older tool did; its own where we have none.
fn action(word: &str) -> String {
    let plain = plain(word);
    let ours = match plain.as_str() {
        "claim_issue" => "issue-claim",
        "release_issue" => "issue-release",
        "create_issue" | "report_issue" => "issue-new",
        "propose_fix" => "fix-propose",
        "apply_fix" => "fix-apply",
        "reject_fix" => "fix-reject",
        "acquire_lock" => "claim",
        "release_lock" => "release",
        "update_heartbeat" => "heartbeat",
        "started" => "task-start",
        "completed" => "task-complete",
        "failed" => "task-fail",
        _ => {
            return plain
                .replace('_', "-")
                .chars()
                .filter(|c| !is_hidden(*c))
                .take(60)
                .collect();
        }
    };
    ours.to_owned()
}
