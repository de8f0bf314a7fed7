//! Reads a configuration directory. Never fails: what is wrong is told in lines, and the defaults
//! count in its place.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::bindings::{self, Validate};
use super::doc::Reports;
use super::paths;
use super::settings::{self, Settings};
use crate::keys::keymap::Keymap;

/// The most bytes of a configuration file.
const MAX_FILE: u64 = 1 << 20;

/// What a configuration directory says.
#[derive(Debug)]
pub struct Loaded {
    /// The settings, defaults where the file says nothing or something wrong.
    pub settings: Settings,
    /// The key bindings, the person's over the default ones.
    pub keymap: Keymap,
    /// One line for each mistake, such as `config.toml:3:9: unknown field 'them', did you mean
    /// 'theme'?`, in the order of the files; without control characters.
    pub reports: Vec<String>,
}

/// Reads `dir`; with `None` (no home, say) the defaults. `validate` checks each bound command line
/// and says what is wrong with it: such a binding is reported and does not count.
pub fn load(dir: Option<&Path>, validate: Validate<'_>) -> Loaded {
    let mut reports = Vec::new();
    let mut settings = read_settings(dir, &mut reports);
    // Formats stand in hooks' lines, so only what they are put into can be checked now.
    for (event, why) in settings.hooks.check(validate) {
        reports.push(format!("config.toml: hook '{event}': {why}"));
    }
    let keys = dir.and_then(|dir| read(&paths::keybindings_file(dir), &mut reports));
    let own = keys.as_deref().map(|text| ("keybindings.toml", text));
    let (keymap, found) = bindings::merged(own, validate);
    reports.extend(found);
    Loaded {
        settings,
        keymap,
        reports,
    }
}

/// The settings alone, for commands that need no keys; mistakes are the workspace's to report.
pub fn settings(dir: Option<&Path>) -> Settings {
    read_settings(dir, &mut Vec::new())
}

fn read_settings(dir: Option<&Path>, reports: &mut Vec<String>) -> Settings {
    let Some(text) = dir.and_then(|dir| read(&paths::settings_file(dir), reports)) else {
        return Settings::default();
    };
    let mut found = Reports::new("config.toml", &text);
    let settings = settings::read(&text, &mut found);
    reports.extend(found.into_lines());
    settings
}

/// A file's text; `None` if there is no such file, or it cannot be used, which is reported.
fn read(file: &Path, reports: &mut Vec<String>) -> Option<String> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
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
    use crate::config::settings::Theme;
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
        assert_eq!(loaded.settings.theme, Theme::Dark);
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
            ["config.toml: hook 'pane-exited': no such thing"]
        );
        let hooks = &loaded.settings.hooks;
        assert_eq!(hooks.of(Kind::PaneBell), ["fine"]);
        assert!(hooks.of(Kind::PaneExited).is_empty());
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
