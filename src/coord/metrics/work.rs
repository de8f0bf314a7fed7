//! What the records tell: what was done, how long it took, and how often it took more than one try.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Filter;
use super::people::People;
use super::series::{Period, Series, Unit, units};
use super::spread::Spread;
use crate::coord::fix::{self, Fix, State, Verdict};
use crate::coord::issue::{self, Issue};
use crate::coord::message::records::{self, Recipient, Sender};
use crate::coord::report::seconds;
use crate::coord::task::{self, Task};
use crate::error::Result;
use crate::store::View;

/// How much gets done.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Velocity {
    /// The unit of the rates and of the periods.
    pub per: Unit,
    /// Tasks completed.
    pub tasks_completed: u64,
    /// Issues resolved.
    pub issues_resolved: u64,
    /// Fixes applied.
    pub fixes_applied: u64,
    /// Tasks completed in one unit of time.
    pub tasks_rate: f64,
    /// Issues resolved in one unit of time.
    pub issues_rate: f64,
}

impl Velocity {
    pub(super) fn of(
        periods: &[Period],
        unit: Unit,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Velocity {
        let sum = |count: fn(&Period) -> u64| periods.iter().map(count).sum::<u64>();
        let first = periods.first().map_or(now, |period| period.from);
        let units = units(unit, since.unwrap_or(now).max(first), now);
        // Two digits are as much as anybody reads.
        let rate = |count: u64| (count as f64 / units * 100.0).round() / 100.0;
        let tasks_completed = sum(|period| period.tasks_completed);
        let issues_resolved = sum(|period| period.issues_resolved);
        Velocity {
            per: unit,
            tasks_completed,
            issues_resolved,
            fixes_applied: sum(|period| period.fixes_applied),
            tasks_rate: rate(tasks_completed),
            issues_rate: rate(issues_resolved),
        }
    }
}

/// How long things take, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// From adding a task to its being claimed.
    pub task_to_claim: Spread,
    /// From beginning a task (or else claiming it) to completing it.
    pub task_to_complete: Spread,
    /// From reporting an issue to its first claim.
    pub issue_to_claim: Spread,
    /// From reporting an issue to its resolution.
    pub issue_to_resolve: Spread,
    /// From proposing a fix to the first decision on it.
    pub fix_to_review: Spread,
}

/// How good the work is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Quality {
    /// Completed tasks that nobody had to give back first.
    pub first_try: u64,
    /// Attempts at tasks and issues that ended without a result.
    pub attempts: u64,
    /// Tasks given up.
    pub tasks_failed: u64,
    /// Fixes rejected.
    pub fixes_rejected: u64,
    /// Times that a fix had to be proposed once more.
    pub fixes_revised: u64,
}

#[derive(Default)]
pub(super) struct Work {
    task_to_claim: Vec<u64>,
    task_to_complete: Vec<u64>,
    issue_to_claim: Vec<u64>,
    issue_to_resolve: Vec<u64>,
    fix_to_review: Vec<u64>,
    quality: Quality,
}

/// What counts of a message: reading these fields alone takes a fraction of the time.
#[derive(Deserialize)]
struct Letter {
    at: Timestamp,
    from: Sender,
    to: Recipient,
}

impl Work {
    pub(super) fn read(
        view: &dyn View,
        filter: &Filter,
        series: &mut Series,
        people: &mut People,
    ) -> Result<Work> {
        let mut work = Work::default();
        for record in view.range(task::record::PREFIX)? {
            if let Ok(task) = record.decode::<Task>() {
                work.task(&task, filter, series, people);
            }
        }
        for record in view.range(issue::PREFIX)? {
            if let Ok(issue) = record.decode::<Issue>() {
                work.issue(&issue, filter, series, people);
            }
        }
        for record in view.range(fix::PREFIX)? {
            if let Ok(fix) = record.decode::<Fix>() {
                work.fix(&fix, filter, series, people);
            }
        }
        for record in view.range(records::PREFIX)? {
            if let Ok(letter) = record.decode::<Letter>() {
                message(&letter, filter, series, people);
            }
        }
        Ok(work)
    }

    fn task(&mut self, task: &Task, filter: &Filter, series: &mut Series, people: &mut People) {
        let Some(by) = &task.claimed_by else {
            // In nobody's hands: only the attempts tell something, of whoever had it last.
            if let Some(last) = &task.last_claimed_by
                && filter.takes(task.created_at, Some(&last.session_id), &last.session_name)
            {
                self.quality.attempts += u64::from(task.attempts);
            }
            // Done by nobody known: one that came from elsewhere. A whole is done by its parts.
            let done = task.status == task::Status::Completed && task.parts.is_empty();
            if let Some(completed) = task.completed_at.filter(|_| done)
                && filter.name.is_none()
                && filter.from(completed)
            {
                series.at(completed).tasks_completed += 1;
            }
            return;
        };
        let takes = |time: Timestamp| filter.takes(time, Some(&by.session_id), &by.session_name);
        if let Some(claimed) = task.claimed_at.filter(|time| takes(*time)) {
            self.task_to_claim.push(seconds(task.created_at, claimed));
        }
        let last = task.completed_at.or(task.claimed_at);
        if !takes(last.unwrap_or(task.created_at)) {
            return;
        }
        self.quality.attempts += u64::from(task.attempts);
        self.quality.tasks_failed += u64::from(task.status == task::Status::Failed);
        let Some(completed) = task
            .completed_at
            .filter(|_| task.status == task::Status::Completed)
        else {
            return;
        };
        // The duration was taken from a clock that nobody can set.
        let took = task.duration_seconds.or_else(|| {
            let began = task.started_at.or(task.claimed_at)?;
            Some(seconds(began, completed))
        });
        self.task_to_complete.extend(took);
        self.quality.first_try += u64::from(task.attempts == 0);
        series.at(completed).tasks_completed += 1;
        people.completed(&by.session_name, took);
    }

