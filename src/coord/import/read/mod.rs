//! Files into items. Nothing here knows the store.

pub mod layout;
mod sessions;
mod talk;
mod tasks;
mod work;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::fields::{Fields, Wrong};
use super::{Kind, Refused, yaml};
use crate::coord::digest::hash;
use crate::coord::fix::{State, TestResults};
use crate::coord::issue;
use crate::coord::schema::Activity;
use crate::coord::task::{Priority, Status};
use layout::Role;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path from the place that is imported, `/`-separated.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// One item, where it stands and what it is known by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sourced<T> {
    pub(super) file: String,
    pub(super) identity: String,
    pub(super) hash: String,
    pub(super) item: T,
}

/// What was read, and what of it was refused.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(super) sessions: Vec<Sourced<Person>>,
    pub(super) states: Vec<Sourced<Kept>>,
    pub(super) issues: Vec<Sourced<OldIssue>>,
    pub(super) fixes: Vec<Sourced<OldFix>>,
    pub(super) tasks: Vec<Sourced<OldTask>>,
    pub(super) claims: Vec<Sourced<OldClaim>>,
    pub(super) messages: Vec<Sourced<Letter>>,
    pub(super) events: Vec<Sourced<Event>>,
    pub(super) refused: Vec<Refused>,
    pub(super) notes: Vec<String>,
    /// Indexes, and the ids they list.
    pub(super) indexes: Vec<(String, Vec<String>)>,
    /// Files that hold something of a kind that was asked for.
    pub files: usize,
    /// Files that hold nothing known.
    pub unknown: usize,
}

/// A session.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Person {
    /// What the older tools called it: its id, or its name where there was no id.
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) number: Option<u32>,
    pub(super) role: Option<String>,
    pub(super) goal: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) pid: Option<u32>,
    pub(super) parent_pid: Option<u32>,
    pub(super) parent_name: Option<String>,
    pub(super) terminal: Option<String>,
    pub(super) registered: Option<Timestamp>,
    pub(super) seen: Option<Timestamp>,
    pub(super) capabilities: Vec<String>,
    pub(super) activity: Vec<Activity>,
}

/// What an agent kept for others to read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) owner: String,
    pub(super) state: Map<String, Value>,
    pub(super) metadata: Map<String, Value>,
    pub(super) at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct OldIssue {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) severity: issue::Severity,
    pub(super) files: Vec<String>,
    pub(super) status: issue::Status,
    pub(super) owner: Option<String>,
    pub(super) reporter: Option<String>,
    pub(super) created: Option<Timestamp>,
    pub(super) claimed: Option<Timestamp>,
    pub(super) resolved: Option<(Option<String>, Option<Timestamp>)>,
    pub(super) note: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct OldFix {
    pub(super) id: String,
    pub(super) issue: String,
    pub(super) title: String,
    pub(super) approach: Option<String>,
    pub(super) files: Vec<String>,
    pub(super) lines: Option<String>,
    pub(super) test_results: TestResults,
    pub(super) implementer: Option<String>,
    pub(super) proposed: Option<Timestamp>,
    pub(super) state: State,
    pub(super) verified_by: Vec<String>,
    pub(super) decided: (Option<String>, Option<Timestamp>),
    pub(super) reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct OldTask {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) text: Option<String>,
    pub(super) status: Status,
    pub(super) kind: Option<String>,
    pub(super) priority: Priority,
    pub(super) estimate_minutes: Option<u32>,
    pub(super) depends_on: Vec<String>,
    pub(super) claimer: Option<Person>,
    pub(super) created: Option<Timestamp>,
    pub(super) claimed: Option<Timestamp>,
    pub(super) started: Option<Timestamp>,
    pub(super) completed: Option<Timestamp>,
    pub(super) result: Option<String>,
    pub(super) duration_seconds: Option<u64>,
}

/// A claim or a lock.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OldClaim {
    pub(super) key: String,
    pub(super) owner: String,
    pub(super) at: Option<Timestamp>,
    pub(super) expires: Option<Timestamp>,
    pub(super) reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Letter {
    pub(super) from: String,
    /// To one; none for a broadcast.
    pub(super) to: Option<String>,
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) at: Option<Timestamp>,
}

/// A line of a trail.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) at: Timestamp,
    pub(super) agent: Option<String>,
    pub(super) action: String,
    pub(super) subject: String,
    pub(super) issue: Option<String>,
    pub(super) fix: Option<String>,
    pub(super) success: bool,
    pub(super) message: Option<String>,
}

/// Collects while files are read.
pub(super) struct Reader<'a> {
    batch: Batch,
    only: &'a BTreeSet<Kind>,
    naive: Cell<u64>,
    /// Sessions by id, put together from several files.
    people: BTreeMap<String, (Person, String, String)>,
    /// How often an identity has occurred, for what has no id of its own.
    seen: BTreeMap<String, u64>,
}

