//! `send`.

use clap::Args;

use super::{address, body, sent};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::message::{Address, Draft};
use crate::error::{Error, Result};

/// Send a message: to a session, to a group (@NAME), or to everybody (--all)
///
/// It is kept until it has been read and acknowledged; you never wait for the other. Those who are
/// there now receive it. The subject is one line of at most 200 characters, the body at most 32 KiB.
///
///   stoa send Forge "API contract" "The field is called id, not key."
///   stoa send @backend "Schema changed" - < notes.txt
///   stoa send --all "SPECS complete" "my-app is ready for BUILD"
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct Send {
    /// To whom (name, number or id of a session, or @GROUP; nobody with --all), what it is about,
    /// and what it says ("-": what comes on standard input)
    #[arg(required = true, num_args = 1.., value_name = "TO SUBJECT BODY")]
    pub words: Vec<String>,
    /// To all other sessions; then TO is left out
    #[arg(short = 'a', long)]
    pub all: bool,
}

impl Run<StoreCx> for Send {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let missing = || {
            Error::usage("a message needs a recipient and a subject")
                .with_hint("stoa send TO SUBJECT BODY, or: stoa send --all SUBJECT BODY")
        };
        let (to, rest) = match (self.all, self.words.as_slice()) {
            (true, rest) => (None, rest),
            (false, [to, rest @ ..]) => (Some(to), rest),
            (false, []) => return Err(missing()),
        };
        let [subject, rest @ ..] = rest else {
            return Err(missing());
        };
        let body = body(cx, rest)?;
        let actor = cx.acting()?;
        let to = match to {
            Some(to) => address(cx, to)?,
            None => Address::All,
        };
        let draft = Draft {
            to,
            subject: subject.clone(),
            body,
        };
        let voice = cx.voice();
        Ok(sent(&cx.coord()?.send(&actor, &voice, &draft)?))
    }
}
