//! Command lines: words and quotes, and several commands in one line.
//!
//! A `;` of its own separates commands, as in tmux: at the prompt, in a binding and in a hook an
//! unquoted one (`\;` as well, which is how tmux's files have it), from a shell a word `;`. A quoted
//! `;` is a word like any other; from a shell that is `'\;'`.

use std::ffi::{OsStr, OsString};

use super::parse::{self, Invocation, Parsed};
use super::{Command, LocalCommand};
use crate::error::{Error, Result};

/// The most commands of a line: one that is answered at once runs the next within itself.
const MAX_COMMANDS: usize = 64;

/// The commands of a line, each as its words.
///
/// # Errors
/// A quote is left open, or there is no command in it.
pub fn commands(line: &str) -> Result<Vec<Vec<String>>> {
    let mut commands = Vec::new();
    for part in parts(line) {
        let words = shlex::split(&part)
            .ok_or_else(|| Error::usage(format!("unbalanced quotes in: {line}")))?;
        if !words.is_empty() {
            commands.push(words);
        }
    }
    match commands.len() {
        0 => Err(Error::usage("an empty command line")),
        1..=MAX_COMMANDS => Ok(commands),
        count => Err(Error::usage(format!(
            "{count} commands in a line; there may be {MAX_COMMANDS}"
        ))),
    }
}

/// The texts between the separators of a line, fit to be split into words as a shell would, but for
/// comments: a word may begin with `#`, as formats do.
fn parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::with_capacity(line.len())];
    let (mut quote, mut escaped, mut between) = (None, false, true);
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        let plain = quote.is_none() && !escaped;
        let alone = plain && between && c == '\\' && escaped_separator(rest.as_str());
        if alone {
            rest.next();
        }
        if alone || (plain && c == ';') {
            parts.push(String::new());
            between = true;
            continue;
        }
        if let Some(part) = parts.last_mut() {
            if c == '#' && between && plain {
                part.push('\\');
            }
            part.push(c);
        }
        between = plain && c.is_whitespace();
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', None | Some('"')) => escaped = true,
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    parts
}

/// Whether what follows a backslash makes a word `\;` of it.
fn escaped_separator(rest: &str) -> bool {
    let after = rest.strip_prefix(';');
    after.is_some_and(|after| after.chars().next().is_none_or(char::is_whitespace))
}

/// The commands in words as a shell gives them. Without a separator there is one, empty or not.
pub fn separate(words: Vec<OsString>) -> Vec<Vec<OsString>> {
    let mut commands: Vec<Vec<OsString>> = words
        .split(|word| word == OsStr::new(";"))
        .filter(|words| !words.is_empty())
        .map(<[OsString]>::to_vec)
        .collect();
    for word in commands.iter_mut().flatten() {
        if word == OsStr::new("\\;") {
            *word = ";".into();
        }
    }
    if commands.is_empty() {
        commands.push(Vec::new());
    }
    commands
}

/// The line that a command's last words are: a single one is a line as it stands, several are the words
/// of one command, or of several with a word `;` between them.
///
/// # Errors
/// A word has a NUL in it.
pub fn of_words(words: &[String]) -> Result<String> {
    if let [line] = words {
        return Ok(line.clone());
    }
    let word = |word: &String| match word.as_str() {
        ";" => Ok(";".to_owned()),
        word => shlex::try_quote(word)
            .map(|quoted| quoted.into_owned())
            .map_err(|_| Error::usage("a command cannot contain NUL")),
    };
    let words: Result<Vec<String>> = words.iter().map(word).collect();
    Ok(words?.join(" "))
}

/// A command, and the words it was made of.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its words.
    pub words: Vec<String>,
    /// What they mean.
    pub command: Command,
}

/// What a line, taken apart, asks for: every command is understood before the first of them runs.
///
/// # Errors
/// One of them is unknown, has wrong arguments, or asks for help.
pub fn understand(commands: Vec<Vec<String>>) -> Result<Vec<Said>> {
    let one = |words: Vec<String>| match invocation(&words)?.command {
        Some(command) => Ok(Said { words, command }),
        None => Err(Error::usage("already attached")),
    };
    commands.into_iter().map(one).collect()
}

