//! `sessions`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::replica::Scope;
use crate::coord::snapshot::{Life, SessionInfo};
use crate::error::Result;

/// List the sessions: who lives, what they do, where they are
///
/// stoa sessions --json
#[derive(Debug, Clone, Args)]
pub struct Sessions {
    /// The lost ones too
    #[arg(short = 'a', long)]
    pub all: bool,
}

impl Run<StoreCx> for Sessions {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let snapshot = cx.excerpt(Scope::Work)?;
        let shown: Vec<&SessionInfo> = snapshot
            .sessions
            .iter()
            .filter(|session| self.all || session.life != Life::Lost)
            .collect();
        let lines: Vec<String> = shown.iter().map(|session| line(session)).collect();
        let text = if lines.is_empty() {
            "no sessions yet; a pane registers itself, elsewhere use stoa register".to_owned()
        } else {
            lines.join("\n")
        };
        Ok(Reply::new(text, json!({ "sessions": shown })))
    }
}

/// One session as a line for people.
pub fn line(session: &SessionInfo) -> String {
    let life = match session.life {
        Life::Alive => session.state.as_deref().unwrap_or("alive"),
        Life::Stalled => "stalled",
        Life::Lost => "lost",
    };
    let mut line = format!("{:>3}  {:<20} {life:<9}", session.number, session.name);
    let place = session.pane.as_deref().unwrap_or(&session.tty);
    line.push_str(&format!(" {place:<12}"));
    for (label, value) in [
        ("role", &session.role),
        ("group", &session.group),
        ("task", &session.task),
        ("on", &session.working_on),
    ] {
        if let Some(value) = value {
            line.push_str(&format!(" {label}={value}"));
        }
    }
    if session.unread > 0 {
        line.push_str(&format!(" unread={}", session.unread));
    }
    line.push_str(&format!(" seen {} ago", span(session.heartbeat_age_ms)));
    line
}
