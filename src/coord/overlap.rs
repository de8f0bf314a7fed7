//! Which claims have something in common with a key, without reading all of them.
//!
//! Literal claims are found by their key, or by what all that a pattern matches begins with.
//! Patterns are kept in an order of their own (`pattern/…`), and read with leaps: a pattern can only
//! meet a key if what stands before its first special character is the beginning of that key. Where
//! the two part, every pattern that begins the same way is passed over at once, so that the number
//! of reads depends on how many ways there are to part from this key, not on how many patterns there
//! are.

use super::glob::{Glob, literal_prefix};
use super::key::ClaimKey;
use super::schema::{self, Claim};
use crate::error::Result;
use crate::store::{Record, View, prefix_end};

const PATTERNS: &str = "pattern/";

/// Calls `f` with the claims that have something in common with `key`, one after the other, until it
/// breaks off with something; that is returned.
///
/// # Errors
/// What `f` returns, and the store's own failures.
pub(super) fn find_overlapping<B>(
    view: &dyn View,
    key: &ClaimKey,
    mut f: impl FnMut(Claim) -> Result<Option<B>>,
) -> Result<Option<B>> {
    if !key.is_pattern()
        && let Some(claim) = schema::claim(view, key)?
        && let Some(done) = f(claim)?
    {
        return Ok(Some(done));
    }
    // What cannot be read as a pattern meets only itself.
    let Ok(asked) = Glob::parse(key.as_str()) else {
        return Ok(None);
    };
    let mut look = |record: &Record| match meets(&asked, record)? {
        Some(claim) => f(claim),
        None => Ok(None),
    };
    if key.is_pattern() {
        let below = format!("claim/{}", beginning(key.as_str()));
        let mut from = below.clone();
        while let Some(record) = view.seek(&below, &from)? {
            if let Some(done) = look(&record)? {
                return Ok(Some(done));
            }
            from = after(&record.key);
        }
    }
    each_pattern(view, key, look)
}

/// All claims that have something in common with `key`.
///
/// # Errors
/// Only the store's.
pub(super) fn overlapping(view: &dyn View, key: &ClaimKey) -> Result<Vec<Claim>> {
    let mut found = Vec::new();
    find_overlapping(view, key, |claim| {
        found.push(claim);
        Ok(None::<()>)
    })?;
    Ok(found)
}

/// The smallest key after this one.
fn after(key: &str) -> String {
    format!("{key}\0")
}

/// The record's claim, if its key has something in common with what is asked. The record is read
/// only then.
fn meets(asked: &Glob, record: &Record) -> Result<Option<Claim>> {
    let (_, text) = record.key.split_once('/').unwrap_or_default();
    match Glob::parse(text) {
        Ok(other) if other.overlaps(asked) => record.decode().map(Some),
        _ => Ok(None),
    }
}

/// What everything a key matches begins with. `src/**` matches `src` too, so the slash is no part.
fn beginning(key: &str) -> &str {
    literal_prefix(key).trim_end_matches('/')
}

/// Calls `f` with every pattern that may meet `key`, until it breaks off.
fn each_pattern<B>(
    view: &dyn View,
    key: &ClaimKey,
    mut f: impl FnMut(&Record) -> Result<Option<B>>,
) -> Result<Option<B>> {
    let within = format!("{PATTERNS}{}/", key.kind());
    let mut from = within.clone();
    while let Some(record) = view.seek(&within, &from)? {
        let pattern = record.key.strip_prefix(PATTERNS).unwrap_or_default();
        match parting(pattern, key) {
            None => {
                if let Some(done) = f(&record)? {
                    return Ok(Some(done));
                }
                from = after(&record.key);
            }
            Some(end) => match prefix_end(&format!("{PATTERNS}{}", &pattern[..end])) {
                Some(next) => from = next,
                None => break,
            },
        }
    }
    Ok(None)
}

