//! Reads a configuration directory. Never fails: what is wrong is told in lines, and the defaults
//! count in its place.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::bindings::{self, Validate};
use super::doc::Reports;
use super::paths;
use super::settings::{self, Settings};
use super::themes::{self, Themes};
use crate::keys::keymap::Keymap;

/// The most bytes of a configuration file.
const MAX_FILE: u64 = 1 << 20;

/// What a configuration directory says.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings, defaults where the file says nothing or something wrong.
    pub settings: Settings,
    /// The key bindings, the person's over the default ones.
    pub keymap: Keymap,
    /// The themes one can choose from.
    pub themes: Themes,
    /// Whether `config.toml` has no mistake.
    pub settings_sound: bool,
    /// Whether `keybindings.toml` has no mistake.
    pub keys_sound: bool,
    /// One line for each mistake, such as `config.toml:3:9: unknown field 'them', did you mean
    /// 'theme'?`, in the order of the files; without control characters.
    pub reports: Vec<String>,
}

/// Reads `dir`; with `None` (no home, say) the defaults. `validate` checks each bound command line
/// and says what is wrong with it: such a binding is reported and does not count.
pub fn load(dir: Option<&Path>, validate: Validate<'_>) -> Loaded {
    let mut theme_reports = Vec::new();
    let themes = Themes::read(dir, &mut theme_reports);
    let mut reports = Vec::new();
    let settings = read_settings(dir, Some((&themes, validate)), &mut reports);
    let settings_sound = reports.is_empty();
    let of_settings = reports.len();
    let keys = dir.and_then(|dir| read(&paths::keybindings_file(dir), "", &mut reports));
    let own = keys.as_deref().map(|text| ("keybindings.toml", text));
    let (keymap, found) = bindings::merged(own, validate);
    reports.extend(found);
    let keys_sound = reports.len() == of_settings;
    reports.extend(theme_reports);
    Loaded {
        settings,
        keymap,
        themes,
        settings_sound,
        keys_sound,
        reports,
    }
}

/// The settings alone, for commands that need no keys; mistakes are the workspace's to report.
pub fn settings(dir: Option<&Path>) -> Settings {
    read_settings(dir, None, &mut Vec::new())
}

/// Tells whether anything in the files is other than it was: a number made of all they hold.
pub fn stamp(dir: Option<&Path>) -> u64 {
    let mut hasher = DefaultHasher::new();
    let Some(dir) = dir else {
        return hasher.finish();
    };
    let themes = themes::files(Some(dir)).into_iter().map(|(_, file)| file);
    let files = [paths::settings_file(dir), paths::keybindings_file(dir)];
    for file in files.into_iter().chain(themes) {
        // A file that cannot be read is reported when it is read in earnest.
        let text = read(&file, "", &mut Vec::new());
        (file, text).hash(&mut hasher);
    }
    hasher.finish()
}

