//! What is set while a server runs, over what the files say: options of tmux's that are settings here,
//! keys and hooks.
//!
//! Nothing of it is written to a file, and the files read again do not undo it. What counts is always
//! made anew from the files and from this, so that nothing has to be taken back one by one.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::{Table as Fields, Value};

use super::load::Loaded;
use super::settings::Settings;
use crate::keys::chord::{parse_key, parse_sequence};
use crate::keys::keymap::{Binding, Table};
use crate::model::journal::Kind;

/// The most keys that can be bound so.
const MOST_KEYS: usize = 512;
/// The most command lines of a hook.
const MOST_LINES: usize = 16;

/// How an option's text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `on` and `off`.
    Switch,
    Number,
    Text,
    /// Words between blanks.
    Words,
    /// `on` and `off`, or a word.
    SwitchOrWord,
}

/// tmux's options that are settings here, by the setting's name.
const OPTIONS: &[(&str, &str, Form)] = &[
    ("bell-action", "bell-action", Form::Text),
    ("buffer-limit", "buffer-limit", Form::Number),
    ("default-command", "default-command", Form::Text),
    ("default-shell", "default-shell", Form::Text),
    ("default-size", "default-size", Form::Text),
    ("escape-time", "escape-time", Form::Number),
    ("history-limit", "history-lines", Form::Number),
    ("mode-keys", "copy-mode-keys", Form::Text),
    ("monitor-activity", "monitor-activity", Form::Switch),
    ("monitor-bell", "monitor-bell", Form::Switch),
    ("mouse", "mouse", Form::Switch),
    ("pane-border-status", "pane-border-status", Form::Text),
    ("remain-on-exit", "remain-on-exit", Form::SwitchOrWord),
    ("repeat-time", "repeat-time", Form::Number),
    ("update-environment", "update-environment", Form::Words),
    ("visual-bell", "visual-bell", Form::Text),
    ("window-size", "window-size", Form::Text),
    ("word-separators", "word-separators", Form::Text),
];
/// The option that is the first key of most bindings.
const PREFIX: &str = "prefix";
/// The option that is two settings: whether what is copied goes to the clipboard, and whether programs may.
const CLIPBOARD: &str = "set-clipboard";

/// Whether an option changes a setting or the prefix.
pub fn is_setting(option: &str) -> bool {
    matches!(option, PREFIX | CLIPBOARD) || OPTIONS.iter().any(|(name, ..)| *name == option)
}

/// What stands between what an option says and what is added to it.
pub fn separator(option: &str) -> Option<&'static str> {
    let found = OPTIONS.iter().find(|(name, ..)| *name == option);
    found.and_then(|(.., form)| (*form == Form::Words).then_some(" "))
}

/// What an option that is a setting says as things are.
pub fn current(loaded: &Loaded, option: &str) -> Option<String> {
    let settings = &loaded.settings;
    match option {
        PREFIX => return Some(loaded.keymap.prefix().to_string()),
        CLIPBOARD => {
            let word = match (settings.clipboard, settings.allow_osc52_write) {
                (false, _) => "off",
                (true, false) => "external",
                (true, true) => "on",
            };
            return Some(word.to_owned());
        }
        _ => {}
    }
    let (_, setting, _) = OPTIONS.iter().find(|(name, ..)| *name == option)?;
    let fields = Fields::try_from(settings).ok()?;
    Some(match fields.get(*setting) {
        None => String::new(),
        Some(Value::Boolean(true)) => "on".to_owned(),
        Some(Value::Boolean(false)) => "off".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(words)) => {
            let words = words.iter().filter_map(Value::as_str);
            words.collect::<Vec<_>>().join(" ")
        }
        Some(other) => other.to_string(),
    })
}

/// Says what is wrong with an option's value, if it is a setting and something is.
///
/// # Errors
/// The value is none that the setting can have.
pub fn check(option: &str, value: &str) -> Result<(), String> {
    if option == PREFIX {
        return parse_key(value).map(|_| ()).map_err(|e| e.to_string());
    }
    with_option(&Settings::default(), option, value).map(|_| ())
}

