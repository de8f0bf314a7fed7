//! The store's records resolved into a [`Snapshot`]: who lives, who coordinates, what is held.
//!
//! Reading changes nothing. What is void (a dead holder's claim, a lease that is over) is left out,
//! although its record is still there; a claim in its grace is shown with no time left, because it
//! still keeps others out. A record that cannot be read is left out too, and named: one damaged
//! record must not hide all others.
//!
//! A [`Replica`] remembers the records it has read and reads only what has changed since, so that
//! somebody who looks after each commit does not read ten thousand claims each time. It holds what
//! reading everything would find, whatever way it came there.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound::{Included, Unbounded};

use serde::de::DeserializeOwned;

use super::audit::Trail;
use super::claim::{Standing, standing};
use super::fingerprint::Fingerprint;
use super::lease::Phase;
use super::message::overview::Overview;
use super::schema::{self, Cause, Claim, Entry, Group, Session, SessionId, Waiter};
use super::snapshot::{ClaimInfo, ContextInfo, GroupInfo, Life, Mail, SessionInfo, Snapshot};
use super::task::info::{self, Overview as TaskOverview};
use super::{Moment, context, fix, group, issue, queue, session};
use crate::error::Result;
use crate::store::{Delta, Record, View};

/// A snapshot, and when it will be out of date by itself.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What is to be seen.
    pub snapshot: Snapshot,
    /// Milliseconds until time alone changes it: a lease or its grace ends, a session stalls.
    pub next_change_ms: Option<u64>,
    /// The processes whose end would change it.
    pub processes: Vec<Fingerprint>,
}

/// How much of the store somebody wants to see. Sessions, and groups with what they share, are always
/// read; what is not wanted stays empty in the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All there is.
    Whole,
    /// Who is there and works with whom.
    People,
    /// The same, with the tasks and with the mail before each session.
    Work,
    /// Who is there and what is held.
    Claims,
}

impl Scope {
    /// What the keys of the claims begin with that are wanted.
    fn claims(self) -> &'static [&'static str] {
        match self {
            Scope::Whole | Scope::Claims => &["claim/", "pattern/"],
            // A task is in hand as long as its claim lives.
            Scope::Work => &["claim/task/"],
            Scope::People => &[],
        }
    }

    fn waiters(self) -> &'static [&'static str] {
        match self {
            Scope::Whole | Scope::Claims => &[schema::WAIT_PREFIX],
            Scope::People | Scope::Work => &[],
        }
    }

    /// Whether tasks and mail are wanted.
    fn work(self) -> bool {
        matches!(self, Scope::Whole | Scope::Work)
    }
}

/// The records of one kind, by key.
#[derive(Debug, Clone)]
struct Kind<T> {
    prefixes: &'static [&'static str],
    /// Each with the revision of its last write.
    records: BTreeMap<String, (T, u64)>,
    damaged: BTreeSet<String>,
}

impl<T: DeserializeOwned> Kind<T> {
    fn of(prefixes: &'static [&'static str]) -> Kind<T> {
        Kind {
            prefixes,
            records: BTreeMap::new(),
            damaged: BTreeSet::new(),
        }
    }

    fn read(&mut self, view: &dyn View) -> Result<()> {
        self.records.clear();
        self.damaged.clear();
        for prefix in self.prefixes {
            for record in view.range(prefix)? {
                self.take(record);
            }
        }
        Ok(())
    }

    fn take(&mut self, record: Record) {
        match record.decode() {
            Ok(value) => {
                let known = (value, record.mod_revision);
                self.records.insert(record.key, known);
            }
            Err(error) => {
                tracing::debug!("{error}");
                self.damaged.insert(record.key);
            }
        }
    }

    fn follow(&mut self, view: &dyn View, key: &str) -> Result<()> {
        if self.prefixes.iter().any(|prefix| key.starts_with(prefix)) {
            self.records.remove(key);
            self.damaged.remove(key);
            if let Some(record) = view.get(key)? {
                self.take(record);
            }
        }
        Ok(())
    }

    fn values(&self) -> impl Iterator<Item = &T> {
        self.records.values().map(|(value, _)| value)
    }

    fn get(&self, key: &str) -> Option<&T> {
        self.records.get(key).map(|(value, _)| value)
    }

    /// Those whose keys begin with `prefix`, each with the revision of its last write.
    fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a (T, u64)> {
        let range = self.records.range::<str, _>((Included(prefix), Unbounded));
        range
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(_, known)| known)
    }
}

