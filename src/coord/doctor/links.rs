//! Whether records that name others, or count them, agree with those: tasks and what they wait for, fixes
//! and their issues, mailboxes and the messages in them, the number of the newest message.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::coord::message::mailbox::{self, Mailbox};
use crate::coord::message::records;
use crate::coord::schema::{self, Session};
use crate::coord::task::{self, Status, Task};
use crate::coord::{Moment, fix, issue};
use crate::error::Result;
use crate::store::{Order, Tx, View};

/// Compares the records.
pub(super) fn check(view: &dyn View) -> Result<Vec<Finding>> {
    let tasks = tasks(view)?;
    let mut of_tasks = gone(&tasks);
    of_tasks.extend(circle(&tasks));
    of_tasks.extend(done_with(&tasks).into_iter().map(|(other, task)| {
        let message = format!("{task} waits for {other}, which is over");
        Finding::problem("tasks", message).fixable()
    }));
    if of_tasks.is_empty() {
        of_tasks.push(Finding::ok("tasks", "what tasks wait for is there"));
    }
    let mut findings = of_tasks;
    findings.extend(fixes(view)?);
    findings.extend(messages(view)?);
    Ok(findings)
}

/// Puts right what follows from the records; returns what was done.
pub(super) fn mend(tx: &mut dyn Tx, at: &Moment<'_>) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for (other, task) in done_with(&tasks(tx.view())?) {
        task::graph::finished(tx, at, &other)?;
        done.push(format!(
            "{task} does not wait for {other} any more, which is over"
        ));
    }
    for (session, _) in miscounted(tx.view())? {
        let (id, name) = (&session.id, &session.name);
        let before = records::mailbox_record(tx.view(), id)?;
        let is_new = before.is_none();
        let counted = mailbox::recounted(tx.view(), id, before.unwrap_or_default())?;
        records::put_mailbox(tx, id, &counted)?;
        if is_new {
            mailbox::follow_again(tx, &session)?;
            done.push(format!(
                "made {name} a new mailbox; what was sent to all before counts as read"
            ));
        } else {
            done.push(format!("counted the messages to {name} again"));
        }
    }
    if let Some((last, newest)) = counter(tx.view())? {
        records::put_last_id(tx, newest)?;
        done.push(format!(
            "raised the number of the newest message from {last} to {newest}"
        ));
    }
    Ok(done)
}

fn tasks(view: &dyn View) -> Result<BTreeMap<String, Task>> {
    let tasks = task::record::readable(view)?.into_iter();
    Ok(tasks.map(|task| (task.task_id.clone(), task)).collect())
}

fn waits(task: &Task) -> impl Iterator<Item = &String> {
    task.depends_on.iter().chain(&task.parts)
}

/// Tasks that wait for one that is not there, and so for good.
fn gone(tasks: &BTreeMap<String, Task>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for task in tasks.values() {
        for other in waits(task).filter(|other| !tasks.contains_key(*other)) {
            let id = &task.task_id;
            let (what, hint) = match task.depends_on.contains(other) {
                true => (
                    "depends on",
                    format!("stoa task depend {id} --drop {other}"),
                ),
                false => (
                    "has the part",
                    format!("add it again: stoa task add --id {other} \"WHAT\""),
                ),
            };
            let message = format!("{id} {what} {other}, which is not there");
            findings.push(Finding::problem("tasks", message).with_hint(hint));
        }
    }
    findings
}

