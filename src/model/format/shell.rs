//! Formats in shell commands.
//!
//! A title or a path is whatever some program made it, and a shell does what it is told. So each value is
//! quoted for the place where it stands, outside of quotes or in either kind, and stays one piece of text
//! there, whatever it says.

use super::scan;

/// Where in a command something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    Single,
    Double,
}

/// Puts the values of formats into a command for a shell, each as one word.
pub fn in_shell(command: &str, expand: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(command.len());
    let mut place = Place::Plain;
    let mut rest = command;
    while let Some(c) = rest.chars().next() {
        if c == '#'
            && let Some(length) = format_at(rest)
        {
            let (format, after) = rest.split_at(length);
            put(&expand(format), place, &mut out);
            rest = after;
            continue;
        }
        let after = &rest[c.len_utf8()..];
        place = match (place, c) {
            (Place::Plain, '\'') => Place::Single,
            (Place::Plain, '"') => Place::Double,
            (Place::Single, '\'') | (Place::Double, '"') => Place::Plain,
            _ => place,
        };
        out.push(c);
        rest = after;
        if c == '\\'
            && place != Place::Single
            && let Some(next) = after.chars().next()
        {
            out.push(next);
            rest = &after[next.len_utf8()..];
        }
    }
    out
}

/// The length of the format that a text begins with, if it does: `#{…}` or `#S`.
fn format_at(text: &str) -> Option<usize> {
    let next = text.get(1..)?.chars().next()?;
    if next.is_ascii_alphabetic() {
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

fn put(value: &str, place: Place, out: &mut String) {
    let value = value.replace('\0', "");
    match place {
        Place::Plain => {
            // Without NUL it can always be quoted.
            let quoted = shlex::try_quote(&value).map(|quoted| quoted.into_owned());
            out.push_str(&quoted.unwrap_or_default());
        }
        Place::Single => out.push_str(&value.replace('\'', "'\\''")),
        Place::Double => {
            for c in value.chars() {
                if matches!(c, '"' | '\\' | '$' | '`') {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn said(command: &str, value: &str) -> String {
        let command = in_shell(command, |_| value.to_owned());
        let output = Command::new("sh").args(["-c", &command]).output();
        let output = output.expect("a shell");
        assert!(output.stderr.is_empty(), "{command}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    #[test]
    fn a_value_is_one_piece_of_text_wherever_it_stands() {
        let values = [
            "plain",
            "two words",
            "",
            "it's",
            "'; echo gone; '",
            "\"; echo gone; \"",
            "$(echo gone) `echo gone` $HOME \\",
            "a\nb; # c & d | e > f * ?",
            "日本 ~",
        ];
        for value in values {
            for command in [
                "printf '[%s]' #{x}",
                "printf '[%s]' \"#{x}\"",
                "printf '[#S]' | sed 's/%%/%/g'",
                "printf '[%s]' \\\"#{x}\\\" | tr -d '\"'",
            ] {
                // The third has printf read the value, the last loses its quotes.
                if (command.contains("#S") && value.contains(['\\', '%']))
                    || (command.contains("tr -d") && value.contains('"'))
                {
                    continue;
                }
                assert_eq!(said(command, value), format!("[{value}]"), "{command}");
            }
        }
        assert_eq!(said("echo '\\' #{?a,#{b},c} '#{x}'", "v"), "\\ v v\n");
    }
}
