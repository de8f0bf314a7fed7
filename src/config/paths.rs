//! Where a person's configuration lies.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The configuration directory: `STOA_CONFIG`, else `$XDG_CONFIG_HOME/stoa`, else
/// `~/.config/stoa`; `None` without a home. It need not exist.
pub fn config_dir() -> Option<PathBuf> {
    config_dir_from(|name| std::env::var_os(name))
}

/// As [`config_dir`], with the environment given.
pub fn config_dir_from(env: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(dir) = set("STOA_CONFIG") {
        return Some(dir);
    }
    // The XDG rules say to ignore a relative path.
    let absolute = |path: &PathBuf| path.is_absolute();
    let base = set("XDG_CONFIG_HOME").filter(absolute);
    let base = base.or_else(|| Some(set("HOME").filter(absolute)?.join(".config")));
    Some(base?.join("stoa"))
}

/// The settings file in a configuration directory.
pub fn settings_file(dir: &Path) -> PathBuf {
    dir.join("config.toml")
}

/// The key bindings file in a configuration directory.
pub fn keybindings_file(dir: &Path) -> PathBuf {
    dir.join("keybindings.toml")
}

/// The directory of theme files in a configuration directory.
pub fn themes_dir(dir: &Path) -> PathBuf {
    dir.join("themes")
}

/// The file whose presence says that this person has been welcomed: `$XDG_STATE_HOME/stoa/welcomed`, else
/// under `~/.local/state`; `None` without a home.
pub fn welcomed_file() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    let absolute = |path: &PathBuf| path.is_absolute();
    let base = set("XDG_STATE_HOME").filter(absolute);
    let base = base.or_else(|| Some(set("HOME").filter(absolute)?.join(".local/state")));
    Some(base?.join("stoa/welcomed"))
}

/// Whether this person has neither been welcomed nor written a configuration.
pub fn is_first_start() -> bool {
    let configured = config_dir().is_some_and(|dir| dir.exists());
    !configured && welcomed_file().is_some_and(|file| !file.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(env: &[(&str, &str)], expected: Option<&str>) {
        let dir = config_dir_from(|name| {
            let (_, value) = env.iter().find(|(set, _)| *set == name)?;
            Some(OsString::from(value))
        });
        assert_eq!(dir.as_deref(), expected.map(Path::new));
    }

    #[test]
    fn the_first_that_is_set_wins() {
        let home = ("HOME", "/home/ada");
        check(&[home], Some("/home/ada/.config/stoa"));
        check(&[home, ("XDG_CONFIG_HOME", "/cfg")], Some("/cfg/stoa"));
        check(
            &[home, ("XDG_CONFIG_HOME", "")],
            Some("/home/ada/.config/stoa"),
        );
        check(
            &[home, ("XDG_CONFIG_HOME", "cfg")],
            Some("/home/ada/.config/stoa"),
        );
        check(
            &[home, ("XDG_CONFIG_HOME", "/cfg"), ("STOA_CONFIG", "here")],
            Some("here"),
        );
        check(&[], None);
    }
}