    fn issue(&mut self, issue: &Issue, filter: &Filter, series: &mut Series, people: &mut People) {
        let resolved = issue
            .resolution
            .as_ref()
            .filter(|_| issue.status == issue::Status::Resolved);
        let who = match (resolved, &issue.owner) {
            (Some(resolution), _) => Some(&resolution.resolved_by),
            (None, owner) => owner.as_ref(),
        };
        let takes = |time: Timestamp| match who {
            Some(who) => filter.takes(time, Some(&who.id), &who.name),
            None => filter.name.is_none() && filter.from(time),
        };
        if let Some(claimed) = issue.first_claimed.filter(|time| takes(*time)) {
            self.issue_to_claim.push(seconds(issue.created, claimed));
        }
        if takes(issue.changed) {
            self.quality.attempts += u64::from(issue.attempts);
        }
        let Some(resolution) = resolved.filter(|resolution| takes(resolution.resolved_at)) else {
            return;
        };
        let took = seconds(issue.created, resolution.resolved_at);
        self.issue_to_resolve.push(took);
        series.at(resolution.resolved_at).issues_resolved += 1;
        people.resolved(&resolution.resolved_by.name, took);
    }

    fn fix(&mut self, fix: &Fix, filter: &Filter, series: &mut Series, people: &mut People) {
        let author = &fix.implementer;
        let own = |time: Timestamp| filter.takes(time, Some(&author.id), &author.name);
        if let Some(decided) = decided(fix).filter(|time| own(*time)) {
            self.fix_to_review.push(seconds(fix.proposed, decided));
        }
        if own(fix.changed) {
            self.quality.fixes_rejected += u64::from(fix.state == State::Rejected);
            self.quality.fixes_revised += fix.version.saturating_sub(1);
        }
        if let Some(applied) = &fix.applied
            && filter.takes(applied.at, Some(&applied.by.id), &applied.by.name)
        {
            series.at(applied.at).fixes_applied += 1;
        }
        let either = |who: &issue::Who| {
            filter.is(Some(&who.id), &who.name) || filter.is(Some(&author.id), &author.name)
        };
        let counts =
            |who: &issue::Who, time| who.name != author.name && filter.from(time) && either(who);
        for review in fix.reviews.iter().filter(|r| counts(&r.by, r.at)) {
            people.pair(&review.by.name, &author.name).reviewed += 1;
        }
        if let Some(applied) = fix.applied.as_ref().filter(|a| counts(&a.by, a.at)) {
            people.pair(&applied.by.name, &author.name).applied += 1;
        }
        if let Some(rejected) = fix.rejected.as_ref().filter(|r| counts(&r.by, r.at)) {
            people.pair(&rejected.by.name, &author.name).rejected += 1;
        }
    }

    pub(super) fn times(&self) -> Times {
        Times {
            task_to_claim: Spread::of(&self.task_to_claim),
            task_to_complete: Spread::of(&self.task_to_complete),
            issue_to_claim: Spread::of(&self.issue_to_claim),
            issue_to_resolve: Spread::of(&self.issue_to_resolve),
            fix_to_review: Spread::of(&self.fix_to_review),
        }
    }

    pub(super) fn quality(&self) -> Quality {
        self.quality
    }
}

/// When somebody first decided on this version of a fix: a verdict, its application, its end.
fn decided(fix: &Fix) -> Option<Timestamp> {
    let verdicts = fix
        .reviews
        .iter()
        .filter(|review| review.version == fix.version && review.verdict != Verdict::Comment);
    let verdict = verdicts.map(|review| review.at);
    let applied = fix.applied.iter().map(|applied| applied.at);
    let rejected = fix.rejected.iter().map(|rejected| rejected.at);
    verdict.chain(applied).chain(rejected).min()
}

/// What Stoa writes itself is nobody's message.
fn message(letter: &Letter, filter: &Filter, series: &mut Series, people: &mut People) {
    let Some(sender) = &letter.from.session else {
        return;
    };
    if !filter.from(letter.at) {
        return;
    }
    let from = &letter.from.name;
    let sent = filter.is(Some(sender), from);
    let received = match &letter.to {
        Recipient::Session { id, name } => filter.is(Some(id), name),
        Recipient::Group { .. } | Recipient::All => false,
    };
    if sent {
        series.at(letter.at).messages += 1;
        people.sent(from);
    }
    if sent || received {
        people.wrote(from, &letter.to.label());
    }
}
