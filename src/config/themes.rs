//! The themes there are: the built-in ones, and a person's own in `themes/NAME.toml`.
//!
//! A theme is read once, when the configuration is; drawing only looks it up. A file with a mistake is
//! reported and its theme is not there, unless one of that name was there before.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::doc::Reports;
use super::settings::Settings;
use crate::draw::ColorDepth;
use crate::ui::theme::{BUILT_IN, Theme, ThemeError};

/// The most files that are looked at.
const MOST_FILES: usize = 200;

/// What follows the terminal: the dark or the light theme by its background.
pub const AUTO: &str = "auto";

/// Every theme by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Themes {
    all: BTreeMap<String, Arc<Theme>>,
    /// Names of files with mistakes.
    broken: Vec<String>,
    plain: Arc<Theme>,
    ansi: Arc<Theme>,
}

impl Themes {
    /// The built-in themes and those in the configuration directory; what is wrong with one goes into
    /// `reports`.
    pub(super) fn read(dir: Option<&Path>, reports: &mut Vec<String>) -> Themes {
        let mut all = BTreeMap::new();
        for name in BUILT_IN {
            if let Ok(theme) = Theme::named(name) {
                all.insert((*name).to_owned(), Arc::new(theme));
            }
        }
        let mut themes = Themes {
            all,
            broken: Vec::new(),
            plain: Arc::new(Theme::plain()),
            ansi: Arc::new(Theme::ansi()),
        };
        for (name, file) in files(dir) {
            let Some(text) = super::load::read(&file, "themes/", reports) else {
                themes.broken.push(name);
                continue;
            };
            match Theme::parse(&text) {
                Ok(theme) => _ = themes.all.insert(name, Arc::new(theme)),
                Err(error) => {
                    let shown = format!("themes/{name}.toml");
                    let mut found = Reports::new(&shown, &text);
                    let at = match &error {
                        ThemeError::Malformed { at, .. } => *at,
                        ThemeError::Unknown(_) => text.find("base").unwrap_or(0),
                    };
                    found.add(at, error.to_string().replace('`', "'"));
                    reports.extend(found.into_lines());
                    themes.broken.push(name);
                }
            }
        }
        themes
    }

    /// Whether a setting may name it.
    pub fn knows(&self, name: &str) -> bool {
        name == AUTO || self.all.contains_key(name)
    }

    /// Whether its file has a mistake and it was never read without one.
    pub fn is_broken(&self, name: &str) -> bool {
        !self.knows(name) && self.broken.iter().any(|broken| broken == name)
    }

    /// What a person can choose from, `auto` first.
    pub fn names(&self) -> Vec<String> {
        let names = self.all.keys().map(String::as_str);
        [AUTO].into_iter().chain(names).map(str::to_owned).collect()
    }

    /// The theme called `name` on a terminal with these colours, whose background is dark or light if
    /// it has told. Where there are no colours, or few, it is made do with.
    pub fn get(
        &self,
        name: &str,
        settings: &Settings,
        colors: ColorDepth,
        dark: Option<bool>,
    ) -> Arc<Theme> {
        let name = match (name, dark) {
            (AUTO, Some(false)) => &settings.theme_light,
            (AUTO, _) => &settings.theme_dark,
            _ => name,
        };
        match (colors, self.all.get(name)) {
            (ColorDepth::None, _) | (_, None) => self.plain.clone(),
            // Those two are made of shades that sixteen colours do not have.
            (ColorDepth::Ansi16, _) if name == "dark" || name == "light" => self.ansi.clone(),
            (_, Some(theme)) => theme.clone(),
        }
    }

    /// Themes whose files have mistakes now stay as they were.
    pub(super) fn keep(&mut self, old: &Themes) {
        for name in &self.broken {
            if let Some(theme) = old.all.get(name) {
                self.all.insert(name.clone(), theme.clone());
            }
        }
    }

