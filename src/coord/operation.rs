//! Doing things once: an operation that carries an id of its caller's choice returns, when it is
//! tried again, what it returned the first time. Only what succeeded is remembered; a refusal has
//! changed nothing and is decided anew. The same id with another request is a mistake, and refused:
//! what is remembered of a request is a short word for its values and options, never a secret one.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit::Deed;
use super::digest;
use super::facade::Actor;
use super::names::check_name;
use super::schema::{self, Operation, SessionId};
use crate::error::{Error, Result};
use crate::store::{Tx, View, put_json};

/// Operations remembered for a session.
const KEPT: usize = 128;

impl Actor {
    /// The deed, with all that is asked if it is to be done once: the values and options that its
    /// subject leaves out, and the tokens shown with it. A group's secret word must not be among them.
    pub(super) fn asks(&self, deed: Deed, request: &dyn Debug) -> Deed {
        let word = || asked(deed.action, &(&self.under, request));
        Deed {
            asked: self.op_id.as_ref().map(|_| word()),
            ..deed
        }
    }
}

/// A word for all that a command asks.
pub(super) fn asked(action: &str, request: &dyn Debug) -> String {
    digest::hash(&format!("{action} {request:?}"))
}

/// The refusal of a request under the id of another one.
pub(super) fn another(id: &str) -> Error {
    Error::usage(format!("operation id {id} was used for another command"))
        .with_hint("use a new id for each command, the same one only to retry it")
}

/// What the operation returned when it was done before.
pub fn replay<T: DeserializeOwned>(
    view: &dyn View,
    session: &SessionId,
    id: &str,
    deed: &Deed,
) -> Result<Option<T>> {
    check_name("operation id", id)?;
    let Some(record) = view.get(&schema::operation_key(session, id))? else {
        return Ok(None);
    };
    let done: Operation = record.decode()?;
    let same = match (&done.asked, &deed.asked) {
        (Some(then), Some(now)) => then == now,
        _ => done.request == request(deed),
    };
    if !same {
        return Err(another(id));
    }
    serde_json::from_value(done.result)
        .map(Some)
        .map_err(|error| {
            Error::internal(format!(
                "the result of operation {id} cannot be read: {error}"
            ))
        })
}

/// Remembers what the operation returned.
pub fn remember<T: Serialize>(
    tx: &mut dyn Tx,
    session: &SessionId,
    id: &str,
    deed: &Deed,
    result: &T,
) -> Result<()> {
    let mut known = tx.range(&schema::operation_prefix(session))?;
    known.sort_by_key(|record| record.mod_revision);
    let surplus = (known.len() + 1).saturating_sub(KEPT);
    for record in known.iter().take(surplus) {
        tx.delete(&record.key)?;
    }
    let done = Operation {
        request: request(deed),
        asked: deed.asked.clone(),
        result: serde_json::to_value(result).map_err(|error| {
            Error::internal(format!("cannot keep the result of operation {id}: {error}"))
        })?,
        revision: tx.revision(),
    };
    put_json(tx, &schema::operation_key(session, id), &done)
}

fn request(deed: &Deed) -> String {
    format!("{} {}", deed.action, deed.subject)
}