/// The first circle of tasks that wait for one another: what is left when all that can come to an end is
/// taken away.
fn circle(tasks: &BTreeMap<String, Task>) -> Option<Finding> {
    let mut left: BTreeSet<&String> = tasks.keys().collect();
    loop {
        let free = |id: &&String| !waits(&tasks[*id]).any(|other| left.contains(other));
        let free: Vec<&String> = left.iter().copied().filter(free).collect();
        if free.is_empty() {
            break;
        }
        for id in free {
            left.remove(id);
        }
    }
    // Each of them waits for another one, so that the way comes to a place where it has been.
    let mut way: Vec<&String> = Vec::new();
    let mut at = *left.first()?;
    while !way.contains(&at) {
        way.push(at);
        at = waits(&tasks[at]).find(|other| left.contains(other))?;
    }
    let start = way.iter().position(|id| *id == at)?;
    let mut circle: Vec<&str> = way[start..].iter().map(|id| id.as_str()).collect();
    circle.push(at);
    let message = format!("tasks wait for each other: {}", circle.join(" → "));
    let steps = circle.windows(2);
    let dependency = |step: &&[&str]| {
        let task = tasks.get(step[0]);
        task.is_some_and(|task| task.depends_on.iter().any(|other| other == step[1]))
    };
    let hint = steps.clone().find(dependency).map_or_else(
        || "they are parts of each other; stoa task cancel one of them".to_owned(),
        |step| format!("stoa task depend {} --drop {}", step[0], step[1]),
    );
    Some(Finding::problem("tasks", message).with_hint(hint))
}

/// What is over, and who is still written down to wait for it. By order of the ids.
fn done_with(tasks: &BTreeMap<String, Task>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for task in tasks.values().filter(|task| !task.status.is_finished()) {
        for other in task.blocked_by.iter().filter_map(|id| tasks.get(id)) {
            let id = &other.task_id;
            let part = task.parts.contains(id) && !task.depends_on.contains(id);
            let over =
                other.status == Status::Completed || (part && other.status == Status::Cancelled);
            if over {
                found.push((id.clone(), task.task_id.clone()));
            }
        }
    }
    found
}

fn fixes(view: &dyn View) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for record in view.range(fix::PREFIX)? {
        let fix: fix::Fix = record.decode()?;
        if issue::get(view, &fix.issue)?.is_none() {
            let message = format!("{} is for {}, which is not there", fix.id, fix.issue);
            let hint = format!(
                "report it again: stoa issue new --id {} \"TITLE\", or: stoa fix reject {}",
                fix.issue, fix.id
            );
            findings.push(Finding::problem("fixes", message).with_hint(hint));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("fixes", "every fix has its issue"));
    }
    Ok(findings)
}

fn messages(view: &dyn View) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (_, message) in miscounted(view)? {
        findings.push(Finding::problem("messages", message).fixable());
    }
    if let Some((last, newest)) = counter(view)? {
        let message = format!(
            "the newest message is said to be {last} and is {newest}: the next one would take a number that is taken"
        );
        findings.push(Finding::problem("messages", message).fixable());
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            "messages",
            "mailboxes count what lies in them, numbers go on",
        ));
    }
    Ok(findings)
}

/// Sessions whose mailbox is gone or does not count what lies in it: who, and what is wrong.
fn miscounted(view: &dyn View) -> Result<Vec<(Session, String)>> {
    let mut found = Vec::new();
    for session in schema::sessions(view)? {
        let name = &session.name;
        let record = records::mailbox_record(view, &session.id)?;
        let is_gone = record.is_none();
        let mailbox = record.unwrap_or_default();
        if is_gone && session.ended.is_none() {
            let message = format!("the mailbox of {name} is gone");
            found.push((session, message));
            continue;
        }
        // One that has ended, and one that was imported so, needs none for an empty box.
        let told = |mailbox: &Mailbox| (mailbox.unread, mailbox.read, mailbox.done);
        let before = told(&mailbox);
        let counted = told(&mailbox::recounted(view, &session.id, mailbox)?);
        if before != counted {
            let of = |(unread, read, done): (u64, u64, u64)| {
                format!("{unread} unread, {read} read and {done} done with")
            };
            let message = format!(
                "the mailbox of {name} says {}; in it are {}",
                of(before),
                of(counted)
            );
            found.push((session, message));
        }
    }
    Ok(found)
}

/// The number of the newest message as it is written down and as it is, if it is behind.
fn counter(view: &dyn View) -> Result<Option<(u64, u64)>> {
    let newest = view.scan(records::PREFIX, Order::Descending, 1)?;
    let newest = newest
        .first()
        .map_or(0, |record| records::number_of(&record.key));
    let last = records::last_id(view)?;
    Ok((last < newest).then_some((last, newest)))
}
