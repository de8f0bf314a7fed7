//! `split-pane`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::command::server::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::geometry::Direction;
use crate::update::launch;

/// Split a pane in two and start a shell, or a program, in the new half
#[derive(Debug, Clone, Args)]
#[command(disable_help_flag = true)]
pub struct SplitPane {
    /// New pane to the right (side by side)
    #[arg(short = 'h', long, visible_alias = "horizontal", group = "side")]
    pub right: bool,
    /// New pane below (the default)
    #[arg(short = 'v', long, visible_alias = "vertical", group = "side")]
    pub down: bool,
    /// New pane to the left
    #[arg(long, group = "side")]
    pub left: bool,
    /// New pane above
    #[arg(long, group = "side")]
    pub up: bool,
    /// Do not move the focus to it
    #[arg(short = 'd', long)]
    pub detached: bool,
    /// Directory to start in
    #[arg(short = 'c', long, value_name = "DIR")]
    pub cwd: Option<PathBuf>,
    /// Name of the new pane
    #[arg(short = 'n', long)]
    pub name: Option<String>,
    /// The pane to split: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Print this help
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
    /// Program and arguments; one word is run by the shell
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

impl SplitPane {
    fn direction(&self) -> Direction {
        if self.right {
            Direction::Right
        } else if self.left {
            Direction::Left
        } else if self.up {
            Direction::Up
        } else {
            Direction::Down
        }
    }
}

impl Run<ServerCx<'_>> for SplitPane {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let target = cx.pane(self.target.as_deref())?;
        let towards = self.direction();
        let area = cx.area();
        let name = self.name.as_deref().map(super::super::target::label);
        let name = name.transpose()?;
        let tab = cx
            .state
            .tab_of(target)
            .ok_or_else(|| Error::not_found("that pane is in no tab"))?;
        if !tab.layout.can_split(target, towards, area) {
            return Err(Error::refused("no room for another pane here")
                .with_hint("make the pane larger (C-b C-arrows), or open a tab (C-b c)"));
        }
        let tab = tab.id;
        let launch = launch::plan(
            cx.state,
            &cx.requester,
            Some(target),
            self.cwd,
            self.command,
        )?;
        let pane = cx.state.mint_pane();
        if let Some(tab) = cx.state.tab_mut(tab) {
            tab.layout.split(target, towards, pane);
        }
        launch::begin(cx.state, pane, launch, name, cx.effects);
        for view in cx.state.views.values_mut() {
            view.zoom.remove(&tab);
        }
        if !self.detached {
            cx.focus(pane);
        }
        Ok(Reply::new("", json!({ "pane": pane.to_string() })))
    }
}
