//! Completing a half-typed command line, for the prompt and for shells.

use super::spec::{Place, Row};
use super::{family, find, rows};

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The word that would be put in.
    pub word: String,
    /// The whole line with it.
    pub line: String,
    /// What it is.
    pub about: String,
}

/// What could stand where the line ends: a command's name, or one of its flags.
pub fn candidates(line: &str) -> Vec<Candidate> {
    let (before, word) = match line.rfind(char::is_whitespace) {
        Some(at) => line.split_at(at + 1),
        None => ("", line),
    };
    let words: Vec<&str> = before.split_whitespace().collect();
    let found: Vec<(String, String)> = match words[..] {
        [] => command_names(word),
        [first] if family(first).next().is_some() => family_words(first, word),
        _ => flags(&words, word),
    };
    found
        .into_iter()
        .map(|(word, about)| Candidate {
            line: format!("{before}{word} "),
            word,
            about,
        })
        .collect()
}

/// Commands that make sense at a prompt and begin with `word`; by alias as well. A family is one
/// word until it is chosen.
fn command_names(word: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for row in rows().filter(|row| row.place != Place::Local && !row.hidden()) {
        let by_alias = !word.is_empty() && row.aliases.iter().any(|alias| alias.starts_with(word));
        match row.family() {
            Some(first) if found.iter().any(|(known, _)| known == first) => {}
            Some(first) if first.starts_with(word) => {
                let own: Vec<&str> = family(first).map(Row::word).collect();
                found.push((first.to_owned(), own.join(", ")));
            }
            _ if row.name.starts_with(word) || by_alias => {
                found.push((row.name.to_owned(), row.about()));
            }
            _ => {}
        }
    }
    found
}

fn family_words(first: &str, word: &str) -> Vec<(String, String)> {
    family(first)
        .filter(|row| row.word().starts_with(word) && !row.hidden())
        .map(|row| (row.word().to_owned(), row.about()))
        .collect()
}

fn flags(words: &[&str], word: &str) -> Vec<(String, String)> {
    let Some((row, _)) = find(words.iter().copied()) else {
        return Vec::new();
    };
    if !word.starts_with('-') {
        return values(row.clap(), word);
    }
    row.clap()
        .get_arguments()
        .filter_map(|arg| {
            let long = format!("--{}", arg.get_long()?);
            let about = arg.get_help().map(ToString::to_string).unwrap_or_default();
            long.starts_with(word).then_some((long, about))
        })
        .collect()
}

/// The values a command's positional argument is limited to.
fn values(command: clap::Command, word: &str) -> Vec<(String, String)> {
    command
        .get_positionals()
        .flat_map(clap::Arg::get_possible_values)
        .filter(|value| value.get_name().starts_with(word))
        .map(|value| {
            let about = value.get_help().map(ToString::to_string);
            (value.get_name().to_owned(), about.unwrap_or_default())
        })
        .collect()
}

/// One line of help on the command being typed: how it is used and what it does.
pub fn help(line: &str) -> Option<String> {
    let (row, _) = find(line.split_whitespace())?;
    let usage = row.clap().bin_name(row.name).render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    Some(format!("{} · {usage}", row.about()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        candidates(line)
            .into_iter()
            .map(|candidate| candidate.word)
            .collect()
    }

    #[test]
    fn names_complete_and_aliases_lead_to_their_command() {
        assert_eq!(words("split-p"), ["split-pane"]);
        assert_eq!(words("splitw"), ["split-pane"]);
    }

    #[test]
    fn flags_complete_after_the_name() {
        assert_eq!(words("split-pane --ri"), ["--right"]);
        assert_eq!(candidates("split-pane --ri")[0].line, "split-pane --right ");
    }

    #[test]
    fn help_tells_what_and_how() {
        let text = help("zoom-pane").expect("known");
        assert!(text.contains("fill this terminal"), "{text}");
    }
}
