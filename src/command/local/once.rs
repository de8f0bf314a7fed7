//! `once`, also `stoa --once`: the state of the workspace, printed and done.

use clap::Args;
use serde_json::{Value, json};

use super::LocalCx;
use crate::cli::output;
use crate::command::oversight::audit;
use crate::command::pane::list;
use crate::command::spec::{Reply, Run};
use crate::command::{claim, group, issue, message, session, store, task};
use crate::config::workspace::Workspace;
use crate::coord::attention::{self, Attention};
use crate::coord::fix::{FixInfo, State};
use crate::coord::issue::Status;
use crate::coord::snapshot::{Life, SCHEMA, Snapshot};
use crate::error::Result;
use crate::protocol::message::Request;
use crate::server::start;

/// Messages told of as text.
const MESSAGES: usize = 20;
/// Attempts told of as text.
const ACTIVITY: usize = 10;

/// Print the state of the workspace once: sessions, groups, context, claims, tasks, messages, issues
///
/// Needs no terminal and no server. The JSON form carries its schema's version in "schema".
#[derive(Debug, Clone, Args)]
pub struct Once {}

impl Run<LocalCx> for Once {
    fn run(self, cx: &mut LocalCx) -> Result<Reply> {
        let workspace = Workspace::current(cx.global.state.as_deref())?;
        let snapshot = store::read(&workspace.state)?;
        let panes = panes(&workspace);
        let attention: Vec<Value> = attention::of(&snapshot, None).iter().map(waiting).collect();
        let text = text(&workspace, &snapshot, panes.as_deref());
        let unreadable = store::unreadable(snapshot.damaged.len());
        output::notify(unreadable.as_slice(), cx.global.json);
        let data = json!({
            "schema": SCHEMA,
            "workspace": workspace.root.display().to_string(),
            "state": workspace.state.display().to_string(),
            "server": panes.is_some(),
            "revision": snapshot.revision,
            "taken": snapshot.taken.wall.to_string(),
            "sessions": snapshot.sessions,
            "groups": snapshot.groups,
            "claims": snapshot.claims,
            "issues": snapshot.issues,
            "issue_totals": snapshot.issue_totals,
            "fixes": snapshot.fixes,
            "fix_totals": snapshot.fix_totals,
            "damaged": snapshot.damaged,
            "messages": snapshot.messages,
            "tasks": snapshot.tasks,
            "task_totals": snapshot.task_totals,
            "activity": snapshot.activity,
            "attention": attention,
            "panes": panes.unwrap_or_default(),
        });
        Ok(Reply::new(text, data))
    }
}

/// The panes, if a server runs. One that does not answer counts as none: the dump is about the
/// store, and must not hang on anything else.
fn panes(workspace: &Workspace) -> Option<Vec<Value>> {
    let mut conn = start::find(workspace).ok()??;
    let reply = conn
        .request(&Request {
            words: vec!["list-panes".to_owned()],
            ..Request::default()
        })
        .ok()?;
    reply.data["panes"].as_array().cloned()
}

fn text(workspace: &Workspace, snapshot: &Snapshot, panes: Option<&[Value]>) -> String {
    let mut text = format!("workspace {}", workspace.root.display());
    if snapshot.revision == 0 && panes.is_none() {
        text.push_str("\nnothing here yet: no session has registered and no server runs");
        text.push_str("\nstart with: stoa");
        return text;
    }
    text.push_str(&format!(" at revision {}", snapshot.revision));
    let waiting = attention::of(snapshot, None);
    if !waiting.is_empty() {
        let lines = waiting
            .iter()
            .map(|one| format!("{} {}", one.what, one.says));
        section(&mut text, "needs attention", lines);
    }
    let living = snapshot
        .sessions
        .iter()
        .filter(|session| session.life != Life::Lost);
    section(&mut text, "sessions", living.map(session::sessions::line));
    section(
        &mut text,
        "groups",
        snapshot.groups.iter().map(|info| {
            let mut lines = group::groups::line(snapshot, info);
            let names: Vec<String> = info
                .members
                .iter()
                .map(|id| {
                    let star = if info.coordinator.as_ref() == Some(id) {
                        "*"
                    } else {
                        ""
                    };
                    format!("{}{star}", snapshot.name_of(id))
                })
                .collect();
            lines.push_str(&format!("\n    peers: {}", names.join(", ")));
            for entry in &info.context {
                lines.push_str(&format!(
                    "\n    {} = {} (v{}, {})",
                    entry.key, entry.value, entry.version, entry.author
                ));
            }
            lines
        }),
    );
    section(
        &mut text,
        "claims",
        snapshot
            .claims
            .iter()
            .map(|info| claim::claims::line(snapshot, info)),
    );
    if !snapshot.damaged.is_empty() {
        let keys = snapshot.damaged.iter().cloned();
        section(&mut text, "records that cannot be read", keys);
    }
    let shown = snapshot.messages.iter().take(MESSAGES);
    section(&mut text, "messages", shown.map(message::summary));
    issues(&mut text, snapshot);
    section(&mut text, "tasks", snapshot.tasks.iter().map(task::line));
    if snapshot.task_totals.total > 0 {
        text.push_str(&format!("\n  total: {}", snapshot.task_totals.line()));
    }
    let latest = snapshot.activity.iter().take(ACTIVITY);
    section(&mut text, "activity", latest.map(audit::line));
    match panes {
        Some(panes) => section(&mut text, "panes", panes.iter().map(list::line)),
        None => text.push_str("\n\nno server runs; start it with: stoa"),
    }
    text
}

/// Open issues and waiting fixes; the others only as numbers.
fn issues(text: &mut String, snapshot: &Snapshot) {
    let (issues, fixes) = (&snapshot.issue_totals, &snapshot.fix_totals);
    if issues.all() > 0 {
        let title = format!(
            "issues: {} open, {} resolved, {} closed",
            issues.open(),
            issues.status(Status::Resolved),
            issues.status(Status::Closed)
        );
        let open = snapshot
            .issues
            .iter()
            .filter(|issue| issue.status.is_open());
        section(
            text,
            &title,
            open.map(|issue| format!("{:<8} {}", issue.severity, issue::line(issue))),
        );
    }
    if fixes.all() > 0 {
        let counts = State::ALL.map(|state| format!("{} {state}", fixes.of(state)));
        let waiting = snapshot.fixes.iter().filter(|fix| fix.state.is_open());
        let line = |fix: &FixInfo| {
            format!(
                "{:<10} {} for {} by {}: {}",
                fix.id, fix.state, fix.issue, fix.implementer, fix.title
            )
        };
        section(
            text,
            &format!("fixes: {}", counts.join(", ")),
            waiting.map(line),
        );
    }
}

/// Something that waits, as data.
fn waiting(one: &Attention) -> Value {
    json!({ "reason": one.reason, "what": one.what, "says": one.says })
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    text.push_str(&format!("\n\n{title} ({})", lines.len()));
    for line in lines {
        text.push_str(&format!("\n  {line}"));
    }
}
