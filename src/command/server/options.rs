//! `set-option` and `show-options`: for scripts that were written for tmux.
//!
//! Stoa's settings are in `config.toml`. tmux's options that mean something here are obeyed for as long as
//! the server runs, most of them in place of a setting; those that begin with `@` are kept for whoever set them, the others that tmux knows are
//! taken and remembered without effect, so that a script which sets a colour does not fail over it.
//! An option that tmux does not know either is a mistake and refused.

use clap::Args;
use serde_json::json;

use super::ServerCx;
use crate::command::pane::open::Extent;
use crate::command::spec::{Reply, Run};
use crate::command::tab::sync::{Switch, SynchronizePanes};
use crate::command::target;
use crate::config::adjust;
use crate::config::settings::StatusPosition;
use crate::error::{Error, Result};
use crate::model::id::PaneId;
use crate::model::state::STATUS_FORMATS;
use crate::model::variables::Subject;

/// The most options that can be set, for all and for each pane.
const MOST: usize = 256;
/// The most bytes of a value.
const MAX_VALUE: usize = 4096;

/// Those that mean something here and are kept as they are set.
const OBEYED: &[&str] = &[
    "main-pane-height",
    "main-pane-width",
    "remain-on-exit",
    "status",
    "status-interval",
    "status-left",
    "status-position",
    "status-right",
    "synchronize-panes",
    "window-status-current-format",
    "window-status-format",
];

/// tmux's options that change nothing here.
const WITHOUT_EFFECT: &[&str] = &[
    "activity-action",
    "aggressive-resize",
    "allow-passthrough",
    "allow-rename",
    "allow-set-title",
    "alternate-screen",
    "assume-paste-time",
    "automatic-rename",
    "automatic-rename-format",
    "base-index",
    "clock-mode-colour",
    "clock-mode-style",
    "copy-command",
    "cursor-colour",
    "cursor-style",
    "default-terminal",
    "destroy-unattached",
    "detach-on-destroy",
    "display-panes-active-colour",
    "display-panes-colour",
    "display-panes-time",
    "display-time",
    "exit-empty",
    "exit-unattached",
    "extended-keys",
    "extended-keys-format",
    "fill-character",
    "focus-events",
    "key-table",
    "lock-after-time",
    "message-command-style",
    "message-limit",
    "message-style",
    "mode-style",
    "monitor-silence",
    "other-pane-height",
    "other-pane-width",
    "pane-active-border-style",
    "pane-base-index",
    "pane-border-format",
    "pane-border-indicators",
    "pane-border-lines",
    "pane-border-style",
    "pane-colours",
    "popup-border-lines",
    "popup-border-style",
    "popup-style",
    "prefix2",
    "renumber-windows",
    "scroll-on-clear",
    "set-titles",
    "set-titles-string",
    "silence-action",
    "status-bg",
    "status-fg",
    "status-format",
    "status-justify",
    "status-keys",
    "status-left-length",
    "status-left-style",
    "status-right-length",
    "status-right-style",
    "status-style",
    "terminal-features",
    "terminal-overrides",
    "user-keys",
    "visual-activity",
    "visual-silence",
    "window-active-style",
    "window-status-activity-style",
    "window-status-bell-style",
    "window-status-current-style",
    "window-status-last-style",
    "window-status-separator",
    "window-status-style",
    "window-style",
    "wrap-search",
    "xterm-keys",
];

/// Set one of tmux's options: those that mean something here, @names of your own, others without effect
///
/// Obeyed: synchronize-panes, remain-on-exit (with -p for one pane), main-pane-width and main-pane-height
/// (cells, or 60%) by select-layout, status, status-position, status-interval (seconds between two runs of a #(command)), the formats status-left, status-right,
/// window-status-format and window-status-current-format; and, in place of the setting of config.toml for as
/// long as the server runs: prefix, mouse, mode-keys, history-limit, default-command, default-shell,
/// default-size, window-size, escape-time, repeat-time, set-clipboard, buffer-limit, word-separators,
/// pane-border-status, bell-action, visual-bell, monitor-bell, monitor-activity and update-environment.
/// Options that begin with @ are kept and can be read in formats as #{@name}. All other options of tmux
/// are taken and change nothing.
#[derive(Debug, Clone, Args)]
pub struct SetOption {
    /// For one pane
    #[arg(short = 'p', long)]
    pub pane: bool,
    /// For a tab (counts for everything)
    #[arg(short = 'w', long)]
    pub window: bool,
    /// For everything
    #[arg(short = 'g', long)]
    pub global: bool,
    /// For the server (counts for everything)
    #[arg(short = 's', long)]
    pub server: bool,
    /// Forget it
    #[arg(short = 'u', long)]
    pub unset: bool,
    /// Add to what is set
    #[arg(short = 'a', long)]
    pub append: bool,
    /// Leave it if it is set already
    #[arg(short = 'o', long)]
    pub only_new: bool,
    /// Say nothing of options that do not exist
    #[arg(short = 'q', long)]
    pub quiet: bool,
    /// Put in formats first
    #[arg(short = 'F', long)]
    pub format: bool,
    /// The pane, or a pane of the tab: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// The option
    pub name: String,
    /// Its value; without one it is switched over
    #[arg(allow_hyphen_values = true)]
    pub value: Option<String>,
}

