//! Registries, sessions, heartbeats, states.

use serde_json::{Map, Value};

use super::{Kept, Person, Reader, SourceFile};
use crate::coord::import::Kind;
use crate::coord::import::fields::{Fields, Wrong};
use crate::coord::import::read::layout::Role;
use crate::coord::names::{check_session_name, check_text};
use crate::coord::schema::Activity;

const SEEN: &[&str] = &[
    "last_heartbeat",
    "last_seen",
    "last_activity",
    "heartbeat",
    "timestamp",
    "updated_at",
];

impl Reader<'_> {
    /// A file with several sessions: by id, in a list, below `sessions`, `agents` or `heartbeats`.
    pub(super) fn registry(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let names = ["sessions", "agents", "heartbeats", "active_sessions"];
        let inside = names.iter().find_map(|name| value.get(name));
        match inside.unwrap_or(value) {
            Value::Object(map) => {
                for (id, entry) in map {
                    // Beside the sessions a registry says things of its own.
                    if inside.is_none() && !entry.is_object() {
                        continue;
                    }
                    if let Err(mut wrong) = self.registered(file, Some(id), entry) {
                        let field = wrong.field.map(|field| format!(".{field}"));
                        wrong.field = Some(format!("{id}{}", field.unwrap_or_default()));
                        self.refuse(Kind::Sessions, &file.path, wrong);
                    }
                }
                Ok(())
            }
            Value::Array(list) => {
                self.entries(Kind::Sessions, file, list, |reader, entry| {
                    reader.registered(file, None, entry)
                });
                Ok(())
            }
            _ => Err(Wrong::record(
                "it is no registry: neither objects nor a list",
            )),
        }
    }

    fn registered(
        &mut self,
        file: &SourceFile,
        id: Option<&String>,
        entry: &Value,
    ) -> Result<(), Wrong> {
        let person = match (id, entry) {
            // `"agent": "2025-11-06T15:00:00Z"`: only when it was seen.
            (Some(id), Value::String(_)) => {
                let one = Value::Object(Map::from_iter([("last_seen".to_owned(), entry.clone())]));
                self.person(Some(id), &one)
            }
            (id, entry) => self.person(id.map(String::as_str), entry),
        }?;
        self.add(file, person, entry);
        Ok(())
    }

    /// A file of one session, or of its heartbeats.
    pub(super) fn session(
        &mut self,
        file: &SourceFile,
        value: &Value,
        role: Role,
    ) -> Result<(), Wrong> {
        let stem = stem(&file.path);
        let entries: Vec<&Value> = match value {
            Value::Array(entries) if role == Role::Heartbeat => entries.iter().collect(),
            one => vec![one],
        };
        for entry in entries {
            // `session-1763229251.json`, `session-1763229251_20251115.json`
            let person = self.person(Some(&stem), entry)?;
            self.add(file, person, entry);
        }
        Ok(())
    }

    /// One session. Its id is its own, else the one it stands under.
    fn person(&self, under: Option<&str>, value: &Value) -> Result<Person, Wrong> {
        let fields = self.fields(value)?;
        let own = fields.text(&["session_id", "agent_id", "id", "agent_name", "agent"])?;
        let id = match own.or_else(|| under.map(str::to_owned)) {
            Some(id) => id,
            None => fields.needed(&["session_id", "name"])?,
        };
        let name = fields.text(&["session_name", "name"])?;
        let called = name.as_deref().unwrap_or(&id);
        check_session_name(called).map_err(|error| Wrong::field("name", error.message))?;
        let print = fields.inner(&["fingerprint"])?;
        let print = print.as_ref().unwrap_or(&fields);
        let activity = self.activity(&fields)?;
        Ok(Person {
            number: fields.number(&["session_number", "number"])?,
            role: text(&fields, &["role"])?,
            goal: text(&fields, &["goal", "objective"])?,
            agent: text(&fields, &["agent_type", "kind"])?,
            pid: print.number(&["pid"])?,
            parent_pid: print.number(&["ppid", "parent_pid"])?,
            parent_name: text(print, &["parent_name", "parent"])?,
            terminal: text(print, &["terminal", "tty"])?,
            registered: fields.time(&[
                "registered_at",
                "started_at",
                "start_time",
                "created_at",
            ])?,
            seen: fields.time(SEEN)?,
            capabilities: fields.list(&["capabilities"])?,
            activity,
            id,
            name,
        })
    }

    /// What a session or a heartbeat says it was doing: now, and before.
    fn activity(&self, fields: &Fields<'_>) -> Result<Vec<Activity>, Wrong> {
        let mut all = Vec::new();
        if let Some((_, Value::Array(entries))) =
            fields.get(&["activity", "activity_history", "history"])
        {
            for entry in entries {
                let entry = self.fields(entry)?;
                all.extend(one_activity(&entry)?);
            }
        }
        all.extend(one_activity(fields)?);
        Ok(all)
    }

    fn add(&mut self, file: &SourceFile, person: Person, content: &Value) {
        let key = person.id.clone();
        let content = content.to_string();
        match self.people.get_mut(&key) {
            None => {
                let entry = (person, file.path.clone(), content);
                self.people.insert(key, entry);
            }
            Some((known, _, contents)) => {
                merge(known, person);
                contents.push_str(&content);
            }
        }
    }

    /// States by agent, or one agent's.
    pub(super) fn states(&mut self, file: &SourceFile, value: &Value) -> Result<(), Wrong> {
        let inside = ["agents", "states"].iter().find_map(|name| value.get(name));
        let Value::Object(map) = inside.unwrap_or(value) else {
            return Err(Wrong::record("it holds no states by agent"));
        };
        let is_one = inside.is_none() && map.get("agent").is_some_and(Value::is_string);
        if is_one {
            let owner = map.get("agent").and_then(Value::as_str).unwrap_or_default();
            return self.state(file, owner, map);
        }
        for (owner, entry) in map {
            match entry {
                Value::Object(state) => self.state(file, owner, state)?,
                // The file's own: when it was written, and the like.
                _ if inside.is_none() => {}
                _ => return Err(Wrong::field(owner, "is no object with a state")),
            }
        }
        Ok(())
    }

    fn state(
        &mut self,
        file: &SourceFile,
        owner: &str,
        map: &Map<String, Value>,
    ) -> Result<(), Wrong> {
        check_session_name(owner).map_err(|error| Wrong::field("agent", error.message))?;
        let whole = Value::Object(map.clone());
        let fields = self.fields(&whole)?;
        let at = fields.time(&["updated_at", "last_updated", "last_sync", "timestamp"])?;
        let state = match map.get("state") {
            Some(Value::Object(state)) => state.clone(),
            _ => map.clone(),
        };
        let metadata = match map.get("metadata") {
            Some(Value::Object(metadata)) => metadata.clone(),
            _ => Map::new(),
        };
        let kept = Kept {
            owner: owner.to_owned(),
            state,
            metadata,
            at,
        };
        let item = self.sourced(file, owner, &whole, kept);
        self.batch.states.push(item);
        Ok(())
    }
}

