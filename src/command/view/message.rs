//! `display-message`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::request;

/// Show a line to the person at the terminal
#[derive(Debug, Clone, Args)]
pub struct DisplayMessage {
    /// The line
    #[arg(required = true, trailing_var_arg = true)]
    pub text: Vec<String>,
}

impl Run<ViewCx<'_>> for DisplayMessage {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        request::say(cx.server.state, cx.client, &self.text.join(" "), false);
        Ok(Reply::none())
    }
}
