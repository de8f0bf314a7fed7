//! `ack`.

use clap::Args;
use serde_json::json;

use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::message::Handled;
use crate::error::{Error, Result};

/// Acknowledge messages: you have dealt with them
///
/// Until then they stay in your inbox, read or not. With --all everything that is there, or
/// everything up to the one named.
///
/// stoa ack 3
#[derive(Debug, Clone, Args)]
pub struct Ack {
    /// The messages' numbers
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub ids: Vec<u64>,
    /// All messages; with one ID all up to that one
    #[arg(short = 'a', long)]
    pub all: bool,
}

impl Run<StoreCx> for Ack {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let which = match (self.all, self.ids.as_slice()) {
            (false, ids) => Handled::These(ids.to_vec()),
            (true, []) => Handled::All,
            (true, [id]) => Handled::UpTo(*id),
            (true, _) => return Err(Error::usage("--all goes with one ID at most")),
        };
        let actor = cx.acting()?;
        let done = cx.coord()?.acknowledge(&actor, &which)?;
        let text = format!(
            "acknowledged {}, {} unread",
            match done.messages {
                1 => "1 message".to_owned(),
                n => format!("{n} messages"),
            },
            done.unread
        );
        Ok(Reply::new(text, json!(done)))
    }
}
