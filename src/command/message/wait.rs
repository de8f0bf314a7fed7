//! `wait-message`.

use std::time::Duration;

use clap::Args;

use super::opened;
use crate::cli::output::say;
use crate::command::spec::{Reply, Run};
use crate::command::store::{StoreCx, span};
use crate::coord::lease;
use crate::coord::message::Filter;
use crate::error::Result;

/// Wait for a message, and read it
///
/// One that is unread already counts. It sleeps until there is something new; exit code 1 when the
/// time is over. What was read and not acknowledged stays in the inbox, should this command be killed
/// with the message in hand.
///
/// stoa wait-message
#[derive(Debug, Clone, Args)]
pub struct WaitMessage {
    /// Only from this session
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    /// Only with this in its subject
    #[arg(long, value_name = "TEXT")]
    pub subject: Option<String>,
    /// Only in this conversation: the number of any of its messages
    #[arg(long, value_name = "ID")]
    pub thread: Option<u64>,
    /// How long: 30s, 10m, 2h [default: until one comes]
    #[arg(long, value_name = "TIME", value_parser = patience)]
    pub timeout: Option<Duration>,
}

fn patience(text: &str) -> Result<Duration, String> {
    lease::parse_duration(text).map_err(|error| match &error.hint {
        Some(hint) => format!("{} ({hint})", error.message),
        None => error.message.clone(),
    })
}

impl Run<StoreCx> for WaitMessage {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let quiet = cx.quiet;
        let coord = cx.coord()?;
        let from = self.from.map(|name| match coord.resolve(&name) {
            Ok(session) => session.id.to_string(),
            // It may register later, or be gone by now.
            Err(_) => name,
        });
        let thread = match self.thread {
            Some(id) => Some(coord.thread_of(&actor.session, id)?),
            None => None,
        };
        if !quiet {
            let limit = self.timeout.map(|limit| span(limit.as_millis() as u64));
            let limit = limit.map_or(String::new(), |limit| format!(" for up to {limit}"));
            say(&format!("waiting{limit}"));
        }
        let filter = Filter {
            from,
            subject: self.subject,
            thread,
        };
        let message = coord.wait_message(&actor, &filter, self.timeout)?;
        Ok(opened(&[message]))
    }
}
