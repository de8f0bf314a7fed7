//! `command-palette`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::line_edit::LineEdit;
use crate::model::overlay::{Overlay, PaletteState};

/// Find any command, tab, pane or session by a few of its letters
///
/// Enter runs what is selected, or goes there; Tab puts it into the prompt, to add to it. Every command
/// is listed with its key and what it does; what was run last from here comes first.
#[derive(Debug, Clone, Args)]
pub struct CommandPalette {
    /// What is typed already
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub text: Vec<String>,
}

impl Run<ViewCx<'_>> for CommandPalette {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        cx.view()?.overlay = Some(Overlay::Palette(PaletteState {
            edit: LineEdit::new(&self.text.join(" ")),
            selected: 0,
        }));
        Ok(Reply::none())
    }
}
