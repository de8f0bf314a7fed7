//! What one row of the command table says, and what running a command needs and gives.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde_json::Value;

use crate::error::Result;
use crate::model::id::PaneId;

/// Where a command runs, which also decides what starting it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In this process, with nothing opened for it.
    Local,
    /// On the store, directly: no server needed, from any shell.
    Store,
    /// In the workspace's server, on tabs and panes.
    Server,
    /// In the workspace's server, on one attached terminal's view.
    View,
}

/// One row of the table: everything that can be said of a command without running it.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its one name, kebab-case: a word, or the word of a family and one of its own (`task add`).
    pub name: &'static str,
    /// Other names that do exactly the same, each one word: tmux's words and the older tools'.
    pub aliases: &'static [&'static str],
    /// Where it runs.
    pub place: Place,
    /// Heading under which help and palette list it.
    pub section: &'static str,
    /// Adds its arguments and help to a clap command.
    pub augment: fn(clap::Command) -> clap::Command,
}

impl Row {
    /// The clap command of this row. Below a family's word there are no aliases: they are words of
    /// their own, which the parser replaces by the name first.
    pub fn clap(&self) -> clap::Command {
        // `-t -1` is the tab before this one.
        let command = clap::Command::new(self.word())
            .hide(self.hidden())
            .allow_negative_numbers(true);
        let command = match (self.family(), self.aliases) {
            (None, aliases) => command.visible_aliases(aliases),
            (Some(_), []) => command,
            (Some(_), aliases) => {
                command.after_help(format!("Also called: {}", aliases.join(", ")))
            }
        };
        (self.augment)(command)
    }

    /// The word of the family it belongs to: `task` of `task add`.
    pub fn family(&self) -> Option<&'static str> {
        self.name.split_once(' ').map(|(family, _)| family)
    }

    /// Its own word: `add` of `task add`.
    pub fn word(&self) -> &'static str {
        self.name
            .split_once(' ')
            .map_or(self.name, |(_, word)| word)
    }

    /// Whether help leaves it out (internal entry points).
    pub fn hidden(&self) -> bool {
        self.section.is_empty()
    }

    /// Its first line of help.
    pub fn about(&self) -> String {
        self.clap()
            .get_about()
            .map(|about| about.to_string())
            .unwrap_or_default()
    }
}

/// A command that runs in the context `Cx`; the context's type is its permission to act.
pub trait Run<Cx: ?Sized>: Args {
    /// Does it.
    ///
    /// # Errors
    /// Whatever stands in the way, as an [`crate::error::Error`] that says what to do next.
    fn run(self, cx: &mut Cx) -> Result<Reply>;
}

/// Words that are one text, whether they were quoted or not; `None` for no words.
pub fn joined(words: Vec<String>) -> Option<String> {
    (!words.is_empty()).then(|| words.join(" "))
}

/// What a command has to say: text for people, data for `--json`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// For people; empty when there is nothing to say. No trailing newline.
    pub text: String,
    /// For programs; `null` when there is nothing to say.
    pub data: Value,
    /// What is printed byte for byte in the text's place, if the output is no terminal: text says
    /// the same as well as text can.
    pub bytes: Option<Vec<u8>>,
    /// The exit code: 0, or what the command promises for an answer that is a "no".
    pub code: u8,
    /// Whether this is no answer yet: it comes once an effect has been carried out.
    pub later: bool,
    /// Everything was printed while the command ran; nothing is left to say.
    pub streamed: bool,
    /// The pane the asker was moved to: what it asks next in the same sequence is about that one.
    pub here: Option<PaneId>,
}

impl Reply {
    /// Nothing to say: it worked.
    pub fn none() -> Reply {
        Reply::default()
    }

    /// Text and the same as data.
    pub fn new(text: impl Into<String>, data: Value) -> Reply {
        Reply {
            text: text.into(),
            data,
            ..Reply::default()
        }
    }

    /// Bytes somebody kept, to be given back as they are; `data` is told what they say.
    pub fn exact(bytes: Vec<u8>, mut data: Value) -> Reply {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if std::str::from_utf8(&bytes).is_err() {
            data["base64"] = STANDARD.encode(&bytes).into();
        }
        data["text"] = text.clone().into();
        Reply {
            text,
            data,
            bytes: Some(bytes),
            ..Reply::default()
        }
    }

    /// Everything has been printed already.
    pub fn streamed() -> Reply {
        Reply {
            streamed: true,
            ..Reply::default()
        }
    }

    /// The answer comes when what was asked for has been done.
    pub fn later() -> Reply {
        Reply {
            later: true,
            ..Reply::default()
        }
    }

    /// The answer to a question; a no has exit code 1, though nothing failed.
    pub fn answer(yes: bool, text: impl Into<String>, data: Value) -> Reply {
        Reply::new(text, data).exits(u8::from(!yes))
    }

    /// The same with an exit code: the answer is given in full, and scripts can branch on it.
    pub fn exits(mut self, code: u8) -> Reply {
        self.code = code;
        self
    }
}