impl Run<ServerCx<'_>> for SetOption {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let name = match known(&self.name) {
            Ok(name) => name.to_owned(),
            Err(_) if self.quiet => return Ok(Reply::none()),
            Err(error) => return Err(error),
        };
        if name == "synchronize-panes" {
            return synchronize(cx, self.target.as_deref(), self.value.as_deref());
        }
        let pane = scope(cx, self.pane, self.target.as_deref())?;
        let value = match (&self.value, self.format) {
            (Some(value), true) => {
                let subject = Subject {
                    pane: pane.or_else(|| cx.pane(self.target.as_deref()).ok()),
                    ..cx.subject()
                };
                Some(cx.expand(subject, value))
            }
            (value, _) => value.clone(),
        };
        if name == "remain-on-exit" && !self.unset {
            let fits = matches!(value.as_deref(), Some("on" | "off" | "failed"));
            if !fits {
                return Err(Error::usage("remain-on-exit is on, off or failed"));
            }
        }
        if let (true, Some(value)) = (name.starts_with("main-pane-"), &value) {
            value.parse::<Extent>().map_err(Error::usage)?;
        }
        if !self.unset {
            check_status(&name, value.as_deref())?;
        }
        if value.as_ref().is_some_and(|value| value.len() > MAX_VALUE) {
            return Err(Error::usage("an option's value has at most 4096 bytes"));
        }
        let options = match pane.and_then(|pane| cx.state.panes.get_mut(&pane)) {
            Some(pane) => &mut pane.options,
            None => &mut cx.state.options,
        };
        if self.unset {
            options.remove(&name);
            cx.state.adjust();
            return Ok(Reply::none());
        }
        let now = adjust::current(&cx.state.config, &name);
        let was = options.get(&name).map(String::as_str);
        if self.only_new && was.is_some() {
            return Ok(Reply::none());
        }
        let value = match (value, self.append) {
            (Some(value), true) => {
                let before = was.or(now.as_deref()).unwrap_or_default();
                let between = adjust::separator(&name).filter(|_| !before.is_empty());
                format!("{before}{}{value}", between.unwrap_or_default())
            }
            (Some(value), false) => value,
            (None, _) => match was.or(now.as_deref()) {
                Some("on") => "off".to_owned(),
                Some("off") | None => "on".to_owned(),
                Some(_) => {
                    return Err(Error::usage(format!("{name} needs a value"))
                        .with_hint("without one, what is on or off is switched over"));
                }
            },
        };
        if pane.is_none() {
            adjust::check(&name, &value).map_err(Error::usage)?;
        }
        if value.len() > MAX_VALUE || (options.len() >= MOST && !options.contains_key(&name)) {
            return Err(Error::refused("too much has been set already"));
        }
        options.insert(name, value);
        cx.state.adjust();
        Ok(Reply::none())
    }
}

/// Whether an option of the status line has a value that means something.
fn check_status(name: &str, value: Option<&str>) -> Result<()> {
    let fits = match (name, value) {
        ("status", value) => matches!(value, None | Some("on" | "off" | "2" | "3" | "4" | "5")),
        ("status-interval", value) => value.is_some_and(|value| value.parse::<u32>().is_ok()),
        ("status-position", value) => matches!(value, Some("top" | "bottom")),
        _ => true,
    };
    match fits {
        true => Ok(()),
        false => Err(Error::usage(match name {
            "status" => "status is on or off",
            "status-interval" => "status-interval is a number of seconds, 0 for never again",
            _ => "status-position is top or bottom",
        })),
    }
}

