//! Keys of claims: `KIND/NAME`, and how what people type becomes one.
//!
//! The rules, in order:
//!
//! 1. `task/T1`, `issue/7`, `fix/3` and `file/src/a.rs`: a kind Stoa knows and a name. This is the
//!    form Stoa prints, so whatever it prints can be given back to it. A directory that has one of
//!    these names is written `./task/…`.
//! 2. `KIND:NAME` with any one-word kind, for what would otherwise be read as a path:
//!    `file:Makefile`, `db:users.v2`.
//! 3. What begins with `./`, `../` or `/`, contains a pattern character, or has a dot in its last part,
//!    is a path.
//! 4. What exists as a path, lies in a directory that does, or begins with what is no kind, is a path.
//! 5. `port/8080`: any other two parts and more are a kind and a name.
//! 6. A single word is a task: `T1` is `task/T1`.
//!
//! What a word means by the last three rules changes when a file or a directory is made or removed. It
//! keeps one of its [other meanings](Meaning::others) as long as that is what somebody has claimed.
//!
//! A path becomes `file/` and the path from the workspace's root, `/`-separated, links resolved as
//! far as it exists; outside of the workspace there is nothing to claim. In a linked worktree it counts
//! from that worktree's root: the same file is the same claim on every branch. A path that exists stands
//! for itself, whatever characters it has (they are escaped with a backslash in the key); one that
//! does not may be a [pattern](super::glob). A directory stands for everything in it: `src` is
//! `file/src/**`. What ends with a slash is a directory that may yet have to be made.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::glob::{self, Glob};
use super::names;
use crate::error::{Error, Result};

/// Kinds that always win over a path of the same name.
const KNOWN_KINDS: [&str; 4] = ["file", "task", "issue", "fix"];

/// The key of a claim: a literal one or a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClaimKey(String);

/// Where what somebody typed is looked up.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The directory it was typed in.
    pub cwd: &'a Path,
    /// The workspace's root.
    pub workspace: &'a Path,
    /// The root of the linked worktree that a path is in, if it is in one of this workspace.
    pub linked: &'a dyn Fn(&Path) -> Option<PathBuf>,
}

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// What it means now.
    pub key: ClaimKey,
    /// What it would mean if the file or directory it may name were made, or removed; the likeliest
    /// first, each once.
    pub others: Vec<ClaimKey>,
}

impl From<ClaimKey> for Meaning {
    fn from(key: ClaimKey) -> Meaning {
        Meaning {
            key,
            others: Vec::new(),
        }
    }
}

impl Meaning {
    /// Whether it can mean several things, so that it has to be looked up which of them is held.
    pub fn is_ambiguous(&self) -> bool {
        !self.others.is_empty()
    }

    /// The same with more that it would mean otherwise.
    fn or(mut self, others: impl IntoIterator<Item = ClaimKey>) -> Meaning {
        for other in others {
            if other != self.key && !self.others.contains(&other) {
                self.others.push(other);
            }
        }
        self
    }

    /// All of it, as if none of it were meant now.
    fn all(self) -> impl Iterator<Item = ClaimKey> {
        std::iter::once(self.key).chain(self.others)
    }
}

impl ClaimKey {
    /// Reads what somebody typed, by the rules in the module's text.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) saying what is wrong with it.
    pub fn parse(input: &str, place: &Place<'_>) -> Result<Meaning> {
        check_input(input)?;
        let root = Place {
            cwd: place.workspace,
            ..*place
        };
        if let Some((kind, name)) = input.split_once('/')
            && KNOWN_KINDS.contains(&kind)
        {
            // Relative to the root, as it was printed.
            return match kind {
                "file" => path_meaning(name, &root),
                _ => named(kind, name).map(Meaning::from),
            };
        }
        if let Some((kind, name)) = input.split_once(':')
            && is_kind(kind)
        {
            return match kind {
                "file" => path_meaning(name, place),
                _ => named(kind, name).map(Meaning::from),
            };
        }
        if is_path(input) {
            return path_meaning(input, place);
        }
        let (name, is_file) = match input.split_once('/') {
            Some((kind, name)) => (named(kind, name), !is_kind(kind)),
            None => (named("task", input), false),
        };
        let path = path_meaning(input, place);
        match is_file || is_there(input, place.cwd) {
            true => Ok(path?.or(name)),
            false => Ok(Meaning::from(name?).or(path.into_iter().flat_map(Meaning::all))),
        }
    }