/// The settings with one changed as an option says.
fn with_option(settings: &Settings, option: &str, value: &str) -> Result<Settings, String> {
    if option == CLIPBOARD {
        let (clipboard, allow_osc52_write) = match value {
            "on" => (true, true),
            "external" => (true, false),
            "off" => (false, false),
            _ => return Err("set-clipboard is on, external or off".to_owned()),
        };
        return Ok(Settings {
            clipboard,
            allow_osc52_write,
            ..settings.clone()
        });
    }
    let Some((_, setting, form)) = OPTIONS.iter().find(|(name, ..)| *name == option) else {
        return Ok(settings.clone());
    };
    let read = read(*form, value).map_err(|what| format!("{option} is {what}, not {value:?}"))?;
    let mut fields = Fields::try_from(settings).map_err(|error| error.to_string())?;
    match read {
        Some(value) => fields.insert((*setting).to_owned(), value),
        None => fields.remove(*setting),
    };
    let settings = fields.try_into::<Settings>();
    settings.map_err(|error| format!("{option}: {}", error.message()))
}

/// The setting's value; none if it is to have none.
fn read(form: Form, value: &str) -> Result<Option<Value>, &'static str> {
    Ok(Some(match (form, value) {
        (Form::Switch | Form::SwitchOrWord, "on" | "1" | "yes") => Value::Boolean(true),
        (Form::Switch | Form::SwitchOrWord, "off" | "0" | "no") => Value::Boolean(false),
        (Form::Switch, _) => return Err("on or off"),
        (Form::Number, _) => Value::Integer(value.parse().map_err(|_| "a number")?),
        // tmux's way to say that there is none.
        (Form::Text, "") => return Ok(None),
        (Form::Text | Form::SwitchOrWord, _) => Value::String(value.to_owned()),
        (Form::Words, _) => Value::Array(value.split_whitespace().map(Value::from).collect()),
    }))
}

/// A key that was bound, or unbound, over the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The table's name.
    pub table: String,
    /// The keys, as `keybindings.toml` has them: the prefix by its name.
    pub keys: String,
    /// The command line; none for keys that are unbound.
    pub command: Option<String>,
    /// What it is called.
    pub note: String,
    /// Whether the key may be pressed again without the prefix.
    pub repeat: bool,
}

/// Everything but the options, which are kept by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustments {
    keys: Vec<Bound>,
    /// In place of what the files say of these events, by the names that they were set under: tmux has
    /// several for some.
    hooks: BTreeMap<String, Hook>,
}

/// What an event runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// The event.
    pub kind: Kind,
    /// The command lines.
    pub lines: Vec<String>,
}

impl Adjustments {
    /// Binds or unbinds keys. False if there are too many.
    #[must_use]
    pub fn bind(&mut self, bound: Bound) -> bool {
        self.keys
            .retain(|other| (&other.table, &other.keys) != (&bound.table, &bound.keys));
        let fits = self.keys.len() < MOST_KEYS;
        if fits {
            self.keys.push(bound);
        }
        fits
    }

    /// What was set under a name.
    pub fn hook(&self, name: &str) -> Option<&Hook> {
        self.hooks.get(name)
    }

    /// Sets what an event runs. False if it is too much.
    #[must_use]
    pub fn set_hook(&mut self, name: &str, hook: Hook) -> bool {
        let fits = hook.lines.len() <= MOST_LINES;
        if fits {
            self.hooks.insert(name.to_owned(), hook);
        }
        fits
    }

    /// Lets the files say again what an event runs.
    pub fn unset_hook(&mut self, name: &str) {
        self.hooks.remove(name);
    }

    /// What counts: what the files say, with this over it. What the files have made impossible
    /// meanwhile is left out.
    pub fn over(&self, files: &Loaded, options: &BTreeMap<String, String>) -> Loaded {
        let mut loaded = files.clone();
        for (option, value) in options {
            if let Ok(settings) = with_option(&loaded.settings, option, value) {
                loaded.settings = settings;
            }
            if option == PREFIX
                && let Ok(key) = parse_key(value)
            {
                loaded.keymap.set_prefix(key);
            }
        }
        for bound in &self.keys {
            bound.put_into(&mut loaded);
        }
        let mut lines: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
        for hook in self.hooks.values() {
            let of_kind = lines.entry(hook.kind).or_default();
            of_kind.extend(hook.lines.iter().cloned());
        }
        for (kind, lines) in lines {
            loaded.settings.hooks.set(kind, lines);
        }
        loaded
    }
}

impl Bound {
    fn put_into(&self, loaded: &mut Loaded) {
        let keymap = &mut loaded.keymap;
        let Some(table) = Table::from_name(&self.table) else {
            return;
        };
        let Ok(keys) = parse_sequence(&self.keys, keymap.prefix()) else {
            return;
        };
        match &self.command {
            None => drop(keymap.unbind(table, &keys)),
            Some(command) => {
                let binding = Binding {
                    command: command.clone(),
                    note: self.note.clone(),
                    repeat: self.repeat,
                };
                keymap.bind(table, &keys, binding);
            }
        }
    }
}
