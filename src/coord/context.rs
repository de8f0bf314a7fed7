//! Shared context: what a group knows together, as versioned JSON values.
//!
//! Only members write. Each key counts its versions and remembers who wrote it; a few older
//! versions are kept. A writer who names the version it has seen is refused if it is not the
//! current one, so that nobody overwrites what they have not read. A value may be given a time; when
//! that is over it is gone for every reader at once, as an older version too, whenever its record is
//! swept away.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lease::{Lease, Phase, check_ttl};
use super::names::{check_context_key, shown};
use super::schema::{self, Entry, Gone, Group, Session};
use super::{Moment, group};
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// Largest value, as JSON text, in bytes.
pub const VALUE_BYTES: usize = 1024 * 1024;
/// Largest value that the history keeps.
const HISTORY_BYTES: usize = 64 * 1024;
/// Older versions kept for each key.
const HISTORY: u64 = 16;
/// Removed keys that a group remembers for members who have not heard of them.
const REMOVED: usize = 128;
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
    /// How long it is there; for good if not given.
    pub ttl: Option<Duration>,
}

impl Share {
    /// Set `key` to `value`, whatever it was.
    pub fn set(key: impl Into<String>, value: Value) -> Share {
        Share {
            key: key.into(),
            value: Some(value),
            expected: None,
            ttl: None,
        }
    }

    /// Take `key` away.
    pub fn remove(key: impl Into<String>) -> Share {
        Share {
            key: key.into(),
            value: None,
            expected: None,
            ttl: None,
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
    /// The revision at which it was done, for `stoa sync-group --to`.
    #[serde(default)]
    pub revision: u64,
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
    let mut group = group::of(tx.view(), session)?;
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
        let version = write(tx, at, session, &mut group, share)?;
        versions.push((share.key.clone(), version));
    }
    let name = group.name.clone();
    drop_expired(tx, at, &mut group)?;
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
        revision: tx.revision(),
    })
}

