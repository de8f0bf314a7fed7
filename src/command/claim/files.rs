//! The files that a pattern stands for, when one of them is to be picked.

use std::path::Path;

use crate::coord::ClaimKey;
use crate::coord::glob;
use crate::error::{Error, Result};

/// The most files and directories looked at.
const MAX_LOOKED: usize = 100_000;
/// The most files a list may have.
const MAX_LISTED: usize = 1000;

/// The keys with each pattern of files replaced by the files there are, in order of their names.
/// What begins with a dot is left out unless the pattern says so.
///
/// # Errors
/// [`Kind::Usage`](crate::error::Kind::Usage) for patterns of other things, which nobody can list,
/// and for lists that are empty or too long.
pub(super) fn listed(root: &Path, keys: &[ClaimKey]) -> Result<Vec<ClaimKey>> {
    let mut found = Vec::new();
    for key in keys {
        if !key.is_pattern() {
            found.push(key.clone());
        } else if key.kind() == "file" {
            found.extend(files(root, key)?);
        } else {
            return Err(
                Error::usage(format!("what {key} stands for cannot be listed")).with_hint(format!(
                    "name them: stoa claim --next {0}/a {0}/b",
                    key.kind()
                )),
            );
        }
    }
    if found.is_empty() {
        return Err(Error::usage("no file matches").with_hint("check the pattern, or name files"));
    }
    if found.len() > MAX_LISTED {
        return Err(Error::usage(format!(
            "{} files match; at most {MAX_LISTED} are a list to pick from",
            found.len()
        ))
        .with_hint("give a narrower pattern"));
    }
    Ok(found)
}

fn files(root: &Path, pattern: &ClaimKey) -> Result<Vec<ClaimKey>> {
    let hidden = |name: &str| name.starts_with('.') && !pattern.name().contains("/.");
    let literal = glob::unescape(glob::literal_prefix(pattern.name()));
    let begin = literal.rsplit_once('/').map_or("", |(dir, _)| dir);
    let mut todo = vec![begin.to_owned()];
    let mut found = Vec::new();
    let mut looked = 0;
    while let Some(dir) = todo.pop() {
        // A directory that is gone or closed to us has nothing to pick from.
        let Ok(entries) = std::fs::read_dir(root.join(&dir)) else {
            continue;
        };
        for entry in entries.flatten() {
            looked += 1;
            if looked > MAX_LOOKED {
                return Err(
                    Error::usage(format!("too many files below {dir:?} to list"))
                        .with_hint("give a narrower pattern"),
                );
            }
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                continue;
            };
            let path = if dir.is_empty() {
                name.clone()
            } else {
                format!("{dir}/{name}")
            };
            match entry.file_type() {
                // Links are not followed: they may lead round in circles.
                Ok(kind) if kind.is_dir() && !hidden(&name) => todo.push(path),
                Ok(kind) if kind.is_file() && !hidden(&name) => {
                    let key = ClaimKey::canonical(&format!("file/{}", glob::escape(&path)));
                    found.extend(key.ok().filter(|key| pattern.overlaps(key)));
                }
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_files_are_listed() {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dir.path();
        for file in [
            "src/a.rs",
            "src/b.rs",
            "src/deep/c.rs",
            "src/x.txt",
            ".git/d.rs",
        ] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
            std::fs::write(path, "").expect("written");
        }
        let check = |pattern: &str, expected: &[&str]| {
            let key = ClaimKey::canonical(pattern).expect("a key");
            let found = listed(root, &[key]).expect("a list");
            let found: Vec<&str> = found.iter().map(ClaimKey::as_str).collect();
            assert_eq!(found, expected, "{pattern}");
        };
        check("file/src/*.rs", &["file/src/a.rs", "file/src/b.rs"]);
        check(
            "file/**/*.rs",
            &["file/src/a.rs", "file/src/b.rs", "file/src/deep/c.rs"],
        );
        check("file/src/x.txt", &["file/src/x.txt"]);
        check("task/T1", &["task/T1"]);
        for bad in ["task/*", "file/none/*.rs"] {
            let key = ClaimKey::canonical(bad).expect("a key");
            assert!(listed(root, &[key]).is_err(), "{bad}");
        }
    }
}
