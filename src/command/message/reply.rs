//! `reply`.

use clap::Args;

use super::{body, sent};
use crate::command::spec::{Reply as Outcome, Run};
use crate::command::store::StoreCx;
use crate::coord::message::Answer;
use crate::error::Result;

/// Answer a message: to its sender, or to all who received it
///
/// The answer belongs to the same conversation, which `stoa inbox --thread ID` shows.
///
/// stoa reply 3 "yes, by noon"
#[derive(Debug, Clone, Args)]
pub struct Reply {
    /// The message's number
    pub id: u64,
    /// What the answer says ("-": what comes on standard input)
    #[arg(required = true, num_args = 1..)]
    pub body: Vec<String>,
    /// Another subject than "re: …"
    #[arg(long, value_name = "TEXT")]
    pub subject: Option<String>,
    /// To the group or everybody that the message went to, not to its sender alone
    #[arg(short = 'a', long)]
    pub all: bool,
}

impl Run<StoreCx> for Reply {
    fn run(self, cx: &mut StoreCx) -> Result<Outcome> {
        let answer = Answer {
            re: self.id,
            subject: self.subject,
            body: body(cx, &self.body)?,
            to_all: self.all,
        };
        let actor = cx.acting()?;
        let voice = cx.voice();
        Ok(sent(&cx.coord()?.reply(&actor, &voice, &answer)?))
    }
}
