//! Formats in shell commands.
//!
//! A title or a path is whatever some program made it, and a shell does what it is told. So no value ever
//! stands in a command: it goes along as a variable, and the command has a reference to that, quoted for
//! the place where it stands. A place that is misread gives a text that looks odd, never one that runs.

use super::{scan, short};

/// A shell command, and the values that go with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Script {
    /// As it was written, to be shown.
    pub written: String,
    /// As the shell gets it.
    pub text: String,
    /// The variables it refers to.
    pub values: Vec<(String, String)>,
}

/// Where in a command something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside of quotes.
    Plain,
    Single,
    Double,
    /// In `$(…)` or `(…)`, outside of quotes.
    Paren,
    /// Between backticks, outside of quotes.
    Backtick,
}

impl Place {
    fn is_quoted(self) -> bool {
        matches!(self, Place::Single | Place::Double)
    }
}

/// Takes the formats of a command for a shell out of it; each stays one piece of text there.
pub fn in_shell(command: &str, mut expand: impl FnMut(&str) -> String) -> Script {
    let mut script = Script {
        written: command.to_owned(),
        ..Script::default()
    };
    // The last is where we are; what is open is never more than the command is long.
    let mut places = vec![Place::Plain];
    let mut rest = command;
    let mut begins_word = true;
    while let Some(c) = rest.chars().next() {
        let place = places.last().copied().unwrap_or(Place::Plain);
        if c == '#'
            && let Some(length) = format_at(rest)
        {
            let (format, after) = rest.split_at(length);
            match format {
                "##" => script.text.push('#'),
                _ => script.refer(place, expand(format)),
            }
            (rest, begins_word) = (after, false);
            continue;
        }
        if c == '#' && begins_word && !place.is_quoted() {
            // A quote in a comment opens nothing.
            let line = rest.find('\n').unwrap_or(rest.len());
            let (comment, after) = rest.split_at(line);
            script.text.push_str(comment);
            rest = after;
            continue;
        }
        script.text.push(c);
        rest = &rest[c.len_utf8()..];
        if c == '\\' && place != Place::Single {
            let escaped = rest.chars().next();
            script.text.extend(escaped);
            rest = &rest[escaped.map_or(0, char::len_utf8)..];
        } else {
            step(&mut places, place, c, script.text.ends_with("$("));
        }
        begins_word = c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | '`');
    }
    script
}

/// What a character opens or closes.
fn step(places: &mut Vec<Place>, place: Place, c: char, substitutes: bool) {
    match (place, c) {
        (Place::Single, '\'')
        | (Place::Double, '"')
        | (Place::Paren, ')')
        | (Place::Backtick, '`') => {
            places.pop();
        }
        (Place::Single, _) => {}
        (Place::Double, '(') if !substitutes => {}
        (_, '(') => places.push(Place::Paren),
        (_, '`') => places.push(Place::Backtick),
        (Place::Double, _) => {}
        (_, '\'') => places.push(Place::Single),
        (_, '"') => places.push(Place::Double),
        _ => {}
    }
}

impl Script {
    /// Puts a reference to a value at the end.
    fn refer(&mut self, place: Place, value: String) {
        let name = format!("STOA_VALUE_{}", self.values.len() + 1);
        self.text.push_str(&match place {
            Place::Double => format!("${{{name}}}"),
            Place::Single => format!("'\"${{{name}}}\"'"),
            Place::Plain | Place::Paren | Place::Backtick => format!("\"${{{name}}}\""),
        });
        self.values.push((name, value.replace('\0', "")));
    }
}

/// The length of the format that a text begins with, if it does: `#{…}`, `#S`, or `##` for a `#`.
fn format_at(text: &str) -> Option<usize> {
    let next = text.get(1..)?.chars().next()?;
    if next == '#' || short(next).is_some() {
        return Some(2);
    }
    if next != '{' {
        return None;
    }
    // What is not closed takes the rest with it, as everywhere in formats.
    let inner = text.get(2..)?;
    let end = scan(inner, |depth, c| depth == 0 && c == '}');
    Some(end.map_or(text.len(), |(at, _)| 2 + at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn said(command: &str, value: &str) -> String {
        let script = in_shell(command, |_| value.to_owned());
        let output = Command::new("sh")
            .args(["-c", &script.text])
            .envs(script.values.clone())
            .output();
        let output = output.expect("a shell");
        assert!(output.stderr.is_empty(), "{script:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    const VALUES: &[&str] = &[
        "plain",
        "two words",
        "",
        "it's",
        "'; echo gone; '",
        "\"; echo gone; \"",
        "a;echo gone",
        "$(echo gone) `echo gone` $HOME \\",
        "a\nb; # c & d | e > f * ?",
        "日本 ~",
    ];

    #[test]
    fn a_value_is_one_piece_of_text_wherever_it_stands() {
        for value in VALUES {
            for command in [
                "printf '[%s]' #{x}",
                "printf '[%s]' \"#{x}\"",
                "printf '[%s]' \"$(printf %s #{x})\"",
                "printf '[%s]' \"$(printf %s '#{x}')\"",
                "printf '[%s]' \"$(printf %s \"#{x}\")\"",
                "printf '[%s]' \"`printf %s #{x}`\"",
                "(printf '[%s]' #S) # it's over",
                "# it's\nprintf '[%s]' #{x}",
            ] {
                assert_eq!(said(command, value), format!("[{value}]"), "{command}");
            }
            // The format of printf is read by printf.
            if !value.contains(['\\', '%']) {
                assert_eq!(said("printf '[#{x}]'", value), format!("[{value}]"));
            }
        }
        assert_eq!(said("echo '\\' #{?a,#{b},c} '#{x}'", "v"), "\\ v v\n");
    }

    #[test]
    fn what_a_shell_reads_again_runs_no_value() {
        // A here-document has other rules, and a word that is a shell's own text is text for that one:
        // neither may run what a value says.
        for value in VALUES {
            let said = said("cat <<end\n#{x} '#{x}'\nend", value);
            assert!(!said.lines().any(|line| line == "gone"), "{value}: {said}");
        }
    }

    #[test]
    fn what_is_no_format_stays() {
        let text = |command: &str| in_shell(command, |_| "v".to_owned()).text;
        for command in ["echo ${#name} a#b", "x='a b'; echo ${#x}", "echo #, #1"] {
            assert_eq!(text(command), command);
        }
        assert_eq!(text("echo \"##{x}\""), "echo \"#{x}\"");
    }
}
