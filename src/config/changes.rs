//! What a reload changed, in words, and what of the old stays after a mistake.

use serde_json::Value;

use super::load::Loaded;
use crate::keys::chord;
use crate::keys::keymap::{Entry, Keymap};

/// How many changes are told one by one.
const SHOWN: usize = 3;
/// The longest value shown, in characters.
const MAX_VALUE: usize = 30;

/// What came of reading the configuration again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One line for people: the first mistake and what stays, or what changed.
    pub line: String,
    /// Everything there is to say.
    pub whole: String,
    /// Whether there were mistakes.
    pub failed: bool,
}

/// Puts together what counts from now on: files with mistakes leave what they said before as it was.
pub fn merge(old: &Loaded, mut new: Loaded) -> (Loaded, Report) {
    let mut kept = Vec::new();
    if !new.settings_sound {
        new.settings = old.settings.clone();
        kept.push("settings");
    }
    if !new.keys_sound {
        new.keymap = old.keymap.clone();
        kept.push("keys");
    }
    new.themes.keep(&old.themes);
    // Settings that stay may name a theme whose file is gone; then there is no such theme.
    let changes = changes(old, &new);
    // A mistake just made is what one wants to read, not the one known already.
    let known = |mistake: &&String| old.reports.contains(mistake);
    let (known, fresh): (Vec<_>, Vec<_>) = new.reports.iter().partition(known);
    let nothing_new = fresh.is_empty();
    let mistakes: Vec<String> = fresh.into_iter().chain(known).cloned().collect();
    let mut report = report(&mistakes, &kept, &changes);
    if let (Some(first), true, false) = (mistakes.first(), nothing_new, changes.is_empty()) {
        report.line = format!("{}; still wrong: {first}", told(&changes));
    }
    (new, report)
}

/// The first changes in a line.
fn told(changes: &[String]) -> String {
    let mut text = changes[..changes.len().min(SHOWN)].join(", ");
    if changes.is_empty() {
        text.push_str("nothing changed");
    }
    if changes.len() > SHOWN {
        text.push_str(&format!(" and {} more", changes.len() - SHOWN));
    }
    format!("configuration read: {text}")
}

fn report(mistakes: &[String], kept: &[&str], changes: &[String]) -> Report {
    let Some(first) = mistakes.first() else {
        let line = told(changes);
        let whole = match changes {
            [] => line.clone(),
            all => format!("configuration read:\n  {}", all.join("\n  ")),
        };
        return Report {
            line,
            whole,
            failed: false,
        };
    };
    let stays = match kept {
        [] => String::new(),
        kept => format!("the {} stay as they were", kept.join(" and ")),
    };
    let mut line = first.clone();
    if mistakes.len() > 1 {
        line.push_str(&format!(" (and {} more)", mistakes.len() - 1));
    }
    let mut whole = mistakes.join("\n");
    if !stays.is_empty() {
        line = format!("{line}; {stays}");
        whole = format!("{whole}\n{stays}");
    }
    if !changes.is_empty() {
        whole.push_str(&format!("\nchanged:\n  {}", changes.join("\n  ")));
    }
    Report {
        line,
        whole,
        failed: true,
    }
}

fn changes(old: &Loaded, new: &Loaded) -> Vec<String> {
    let value = |loaded: &Loaded| serde_json::to_value(&loaded.settings).unwrap_or_default();
    let mut found = Vec::new();
    differences("", &value(old), &value(new), &mut found);
    let themes = new.themes.changed_since(&old.themes);
    found.extend(themes.into_iter().map(|name| format!("theme file {name}")));
    found.extend(keys(&old.keymap, &new.keymap));
    found
}