fn write(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    group: &mut Group,
    share: &Share,
) -> Result<u64> {
    let name = group.name.clone();
    let record_key = schema::context_key(&name, &share.key);
    let old: Option<Entry> = tx
        .get(&record_key)?
        .map(|record| record.decode())
        .transpose()?;
    let there = old.as_ref().filter(|entry| is_there(entry, at));
    let current = there.map_or(0, |entry| entry.version);
    if let Some(expected) = share.expected
        && expected != current
    {
        let by = there.map_or("nobody", |entry| &entry.author_name);
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
    match there {
        Some(there) => keep_history(tx, &name, there)?,
        // What ran out leaves as little behind as if it had been swept away already.
        None => remove(tx, group, &share.key)?,
    }
    group.removed.retain(|gone| gone.key != share.key);
    let expires = match share.ttl {
        Some(ttl) => Some(Lease::new(at.now, check_ttl(ttl)?)),
        None => None,
    };
    // Without a time the mark stays if it is there: an older version may have one.
    if expires.is_some() {
        put_json(tx, &schema::expiry_key(&name, &share.key), &share.key)?;
    }
    let entry = Entry {
        key: share.key.clone(),
        value: value.clone(),
        // A value that has run out, or was taken away, is followed by a new version.
        version: there.map_or(group.versions, |entry| entry.version) + 1,
        author: session.id.clone(),
        author_name: session.name.clone(),
        at: at.now.wall,
        expires,
        older: there.map_or_else(Vec::new, |entry| older_ends(entry, at)),
        extra: Map::new(),
    };
    put_json(tx, &record_key, &entry)?;
    Ok(entry.version)
}

/// When this value and its older versions run out, as far as they do: it is the next of them.
fn older_ends(entry: &Entry, at: &Moment<'_>) -> Vec<Lease> {
    let all = entry.older.iter().chain(&entry.expires);
    let live = all.filter(|lease| lease.left_ms(at.now) > 0);
    // The latest, as the history keeps no more.
    let mut ends: Vec<Lease> = live.cloned().collect();
    ends.drain(..ends.len().saturating_sub(HISTORY as usize));
    ends
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
    kept.older.clear();
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

/// Takes a value away; its version, and that it is gone, are remembered in the group, which the caller
/// writes.
fn remove(tx: &mut dyn Tx, group: &mut Group, key: &str) -> Result<()> {
    let record_key = schema::context_key(&group.name, key);
    if let Some(record) = tx.get(&record_key)? {
        let entry: Entry = record.decode()?;
        group.versions = group.versions.max(entry.version);
        group.removed.retain(|gone| gone.key != key);
        group.removed.push(Gone {
            key: key.to_owned(),
            revision: tx.revision(),
        });
        let surplus = group.removed.len().saturating_sub(REMOVED);
        group.removed.drain(..surplus);
    }
    tx.delete(&record_key)?;
    tx.delete(&schema::expiry_key(&group.name, key))?;
    for record in tx.range(&schema::history_prefix(&group.name, key))? {
        tx.delete(&record.key)?;
    }
    Ok(())
}

/// Whether a value is still there.
pub(super) fn is_there(entry: &Entry, at: &Moment<'_>) -> bool {
    let lease = entry.expires.as_ref();
    lease.is_none_or(|lease| matches!(lease.phase(at.now), Phase::Live(_)))
}

/// Removes the records of a group's values that have run out, and of their older versions; says how many
/// values. The caller writes the group.
pub(super) fn drop_expired(tx: &mut dyn Tx, at: &Moment<'_>, group: &mut Group) -> Result<usize> {
    let mut gone = 0;
    for record in tx.range(&schema::expiry_key(&group.name, ""))? {
        let key: String = record.decode()?;
        let entry: Option<Entry> = tx
            .get(&schema::context_key(&group.name, &key))?
            .map(|record| record.decode())
            .transpose()?;
        let Some(entry) = entry.filter(|entry| is_there(entry, at)) else {
            remove(tx, group, &key)?;
            gone += 1;
            continue;
        };
        let others_end = drop_expired_versions(tx, at, &group.name, &key)?;
        if entry.expires.is_none() && !others_end {
            tx.delete(&record.key)?;
        }
    }
    Ok(gone)
}

/// Removes the older versions of a value that have run out; whether any of the rest will.
fn drop_expired_versions(tx: &mut dyn Tx, at: &Moment<'_>, group: &str, key: &str) -> Result<bool> {
    let mut others_end = false;
    for record in tx.range(&schema::history_prefix(group, key))? {
        let version: Entry = record.decode()?;
        if is_there(&version, at) {
            others_end |= version.expires.is_some();
        } else {
            tx.delete(&record.key)?;
        }
    }
    Ok(others_end)
}

/// Removes the records of all values that have run out; says how many.
///
/// # Errors
/// Only the store's.
pub fn sweep(tx: &mut dyn Tx, at: &Moment<'_>) -> Result<usize> {
    let mut all = 0;
    if tx.count(schema::EXPIRY_PREFIX)? == 0 {
        return Ok(all);
    }
    for mut group in schema::groups(tx.view())? {
        let gone = drop_expired(tx, at, &mut group)?;
        all += gone;
        match gone {
            0 => {}
            // It was kept for its values alone.
            _ if group.members.is_empty() => group::touch(tx, at, group)?,
            _ => put_json(tx, &schema::group_key(&group.name), &group)?,
        }
    }
    Ok(all)
}

/// The same for the values of the session's own group.
///
/// # Errors
/// Only the store's.
pub fn sweep_own(tx: &mut dyn Tx, at: &Moment<'_>, session: &Session) -> Result<()> {
    let Some(name) = &session.group else {
        return Ok(());
    };
    if let Some(mut group) = schema::group(tx.view(), name)?
        && drop_expired(tx, at, &mut group)? > 0
    {
        put_json(tx, &schema::group_key(name), &group)?;
    }
    Ok(())
}

/// A group's values, by key; with a key, that one alone. Each with the revision of its last write.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) if the key is not there.
pub fn entries(
    view: &dyn View,
    at: &Moment<'_>,
    group: &str,
    key: Option<&str>,
) -> Result<Vec<(Entry, u64)>> {
    let records = match key {
        None => view.range(&schema::context_prefix(group))?,
        Some(key) => view
            .get(&schema::context_key(group, key))?
            .into_iter()
            .collect(),
    };
    let mut found: Vec<(Entry, u64)> = Vec::new();
    for record in &records {
        found.push((record.decode()?, record.mod_revision));
    }
    found.retain(|(entry, _)| is_there(entry, at));
    if let (Some(key), []) = (key, &found[..]) {
        return Err(
            Error::not_found(format!("group {group} shares no \"{}\"", shown(key)))
                .with_hint("`stoa context` lists what it shares"),
        );
    }
    Ok(found)
}

/// The older versions of a value that have not run out, oldest first.
///
/// # Errors
/// Only the store's.
pub fn history(view: &dyn View, at: &Moment<'_>, group: &str, key: &str) -> Result<Vec<Entry>> {
    let mut found: Vec<Entry> = Vec::new();
    for record in view.range(&schema::history_prefix(group, key))? {
        found.push(record.decode()?);
    }
    found.retain(|entry| is_there(entry, at));
    Ok(found)
}
