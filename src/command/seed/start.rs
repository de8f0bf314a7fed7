//! `session-start`, `new-session`.

use clap::Args;

use crate::command::group;
use crate::command::session::register::{Register, report};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::{Kind, Result};

/// Names tried when several sessions start in one second.
const TRIES: u32 = 100;

/// Register a session under a name made from the time; the present command is register
///
/// Where a session acts already (in a pane, say), that one is shown.
///
/// stoa session-start
#[derive(Debug, Clone, Args)]
pub struct SessionStart {
    /// A name instead of session-SECONDS
    pub name: Option<String>,
    /// What it is there for
    #[arg(long)]
    pub role: Option<String>,
    /// What it wants to reach
    #[arg(long)]
    pub goal: Option<String>,
}

/// Register a session with its kind and objective; the present command is register --role --goal
///
/// stoa new-session -s Forge -G core -o "Build core services"
#[derive(Debug, Clone, Args)]
pub struct NewSession {
    /// The kind of session: research, development, …
    #[arg(short = 'G', value_name = "KIND")]
    pub kind: Option<String>,
    /// What it wants to reach
    #[arg(short = 'o', value_name = "OBJECTIVE")]
    pub objective: Option<String>,
    /// Its name
    #[arg(short = 's', value_name = "NAME")]
    pub name: Option<String>,
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

impl Run<StoreCx> for SessionStart {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.name.is_none()
            && let Ok(session) = cx.actor()
        {
            let mut reply = report(cx, &session)?;
            reply.text = reply.text.replacen("registered", "already registered:", 1);
            return Ok(reply);
        }
        let register = Register {
            name: self.name.clone(),
            role: self.role,
            goal: self.goal,
            ..Register::default()
        };
        if self.name.is_some() {
            return register.run(cx);
        }
        let base = format!("session-{}", jiff::Timestamp::now().as_second());
        let mut name = base.clone();
        for next in 2..=TRIES {
            let named = Register {
                name: Some(name.clone()),
                ..register.clone()
            };
            match named.run(cx) {
                Err(error) if error.kind == Kind::Refused && error.holder.is_some() => {
                    name = format!("{base}-{next}");
                }
                outcome => return outcome,
            }
        }
        register.run(cx)
    }
}

impl Run<StoreCx> for NewSession {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        Register {
            name: self.name,
            role: self.kind,
            goal: self.objective,
            group: self.group,
            secret: self.secret,
            pid: self.pid,
            ..Register::default()
        }
        .run(cx)
    }
}
