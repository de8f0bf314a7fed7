//! `clock-mode`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::overlay::Overlay;

/// Show a big clock over a pane, for this terminal alone, until a key is pressed
#[derive(Debug, Clone, Args)]
pub struct ClockMode {
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
}

impl Run<ViewCx<'_>> for ClockMode {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        cx.view()?.overlay = Some(Overlay::Clock { pane });
        Ok(Reply::none())
    }
}
