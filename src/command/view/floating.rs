//! `toggle-floating`.

use clap::Args;

use super::ViewCx;
use crate::command::pane::float::below;
use crate::command::pane::open::{self, Program, Spot};
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};

/// Show the tab's floating panes, or go back to the panes below; without any, open one
#[derive(Debug, Clone, Args)]
pub struct ToggleFloating {}

impl Run<ViewCx<'_>> for ToggleFloating {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        cx.server.requester.client = Some(cx.client);
        let focused = cx.focused()?;
        let id = cx.server.tab_of(focused)?;
        let order = cx.view()?.focus.get(&id).cloned().unwrap_or_default();
        let Some(tab) = cx.server.state.tab(id) else {
            return Err(Error::not_found("no such tab"));
        };
        let floats = |pane: &&crate::model::id::PaneId| tab.float(**pane).is_some();
        let goal = match tab.float(focused) {
            Some(_) => below(&cx.server, id),
            None => {
                let known = order.iter().rev().find(floats).copied();
                known.or_else(|| tab.floats.last().map(|float| float.pane))
            }
        };
        let pane = match goal {
            Some(pane) => pane,
            None => {
                let spot = Spot::Floating {
                    over: focused,
                    place: Default::default(),
                };
                let program = Program {
                    cwd: None,
                    name: None,
                    env: Vec::new(),
                };
                open::open(&mut cx.server, spot, program, None, Vec::new())?
            }
        };
        cx.focus(pane);
        Ok(Reply::none())
    }
}