/// Commands that read some of their words as command lines, as shell commands or as formats.
const FILLS_IN: &[&str] = &[
    "bind-key",
    "confirm",
    "copy",
    "display-message",
    "display-popup",
    "if-shell",
    "new-pane",
    "new-tab",
    "pipe-pane",
    "restart-pane",
    "run",
    "run-shell",
    "set-hook",
    "split-pane",
];

/// Whether a command fills in the formats in its words itself, so that nobody may do so before.
pub fn fills_in(words: &[String]) -> bool {
    let row = super::find(words.iter().map(String::as_str));
    row.is_some_and(|(row, _)| FILLS_IN.contains(&row.name))
        || (words.first().is_some_and(|word| word == "send-keys")
            && words
                .iter()
                .any(|word| word == "-X" || word == "--copy-mode"))
}

/// What one of several commands asks for.
///
/// # Errors
/// It is unknown, has wrong arguments, or asks for help, which has no place among others.
pub fn invocation<W: Into<OsString> + Clone>(words: &[W]) -> Result<Invocation> {
    match parse::parse(words.iter().cloned())? {
        Parsed::Run(invocation) => Ok(*invocation),
        Parsed::Show(_) => Err(Error::usage("help is asked for among other commands")
            .with_hint("ask for help on one command alone")),
    }
}

/// Whether a key may be bound to this command line.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn check(line: &str) -> Result<(), String> {
    let known =
        |words: Vec<String>| match invocation(&words).map_err(|error| error.message)?.command {
            Some(Command::Local(LocalCommand::KillServer(_))) => Ok(()),
            Some(Command::Local(_)) | None => Err(format!("{line}: works from a shell only")),
            Some(_) => Ok(()),
        };
    let commands = commands(line).map_err(|error| error.message)?;
    commands.into_iter().try_for_each(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_words(line: &str, expected: &[&[&str]]) {
        let found = commands(line).expect(line);
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn words_may_begin_with_a_format() {
        check_words("a -t #{pane} b", &[&["a", "-t", "#{pane}", "b"]]);
        check_words(
            "#S 'a #b' \"c #d\" e#f \\#g",
            &[&["#S", "a #b", "c #d", "e#f", "#g"]],
        );
        check_words("'it is'#x '' \"\\\" #\"", &[&["it is#x", "", "\" #"]]);
        assert!(commands("'open").is_err());
    }

    #[test]
    fn semicolons_separate_unless_quoted() {
        let two: &[&[&str]] = &[&["a", "-n", "x"], &["b"]];
        for line in [
            "a -n x ; b",
            "a -n x; b",
            "a -n x;b;",
            "a -n x \\; b",
            ";a -n x ;; b \\;",
        ] {
            check_words(line, two);
        }
        check_words("a ';' b", &[&["a", ";", "b"]]);
        check_words("a \"x;y\" x\\;y", &[&["a", "x;y", "x;y"]]);
        check_words("a '\\;' #S;#T", &[&["a", "\\;", "#S"], &["#T"]]);
        assert!(commands(" ; ").is_err());
    }

    #[test]
    fn words_of_a_shell_are_separated_by_a_word() {
        let check = |words: &[&str], expected: &[&[&str]]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(separate(words), expected);
        };
        check(&["a", "x;", ";", "b"], &[&["a", "x;"], &["b"]]);
        check(&["a", "\\;", "b", ";"], &[&["a", ";", "b"]]);
        check(&[], &[&[]]);
        check(&[";"], &[&[]]);
    }

    #[test]
    fn every_command_of_a_bound_line_is_checked() {
        assert_eq!(check("split-pane ; next-layout"), Ok(()));
        for bad in [
            "split-pane ; next-layuot",
            "split-pane ; attach",
            "split-pane ; zoom-pane --help",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