/// The records that make up a snapshot, as of some revision.
#[derive(Debug, Clone)]
pub struct Replica {
    scope: Scope,
    /// The revision; `None` before anything was read.
    revision: Option<u64>,
    sessions: Kind<Session>,
    groups: Kind<Group>,
    contexts: Kind<Entry>,
    claims: Kind<Claim>,
    waiters: Kind<Waiter>,
    messages: Overview,
    issues: issue::Excerpt,
    fixes: fix::Excerpt,
    tasks: TaskOverview,
    trail: Trail,
}

impl Default for Replica {
    fn default() -> Replica {
        Replica::of(Scope::Whole)
    }
}

impl Replica {
    /// One that reads so much.
    pub fn of(scope: Scope) -> Replica {
        Replica {
            scope,
            revision: None,
            sessions: Kind::of(&["session/"]),
            groups: Kind::of(&["group/"]),
            contexts: Kind::of(&["context/"]),
            claims: Kind::of(scope.claims()),
            waiters: Kind::of(scope.waiters()),
            messages: Overview::default(),
            issues: issue::Excerpt::default(),
            fixes: fix::Excerpt::default(),
            tasks: TaskOverview::default(),
            trail: Trail::default(),
        }
    }

    /// Brings the records up to the view's revision.
    ///
    /// # Errors
    /// Only the store's; then the next call reads everything.
    pub fn follow(&mut self, view: &dyn View) -> Result<()> {
        // Whatever fails on the way, nothing half-read is taken for whole.
        let known = self.revision.take();
        let delta = match known {
            Some(revision) => view.changes_since(revision)?.delta,
            None => Delta::Everything,
        };
        match delta {
            Delta::Everything => self.read_all(view)?,
            // Nobody looks again and again at a part.
            Delta::Keys(_) if self.scope != Scope::Whole => self.read_all(view)?,
            Delta::Keys(changes) => {
                let keys: BTreeSet<&str> = changes.iter().map(|c| c.key.as_str()).collect();
                if keys.iter().any(|key| key.starts_with(issue::PREFIX)) {
                    self.issues = issue::Excerpt::read(view)?;
                }
                if keys.iter().any(|key| key.starts_with(fix::PREFIX)) {
                    self.fixes = fix::Excerpt::read(view)?;
                }
                if keys.iter().any(|key| Overview::concerns(key)) {
                    self.messages = Overview::read(view)?;
                }
                if keys.iter().any(|key| TaskOverview::concerns(key)) {
                    self.tasks = TaskOverview::read(view)?;
                }
                self.trail.follow(view, &keys)?;
                for key in keys {
                    self.sessions.follow(view, key)?;
                    self.groups.follow(view, key)?;
                    self.contexts.follow(view, key)?;
                    self.claims.follow(view, key)?;
                    self.waiters.follow(view, key)?;
                }
            }
        }
        self.revision = Some(view.revision());
        Ok(())
    }

    fn read_all(&mut self, view: &dyn View) -> Result<()> {
        self.sessions.read(view)?;
        self.groups.read(view)?;
        self.contexts.read(view)?;
        self.claims.read(view)?;
        self.waiters.read(view)?;
        if self.scope.work() {
            self.messages = Overview::read(view)?;
            self.tasks = TaskOverview::read(view)?;
        }
        if self.scope == Scope::Whole {
            self.issues = issue::Excerpt::read(view)?;
            self.fixes = fix::Excerpt::read(view)?;
            self.trail = Trail::read(view)?;
        }
        Ok(())
    }

    fn session(&self, id: &SessionId) -> Option<&Session> {
        self.sessions.get(&schema::session_key(id))
    }

