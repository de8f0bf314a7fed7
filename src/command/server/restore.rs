//! `restore`.

use clap::Args;
use serde_json::json;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::restore;

/// Open the tabs and panes again that the last server had when it was killed or went down
///
/// Needed only with `restore = "ask"` and an answer of no; else a new server does so by itself. Shells
/// start where the old programs were, below the old text; what ran stands at the prompt, to be run or
/// deleted.
#[derive(Debug, Clone, Args)]
pub struct Restore {}

impl Run<ServerCx<'_>> for Restore {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let opened = restore::all(cx.state, cx.effects)?;
        let text = format!("{} tabs, {} panes", opened.tabs, opened.panes);
        let data = json!({ "tabs": opened.tabs, "panes": opened.panes });
        Ok(Reply::new(text, data))
    }
}
