//! The settings of `config.toml`, each with its meaning, its default and its limits.
//!
//! Reading goes on after a mistake: what is wrong is reported and left out, the default counts in
//! its place, everything else in the file holds.

#[cfg(test)]
mod tests;

mod choices;
mod hooks;
mod tables;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bindings::Validate;
use super::doc::{self, Reports};
use super::themes::{AUTO, Themes};
use crate::keys::nearest::nearest;
use crate::model::geometry::Size;
use crate::model::wall;

use self::values::{as_cells, cells, duration, in_seconds, ranged, theme_name};

pub use choices::*;
pub use hooks::Hooks;
pub use tables::*;

/// Everything that `config.toml` can say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table"
)]
pub struct Settings {
    /// The theme: `auto`, which follows the terminal's background, or the name of one. Default `auto`.
    #[serde(deserialize_with = "theme_name")]
    pub theme: String,
    /// What `auto` takes on a dark background. Default `dark`.
    #[serde(deserialize_with = "theme_name")]
    pub theme_dark: String,
    /// What `auto` takes on a light background. Default `light`.
    #[serde(deserialize_with = "theme_name")]
    pub theme_light: String,
    /// Lines of history kept for each pane, up to 1,000,000. Default 10,000.
    #[serde(deserialize_with = "ranged::<_, 0, 1_000_000>")]
    pub history_lines: u32,
    /// The shell of new panes. Default: `$SHELL`, else the one of the user's account.
    pub default_shell: Option<PathBuf>,
    /// A command line that new panes run instead of a shell. Default: none.
    pub default_command: Option<String>,
    /// Whether the mouse focuses, resizes and scrolls. Default true.
    pub mouse: bool,
    /// Milliseconds after which a lone Escape is the key, 0 to 1000. Default 15.
    #[serde(deserialize_with = "ranged::<_, 0, 1000>")]
    pub escape_time: u32,
    /// Milliseconds in which a repeatable key may come again without prefix, up to 10,000.
    /// Default 500; 0 turns repeating off.
    #[serde(deserialize_with = "ranged::<_, 0, 10_000>")]
    pub repeat_time: u32,
    /// Whether a pane stays when its program ends. Default `"failed"`.
    pub remain_on_exit: RemainOnExit,
    /// Whether the status line is shown. Default true.
    pub status: bool,
    /// Where the status line is: `bottom` or `top`. Default `bottom`.
    pub status_position: StatusPosition,
    /// A format for the left end of the status line. Default: the workspace's name.
    pub status_left: Option<String>,
    /// A format for its right end. Default: the focused pane's session, what it has and who waits.
    pub status_right: Option<String>,
    /// A format for each tab in it. Default: number, name and marks.
    pub window_status_format: Option<String>,
    /// A format for the tab shown. Default: that of the others.
    pub window_status_current_format: Option<String>,
    /// The keys of copy mode: `vi` or `emacs`. Default `vi`.
    pub copy_mode_keys: CopyKeys,
    /// Whether what is copied also goes to the terminal's clipboard (OSC 52). Default true.
    pub clipboard: bool,
    /// Whether programs in panes may put text on the terminal's clipboard (OSC 52). Default true.
    pub allow_osc52_write: bool,
    /// Whether they may read it, passwords on their way included. Default false.
    pub allow_osc52_read: bool,
    /// Whether a program's notification (OSC 9, 99, 777) is passed on to terminals that look
    /// elsewhere. Default true.
    pub notifications: bool,
    /// How many paste buffers without a name are kept, 1 to 1000. Default 50.
    #[serde(deserialize_with = "ranged::<_, 1, 1000>")]
    pub buffer_limit: u32,
    /// What a double click takes for the end of a word, beside blanks.
    pub word_separators: String,
    /// Whether panes have titles where no border is above them: `off`, or `top`, which takes a row. Default
    /// `off`.
    pub pane_border_status: PaneBorderStatus,
    /// Whose bells ring the terminal: those of panes that are shown (`current`), not shown (`other`), `any`
    /// or `none`. Default `any`.
    pub bell_action: BellAction,
    /// Whether a bell is told in a line: instead of ringing (`on`), besides (`both`), or not (`off`). Default
    /// `off`.
    pub visual_bell: VisualBell,
    /// Whether a tab is marked `!` in which a bell rang unseen. Default true.
    pub monitor_bell: bool,
    /// Whether a tab is marked `#` in which something was printed unseen. Default true.
    pub monitor_activity: bool,
    /// Whether programs that ask for the mouse get it; Shift keeps it from them. Default true.
    pub program_mouse: bool,
    /// Where new panes start. Default `pane`.
    pub new_pane_directory: NewPaneDirectory,
    /// How large a pane is that several terminals show: as at the `largest`, at the `smallest`, or at
    /// the one used last (`latest`); or as `default-size` and `resize-window` say (`manual`). Default
    /// `largest`.
    pub window_size: WindowSize,
    /// The columns and rows that panes share with `window-size = "manual"`. Default `"80x24"`.
    #[serde(deserialize_with = "cells", serialize_with = "as_cells")]
    pub default_size: Size,
    /// Variables that new panes get as the terminal attached last has them. Default: what belongs to
    /// a login, such as `SSH_AUTH_SOCK` and `DISPLAY`.
    pub update_environment: Vec<String>,
    /// What becomes of a server that ended without being told to by `kill-server` or its last pane:
    /// `on`, `ask`, `layout` (without old text and commands) or `off`. Default `on`.
    pub restore: Restore,
    /// Rows of a pane's text that are kept for that, 0 to 100,000. Default 1000.
    #[serde(deserialize_with = "ranged::<_, 0, 100_000>")]
    pub restore_lines: u32,
    /// How often at most the text of a busy pane is written for that. Default `"30s"`.
    #[serde(deserialize_with = "duration", serialize_with = "in_seconds")]
    pub restore_interval: Duration,
    /// What terminals have.
    pub terminal: Terminal,
    /// The side panel.
    pub panel: Panel,
    /// Sessions.
    pub sessions: Sessions,
    /// Groups.
    pub groups: Groups,
    /// Claims.
    pub claims: Claims,
    /// Fixes.
    pub fixes: Fixes,
    /// `[hooks]`: an event's name and the command line, or the list of them, that it runs.
    pub hooks: Hooks,
    /// Messages.
    pub messages: Messages,
}

