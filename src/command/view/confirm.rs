//! `confirm`.

use clap::Args;

use super::ViewCx;
use crate::command::parse;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::overlay::Overlay;

/// Ask before running a command
#[derive(Debug, Clone, Args)]
pub struct Confirm {
    /// The question
    #[arg(short = 'p', long, value_name = "QUESTION")]
    pub question: Option<String>,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl Run<ViewCx<'_>> for Confirm {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        parse::parse(&self.command)?;
        let command = shlex::try_join(self.command.iter().map(String::as_str))
            .map_err(|_| crate::error::Error::usage("a command cannot contain NUL"))?;
        let question = self.question.unwrap_or_else(|| format!("{command}?"));
        cx.view()?.overlay = Some(Overlay::Confirm { question, command });
        Ok(Reply::none())
    }
}
