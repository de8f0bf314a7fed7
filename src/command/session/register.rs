//! `register`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::{Register as Request, caller, fingerprint};
use crate::error::Result;

/// Register a session: panes do it themselves, programs elsewhere with this
///
/// The session lives as long as the shell, script or agent that ran this command, or the process
/// given with --pid. Prints the id to put into STOA_SESSION.
#[derive(Debug, Clone, Args)]
pub struct Register {
    /// Its number, unique among the living [default: the next free one]
    #[arg(short = 'n', long)]
    pub number: Option<u32>,
    /// Its name, unique among the living
    #[arg(long)]
    pub name: Option<String>,
    /// What it is there for: builder, reviewer, …
    #[arg(long)]
    pub role: Option<String>,
    /// What it wants to reach
    #[arg(long)]
    pub goal: Option<String>,
    /// The kind of program: shell, claude, codex, …
    #[arg(long)]
    pub agent: Option<String>,
    /// Join this group as well
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// The process whose life is the session's [default: the caller]
    #[arg(long)]
    pub pid: Option<u32>,
}

impl Run<StoreCx> for Register {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let fingerprint = match self.pid {
            Some(pid) => fingerprint::of_pid(pid)?,
            None => caller::caller()?,
        };
        let session = cx.coord()?.register(&Request {
            number: self.number,
            name: self.name,
            role: self.role,
            goal: self.goal,
            agent: self.agent,
            group: self.group,
            ..Request::of(fingerprint)
        })?;
        let text = format!(
            "registered session {} \"{}\"\nexport STOA_SESSION={}",
            session.number, session.name, session.id
        );
        Ok(Reply::new(
            text,
            json!({
                "id": session.id.as_str(),
                "name": session.name,
                "number": session.number,
                "generation": session.generation,
                "role": session.role,
                "goal": session.goal,
                "group": session.group,
                "pid": session.fingerprint.pid,
                "tty": session.fingerprint.tty,
            }),
        ))
    }
}
