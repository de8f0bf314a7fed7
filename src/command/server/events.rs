//! `events`.

use clap::Args;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::journal::Cursor;
use crate::model::wait::Waiting;
use crate::update::waits;

/// The most events of one answer.
const MOST: usize = 256;

/// Print what has happened, one line of JSON an event: panes, tabs, terminals, the store
///
/// Every event has a cursor; --since CURSOR goes on just after it. --follow goes on printing as things
/// happen, from now on if no cursor is given. The server keeps the last 4096 events and waits for no
/// reader: one that comes too late finds a line {"event":"lost","count":N} in place of what is gone
/// (count is null if the cursor is of an earlier server).
#[derive(Debug, Clone, Args)]
pub struct Events {
    /// Go on printing as things happen
    #[arg(short = 'f', long)]
    pub follow: bool,
    /// Only what came after this cursor
    #[arg(long, value_name = "CURSOR")]
    pub since: Option<Cursor>,
    /// Wait for the first event if there is none yet
    #[arg(long)]
    pub wait: bool,
}

impl Run<ServerCx<'_>> for Events {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let journal = &cx.state.journal;
        if self.follow {
            return Err(Error::usage("events --follow works from a shell only"));
        }
        let since = match (self.since, self.wait) {
            (Some(since), _) => since,
            (None, true) => journal.now(),
            // All there is, without complaint about what is not.
            (None, false) => Cursor {
                life: journal.life,
                number: journal.after(0).next().map_or(0, |entry| entry.number - 1),
            },
        };
        if self.wait {
            return cx.wait(Waiting::Events { since, most: MOST }, None);
        }
        let batch = journal.since(since, MOST);
        Ok(waits::show_batch(cx.state, &batch))
    }
}