    /// Reads a key in the form Stoa prints and stores, without looking at any file.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) if it is not in that form.
    pub fn canonical(text: &str) -> Result<ClaimKey> {
        check_input(text)?;
        match text.split_once('/') {
            Some((kind, name)) => named(kind, name),
            None => Err(Error::usage(format!(
                "\"{}\" is not KIND/NAME",
                names::shown(text)
            ))),
        }
    }

    /// What it is a claim on: `file`, `task`, …
    pub fn kind(&self) -> &str {
        self.0.split_once('/').map_or("", |(kind, _)| kind)
    }

    /// The name or path, with patterns and escapes as they are.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can match more than itself. (An escaped literal cannot.)
    pub fn is_pattern(&self) -> bool {
        let mut escaped = false;
        self.0.chars().any(|c| {
            let magic = !escaped && matches!(c, '*' | '?' | '[' | '{');
            escaped = !escaped && c == '\\';
            magic
        })
    }

    /// Whether it surely stands for all that `other` stands for. Of two patterns only a whole folder is known to
    /// cover what lies in it.
    pub fn covers(&self, other: &ClaimKey) -> bool {
        if self == other || !other.is_pattern() {
            return self.overlaps(other);
        }
        let folder = self.0.strip_suffix("**");
        folder.is_some_and(|folder| {
            folder.ends_with('/')
                && !glob::has_magic(folder)
                && glob::literal_prefix(&other.0).starts_with(folder)
        })
    }

    /// Whether something exists, or could, that both stand for.
    pub fn overlaps(&self, other: &ClaimKey) -> bool {
        if !self.is_pattern() && !other.is_pattern() {
            return self == other;
        }
        // Before the first special character both are compared as they are.
        let (a, b) = (
            glob::literal_prefix(&self.0),
            glob::literal_prefix(&other.0),
        );
        let (a, b) = (a.trim_end_matches('/'), b.trim_end_matches('/'));
        if !a.starts_with(b) && !b.starts_with(a) {
            return false;
        }
        match (Glob::parse(&self.0), Glob::parse(&other.0)) {
            (Ok(a), Ok(b)) => a.overlaps(&b),
            // A key is only made from a pattern that can be read.
            _ => self == other,
        }
    }
}

impl fmt::Display for ClaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ClaimKey> for String {
    fn from(key: ClaimKey) -> String {
        key.0
    }
}

impl TryFrom<String> for ClaimKey {
    type Error = Error;

    fn try_from(text: String) -> Result<ClaimKey> {
        ClaimKey::canonical(&text)
    }
}

fn check_input(input: &str) -> Result<()> {
    if input.is_empty() {
        return Err(Error::usage("the key of a claim is empty")
            .with_hint("name a path, or KIND/NAME as in task/T1"));
    }
    // Resolving can make a path longer or shorter; this keeps absurd input from the file system.
    if input.len() > 4 * names::PATH_BYTES {
        return Err(wrong(
            input,
            &format!("is longer than {} bytes", 4 * names::PATH_BYTES),
        ));
    }
    match input.chars().find(|c| names::is_hidden(*c)) {
        None => Ok(()),
        Some(hidden) => {
            let why = format!("contains the invisible character U+{:04X}", hidden as u32);
            Err(wrong(input, &why))
        }
    }
}

fn wrong(input: &str, why: &str) -> Error {
    Error::usage(format!("the key \"{}\" {why}", names::shown(input)))
}

fn is_kind(word: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !word.is_empty() && word.len() <= 40 && word.bytes().all(letter)
}

/// Whether it can be nothing but a path, whatever there is.
fn is_path(input: &str) -> bool {
    let last = input.rsplit('/').next().unwrap_or(input);
    let dotted = input.starts_with("./") || input.starts_with("../") || input.starts_with('/');
    dotted || ends_as_directory(input) || last.contains('.') || glob::has_magic(input)
}

/// Whether its end says that it is a directory, there or not.
fn ends_as_directory(input: &str) -> bool {
    matches!(input.rsplit('/').next(), Some("" | "." | ".."))
}

/// Whether there is such a path, or the directory that it would be in.
fn is_there(input: &str, cwd: &Path) -> bool {
    let path = cwd.join(input);
    let within = input.trim_end_matches('/').contains('/');
    path.symlink_metadata().is_ok() || (within && path.parent().is_some_and(Path::is_dir))
}