impl Batch {
    /// Reads files; of kinds not in `only` nothing. An empty `only` means all. A file of which place
    /// and name say nothing is taken for what `only` says if that is one kind.
    pub fn read(files: &[SourceFile], only: &BTreeSet<Kind>) -> Batch {
        let mut reader = Reader {
            batch: Batch::default(),
            only,
            naive: Cell::new(0),
            people: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        for file in files {
            reader.file(file);
        }
        reader.finish()
    }

    /// Adds files that could not be read, of kinds that are wanted.
    pub fn add_refused(&mut self, refused: Vec<Refused>, only: &BTreeSet<Kind>) {
        let wanted = |refused: &Refused| only.is_empty() || only.contains(&refused.kind);
        self.refused.extend(refused.into_iter().filter(wanted));
    }

    /// Whether there was no file that might hold anything.
    pub fn is_empty(&self) -> bool {
        self.files == 0 && self.refused.is_empty()
    }
}

impl Reader<'_> {
    fn wants(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }

    fn file(&mut self, file: &SourceFile) {
        let Some(role) = self.role(&file.path) else {
            self.batch.unknown += 1;
            return;
        };
        let Some(kind) = role.kind() else {
            return;
        };
        // A registry tells of sessions whatever else is wanted of it.
        if !self.wants(kind) {
            return;
        }
        self.batch.files += 1;
        let value = match role {
            Role::TaskText => Ok(Value::String(file.text.clone())),
            Role::Trail if file.path.ends_with(".jsonl") => Ok(Value::Null),
            _ => parse(file),
        };
        let outcome = value.map_err(Wrong::record).and_then(|value| match role {
            Role::Registry => self.registry(file, &value),
            Role::Session | Role::Heartbeat => self.session(file, &value, role),
            Role::States => self.states(file, &value),
            Role::Issue => self.issue(file, &value),
            Role::Fix => self.fix(file, &value),
            Role::Index => self.index(file, &value),
            Role::Task => self.task(file, &value),
            Role::TaskText => self.task_text(file),
            Role::Claim | Role::Lock => self.claim(file, &value, role),
            Role::Message => self.messages(file, &value),
            Role::Trail => self.trail(file, &value),
            Role::Template => Ok(()),
        });
        if let Err(wrong) = outcome {
            self.refuse(kind, &file.path, wrong);
        }
    }

    fn role(&self, path: &str) -> Option<Role> {
        let by_place = layout::role(path);
        let mut only = self.only.iter();
        match (by_place, only.next(), only.next()) {
            (None, Some(kind), None) => layout::by_kind(path, *kind),
            (role, ..) => role,
        }
    }

    pub(super) fn refuse(&mut self, kind: Kind, file: &str, wrong: Wrong) {
        self.batch.refused.push(Refused {
            kind,
            file: file.to_owned(),
            field: wrong.field,
            why: wrong.why,
        });
    }

    /// Reads the entries of a list. One that is wrong is named by its place, counted from 0 as `jq` does.
    fn entries(
        &mut self,
        kind: Kind,
        file: &SourceFile,
        entries: &[Value],
        read: impl Fn(&mut Self, &Value) -> Result<(), Wrong>,
    ) {
        for (at, entry) in entries.iter().enumerate() {
            if let Err(wrong) = read(self, entry) {
                self.refuse(kind, &format!("{}[{at}]", file.path), wrong);
            }
        }
    }

    fn sourced<T>(
        &self,
        file: &SourceFile,
        identity: &str,
        content: &Value,
        item: T,
    ) -> Sourced<T> {
        Sourced {
            file: file.path.clone(),
            identity: identity.to_owned(),
            hash: hash(&content.to_string()),
            item,
        }
    }

    /// An identity for what has none: its content, and which of those that say the same it is.
    fn by_content(&mut self, kind: Kind, content: &str) -> String {
        let hash = hash(content);
        let count = self.seen.entry(format!("{kind}/{hash}")).or_default();
        *count += 1;
        match *count {
            1 => hash,
            nth => format!("{hash}-{nth}"),
        }
    }

    fn fields<'a>(&'a self, value: &'a Value) -> Result<Fields<'a>, Wrong> {
        Fields::of(value, &self.naive)
    }

    fn finish(mut self) -> Batch {
        let people = std::mem::take(&mut self.people);
        for (id, (person, file, content)) in people {
            self.batch.sessions.push(Sourced {
                file,
                identity: id,
                hash: hash(&content),
                item: person,
            });
        }
        let naive = self.naive.get();
        if naive > 0 {
            let note = format!("times that name no zone and were taken as UTC: {naive}");
            self.batch.notes.push(note);
        }
        self.batch
    }
}

fn parse(file: &SourceFile) -> Result<Value, String> {
    let is_yaml = file.path.ends_with(".yaml") || file.path.ends_with(".yml");
    if is_yaml {
        return yaml::parse(&file.text).map_err(|why| format!("the YAML cannot be read: {why}"));
    }
    serde_json::from_str(file.text.trim_start_matches('\u{feff}'))
        .map_err(|error| format!("the JSON cannot be read: {error}"))
}

/// A word in the form in which words are compared.
fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', ' '], "_")
}
