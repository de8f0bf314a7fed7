//! `set-hook` and `show-hooks`: hooks for as long as the server runs.

use clap::Args;
use serde_json::json;

use super::ServerCx;
use crate::command::line;
use crate::command::spec::{Reply, Run};
use crate::config::adjust::Hook;
use crate::error::{Error, Result};
use crate::keys::nearest::nearest;
use crate::model::journal::Kind;

/// tmux's names for what has another one here.
const TMUX: &[(&str, Kind)] = &[
    ("after-new-window", Kind::TabOpened),
    ("after-rename-window", Kind::TabRenamed),
    ("after-select-layout", Kind::TabLayout),
    ("after-split-window", Kind::PaneOpened),
    ("alert-activity", Kind::PaneActivity),
    ("alert-bell", Kind::PaneBell),
    ("pane-died", Kind::PaneExited),
    ("pane-title-changed", Kind::PaneTitle),
    ("window-layout-changed", Kind::TabLayout),
    ("window-linked", Kind::TabOpened),
    ("window-renamed", Kind::TabRenamed),
    ("window-unlinked", Kind::TabClosed),
];

/// Have an event run a command line for as long as the server runs
///
/// The events are those that `stoa events` tells, and tmux's names for them. To keep a hook write it
/// in the table `hooks` of config.toml, in whose place this one is.
///
/// stoa set-hook pane-exited 'display-message "over: #{hook_pane}"'
#[derive(Debug, Clone, Args)]
pub struct SetHook {
    /// For everything (always so; accepted as tmux's flag)
    #[arg(short = 'g', long)]
    pub global: bool,
    /// Beside what it runs already
    #[arg(short = 'a', long)]
    pub append: bool,
    /// What the files say counts again
    #[arg(short = 'u', long)]
    pub unset: bool,
    /// The event; with a number in brackets behind it one of its command lines
    pub event: String,
    /// The command and its arguments; one word may be a line of several commands
    #[arg(
        required_unless_present = "unset",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub command: Vec<String>,
}

impl Run<ServerCx<'_>> for SetHook {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let named = Named::read(&self.event)?;
        let before = cx.state.adjustments.hook(named.name);
        let mut lines = before.map_or(Vec::new(), |hook| hook.lines.clone());
        let whole = named.index.is_none() && !self.append;
        if self.unset && whole {
            cx.state.adjustments.unset_hook(named.name);
            cx.state.adjust();
            return Ok(Reply::none());
        }
        if self.unset {
            let at = named.index.filter(|at| *at < lines.len());
            let missing = || Error::not_found(format!("{} is not set", self.event));
            lines.remove(at.ok_or_else(missing)?);
        } else {
            let line = line::of_words(&self.command)?;
            line::check(&line).map_err(Error::usage)?;
            match named.index {
                Some(at) if at < lines.len() => lines[at] = line,
                _ if whole => lines = vec![line],
                _ => {
                    if before.is_none() && self.append {
                        lines = cx.state.files.settings.hooks.of(named.kind).to_vec();
                    }
                    lines.push(line);
                }
            }
        }
        let kind = named.kind;
        if !cx
            .state
            .adjustments
            .set_hook(named.name, Hook { kind, lines })
        {
            return Err(Error::refused("an event runs 16 command lines at most"));
        }
        cx.state.adjust();
        Ok(Reply::none())
    }
}

/// Show what events run
#[derive(Debug, Clone, Args)]
pub struct ShowHooks {
    /// For everything (always so; accepted as tmux's flag)
    #[arg(short = 'g', long)]
    pub global: bool,
    /// Only this event
    pub event: Option<String>,
}

impl Run<ServerCx<'_>> for ShowHooks {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let only = self.event.as_deref().map(event).transpose()?;
        let mut lines = Vec::new();
        let mut data = serde_json::Map::new();
        for (kind, commands) in cx.state.config.settings.hooks.all() {
            if only.is_none_or(|only| only == kind) {
                let shown = commands
                    .iter()
                    .map(|line| format!("{} {line}", kind.name()));
                lines.extend(shown);
                data.insert(kind.name().to_owned(), json!(commands));
            }
        }
        Ok(Reply::new(lines.join("\n"), json!({ "hooks": data })))
    }
}

/// An event as it was named: `pane-exited`, or the second of its command lines `pane-exited[1]`.
struct Named<'a> {
    name: &'a str,
    kind: Kind,
    index: Option<usize>,
}

impl Named<'_> {
    fn read(text: &str) -> Result<Named<'_>> {
        let (name, index) = match text.split_once('[') {
            None => (text, None),
            Some((name, rest)) => {
                let index = rest.strip_suffix(']').and_then(|index| index.parse().ok());
                let wrong = || Error::usage(format!("{text:?} has no number in its brackets"));
                (name, Some(index.ok_or_else(wrong)?))
            }
        };
        let kind = event(name)?;
        Ok(Named { name, kind, index })
    }
}

/// The event of that name.
fn event(name: &str) -> Result<Kind> {
    let tmux = TMUX.iter().find(|(other, _)| *other == name);
    let kind = tmux.map(|(_, kind)| *kind).or(Kind::from_name(name));
    kind.ok_or_else(|| {
        let known = Kind::ALL.map(Kind::name);
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", known.join(", ")),
        };
        Error::not_found(format!("there is no event {name:?}")).with_hint(hint)
    })
}