/// The one option that is a command here.
fn synchronize(cx: &mut ServerCx<'_>, target: Option<&str>, value: Option<&str>) -> Result<Reply> {
    let switch = match value {
        Some("on" | "1") => Some(Switch::On),
        Some("off" | "0") => Some(Switch::Off),
        None => None,
        Some(other) => {
            return Err(Error::usage(format!(
                "synchronize-panes is on or off, not {other:?}"
            )));
        }
    };
    let pane = cx.pane(target)?;
    let sync = SynchronizePanes {
        switch,
        pane: Vec::new(),
        target: Some(cx.tab_of(pane)?.to_string()),
    };
    sync.run(cx)
}

/// Show what set-option has set
#[derive(Debug, Clone, Args)]
pub struct ShowOptions {
    /// For one pane
    #[arg(short = 'p', long)]
    pub pane: bool,
    /// For a tab (the same as for everything)
    #[arg(short = 'w', long)]
    pub window: bool,
    /// For everything
    #[arg(short = 'g', long)]
    pub global: bool,
    /// For the server (the same as for everything)
    #[arg(short = 's', long)]
    pub server: bool,
    /// What a pane inherits as well (always so)
    #[arg(short = 'A', long)]
    pub all: bool,
    /// Only the values
    #[arg(short = 'v', long)]
    pub values: bool,
    /// Say nothing of options that do not exist
    #[arg(short = 'q', long)]
    pub quiet: bool,
    /// The pane: %ID, name or number
    #[arg(short = 't', long, value_name = "PANE")]
    pub target: Option<String>,
    /// Only this option
    pub name: Option<String>,
}

impl Run<ServerCx<'_>> for ShowOptions {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let pane = scope(cx, self.pane, self.target.as_deref())?;
        let own = pane.and_then(|pane| cx.state.panes.get(&pane));
        let mut shown = cx.state.options.clone();
        shown.extend(own.map(|pane| pane.options.clone()).unwrap_or_default());
        if let Some(name) = &self.name {
            let found = shown.remove(name).or_else(|| default(cx, name));
            shown.clear();
            match (found, known(name)) {
                (Some(value), _) => {
                    shown.insert(name.clone(), value);
                }
                (None, Err(error)) if !self.quiet => return Err(error),
                (None, _) => {}
            }
        }
        let lines: Vec<String> = shown
            .iter()
            .map(|(name, value)| match self.values {
                true => value.clone(),
                false => format!("{name} {value}"),
            })
            .collect();
        Ok(Reply::new(lines.join("\n"), json!({ "options": shown })))
    }
}

/// What Stoa does, in the words of tmux's options.
fn default(cx: &ServerCx<'_>, name: &str) -> Option<String> {
    if let Some(value) = adjust::current(&cx.state.config, name) {
        return Some(value);
    }
    let on = |on: bool| if on { "on" } else { "off" }.to_owned();
    let settings = &cx.state.config.settings;
    Some(match name {
        "focus-events" => on(true),
        "status" => on(settings.status),
        "status-position" => match settings.status_position {
            StatusPosition::Bottom => "bottom".to_owned(),
            StatusPosition::Top => "top".to_owned(),
        },
        name if STATUS_FORMATS.contains(&name) => cx.state.status_format(name)?.to_owned(),
        "base-index" | "pane-base-index" => "0".to_owned(),
        "status-interval" => "15".to_owned(),
        "allow-passthrough" => on(false),
        "default-terminal" => "xterm-256color".to_owned(),
        "extended-keys" => on(true),
        _ => return None,
    })
}

/// The pane an option is set for; `None` for everything.
fn scope(cx: &ServerCx<'_>, pane: bool, target: Option<&str>) -> Result<Option<PaneId>> {
    match pane {
        true => cx.pane(target).map(Some),
        false => Ok(None),
    }
}

/// Whether there is such an option; names of one's own are checked like labels.
fn known(name: &str) -> Result<&str> {
    if let Some(own) = name.strip_prefix('@') {
        return target::label(own).map(|_| name);
    }
    // An array's element counts as the array.
    let base = name.split('[').next().unwrap_or(name);
    if OBEYED.contains(&base) || WITHOUT_EFFECT.contains(&base) || adjust::is_setting(base) {
        return Ok(name);
    }
    Err(Error::not_found(format!("there is no option {name:?}"))
        .with_hint("Stoa's settings are in config.toml; options of your own begin with @"))
}
