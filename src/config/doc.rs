//! A TOML file read so that one mistake does not cost the rest, and what there is to say about it.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most reports about one file; a file that is something else entirely is not worth more.
const MAX_REPORTS: usize = 20;

/// The most characters of one report, without its place.
const MAX_MESSAGE: usize = 200;

/// Collects what is wrong with one file, as lines `NAME:LINE:COLUMN: message`.
pub(super) struct Reports<'a> {
    name: &'a str,
    text: &'a str,
    found: Vec<(usize, String)>,
}

impl<'a> Reports<'a> {
    pub(super) fn new(name: &'a str, text: &'a str) -> Reports<'a> {
        let found = Vec::new();
        Reports { name, text, found }
    }

    /// Notes a mistake at a byte of the file.
    pub(super) fn add(&mut self, at: usize, message: impl AsRef<str>) {
        // One line each and not a long one, whatever piece of the file it quotes.
        let mut chars = message.as_ref().chars();
        let shown = chars.by_ref().take(MAX_MESSAGE);
        let mut message: String = shown
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if chars.next().is_some() {
            message.push('…');
        }
        self.found.push((at, message));
    }

    /// The lines, in the order of the file.
    pub(super) fn into_lines(mut self) -> Vec<String> {
        self.found.sort_by_key(|(at, _)| *at);
        let more = self.found.len().saturating_sub(MAX_REPORTS);
        let mut lines: Vec<String> = self
            .found
            .iter()
            .take(MAX_REPORTS)
            .map(|(at, message)| {
                let (line, column) = position(self.text, *at);
                format!("{}:{line}:{column}: {message}", self.name)
            })
            .collect();
        if more > 0 {
            lines.push(format!("{}: {more} more mistakes", self.name));
        }
        lines
    }
}

/// Line and column of a byte, both from 1, the column in characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}

/// The text with every line blanked that is not TOML, so that all positions stay; the mistakes
/// are reported. After a broken `[table]` header nobody knows which table what follows belongs
/// to, so everything from there on is blanked.
pub(super) fn clean(text: &str, reports: &mut Reports<'_>) -> String {
    let mut clean = text.to_owned();
    for _ in 0..=MAX_REPORTS {
        let (_, errors) = DeTable::parse_recoverable(&clean);
        let places: Vec<usize> = errors
            .iter()
            .map(|error| error.span().map_or(0, |span| span.start))
            .collect();
        let Some(first) = places.iter().copied().min() else {
            return clean;
        };
        // By where they begin: one slip makes several errors on its line, and the first tells.
        let mut lines = BTreeMap::new();
        for (error, at) in errors.iter().zip(places) {
            let line = line_at(&clean, at);
            let is_header = |line: &str| line.trim_start().starts_with('[');
            let end = match clean.get(line.clone()).is_some_and(is_header) {
                true => text.len(),
                false => line.end,
            };
            if lines.insert(line.start, end).is_none() {
                reports.add(at, error.message().replace('`', "'"));
            }
        }
        let blanked = blank(&clean, &lines);
        if blanked == clean {
            // What is wrong began on an earlier line: an unclosed text of several lines.
            reports.add(first, "nothing of the file counts until this is mended");
            return String::new();
        }
        clean = blanked;
    }
    String::new()
}

/// The table of a clean text.
pub(super) fn table(clean: &str) -> Spanned<DeTable<'_>> {
    DeTable::parse_recoverable(clean).0
}

/// Where the entry that these names lead to stands, as far as the text can be read; 0 where it is not.
pub(super) fn place(text: &str, path: &[&str]) -> usize {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut table = root.get_ref();
    let mut at = 0;
    for name in path {
        let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref() == name) else {
            return at;
        };
        at = key.span().start;
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => return at,
        }
    }
    at
}

/// The line that holds the byte `at`, without its end.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let (before, after) = text.as_bytes().split_at(at.min(text.len()));
    let start = before.iter().rposition(|byte| *byte == b'\n');
    let length = after.iter().position(|byte| *byte == b'\n');
    let end = length.map_or(text.len(), |length| before.len() + length);
    start.map_or(0, |end| end + 1)..end
}

/// The text with spaces for the bytes of some ranges (start and end), line ends kept.
fn blank(text: &str, ranges: &BTreeMap<usize, usize>) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut end = 0;
    for (at, c) in text.char_indices() {
        end = end.max(ranges.get(&at).copied().unwrap_or(0));
        match c {
            '\n' => blanked.push(c),
            c if at < end => blanked.extend(std::iter::repeat_n(' ', c.len_utf8())),
            c => blanked.push(c),
        }
    }
    blanked
}

/// A value taken out of a file.
pub(super) struct Taken {
    /// The names that lead to it.
    pub(super) path: Vec<String>,
    /// Where its name is.
    pub(super) key: Range<usize>,
}

/// Takes out the innermost entry that spans the byte `at`; `None` if there is none.
pub(super) fn take_out(table: &mut DeTable<'_>, at: usize) -> Option<Taken> {
    let spans = |span: Range<usize>| span.contains(&at);
    for (key, value) in table.iter_mut() {
        if let DeValue::Table(inner) = value.get_mut()
            && let Some(mut taken) = take_out(inner, at)
        {
            taken.path.insert(0, key.get_ref().to_string());
            return Some(taken);
        }
    }
    let found = table
        .iter()
        .find(|(key, value)| spans(key.span()) || spans(value.span()));
    let key = found?.0.clone();
    table.remove(&key);
    Some(Taken {
        path: vec![key.get_ref().to_string()],
        key: key.span(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, clean_text: &str, expected: &[&str]) {
        let mut reports = Reports::new("f", text);
        assert_eq!(clean(text, &mut reports), clean_text);
        let lines = reports.into_lines();
        let places: Vec<&str> = lines
            .iter()
            .map(|line| line.split(": ").next().unwrap_or(""))
            .collect();
        assert_eq!(places, expected, "{lines:?}");
    }

    #[test]
    fn only_broken_lines_are_blanked() {
        check("a = 1\nb = 2\n", "a = 1\nb = 2\n", &[]);
        check(
            "a = ä\nb = 2\n= 3\n",
            "      \nb = 2\n   \n",
            &["f:1:5", "f:3:1"],
        );
        check("\"a = 1\nb = 2", "      \nb = 2", &["f:1:7"]);
        check("a = 1\na = 2\nb = 3", "a = 1\n     \nb = 3", &["f:2:1"]);
        check("a = 1\n[b\nc = 1\n", "a = 1\n  \n     \n", &["f:2:3"]);
    }

    #[test]
    fn a_text_without_an_end_costs_the_file() {
        check("a = 1\nb = \"\"\"x\ny\n", "", &["f:4:1", "f:4:1"]);
    }

    #[test]
    fn a_file_of_nonsense_is_told_in_few_lines_and_little_time() {
        for text in [
            "=\n".repeat(50_000),
            "a = ".to_owned() + &"[".repeat(50_000),
            "[".repeat(50_000),
        ] {
            let mut reports = Reports::new("f", &text);
            clean(&text, &mut reports);
            let lines = reports.into_lines();
            assert!((1..=MAX_REPORTS + 1).contains(&lines.len()), "{lines:?}");
        }
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("ä = 1\nöx", 10), (2, 3));
        assert_eq!(position("ab", 0), (1, 1));
        assert_eq!(position("ab", 99), (1, 3));
    }
}
