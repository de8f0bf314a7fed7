//! Settings that are one of a few words.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Where the status line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusPosition {
    /// In the last row.
    Bottom,
    /// In the first row.
    Top,
}

/// Whether panes at the top have a line with their titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PaneBorderStatus {
    /// Only panes below a border have one.
    Off,
    /// Every pane has one.
    Top,
}

/// Whose bells ring the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BellAction {
    /// Every pane's.
    Any,
    /// Those of panes shown.
    Current,
    /// Those of panes not shown.
    Other,
    /// None.
    None,
}

impl BellAction {
    /// Whether the bell of a pane rings at a terminal that shows it or does not.
    pub fn rings(self, shown: bool) -> bool {
        match self {
            BellAction::Any => true,
            BellAction::Current => shown,
            BellAction::Other => !shown,
            BellAction::None => false,
        }
    }
}

/// Whether a bell is told in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VisualBell {
    /// It rings and nothing is said.
    Off,
    /// It is told and does not ring.
    On,
    /// It rings and is told.
    Both,
}

/// Whose keys copy mode has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CopyKeys {
    /// vi's, as tmux has them.
    Vi,
    /// Emacs', as tmux has them.
    Emacs,
}

/// A side of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Column 0.
    Left,
    /// The last column.
    Right,
}

/// Where a new pane starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NewPaneDirectory {
    /// Where the focused pane is.
    Pane,
    /// In the workspace's root.
    Workspace,
    /// At home.
    Home,
}

/// What is kept of a server for the next one, and when that opens it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Restore {
    /// Everything, opened again at once.
    On,
    /// Everything, once the first person who attaches has said yes.
    Ask,
    /// Tabs, layout and directories alone, opened again at once.
    Layout,
    /// Nothing is kept.
    Off,
}

/// Which terminal decides how large a pane is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WindowSize {
    /// The largest that shows it; the others see a part.
    Largest,
    /// The smallest that shows it; the others leave room free.
    Smallest,
    /// The one somebody used last.
    Latest,
    /// None of them.
    Manual,
}

/// Whether a pane stays when its program ends: `true`, `false` or `"failed"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemainOnExit {
    /// It always stays, showing how the program ended.
    Always,
    /// It closes.
    Never,
    /// It stays if the program failed.
    Failed,
}

impl RemainOnExit {
    /// Whether a pane whose program ended so stays.
    pub fn stays(self, failed: bool) -> bool {
        match self {
            RemainOnExit::Always => true,
            RemainOnExit::Never => false,
            RemainOnExit::Failed => failed,
        }
    }
}

impl Serialize for RemainOnExit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            RemainOnExit::Always => serializer.serialize_bool(true),
            RemainOnExit::Never => serializer.serialize_bool(false),
            RemainOnExit::Failed => serializer.serialize_str("failed"),
        }
    }
}

impl<'de> Deserialize<'de> for RemainOnExit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RemainOnExit, D::Error> {
        struct Words;

        impl Visitor<'_> for Words {
            type Value = RemainOnExit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or \"failed\"")
            }

            fn visit_bool<E: de::Error>(self, stays: bool) -> Result<RemainOnExit, E> {
                Ok(match stays {
                    true => RemainOnExit::Always,
                    false => RemainOnExit::Never,
                })
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<RemainOnExit, E> {
                match word {
                    "failed" => Ok(RemainOnExit::Failed),
                    _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
                }
            }
        }

        deserializer.deserialize_any(Words)
    }
}
