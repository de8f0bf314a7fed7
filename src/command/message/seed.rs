//! `session-send-message` and `session-check-messages`: the older scripts' words.

use clap::Args;
use serde_json::{Value, json};

use super::{address, body, data, frame, sent};
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::message::{Address, Draft, Opened, Recipient};
use crate::error::Result;

/// Messages of each section.
const LIMIT: usize = 50;

/// Send a message: like send, with "broadcast" for everybody
///
/// stoa session-send-message broadcast "SPECS complete" "ready for BUILD"
#[derive(Debug, Clone, Args)]
pub struct SessionSendMessage {
    /// Name, number or id of a session, @GROUP, or "broadcast"
    pub to: String,
    /// What it is about
    pub subject: String,
    /// What it says ("-": what comes on standard input)
    #[arg(num_args = 0..)]
    pub body: Vec<String>,
}

impl Run<StoreCx> for SessionSendMessage {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let to = match self.to.as_str() {
            "broadcast" => Address::All,
            to => address(cx, to)?,
        };
        let draft = Draft {
            to,
            subject: self.subject,
            body: body(cx, &self.body)?,
        };
        let voice = cx.voice();
        Ok(sent(&cx.coord()?.send(&actor, &voice, &draft)?))
    }
}

/// Show your broadcast and direct messages in full, and mark them read
///
/// stoa session-check-messages
#[derive(Debug, Clone, Args)]
pub struct SessionCheckMessages {}

impl Run<StoreCx> for SessionCheckMessages {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let actor = cx.acting()?;
        let messages = cx.coord()?.read_inbox(&actor, LIMIT)?;
        let (direct, broadcast): (Vec<Opened>, Vec<Opened>) = (messages.into_iter())
            .partition(|opened| matches!(opened.item.message.to, Recipient::Session { .. }));
        let section = |title: &str, messages: &[Opened]| match messages {
            [] => format!("{title}\nnone"),
            messages => {
                let frames: Vec<String> = messages.iter().map(frame).collect();
                format!("{title}\n{}", frames.join("\n"))
            }
        };
        let list = |messages: &[Opened]| -> Vec<Value> {
            let rows = messages.iter();
            rows.map(|opened| data(&opened.item, Some(&opened.body)))
                .collect()
        };
        let text = format!(
            "{}\n\n{}",
            section("BROADCAST MESSAGES", &broadcast),
            section("DIRECT MESSAGES", &direct)
        );
        let data = json!({ "broadcast": list(&broadcast), "direct": list(&direct) });
        Ok(Reply::new(text, data))
    }
}
