//! What a session keeps for others to read: one JSON object each, with metadata beside it.
//!
//! Only its owner writes it; anybody reads. A write takes fields in or replaces everything, in one
//! transaction, so that a reader never sees half of it and two writers lose nothing of each other's.
//! It outlives its session until that is forgotten: a successor may want to know how far it came.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Moment;
use super::audit::Deed;
use super::facade::{Actor, Coord};
use super::names::{check_name, shown};
use super::schema::{self, Session, SessionId};
use super::session;
use super::snapshot::Life;
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// Largest state with its metadata, as JSON text, in bytes.
pub const STATE_BYTES: usize = 64 * 1024;
/// What the keys of all of them begin with.
const PREFIX: &str = "state/";

/// One session's state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Whose.
    pub session: SessionId,
    /// The owner's name at the last write.
    pub name: String,
    /// The state itself.
    pub state: Map<String, Value>,
    /// What is said about it.
    pub metadata: Map<String, Value>,
    /// Counts its writes from 1; goes on where it was when the state is taken away and set again.
    pub version: u64,
    /// When it was written last, for people.
    pub updated_at: Timestamp,
    /// Fields of a newer version.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What to write.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Update {
    /// Fields to set; `null` takes one away.
    pub set: Map<String, Value>,
    /// Whether everything else goes.
    pub replace: bool,
    /// Fields of the metadata to set; `null` takes one away.
    pub metadata: Map<String, Value>,
    /// Refuse unless this is the current version; 0 if there must be none yet.
    pub expected: Option<u64>,
}

/// Writes the session's own state; returns it.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) if the version is not the expected one,
/// [`Kind::Usage`](crate::error::Kind::Usage) for bad field names and a state that is too large.
pub fn update(
    tx: &mut dyn Tx,
    at: &Moment<'_>,
    session: &Session,
    update: &Update,
) -> Result<Kept> {
    let key = schema::state_key(&session.id);
    let old: Option<Kept> = tx.get(&key)?.map(|record| record.decode()).transpose()?;
    let current = old.as_ref().map_or(0, |kept| kept.version);
    if let Some(expected) = update.expected
        && expected != current
    {
        return Err(Error::refused(format!(
            "the state of {} is at version {current}, not at {expected}",
            session.name
        ))
        .with_hint("read it again, then set it with the version you have read"));
    }
    let mut kept = old.unwrap_or_else(|| Kept {
        session: session.id.clone(),
        name: String::new(),
        state: Map::new(),
        metadata: Map::new(),
        version: session.state_versions,
        updated_at: at.now.wall,
        extra: Map::new(),
    });
    if update.replace {
        kept.state.clear();
    }
    merge(&mut kept.state, &update.set)?;
    merge(&mut kept.metadata, &update.metadata)?;
    kept.name.clone_from(&session.name);
    kept.version += 1;
    kept.updated_at = at.now.wall;
    let bytes = serde_json::to_string(&kept).map_or(usize::MAX, |text| text.len());
    if bytes > STATE_BYTES {
        return Err(Error::usage(format!(
            "the state of {} would have {bytes} bytes; at most {STATE_BYTES} are kept",
            session.name
        ))
        .with_hint("keep it in a file and set the file's path"));
    }
    put_json(tx, &key, &kept)?;
    Ok(kept)
}

fn merge(into: &mut Map<String, Value>, fields: &Map<String, Value>) -> Result<()> {
    for (name, value) in fields {
        check_name("field", name)?;
        match value {
            Value::Null => into.shift_remove(name),
            value => into.insert(name.clone(), value.clone()),
        };
    }
    Ok(())
}

/// Removes a session's state; says whether there was one. Its version is remembered in the session, which
/// the caller writes: whoever has read the old state must not take a new one for it.
fn take_away(tx: &mut dyn Tx, session: &mut Session) -> Result<bool> {
    let key = schema::state_key(&session.id);
    // One that cannot be read has no version to be mistaken for.
    if let Some(kept) = tx
        .get(&key)?
        .and_then(|record| record.decode::<Kept>().ok())
    {
        session.state_versions = session.state_versions.max(kept.version);
    }
    tx.delete(&key)
}

fn all(view: &dyn View) -> Result<Vec<Kept>> {
    let records = view.range(PREFIX)?;
    records.iter().map(|record| record.decode()).collect()
}

/// Whether the session that keeps a state lives.
fn lives(view: &dyn View, at: &Moment<'_>, kept: &Kept) -> Result<bool> {
    let owner = schema::session(view, &kept.session)?;
    Ok(owner.is_some_and(|owner| session::life(&owner, at) != Life::Lost))
}

impl Coord {
    /// Writes the actor's state.
    ///
    /// # Errors
    /// See [`update`].
    pub fn set_state(&self, actor: &Actor, change: &Update) -> Result<Kept> {
        let fields: Vec<&str> = change.set.keys().map(String::as_str).collect();
        let deed = actor.asks(Deed::new("state-set", fields.join(" ")), change);
        self.act(actor, &deed, |tx, at, session| {
            update(tx, at, session, change)
        })
    }

    /// Removes the actor's state; says whether there was one.
    ///
    /// # Errors
    /// Only if the actor may not act.
    pub fn clear_state(&self, actor: &Actor) -> Result<bool> {
        self.act(actor, &Deed::new("state-clear", ""), |tx, _, session| {
            take_away(tx, session)
        })
    }

    /// Removes the states of all sessions; returns whose there were.
    ///
    /// # Errors
    /// Only if the actor may not act.
    pub fn reset_states(&self, actor: &Actor) -> Result<Vec<String>> {
        self.act(actor, &Deed::new("state-reset", ""), |tx, _, session| {
            let mut names = Vec::new();
            for kept in all(tx.view())? {
                if kept.session == session.id {
                    take_away(tx, session)?;
                } else if let Some(mut owner) = schema::session(tx.view(), &kept.session)? {
                    take_away(tx, &mut owner)?;
                    schema::put_session(tx, &owner)?;
                } else {
                    tx.delete(&schema::state_key(&kept.session))?;
                }
                names.push(kept.name);
            }
            names.sort();
            Ok(names)
        })
    }

    /// Every state with whether its session lives, oldest session first.
    ///
    /// # Errors
    /// Only the store's.
    pub fn states(&self) -> Result<Vec<(Kept, bool)>> {
        self.read(|view, at| {
            let mut found = Vec::new();
            for kept in all(view)? {
                let lives = lives(view, at, &kept)?;
                found.push((kept, lives));
            }
            Ok(found)
        })
    }

    /// The state of the session called `who`, which may be over: an id, a name or a number. A living one
    /// that keeps none itself is the successor of the last one of its name.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) if there is none.
    pub fn state_of(&self, who: &str) -> Result<Kept> {
        self.read(|view, at| {
            let living = session::resolve(view, at, who).ok();
            let (own, name) = match &living {
                Some(session) => (session.id.as_str(), session.name.as_str()),
                None => (who, who),
            };
            let mut kept = all(view)?;
            if let Some(own) = kept.iter().position(|kept| kept.session.as_str() == own) {
                return Ok(kept.swap_remove(own));
            }
            for kept in kept.into_iter().rev().filter(|kept| kept.name == name) {
                // It may go by another name now.
                if !lives(view, at, &kept)? {
                    return Ok(kept);
                }
            }
            Err(
                Error::not_found(format!("\"{}\" keeps no state", shown(who)))
                    .with_hint("`stoa state list` shows who does"),
            )
        })
    }
}
