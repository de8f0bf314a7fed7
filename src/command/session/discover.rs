//! `discover`, `can-coordinate`.

use clap::Args;
use serde_json::{Value, json};

use super::heartbeat::phrase;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::roster::{Present, can_coordinate, has_role};
use crate::coord::snapshot::Life;
use crate::error::{Error, Result};

/// Show who is active: sessions that live and gave a sign of it lately
///
/// Lately is two minutes, or active-within as config.toml sets it under sessions. Who has been silent
/// for longer is left out; stoa sessions shows everybody.
///
/// stoa discover --json
#[derive(Debug, Clone, Args)]
pub struct Discover {
    /// One session, active or not: its name, number or id. Exit code 1 if it is not active, or not as asked
    pub name: Option<String>,
    /// Only how many there are
    #[arg(long, conflicts_with = "name")]
    pub count: bool,
    /// Only those with this role: planner, executor, …
    #[arg(long)]
    pub role: Option<String>,
    /// Only those with this capability
    #[arg(long, value_name = "WORD")]
    pub capability: Option<String>,
}

/// Say by the exit code whether sessions can coordinate: 0 if two or more are active, 1 if not
///
/// stoa can-coordinate && stoa join-group core
#[derive(Debug, Clone, Args)]
pub struct CanCoordinate {
    /// And somebody with this role is among them; may be given again
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
}

impl Run<StoreCx> for Discover {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let present = present(cx)?;
        if let Some(name) = &self.name {
            let found = called(&present, name)?;
            return Ok(one(found, self.wants(found)));
        }
        let active = present.iter().filter(|present| present.active);
        let found: Vec<&Present> = active.filter(|present| self.wants(present)).collect();
        let data = json!({
            "count": found.len(),
            "agents": found.iter().map(|present| data(present)).collect::<Vec<_>>(),
        });
        if self.count {
            return Ok(Reply::new(found.len().to_string(), data));
        }
        let lines: Vec<String> = found.iter().map(|present| line(present)).collect();
        let silent = present.len() - present.iter().filter(|present| present.active).count();
        let mut text = match lines.is_empty() {
            true => "nobody is active".to_owned(),
            false => lines.join("\n"),
        };
        if silent > 0 {
            text.push_str(&format!(
                "\n({silent} more live but are silent: stoa sessions)"
            ));
        }
        Ok(Reply::new(text, data))
    }
}

impl Discover {
    /// Whether the session has the role and the capability asked for.
    fn wants(&self, present: &Present) -> bool {
        let session = &present.session;
        let role = self.role.as_deref();
        let word = self.capability.as_ref();
        role.is_none_or(|role| has_role(session, role))
            && word.is_none_or(|word| session.capabilities.contains(word))
    }
}

impl Run<StoreCx> for CanCoordinate {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let present = present(cx)?;
        let yes = can_coordinate(&present, &self.roles);
        let active: Vec<&str> = present
            .iter()
            .filter(|present| present.active)
            .map(|present| present.session.name.as_str())
            .collect();
        let text = match (yes, active.len()) {
            (true, count) => format!("yes: {count} sessions are active: {}", active.join(", ")),
            (false, 0) => "no: nobody is active, and it takes two".to_owned(),
            (false, 1) => format!("no: only {} is active, and it takes two", active.join("")),
            (false, _) => format!("no: not every role of {} is filled", self.roles.join(", ")),
        };
        let data = json!({ "can_coordinate": yes, "active": active.len(), "agents": active });
        Ok(Reply::answer(yes, text, data))
    }
}

/// Everybody who is not over; nobody if there is no store.
pub(super) fn present(cx: &StoreCx) -> Result<Vec<Present>> {
    match cx.reader()? {
        Some(coord) => coord.present_sessions(),
        None => Ok(Vec::new()),
    }
}

/// The session people call `name`.
pub(super) fn called<'a>(present: &'a [Present], name: &str) -> Result<&'a Present> {
    let is = |present: &&Present| {
        let session = &present.session;
        session.name == name
            || session.number.to_string() == name
            || session.id.as_str().eq_ignore_ascii_case(name)
    };
    present.iter().find(is).ok_or_else(|| {
        Error::not_found(format!("no living session is called {name:?}"))
            .with_hint("stoa sessions --all shows those that were lost as well")
    })
}

/// All of one session. The answer is yes if it is active and wanted; one that is not is shown as well, so
/// that one sees what it is instead.
fn one(found: &Present, wanted: bool) -> Reply {
    let session = &found.session;
    let mut text = line(found);
    let capabilities = session.capabilities.join(", ");
    for (label, value) in [
        ("goal", session.goal.as_deref().unwrap_or_default()),
        ("able to", capabilities.as_str()),
        ("runs", &place(found)),
    ] {
        if !value.is_empty() {
            text.push_str(&format!("\n     {label}: {value}"));
        }
    }
    Reply::answer(found.active && wanted, text, data(found))
}

fn place(present: &Present) -> String {
    let print = &present.session.fingerprint;
    format!("pid {} on {} of {}", print.pid, print.tty, print.host)
}

fn line(present: &Present) -> String {
    let session = &present.session;
    let how = match (present.active, present.life) {
        (true, _) => "active",
        (false, Life::Stalled) => "stalled",
        (false, _) => "silent",
    };
    let mut line = format!(
        "{:>3}  {:<20} {how:<8} {}",
        session.number,
        session.name,
        session.role.as_deref().unwrap_or("-"),
    );
    let doing = phrase(
        session.working_on.as_deref(),
        session.task.as_deref(),
        session.phase.as_deref(),
        session.progress,
        session.next_action.as_deref(),
    );
    if !doing.is_empty() {
        line.push_str(&format!("  {doing}"));
    }
    line.push_str(&format!("  seen {} ago", span(present.silent_ms)));
    line
}

/// One of them as JSON.
pub(super) fn data(present: &Present) -> Value {
    let session = &present.session;
    json!({
        "id": session.id,
        "name": session.name,
        "number": session.number,
        "active": present.active,
        "life": present.life,
        "heartbeat_age_ms": present.silent_ms,
        "role": session.role,
        "goal": session.goal,
        "capabilities": session.capabilities,
        "group": session.group,
        "working_on": session.working_on,
        "task": session.task,
        "phase": session.phase,
        "progress": session.progress,
        "next_action": session.next_action,
        "pane": session.pane,
        "pid": session.fingerprint.pid,
        "tty": session.fingerprint.tty,
        "host": session.fingerprint.host,
    })
}