    /// What the records say at a moment.
    pub fn resolve(&self, at: &Moment<'_>) -> Reading {
        let mut shown: Vec<SessionInfo> = (self.sessions.values())
            .filter(|session| is_shown(session, at))
            .map(|session| session_info(session, at))
            .collect();
        // Whoever came back under its name is not also told of as lost.
        let back: HashSet<String> = (shown.iter())
            .filter(|session| session.life != Life::Lost)
            .map(|session| session.name.clone())
            .collect();
        shown.retain(|session| session.life != Life::Lost || !back.contains(&session.name));
        shown.sort_by(|a, b| (a.number, &a.id).cmp(&(b.number, &b.id)));
        let mut line: Vec<Waiter> = (self.waiters.values())
            .filter(|waiter| queue::still_waits(at, waiter, self.session(&waiter.session)))
            .cloned()
            .collect();
        line.sort_by_key(queue::turn);
        let stalls = |session| session::next_change_ms(session, at);
        let mut next: Vec<u64> = self.sessions.values().filter_map(stalls).collect();
        let mut sorted: Vec<&Claim> = self.claims.values().collect();
        sorted.sort_by(|a, b| a.key.cmp(&b.key));
        let mut claims = Vec::with_capacity(sorted.len());
        for claim in sorted {
            claims.extend(claim_infos(claim, |id| self.session(id), &line, at));
            for grant in &claim.grants {
                next.extend(grant.lease.next_change_ms(at.now));
            }
        }
        next.extend(line.iter().map(|waiter| waiter.patience.left_ms(at.now)));
        let living: HashSet<&str> = (shown.iter())
            .filter(|session| session.life != Life::Lost)
            .map(|session| session.id.as_str())
            .collect();
        let groups = self.groups.values();
        let groups = groups.filter_map(|group| self.group_info(at, group, &living));
        let groups: Vec<GroupInfo> = groups.collect();
        let values = groups.iter().flat_map(|group| &group.context);
        next.extend(values.filter_map(|value| value.expires_in_ms));
        // Older versions are not shown, but their time is when they are to be swept away.
        let entries = self.contexts.records.values();
        let older = entries.flat_map(|(entry, _)| &entry.older);
        next.extend(
            older
                .map(|lease| lease.left_ms(at.now))
                .filter(|left| *left > 0),
        );
        let (issues, issue_totals) = self.issues.resolve(|issue| self.issue_owner(issue, at));
        let claim_of = |key: &str| self.claims.get(key);
        let (tasks, task_totals) = self.tasks.resolve(at, claim_of, |id| self.session(id));
        for session in &mut shown {
            if let Some(task) = info::current(&tasks, &session.id) {
                session.task = Some(task.to_owned());
            }
        }
        let running = self.sessions.values().filter(|s| s.ended.is_none());
        let waiting = line.iter().map(|waiter| &waiter.process);
        let mut snapshot = Snapshot {
            revision: self.revision.unwrap_or(0),
            taken: at.now.clone(),
            sessions: shown,
            groups,
            claims,
            issues,
            issue_totals,
            fixes: self.fixes.infos.clone(),
            fix_totals: self.fixes.totals.clone(),
            damaged: self.damaged(),
            messages: Vec::new(),
            tasks,
            task_totals,
            activity: self.trail.newest(),
        };
        self.messages.apply(&mut snapshot);
        Reading {
            processes: running
                .map(|session| &session.fingerprint)
                .chain(waiting)
                .cloned()
                .collect(),
            next_change_ms: next.into_iter().min(),
            snapshot,
        }
    }

    /// The living session that holds an issue's claim and took the issue.
    fn issue_owner(&self, issue: &issue::Issue, at: &Moment<'_>) -> Option<issue::Owned> {
        let took = issue.owner.as_ref()?;
        let key = issue::claim_key(&issue.id).ok()?;
        let claim = self.claims.get(&schema::claim_key(&key))?;
        let grant = claim.grants.iter().find(|grant| grant.holder == took.id)?;
        let owner = self.session(&took.id)?;
        match standing(grant, Some(owner), at) {
            Standing::Holds(_) => issue::Owned::of(claim, owner, at),
            Standing::Void => None,
        }
    }

    /// The keys of records that cannot be read.
    fn damaged(&self) -> Vec<String> {
        let kinds = [
            &self.sessions.damaged,
            &self.groups.damaged,
            &self.contexts.damaged,
            &self.claims.damaged,
            &self.waiters.damaged,
            &self.issues.damaged,
            &self.fixes.damaged,
            &self.tasks.damaged,
        ];
        kinds.into_iter().flatten().cloned().collect()
    }