    /// The names of those that are not as in `old`.
    pub(super) fn changed_since(&self, old: &Themes) -> Vec<String> {
        let names = self.all.keys().chain(old.all.keys());
        let mut names: Vec<String> = names
            .filter(|name| self.all.get(*name) != old.all.get(*name))
            .cloned()
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

/// The theme files by name, in the order of names. Others in the directory are none of ours.
pub(super) fn files(dir: Option<&Path>) -> Vec<(String, std::path::PathBuf)> {
    let Some(entries) = dir.and_then(|dir| std::fs::read_dir(super::paths::themes_dir(dir)).ok())
    else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.strip_suffix(".toml")?;
            is_name(name).then(|| (name.to_owned(), path.clone()))
        })
        .take(MOST_FILES)
        .collect();
    files.sort();
    files
}

/// Whether a theme can be called so: letters, digits, `-` and `_`, and not what follows the terminal.
pub(super) fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=40).contains(&name.len()) && name.chars().all(fits) && name != AUTO
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> (Themes, Vec<String>) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(dir.path().join("themes")).expect("made");
        for (name, text) in files {
            std::fs::write(dir.path().join("themes").join(name), text).expect("written");
        }
        let mut reports = Vec::new();
        let themes = Themes::read(Some(dir.path()), &mut reports);
        (themes, reports)
    }

    #[test]
    fn a_file_is_a_theme_and_a_mistake_has_a_place() {
        let (themes, reports) = read(&[
            (
                "sea.toml",
                "base = \"dark\"\naccent = { fg = \"#00ffff\" }\n",
            ),
            ("bad.toml", "base = \"dark\"\nacent = {}\n"),
            ("none.toml", "base = \"soap\"\n"),
            (".sea.toml.swp", "xx"),
            ("auto.toml", "xx"),
        ]);
        assert!(themes.knows("sea") && themes.knows("auto") && themes.knows("dark"));
        assert!(!themes.knows("bad") && !themes.knows("none"));
        assert!(themes.is_broken("bad") && themes.is_broken("none"));
        assert!(!themes.is_broken("sea") && !themes.is_broken("nowhere"));
        assert_eq!(reports.len(), 2, "{reports:?}");
        assert!(
            reports[0].starts_with("themes/bad.toml:2:1: "),
            "{reports:?}"
        );
        assert!(reports[0].contains("acent"), "{reports:?}");
        assert!(
            reports[1].starts_with("themes/none.toml:1:1: "),
            "{reports:?}"
        );
    }

    #[test]
    fn the_terminal_decides_where_nobody_did() {
        let (themes, _) = read(&[("sea.toml", "base = \"dark\"\naccent = { fg = 1 }\n")]);
        let own = Settings {
            theme_light: "sea".to_owned(),
            ..Settings::default()
        };
        let get = |name, colors, dark| themes.get(name, &own, colors, dark);
        let full = ColorDepth::True;
        assert_eq!(*get("auto", full, None), Theme::named("dark").unwrap());
        assert_eq!(get("auto", full, Some(false)), get("sea", full, None));
        assert_eq!(*get("sea", ColorDepth::None, None), Theme::plain());
        assert_eq!(*get("dark", ColorDepth::Ansi16, None), Theme::ansi());
        let own = get("sea", ColorDepth::Ansi16, None);
        assert_eq!(own, get("sea", full, None));
    }

    #[test]
    fn a_broken_file_leaves_the_theme_it_was() {
        let (old, _) = read(&[("sea.toml", "accent = { fg = 1 }\n")]);
        let (mut new, reports) = read(&[("sea.toml", "accent = 1\n")]);
        assert_eq!(reports.len(), 1);
        assert!(!new.knows("sea"));
        new.keep(&old);
        assert!(new.knows("sea"));
        assert_eq!(new.changed_since(&old), [""; 0]);
        let (next, _) = read(&[("sea.toml", "accent = { fg = 2 }\n")]);
        assert_eq!(next.changed_since(&old), ["sea"]);
    }
}
