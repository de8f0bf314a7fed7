//! `show-menu`.

use clap::{Args, ValueEnum};

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::menu::Menu;
use crate::model::overlay::Overlay;

/// What a menu is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum About {
    /// A pane
    Pane,
    /// A tab
    Tab,
    /// The workspace
    Workspace,
}

/// Open a menu of what one can do with a pane, a tab or the workspace; the right mouse button does, too
///
/// In the menu the arrows move and Enter chooses, or a row's own key does what it does after the prefix.
#[derive(Debug, Clone, Args)]
pub struct ShowMenu {
    /// What it is about
    #[arg(value_enum, default_value_t = About::Pane)]
    pub about: About,
    /// The pane (%ID, name or number) or the tab (number, name or @ID)
    #[arg(short = 't', long, value_name = "TARGET")]
    pub target: Option<String>,
}

impl Run<ViewCx<'_>> for ShowMenu {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let target = self.target.as_deref();
        let shown = cx.view()?.tab;
        let menu = match self.about {
            About::Pane => {
                let pane = cx.pane(target)?;
                let state = &cx.server.state;
                let view = state.views.get(&cx.client);
                view.and_then(|view| Menu::of_pane(state, view, pane, None))
            }
            About::Tab => {
                let tab = match target {
                    Some(_) => cx.server.tab(target)?,
                    None => shown,
                };
                let state = &cx.server.state;
                let view = state.views.get(&cx.client);
                view.and_then(|view| Menu::of_tab(state, view, tab, None))
            }
            About::Workspace => Some(Menu::of_workspace(cx.server.state, None)),
        };
        let menu = menu.ok_or_else(|| Error::not_found("it is not there any more"))?;
        cx.view()?.overlay = Some(Overlay::Menu(menu));
        Ok(Reply::none())
    }
}
