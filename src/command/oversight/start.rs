//! `start`.

use clap::Args;
use serde_json::{Value, json};

use crate::command::claim::claims;
use crate::command::issue::{self, with_next};
use crate::command::session::register::Register;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::command::{message, task};
use crate::coord::attention::{self, Attention, Reason};
use crate::coord::fix::{FixInfo, State};
use crate::coord::issue::{IssueInfo, Severity, Status as IssueStatus};
use crate::coord::snapshot::{ClaimInfo, MessageInfo, SessionInfo, Snapshot};
use crate::coord::task::{Priority, Status, TaskInfo};
use crate::coord::{Heartbeat, discovery};
use crate::error::{Error, Kind, Result};

/// Lines of each part: more are found by the command that lists them.
const SHOWN: usize = 8;

/// An agent's first command: a sign of life, what you have in hand, what is free, your messages
///
/// Outside a pane, --name registers you if nobody alive is called so.
///
/// stoa start --name Forge
#[derive(Debug, Clone, Args)]
pub struct Start {
    /// Who you are [default: the acting session]
    #[arg(long, alias = "agent", value_name = "NAME")]
    pub name: Option<String>,
    /// What you are there for, when you are registered
    #[arg(long)]
    pub role: Option<String>,
    /// What you want to reach, when you are registered
    #[arg(long)]
    pub goal: Option<String>,
}

impl Run<StoreCx> for Start {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if let Some(name) = self.name {
            cx.actor = Some(name.clone());
            match cx.actor() {
                Err(error) if error.kind == Kind::NotFound => {
                    let register = Register {
                        name: Some(name),
                        role: self.role,
                        goal: self.goal,
                        ..Register::default()
                    };
                    let session = register.session(cx)?;
                    cx.actor = Some(session.id.to_string());
                }
                found => _ = found?,
            }
        }
        let actor = cx.acting()?;
        cx.coord()?.heartbeat(&actor, &Heartbeat::default())?;
        let snapshot = cx.coord()?.snapshot()?;
        let id = actor.session.as_str();
        let me = snapshot
            .session(id)
            .ok_or_else(|| Error::internal("the acting session is not shown"))?;
        Ok(Briefing::of(&snapshot, me).reply(&snapshot))
    }
}

/// What an agent must know before it begins.
struct Briefing<'a> {
    me: &'a SessionInfo,
    issues: Vec<&'a IssueInfo>,
    tasks: Vec<&'a TaskInfo>,
    claims: Vec<&'a ClaimInfo>,
    /// Fixes of others that wait for a look.
    reviews: Vec<&'a FixInfo>,
    unread: Vec<&'a MessageInfo>,
    free_issues: Vec<&'a IssueInfo>,
    free_tasks: Vec<&'a TaskInfo>,
    others: Vec<Attention>,
}

