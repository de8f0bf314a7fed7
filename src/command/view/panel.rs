//! `toggle-panel`, `focus-panel`, `next-attention` and `panel`.

use clap::{Args, ValueEnum};

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::update::panel;

/// Open or close the side panel
#[derive(Debug, Clone, Args)]
pub struct TogglePanel {}

impl Run<ViewCx<'_>> for TogglePanel {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        cx.view()?.panel.toggle();
        Ok(Reply::none())
    }
}

/// Give the keys to the side panel, or back to the pane
#[derive(Debug, Clone, Args)]
pub struct FocusPanel {}

impl Run<ViewCx<'_>> for FocusPanel {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let panel = &mut cx.view()?.panel;
        if panel.open && panel.focused {
            panel.focused = false;
        } else {
            panel.open = true;
            panel.focused = true;
        }
        Ok(Reply::none())
    }
}

/// Go to the next pane whose agent needs somebody, or to the panel's list of what waits
#[derive(Debug, Clone, Args)]
pub struct NextAttention {}

impl Run<ViewCx<'_>> for NextAttention {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        panel::waiting::next(cx.server.state, cx.client)?;
        Ok(Reply::none())
    }
}

/// Move and act in the side panel (what its keys are bound to)
#[derive(Debug, Clone, Args)]
pub struct Panel {
    /// What to do
    pub action: PanelAction,
}

/// What can be done in the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PanelAction {
    /// Select the next row
    Next,
    /// Select the previous row
    Previous,
    /// Go to the next section
    NextSection,
    /// Go to the previous section
    PreviousSection,
    /// Select the section's first row
    First,
    /// Select the section's last row
    Last,
    /// Act on the row: join a group, jump to a peer's pane, read a value or a message, go on with a task
    Act,
    /// Claim something, wait for the selected claim, or take the selected task or issue
    Claim,
    /// Release the selected claim, task or issue
    Release,
    /// Complete the selected task, resolve the issue, apply the fix
    Complete,
    /// Review the selected fix
    Review,
    /// Report an issue
    Report,
    /// Add a task
    Add,
    /// Join the selected group, or one to be named
    Join,
    /// Leave the group
    Leave,
    /// Share a value, or change the selected one
    Share,
    /// Answer the selected message
    Reply,
    /// Acknowledge the selected message
    Ack,
    /// Send a message, to the selected session or one to be named
    Send,
    /// Type a filter
    Filter,
    /// Move the panel to the other side
    Flip,
    /// Make the panel wider
    Wider,
    /// Make the panel narrower
    Narrower,
    /// Drop the filter, or give the keys back to the pane
    Back,
    /// Close the panel
    Close,
}

impl Run<ViewCx<'_>> for Panel {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        panel::act(cx.server.state, cx.client, self.action, cx.server.effects)?;
        Ok(Reply::none())
    }
}
