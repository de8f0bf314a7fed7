//! Noticing that the configuration files were changed.
//!
//! The system tells of changes in the configuration directory, of its themes and of where its files
//! really lie if they are links. What is told is only a wake-up: whether anything is different is found
//! out by reading. A thread sleeps in between; nothing looks at files in turns.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::config::paths;

/// Editors write a file in several steps: it is read once nothing has happened for so long.
const SETTLE: Duration = Duration::from_millis(60);

/// Begins to watch `dir`, whether or not it is there by now, and calls back when something may read
/// differently: once at the start, for what was changed before, and after each change. Where the system
/// cannot tell of changes that is logged, and `reload-config` remains.
pub fn spawn(dir: PathBuf, touched: impl FnMut() + Send + 'static) {
    let (sender, events) = channel();
    let spawned = std::thread::Builder::new()
        .name("config-watch".to_owned())
        .spawn(move || {
            if let Err(error) = run(&dir, touched, sender, &events) {
                tracing::warn!("cannot watch {}: {error}", dir.display());
            }
        });
    if let Err(error) = spawned {
        tracing::warn!("no thread to watch the configuration: {error}");
    }
}

fn run(
    dir: &Path,
    mut touched: impl FnMut(),
    sender: Sender<()>,
    events: &Receiver<()>,
) -> notify::Result<()> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| matters(&event)) {
            // The thread that takes it ends with the server only.
            let _ = sender.send(());
        }
    })?;
    let mut watched = BTreeSet::new();
    follow(dir, &mut watcher, &mut watched);
    touched();
    while events.recv().is_ok() {
        while events.recv_timeout(SETTLE).is_ok() {}
        follow(dir, &mut watcher, &mut watched);
        touched();
    }
    Ok(())
}

/// Whether something may read differently after it. Reading itself is told of as well.
fn matters(event: &notify::Event) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_)) => false,
        _ => true,
    }
}

/// Watches the directories that matter now, and no others.
fn follow(dir: &Path, watcher: &mut RecommendedWatcher, watched: &mut BTreeSet<PathBuf>) {
    let wanted = directories(dir);
    for gone in watched.difference(&wanted) {
        // One that was removed is not watched any more anyhow.
        let _ = watcher.unwatch(gone);
    }
    let mut now = BTreeSet::new();
    for path in wanted {
        // One that was made anew under its old name must be watched anew.
        let _ = watcher.unwatch(&path);
        match watcher.watch(&path, RecursiveMode::NonRecursive) {
            Ok(()) => _ = now.insert(path),
            Err(error) => tracing::warn!("cannot watch {}: {error}", path.display()),
        }
    }
    *watched = now;
}

/// The directory with its themes, and those of files that are links; until it is made, the one it
/// will be in.
fn directories(dir: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    if !dir.is_dir() {
        let above = dir.ancestors().find(|above| above.is_dir());
        found.extend(above.map(Path::to_path_buf));
        return found;
    }
    found.insert(dir.to_path_buf());
    found.extend(Some(paths::themes_dir(dir)).filter(|themes| themes.is_dir()));
    for file in [paths::settings_file(dir), paths::keybindings_file(dir)] {
        let target = std::fs::canonicalize(file).ok();
        found.extend(target.and_then(|target| Some(target.parent()?.to_path_buf())));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every change, however it is made, asks for a look.
    #[test]
    fn writing_replacing_and_making_the_directory_are_noticed() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let dir = home.path().join("stoa");
        let (ask, asked) = channel();
        spawn(dir.clone(), move || _ = ask.send(()));
        let limit = Duration::from_secs(60);
        let noticed = |what: &str| {
            assert!(asked.recv_timeout(limit).is_ok(), "{what}");
            // Several steps may be told as several.
            while asked.recv_timeout(SETTLE * 4).is_ok() {}
        };
        noticed("the first look");
        std::fs::create_dir(&dir).expect("made");
        noticed("a new directory");
        std::fs::write(dir.join("config.toml"), "a").expect("written");
        noticed("a new file");
        std::fs::write(dir.join("new"), "b").expect("written");
        noticed("a file beside it");
        std::fs::rename(dir.join("new"), dir.join("config.toml")).expect("renamed");
        noticed("a file put in its place");
        std::fs::create_dir(dir.join("themes")).expect("made");
        noticed("a directory of themes");
        std::fs::write(dir.join("themes/sea.toml"), "c").expect("written");
        noticed("a theme");
        let other = home.path().join("dotfiles");
        std::fs::create_dir(&other).expect("made");
        std::fs::write(other.join("keys.toml"), "d").expect("written");
        let link = dir.join("keybindings.toml");
        std::os::unix::fs::symlink(other.join("keys.toml"), link).expect("linked");
        noticed("a link");
        std::fs::write(other.join("keys.toml"), "e").expect("written");
        noticed("a file behind a link");
    }
}
