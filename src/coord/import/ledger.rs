//! What has been taken over: one line for each item, and one for each place it came from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Kind;
use crate::coord::digest;
use crate::coord::names::segment;
use crate::coord::schema::SessionId;
use crate::error::Result;
use crate::store::{Tx, View, put_json};

/// What the keys of all items begin with: `imported/KIND/IDENTITY`.
pub const LEDGER_PREFIX: &str = "imported/";
/// What the keys of all places begin with: `imports/PATH`.
pub const IMPORTS_PREFIX: &str = "imports/";

/// One item that was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The file it stood in.
    pub file: String,
    /// A hash of what it said there, to tell later whether that has changed.
    pub hash: String,
}

/// A place something was taken over from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The file or directory.
    pub path: String,
    /// When it was read last, UTC.
    pub at: Timestamp,
    /// How many items came from it, in all.
    pub items: u64,
}

fn key(kind: Kind, identity: &str) -> String {
    format!("{LEDGER_PREFIX}{kind}/{}", segment(identity))
}

/// The line of an item, if it was taken over.
pub(super) fn find(view: &dyn View, kind: Kind, identity: &str) -> Result<Option<Imported>> {
    let record = view.get(&key(kind, identity))?;
    record.map(|record| record.decode()).transpose()
}

/// Writes the line of an item.
pub(super) fn note(
    tx: &mut dyn Tx,
    kind: Kind,
    identity: &str,
    file: &str,
    hash: &str,
) -> Result<()> {
    let imported = Imported {
        file: file.to_owned(),
        hash: hash.to_owned(),
    };
    put_json(tx, &key(kind, identity), &imported)
}

/// Adds to what came from a place.
pub(super) fn note_origin(tx: &mut dyn Tx, at: Timestamp, path: &str, items: u64) -> Result<()> {
    let key = format!("{IMPORTS_PREFIX}{}", segment(path));
    let before: Option<Origin> = tx.get(&key)?.map(|record| record.decode()).transpose()?;
    let origin = Origin {
        path: path.to_owned(),
        at,
        items: before.map_or(0, |before| before.items) + items,
    };
    put_json(tx, &key, &origin)
}

/// Every place.
pub(super) fn origins(view: &dyn View) -> Result<Vec<Origin>> {
    let records = view.range(IMPORTS_PREFIX)?;
    Ok(records.iter().filter_map(|r| r.decode().ok()).collect())
}

/// The identities of all items of a kind.
pub(super) fn all(view: &dyn View, kind: Kind) -> Result<Vec<String>> {
    let prefix = format!("{LEDGER_PREFIX}{kind}/");
    let records = view.range(&prefix)?;
    let identity = |key: &str| {
        let identity = key.strip_prefix(&prefix)?;
        Some(identity.replace("%2F", "/").replace("%25", "%"))
    };
    Ok(records.iter().filter_map(|r| identity(&r.key)).collect())
}

/// The id that a session of the older tools has here, the same whenever and wherever it is met.
pub(super) fn session_id(name: &str) -> SessionId {
    let (high, low) = digest::halves(name);
    let random = (u128::from(high) << 64 | u128::from(low)) & ((1 << 80) - 1);
    // No session of ours was minted in the first millisecond of 1970.
    let id = ulid::Ulid::from_parts(0, random);
    SessionId::parse(&id.to_string()).unwrap_or_else(|_| SessionId::mint())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_for_the_same_and_differ_for_others() {
        let names: Vec<String> = (0..2000).map(|n| format!("session-{n}")).collect();
        let ids: std::collections::BTreeSet<SessionId> =
            names.iter().map(|name| session_id(name)).collect();
        assert_eq!(ids.len(), names.len());
        assert_eq!(session_id("session-7"), session_id("session-7"));
        assert_eq!(session_id("claude_code").as_str().len(), 26);
    }
}
