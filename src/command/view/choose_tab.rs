//! `choose-tab`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::overlay::Overlay;

/// Choose a tab from a list
#[derive(Debug, Clone, Args)]
pub struct ChooseTab {}

impl Run<ViewCx<'_>> for ChooseTab {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let tab = cx.view()?.tab;
        let selected = cx.server.state.tab_index(tab).unwrap_or(0);
        cx.view()?.overlay = Some(Overlay::Tabs {
            selected,
            only: None,
        });
        Ok(Reply::none())
    }
}
