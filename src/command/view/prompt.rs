//! `prompt`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::line_edit::LineEdit;
use crate::model::overlay::{Overlay, PromptState};

/// Open the command prompt
#[derive(Debug, Clone, Args)]
pub struct Prompt {
    /// What already stands there
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub text: Vec<String>,
}

impl Run<ViewCx<'_>> for Prompt {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let mut text = self.text.join(" ");
        if !text.is_empty() {
            text.push(' ');
        }
        let view = cx.view()?;
        let mut edit = LineEdit::new(&text);
        edit.set_history(view.history.clone());
        view.overlay = Some(Overlay::Prompt(PromptState {
            edit,
            ..PromptState::default()
        }));
        Ok(Reply::none())
    }
}
