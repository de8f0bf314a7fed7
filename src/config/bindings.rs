//! The files of key bindings: the default one, and a person's own over it.
//!
//! A file is read entry by entry: what is wrong with one is reported, and the others count. The
//! person's prefix holds for the default bindings too, which write it `<prefix>`.

#[cfg(test)]
mod tests;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::doc::{self, Reports};
use crate::keys::chord::{parse_key, parse_sequence, show};
use crate::keys::key::Key;
use crate::keys::keymap::{Binding, Keymap, Table};
use crate::keys::nearest::nearest;

/// The default bindings, in the form people write their own.
pub const DEFAULT: &str = include_str!("../../keybindings.toml");

/// The prefix if even the default file names none.
const PREFIX: Key = Key::ctrl('b');

/// Checks a command line; says what is wrong with it.
pub type Validate<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// The default bindings alone.
pub fn default_keymap(validate: Validate<'_>) -> (Keymap, Vec<String>) {
    layered(&[("default keybindings.toml", DEFAULT, validate)])
}

/// The default bindings with a person's file over them: its name for the reports, and its text.
/// Only the person's commands are checked; that the default ones are sound is a test's business,
/// not that of every start.
pub(super) fn merged(own: Option<(&str, &str)>, validate: Validate<'_>) -> (Keymap, Vec<String>) {
    let mut sources: Vec<Source<'_>> = vec![("default keybindings.toml", DEFAULT, &|_| Ok(()))];
    sources.extend(own.map(|(name, text)| (name, text, validate)));
    layered(&sources)
}

/// A file's name for the reports, its text, and what checks its commands.
type Source<'a> = (&'a str, &'a str, Validate<'a>);

/// Each file's bindings over those of the files before it.
fn layered(sources: &[Source<'_>]) -> (Keymap, Vec<String>) {
    let (texts, reports): (Vec<String>, Vec<Reports<'_>>) = sources
        .iter()
        .map(|(name, text, _)| {
            let mut reports = Reports::new(name, text);
            (doc::clean(text, &mut reports), reports)
        })
        .unzip();
    let files = texts.iter().zip(reports);
    let files: Vec<File<'_>> = files
        .map(|(text, reports)| File::read(text, reports))
        .collect();
    let prefix = files.iter().rev().find_map(|file| file.prefix);
    let mut map = Keymap::new(prefix.unwrap_or(PREFIX));
    let mut reports = Vec::new();
    for (file, (_, _, validate)) in files.into_iter().zip(sources) {
        reports.extend(file.apply(&mut map, validate));
    }
    (map, reports)
}

/// One file, taken apart.
struct File<'a> {
    prefix: Option<Key>,
    entries: Vec<Entry<'a>>,
    labels: Vec<Entry<'a>>,
    reports: Reports<'a>,
}

/// Keys and what the file says about them.
struct Entry<'a> {
    table: Table,
    keys: String,
    at: usize,
    value: Spanned<DeValue<'a>>,
}

impl<'a> File<'a> {
    fn read(clean: &'a str, reports: Reports<'a>) -> File<'a> {
        let root = doc::table(clean).into_inner();
        let mut file = File {
            prefix: None,
            entries: Vec::new(),
            labels: Vec::new(),
            reports,
        };
        file.sort(root);
        // A table gives its entries by name; people and hints want the order of the file.
        file.entries.sort_by_key(|entry| entry.at);
        file
    }

    fn sort(&mut self, root: DeTable<'a>) {
        for (key, value) in root {
            let (span, key) = (key.span(), key.into_inner());
            match (key.as_ref(), value.get_ref()) {
                ("prefix", _) => self.read_prefix(&value),
                ("labels", DeValue::Table(_)) => {
                    self.labels = entries(Table::Normal, value);
                }
                (name, DeValue::Table(_)) if Table::from_name(name).is_some() => {
                    let table = Table::from_name(name).unwrap_or(Table::Normal);
                    self.entries.extend(entries(table, value));
                }
                // What is neither a table of ours nor the keys of a binding with a table.
                (name, DeValue::Table(_)) if parse_sequence(name, PREFIX).is_err() => {
                    self.unknown_table(name, span.start);
                }
                _ => self.entries.push(Entry {
                    table: Table::Normal,
                    keys: key.into_owned(),
                    at: span.start,
                    value,
                }),
            }
        }
    }

    fn unknown_table(&mut self, name: &str, at: usize) {
        let names = Table::ALL.map(Table::name);
        let near = nearest(name, names.into_iter().chain(["labels"]));
        let near = near.map_or_else(
            || format!("; there are {} and labels", names.join(", ")),
            |near| format!(", did you mean '{near}'?"),
        );
        let shown: String = name.chars().take(40).collect();
        self.reports
            .add(at, format!("unknown table '{shown}'{near}"));
    }

    fn read_prefix(&mut self, value: &Spanned<DeValue<'_>>) {
        let at = value.span().start;
        let Some(text) = value.get_ref().as_str() else {
            self.reports
                .add(at, "the prefix must be the name of a key, such as \"C-a\"");
            return;
        };
        match parse_key(text.trim()) {
            Ok(key) => self.prefix = Some(key),
            Err(error) => self.reports.add(at, format!("prefix: {error}")),
        }
    }

    /// Puts the file's bindings into the map; returns what there is to say.
    fn apply(mut self, map: &mut Keymap, validate: Validate<'_>) -> Vec<String> {
        for entry in std::mem::take(&mut self.entries) {
            if let Err(Mistake { at, message }) = self.bind(&entry, map, validate) {
                self.reports.add(at, message);
            }
        }
        for entry in std::mem::take(&mut self.labels) {
            let (Ok(keys), Some(label)) = (
                parse_sequence(&entry.keys, map.prefix()),
                entry.value.get_ref().as_str(),
            ) else {
                self.reports.add(entry.at, "a label is keys and a text");
                continue;
            };
            if !Table::ALL
                .into_iter()
                .any(|table| map.label(table, &keys, label))
            {
                let said = format!("no binding begins with {}", show(&keys));
                self.reports.add(entry.at, said);
            }
        }
        self.reports.into_lines()
    }

    fn bind(
        &mut self,
        entry: &Entry<'_>,
        map: &mut Keymap,
        validate: Validate<'_>,
    ) -> Result<(), Mistake> {
        let keys = parse_sequence(&entry.keys, map.prefix())
            .map_err(|error| Mistake::new(entry.at, error.to_string()))?;
        let Some(mut said) = Said::read(&entry.value)? else {
            if !map.unbind(entry.table, &keys) {
                let said = format!("{} is not bound", show(&keys));
                return Err(Mistake::new(entry.at, said));
            }
            return Ok(());
        };
        validate(&said.binding.command)
            .map_err(|why| Mistake::new(said.at, format!("{}: {why}", show(&keys))))?;
        if said.binding.note.is_empty() {
            let known = map.reverse(&said.binding.command);
            let note = known.first().map(|entry| entry.binding.note.clone());
            said.binding.note = note.unwrap_or_default();
        }
        match map.bind(entry.table, &keys, said.binding) {
            0 => Ok(()),
            1 => Err(Mistake::new(
                entry.at,
                format!("{} hides 1 other binding", show(&keys)),
            )),
            n => Err(Mistake::new(
                entry.at,
                format!("{} hides {n} other bindings", show(&keys)),
            )),
        }
    }
}