    fn group_info(
        &self,
        at: &Moment<'_>,
        group: &Group,
        living: &HashSet<&str>,
    ) -> Option<GroupInfo> {
        let lives = |id: &SessionId| living.contains(id.as_str());
        let members: Vec<String> = (group.members.iter())
            .filter(|member| lives(&member.session))
            .map(|member| member.session.to_string())
            .collect();
        let prefix = schema::context_prefix(&group.name);
        let entries = self.contexts.below(&prefix);
        let entries = entries.filter(|(entry, _)| context::is_there(entry, at));
        let context: Vec<ContextInfo> = entries
            .map(|(entry, revision)| ContextInfo {
                key: entry.key.clone(),
                value: entry.value.clone(),
                version: entry.version,
                revision: *revision,
                author: entry.author_name.clone(),
                updated_at: entry.at,
                expires_in_ms: entry.expires.as_ref().map(|lease| lease.left_ms(at.now)),
            })
            .collect();
        if members.is_empty() && context.is_empty() {
            return None;
        }
        Some(GroupInfo {
            name: group.name.clone(),
            coordinator: group::coordinator(group, lives).map(String::from),
            access: group.access,
            invited: group.invited.iter().map(ToString::to_string).collect(),
            full: !group::has_room(members.len(), at),
            members,
            context,
            last_coordination: group.last_coordination.to_string(),
        })
    }
}

/// So much of everything, at the view's revision.
///
/// # Errors
/// Only the store's.
pub fn read(view: &dyn View, at: &Moment<'_>, scope: Scope) -> Result<Reading> {
    let mut replica = Replica::of(scope);
    replica.follow(view)?;
    Ok(replica.resolve(at))
}

/// Sessions that left are forgotten at once, those that were lost are shown a while longer.
pub fn is_shown(session: &Session, at: &Moment<'_>) -> bool {
    session.ended.as_ref().is_none_or(|ended| {
        ended.cause != Cause::Left
            && session::silence_ms(&ended.at, at.now) < at.settings.lost_shown_ms
    })
}

/// A session as it is shown.
pub fn session_info(session: &Session, at: &Moment<'_>) -> SessionInfo {
    SessionInfo {
        id: session.id.as_str().to_owned(),
        name: session.name.clone(),
        number: session.number,
        generation: session.generation,
        role: session.role.clone(),
        goal: session.goal.clone(),
        working_on: session.working_on.clone(),
        phase: session.phase.clone(),
        progress: session.progress,
        next_action: session.next_action.clone(),
        task: session.task.clone(),
        capabilities: session.capabilities.clone(),
        life: session::life(session, at),
        state: session.state.clone(),
        pane: session.pane.clone(),
        agent: session.agent.clone(),
        pid: session.fingerprint.pid,
        host: session.fingerprint.host.clone(),
        tty: session.fingerprint.tty.clone(),
        group: session.group.clone(),
        heartbeat_age_ms: session::silence_ms(&session.seen, at.now),
        registered_at: session.registered.wall.to_string(),
        unread: 0,
        unacknowledged: 0,
        mail: Mail::default(),
    }
}

/// A claim's living grants as they are shown. `session_of` finds their holders' records.
pub fn claim_infos<'a>(
    claim: &Claim,
    session_of: impl Fn(&SessionId) -> Option<&'a Session>,
    line: &[Waiter],
    at: &Moment<'_>,
) -> Vec<ClaimInfo> {
    let mut shown = Vec::new();
    for grant in &claim.grants {
        let holder = session_of(&grant.holder);
        let (Standing::Holds(phase), Some(holder)) = (standing(grant, holder, at), holder) else {
            continue;
        };
        let waits = |waiter: &&Waiter| {
            let wants = waiter.session != grant.holder && !(waiter.shared && grant.shared);
            wants && waiter.keys.iter().any(|key| key.overlaps(&claim.key))
        };
        shown.push(ClaimInfo {
            ttl_ms: grant.lease.ttl_ms,
            follows_activity: grant.follows_heartbeat,
            key: claim.key.as_str().to_owned(),
            token: grant.token,
            shared: grant.shared,
            holder: grant.holder.as_str().to_owned(),
            holder_name: holder.name.clone(),
            reason: grant.reason.clone(),
            expires_in_ms: match phase {
                Phase::Live(left) => left,
                Phase::Grace(_) | Phase::Over => 0,
            },
            ends_soon: grant.lease.ends_soon(at.now),
            granted_at: grant.at.to_string(),
            waiting: line
                .iter()
                .filter(waits)
                .map(|waiter| waiter.session.to_string())
                .collect(),
        });
    }
    shown
}