fn named(kind: &str, name: &str) -> Result<ClaimKey> {
    let whole = || format!("{kind}/{name}");
    if !is_kind(kind) {
        return Err(wrong(
            &whole(),
            "has a kind that is not one word of letters, digits, - and _",
        ));
    }
    if name.is_empty() {
        return Err(wrong(&whole(), "has no name after its kind"));
    }
    let limit = if kind == "file" {
        names::PATH_BYTES
    } else {
        names::NAME_BYTES
    };
    if name.len() > limit {
        return Err(wrong(&whole(), &format!("is longer than {limit} bytes")));
    }
    // A backslash hides nothing: what is refused plain is refused escaped.
    let plain = glob::unescape(name);
    let unsound = |part: &str| matches!(part, "" | "." | "..");
    if name.split('/').any(unsound) || plain.split('/').any(unsound) {
        return Err(wrong(
            &whole(),
            "has an empty part, a . or a .. between its slashes",
        ));
    }
    if name.trim() != name {
        return Err(wrong(&whole(), "begins or ends with a blank"));
    }
    if !glob::has_magic(name) {
        return Ok(ClaimKey(whole()));
    }
    Glob::parse(name)?;
    let key = ClaimKey(whole());
    if key.is_pattern() {
        return Ok(key);
    }
    // One spelling for each literal, so that equal means the same text.
    Ok(ClaimKey(format!("{kind}/{}", glob::escape(&plain))))
}

/// `file/…` for a path: as what is there now, and as what may come to be there. A file may become a
/// directory; and once it exists, what looked like a pattern is its name.
fn path_meaning(input: &str, place: &Place<'_>) -> Result<Meaning> {
    let (literal, pattern) = (input.len(), pattern_start(input));
    let exists = place.cwd.join(input).symlink_metadata().is_ok();
    let (now, then) = match exists {
        true => (literal, pattern),
        false => (pattern, literal),
    };
    let meaning = path_keys(input, now, place)?;
    if now == then {
        return Ok(meaning);
    }
    let others = path_keys(input, then, place);
    Ok(meaning.or(others.into_iter().flat_map(Meaning::all)))
}

/// What a path means that is a pattern from `cut` on.
fn path_keys(input: &str, cut: usize, place: &Place<'_>) -> Result<Meaning> {
    let (literal, pattern) = input.split_at(cut);
    let full = resolve(&place.cwd.join(literal));
    let inside = inside(input, &full, place)?;
    // What was typed before the pattern has no special characters; what links lead to may.
    let literal = glob::escape(&inside);
    let rest = pattern.split('/').filter(|part| !matches!(*part, "" | "."));
    let written = literal.split('/').filter(|part| !part.is_empty());
    let mut parts: Vec<&str> = written.chain(rest).collect();
    let alone = match parts.is_empty() {
        true => Err(wrong(input, "has no name after its kind")),
        false => named("file", &parts.join("/")),
    };
    if parts.last() == Some(&"**") {
        return alone.map(Meaning::from);
    }
    parts.push("**");
    let all = named("file", &parts.join("/"));
    let is_file = pattern.is_empty() && full.symlink_metadata().is_ok();
    let is_directory = match pattern.is_empty() && full.is_dir() {
        true => true,
        false => !is_file && ends_as_directory(input),
    };
    match (is_directory, pattern.is_empty()) {
        (true, true) => Ok(Meaning::from(all?).or(alone)),
        (false, true) => Ok(Meaning::from(alone?).or(all)),
        // Nothing that is made or removed makes a pattern mean more than it says.
        (true, false) => all.map(Meaning::from),
        (false, false) => alone.map(Meaning::from),
    }
}

/// The path from the root of the workspace, or of the linked worktree that it is in.
fn inside(input: &str, full: &Path, place: &Place<'_>) -> Result<String> {
    let workspace = place.workspace;
    let workspace = &workspace
        .canonicalize()
        .unwrap_or_else(|_| workspace.to_path_buf());
    let linked = (place.linked)(full);
    let root = linked.as_ref().unwrap_or(workspace);
    let Ok(inside) = full.strip_prefix(root) else {
        return Err(wrong(input, "is outside of the workspace"))
            .map_err(|error| error.with_hint(format!("the workspace is {}", workspace.display())));
    };
    let inside = inside.to_str().map(str::to_owned);
    inside.ok_or_else(|| wrong(input, "is not UTF-8 once its links are resolved"))
}

/// Where the first part with a pattern character begins.
fn pattern_start(input: &str) -> usize {
    let literal = glob::literal_prefix(input);
    if literal.len() == input.len() {
        return input.len();
    }
    literal.rfind('/').map_or(0, |slash| slash + 1)
}

/// The path without links, `.` and `..`, as far as it exists; the rest by its words.
fn resolve(path: &Path) -> PathBuf {
    let mut real = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                real.pop();
            }
            part => {
                real.push(part);
                if let Ok(found) = real.canonicalize() {
                    real = found;
                }
            }
        }
    }
    real
}

#[cfg(test)]
mod tests;
