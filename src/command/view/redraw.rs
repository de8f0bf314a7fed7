//! `redraw`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::Effect;

/// Draw this terminal anew
#[derive(Debug, Clone, Args)]
pub struct Redraw {}

impl Run<ViewCx<'_>> for Redraw {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        cx.server.effects.push(Effect::Redraw { client: cx.client });
        Ok(Reply::none())
    }
}