/// Paths and most of a URL are one word, a position after a path is not.
const WORD_SEPARATORS: &str = ",│`|:\"'()[]{}<>;";

/// What differs from one login to the next and would be stale in a server that outlives them.
const OF_A_LOGIN: [&str; 10] = [
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "KRB5CCNAME",
    "SSH_AGENT_PID",
    "SSH_ASKPASS",
    "SSH_AUTH_SOCK",
    "SSH_CONNECTION",
    "WAYLAND_DISPLAY",
    "WINDOWID",
    "XAUTHORITY",
];

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: AUTO.to_owned(),
            theme_dark: "dark".to_owned(),
            theme_light: "light".to_owned(),
            history_lines: 10_000,
            default_shell: None,
            default_command: None,
            mouse: true,
            escape_time: 15,
            repeat_time: 500,
            remain_on_exit: RemainOnExit::Failed,
            status: true,
            status_position: StatusPosition::Bottom,
            status_left: None,
            status_right: None,
            window_status_format: None,
            window_status_current_format: None,
            copy_mode_keys: CopyKeys::Vi,
            clipboard: true,
            allow_osc52_write: true,
            allow_osc52_read: false,
            notifications: true,
            buffer_limit: 50,
            word_separators: WORD_SEPARATORS.to_owned(),
            pane_border_status: PaneBorderStatus::Off,
            bell_action: BellAction::Any,
            visual_bell: VisualBell::Off,
            monitor_bell: true,
            monitor_activity: true,
            program_mouse: true,
            new_pane_directory: NewPaneDirectory::Pane,
            window_size: WindowSize::Largest,
            default_size: Size::new(80, 24),
            update_environment: OF_A_LOGIN.iter().map(|name| (*name).to_owned()).collect(),
            restore: Restore::On,
            restore_lines: 1000,
            restore_interval: Duration::from_secs(30),
            terminal: Terminal::default(),
            panel: Panel::default(),
            sessions: Sessions::default(),
            groups: Groups::default(),
            claims: Claims::default(),
            fixes: Fixes::default(),
            hooks: Hooks::default(),
            messages: Messages::default(),
        }
    }
}

