//! Commands on one attached terminal's view, and the context they get.

pub mod adjust;
pub mod choose_buffer;
pub mod choose_tab;
pub mod choose_theme;
pub mod clock_mode;
pub mod confirm;
pub mod copy;
pub mod copy_mode;
pub mod detach;
pub mod display_menu;
pub mod find_tab;
pub mod floating;
pub mod focus_tab;
pub mod menu;
pub mod palette;
pub mod panel;
pub mod prompt;
pub mod redraw;
pub mod send_prefix;
pub mod show_panes;
pub mod suspend;
pub mod welcome;
pub mod zoom;

use crate::command::server::ServerCx;
use crate::error::{Error, Result};
use crate::model::id::{ClientId, PaneId};
use crate::model::view::View;

use super::target;

/// What a command on a view may touch: all that a server command may, and the view.
pub struct ViewCx<'a> {
    /// The context of the server's commands.
    pub server: ServerCx<'a>,
    /// The terminal whose view it is.
    pub client: ClientId,
}

impl<'a> ViewCx<'a> {
    /// The asking terminal's view, or the one used last.
    ///
    /// # Errors
    /// No terminal is attached.
    pub fn new(server: ServerCx<'a>) -> Result<ViewCx<'a>> {
        let client = target::client(server.state, &server.requester)?;
        Ok(ViewCx { server, client })
    }

    /// The same, or the view that is away when no terminal is attached.
    ///
    /// # Errors
    /// There is no tab.
    pub fn anywhere(server: ServerCx<'a>) -> Result<ViewCx<'a>> {
        let standpoint = target::standpoint(server.state, &server.requester);
        let client = standpoint.map(|view| view.client);
        let client = client.ok_or_else(|| Error::refused("there is no tab"))?;
        Ok(ViewCx { server, client })
    }

    /// The view.
    ///
    /// # Errors
    /// Its terminal has gone meanwhile.
    pub fn view(&mut self) -> Result<&mut View> {
        let view = self.server.state.standpoint_mut(self.client);
        view.ok_or_else(|| Error::refused("that terminal is no longer attached"))
    }

    /// The view's focused pane.
    ///
    /// # Errors
    /// There is none.
    pub fn focused(&self) -> Result<PaneId> {
        let state = &self.server.state;
        state
            .standpoint_of(self.client)
            .and_then(|view| state.focused(view))
            .ok_or_else(|| Error::refused("no pane has the focus"))
    }

    /// The pane named, or the view's focused one.
    ///
    /// # Errors
    /// It does not exist.
    pub fn pane(&self, name: Option<&str>) -> Result<PaneId> {
        match name {
            Some(_) => self.server.pane(name),
            None => self.focused(),
        }
    }

    /// Gives a pane the focus and turns to its tab.
    pub fn focus(&mut self, pane: PaneId) {
        self.server.requester.client = Some(self.client);
        self.server.focus(pane);
    }
}