/// Reads the settings; with `checks`, what they name is looked up as well.
fn read_settings(
    dir: Option<&Path>,
    checks: Option<(&Themes, Validate<'_>)>,
    reports: &mut Vec<String>,
) -> Settings {
    let Some(text) = dir.and_then(|dir| read(&paths::settings_file(dir), "", reports)) else {
        return Settings::default();
    };
    let mut found = Reports::new("config.toml", &text);
    let mut settings = settings::read(&text, &mut found);
    if let Some((themes, validate)) = checks {
        settings::check(&mut settings, &text, themes, validate, &mut found);
    }
    reports.extend(found.into_lines());
    settings
}

/// A file's text; `None` if there is no such file, or it cannot be used, which is reported under
/// `place` and its name.
pub(super) fn read(file: &Path, place: &str, reports: &mut Vec<String>) -> Option<String> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = format!("{place}{name}");
    let mut bytes = Vec::new();
    let opened = File::open(file).and_then(|file| match file.metadata()?.is_file() {
        true => Ok(file),
        // Reading a pipe would wait for its writer.
        false => Err(std::io::Error::other("not a regular file")),
    });
    match opened.and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => {
            reports.push(format!("{name}: cannot be read: {error}"));
            return None;
        }
    }
    if bytes.len() as u64 > MAX_FILE {
        reports.push(format!("{name}: larger than 1 MiB, so it is not read"));
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let lines = error
                .as_bytes()
                .iter()
                .take(good)
                .filter(|byte| **byte == b'\n');
            reports.push(format!(
                "{name}:{}: not UTF-8, so the file is not read",
                lines.count() + 1
            ));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::keys::key::Key;
    use crate::model::journal::Kind;

    fn load_with(files: &[(&str, &[u8])]) -> Loaded {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).expect("written");
        }
        load(Some(dir.path()), &|_| Ok(()))
    }

    #[test]
    fn nothing_there_means_the_defaults_and_no_word() {
        let loaded = load_with(&[]);
        assert_eq!(loaded.reports, [""; 0]);
        assert_eq!(loaded.settings, Settings::default());
        assert!(!loaded.keymap.entries().is_empty());
        assert_eq!(load(None, &|_| Ok(())).reports, [""; 0]);
    }

    #[test]
    fn both_files_count() {
        let loaded = load_with(&[
            ("config.toml", b"theme = \"dark\"\n"),
            ("keybindings.toml", b"prefix = \"C-a\"\n"),
        ]);
        assert_eq!(loaded.reports, [""; 0]);
        assert_eq!(loaded.settings.theme, "dark");
        assert_eq!(loaded.keymap.prefix(), Key::ctrl('a'));
    }

    #[test]
    fn hooks_that_are_no_commands_are_told() {
        let text = b"[panel]\nopen = false\n[hooks]\npane-exited = 'no such'\npane-bell = 'fine'\n";
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::write(dir.path().join("config.toml"), text).expect("written");
        let loaded = load(Some(dir.path()), &|line| match line {
            "no such" => Err("no such thing".to_owned()),
            _ => Ok(()),
        });
        assert_eq!(
            loaded.reports,
            ["config.toml:4:1: hook 'pane-exited': no such thing"]
        );
        let hooks = &loaded.settings.hooks;
        assert_eq!(hooks.of(Kind::PaneBell), ["fine"]);
        assert!(hooks.of(Kind::PaneExited).is_empty());
    }

    #[test]
    fn a_theme_that_is_not_there_is_told_with_its_place() {
        let loaded = load_with(&[("config.toml", b"mouse = false\ntheme = \"drak\"\n")]);
        assert_eq!(
            loaded.reports,
            ["config.toml:2:1: there is no theme 'drak', did you mean 'dark'?"]
        );
        assert_eq!(loaded.settings.theme, "auto");
        assert!(!loaded.settings.mouse && !loaded.settings_sound && loaded.keys_sound);
    }

    #[test]
    fn a_stamp_tells_of_every_change() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let stamp = || stamp(Some(dir.path()));
        let mut seen = vec![stamp()];
        for (name, text) in [
            ("config.toml", "a"),
            ("config.toml", "b"),
            ("keybindings.toml", "b"),
        ] {
            fs::write(dir.path().join(name), text).expect("written");
            assert!(!seen.contains(&stamp()), "{name}");
            seen.push(stamp());
        }
        fs::write(dir.path().join("notes.txt"), "x").expect("written");
        assert_eq!(seen.last(), Some(&stamp()));
    }

    #[test]
    fn files_that_are_no_text_are_told() {
        let large = vec![b'#'; MAX_FILE as usize + 1];
        let loaded = load_with(&[("config.toml", b"\n\xff"), ("keybindings.toml", &large)]);
        assert_eq!(
            loaded.reports,
            [
                "config.toml:2: not UTF-8, so the file is not read",
                "keybindings.toml: larger than 1 MiB, so it is not read",
            ]
        );
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(dir.path().join("config.toml")).expect("made");
        let loaded = load(Some(dir.path()), &|_| Ok(()));
        assert_eq!(
            loaded.reports,
            ["config.toml: cannot be read: not a regular file"]
        );
    }
}
