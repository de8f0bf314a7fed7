//! `show-panes`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::overlay::Overlay;

/// Show the panes' numbers; the next digit focuses one
#[derive(Debug, Clone, Args)]
pub struct ShowPanes {}

impl Run<ViewCx<'_>> for ShowPanes {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        cx.view()?.overlay = Some(Overlay::PaneNumbers);
        Ok(Reply::none())
    }
}
