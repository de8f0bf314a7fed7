//! `display-message`.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::ServerCx;
use crate::command::pane::wait::patience;
use crate::command::spec::{Reply, Run};
use crate::command::target;
use crate::error::Result;
use crate::model::variables::{self, Subject};
use crate::update::request;

/// What is shown when nothing is said.
const DEFAULT: &str = "[#{session_name}] #{window_index}:#{window_name}, pane #{pane_index} \
                       #{pane_id} #{pane_width}x#{pane_height}, #{pane_current_command}";

/// Show a line to the person at the terminal, or print it with -p
///
/// The line is a format: #{pane_id}, #{pane_current_path}, #{?pane_dead,over,runs} and so on; the README
/// lists the variables. -p needs no attached terminal.
#[derive(Debug, Clone, Args)]
pub struct DisplayMessage {
    /// Print it to standard output instead
    #[arg(short = 'p', long)]
    pub print: bool,
    /// The pane it is about: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// How long it stays, in milliseconds or as a time (5s)
    #[arg(short = 'd', long, value_name = "TIME", value_parser = delay)]
    pub delay: Option<Duration>,
    /// Show the words as they stand, formats too
    #[arg(short = 'l', long)]
    pub literal: bool,
    /// Print every variable and its value
    #[arg(short = 'a', long, conflicts_with = "literal")]
    pub all: bool,
    /// The line
    #[arg(trailing_var_arg = true)]
    pub text: Vec<String>,
}

impl Run<ServerCx<'_>> for DisplayMessage {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let line = self.text.join(" ");
        let format = if self.text.is_empty() { DEFAULT } else { &line };
        let pane = match &self.target {
            Some(name) => Some(cx.pane(Some(name))?),
            None => cx.pane(None).ok(),
        };
        let subject = Subject {
            pane,
            ..cx.subject()
        };
        let text = match self.literal {
            true => line,
            false => cx.expand(subject, format),
        };
        let text = match self.all {
            true => variables::all(cx.state, subject),
            false => text,
        };
        if self.print || self.all {
            let data = json!({ "text": text });
            return Ok(Reply::new(text, data));
        }
        let client = target::client(cx.state, &cx.requester)?;
        request::say(cx.state, client, &text, false);
        if let (Some(delay), Some(view)) = (self.delay, cx.state.views.get_mut(&client))
            && let Some(message) = &mut view.message
        {
            let stays = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            message.until_ms = cx.state.now_ms.saturating_add(stays);
        }
        Ok(Reply::none())
    }
}

/// A time, or a bare number of milliseconds as in tmux.
fn delay(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(ms) => Ok(Duration::from_millis(ms)),
        Err(_) => patience(text),
    }
}
