//! `register`.

use clap::Args;
use serde_json::json;

use crate::command::group;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::replica::Scope;
use crate::coord::{Register as Request, Session, caller, discovery, fingerprint};
use crate::error::{Error, Result};

/// Register a session: panes do it themselves, programs elsewhere with this
///
/// The session lives as long as the shell, script or agent that ran this command (for sh -c '…' that is who
/// started the shell), or the process given with --pid, such as --pid $$; commands of that process act as the session, and so do others that have its
/// id in STOA_SESSION. A name or number that a living session has is refused, with who has it.
///
/// stoa register --number 1 --name Forge --role builder --goal "Build core services"
#[derive(Debug, Clone, Default, Args)]
pub struct Register {
    /// Its number, as --number
    #[arg(value_name = "NUMBER", conflicts_with = "number")]
    pub at_number: Option<u32>,
    /// Its name and role, "Forge - Builder"
    #[arg(value_name = "NAME - ROLE", conflicts_with_all = ["name", "role"])]
    pub title: Option<String>,
    /// What it wants to reach, as --goal
    #[arg(value_name = "GOAL", conflicts_with = "goal")]
    pub aim: Option<String>,
    /// Its number, unique among the living [default: the next free one]
    #[arg(short = 'n', long)]
    pub number: Option<u32>,
    /// Its name, unique among the living
    #[arg(long)]
    pub name: Option<String>,
    /// What it is there for: planner, executor, builder, reviewer, …
    #[arg(long)]
    pub role: Option<String>,
    /// What it wants to reach
    #[arg(long)]
    pub goal: Option<String>,
    /// What it is good at, for whoever hands out work; may be given again
    #[arg(long = "capability", value_name = "WORD")]
    pub capabilities: Vec<String>,
    /// The kind of program: shell, claude, codex, …
    #[arg(long)]
    pub agent: Option<String>,
    /// Join this group as well
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// How the group's secret word is given.
    #[command(flatten)]
    pub secret: group::access::Secret,
    /// The process whose life is the session's [default: the caller]
    #[arg(long)]
    pub pid: Option<u32>,
}

impl Register {
    /// Registers; what is told of it is the caller's.
    pub(in crate::command) fn session(self, cx: &mut StoreCx) -> Result<Session> {
        let fingerprint = match self.pid {
            Some(pid) => fingerprint::of_pid(pid)?,
            None => caller::caller()?,
        };
        let (name, role) = match self.title.as_deref().map(parts) {
            Some((name, role)) => (Some(name.to_owned()), role.map(str::to_owned)),
            None => (self.name, self.role),
        };
        let word = match &self.group {
            Some(_) => self.secret.word()?,
            None => None,
        };
        let operation = cx.op.clone();
        let coord = cx.coord()?;
        let joining = match &self.group {
            Some(group) => Some(coord.joining(group, None, word.as_deref())?),
            None => None,
        };
        coord.register(&Request {
            number: self.number.or(self.at_number),
            name,
            role,
            goal: self.goal.or(self.aim),
            agent: self.agent,
            group: self.group,
            joining,
            capabilities: self.capabilities,
            operation,
            ..Request::of(fingerprint)
        })
    }
}

/// `Forge - Builder` is a name and a role.
fn parts(title: &str) -> (&str, Option<&str>) {
    match title.split_once(" - ") {
        Some((name, role)) => (name.trim(), Some(role.trim())),
        None => (title, None),
    }
}

impl Run<StoreCx> for Register {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let session = self.session(cx)?;
        report(cx, &session)
    }
}

/// Says who was registered, and which groups it could join.
pub(in crate::command) fn report(cx: &mut StoreCx, session: &Session) -> Result<Reply> {
    let snapshot = cx.coord()?.excerpt(Scope::People)?;
    let hint = discovery::suggest(&snapshot, Some(session.id.as_str()));
    let mut text = format!(
        "registered session {} \"{}\"\nexport STOA_SESSION={}",
        session.number, session.name, session.id
    );
    if let Some(hint) = &hint {
        text.push_str(&format!("\n# {hint}"));
    }
    let mut data = card(session)?;
    data["suggestion"] = json!(hint);
    data["joinable_groups"] = json!(discovery::names(&snapshot, Some(session.id.as_str())));
    Ok(Reply::new(text, data))
}

fn card(session: &Session) -> Result<serde_json::Value> {
    let print = &session.fingerprint;
    let place = serde_json::to_value(print)
        .map_err(|error| Error::internal(format!("a fingerprint has no JSON form: {error}")))?;
    Ok(json!({
        "id": session.id.as_str(),
        "name": session.name,
        "number": session.number,
        "generation": session.generation,
        "role": session.role,
        "goal": session.goal,
        "capabilities": session.capabilities,
        "group": session.group,
        "pid": print.pid,
        "tty": print.tty,
        "fingerprint": place,
    }))
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_title_is_a_name_and_a_role() {
        for (title, expected) in [
            ("Forge - Builder", ("Forge", Some("Builder"))),
            ("Forge", ("Forge", None)),
            (
                "Architect - Coordination & Infra - 2",
                ("Architect", Some("Coordination & Infra - 2")),
            ),
            ("well-named", ("well-named", None)),
        ] {
            assert_eq!(parts(title), expected);
        }
    }
}