/// The settings that differ, as one would write them.
fn differences(name: &str, old: &Value, new: &Value, found: &mut Vec<String>) {
    let (Value::Object(before), Value::Object(after)) = (old, new) else {
        if old != new {
            found.push(match new {
                Value::Null => format!("{name} unset"),
                value => format!("{name} = {}", shown(value)),
            });
        }
        return;
    };
    let mut names: Vec<&String> = after.keys().chain(before.keys()).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    for inner in names {
        let path = match name {
            "" => inner.clone(),
            name => format!("{name}.{inner}"),
        };
        let null = Value::Null;
        let of = |table: &'_ serde_json::Map<String, Value>| table.get(inner).cloned();
        let (before, after) = (of(before), of(after));
        differences(
            &path,
            before.as_ref().unwrap_or(&null),
            after.as_ref().unwrap_or(&null),
            found,
        );
    }
}

fn shown(value: &Value) -> String {
    let text: String = value
        .to_string()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The keys that do something else than before.
fn keys(old: &Keymap, new: &Keymap) -> Vec<String> {
    if old.prefix() != new.prefix() {
        return vec![format!("prefix = {}", chord::show(&[new.prefix()]))];
    }
    let (before, after) = (old.entries(), new.entries());
    let same = |a: &Entry<'_>, b: &Entry<'_>| a.table == b.table && a.keys == b.keys;
    let mut found = Vec::new();
    for entry in &after {
        match before.iter().find(|other| same(other, entry)) {
            Some(other) if other.binding == entry.binding => {}
            _ => found.push(format!("key {}", chord::show(&entry.keys))),
        }
    }
    let gone = before
        .iter()
        .filter(|entry| !after.iter().any(|other| same(other, entry)));
    found.extend(gone.map(|entry| format!("key {} unbound", chord::show(&entry.keys))));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load::load;

    fn loaded(files: &[(&str, &str)]) -> Loaded {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).expect("written");
        }
        load(Some(dir.path()), &|_| Ok(()))
    }

    #[test]
    fn what_changed_is_told() {
        let old = loaded(&[]);
        let new = loaded(&[
            ("config.toml", "mouse = false\n[panel]\nwidth = 40\n"),
            (
                "keybindings.toml",
                "'<prefix> %' = 'zoom-pane'\n'M-h' = 'detach'\n'<prefix> z' = false\n",
            ),
        ]);
        let (new, report) = merge(&old, new);
        assert_eq!(
            report.line,
            "configuration read: mouse = false, panel.width = 40, key C-b % and 2 more"
        );
        assert!(report.whole.contains("key C-b z unbound"), "{report:?}");
        let (_, report) = merge(&new, loaded(&[]));
        assert!(report.line.starts_with("configuration read: mouse = true"));
        let (_, report) = merge(&loaded(&[]), loaded(&[]));
        assert_eq!(report.line, "configuration read: nothing changed");
    }

    #[test]
    fn the_mistake_just_made_is_told_first() {
        let first = ("config.toml", "them = 3\n");
        let old = loaded(&[first]);
        let (_, report) = merge(
            &old,
            loaded(&[first, ("keybindings.toml", "'xx yy' = 'detach'")]),
        );
        assert!(
            report.line.starts_with("keybindings.toml:1:1: "),
            "{report:?}"
        );
        assert!(report.line.contains("(and 1 more)"), "{report:?}");
        // And one known already does not hide what was changed.
        let (_, report) = merge(
            &old,
            loaded(&[first, ("keybindings.toml", "'M-h' = 'detach'")]),
        );
        assert_eq!(
            report.line,
            "configuration read: key M-h; still wrong: config.toml:1:1: unknown field 'them', did you mean 'theme'?"
        );
    }

    #[test]
    fn a_file_with_a_mistake_leaves_its_old_word() {
        let old = loaded(&[("config.toml", "mouse = false\n")]);
        let new = loaded(&[
            ("config.toml", "mouse = true\nthem = 3\n"),
            ("keybindings.toml", "prefix = 'C-a'\n"),
        ]);
        let (new, report) = merge(&old, new);
        assert!(report.failed);
        assert_eq!(
            report.line,
            "config.toml:2:1: unknown field 'them', did you mean 'theme'?; the settings stay as they were"
        );
        assert!(!new.settings.mouse);
        // The other file is sound, and counts.
        assert_eq!(new.keymap.prefix(), crate::keys::key::Key::ctrl('a'));
        assert!(report.whole.contains("prefix = C-a"), "{report:?}");
    }
}
