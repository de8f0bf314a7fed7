//! `list-commands`.

use clap::Args;
use serde_json::json;

use super::LocalCx;
use crate::command::spec::{Reply, Row, Run};
use crate::command::{find, rows};
use crate::error::{Error, Result};

/// List every command with its other names and its options, one a line
///
/// stoa list-commands split-window
#[derive(Debug, Clone, Args)]
pub struct ListCommands {
    /// Only this one
    #[arg(value_name = "COMMAND")]
    pub words: Vec<String>,
}

impl ListCommands {
    /// The list. It is the same wherever it is asked for.
    ///
    /// # Errors
    /// No command is called so.
    pub fn list(&self) -> Result<Reply> {
        let listed: Vec<&Row> = match self.words.as_slice() {
            [] => rows().filter(|row| !row.hidden()).collect(),
            words => {
                let found = find(words.iter().map(String::as_str));
                let (row, _) = found.ok_or_else(|| {
                    Error::usage(format!("no command is called {:?}", words.join(" ")))
                        .with_hint("stoa list-commands lists them all")
                })?;
                vec![row]
            }
        };
        let lines: Vec<String> = listed.iter().copied().map(line).collect();
        let data = listed.iter().zip(&lines).map(|(row, line)| {
            json!({ "name": row.name, "aliases": row.aliases, "usage": line, "about": row.about() })
        });
        let data = json!({ "commands": data.collect::<Vec<_>>() });
        Ok(Reply::new(lines.join("\n"), data))
    }
}

impl Run<LocalCx> for ListCommands {
    fn run(self, _cx: &mut LocalCx) -> Result<Reply> {
        self.list()
    }
}

/// `split-pane (split-window, splitw) [-dhv] [-t PANE] [COMMAND]`, in tmux's way.
fn line(row: &Row) -> String {
    let command = row.clap();
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let mut flags = String::new();
    let mut words = Vec::new();
    for arg in shown {
        let takes = arg.get_action().takes_values();
        let name = match (arg.get_short(), arg.get_long()) {
            (Some(short), _) if !takes => {
                flags.push(short);
                continue;
            }
            (Some(short), _) => format!("-{short}"),
            (None, Some(long)) => format!("--{long}"),
            (None, None) => String::new(),
        };
        let values = arg.get_value_names().unwrap_or_default();
        let values: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
        let several = arg
            .get_num_args()
            .is_some_and(|range| range.max_values() > 1);
        let word = match (name.is_empty(), takes) {
            (true, _) => format!("{}{}", values.join(" "), if several { "…" } else { "" }),
            (false, true) => format!("{name} {}", values.join(" ")),
            (false, false) => name,
        };
        words.push(match arg.is_required_set() {
            true => word,
            false => format!("[{word}]"),
        });
    }
    if !flags.is_empty() {
        words.insert(0, format!("[-{flags}]"));
    }
    if !row.aliases.is_empty() {
        words.insert(0, format!("({})", row.aliases.join(", ")));
    }
    words.insert(0, row.name.to_owned());
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(word: &[&str]) -> Result<String> {
        let words = word.iter().map(|word| (*word).to_owned()).collect();
        ListCommands { words }.list().map(|reply| reply.text)
    }

    #[test]
    fn every_command_has_its_line() {
        let all = listed(&[]).expect("a list");
        let shown = rows().filter(|row| !row.hidden()).count();
        assert_eq!(all.lines().count(), shown);
        assert!(all.lines().any(|line| line.starts_with("task add ")));
    }

    #[test]
    fn a_line_tells_names_and_options() {
        let line = "rename-tab (rename-window, renamew) [-t TAB] [NAME…]";
        for word in ["rename-tab", "renamew", "rename-w"] {
            assert_eq!(listed(&[word]).expect("a line"), line, "{word}");
        }
        let zoom = listed(&["detach"]).expect("a line");
        assert!(zoom.starts_with("detach (detach-client) [-a] ["), "{zoom}");
        assert!(listed(&["no-such"]).is_err());
    }
}
