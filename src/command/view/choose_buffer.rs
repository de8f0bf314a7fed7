//! `choose-buffer`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::overlay::Overlay;

/// Choose a paste buffer from a list: paste, show or delete it
#[derive(Debug, Clone, Args)]
pub struct ChooseBuffer {}

impl Run<ViewCx<'_>> for ChooseBuffer {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        cx.server.state.buffers.get(None)?;
        cx.view()?.overlay = Some(Overlay::Buffers { selected: 0 });
        Ok(Reply::none())
    }
}
