//! `bind-key` and `unbind-key`: keys for as long as the server runs.
//!
//! What is bound so lies over the files of keys and survives their being read again, and an upgrade.

use clap::Args;

use super::ServerCx;
use crate::command::line;
use crate::command::spec::{Reply, Run};
use crate::config::adjust::Bound;
use crate::error::{Error, Result};
use crate::keys::chord;
use crate::keys::key::Key;
use crate::keys::keymap::Table;

/// Bind a key to a command line for as long as the server runs
///
/// The key comes after the prefix, unless -n or -T says otherwise. To keep a key write it in
/// keybindings.toml; list-keys shows all. Several commands are one word: 'split-pane ; next-layout'.
///
/// stoa bind-key -r -N 'Next tab' n next-tab
#[derive(Debug, Clone, Args)]
pub struct BindKey {
    /// Without the prefix
    #[arg(short = 'n', long, conflicts_with = "table")]
    pub no_prefix: bool,
    /// It may be pressed again without the prefix for a moment
    #[arg(short = 'r', long)]
    pub repeat: bool,
    /// What it does, for the list of keys
    #[arg(short = 'N', long, value_name = "TEXT")]
    pub note: Option<String>,
    /// In this table: prefix, root, copy-mode-vi, copy-mode, or one of keybindings.toml
    #[arg(short = 'T', long, value_name = "TABLE")]
    pub table: Option<String>,
    /// The key: C-a, M-Left, F5, |
    pub key: String,
    /// The command and its arguments; one word may be a line of several commands
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

/// Unbind a key for as long as the server runs
///
/// stoa unbind-key -n C-Left
#[derive(Debug, Clone, Args)]
pub struct UnbindKey {
    /// Without the prefix
    #[arg(short = 'n', long, conflicts_with = "table")]
    pub no_prefix: bool,
    /// Every key of the table
    #[arg(short = 'a', long)]
    pub all: bool,
    /// Say nothing of a key that is not bound
    #[arg(short = 'q', long)]
    pub quiet: bool,
    /// In this table: prefix, root, copy-mode-vi, copy-mode, or one of keybindings.toml
    #[arg(short = 'T', long, value_name = "TABLE")]
    pub table: Option<String>,
    /// The key
    #[arg(required_unless_present = "all")]
    pub key: Option<String>,
}

/// Where a key is bound.
struct Spot {
    table: Table,
    after_prefix: bool,
}

impl Spot {
    fn of(table: Option<&str>, no_prefix: bool) -> Result<Spot> {
        let (table, after_prefix) = match table {
            None | Some("prefix") => (Table::Normal, !no_prefix),
            Some("root") => (Table::Normal, false),
            Some("copy-mode-vi") => (Table::CopyVi, false),
            Some("copy-mode") => (Table::CopyEmacs, false),
            Some(name) => {
                let own = Table::ALL.map(Table::name).join(", ");
                let missing = || {
                    Error::not_found(format!("there is no table of keys {name:?}")).with_hint(
                        format!("there are prefix, root, copy-mode-vi, copy-mode, {own}"),
                    )
                };
                (Table::from_name(name).ok_or_else(missing)?, false)
            }
        };
        Ok(Spot {
            table,
            after_prefix,
        })
    }

    /// The keys as files have them, and as they are pressed.
    fn keys(&self, cx: &ServerCx<'_>, name: &str) -> Result<(String, Vec<Key>)> {
        let key = chord::parse_key(name).map_err(|error| Error::usage(error.to_string()))?;
        let written = match self.after_prefix {
            true => format!("<prefix> {}", chord::show(&[key])),
            false => chord::show(&[key]),
        };
        let prefix = cx.state.config.keymap.prefix();
        let keys = chord::parse_sequence(&written, prefix);
        let keys = keys.map_err(|error| Error::internal(error.to_string()))?;
        Ok((written, keys))
    }

    fn bound(&self, keys: String) -> Bound {
        Bound {
            table: self.table.name().to_owned(),
            keys,
            command: None,
            note: String::new(),
            repeat: false,
        }
    }
}

impl Run<ServerCx<'_>> for BindKey {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let spot = Spot::of(self.table.as_deref(), self.no_prefix)?;
        let (written, _) = spot.keys(cx, &self.key)?;
        let command = line::of_words(&self.command)?;
        line::check(&command).map_err(Error::usage)?;
        put(
            cx,
            Bound {
                command: Some(command),
                note: self.note.unwrap_or_default(),
                repeat: self.repeat,
                ..spot.bound(written)
            },
        )
    }
}

impl Run<ServerCx<'_>> for UnbindKey {
    fn run(self, cx: &mut ServerCx<'_>) -> Result<Reply> {
        let spot = Spot::of(self.table.as_deref(), self.no_prefix)?;
        let names = match &self.key {
            Some(key) if !self.all => vec![spot.keys(cx, key)?.0],
            _ => every(cx, &spot),
        };
        for keys in names {
            let prefix = cx.state.config.keymap.prefix();
            let pressed = chord::parse_sequence(&keys, prefix).unwrap_or_default();
            let entries = cx.state.config.keymap.entries();
            let is_bound = entries
                .iter()
                .any(|entry| entry.table == spot.table && entry.keys.starts_with(&pressed));
            if !is_bound && self.quiet {
                continue;
            }
            if !is_bound {
                return Err(Error::not_found(format!("{keys} is not bound"))
                    .with_hint("stoa list-keys shows what is"));
            }
            put(cx, spot.bound(keys))?;
        }
        Ok(Reply::none())
    }
}

/// Every first key of a table, or key after the prefix, as files have them.
fn every(cx: &ServerCx<'_>, spot: &Spot) -> Vec<String> {
    let keymap = &cx.state.config.keymap;
    let prefix = keymap.prefix();
    let mut names = Vec::new();
    for entry in keymap.entries() {
        let begins = entry.keys.first() == Some(&prefix);
        let name = match (entry.keys.as_slice(), spot.after_prefix) {
            ([_, key, ..], true) if begins => format!("<prefix> {}", chord::show(&[*key])),
            ([key, ..], false) if !begins => chord::show(&[*key]),
            _ => continue,
        };
        if entry.table == spot.table && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn put(cx: &mut ServerCx<'_>, bound: Bound) -> Result<Reply> {
    if !cx.state.adjustments.bind(bound) {
        return Err(Error::refused("too many keys have been bound")
            .with_hint("write those that are to stay in keybindings.toml"));
    }
    cx.state.adjust();
    Ok(Reply::none())
}
