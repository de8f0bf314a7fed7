//! `confirm`.

use clap::Args;

use super::ViewCx;
use crate::command::line;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::overlay::Overlay;

/// Ask before running a command
#[derive(Debug, Clone, Args)]
pub struct Confirm {
    /// The question
    #[arg(short = 'p', long, value_name = "QUESTION")]
    pub question: Option<String>,
    /// The command and its arguments; one word may be a line of several commands
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl Run<ViewCx<'_>> for Confirm {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let command = line::of_words(&self.command)?;
        line::understand(line::commands(&command)?)?;
        let question = match &self.question {
            Some(question) => cx.server.word(question),
            None => format!("{command}?"),
        };
        let formats = cx.server.requester.formats.clone();
        cx.view()?.overlay = Some(Overlay::Confirm {
            question,
            command,
            formats,
        });
        Ok(Reply::none())
    }
}
