//! Shared context: what a group knows together, as versioned JSON values.
//!
//! Only members write. Each key counts its versions and remembers who wrote it; a few older
//! versions are kept. A writer who names the version it has seen is refused if it is not the
//! current one, so that nobody overwrites what they have not read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::{check_context_key, shown};
use super::schema::{self, Entry, Session};
use super::{Moment, group};
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// Largest value, as JSON text, in bytes.
pub const VALUE_BYTES: usize = 1024 * 1024;
/// Largest value that the history keeps.
const HISTORY_BYTES: usize = 64 * 1024;
/// Older versions kept for each key.
const HISTORY: u64 = 16;
/// Keys in one group.
const KEYS: u64 = 1024;

/// One value to share.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Its key.
    pub key: String,
    /// Its value; `None` removes the key.
    pub value: Option<Value>,
    /// Refuse unless this is the current version; 0 for a key that must not exist yet.
    pub expected: Option<u64>,
}

impl Share {
    /// Set `key` to `value`, whatever it was.
    pub fn set(key: impl Into<String>, value: Value) -> Share {
        Share {
            key: key.into(),
            value: Some(value),
            expected: None,
        }
    }
}

/// What sharing returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The group.
    pub group: String,
    /// Each key with its new version; 0 for a removed one.
    pub versions: Vec<(String, u64)>,
}

/// Writes values into the context of the session's group, all or none.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) outside of a group, for too many keys, or when a
/// version is not the expected one; [`Kind::Usage`](crate::error::Kind::Usage) for bad keys and
/// values that are too large.
pub fn share(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    shares: &[Share],
) -> Result<Shared> {
    let group = group::of(tx.view(), session)?;
    if shares.is_empty() {
        return Err(Error::usage("nothing to share").with_hint("stoa share KEY=VALUE"));
    }
    let mut versions = Vec::new();
    for (index, share) in shares.iter().enumerate() {
        check_context_key(&share.key)?;
        if shares
            .iter()
            .take(index)
            .any(|earlier| earlier.key == share.key)
        {
            return Err(Error::usage(format!(
                "the key \"{}\" occurs twice",
                shown(&share.key)
            )));
        }
        let version = write(tx, at, session, &group.name, share)?;
        versions.push((share.key.clone(), version));
    }
    let name = group.name.clone();
    if tx.count(&schema::context_prefix(&name))? > KEYS {
        return Err(
            Error::refused(format!("the context of group {name} is full: {KEYS} keys"))
                .with_hint("remove some with `stoa share --remove KEY`"),
        );
    }
    group::touch(tx, at, group)?;
    Ok(Shared {
        group: name,
        versions,
    })
}

fn write(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    group: &str,
    share: &Share,
) -> Result<u64> {
    let record_key = schema::context_key(group, &share.key);
    let old: Option<Entry> = tx
        .get(&record_key)?
        .map(|record| record.decode())
        .transpose()?;
    let current = old.as_ref().map_or(0, |entry| entry.version);
    if let Some(expected) = share.expected
        && expected != current
    {
        let by = old.as_ref().map_or("nobody", |entry| &entry.author_name);
        return Err(Error::refused(format!(
            "{} is at version {current} (written by {by}), not at {expected}",
            share.key
        ))
        .with_hint("read it again, then share with the version you have read"));
    }
    let Some(value) = &share.value else {
        remove(tx, group, &share.key)?;
        return Ok(0);
    };
    check_size(&share.key, value)?;
    if let Some(old) = &old {
        keep_history(tx, group, old)?;
    }
    let entry = Entry {
        key: share.key.clone(),
        value: value.clone(),
        version: current + 1,
        author: session.id.clone(),
        author_name: session.name.clone(),
        at: at.now.wall,
        extra: Map::new(),
    };
    put_json(tx, &record_key, &entry)?;
    Ok(entry.version)
}

fn check_size(key: &str, value: &Value) -> Result<()> {
    let bytes = json_bytes(value);
    if bytes > VALUE_BYTES {
        let error = format!(
            "the value of \"{}\" has {bytes} bytes; at most {VALUE_BYTES} are shared",
            shown(key)
        );
        return Err(Error::usage(error).with_hint("put it in a file and share its path"));
    }
    Ok(())
}

fn json_bytes(value: &Value) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |text| text.len())
}

fn keep_history(tx: &mut dyn Tx, group: &str, old: &Entry) -> Result<()> {
    let mut kept = old.clone();
    if json_bytes(&kept.value) > HISTORY_BYTES {
        kept.value = Value::Null;
    }
    put_json(
        tx,
        &schema::history_key(group, &old.key, old.version),
        &kept,
    )?;
    if let Some(oldest) = old.version.checked_sub(HISTORY) {
        tx.delete(&schema::history_key(group, &old.key, oldest))?;
    }
    Ok(())
}

fn remove(tx: &mut dyn Tx, group: &str, key: &str) -> Result<()> {
    tx.delete(&schema::context_key(group, key))?;
    for record in tx.range(&schema::history_prefix(group, key))? {
        tx.delete(&record.key)?;
    }
    Ok(())
}

/// A group's values, by key; with a key, that one alone. Each with the revision of its last write.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if the key is not there.
pub fn entries(view: &dyn View, group: &str, key: Option<&str>) -> Result<Vec<(Entry, u64)>> {
    let records = match key {
        None => view.range(&schema::context_prefix(group))?,
        Some(key) => view
            .get(&schema::context_key(group, key))?
            .into_iter()
            .collect(),
    };
    if let (Some(key), []) = (key, &records[..]) {
        return Err(
            Error::not_found(format!("group {group} shares no \"{}\"", shown(key)))
                .with_hint("`stoa context` lists what it shares"),
        );
    }
    records
        .iter()
        .map(|record| Ok((record.decode()?, record.mod_revision)))
        .collect()
}

/// The older versions of a value, oldest first.
pub fn history(view: &dyn View, group: &str, key: &str) -> Result<Vec<Entry>> {
    let records = view.range(&schema::history_prefix(group, key))?;
    records.iter().map(|record| record.decode()).collect()
}
