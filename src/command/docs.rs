//! The tables of the README, written from the command table and the default keys.

use std::fmt::Write;

use super::rows;
use crate::config::bindings::default_keymap;
use crate::keys::chord;
use crate::keys::keymap::Table;

/// Every command by section, as Markdown tables.
pub fn commands() -> String {
    let mut text = String::new();
    let mut section = "";
    for row in rows().filter(|row| !row.hidden()) {
        if row.section != section {
            section = row.section;
            let _ = write!(
                text,
                "\n**{section}**\n\n| command | other names | what it does |\n| --- | --- | --- |\n"
            );
        }
        let names: Vec<String> = row.aliases.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            row.name,
            names.join(", "),
            row.about().replace('|', "\\|")
        );
    }
    text
}

/// The default keys by table, as Markdown tables.
pub fn keys() -> String {
    let (keymap, _) = default_keymap(&|_| Ok(()));
    let mut text = String::new();
    let mut shown = None;
    for entry in keymap.entries() {
        if shown != Some(entry.table) {
            shown = Some(entry.table);
            let title = match entry.table {
                Table::Normal => "Everywhere",
                Table::Panel => "While the side panel has the keys",
                Table::Adjust => "While a pane is being moved (`adjust-pane`)",
                Table::CopyVi => "In copy mode, with vi's keys",
                Table::CopyEmacs => "In copy mode, with Emacs' keys (`copy-mode-keys = \"emacs\"`)",
            };
            let _ = write!(
                text,
                "\n**{title}**\n\n| keys | what they do | command |\n| --- | --- | --- |\n"
            );
        }
        let keys = chord::show(&entry.keys).replace('|', "\\|");
        let _ = writeln!(
            text,
            "| `{keys}` | {} | `{}` |",
            entry.binding.note, entry.binding.command
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts `fresh` between the README's markers for `name`. With `STOA_BLESS` set the file is
    /// written; without it a stale one fails the test.
    fn check(name: &str, fresh: &str) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        let readme = std::fs::read_to_string(path).expect("the README");
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let from = readme.find(&begin).expect("the opening marker") + begin.len();
        let to = readme.find(&end).expect("the closing marker");
        if readme[from..to] == *fresh {
            return;
        }
        assert!(
            std::env::var_os("STOA_BLESS").is_some(),
            "the README's {name} table is stale: STOA_BLESS=1 cargo test --lib docs"
        );
        let text = format!("{}{fresh}{}", &readme[..from], &readme[to..]);
        std::fs::write(path, text).expect("the README can be written");
    }

    #[test]
    fn the_readme_is_fresh() {
        check("commands", &commands());
        check("keys", &keys());
    }

    #[test]
    fn every_default_key_runs_a_command_that_exists() {
        let (_, reports) = default_keymap(&crate::command::line::check);
        assert_eq!(reports, Vec::<String>::new());
    }

    /// S3-54, S3-53: every command on the store shows an example of itself that can be typed as it
    /// stands, and every one that is run in a shell.
    #[test]
    fn every_command_shows_an_example_that_parses() {
        use crate::command::parse::parse;
        use crate::command::{LocalCommand, StoreCommand};
        let rows = StoreCommand::ROWS.iter().chain(LocalCommand::ROWS);
        let mut wrong = Vec::new();
        // `once` is an option rather than a command: the README shows it.
        for row in rows.filter(|row| !row.hidden() && row.name != "once") {
            let about = row.clap();
            let about = about.get_long_about().or(about.get_about());
            let about = about.map(|about| about.to_string()).unwrap_or_default();
            let examples: Vec<&str> = about
                .lines()
                .map(str::trim_start)
                .filter(|line| line.starts_with("stoa "))
                .collect();
            if examples.is_empty() {
                wrong.push(format!("{} shows no example", row.name));
            }
            for example in examples {
                let words = shlex::split(example).expect("balanced quotes");
                let ends = |word: &String| matches!(word.as_str(), "&&" | "||" | ">>" | "<" | "|");
                let words = words.iter().skip(1).take_while(|word| !ends(word));
                let parsed = parse(words);
                wrong.extend(parsed.err().map(|error| format!("{example}: {error}")));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