fn entries<'a>(table: Table, value: Spanned<DeValue<'a>>) -> Vec<Entry<'a>> {
    let DeValue::Table(inner) = value.into_inner() else {
        return Vec::new();
    };
    inner
        .into_iter()
        .map(|(key, value)| Entry {
            table,
            at: key.span().start,
            keys: key.into_inner().into_owned(),
            value,
        })
        .collect()
}

/// Something to report about an entry.
struct Mistake {
    at: usize,
    message: String,
}

impl Mistake {
    fn new(at: usize, message: impl Into<String>) -> Mistake {
        let message = message.into();
        Mistake { at, message }
    }
}

/// What an entry binds, and where its command is in the file.
struct Said {
    binding: Binding,
    at: usize,
}

impl Said {
    /// Reads a value: a command line or a list of them, a table with one, or nothing (`false`, `""`)
    /// to unbind.
    fn read(value: &Spanned<DeValue<'_>>) -> Result<Option<Said>, Mistake> {
        let at = value.span().start;
        let mut binding = Binding {
            command: String::new(),
            note: String::new(),
            repeat: false,
        };
        match value.get_ref() {
            DeValue::Boolean(false) => return Ok(None),
            DeValue::String(_) | DeValue::Array(_) => binding.command = line(value)?,
            DeValue::Table(fields) => return Said::read_fields(fields, binding, at).map(Some),
            _ => {
                let said =
                    "a binding is a command line or a list of them, a table with one, or false";
                return Err(Mistake::new(at, said));
            }
        }
        if binding.command.is_empty() {
            return Ok(None);
        }
        Ok(Some(Said { binding, at }))
    }

    fn read_fields(
        fields: &DeTable<'_>,
        mut binding: Binding,
        mut at: usize,
    ) -> Result<Said, Mistake> {
        for (key, value) in fields {
            let wrong = |what| {
                Mistake::new(
                    value.span().start,
                    format!("'{}' must be {what}", key.get_ref()),
                )
            };
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("command", DeValue::String(_) | DeValue::Array(_)) => {
                    binding.command = line(value)?;
                    at = value.span().start;
                }
                ("note", DeValue::String(note)) => binding.note = note.trim().to_owned(),
                ("repeat", DeValue::Boolean(repeat)) => binding.repeat = *repeat,
                ("command", _) => return Err(wrong("a command line or a list of them")),
                ("note", _) => return Err(wrong("a text")),
                ("repeat", _) => return Err(wrong("true or false")),
                (name, _) => {
                    let near = nearest(name, ["command", "note", "repeat"]);
                    let near = near.map(|near| format!(", did you mean '{near}'?"));
                    let shown: String = name.chars().take(40).collect();
                    let said = format!("unknown field '{shown}'{}", near.unwrap_or_default());
                    return Err(Mistake::new(key.span().start, said));
                }
            }
        }
        if binding.command.is_empty() {
            return Err(Mistake::new(at, "'command' is missing"));
        }
        Ok(Said { binding, at })
    }
}

/// A command line, or those of a list as one: they run one after the other.
fn line(value: &Spanned<DeValue<'_>>) -> Result<String, Mistake> {
    let text = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::String(line) => Ok(line.trim().to_owned()),
        _ => {
            let said = "a list of commands has texts in it and nothing else";
            Err(Mistake::new(value.span().start, said))
        }
    };
    let DeValue::Array(list) = value.get_ref() else {
        return text(value);
    };
    let lines = list.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok(lines.join(" ; "))
}
