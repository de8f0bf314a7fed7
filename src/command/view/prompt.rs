//! `prompt`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::line_edit::LineEdit;
use crate::model::overlay::{Overlay, PromptState};
use crate::model::variables::Subject;

/// Open the command prompt
#[derive(Debug, Clone, Args)]
pub struct Prompt {
    /// Ask for one argument of the command instead: whatever is typed is a part of it
    #[arg(long)]
    pub value: bool,
    /// What stands there at first, as a format; with --value
    #[arg(short = 'I', long, value_name = "FORMAT", requires = "value")]
    pub initial: Option<String>,
    /// What already stands there
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub text: Vec<String>,
}

impl Run<ViewCx<'_>> for Prompt {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let mut text = self.text.join(" ");
        let prompt = if self.value {
            let subject = Subject {
                pane: cx.focused().ok(),
                ..cx.server.subject()
            };
            let initial = self.initial.as_deref().unwrap_or_default();
            let initial = cx.server.expand(subject, initial);
            PromptState {
                edit: LineEdit::new(&initial),
                value_of: Some(text),
                ..PromptState::default()
            }
        } else {
            if !text.is_empty() {
                text.push(' ');
            }
            let mut edit = LineEdit::new(&text);
            edit.set_history(cx.view()?.history.clone());
            PromptState {
                edit,
                ..PromptState::default()
            }
        };
        cx.view()?.overlay = Some(Overlay::Prompt(prompt));
        Ok(Reply::none())
    }
}
