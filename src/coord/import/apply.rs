//! Items into records, all in one transaction.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Map;

use super::ledger::{self, session_id};
use super::read::{
    Batch, Event, Kept, Letter, OldClaim, OldFix, OldIssue, OldTask, Person, Sourced,
};
use super::{Kind, Outcome, Refused};
use crate::clock::Now;
use crate::coord::audit::{self, AuditEntry};
use crate::coord::claim::{self, ClaimRequest};
use crate::coord::fingerprint::Fingerprint;
use crate::coord::fix::{self, Applied, Fix, Rejected, State};
use crate::coord::issue::{self, Issue, Resolution, Step, Who};
use crate::coord::lease::{MAX_TTL, MIN_TTL};
use crate::coord::message::records;
use crate::coord::message::{Message, Recipient, Sender, Trust};
use crate::coord::schema::{self, Cause, Ended, Session};
use crate::coord::task::{self, Claimer, Status, Task};
use crate::coord::{ClaimKey, Moment, session, state};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::store::{Tx, put_json};

/// The boot and the machine of those that ran nowhere here.
const ELSEWHERE: &str = "imported";
/// Who did what nobody is named for.
const NOBODY: &str = "imported";
/// Activities kept of a session.
const ACTIVITIES: usize = 20;

/// Writes what is not here yet.
pub(super) fn apply(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    origin: &str,
    batch: &Batch,
) -> Result<Outcome> {
    let outcome = Outcome {
        notes: batch.notes.clone(),
        ..Outcome::default()
    };
    let mut writer = Writer {
        at,
        outcome,
        entries: 0,
        over: 0,
        freed: 0,
        changed: 0,
    };
    for refused in &batch.refused {
        writer.outcome.refuse(refused.clone());
    }
    writer.each(tx, Kind::Sessions, &batch.sessions, Writer::session)?;
    writer.each(tx, Kind::States, &batch.states, Writer::state)?;
    writer.each(tx, Kind::Issues, &batch.issues, Writer::issue)?;
    writer.each(tx, Kind::Fixes, &batch.fixes, Writer::fix)?;
    let new: BTreeSet<&str> = writer.fresh(tx, &batch.tasks)?;
    writer.each(tx, Kind::Tasks, &batch.tasks, Writer::task)?;
    writer.dependencies(tx, &batch.tasks, &new)?;
    writer.each(tx, Kind::Claims, &batch.claims, Writer::claim)?;
    writer.each(tx, Kind::Messages, &batch.messages, Writer::message)?;
    writer.each(tx, Kind::Audit, &batch.events, Writer::event)?;
    writer.indexes(tx, batch)?;
    writer.tell();
    let imported = writer.outcome.imported();
    if imported > 0 {
        ledger::note_origin(tx, at.now.wall, origin, imported)?;
    }
    Ok(writer.outcome)
}

struct Writer<'a> {
    at: &'a Moment<'a>,
    outcome: Outcome,
    /// Lines of the trail written so far.
    entries: u64,
    /// Claims that bind nobody any more.
    over: u64,
    /// Tasks and issues that were in hand.
    freed: u64,
    /// Items that say something else than when they were taken over.
    changed: u64,
}

/// Writes one item.
type Write<'a, T> = fn(&mut Writer<'a>, &mut dyn Tx, &T) -> Result<()>;