/// Where a pattern parts from a key for good: every pattern that begins with the text before that
/// offset can be passed over. `None` if it may meet the key.
fn parting(pattern: &str, key: &ClaimKey) -> Option<usize> {
    let before = beginning(pattern);
    let (asked, open) = match key.is_pattern() {
        true => (beginning(key.as_str()), true),
        // An escaped literal is compared as far as both are spelt the same way.
        false => (
            literal_prefix(key.as_str()),
            literal_prefix(key.as_str()) != key.as_str(),
        ),
    };
    if asked.starts_with(before) || (open && before.starts_with(asked)) {
        return None;
    }
    let mut parted = before
        .char_indices()
        .zip(asked.chars().map(Some).chain(std::iter::repeat(None)))
        .find(|((_, a), b)| Some(*a) != *b)
        .map(|((at, a), _)| at + a.len_utf8())?;
    if before[..parted].ends_with('/') {
        // `src/**` still meets `src`: only what names something below can be passed over.
        parted += before[parted..].chars().next()?.len_utf8();
    }
    Some(parted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;
    use crate::store::{Order, Store};
    use proptest::prelude::*;

    fn key(text: &str) -> ClaimKey {
        ClaimKey::canonical(text).expect("a sound key")
    }

    fn store(patterns: &[String]) -> MemoryStore {
        let store = MemoryStore::new();
        for pattern in patterns {
            let mut put = |tx: &mut dyn crate::store::Tx| {
                tx.put(&format!("pattern/{pattern}"), String::new())
            };
            store.transact(&mut put).expect("memory");
        }
        store
    }

    /// The patterns that were looked at.
    fn looked_at(store: &MemoryStore, asked: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut read = |view: &dyn View| {
            each_pattern(view, &key(asked), |record| {
                found.push(record.key["pattern/".len()..].to_owned());
                Ok(None::<()>)
            })
            .map(drop)
        };
        store.read(&mut read).expect("memory");
        found
    }

    #[test]
    fn only_what_may_meet_is_looked_at() {
        let patterns = [
            "file/**",
            "file/*.rs",
            "file/a/**",
            "file/ab/**",
            "file/b*",
            "file/b/c/*",
            "file/é/*",
            "task/*",
            "file/a/b/*",
            "file/a/{b,c}/d",
        ]
        .map(str::to_owned);
        let store = store(&patterns);
        let check = |asked: &str, expected: &[&str]| {
            assert_eq!(looked_at(&store, asked), expected, "{asked}");
        };
        check(
            "file/a",
            &["file/**", "file/*.rs", "file/a/**", "file/a/{b,c}/d"],
        );
        check(
            "file/a/b/x",
            &[
                "file/**",
                "file/*.rs",
                "file/a/**",
                "file/a/b/*",
                "file/a/{b,c}/d",
            ],
        );
        check(
            "file/b/c",
            &["file/**", "file/*.rs", "file/b*", "file/b/c/*"],
        );
        check("file/zz", &["file/**", "file/*.rs"]);
        check(
            "file/a/**",
            &[
                "file/**",
                "file/*.rs",
                "file/a/**",
                "file/a/b/*",
                "file/a/{b,c}/d",
                "file/ab/**",
            ],
        );
        check("task/7", &["task/*"]);
        check("port/7", &[]);
    }

    proptest! {
        /// Leaping over patterns misses none that overlaps.
        #[test]
        fn nothing_is_missed(
            patterns in prop::collection::vec("file/([ab]{1,2}/){0,2}([ab*?]|\\*\\*|\\{a,b\\}|\\[ab\\]|\\\\[ab*])", 1..12),
            asked in "file/([ab]{1,2}/){0,2}([ab*]|\\*\\*|\\{a,b\\}|\\\\[ab*])",
        ) {
            prop_assume!(ClaimKey::canonical(&asked).is_ok());
            let sound: Vec<String> = patterns
                .into_iter()
                .filter(|text| ClaimKey::canonical(text).is_ok_and(|key| key.is_pattern()))
                .collect();
            let store = store(&sound);
            let found = looked_at(&store, &asked);
            let mut all = Vec::new();
            store.read(&mut |view| { all = view.scan("pattern/", Order::Ascending, usize::MAX)?; Ok(()) }).expect("memory");
            for record in all {
                let pattern = &record.key["pattern/".len()..];
                if key(pattern).overlaps(&key(&asked)) {
                    prop_assert!(found.iter().any(|text| text == pattern), "{pattern} meets {asked}");
                }
            }
        }
    }
}