impl<'a> Briefing<'a> {
    fn of(snapshot: &'a Snapshot, me: &'a SessionInfo) -> Briefing<'a> {
        let issues = snapshot.issues.iter();
        let tasks = snapshot.tasks.iter();
        let claims = snapshot.claims.iter();
        // Behind an issue or a task in hand is a claim of that kind.
        let work = |claim: &&ClaimInfo| {
            claim.holder == me.id
                && !claim.key.starts_with("issue/")
                && !claim.key.starts_with("task/")
        };
        let for_me = |task: &&TaskInfo| {
            task.status == Status::Pending
                && task
                    .assigned_to
                    .as_ref()
                    .is_none_or(|name| *name == me.name)
        };
        let mut free_tasks: Vec<&TaskInfo> = tasks.clone().filter(for_me).collect();
        free_tasks.sort_by_key(|task| (task.assigned_to.is_none(), task.priority));
        Briefing {
            me,
            issues: issues
                .clone()
                .filter(|issue| issue.owner.as_ref() == Some(&me.id))
                .collect(),
            tasks: tasks.filter(|task| task.is_held_by(&me.id)).collect(),
            claims: claims.filter(work).collect(),
            reviews: snapshot
                .fixes
                .iter()
                .filter(|fix| fix.state.is_open() && fix.implementer_id != me.id)
                .collect(),
            unread: (me.mail.unread.iter())
                .filter_map(|id| snapshot.messages.iter().find(|message| message.id == *id))
                .collect(),
            free_issues: issues
                .filter(|issue| issue.status == IssueStatus::New)
                .collect(),
            free_tasks,
            others: attention::of(snapshot, None)
                .into_iter()
                .filter(|one| matches!(one.reason, Reason::Blocked | Reason::Contended))
                .collect(),
        }
    }

    fn reply(&self, snapshot: &Snapshot) -> Reply {
        let me = self.me;
        let mut text = format!("{} (session {}", me.name, me.number);
        if let Some(role) = &me.role {
            text.push_str(&format!(", {role}"));
        }
        text.push(')');
        match &me.group {
            Some(group) => text.push_str(&format!(" in group {group}")),
            None => text.push_str(" in no group"),
        }
        let mine = (self.issues.iter())
            .map(|issue| format!("{:<8} {}", issue.severity, issue::line(issue)))
            .chain(self.tasks.iter().map(|one| task::line(one)))
            .chain(self.claims.iter().map(|one| claims::line(snapshot, one)));
        part(&mut text, "in hand", mine.collect());
        let unread = self.unread.iter().map(|one| message::summary(one));
        part(&mut text, "unread messages", unread.collect());
        let reviews = self.reviews.iter().map(|fix| {
            let verb = if fix.state == State::Approved {
                "apply"
            } else {
                "review"
            };
            format!(
                "{verb} {} by {} for {}: {}",
                fix.id, fix.implementer, fix.issue, fix.title
            )
        });
        part(&mut text, "fixes that wait", reviews.collect());
        let others = self.others.iter();
        let others = others.map(|one| format!("{} {}", one.what, one.says));
        part(&mut text, "the team", others.collect());
        part(&mut text, "free", self.free());
        if let Some(hint) = discovery::suggest(snapshot, Some(&me.id)) {
            text.push_str(&format!("\n{hint}"));
        }
        let data = json!({
            "session": me,
            "in_hand": { "issues": self.issues, "tasks": self.tasks, "claims": self.claims },
            "unread": self.unread,
            "reviews": self.reviews,
            "free": { "issues": self.free_issues, "tasks": self.free_tasks },
            "team": self.others.iter().map(told).collect::<Vec<Value>>(),
        });
        with_next(text, data, &self.next())
    }

    /// Issues by severity and tasks by priority in one list, the most pressing first.
    fn free(&self) -> Vec<String> {
        let issues = self.free_issues.iter().map(|issue| {
            let line = format!("{:<8} {}", issue.severity, issue::line(issue));
            (rank(issue.severity), line)
        });
        let tasks = self.free_tasks.iter();
        let tasks = tasks.map(|one| (one.priority as usize, task::line(one)));
        let mut lines: Vec<(usize, String)> = issues.chain(tasks).collect();
        lines.sort_by_key(|(rank, _)| *rank);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn next(&self) -> Vec<String> {
        let mut next = Vec::new();
        if let Some(message) = self.unread.first() {
            next.push(format!("stoa read {}", message.id));
        }
        match (self.tasks.first(), self.issues.first()) {
            (Some(task), _) if task.status == Status::Claimed => {
                next.push(format!("stoa task start {}", task.task_id));
            }
            (Some(task), _) => {
                next.push(format!("stoa task complete {} \"RESULT\"", task.task_id));
            }
            (None, Some(issue)) => next.push(format!(
                "stoa fix propose --issue {} --title \"WHAT IT DOES\" --approach \"HOW\" --tested",
                issue.id
            )),
            (None, None) => next.extend(self.begin()),
        }
        if let Some(fix) = self.reviews.first() {
            next.push(format!("stoa fix show {}", fix.id));
        }
        next.push("stoa heartbeat \"WHAT YOU DO\"".to_owned());
        next
    }

    /// What somebody with empty hands can take.
    fn begin(&self) -> Option<String> {
        let issue = self.free_issues.first();
        let task = self.free_tasks.first();
        match (issue, task) {
            (Some(issue), Some(task)) if rank(issue.severity) > task.priority as usize => {
                Some("stoa task next --claim".to_owned())
            }
            (Some(issue), _) => Some(format!("stoa issue claim {}", issue.id)),
            (None, Some(_)) => Some("stoa task next --claim".to_owned()),
            (None, None) => None,
        }
    }
}

/// Severities and priorities on one scale.
fn rank(severity: Severity) -> usize {
    let same = match severity {
        Severity::Critical => Priority::Critical,
        Severity::High => Priority::High,
        Severity::Medium => Priority::Medium,
        Severity::Low => Priority::Low,
    };
    same as usize
}

fn told(one: &Attention) -> Value {
    json!({ "reason": one.reason, "what": one.what, "says": one.says })
}

fn part(text: &mut String, title: &str, lines: Vec<String>) {
    text.push_str(&format!("\n{title}"));
    if lines.is_empty() {
        text.push_str(": nothing");
        return;
    }
    text.push(':');
    for line in lines.iter().take(SHOWN) {
        text.push_str(&format!("\n  {line}"));
    }
    if lines.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", lines.len() - SHOWN));
    }
}