fn one_activity(fields: &Fields<'_>) -> Result<Option<Activity>, Wrong> {
    let Some(at) = fields.time(SEEN)? else {
        return Ok(None);
    };
    let action = text(fields, &["action"])?;
    let target = text(fields, &["target"])?;
    let doing = match (action, target) {
        (Some(action), Some(target)) => Some(format!("{action} {target}")),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => text(fields, &["working_on", "current_work", "current_action"])?,
    };
    let phase = text(fields, &["phase"])?;
    let next_action = text(fields, &["next_action", "next"])?;
    let task = text(fields, &["current_task", "task_id", "task"])?;
    let progress = fields.percent(&["progress"]);
    let silent = doing.is_none() && phase.is_none() && task.is_none() && progress.is_none();
    Ok((!silent).then(|| Activity {
        at,
        working_on: doing,
        phase,
        progress,
        next_action,
        task,
        extra: Map::new(),
    }))
}

/// Free text of a length that can be kept.
fn text(fields: &Fields<'_>, names: &[&str]) -> Result<Option<String>, Wrong> {
    let text = fields.text(names)?;
    if let Some(text) = &text {
        let name = names.first().copied().unwrap_or_default();
        check_text(name, text).map_err(|error| Wrong::field(name, error.message))?;
    }
    Ok(text)
}

fn merge(known: &mut Person, more: Person) {
    let Person {
        id: _,
        name,
        number,
        role,
        goal,
        agent,
        pid,
        parent_pid,
        parent_name,
        terminal,
        registered,
        seen,
        capabilities,
        activity,
    } = more;
    known.name = known.name.take().or(name);
    known.number = known.number.or(number);
    known.role = known.role.take().or(role);
    known.goal = known.goal.take().or(goal);
    known.agent = known.agent.take().or(agent);
    known.pid = known.pid.or(pid);
    known.parent_pid = known.parent_pid.or(parent_pid);
    known.parent_name = known.parent_name.take().or(parent_name);
    known.terminal = known.terminal.take().or(terminal);
    known.registered = match (known.registered, registered) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    known.seen = known.seen.max(seen);
    if known.capabilities.is_empty() {
        known.capabilities = capabilities;
    }
    known.activity.extend(activity);
    known.activity.sort_by_key(|activity| activity.at);
    known.activity.dedup();
}

/// The file's name without its ending and without what follows an underscore after a session's id.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.strip_prefix("heartbeat_").unwrap_or(stem);
    match stem.split_once('_') {
        Some((id, _)) if id.starts_with("session-") => id.to_owned(),
        _ => stem.to_owned(),
    }
}

/// A claimer inside of a task.
pub(super) fn claimer(fields: &Fields<'_>) -> Result<Option<Person>, Wrong> {
    if let Some((_, Value::String(name))) = fields.get(&["claimed_by"]) {
        let name = name.trim();
        check_session_name(name).map_err(|error| Wrong::field("claimed_by", error.message))?;
        return Ok(Some(Person {
            id: name.to_owned(),
            ..Person::default()
        }));
    }
    let Some(by) = fields.inner(&["claimed_by"])? else {
        return Ok(None);
    };
    let inside = |wrong: Wrong| Wrong {
        field: Some(format!("claimed_by.{}", wrong.field.unwrap_or_default())),
        why: wrong.why,
    };
    let read = || -> Result<Person, Wrong> {
        let id = by.needed(&["session_id", "session_name"])?;
        let name = by.text(&["session_name"])?;
        let called = name.as_deref().unwrap_or(&id);
        check_session_name(called).map_err(|error| Wrong::field("session_name", error.message))?;
        Ok(Person {
            number: by.number(&["session_number"])?,
            pid: by.number(&["pid"])?,
            terminal: text(&by, &["terminal"])?,
            id,
            name,
            ..Person::default()
        })
    };
    read().map(Some).map_err(inside)
}
