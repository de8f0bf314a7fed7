//! `run-shell` and `if-shell`.

use clap::Args;

use super::ServerCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;
use crate::model::id::PaneId;
use crate::model::variables::Subject;
use crate::update::event::{Choice, Then};
use crate::update::shell;

/// Run a shell command outside of any pane, in a pane's directory, and show what it says
///
/// It runs with /bin/sh and the pane's environment. Formats in it are put in as quoted words, whatever a
/// title says. The exit code is the command's. For a program to look at, use run.
///
/// stoa run-shell 'git -C #{pane_current_path} log -1'
#[derive(Debug, Clone, Args)]
pub struct RunShell {
    /// Do not wait for its end; only a failure is told
    #[arg(short = 'b', long)]
    pub background: bool,
    /// The pane it is about: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The command
    pub command: String,
}

impl Run<ServerCx<'_>> for RunShell {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let after = match self.background {
            true => Then::Tell(cx.reply.aside()),
            false => Then::Show(cx.reply),
        };
        begin(cx, pane, &self.command, after)?;
        Ok(match self.background {
            true => Reply::none(),
            false => Reply::later(),
        })
    }
}

/// Run one command line if a shell command succeeds, another if it fails
///
/// With -F the condition is a format instead, which says no if it is empty or 0.
///
/// stoa if-shell 'test -d .git' 'display-message git' 'display-message plain'
#[derive(Debug, Clone, Args)]
pub struct IfShell {
    /// The condition is a format
    #[arg(short = 'F', long)]
    pub format: bool,
    /// Do not wait for the condition, nor for what is run then
    #[arg(short = 'b', long)]
    pub background: bool,
    /// The pane it is about: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The condition
    pub condition: String,
    /// What is run if it holds
    #[arg(value_name = "COMMANDS")]
    pub then: String,
    /// What is run if it does not
    #[arg(value_name = "OTHER COMMANDS")]
    pub otherwise: Option<String>,
}

impl Run<ServerCx<'_>> for IfShell {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = cx.pane(self.target.as_deref())?;
        let mut requester = cx.requester.clone();
        if self.target.is_some() {
            requester.pane = Some(pane);
        }
        let choice = Choice {
            then: self.then,
            otherwise: self.otherwise,
            requester,
            reply: match self.background {
                true => cx.reply.aside(),
                false => cx.reply,
            },
        };
        if self.format {
            let said = cx.expand(about(cx, pane), &self.condition);
            let yes = !matches!(said.as_str(), "" | "0");
            shell::choose(cx.state, choice, yes, cx.effects);
        } else {
            begin(cx, pane, &self.condition, Then::Choose(Box::new(choice)))?;
        }
        Ok(match self.background {
            true => Reply::none(),
            false => Reply::later(),
        })
    }
}

fn about(cx: &ServerCx<'_>, pane: PaneId) -> Subject {
    Subject {
        pane: Some(pane),
        ..cx.subject()
    }
}

fn begin(cx: &mut ServerCx<'_>, pane: PaneId, command: &str, after: Then) -> Result<()> {
    let script = cx.script(pane, command);
    shell::begin(cx.state, pane, script, Vec::new(), after, cx.effects)
}
