//! `session-heartbeat ACTION [TARGET [PHASE [PROGRESS [NEXT]]]]`.

use clap::Args;

use crate::command::session::heartbeat::{Heartbeat, percent};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Say what a session is doing; the present command is heartbeat
///
/// stoa session-heartbeat building church-guidance "BUILD - landing page" 25%
#[derive(Debug, Clone, Args)]
pub struct SessionHeartbeat {
    /// What it does: building, testing, …
    pub action: Option<String>,
    /// To what
    pub target: Option<String>,
    /// In which phase: "BUILD - landing page"
    pub phase: Option<String>,
    /// How far it is: 25 or 25%
    #[arg(value_parser = percent)]
    pub progress: Option<u8>,
    /// What comes next
    pub next: Option<String>,
}

impl Run<StoreCx> for SessionHeartbeat {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let words: Vec<String> = [self.action, self.target].into_iter().flatten().collect();
        let doing = words.join(" ");
        Heartbeat {
            working_on: Some(doing).filter(|_| !words.is_empty()),
            phase: self.phase,
            progress: self.progress,
            next: self.next,
            ..Heartbeat::default()
        }
        .run(cx)
    }
}
