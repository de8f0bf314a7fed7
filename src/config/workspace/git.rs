//! The main worktree of the git repository a directory is in, by git's own files.

use std::fs;
use std::path::{Path, PathBuf};

use super::read_small;

/// The main worktree for `dir` (absolute, without links), or `None` outside of a repository.
///
/// A repository without a main worktree (a bare one) is stood in for by the directory whose
/// `.git` file names it, else by the linked worktree itself.
pub(super) fn main_worktree(dir: &Path) -> Option<PathBuf> {
    let top = dir
        .ancestors()
        .find(|dir| fs::symlink_metadata(dir.join(".git")).is_ok())?;
    let dot_git = top.join(".git");
    if fs::metadata(&dot_git).ok()?.is_dir() {
        return is_git_dir(&dot_git).then(|| top.to_owned());
    }
    let git_dir = pointed_at(&dot_git)?;
    let common = match read_small(&git_dir.join("commondir")) {
        Ok(text) => fs::canonicalize(git_dir.join(line(&text)?)).ok()?,
        // A submodule, or a repository kept elsewhere: this worktree is the main one.
        Err(_) => return is_git_dir(&git_dir).then(|| top.to_owned()),
    };
    if !is_git_dir(&common) {
        return None;
    }
    Some(worktree_of(&common).unwrap_or_else(|| top.to_owned()))
}

/// The root of the linked worktree that `path` (absolute, without links) is in, if `main` is its main
/// worktree. The path need not exist.
pub(super) fn linked_worktree(path: &Path, main: &Path) -> Option<PathBuf> {
    let top = path
        .ancestors()
        .take_while(|dir| *dir != main)
        .find(|dir| fs::symlink_metadata(dir.join(".git")).is_ok_and(|found| found.is_file()))?;
    (main_worktree(top).as_deref() == Some(main)).then(|| top.to_owned())
}

/// The main worktree of the repository at `common`.
fn worktree_of(common: &Path) -> Option<PathBuf> {
    let parent = common.parent()?;
    let (bare, named) = core_settings(common);
    if let Some(named) = named {
        return fs::canonicalize(common.join(named)).ok();
    }
    if common.file_name()? == ".git" && !bare {
        return Some(parent.to_owned());
    }
    // `project/.git` naming `project/.bare`, with the worktrees beside it.
    let stands_in = pointed_at(&parent.join(".git")).is_some_and(|dir| dir == common);
    stands_in.then(|| parent.to_owned())
}

/// What a `.git` file points at, resolved.
fn pointed_at(file: &Path) -> Option<PathBuf> {
    let text = read_small(file).ok()?;
    let target = line(text.strip_prefix("gitdir:")?)?;
    fs::canonicalize(file.parent()?.join(target)).ok()
}

fn line(text: &str) -> Option<&str> {
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then_some(line)
}

fn is_git_dir(dir: &Path) -> bool {
    fs::symlink_metadata(dir.join("HEAD")).is_ok()
}

/// `core.bare` and `core.worktree`. Only the plain form that git itself writes is read.
fn core_settings(common: &Path) -> (bool, Option<String>) {
    let text = read_small(&common.join("config")).unwrap_or_default();
    let mut section = "";
    let mut bare = false;
    let mut worktree = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        if !section.eq_ignore_ascii_case("[core]") {
            continue;
        }
        match name.trim() {
            "bare" => bare = value.trim() == "true",
            "worktree" => worktree = Some(value.trim().trim_matches('"').to_owned()),
            _ => {}
        }
    }
    (bare, worktree)
}