impl<'a> Writer<'a> {
    fn each<T>(
        &mut self,
        tx: &mut dyn Tx,
        kind: Kind,
        items: &[Sourced<T>],
        write: Write<'a, T>,
    ) -> Result<()> {
        for item in items {
            if let Some(known) = ledger::find(tx.view(), kind, &item.identity)? {
                self.changed += u64::from(known.hash != item.hash);
                self.outcome.of(kind).already += 1;
                continue;
            }
            match write(self, tx, &item.item) {
                Ok(()) => {
                    ledger::note(tx, kind, &item.identity, &item.file, &item.hash)?;
                    self.outcome.of(kind).imported += 1;
                }
                // Nothing of it was written: rules refuse before they write.
                Err(error) if by_rule(&error) => self.outcome.refuse(Refused {
                    kind,
                    file: item.file.clone(),
                    field: None,
                    why: error.message,
                }),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn wall(&self) -> Timestamp {
        self.at.now.wall
    }

    fn session(&mut self, tx: &mut dyn Tx, person: &Person) -> Result<()> {
        let then = |time: Option<Timestamp>| Now {
            boot_id: ELSEWHERE.to_owned(),
            boot_ms: 0,
            wall: time.unwrap_or(self.at.now.wall),
        };
        let seen = then(person.seen.or(person.registered));
        let mut activity = person.activity.clone();
        let surplus = activity.len().saturating_sub(ACTIVITIES);
        activity.drain(..surplus);
        let last = activity.last().cloned();
        let last = last.as_ref();
        let session = Session {
            id: session_id(&person.id),
            name: person.name.clone().unwrap_or_else(|| person.id.clone()),
            number: person.number.unwrap_or(0),
            generation: 1,
            role: person.role.clone(),
            goal: person.goal.clone(),
            pane: None,
            agent: person.agent.clone(),
            fingerprint: print(person),
            group: None,
            working_on: last.and_then(|last| last.working_on.clone()),
            phase: last.and_then(|last| last.phase.clone()),
            progress: last.and_then(|last| last.progress),
            next_action: last.and_then(|last| last.next_action.clone()),
            task: last.and_then(|last| last.task.clone()),
            state: None,
            capabilities: person.capabilities.clone(),
            operation: None,
            asked: None,
            registered: then(person.registered.or(person.seen)),
            seen: seen.clone(),
            activity,
            ended: Some(Ended {
                at: seen,
                cause: Cause::Left,
            }),
            state_versions: 0,
            labels_revision: tx.revision(),
            extra: Map::new(),
        };
        schema::put_session(tx, &session)
    }

    /// A state belongs to a session, and goes when that is forgotten.
    fn state(&mut self, tx: &mut dyn Tx, kept: &Kept) -> Result<()> {
        let id = session_id(&kept.owner);
        let record = state::Kept {
            session: id.clone(),
            name: kept.owner.clone(),
            state: kept.state.clone(),
            metadata: kept.metadata.clone(),
            version: 1,
            updated_at: kept.at.unwrap_or(self.wall()),
            extra: Map::new(),
        };
        let bytes = serde_json::to_string(&record).map_or(usize::MAX, |text| text.len());
        if bytes > state::STATE_BYTES {
            return Err(Error::usage(format!(
                "the state has {bytes} bytes; at most {} are kept",
                state::STATE_BYTES
            )));
        }
        if schema::session(tx.view(), &id)?.is_none() {
            let owner = Person {
                id: kept.owner.clone(),
                seen: kept.at,
                ..Person::default()
            };
            self.session(tx, &owner)?;
        }
        put_json(tx, &schema::state_key(&id), &record)
    }

    fn issue(&mut self, tx: &mut dyn Tx, old: &OldIssue) -> Result<()> {
        if let Some(taken) = issue::get(tx.view(), &old.id)? {
            return Err(taken_already("issue", &old.id, &taken.title));
        }
        let resolved_at = old.resolved.as_ref().and_then(|(_, at)| *at);
        let created = old.created.or(old.claimed).or(resolved_at);
        let created = created.unwrap_or(self.wall());
        let step = |at, by: &str, what: &str, note: Option<String>| Step {
            at,
            by: by.to_owned(),
            what: what.to_owned(),
            note,
        };
        let reporter = old.reporter.as_deref().unwrap_or(NOBODY);
        let mut history = vec![step(created, reporter, "reported", None)];
        let mut changed = created;
        let in_hand = old.status.is_open() && old.status != issue::Status::New;
        if let Some(owner) = &old.owner {
            let claimed = old.claimed.unwrap_or(created);
            history.push(step(claimed, owner, "claimed", None));
            changed = changed.max(claimed);
            if old.status == issue::Status::InProgress {
                let note = "its owner did not come with it".to_owned();
                history.push(step(self.wall(), owner, "lost", Some(note)));
                changed = self.wall();
            }
        }
        let resolution = old.resolved.as_ref().map(|(by, at)| Resolution {
            resolved_by: who(by.as_deref().or(old.owner.as_deref()).unwrap_or(NOBODY)),
            resolved_at: at.unwrap_or(changed),
            revision: tx.revision(),
            fix: None,
            note: old.note.clone(),
        });
        if let Some(resolution) = &resolution {
            changed = changed.max(resolution.resolved_at);
            let by = &resolution.resolved_by.name;
            history.push(step(changed, by, old.status.word(), old.note.clone()));
        }
        self.freed += u64::from(old.status == issue::Status::InProgress);
        let mut issue = Issue {
            id: old.id.clone(),
            title: old.title.clone(),
            description: old.description.clone(),
            severity: old.severity,
            files: old.files.clone(),
            // In review it is again when its fix comes.
            status: if in_hand {
                issue::Status::New
            } else {
                old.status
            },
            owner: None,
            reporter: who(reporter),
            created,
            created_revision: tx.revision(),
            first_claimed: old.claimed.or(old.owner.as_ref().map(|_| created)),
            changed,
            resolution,
            fixes: Vec::new(),
            waiting_fix: None,
            attempts: u32::from(old.status == issue::Status::InProgress),
            version: 0,
            history,
            extra: Map::new(),
        };
        issue::put(tx, changed, &mut issue)
    }

    fn fix(&mut self, tx: &mut dyn Tx, old: &OldFix) -> Result<()> {
        if let Some(taken) = fix::get(tx.view(), &old.id)? {
            return Err(taken_already("fix", &old.id, &taken.title));
        }
        let Some(mut issue) = issue::get(tx.view(), &old.issue)? else {
            return Err(Error::not_found(format!(
                "issue_id: there is no issue {}, neither here nor among those that come with it",
                old.issue
            )));
        };
        let (by, decided) = &old.decided;
        let proposed = old.proposed.or(*decided).unwrap_or(self.wall());
        let decided = decided
            .or(issue
                .resolution
                .as_ref()
                .map(|resolution| resolution.resolved_at))
            .unwrap_or(proposed);
        let by = who(by.as_deref().unwrap_or(NOBODY));
        let is = |state| old.state == state;
        let changed = if old.state.is_open() {
            proposed
        } else {
            decided
        };
        let mut fix = Fix {
            id: old.id.clone(),
            issue: old.issue.clone(),
            title: old.title.clone(),
            approach: old.approach.clone(),
            files: old.files.clone(),
            lines: old.lines.clone(),
            test_results: old.test_results.clone(),
            implementer: who(old.implementer.as_deref().unwrap_or(NOBODY)),
            proposed,
            state: old.state,
            version: 1,
            reviews: Vec::new(),
            verified_by: old.verified_by.iter().map(|name| who(name)).collect(),
            applied: is(State::Applied).then(|| Applied {
                by: by.clone(),
                at: decided,
            }),
            rejected: is(State::Rejected).then(|| Rejected {
                by: by.clone(),
                at: decided,
                reason: old.reason.clone().unwrap_or_else(|| "not said".to_owned()),
            }),
            changed,
            state_revision: tx.revision(),
            extra: Map::new(),
        };
        fix::put(tx, changed, &mut fix)?;
        if !issue.fixes.contains(&fix.id) {
            issue.fixes.push(fix.id.clone());
        }
        if old.state.is_open() && issue.status.is_open() {
            issue.status = issue::Status::Review;
            issue.waiting_fix = Some(fix.id.clone());
        }
        if is(State::Applied)
            && let Some(resolution) = &mut issue.resolution
        {
            resolution.fix.get_or_insert_with(|| fix.id.clone());
        }
        let changed = issue.changed;
        issue::put(tx, changed, &mut issue)
    }

    fn task(&mut self, tx: &mut dyn Tx, old: &OldTask) -> Result<()> {
        if let Some(taken) = task::record::find(tx.view(), &old.id)? {
            return Err(taken_already("task", &old.id, &taken.description));
        }
        let claimer = old.claimer.as_ref().map(claimer);
        let in_hand = old.status.is_active();
        let first = [old.created, old.claimed, old.started, old.completed];
        let created = first.into_iter().flatten().min();
        // Unlike a session's here, its work cannot be gone on with.
        self.freed += u64::from(in_hand);
        let kept = |time: Option<Timestamp>| time.filter(|_| !in_hand);
        let finished = old.status.is_finished();
        let took = || {
            let from = old.started.or(old.claimed)?;
            let until = old.completed?;
            u64::try_from(until.as_second() - from.as_second()).ok()
        };
        let mut task = Task {
            task_id: old.id.clone(),
            description: old.description.clone(),
            text: old.text.clone(),
            status: if in_hand { Status::Pending } else { old.status },
            kind: old.kind.clone(),
            priority: old.priority,
            estimate_minutes: old.estimate_minutes,
            needs: Vec::new(),
            parent: None,
            parts: Vec::new(),
            depends_on: if finished {
                old.depends_on.clone()
            } else {
                Vec::new()
            },
            blocked_by: Vec::new(),
            assigned_to: None,
            claimed_by: claimer.clone().filter(|_| finished),
            last_claimed_by: claimer.clone().filter(|_| !finished),
            created_by: claimer.unwrap_or_else(|| {
                self::claimer(&Person {
                    id: NOBODY.to_owned(),
                    ..Person::default()
                })
            }),
            created_at: created.unwrap_or(self.wall()),
            claimed_at: kept(old.claimed),
            started_at: kept(old.started),
            completed_at: old.completed.filter(|_| finished),
            result: old.result.clone().filter(|_| finished),
            duration_seconds: old.duration_seconds.or_else(took).filter(|_| finished),
            attempts: u32::from(in_hand),
            version: 0,
            since: None,
            created_revision: tx.revision(),
            state_revision: tx.revision(),
            extra: Map::new(),
        };
        task::record::save(tx, &mut task)
    }

    /// The tasks that come in now.
    fn fresh<'t>(&self, tx: &dyn Tx, tasks: &'t [Sourced<OldTask>]) -> Result<BTreeSet<&'t str>> {
        let mut fresh = BTreeSet::new();
        for task in tasks {
            let known = ledger::find(tx.view(), Kind::Tasks, &task.identity)?.is_some();
            if !known && task::record::find(tx.view(), &task.item.id)?.is_none() {
                fresh.insert(task.item.id.as_str());
            }
        }
        Ok(fresh)
    }

    /// What tasks wait for, once all are there.
    fn dependencies(
        &mut self,
        tx: &mut dyn Tx,
        tasks: &[Sourced<OldTask>],
        new: &BTreeSet<&str>,
    ) -> Result<()> {
        for old in tasks.iter().map(|task| &task.item) {
            if old.status.is_finished() || !new.contains(old.id.as_str()) {
                continue;
            }
            for id in &old.depends_on {
                let Some(mut task) = task::record::find(tx.view(), &old.id)? else {
                    continue;
                };
                match task::graph::depend(tx, &mut task, std::slice::from_ref(id)) {
                    Ok(()) => task::record::save(tx, &mut task)?,
                    Err(error) if by_rule(&error) => {
                        let note = format!("{} does not wait for {id}: {}", old.id, error.message);
                        self.outcome.notes.push(note);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    fn claim(&mut self, tx: &mut dyn Tx, old: &OldClaim) -> Result<()> {
        let now = self.wall();
        let key = ClaimKey::canonical(&old.key)?;
        let left = old.expires.map(|until| until.duration_since(now));
        let runs = left.is_none_or(|left| left.is_positive());
        let owner = session::resolve(tx.view(), self.at, &old.owner).ok();
        match owner.filter(|owner| runs && owner.name == old.owner) {
            Some(owner) => {
                let ttl = left.and_then(|left| Duration::try_from(left).ok());
                let request = ClaimRequest {
                    ttl: ttl.map(|ttl| ttl.clamp(MIN_TTL, MAX_TTL)),
                    reason: old.reason.clone(),
                    ..ClaimRequest::of(vec![key])
                };
                claim::grant(tx, self.at, &owner, &request, None)?;
            }
            None => self.over += 1,
        }
        self.entry(
            tx,
            &Event {
                at: old.at.unwrap_or(now),
                agent: Some(old.owner.clone()),
                action: "claim".to_owned(),
                subject: old.key.clone(),
                issue: None,
                fix: None,
                success: true,
                message: old.reason.clone(),
            },
        )
    }

    /// A message of the past: it can be read, and lies before nobody.
    fn message(&mut self, tx: &mut dyn Tx, old: &Letter) -> Result<()> {
        let id = records::next_id(tx)?;
        let to = match &old.to {
            Some(name) => Recipient::Session {
                id: session_id(name),
                name: name.clone(),
            },
            None => Recipient::All,
        };
        let message = Message {
            id,
            revision: tx.revision(),
            at: old.at.unwrap_or(self.wall()),
            from: Sender {
                session: Some(session_id(&old.from)),
                name: old.from.clone(),
                trust: Trust::Outside,
            },
            to,
            position: None,
            thread: id,
            re: None,
            subject: old.subject.clone(),
            text: String::new(),
            bytes: 0,
            extra: Map::new(),
        };
        let harmless = |c: char| match c {
            '\n' | '\t' => c,
            c if c.is_control() => '\u{fffd}',
            c => c,
        };
        let body: String = old.body.chars().map(harmless).collect();
        records::put_message(tx, message, &body).map(drop)
    }

    fn event(&mut self, tx: &mut dyn Tx, event: &Event) -> Result<()> {
        self.entry(tx, event)
    }

    /// A line of the trail, at its own time.
    fn entry(&mut self, tx: &mut dyn Tx, event: &Event) -> Result<()> {
        let revision = tx.revision();
        let kind = match (event.success, event.action.ends_with("claim")) {
            (true, _) => None,
            (false, true) => Some(ErrorKind::Held),
            (false, false) => Some(ErrorKind::Refused),
        };
        let entry = AuditEntry {
            revision,
            timestamp: event.at,
            session: event.agent.as_deref().map(session_id),
            agent: event.agent.clone(),
            action: event.action.clone(),
            subject: audit::cut(&event.subject),
            issue: event.issue.as_deref().map(audit::cut),
            fix: event.fix.as_deref().map(audit::cut),
            success: event.success,
            kind: kind.map(|kind| kind.name().to_owned()),
            message: event.message.as_deref().map(audit::cut),
        };
        // Counted here: counting what is there for each of a hundred thousand lines takes hours.
        let key = format!("{}{revision:020}-{:06}", audit::PREFIX, self.entries);
        self.entries += 1;
        put_json(tx, &key, &entry)
    }

    /// What an index lists and nobody has.
    fn indexes(&mut self, tx: &mut dyn Tx, batch: &Batch) -> Result<()> {
        for (file, ids) in &batch.indexes {
            let mut missing = Vec::new();
            for id in ids {
                let here = match file.contains("fixes") {
                    true => fix::get(tx.view(), id)?.is_some(),
                    false => issue::get(tx.view(), id)?.is_some(),
                };
                let refused = batch
                    .refused
                    .iter()
                    .any(|refused| refused.file.contains(id));
                if !here && !refused {
                    missing.push(id.as_str());
                }
            }
            if !missing.is_empty() {
                let note = format!("{file} lists what no file has: {}", missing.join(", "));
                self.outcome.notes.push(note);
            }
        }
        Ok(())
    }

    fn tell(&mut self) {
        let told = [
            (
                self.over,
                "claims that bind nobody, for they have run out or no session of their owner's name lives here",
            ),
            (
                self.freed,
                "tasks and issues that were in hand and are free again, with the attempt counted",
            ),
            (
                self.changed,
                "things that were taken over before and say something else now, so what is here was kept",
            ),
        ];
        let notes = told.iter().filter(|(count, _)| *count > 0);
        let notes = notes.map(|(count, what)| format!("{what}: {count}"));
        self.outcome.notes.extend(notes);
    }
}

fn by_rule(error: &Error) -> bool {
    use ErrorKind::{Fenced, Held, NotFound, Refused, Usage};
    matches!(error.kind, Refused | Held | NotFound | Usage | Fenced)
}

fn taken_already(what: &str, id: &str, title: &str) -> Error {
    Error::refused(format!(
        "there is another {what} {id} here: {}; give one of them another id",
        crate::coord::names::shown(title)
    ))
}

fn who(name: &str) -> Who {
    Who {
        id: session_id(name),
        name: name.to_owned(),
    }
}

fn claimer(person: &Person) -> Claimer {
    Claimer {
        session_id: session_id(&person.id),
        session_number: person.number.unwrap_or(0),
        session_name: person.name.clone().unwrap_or_else(|| person.id.clone()),
        pid: person.pid.unwrap_or(0),
        terminal: person.terminal.clone().unwrap_or("not_a_tty".to_owned()),
    }
}

/// A process of another time: no probe finds it, and it is nobody's here.
fn print(person: &Person) -> Fingerprint {
    Fingerprint {
        host_id: ELSEWHERE.to_owned(),
        host: ELSEWHERE.to_owned(),
        boot_id: ELSEWHERE.to_owned(),
        pid_ns: 0,
        pid: person.pid.unwrap_or(0),
        start_ticks: 0,
        name: person.agent.clone().unwrap_or_default(),
        parent_pid: person.parent_pid.unwrap_or(0),
        parent_name: person.parent_name.clone().unwrap_or_default(),
        tty: person.terminal.clone().unwrap_or("not_a_tty".to_owned()),
    }
}