impl Settings {
    /// [`Settings::escape_time`] as a duration.
    pub fn escape_wait(&self) -> Duration {
        Duration::from_millis(self.escape_time.into())
    }

    /// [`Settings::repeat_time`] as a duration.
    pub fn repeat_wait(&self) -> Duration {
        Duration::from_millis(self.repeat_time.into())
    }
}

/// The most mistakes beside which the rest of a file still counts.
const MAX_MISTAKES: usize = 200;

/// Reads the text of a settings file, reporting mistakes.
pub(super) fn read(text: &str, reports: &mut Reports<'_>) -> Settings {
    let clean = doc::clean(text, reports);
    let mut table = doc::table(&clean);
    // Each round takes one entry out. A file with more mistakes than that is something else.
    for _ in 0..MAX_MISTAKES {
        let error = match Settings::deserialize(toml::de::Deserializer::from(table.clone())) {
            Ok(settings) => return settings,
            Err(error) => error,
        };
        let at = error.span().map_or(0, |span| span.start);
        let Some(taken) = doc::take_out(table.get_mut(), at) else {
            break;
        };
        if error.message().starts_with("unknown field") {
            reports.add(taken.key.start, unknown(&taken.path));
        } else if error.message().starts_with("unknown variant")
            && let [table, event] = taken.path.as_slice()
            && table == "hooks"
        {
            reports.add(taken.key.start, hooks::unknown(event));
        } else {
            let (name, message) = (taken.path.join("."), error.message().replace('`', "'"));
            reports.add(at, format!("'{name}': {message}"));
        }
    }
    reports.add(
        text.len(),
        "too many mistakes, so nothing of the file counts",
    );
    Settings::default()
}

/// Looks up what the settings name: themes, and the commands of hooks. What is not there is reported
/// and does not count.
pub(super) fn check(
    settings: &mut Settings,
    text: &str,
    themes: &Themes,
    validate: Validate<'_>,
    reports: &mut Reports<'_>,
) {
    let default = Settings::default();
    for (key, name, default) in [
        ("theme", &mut settings.theme, default.theme),
        ("theme-dark", &mut settings.theme_dark, default.theme_dark),
        (
            "theme-light",
            &mut settings.theme_light,
            default.theme_light,
        ),
    ] {
        if !themes.knows(name) {
            let names = themes.names();
            let near = nearest(name, names.iter().map(String::as_str));
            let near = near.map(|near| format!(", did you mean '{near}'?"));
            let said = format!("there is no theme '{name}'{}", near.unwrap_or_default());
            reports.add(doc::place(text, &[key]), said);
            *name = default;
        }
    }
    for (key, format) in [
        ("status-left", &mut settings.status_left),
        ("status-right", &mut settings.status_right),
        ("window-status-format", &mut settings.window_status_format),
        (
            "window-status-current-format",
            &mut settings.window_status_current_format,
        ),
    ] {
        if let Some(Err(why)) = format.as_deref().map(wall::check) {
            reports.add(doc::place(text, &[key]), format!("'{key}': {why}"));
            *format = None;
        }
    }
    // Formats stand in hooks' lines, so only what they are put into can be checked now.
    for (event, why) in settings.hooks.check(validate) {
        let at = doc::place(text, &["hooks", event]);
        reports.add(at, format!("hook '{event}': {why}"));
    }
}

fn unknown(path: &[String]) -> String {
    let name = path.last().map_or("", String::as_str);
    // The names there are, read off the defaults, so that no list has to be kept beside the fields.
    let known = serde_json::to_value(Settings::default()).unwrap_or_default();
    let fields = path
        .iter()
        .rev()
        .skip(1)
        .rev()
        .try_fold(&known, |value, part| value.get(part));
    let fields = fields.and_then(serde_json::Value::as_object);
    let near = nearest(
        name,
        fields
            .into_iter()
            .flat_map(|fields| fields.keys().map(String::as_str)),
    );
    let shown: String = name.chars().take(40).collect();
    match near {
        Some(near) => format!("unknown field '{shown}', did you mean '{near}'?"),
        None => format!("unknown field '{shown}'"),
    }
}
